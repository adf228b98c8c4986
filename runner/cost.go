package runner

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// Cost is what cells are expected to take.
type Cost struct {
	Cells  map[string]time.Duration // by ID, on a worker of its own; one that cannot be told is absent
	Source string                   // measured, calibrated, unknown; or measured and calibrated
}

// calibration is how long Cost may run cells to time them, in all.
const calibration = time.Second

// Cost says what each of the plan's missing cells will take: as its twins of
// other seeds took; else by its work, at the speed of done cells of the same
// estimator and kind of model, else of the same model; else at the speed of a cell with
// few replicates and steps that is run now, for about a second in all. The store
// may be nil, and nothing is written.
func (p Parts) Cost(ctx context.Context, plan *suites.Plan, missing []suites.Cell, st *store.Store) (Cost, error) {
	speeds := map[string]*speed{}
	out := Cost{Cells: map[string]time.Duration{}, Source: unknown}
	if len(missing) == 0 {
		return out, nil
	}
	work, classes := p.Works(), eachSetting(classes)
	if st != nil {
		spent, err := st.Costs(ids(plan.Cells))
		if err != nil {
			return out, fmt.Errorf("runner: %w", err)
		}
		for _, c := range plan.Cells {
			if s, ok := spent[c.ID]; ok {
				for _, class := range classes(c) {
					add(speeds, class, s.Wall, work(c))
				}
			}
		}
	}
	measured := len(speeds) > 0
	fresh := p.calibrate(ctx, missing, speeds)
	for _, c := range missing {
		for _, class := range classes(c) {
			if s, ok := speeds[class]; ok {
				out.Cells[c.ID] = s.of(work(c))
				break
			}
		}
	}
	switch {
	case len(out.Cells) == 0:
	case measured && fresh:
		out.Source = "measured and calibrated"
	case measured:
		out.Source = "measured"
	default:
		out.Source = "calibrated"
	}
	return out, nil
}

// Wall is how long cells take on so many workers that take them in order; ok is
// false if any of them cannot be told.
func (c Cost) Wall(cells []suites.Cell, workers int) (wall time.Duration, ok bool) {
	free := make([]time.Duration, max(workers, 1)) // when each worker is free again
	for _, cell := range cells {
		d, known := c.Cells[cell.ID]
		if !known {
			return 0, false
		}
		next := slices.Index(free, slices.Min(free))
		free[next] += d
	}
	return slices.Max(free), true
}

// Resume leaves out what cells have behind them that go on from a step, by ID.
func (c Cost) Resume(cells []suites.Cell, steps map[string]int) {
	for _, cell := range cells {
		if d, ok := c.Cells[cell.ID]; ok && cell.Train.Steps > 0 {
			c.Cells[cell.ID] = d - time.Duration(float64(d)*float64(steps[cell.ID])/float64(cell.Train.Steps))
		}
	}
}

// speed is time over work.
type speed struct {
	wall time.Duration
	work float64
}

func (s *speed) of(work float64) time.Duration {
	return time.Duration(float64(s.wall) / s.work * work)
}

func add(speeds map[string]*speed, class string, wall time.Duration, work float64) {
	if speeds[class] == nil {
		speeds[class] = &speed{}
	}
	speeds[class].wall += wall
	speeds[class].work += work
}

// classes are the kinds of cell that c belongs to, the narrowest first: its
// twins of other seeds, its estimator on its model of such a kind, its model of such a
// kind, its model.
func classes(c suites.Cell) []string {
	kind := fmt.Sprintf("%s %s", kindOfModel(c.Model), c.Precision)
	return []string{
		fmt.Sprintf("%s %s %s %s %v %v", c.Estimator, c.Model, c.Dataset, c.Precision, c.Train, c.Metrics),
		fmt.Sprintf("%s %s", c.Estimator.Name, kind),
		kind,
		fmt.Sprintf("%s %s", c.Model.Name, c.Precision),
	}
}

// kindOfModel is a model with those of its settings that are words: what kind of
// posterior it has, say.
func kindOfModel(m suites.Choice) string {
	kind := m.Name
	for _, name := range slices.Sorted(maps.Keys(m.Params)) {
		if word, ok := m.Params[name].(string); ok {
			kind += " " + word
		}
	}
	return kind
}

// eachSetting is f, computed once for the seeds of one setting, which stand together.
func eachSetting[T any](f func(suites.Cell) T) func(suites.Cell) T {
	var last *suites.Cell
	var is T
	return func(c suites.Cell) T {
		if last == nil || !sameButSeed(c, *last) {
			last, is = &c, f(c)
		}
		return is
	}
}

// Works is Work for cells in the order of a plan.
func (p Parts) Works() func(suites.Cell) float64 { return eachSetting(p.Work) }

// Work is a cell's arithmetic in a unit that means something only beside another
// cell's: rows of samples, forward and back where directions are drawn, times
// the size of the model, and something for every step. 1 if the parts do not go
// together.
func (p Parts) Work(c suites.Cell) float64 {
	m, d, err := p.shape(c)
	if err != nil {
		return 1
	}
	e, err := p.estimator(c.Estimator)
	if err != nil {
		return 1
	}
	log, err := p.metrics(c.Metrics)
	if err != nil {
		return 1
	}
	const (
		row  = 16   // of a row of samples, beside the model's parameters
		step = 4000 // of a step or replicate, however few rows it has
		back = 3    // forward and back over forward
	)
	sheet := m.Sheet()
	unit, dims := float64(row), 0
	for _, s := range sheet.Params {
		rows := s.Rows
		if sheet.Whole && rows == d.N { // a row a datum, each with its own
			rows = 1
		}
		unit += float64(rows) * float64(s.Cols)
	}
	for _, b := range sheet.Blocks {
		dims += b.Dim
	}
	states := sheet.States() // of which sums over all are made, where they are few
	if states > vi.MostStates {
		states = 0
	}
	n, k := float64(d.N), float64(max(e.Card().K, 1))
	if slices.Contains(e.Card().Needs, vi.Enumerate) {
		k = max(k, states)
	}
	measure, final := 0.0, 0.0       // all metrics once, and those at the end only
	drawn := map[string][2]float64{} // rows that the metrics of one place share: always, and at the end
	for _, x := range log.evals {
		a := asks(n, vi.Settings(x))
		if slices.Contains(x.Needs(), vi.Exact) {
			a.own += a.data * states
		}
		own, at := step+(a.own+back*a.climbs)*unit, 0
		if metrics.AtEnd(x) {
			final, at = final+own, 1
		} else {
			measure += own
		}
		rows := drawn[a.place]
		rows[at] = max(rows[at], a.shared)
		drawn[a.place] = rows
	}
	for _, place := range slices.Sorted(maps.Keys(drawn)) {
		rows := drawn[place]
		measure += rows[0] * unit
		final += max(rows[1]-rows[0], 0) * unit
	}
	probing := map[int]float64{} // by rows: probes of one batch share its replicates
	for _, x := range log.probes {
		rows := x.Rows(d.N)
		r := float64(x.Draws(rows, e.Card().K, dims) * (1 + len(x.With())))
		probing[rows] = max(probing[rows], r*(step+back*float64(rows)*k*unit))
	}
	for _, rows := range slices.Sorted(maps.Keys(probing)) {
		measure += probing[rows]
	}
	measure *= float64(c.Train.Evaluations())
	if c.Train.Batch > 0 {
		n = min(n, float64(c.Train.Batch))
	}
	train := step + back*n*k*unit
	if f := c.Train.Follow; f != nil {
		if lead, err := p.estimator(*f); err == nil {
			train += step + back*n*float64(max(lead.Card().K, 1))*unit
		}
	}
	return step + measure + final + float64(c.Train.Steps)*train
}

// asked is how many rows of samples an evaluation looks at.
type asked struct {
	data   float64 // it is of so many
	place  string  // on and first: metrics of one place share their draws
	shared float64 // rows of those
	own    float64 // rows that no other metric has
	climbs float64 // forward and back
}

// asks reads it off a metric's settings. By custom k and r are the samples of one
// draw and the draws, phat the samples of an estimate of log p(x), first is of how
// many data, and steps of so many samples fit something to each of them.
func asks(n float64, settings []vi.Setting) asked {
	v := map[string]float64{"k": 1, "r": 1}
	a, placed := asked{}, false
	for _, s := range settings {
		switch x := s.Default.(type) {
		case int:
			v[s.Name] = float64(x)
		case string:
			if s.Name == "on" {
				a.place, placed = x, true
			}
		}
	}
	if first := v["first"]; first > 0 {
		n = min(n, first)
	}
	a.data = n
	rows := n * max(v["k"]*v["r"], v["phat"])
	if !placed {
		a.own = rows
		return a
	}
	a.place, a.shared = fmt.Sprint(a.place, " ", n), rows
	if a.climbs = n * v["steps"] * v["samples"]; a.climbs > 0 {
		a.own = n * (v["k"] + v["phat"]) // under what was fitted
	}
	return a
}

// calibrate times a small cell of every class of estimator and model that no
// speed is known for, the cheapest first, and stops before it would take long.
// It says whether it timed any.
func (p Parts) calibrate(ctx context.Context, missing []suites.Cell, speeds map[string]*speed) (timed bool) {
	small := map[string]suites.Cell{}
	for _, c := range missing {
		names := classes(c)
		if slices.ContainsFunc(names, func(s string) bool { return speeds[s] != nil }) {
			continue
		}
		c = p.reduced(c)
		if best, ok := small[names[1]]; !ok || p.Work(c) < p.Work(best) {
			small[names[1]] = c
		}
	}
	order := slices.SortedFunc(maps.Keys(small), func(a, b string) int {
		return cmp.Or(cmp.Compare(p.Work(small[a]), p.Work(small[b])), cmp.Compare(a, b))
	})
	for _, class := range order {
		p.build(small[class]) // data are read once for all cells: their time is no cell's
	}
	ctx, cancel := context.WithTimeout(ctx, calibration)
	defer cancel()
	deadline := time.Now().Add(calibration)
	for _, class := range order {
		c := small[class]
		names := classes(c)
		kind, model := names[2], names[3]
		if s := speeds[kind]; s != nil && s.of(p.Work(c)) > time.Until(deadline) {
			continue // its model's speed will do
		}
		wall, ok := p.time(ctx, c)
		if !ok {
			continue
		}
		timed = true
		add(speeds, class, wall, p.Work(c))
		for _, name := range []string{kind, model} { // the largest so far tells most of the work, and least of what every cell takes
			speeds[name] = &speed{wall, p.Work(c)}
		}
	}
	return timed
}

// reduced is a cell with so few replicates, samples, data and steps that it takes
// a small part of the time that there is.
func (p Parts) reduced(c suites.Cell) suites.Cell {
	const most = 2e9 // of Work: about a tenth of a second
	few := 20
	out := shrunk(c, few, few)
	for few > 1 && p.Work(out) > most {
		few /= 2
		out = shrunk(c, few, max(few, 5)) // nll wants five samples
	}
	return out
}

// shrunk is a cell with at most so many steps, and few of all that a metric takes.
func shrunk(c suites.Cell, steps, few int) suites.Cell {
	c.Train.Steps, c.Train.Every, c.Train.At = min(c.Train.Steps, steps), 0, nil
	c.Metrics = slices.Clone(c.Metrics)
	for i, m := range c.Metrics {
		c.Metrics[i].Params = maps.Clone(m.Params)
		for _, name := range []string{"r", "k", "phat", "first", "steps", "samples"} {
			v, ok := m.Params[name].(int)
			if whole := name == "first" && v == 0; ok && (v > few || whole) {
				c.Metrics[i].Params[name] = few
			}
		}
	}
	return c
}

// time runs a cell, twice if it is short, since the first run of anything is
// slow. A cell that outlasts ctx is left to end by itself.
func (p Parts) time(ctx context.Context, c suites.Cell) (time.Duration, bool) {
	type timed struct {
		wall time.Duration
		ok   bool
	}
	done := make(chan timed, 1)
	go func() {
		var t timed
		for range 2 {
			start := time.Now()
			res := p.runCell(ctx, c, 1, desk{})
			t = timed{time.Since(start), res.Outcome == store.Done}
			if !t.ok || t.wall > calibration/10 {
				break
			}
		}
		done <- t
	}()
	select {
	case t := <-done:
		return t.wall, t.ok
	case <-ctx.Done():
		return 0, false
	}
}
