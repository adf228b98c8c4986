package cli

import "testing"

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"x = 1 ± 0.5, λ, 日本":    "x = 1 ± 0.5, λ, 日本",
		"a\tb\nc":               `a\tb\nc`,
		"\x1b[31mred\x1b]0;t\a": `\x1b[31mred\x1b]0;t\x07`,
		"\u009b2J\r\x7f":        `\x9b2J\x0d\x7f`,
		"abc\u202ecba\u2066":    `abc\u202ecba\u2066`,
		"\xff\xfe":              `\xff\xfe`,
		"\U000e0041":            `\U000e0041`,
		"�":                     "�",
		"<b onclick=x>":         "<b onclick=x>",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q: got %q; want %q", in, got, want)
		}
	}
	if got := plain("a\n\tb\x1b"); got != "a\n\tb\\x1b" {
		t.Errorf("got %q", got)
	}
}
