package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A panel is what can share an axis: the configurations of one grid on one data
// set. Every figure that is not of a claim is one panel's.
type panel struct {
	plan    *suites.Plan
	where   string // tells it from the other panels; empty for the only one
	configs []config
	all     []config // with those that other figures leave out; these have no look
	more    int      // configurations that the figures leave out
	results *store.Results
	arrays  arrays
	rows    int      // data to train on, 0 where unknown
	metrics []string // that any of its cells has logged, sorted
	styles  looks
}

// A config is a cell but for its seed.
type config struct {
	label string
	look  look
	cell  suites.Cell   // the first seed's
	cells []suites.Cell // those that are done
	seeds int           // planned
}

// arrays gives the arrays that cells have kept; a store, or results in memory.
type arrays interface {
	VectorNames(cells []string) ([]string, error)
	LastVectors(cells []string, name string) (map[string][]float64, error)
}

// mostConfigs are those of a figure: more cannot be told apart.
const mostConfigs = 16

// panels of the plan that have a cell done, in its order.
func (r *Report) panels(cells []suites.Cell, styles looks) (list []*panel) {
	type place struct{ figure, dataset string }
	var places []place
	grids := newSet()
	in := map[place][]suites.Cell{}
	for _, c := range cells {
		at := place{cmp.Or(c.Figure, c.Grid), c.Dataset.String()}
		if in[at] == nil {
			places = append(places, at)
		}
		in[at] = append(in[at], c)
		grids.add(at.figure)
	}
	sets := map[string]int{} // of a figure
	for _, at := range places {
		sets[at.figure]++
	}
	for _, at := range places {
		p := &panel{plan: r.plan, styles: styles, results: r.results, arrays: r.arrays, rows: r.plan.Rows[at.dataset]}
		if p.fill(in[at], styles); len(p.configs) == 0 {
			continue
		}
		var words []string
		if len(grids.list) > 1 {
			words = append(words, cmp.Or(in[at][0].Figure, "grid "+at.figure))
		}
		if sets[at.figure] > 1 {
			_, data := r.plan.Brief(in[at][0])
			words = append(words, brief(data.String()))
		}
		p.where = strings.Join(words, ", ")
		list = append(list, p)
	}
	return list
}

// fill sorts cells into configurations that have at least one seed done, in the
// plan's order.
func (p *panel) fill(cells []suites.Cell, styles looks) {
	at := map[string]int{}
	var all []config
	for _, c := range cells {
		key := join(" x ", c.Estimator.String(), c.Model.String(), c.Optimiser().String(), c.Precision)
		i, known := at[key]
		if !known {
			i = len(all)
			at[key] = i
			all = append(all, config{cell: c})
		}
		all[i].seeds++
		if result, ended := p.results.Cell(c.ID); ended && result.Outcome == store.Done {
			all[i].cells = append(all[i].cells, c)
		}
	}
	all = slices.DeleteFunc(all, func(c config) bool { return len(c.cells) == 0 })
	p.all = slices.Clone(all)
	if p.more = len(all) - mostConfigs; p.more > 0 {
		all = all[:mostConfigs]
	}
	p.more = max(p.more, 0)
	first := make([]suites.Cell, len(all))
	lines := make([]line, len(all))
	for i, c := range all {
		first[i], lines[i].cell = c.cell, c.cell
	}
	styles.give(lines)
	for i, label := range labels(first, "") {
		all[i].label, all[i].look = label, lines[i].look
	}
	p.configs = all
	logged := newSet()
	for _, c := range p.all {
		for _, cell := range c.cells {
			for _, m := range p.results.Metrics(cell.ID) {
				logged.add(m)
			}
		}
	}
	slices.Sort(logged.list)
	p.metrics = logged.list
}

// title is a figure's, with what tells its panel from others.
func (p *panel) title(words string) string { return join(": ", capital(words), p.where) }

// ids are the cells of a configuration that are done.
func (c config) ids() []string {
	ids := make([]string, len(c.cells))
	for i, cell := range c.cells {
		ids[i] = cell.ID
	}
	return ids
}

// vectors are the names of the arrays that its cells have kept.
func (p *panel) vectors() ([]string, error) {
	var ids []string
	for _, c := range p.configs {
		ids = append(ids, c.ids()...)
	}
	return p.arrays.VectorNames(ids)
}

// A summary is a mean over seeds with its 95 % t interval, NaN where one seed
// gives none.
type summary struct {
	mean, lo, hi float64
	seeds        []float64
}

// at is a metric of a configuration at its last step; false if no seed has it.
func (p *panel) at(c config, metric string) (summary, bool) {
	var x []float64
	for _, cell := range c.cells {
		if v, _, ok := p.results.Value(cell.ID, metric); ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
			x = append(x, v)
		}
	}
	return summarize(x), len(x) > 0
}

func summarize(x []float64) summary {
	s := summary{mean: mean(x), lo: math.NaN(), hi: math.NaN(), seeds: x}
	if iv, err := stats.TMean(x); err == nil {
		s.lo, s.hi = iv.Lo, iv.Hi
	}
	return s
}

func (s summary) String() string {
	e, interval := intervalText(s.mean, s.lo, s.hi)
	return join(" ", e, interval)
}

// about is the part of a caption that all figures of a panel share: of what the
// cells are, how many seeds, whom they follow, what is left out.
func (p *panel) about() string {
	models, data, precisions, followed := newSet(), newSet(), newSet(), newSet()
	led := 0
	least, most, planned := math.MaxInt, 0, 0
	for _, c := range p.configs {
		model, set := p.plan.Brief(c.cell)
		models.add(brief(model.String()))
		data.add(brief(set.String()))
		precisions.add(c.cell.Precision)
		if f := c.cell.Train.Follow; f != nil {
			followed.add(brief(f.String()))
			led++
		}
		least, most, planned = min(least, len(c.cells)), max(most, len(c.cells)), max(planned, c.seeds)
	}
	if _, common := shortened(models.list); strings.HasPrefix(common, p.configs[0].cell.Model.Name) {
		common, _, _ = strings.Cut(common, "; ") // of all of them
		models.list = []string{common}
	} else if len(models.list) > 2 {
		models.list = []string{p.configs[0].cell.Model.Name + " of several settings"}
	}
	seeds := plural(most, "seed", "seeds")
	if least < planned {
		seeds = fmt.Sprintf("%d to %d of %d seeds", least, most, planned)
		if least == most {
			seeds = fmt.Sprintf("%d of %d seeds", least, planned)
		}
	}
	text := join("; ", "Of "+strings.Join(models.list, ", ")+" on "+strings.Join(data.list, ", "), strings.Join(precisions.list, ", "), seeds) + "."
	if led > 0 {
		who := "All"
		if led < len(p.configs) {
			who = fmt.Sprintf("%d of %d", led, len(p.configs))
		}
		text += fmt.Sprintf(" %s follow %s.", who, strings.Join(followed.list, " or "))
	}
	if p.more > 0 {
		text += fmt.Sprintf(" %s more in the tables.", plural(p.more, "configuration is", "configurations are"))
	}
	return text
}
