package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A group is what one table may compare: the configurations of a grid, or of grids of one
// figure, by one model on one data set.
type group struct {
	Title   string
	Figure  string // or grid; empty for the only one
	Configs []*configuration
	Metrics []string // that any of its cells has logged, floors apart, sorted
}

// A configuration is a cell but for its seed.
type configuration struct {
	Ref   string // c1, c2, ... over the whole plan: short enough to stand beside every number
	Name  string // what tells it from the others of its group
	Full  string // with all settings
	Cells []suites.Cell
	last  map[string]map[int]float64 // finite values at the last step of cells that are done, by metric and seed
}

// groups of the plan's cells, in its order; every cell is in one.
func (r *Report) groups() []*group {
	type place struct{ figure, model, dataset string }
	var list []*group
	at := map[place]*group{}
	in := map[string]*configuration{}
	places := map[*group]place{}
	n := 0
	for _, c := range distinct(r.plan.Cells) {
		where := place{cmp.Or(c.Figure, c.Grid), c.Model.Name, c.Dataset.String()}
		g := at[where]
		if g == nil {
			g = &group{Figure: where.figure}
			at[where], places[g] = g, where
			list = append(list, g)
		}
		optimiser := c.Optimiser().String()
		key := fmt.Sprintf("%q", []string{where.figure, c.Grid, c.Estimator.String(), c.Model.String(), where.dataset, optimiser, c.Precision})
		k := in[key]
		if k == nil {
			k = &configuration{last: map[string]map[int]float64{},
				Full: brief(join(" x ", c.Estimator.String(), c.Model.String(), where.dataset, optimiser, c.Precision))}
			in[key] = k
			g.Configs = append(g.Configs, k)
		}
		k.Cells = append(k.Cells, c)
	}
	figures, data, models := newSet(), newSet(), newSet()
	for _, where := range places {
		figures.add(where.figure)
		data.add(where.dataset)
		models.add(where.model)
	}
	for _, g := range list {
		first := make([]suites.Cell, len(g.Configs))
		logged := newSet()
		for i, k := range g.Configs {
			first[i] = k.Cells[0]
			for _, c := range k.Cells {
				r.note(k, c, logged)
			}
		}
		twins := map[string]int{}
		names := labels(first, "")
		for _, name := range names {
			twins[name]++
		}
		for i, name := range names {
			if twins[name] > 1 && first[i].Grid != "" {
				name += " (" + first[i].Grid + ")"
			}
			n++
			g.Configs[i].Name, g.Configs[i].Ref = name, fmt.Sprintf("c%d", n)
		}
		slices.Sort(logged.list)
		g.Metrics = logged.list
		_, set := r.plan.Brief(first[0])
		title := places[g].model + " on " + brief(set.String())
		if len(figures.list) > 1 {
			title = capital(places[g].figure) + ": " + title
		}
		g.Title = title
	}
	return list
}

// note keeps what a cell has logged last.
func (r *Report) note(k *configuration, c suites.Cell, logged *set) {
	result, ended := r.results.Cell(c.ID)
	done := ended && result.Outcome == store.Done
	for _, m := range r.results.Metrics(c.ID) {
		if strings.HasSuffix(m, "/floor") {
			continue // it stands beside its metric
		}
		logged.add(m)
		v, _, ok := r.results.Value(c.ID, m)
		if !done || !ok || math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		if k.last[m] == nil {
			k.last[m] = map[int]float64{}
		}
		k.last[m][c.Seed] = v
	}
}

// values of a metric, in the order of seeds.
func (k *configuration) values(metric string) (x []float64) {
	by := k.last[metric]
	for _, s := range seedsOf(by) {
		x = append(x, by[s])
	}
	return x
}

// text is the mean of a metric with half its 95 % t interval, and of how many seeds it is
// where that is not all of them.
func (k *configuration) text(metric string) string {
	x := k.values(metric)
	if len(x) == 0 {
		return absent
	}
	s := summarize(x)
	text := plusMinus(s.mean, (s.hi-s.lo)/2)
	if len(x) < len(k.Cells) {
		text += fmt.Sprintf(" (%d)", len(x))
	}
	return text
}
