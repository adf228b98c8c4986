package cli

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A table is rows of cells, the first of them heads. It is as wide as it needs to be, or
// as there is room for: then the widest columns fold, at spaces while that is enough.
type table [][]string

const (
	tableGap  = 2
	leastWide = 8 // columns are not folded below this
)

func (t table) write(w io.Writer, width int) error {
	wide := make([]int, len(t[0]))
	word := make([]int, len(t[0])) // the longest that a column has
	for _, row := range t {
		for j, cell := range row {
			wide[j] = max(wide[j], utf8.RuneCountInString(cell))
			for _, part := range strings.Fields(cell) {
				word[j] = max(word[j], utf8.RuneCountInString(part))
			}
		}
	}
	for atWords := true; ; {
		used, widest := -tableGap, -1
		for j, n := range wide {
			used += n + tableGap
			least := leastWide
			if atWords {
				least = max(least, word[j])
			}
			if n > least && (widest < 0 || n > wide[widest]) {
				widest = j
			}
		}
		if used <= width || widest < 0 && !atWords {
			break
		}
		if widest < 0 {
			atWords = false
			continue
		}
		wide[widest]--
	}
	var b strings.Builder
	for _, row := range t {
		folded, lines := make([][]string, len(row)), 1
		for j, cell := range row {
			folded[j] = fold(cell, wide[j])
			lines = max(lines, len(folded[j]))
		}
		for i := range lines {
			var line strings.Builder
			for j, parts := range folded {
				text := ""
				if i < len(parts) {
					text = parts[i]
				}
				line.WriteString(text + strings.Repeat(" ", wide[j]-utf8.RuneCountInString(text)+tableGap))
			}
			b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fold breaks text into lines of at most n columns, at spaces where it can.
func fold(text string, n int) (lines []string) {
	if utf8.RuneCountInString(text) <= n {
		return []string{text}
	}
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line+" "+word) <= n {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		runes := []rune(word)
		for ; len(runes) > n; runes = runes[n:] {
			lines = append(lines, string(runes[:n]))
		}
		line = string(runes)
	}
	return append(lines, line)
}

// reflow fits the paragraphs of a comment to a width, those that are wider: of their lines one that
// starts with what an estimator's comment has to say stays a line's start, and equations, which a tab
// sets in, stay as they are.
func reflow(text string, width int) string {
	var out, prose []string
	flush := func() {
		if slices.ContainsFunc(prose, func(line string) bool { return utf8.RuneCountInString(line) > width }) {
			prose = fold(strings.Join(prose, " "), width)
		}
		out, prose = append(out, prose...), nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		set := line == "" || strings.HasPrefix(line, "\t")
		if word, _, _ := strings.Cut(line, " "); set || word == "Needs" || word == "Unbiased" || word == "Costs" {
			flush()
		}
		if set {
			out = append(out, line)
		} else {
			prose = append(prose, line)
		}
	}
	flush()
	return strings.Join(out, "\n")
}
