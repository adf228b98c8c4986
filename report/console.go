package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Console prints the claims as a table in width columns, what stands against
// those that do not hold, and the coverage. Below about 72 columns each claim is
// a small paragraph instead of a row.
func Console(w io.Writer, r *Report, width int, color bool) error {
	out := bufio.NewWriter(w)
	p := printer{out, max(width, 30), color}
	title := r.Suite
	if r.Preset != "" {
		title += " (" + r.Preset + ")"
	}
	p.para("", "", title+", "+r.summary())
	if r.Words != "" {
		p.para(gap, gap, r.Words)
	}
	shown, without := split(r.Claims)
	if len(shown) > 0 {
		p.line("")
		p.claims(shown)
	}
	p.against(shown)
	p.without(without)
	p.published(r.Published)
	p.notRun(r)
	p.line("")
	p.para("cells: ", "       ", r.Coverage.String())
	p.unfinished(r.Unfinished)
	return out.Flush()
}

// split sets claims apart of which the plan has no cell: a narrowed run has
// nothing to say of them.
func split(claims []Verdict) (shown []Verdict, without []string) {
	for _, v := range claims {
		if v.State == NotRun && len(v.Cells) == 0 {
			without = append(without, v.Claim)
		} else {
			shown = append(shown, v)
		}
	}
	return shown, without
}

func (p printer) without(claims []string) {
	if len(claims) == 0 {
		return
	}
	verb := "have"
	if len(claims) == 1 {
		verb = "has"
	}
	p.line("")
	p.para("", gap, fmt.Sprintf("%s %s no cell in this plan: %s", plural(len(claims), "claim", "claims"), verb, strings.Join(claims, ", ")))
}

// notRun prints what the suite leaves out.
func (p printer) notRun(r *Report) {
	if len(r.NotRun) > 0 {
		p.line("")
	}
	for _, n := range r.NotRun {
		p.para("not run: ", gap, n.What+": "+n.Why)
	}
}

type printer struct {
	w     *bufio.Writer
	width int
	color bool
}

const (
	gap          = "  "
	leastForRest = 20 // columns of the criterion below which rows become paragraphs
)

func (p printer) claims(claims []Verdict) {
	rows := make([][5]string, len(claims))
	wide := [5]int{len("claim"), len("verdict"), utf8.RuneCountInString("effect [95 %]"), 1, len("p adj")}
	for i, v := range claims {
		e, interval := v.effectText()
		rows[i] = [5]string{v.Claim, v.State.words(), join(" ", e, interval), strconv.Itoa(v.N), pAt(v.PAdjusted, v.level())}
		for j, cell := range rows[i] {
			wide[j] = max(wide[j], utf8.RuneCountInString(cell))
		}
	}
	used := 0
	for _, n := range wide {
		used += n + len(gap)
	}
	if p.width-used < leastForRest {
		p.stacked(claims, rows)
		return
	}
	head := [5]string{"claim", "verdict", "effect [95 %]", "n", "p adj"}
	p.line(row(head, wide) + "criterion")
	for i, v := range claims {
		first := row(rows[i], wide)
		first = strings.Replace(first, v.State.words(), p.paint(v.State), 1)
		p.wrapped(first, strings.Repeat(" ", used), v.details(), p.width-used)
	}
}

// row aligns the numbers n and p to the right, everything else to the left.
func row(cells [5]string, wide [5]int) string {
	var b strings.Builder
	for j, cell := range cells {
		pad := strings.Repeat(" ", wide[j]-utf8.RuneCountInString(cell))
		if j >= 3 {
			b.WriteString(pad + cell + gap)
		} else {
			b.WriteString(cell + pad + gap)
		}
	}
	return b.String()
}

func (p printer) stacked(claims []Verdict, rows [][5]string) {
	for i, v := range claims {
		p.line(v.Claim + gap + p.paint(v.State))
		p.para(gap, gap, fmt.Sprintf("%s, n %s, p adj %s", rows[i][2], rows[i][3], rows[i][4]))
		p.para(gap, gap, v.details())
	}
}

// against prints, for every claim that does not hold, its words and the reason,
// part by part where several stand against it.
func (p printer) against(claims []Verdict) {
	for _, v := range claims {
		if v.State == Holds {
			continue
		}
		p.line("")
		p.line(v.Claim + " " + p.paint(v.State))
		if v.Says != "" {
			p.para(gap, gap, v.Says)
		}
		for _, reason := range v.reasons() {
			p.para(gap+"- ", gap+"  ", reason)
		}
		for _, warning := range v.Warnings {
			p.para(gap+"! ", gap+"  ", warning)
		}
	}
}

// published prints papers' numbers with ours beside; where a row has no room it
// becomes a paragraph.
func (p printer) published(tables []Beside) {
	for _, t := range tables {
		p.line("")
		p.para("", gap, t.title())
		p.para(gap, gap, "ours: "+t.Ours)
		head := []string{"", "paper", "ours [95 %]", "n"}
		if t.HasSD() {
			head[1] += " ± sd"
		}
		if t.Reference != "" {
			head = append(head, t.lessTitle())
		}
		rows := [][]string{head}
		for _, r := range t.Rows {
			cells := []string{r.Name(), r.Paper, r.Ours(), r.Seeds()}
			if t.Reference != "" {
				cells = append(cells, r.Less)
			}
			rows = append(rows, cells)
		}
		wide, used := make([]int, len(head)), len(gap)
		for j := range wide {
			for _, r := range rows {
				wide[j] = max(wide[j], utf8.RuneCountInString(r[j]))
			}
			used += len(gap) + wide[j]
		}
		for i, r := range rows {
			if used > p.width {
				if i > 0 {
					text := fmt.Sprintf("%s: %s %s, ours %s, n %s", r[0], head[1], r[1], r[2], r[3])
					if len(r) > 4 && r[4] != "" {
						text += fmt.Sprintf("; %s: %s", head[4], r[4])
					}
					p.para(gap, gap+gap, text)
				}
				continue
			}
			text := gap
			for j, cell := range r {
				pad := strings.Repeat(" ", wide[j]-utf8.RuneCountInString(cell))
				if j == 0 {
					text += cell + pad
				} else {
					text += gap + pad + cell
				}
			}
			p.line(text)
		}
	}
}

// shownUnfinished is how many causes the console lists; the other forms of the
// report have every cell.
const shownUnfinished = 5

// unfinished prints every cause once, with the first of its cells.
func (p printer) unfinished(cells []Unfinished) {
	type cause struct{ outcome, reason string }
	causes := []cause{}
	first, count := map[cause]string{}, map[cause]int{}
	for _, u := range cells {
		if u.Outcome == "missing" {
			continue // the count says it all
		}
		c := cause{u.Outcome, u.Reason}
		if count[c]++; count[c] == 1 {
			causes = append(causes, c)
			first[c] = u.Name
		}
	}
	for i, c := range causes {
		if i == shownUnfinished {
			p.para(gap, gap+gap, "and more: bench report lists them all")
			return
		}
		name := first[c]
		if n := count[c] - 1; n > 0 {
			name += " and " + plural(n, "cell", "cells") + " more"
		}
		p.para(gap, gap+gap, c.outcome+": "+join(": ", brief(name), c.reason))
	}
}

// para prints text wrapped to the width, the first line after first, the others
// after rest.
func (p printer) para(first, rest, text string) {
	p.wrapped(first, rest, text, p.width-utf8.RuneCountInString(rest))
}

func (p printer) wrapped(first, rest, text string, width int) {
	lines := wrap(text, width)
	for i, line := range lines {
		lead := rest
		if i == 0 {
			lead = first
		}
		p.line(lead + line)
	}
}

func (p printer) line(s string) {
	p.w.WriteString(strings.TrimRight(s, " "))
	p.w.WriteByte('\n')
}

// paint colours a state; the word stays, so that colour is never alone.
func (p printer) paint(s State) string {
	if !p.color {
		return s.words()
	}
	code := map[State]string{Holds: "32", Fails: "31;1", Open: "33"}[s]
	if code == "" {
		code = "2"
	}
	return "\x1b[" + code + "m" + s.words() + "\x1b[0m"
}

// wrap breaks text at spaces into lines of at most width runes; longer words are
// cut. There is always one line.
func wrap(text string, width int) []string {
	width = max(width, 1)
	// A panic's text may hold control codes; a terminal must not obey them.
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	var lines []string
	line, n := "", 0
	for _, word := range strings.Fields(text) {
		size := utf8.RuneCountInString(word)
		if n > 0 && n+1+size <= width {
			line, n = line+" "+word, n+1+size
			continue
		}
		if n > 0 {
			lines = append(lines, line)
		}
		for size > width {
			cut := []rune(word)
			lines = append(lines, string(cut[:width]))
			word = string(cut[width:])
			size -= width
		}
		line, n = word, size
	}
	return append(lines, line)
}
