package compare

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// number is a float64 that JSON can hold: null where there is none, or an infinite one.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

type rowJSON struct {
	Metric      string   `json:"metric"`
	Unit        string   `json:"unit,omitempty"`
	Better      string   `json:"better,omitempty"`
	Scale       string   `json:"scale"`
	A           string   `json:"a"`
	B           string   `json:"b"`
	ConfigA     string   `json:"config_a,omitempty"`
	ConfigB     string   `json:"config_b,omitempty"`
	Where       string   `json:"where,omitempty"`
	Task        string   `json:"task"`
	Planned     int      `json:"planned"`
	N           int      `json:"n"`
	Wins        int      `json:"wins"`
	Ties        int      `json:"ties"`
	MeanA       number   `json:"mean_a"`
	MeanB       number   `json:"mean_b"`
	Effect      number   `json:"effect"`
	Lo          number   `json:"lo"`
	Hi          number   `json:"hi"`
	SD          number   `json:"sd"`
	Improvement number   `json:"improvement"`
	ImpLo       number   `json:"improvement_lo"`
	ImpHi       number   `json:"improvement_hi"`
	T           number   `json:"p_t"`
	Wilcoxon    number   `json:"p_wilcoxon"`
	SignFlip    number   `json:"p_signflip"`
	Reach       number   `json:"p_signflip_least"`
	P           number   `json:"p"`
	Adjusted    number   `json:"p_adjusted"`
	Budget      *number  `json:"budget,omitempty"`
	StepsA      [2]int   `json:"steps_a"`
	StepsB      [2]int   `json:"steps_b"`
	Says        string   `json:"verdict"`
	Notes       []string `json:"notes,omitempty"`
}

type pooledJSON struct {
	Metric      string `json:"metric"`
	Better      string `json:"better,omitempty"`
	Scale       string `json:"scale"`
	A           string `json:"a"`
	B           string `json:"b"`
	Tasks       int    `json:"tasks"`
	N           int    `json:"n"`
	IQMA        number `json:"iqm_a"`
	IQMB        number `json:"iqm_b"`
	IQM         number `json:"iqm_of_differences"`
	Lo          number `json:"lo"`
	Hi          number `json:"hi"`
	Improvement number `json:"improvement"`
	ImpLo       number `json:"improvement_lo"`
	ImpHi       number `json:"improvement_hi"`
	Reused      bool   `json:"reused_cells,omitempty"` // the intervals are too short
	Open        bool   `json:"open,omitempty"`         // of the seeds that went well
}

func scale(log bool) string {
	if log {
		return "log"
	}
	return "linear"
}

// JSON writes the table for machines, all of it. Of rows with scale log, effects,
// means and intervals are of natural logarithms.
func (t *Table) JSON(w io.Writer) error {
	rows := make([]rowJSON, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = rowJSON{
			r.Metric, r.Unit, r.Better, scale(r.Log), t.A, r.B, r.ConfigA, r.ConfigB, r.Where, r.Task, r.Planned, r.N, r.Wins, r.Ties,
			number(r.MeanA), number(r.MeanB), number(r.Effect), number(r.Lo), number(r.Hi), number(r.SD),
			number(r.Improvement), number(r.ImprovementLo), number(r.ImprovementHi),
			number(r.T), number(r.Wilcoxon), number(r.SignFlip), number(r.Reach), number(r.P), number(r.Adjusted), nil, r.StepsA, r.StepsB, r.Says, r.Notes,
		}
		if b := number(r.Budget); !math.IsNaN(r.Budget) {
			rows[i].Budget = &b
		}
	}
	pooled := make([]pooledJSON, len(t.Pooled))
	for i, p := range t.Pooled {
		pooled[i] = pooledJSON{p.Metric, p.Better, scale(p.Log), t.A, p.B, p.Tasks, p.N, number(p.IQMA), number(p.IQMB), number(p.IQM),
			number(p.Lo), number(p.Hi), number(p.Improvement), number(p.ImpLo), number(p.ImpHi), p.Reused, p.Open}
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(struct {
		A        string       `json:"a"`
		B        string       `json:"b"`
		View     string       `json:"view"`
		Test     string       `json:"test"`
		Level    float64      `json:"level"`
		Family   int          `json:"family"`
		Rows     []rowJSON    `json:"rows"`
		Pooled   []pooledJSON `json:"pooled"`
		LeftOut  []string     `json:"left_out"`
		Warnings []string     `json:"warnings"`
	}{t.A, t.B, t.View, t.Test, Level, t.Family, rows, pooled, some(t.LeftOut), some(t.Warnings)})
}

// some is an empty list, not null, where there is nothing.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// CSV writes a line for every row, numbers to the bit; one that does not exist is
// empty.
func (t *Table) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Write([]string{"metric", "unit", "better", "scale", "a", "b", "config_a", "config_b", "task", "planned", "n", "wins", "ties", "mean_a", "mean_b",
		"effect", "lo", "hi", "sd", "improvement", "improvement_lo", "improvement_hi", "p_t", "p_wilcoxon", "p_signflip", "p", "p_adjusted", "budget", "verdict", "notes"})
	for _, r := range t.Rows {
		line := []string{r.Metric, r.Unit, r.Better, scale(r.Log), t.A, r.B, r.ConfigA, r.ConfigB, r.Task,
			strconv.Itoa(r.Planned), strconv.Itoa(r.N), strconv.Itoa(r.Wins), strconv.Itoa(r.Ties)}
		for _, x := range []float64{r.MeanA, r.MeanB, r.Effect, r.Lo, r.Hi, r.SD, r.Improvement, r.ImprovementLo, r.ImprovementHi, r.T, r.Wilcoxon, r.SignFlip, r.P, r.Adjusted, r.Budget} {
			text := ""
			if !math.IsNaN(x) {
				text = strconv.FormatFloat(x, 'g', -1, 64)
			}
			line = append(line, text)
		}
		out.Write(append(line, r.Says, strings.Join(r.Notes, "; ")))
	}
	out.Flush()
	return out.Error()
}

// Markdown writes the table as for a pull request.
func (t *Table) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**a** = %s, **b** = %s: a - b, paired by seed, %s\n\n", code(t.A), code(t.B), t.View)
	head := t.Columns()
	b.WriteString("| " + strings.Join(head, " | ") + " |\n|" + strings.Repeat(" --- |", len(head)) + "\n")
	for _, r := range t.Rows {
		cells := t.Cells(r, "a", "b")
		for i, c := range cells {
			cells[i] = escape(c)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	for _, lines := range [][]string{t.PooledLines(), t.NoteLines(), t.LeftOut, t.Warnings} {
		if len(lines) > 0 {
			b.WriteString("\n")
		}
		for _, l := range lines {
			b.WriteString("- " + escape(l) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// escape keeps text from being read as Markdown or HTML.
func escape(s string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", "&", "&amp;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]", "\n", " ").Replace(s)
}

func code(s string) string {
	return "`" + strings.NewReplacer("`", "'", "\n", " ").Replace(s) + "`"
}

// PooledLines say what metrics come to over all tasks.
func (t *Table) PooledLines() []string {
	var out []string
	for _, p := range t.Pooled {
		iqm, interval := p.IQMText()
		what := "a - b"
		if p.Log {
			what = "a / b"
		}
		line := fmt.Sprintf("%s: over %d tasks the interquartile mean of %s is %s %s", p.Metric, p.Tasks, what, iqm, interval)
		if p.Better != "" {
			line += fmt.Sprintf(", P(impr) %s [%s, %s]", ShareText(p.Improvement), ShareText(p.ImpLo), ShareText(p.ImpHi))
		}
		if t.severalSides() {
			line = p.B + ": " + line
		}
		if p.LeastSeeds < LeastSeeds {
			line += fmt.Sprintf("; n too small (%d in a task)", p.LeastSeeds)
		}
		if p.Open {
			line += "; of the seeds that went well"
		}
		if p.Unequal {
			line += "; tasks have unlike numbers of pairs, and weigh by them"
		}
		if p.Reused {
			line += "; some cells are in several tasks, so that the intervals are too short"
		}
		out = append(out, line)
	}
	return out
}

// NoteLines are the notes of rows and, in a view with a budget, where each was read:
// one line for all the rows of one note.
func (t *Table) NoteLines() []string {
	var order []string
	rows := map[string][]string{}
	add := func(r Row, note string) {
		if note == "" {
			return
		}
		if rows[note] == nil {
			order = append(order, note)
		}
		label := strings.TrimSpace(r.Metric + " " + r.Where)
		if t.severalSides() {
			label += " (" + r.B + ")"
		}
		rows[note] = append(rows[note], label)
	}
	for _, r := range t.Rows {
		for _, n := range r.Notes {
			add(r, n)
		}
		add(r, t.BudgetText(r))
	}
	var out []string
	for _, note := range order {
		label := rows[note][0]
		switch n := len(rows[note]); {
		case n == len(t.Rows) && n > 1:
			label = "all rows"
		case n > 1:
			label += fmt.Sprintf(" and %d more", n-1)
		}
		out = append(out, label+": "+note)
	}
	return out
}
