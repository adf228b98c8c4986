package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Markdown writes the claims and the coverage as tables for an issue or a page.
func (r *Report) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# %s\n\n", markdown(r.Suite))
	preset := ""
	switch {
	case r.Words != "":
		fmt.Fprintf(out, "Preset %s: %s.\n\n", markdown(r.Preset), markdown(strings.TrimSuffix(r.Words, ".")))
	case r.Preset != "":
		preset = "Preset " + markdown(r.Preset) + ". "
	}
	if r.About != "" {
		fmt.Fprintf(out, "%s\n\n", markdown(r.About))
	}
	fmt.Fprintf(out, "%s%s.\n\n", preset, capital(r.summary()))
	for _, note := range r.Notes {
		fmt.Fprintf(out, "%s\n\n", markdown(note))
	}
	if len(r.Claims) > 0 {
		fmt.Fprintln(out, "| claim | paper | says | verdict | effect | 95 % interval | n | p | p adjusted | criterion |")
		fmt.Fprintln(out, "| --- | --- | --- | --- | ---: | --- | ---: | ---: | ---: | --- |")
	}
	for _, v := range r.Claims {
		e, interval := v.effectText()
		fmt.Fprintf(out, "| %s | %s | %s | %s %s | %s | %s | %d | %s | %s | %s |\n",
			markdown(v.Claim), markdown(v.Paper), markdown(v.Says), v.State.symbol(), v.State.words(),
			e, markdown(interval), v.N, markdown(pAt(v.P, v.level())), markdown(pAt(v.PAdjusted, v.level())), markdown(v.details()))
	}
	r.markdownParts(out)
	first := true
	for _, v := range r.Claims {
		if v.State == Holds && len(v.Warnings) == 0 {
			continue
		}
		if first {
			fmt.Fprint(out, "\n## Reasons and warnings\n\n")
			first = false
		}
		fmt.Fprintf(out, "- **%s** %s\n", markdown(v.Claim), v.State.words())
		for _, reason := range v.reasons() {
			fmt.Fprintf(out, "  - %s\n", markdown(reason))
		}
		for _, warning := range v.Warnings {
			fmt.Fprintf(out, "  - warning: %s\n", markdown(warning))
		}
	}
	for _, t := range r.Published {
		less, line := "", ""
		if t.Reference != "" {
			less, line = " "+markdown(t.lessTitle())+" |", " ---: |"
		}
		fmt.Fprintf(out, "\n## %s\n\nOurs: %s.\n\n", markdown(t.title()), markdown(t.Ours))
		fmt.Fprintf(out, "| in the paper | our cells | paper | ours | n |%s note |\n| --- | --- | ---: | ---: | ---: |%s --- |\n", less, line)
		for _, row := range t.Rows {
			if less != "" {
				less = " " + markdown(row.Less) + " |"
			}
			fmt.Fprintf(out, "| %s | %s | %s | %s | %s |%s %s |\n", markdown(row.From), markdown(row.Over), row.Paper, markdown(row.Ours()), row.Seeds(), less, markdown(row.Note))
		}
	}
	fmt.Fprintf(out, "\n## Coverage\n\nCells: %s.\n", r.Coverage)
	if len(r.Unfinished) > 0 {
		fmt.Fprint(out, "\n| cell | outcome | step | reason | id |\n| --- | --- | ---: | --- | --- |\n")
		for _, u := range r.Unfinished {
			fmt.Fprintf(out, "| %s | %s | %d | %s | %s |\n", markdown(u.Name), u.Outcome, u.Step, markdown(u.Reason), shortID(u.Cell))
		}
	}
	if len(r.NotRun) > 0 {
		fmt.Fprint(out, "\n## Not run\n\n| what | why |\n| --- | --- |\n")
	}
	for _, n := range r.NotRun {
		fmt.Fprintf(out, "| %s | %s |\n", markdown(n.What), markdown(n.Why))
	}
	return out.Flush()
}

func (r *Report) markdownParts(out io.Writer) {
	first := true
	for _, v := range r.Claims {
		if len(v.Parts) < 2 {
			continue
		}
		if first {
			fmt.Fprint(out, "\n## Parts\n\n| claim | part | verdict | effect | 95 % interval | n | p | criterion |\n| --- | --- | --- | ---: | --- | ---: | ---: | --- |\n")
			first = false
		}
		for _, p := range v.Parts {
			e, interval := p.effectText()
			fmt.Fprintf(out, "| %s | %s | %s %s | %s | %s | %d | %s | %s |\n", markdown(v.Claim), markdown(p.name()),
				p.State.symbol(), p.State.words(), e, markdown(interval), p.N, markdown(pAt(p.P, p.Level)), markdown(join("; ", p.Criterion, p.ratioText(), p.Quoted.said())))
		}
	}
}

var markdownEscapes = strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "\n", " ", "\r", " ")

// markdown keeps text from being read as markup or ending a table's row.
func markdown(s string) string { return markdownEscapes.Replace(s) }

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// shortID is enough of a cell's ID to find it.
func shortID(id string) string { return id[:min(12, len(id))] }
