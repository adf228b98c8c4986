package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A Beside is a table of a paper with our numbers beside it. No verdict rests on it.
type Beside struct {
	Paper  string
	Table  string
	Metric string // of ours
	Ours   string // on what, of how many seeds, after how much training
	Rows   []BesideRow

	Reference string // its name, the row that ours of the others are compared with; empty: none
}

// A BesideRow is one number of a paper and ours.
type BesideRow struct {
	From    string // what the paper calls it
	Over    string // what ours is of
	Paper   string // as published, with its standard deviation
	Mean    float64
	Lo, Hi  float64 // two-sided 95 %, NaN from one seed
	N       int     // seeds
	Planned int
	Note    string

	Less      string // ours less the reference's, paired by seed
	less      summary
	reference bool
	cells     []suites.Cell
	value     float64
	sd        float64
}

// beside reads our side of every published table.
func beside(plan *suites.Plan, results *store.Results) []Beside {
	cells := distinct(plan.Cells)
	var out []Beside
	for _, b := range plan.Published {
		t := Beside{Paper: b.Paper, Table: b.Table, Metric: b.Metric}
		decimals := 0
		for _, row := range b.Rows {
			decimals = max(decimals, decimalsOf(row.Value), decimalsOf(value(row.SD, 0)))
		}
		var all []suites.Cell
		seeds := make([]map[int]float64, len(b.Rows)) // ours of each row
		for i, row := range b.Rows {
			picked := pick(cells, row.Over)
			all = append(all, picked...)
			r := BesideRow{From: row.From, Over: named(row.Over, picked), Note: row.Note, Planned: len(picked),
				Mean: math.NaN(), value: row.Value, sd: value(row.SD, math.NaN()), reference: row.Reference, cells: picked}
			r.Paper = strconv.FormatFloat(row.Value, 'f', decimals, 64)
			if row.SD != nil {
				r.Paper += " ± " + strconv.FormatFloat(*row.SD, 'f', decimals, 64)
			}
			var x []float64
			seeds[i] = map[int]float64{}
			for _, c := range picked {
				if v, _, ok := results.Value(c.ID, b.Metric); ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
					seeds[i][c.Seed] = v
					x = append(x, v)
				}
			}
			s := summarize(x)
			r.N, r.Lo, r.Hi = len(x), s.lo, s.hi
			if r.N > 0 {
				r.Mean = s.mean
			}
			t.Rows = append(t.Rows, r)
		}
		t.Ours = measured(plan, all, b.Metric)
		t.compare(seeds)
		out = append(out, t)
	}
	return out
}

// compare takes ours of the reference from ours of every other row, seed by seed.
func (b *Beside) compare(seeds []map[int]float64) {
	at := slices.IndexFunc(b.Rows, func(r BesideRow) bool { return r.reference })
	if at < 0 || len(b.Rows) < 2 {
		return
	}
	b.Reference = b.Rows[at].Name()
	for i := range b.Rows {
		if i == at {
			continue
		}
		var d []float64
		for _, s := range seedsOf(seeds[i]) {
			if v, ok := seeds[at][s]; ok {
				d = append(d, seeds[i][s]-v)
			}
		}
		if b.Rows[i].Less = "–"; len(d) > 0 {
			b.Rows[i].less = summarize(d)
			b.Rows[i].Less = fmt.Sprintf("%s, n %d", b.Rows[i].less, len(d))
		}
	}
}

// named is a selection as people speak of it: the estimator with its settings,
// piwae-mk{k=8,m=8}, and what else was chosen.
func named(over suites.Select, cells []suites.Cell) string {
	if len(cells) == 0 || len(over["estimator"]) != 1 {
		return over.String()
	}
	e := cells[0].Estimator
	rest := suites.Select{}
	for label, values := range over {
		if _, own := e.Params[label]; !own && label != "estimator" {
			rest[label] = values
		}
	}
	return join(" ", e.String(), rest.String())
}

// measured says of ours what a paper's table says of its own: on how many data a
// metric is, over how many seeds, after how much training.
func measured(plan *suites.Plan, cells []suites.Cell, metric string) string {
	data, lengths, seeds := newSet(), newSet(), map[int]bool{}
	for _, c := range cells {
		seeds[c.Seed] = true
		data.add(dataOf(c, metric))
		lengths.add(lengthOf(c, plan.Rows[c.Dataset.String()]))
	}
	text := metric
	if len(data.list) == 1 {
		text += data.list[0]
	}
	text += "; " + plural(len(seeds), "seed", "seeds")
	if len(lengths.list) == 1 {
		text = join(", ", text, lengths.list[0])
	}
	return text
}

// dataOf is of how many data a cell's metric is; nothing where it does not say.
func dataOf(c suites.Cell, metric string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(metric, "train/"), "/")
	name, k, _ := strings.Cut(name, "@")
	for _, m := range c.Metrics {
		on, placed := m.Params["on"].(string)
		first := intOf(m.Params["first"])
		size := intOf(m.Params["k"])
		if m.Name != name || !placed || k != "" && k != strconv.Itoa(size) || (on == "train") != strings.HasPrefix(metric, "train/") {
			continue
		}
		words := map[string]string{"test": "test data", "train": "training data"}[on]
		if first > 0 {
			return fmt.Sprintf(" of the first %d %s", first, words)
		}
		return " of all " + words
	}
	return ""
}

// intOf is a parameter that is a whole number, which a plan that was stored has as
// a float; 0 if it is none.
func intOf(v any) int {
	switch v := v.(type) {
	case int:
		return v
	case float64:
		return int(v)
	}
	return 0
}

// lengthOf is how long a cell trains: in epochs where the data can be counted.
func lengthOf(c suites.Cell, rows int) string {
	t := c.Train
	switch {
	case t.Steps == 0:
		return ""
	case t.Batch > 0 && rows >= t.Batch:
		epochs := float64(t.Steps) / float64(rows/t.Batch)
		if epochs == 1 {
			return "1 epoch"
		}
		return strconv.FormatFloat(epochs, 'g', max(3, len(strconv.Itoa(int(epochs)))), 64) + " epochs"
	}
	return plural(t.Steps, "step", "steps")
}

// decimalsOf is how many a number is written with, at most six.
func decimalsOf(x float64) int {
	_, after, _ := strings.Cut(strconv.FormatFloat(x, 'f', -1, 64), ".")
	return min(len(after), 6)
}

// Ours is our mean with its interval, for people.
func (r BesideRow) Ours() string { return join(" ", r.Effect(), r.Interval()) }

// Effect is our mean.
func (r BesideRow) Effect() string {
	e, _ := intervalText(r.Mean, r.Lo, r.Hi)
	return e
}

// Interval is that of our mean.
func (r BesideRow) Interval() string {
	_, interval := intervalText(r.Mean, r.Lo, r.Hi)
	return interval
}

// Seeds is n, of how many where that is not all.
func (r BesideRow) Seeds() string {
	if r.N < r.Planned {
		return strconv.Itoa(r.N) + " of " + strconv.Itoa(r.Planned)
	}
	return strconv.Itoa(r.N)
}

// Name is what a row is about: the paper's word for it, or else ours.
func (r BesideRow) Name() string {
	if r.From != "" {
		return r.From
	}
	return r.Over
}

// HasSD says whether the paper gave a spread to any of the numbers.
func (b Beside) HasSD() bool {
	for _, r := range b.Rows {
		if !math.IsNaN(r.sd) {
			return true
		}
	}
	return false
}

// title is what stands over the table: nll@5000 beside 1802.04537, MNIST, 4 runs.
func (b Beside) title() string {
	return join(": ", b.Metric+" beside "+b.Paper, b.Table)
}

// lessTitle heads the column of comparisons.
func (b Beside) lessTitle() string { return "ours − " + b.Reference + ", paired [95 %]" }
