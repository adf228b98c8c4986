package cli

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// A folded table has the words of the wide one, in the room that it is given, and none of its
// columns narrower than need be.
func TestTableFolds(t *testing.T) {
	rows := table{{"NAME", "SETTINGS", "É"}, {"a", "one, two, three, four, five", "yes"}, {"long-name", "-", "no"}, {"b", "averyveryverylongword", ""}}
	const whole = "NAME       SETTINGS                     É\na          one, two, three, four, five  yes\nlong-name  -                            no\nb          averyveryverylongword\n"
	const folded = "NAME       SETTINGS               É\na          one, two, three,       yes\n           four, five\nlong-name  -                      no\nb          averyveryverylongword\n"
	for room, want := range map[int]string{100: whole, 43: whole, 37: folded, 30: "", 26: ""} {
		var b strings.Builder
		if err := rows.write(&b, room); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > room {
				t.Errorf("%d columns in %d: %q", n, room, line)
			}
		}
		if want != "" && b.String() != want {
			t.Errorf("room %d:\n%s\nwant\n%s", room, b.String(), want)
		}
		for _, word := range []string{"one,", "two,", "three,", "four,", "five", "long-name"} {
			if !strings.Contains(b.String(), word) {
				t.Errorf("room %d: no %q in\n%s", room, word, b.String())
			}
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"a b c", 5, "a b c"}, {"a  b", 4, "a  b"}, {"a b c", 3, "a b|c"}, {"abcdef gh", 4, "abcd|ef|gh"}, {"ab cdefgh", 3, "ab|cde|fgh"}, {"", 1, ""}, {"é é", 1, "é|é"},
	} {
		if got := strings.Join(fold(c.text, c.n), "|"); got != c.want {
			t.Errorf("fold(%q, %d) = %q; want %q", c.text, c.n, got, c.want)
		}
	}
}
