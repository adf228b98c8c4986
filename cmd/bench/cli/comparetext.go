package cli

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vibench/bench/compare"
)

// printed writes a table in the format asked for; never over a store that it is of.
func (a *app) printed(t *compare.Table, of, stores []string, r comparing) error {
	print := map[string]func(io.Writer) error{"json": t.JSON, "md": t.Markdown, "csv": t.CSV,
		"text": func(w io.Writer) error { return compareText(w, t, of, width(a.out)) }}[r.format]
	if r.file == "" || r.file == "-" {
		return print(a.out)
	}
	if slices.ContainsFunc(stores, func(s string) bool { return same(r.file, s) }) {
		return fmt.Errorf("%s: is the store itself; want another file", r.file)
	}
	var b bytes.Buffer
	if err := print(&b); err != nil {
		return err
	}
	if err := replace(r.file, b.Bytes()); err != nil {
		return fmt.Errorf("%s: cannot be written: %w", r.file, reason(err))
	}
	return nil
}

// compareText is a table for people.
func compareText(w io.Writer, t *compare.Table, of []string, width int) error {
	var b strings.Builder
	line := func(indent, text string) {
		for i, l := range fold(text, width-len(indent)) {
			if i > 0 || indent == "" {
				b.WriteString(strings.Repeat(" ", len(indent)) + l + "\n")
			} else {
				b.WriteString(indent + l + "\n")
			}
		}
	}
	line("", fmt.Sprintf("a = %s, b = %s: a - b paired by seed, %s", t.A, t.B, t.View))
	for _, o := range of {
		line("", o)
	}
	b.WriteString("\n")
	rows := table{t.Columns()}
	for _, r := range t.Rows[:min(mostRows, len(t.Rows))] {
		rows = append(rows, t.Cells(r, called(t.A, "a"), called(r.B, "b")))
	}
	if err := rows.write(&b, width); err != nil {
		return err
	}
	if n := len(t.Rows) - mostRows; n > 0 {
		line("", fmt.Sprintf("... and %s; --format csv has all", count(n, "row")))
	}
	for _, lines := range [][]string{t.PooledLines(), t.NoteLines(), leftOut(t.LeftOut), t.Warnings} {
		if len(lines) > 0 {
			b.WriteString("\n")
		}
		for i, l := range lines {
			if i == mostNotes && len(lines) > mostNotes+1 {
				line("- ", fmt.Sprintf("and %d more; --format json has all", len(lines)-i))
				break
			}
			line("- ", l)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// called is a side's name where a column has room for it.
func called(name, letter string) string {
	if n := len([]rune(name)); n == 0 || n > 10 {
		return letter
	}
	return name
}

// leftOut says what has no partner.
func leftOut(list []string) []string {
	var out []string
	for _, l := range list {
		out = append(out, "left out: "+l)
	}
	return out
}
