package report

import (
	"math"
	"strconv"
	"strings"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A Beside is a table of a paper with our numbers beside it. No verdict rests on it.
type Beside struct {
	Paper  string
	Table  string
	Metric string // of ours
	Rows   []BesideRow
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
	value   float64
	sd      float64
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
		for _, row := range b.Rows {
			r := BesideRow{From: row.From, Over: row.Over.String(), Note: row.Note,
				Mean: math.NaN(), Lo: math.NaN(), Hi: math.NaN(), value: row.Value, sd: value(row.SD, math.NaN())}
			r.Paper = strconv.FormatFloat(row.Value, 'f', decimals, 64)
			if row.SD != nil {
				r.Paper += " ± " + strconv.FormatFloat(*row.SD, 'f', decimals, 64)
			}
			var x []float64
			for _, c := range pick(cells, row.Over) {
				r.Planned++
				if v, _, ok := results.Value(c.ID, b.Metric); ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
					x = append(x, v)
				}
			}
			if r.N = len(x); r.N > 0 {
				r.Mean = mean(x)
			}
			if iv, err := stats.TMean(x); err == nil {
				r.Lo, r.Hi = iv.Lo, iv.Hi
			}
			t.Rows = append(t.Rows, r)
		}
		out = append(out, t)
	}
	return out
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
