package gate

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text writes the reports for a terminal, in width columns: what is wrong first.
func Text(w io.Writer, reports []*Report, strict bool, width int) error {
	var b strings.Builder
	for i, r := range reports {
		if i > 0 {
			b.WriteByte('\n')
		}
		wrap(&b, r.head(), width, "", "  ")
		b.WriteByte('\n')
		for _, level := range []int{bad, note, good} {
			for _, l := range r.lines() {
				if l.level != level {
					continue
				}
				wrap(&b, fmt.Sprintf("%-7s %-13s %s", l.ring, l.verdict, l.subject), width, "", "          ")
				for _, m := range l.more {
					wrap(&b, m, width, "          ", "            ")
				}
			}
		}
		for _, a := range r.advice() {
			b.WriteByte('\n')
			wrap(&b, a, width, "", "")
		}
		b.WriteByte('\n')
		wrap(&b, r.Suite+": "+r.result(strict), width, "", "  ")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrap folds a text at spaces, keeping those it begins with; the first line has one
// indent, the others another.
func wrap(b *strings.Builder, text string, width int, first, others string) {
	text = printable(text)
	indent := first
	for {
		room := max(width-utf8.RuneCountInString(indent), 20)
		runes := []rune(text)
		if len(runes) <= room {
			b.WriteString(indent + text + "\n")
			return
		}
		at := room
		for at > room/3 && runes[at] != ' ' {
			at--
		}
		if runes[at] != ' ' {
			at = room // one long word
		}
		b.WriteString(strings.TrimRight(indent+string(runes[:at]), " ") + "\n")
		text = strings.TrimLeft(string(runes[at:]), " ")
		indent = others
	}
}

// printable has spaces for what would move the cursor or colour the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
