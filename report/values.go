package report

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A valueTable has one grid's metrics: a row for every configuration (a cell but
// for its seed), a column for every metric, the mean over seeds in each.
type valueTable struct {
	Grid    string
	Metrics []string
	Rows    []valueRow
	More    int // rows left out
}

type valueRow struct {
	Name   string
	Seeds  int // planned
	Values []string
}

// valueTables are the last values of every metric, as means over the seeds with
// half the 95 % t interval. Floors stand beside their metric already.
func (r *Report) valueTables() []valueTable {
	var tables []valueTable
	at := map[string]int{}
	for _, c := range r.plan.Cells {
		if _, known := at[c.Grid]; !known {
			at[c.Grid] = len(tables)
			tables = append(tables, valueTable{Grid: c.Grid})
		}
	}
	for i := range tables {
		r.fill(&tables[i])
	}
	return tables
}

func (r *Report) fill(t *valueTable) {
	rows := newSet()
	cells := map[string][]suites.Cell{}
	metrics := map[string]bool{}
	for _, c := range r.plan.Cells {
		if c.Grid != t.Grid {
			continue
		}
		name := fmt.Sprintf("%s x %s x %s", c.Estimator, c.Model, c.Dataset)
		rows.add(name)
		cells[name] = append(cells[name], c)
		for _, m := range r.results.Metrics(c.ID) {
			metrics[m] = true
		}
	}
	for m := range metrics {
		if !strings.HasSuffix(m, "/floor") {
			t.Metrics = append(t.Metrics, m)
		}
	}
	sort.Strings(t.Metrics)
	for _, name := range rows.list {
		if len(t.Rows) == mostListed {
			t.More = len(rows.list) - mostListed
			return
		}
		row := valueRow{Name: name, Seeds: len(cells[name])}
		for _, m := range t.Metrics {
			row.Values = append(row.Values, r.meanText(cells[name], m))
		}
		t.Rows = append(t.Rows, row)
	}
}

// meanText is a mean with half its interval, and how many seeds it has where
// that is not all of them.
func (r *Report) meanText(cells []suites.Cell, metric string) string {
	var x []float64
	for _, c := range cells {
		result, ended := r.results.Cell(c.ID)
		if !ended || result.Outcome != store.Done {
			continue
		}
		if v, _, ok := r.results.Value(c.ID, metric); ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
			x = append(x, v)
		}
	}
	if len(x) == 0 {
		return absent
	}
	short := ""
	if len(x) < len(cells) {
		short = " (" + strconv.Itoa(len(x)) + ")"
	}
	iv, err := stats.TMean(x)
	if err != nil {
		return three(mean(x)) + short
	}
	return plusMinus(iv.Effect, (iv.Hi-iv.Lo)/2) + short
}
