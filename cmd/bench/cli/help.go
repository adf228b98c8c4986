package cli

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// fitHelp breaks the help of a command and of all below it to a width.
func fitHelp(c *cobra.Command, width int) {
	c.Long = fitted(c.Long, width)
	c.SetUsageTemplate(strings.ReplaceAll(c.UsageTemplate(), "FlagUsages ", fmt.Sprintf("FlagUsagesWrapped %d ", width)))
	for _, sub := range c.Commands() {
		fitHelp(sub, width)
	}
}

// heads are the starts of lines in lists, "  exact   ", under whose end the text goes on.
var heads = regexp.MustCompile(`^ +\S+  +`)

// fitted breaks paragraphs that are wider than a terminal anew, and lines of a list each by
// itself; what fits stays as it is.
func fitted(text string, width int) string {
	var out, open []string
	flush := func() {
		wide := false
		for _, line := range open {
			wide = wide || utf8.RuneCountInString(line) > width
		}
		if wide {
			open = fold(strings.Join(open, " "), width)
		}
		out, open = append(out, open...), nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line != "" && line[0] != ' ' {
			open = append(open, line)
			continue
		}
		flush()
		head := heads.FindString(line)
		if head == "" || utf8.RuneCountInString(line) <= width || len(head) > width/2 {
			out = append(out, line)
			continue
		}
		for i, rest := range fold(line[len(head):], width-len(head)) {
			if i > 0 {
				head = strings.Repeat(" ", len(head))
			}
			out = append(out, head+rest)
		}
	}
	flush()
	return strings.Join(out, "\n")
}
