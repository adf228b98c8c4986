package gate

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes the reports for a pull request.
func Markdown(w io.Writer, reports []*Report, strict bool) error {
	var b strings.Builder
	for _, r := range reports {
		fmt.Fprintf(&b, "### bench check: %s: %s\n\n%s\n\n", markdown(r.Suite), markdown(r.result(strict)), markdown(r.head()))
		var told, fine []line
		for _, l := range r.lines() {
			if l.level == good && len(l.more) == 0 {
				fine = append(fine, l)
			} else {
				told = append(told, l)
			}
		}
		table := func(lines []line) {
			b.WriteString("| ring | verdict | what | |\n| --- | --- | --- | --- |\n")
			for _, l := range lines {
				more := make([]string, len(l.more))
				for i, m := range l.more {
					more[i] = markdown(m)
				}
				verdict := markdown(l.verdict)
				if l.level == bad {
					verdict = "**" + verdict + "**"
				}
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.ring, verdict, markdown(l.subject), strings.Join(more, "<br>"))
			}
			b.WriteByte('\n')
		}
		if len(told) > 0 {
			table(told)
		}
		if len(fine) > 0 {
			fmt.Fprintf(&b, "<details><summary>%d more, all well</summary>\n\n", len(fine))
			table(fine)
			b.WriteString("</details>\n\n")
		}
		for _, a := range r.advice() {
			fmt.Fprintf(&b, "%s\n\n", markdown(a))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markup is what text may not be read as: HTML, emphasis, links, a table's end, a mention
// of a user (iwae@64) or of an issue.
var markup = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "|", "&#124;", "*", "&#42;", "_", "&#95;",
	"`", "&#96;", "[", "&#91;", "]", "&#93;", "\\", "&#92;", "@", "&#64;", "#", "&#35;", "~", "&#126;", "://", "&#58;//", "!", "&#33;")

func markdown(s string) string { return markup.Replace(printable(s)) }
