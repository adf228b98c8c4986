package report

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// valueTables of one grid have a row for every configuration (a cell but for its
// seed), a column for every metric, the mean over seeds in each: several tables
// side by side in blocks that a sheet of paper has room for.
type valueTables struct {
	Grid    string
	Metrics int
	Blocks  []valueBlock
	More    int // rows left out
}

type valueBlock struct {
	Metrics []string
	Rows    []valueRow
}

// mostColumns is what fits across a page.
const mostColumns = 6

type valueRow struct {
	Name   string
	Seeds  int // planned
	Values []string
}

// valueTables are the last values of every metric, as means over the seeds with
// half the 95 % t interval. Floors stand beside their metric already.
func (r *Report) valueTables() []valueTables {
	grids := newSet()
	for _, c := range r.plan.Cells {
		grids.add(c.Grid)
	}
	tables := make([]valueTables, len(grids.list))
	for i, grid := range grids.list {
		tables[i] = r.tablesOf(grid)
	}
	return tables
}

func (r *Report) tablesOf(grid string) valueTables {
	rows := newSet()
	cells := map[string][]suites.Cell{}
	logged := newSet()
	var of []suites.Cell
	for _, c := range r.plan.Cells {
		if c.Grid == grid {
			of = append(of, c)
		}
	}
	optimisers := make([]suites.Choice, len(of))
	for i, c := range of {
		optimisers[i] = c.Optimiser()
	}
	for i, c := range of {
		name := fmt.Sprintf("%s x %s x %s", c.Estimator, c.Model, c.Dataset)
		if o := apart(optimisers[i], optimisers, ""); len(o.Params) > 0 {
			name = join(" x ", name, o.String())
		}
		rows.add(name)
		cells[name] = append(cells[name], c)
		for _, m := range r.results.Metrics(c.ID) {
			if !strings.HasSuffix(m, "/floor") {
				logged.add(m)
			}
		}
	}
	sort.Strings(logged.list)
	t := valueTables{Grid: grid, Metrics: len(logged.list)}
	if t.More = len(rows.list) - mostListed; t.More > 0 {
		rows.list = rows.list[:mostListed]
	} else {
		t.More = 0
	}
	for _, metrics := range columns(logged.list) {
		b := valueBlock{Metrics: metrics}
		for _, name := range rows.list {
			row := valueRow{Name: brief(name), Seeds: len(cells[name])}
			for _, m := range metrics {
				row.Values = append(row.Values, r.meanText(cells[name], m))
			}
			b.Rows = append(b.Rows, row)
		}
		t.Blocks = append(t.Blocks, b)
	}
	return t
}

// columns deals sorted metrics out to blocks, each to the first with room; those
// of one name (snr/gen, snr/inf) stay together where they fit. There is always
// one block.
func columns(metrics []string) [][]string {
	blocks := [][]string{nil}
	for len(metrics) > 0 {
		name, _, _ := strings.Cut(metrics[0], "/")
		n := 1
		for n < min(len(metrics), mostColumns) && strings.HasPrefix(metrics[n], name+"/") {
			n++
		}
		at := slices.IndexFunc(blocks, func(b []string) bool { return len(b)+n <= mostColumns })
		if at < 0 {
			at = len(blocks)
			blocks = append(blocks, nil)
		}
		blocks[at] = append(blocks[at], metrics[:n]...)
		metrics = metrics[n:]
	}
	return blocks
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
