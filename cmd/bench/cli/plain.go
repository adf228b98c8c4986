package cli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain is text that a terminal shows and does not obey: control characters, escape
// sequences, marks that reorder or hide text, and bytes that are no UTF-8 are written
// as Go writes them, \x1b or \u202e. Lines and tabs stay.
func plain(s string) string { return visible(s, "\n\t") }

// oneLine is plain with lines and tabs written out too.
func oneLine(s string) string { return visible(s, "") }

func visible(s, keep string) string {
	harmless := func(r rune) bool { return strings.ContainsRune(keep, r) || unicode.IsPrint(r) }
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !harmless(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for i, w := 0, 0; i < len(s); i += w {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch w = n; {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case harmless(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}
