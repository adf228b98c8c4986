package suites

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// meant is ` (did you mean "x"?)` for the nearest name, or nothing.
func meant(got string, names []string) string {
	if n, ok := nearest(got, names); ok {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}

// have is `; have a, b, c`, or nothing when there are no names.
func have(names []string) string {
	const most = 60
	if len(names) == 0 {
		return ""
	}
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("; have %s and %d more", strings.Join(names[:most], ", "), more)
	}
	return "; have " + strings.Join(names, ", ")
}

// nearest finds the name that was probably meant: a third of the letters may
// differ, or one name may be a whole word of the other (lerning_rate, rate).
func nearest(got string, names []string) (string, bool) {
	best, least := "", -1
	size := utf8.RuneCountInString(got)
	if size > 64 {
		return "", false
	}
	for _, name := range names {
		d := distance(strings.ToLower(got), strings.ToLower(name))
		if d > max(1, min(size, utf8.RuneCountInString(name))/3) {
			continue
		}
		if least < 0 || d < least {
			best, least = name, d
		}
	}
	if least >= 0 {
		return best, true
	}
	for _, name := range names {
		if slices.Contains(words(got), name) || slices.Contains(words(name), got) {
			return name, true
		}
	}
	return "", false
}

func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("_-@/. ", r) })
}

// distance is the number of insertions, deletions, substitutions and swaps of
// neighbours between two names (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
