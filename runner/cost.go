package runner

import (
	"cmp"
	"context"
	"errors"
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
const calibration = 2 * time.Second

// Cost says what each of the plan's missing cells will take: as its twins of
// other seeds took; else by its work, at the speed of done cells of the same
// estimator and kind of model, else of the same model; else at the speed of a cell with
// few replicates and steps that is run now, for about two seconds in all: what it takes to be
// built, a step and an evaluation are timed each by itself. The store
// may be nil, and nothing is written.
func (p Parts) Cost(ctx context.Context, plan *suites.Plan, missing []suites.Cell, st *store.Store) (Cost, error) {
	speeds := map[string]*speed{}
	out := Cost{Cells: map[string]time.Duration{}, Source: unknown}
	if len(missing) == 0 {
		return out, nil
	}
	load, classes := eachSetting(p.load), eachSetting(classes)
	if st != nil {
		spent, err := st.Costs(ids(plan.Cells))
		if err != nil {
			return out, fmt.Errorf("runner: %w", err)
		}
		for _, c := range plan.Cells {
			if s, ok := spent[c.ID]; ok {
				for _, class := range classes(c) {
					add(speeds, class, s.Wall, load(c))
				}
			}
		}
	}
	measured := len(speeds) > 0
	fresh := p.calibrate(ctx, missing, speeds)
	for _, c := range missing {
		for _, class := range classes(c) {
			if s, ok := speeds[class]; ok {
				out.Cells[c.ID] = s.of(load(c))
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

// load is a cell's arithmetic: of all its steps, and of all its evaluations, which are so many.
type load struct {
	train, measure float64
	times          int
}

// both is the work of both.
func (l load) both() float64 { return l.train + l.measure }

// pace is time over work.
type pace struct {
	wall time.Duration
	work float64
}

func (p pace) of(work float64) time.Duration {
	if p.work == 0 {
		return 0
	}
	return time.Duration(float64(p.wall) / p.work * work)
}

// speed is what a kind of cell takes: to be built, to train and to evaluate, of which some is
// the same however few samples there are.
type speed struct {
	build, each    time.Duration
	train, measure pace
}

// of is what so much work takes; where a kind has not been seen to train or to evaluate, it
// does so as fast as the other.
func (s *speed) of(l load) time.Duration {
	train, measure := s.train, s.measure
	if train.work == 0 {
		train = measure
	}
	if measure.work == 0 {
		measure = train
	}
	return s.build + train.of(l.train) + measure.of(l.measure) + time.Duration(l.times)*s.each
}

// add counts a whole cell to a class: nobody knows which part of it took what.
func add(speeds map[string]*speed, class string, wall time.Duration, l load) {
	if speeds[class] == nil {
		speeds[class] = &speed{}
	}
	for _, p := range []*pace{&speeds[class].train, &speeds[class].measure} {
		p.wall += wall
		p.work += l.both()
	}
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

// kindOfModel is a model with those of its settings that are words, or yes and no: what kind of
// posterior it has, say.
func kindOfModel(m suites.Choice) string {
	kind := m.Name
	for _, name := range slices.Sorted(maps.Keys(m.Params)) {
		switch x := m.Params[name].(type) {
		case string:
			kind += " " + x
		case bool:
			kind += fmt.Sprint(" ", x)
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
	return p.load(c).both()
}

func (p Parts) load(c suites.Cell) load {
	m, d, err := p.shape(c)
	if err != nil {
		return load{measure: 1, times: 1}
	}
	e, err := p.estimator(c.Estimator)
	if err != nil {
		return load{measure: 1, times: 1}
	}
	log, err := p.metrics(c.Metrics)
	if err != nil {
		return load{measure: 1, times: 1}
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
	inner := back * float64(sheet.Inner) // rows of samples that a q found anew is worth
	states := sheet.States()             // of which sums over all are made, where they are few
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
		settings := vi.Settings(x)
		data, held := rowsOf(settings, d)
		a := asks(data, settings, sheet.Whole && !held)
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
		rows[at] = max(rows[at], a.shared+inner*a.data)
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
		probing[rows] = max(probing[rows], r*(step+float64(rows)*(back*k+inner)*unit))
	}
	for _, rows := range slices.Sorted(maps.Keys(probing)) {
		measure += probing[rows]
	}
	measure *= float64(c.Train.Evaluations())
	if c.Train.Batch > 0 {
		n = min(n, float64(c.Train.Batch))
	}
	train := step + n*(back*k+inner)*unit
	if f := c.Train.Follow; f != nil {
		if lead, err := p.estimator(*f); err == nil {
			train += step + back*n*float64(max(lead.Card().K, 1))*unit
		}
	}
	return load{train: float64(c.Train.Steps) * train, measure: step + measure + final, times: c.Train.Evaluations()}
}

// asked is how many rows of samples an evaluation looks at.
type asked struct {
	data   float64 // it is of so many
	place  string  // on and first: metrics of one place share their draws
	shared float64 // rows of those
	own    float64 // rows that no other metric has
	climbs float64 // forward and back
}

// rowsOf is how many data a metric looks at, unless its settings say fewer: those of its split, and
// whether they are held out.
func rowsOf(settings []vi.Setting, d *vi.Data) (n float64, held bool) {
	for _, s := range settings {
		if s.Name == "on" && s.Default == "test" && d.Test != nil {
			return float64(d.Test.N), true
		}
	}
	return float64(d.N), false
}

// asks reads it off a metric's settings. By custom k and r are the samples of one
// draw and the draws, draws how often all is looked at again, phat the samples of an estimate of log p(x), first is of how
// many data, where a model does not look at all of them as a whole, and steps of so many samples fit
// something to each of them.
func asks(n float64, settings []vi.Setting, whole bool) asked {
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
	if first := v["first"]; first > 0 && !whole {
		n = min(n, first)
	}
	a.data = n
	rows := n * max(v["k"]*v["r"], v["phat"])
	if !placed {
		a.own = rows
		return a
	}
	a.place, a.shared = fmt.Sprint(a.place, " ", n), rows
	a.own = n * v["draws"]
	if a.climbs = n * v["steps"] * v["samples"]; a.climbs > 0 {
		a.own += n * (v["k"] + v["phat"]) // under what was fitted
	}
	return a
}

// calibrate times a small cell of every class of estimator and model that no
// speed is known for, made of the largest there is of its class, the cheapest first, and stops
// before it would take long. It says whether it timed any.
func (p Parts) calibrate(ctx context.Context, missing []suites.Cell, speeds map[string]*speed) (timed bool) {
	large := map[string]suites.Cell{}
	for _, c := range missing {
		names := classes(c)
		if slices.ContainsFunc(names, func(s string) bool { return speeds[s] != nil }) {
			continue
		}
		if best, ok := large[names[1]]; !ok || p.Work(c) > p.Work(best) {
			large[names[1]] = c
		}
	}
	small := map[string]float64{} // what the least trial takes
	for class, c := range large {
		small[class] = p.once(p.shrunk(c, least)).both()
	}
	order := slices.SortedFunc(maps.Keys(large), func(a, b string) int {
		return cmp.Or(cmp.Compare(small[a], small[b]), cmp.Compare(a, b))
	})
	for _, class := range order {
		p.build(large[class]) // data are read once for all cells: their time is no cell's
	}
	ctx, cancel := context.WithTimeout(ctx, calibration)
	defer cancel()
	deadline := time.Now().Add(calibration)
	for i, class := range order {
		names := classes(large[class])
		kind, model := names[2], names[3]
		left := time.Until(deadline)
		if s := speeds[kind]; s != nil && s.of(p.once(p.shrunk(large[class], least))) > left {
			continue // its model's speed will do
		}
		s, ok := p.time(ctx, large[class], left/time.Duration(len(order)-i))
		if !ok {
			continue
		}
		timed = true
		speeds[class], speeds[kind], speeds[model] = &s, &s, &s // the largest so far tells most of the work, and least of what every cell takes
	}
	return timed
}

// least and most are how many of all that a metric takes are tried: nll wants five samples.
const least, most = 5, 320

// once is the load of a step and of an evaluation with all metrics.
func (p Parts) once(c suites.Cell) load {
	l := load{}
	if c.Train.Steps > 0 {
		l.train = p.load(c).train / float64(c.Train.Steps)
	}
	c.Train.Steps, c.Train.Every, c.Train.At = 0, 0, nil
	l.measure, l.times = p.load(c).measure, 1
	return l
}

// shrunk is a cell with at most so many of all that a metric takes, and few data where its q is
// found anew for each of them.
func (p Parts) shrunk(c suites.Cell, few int) suites.Cell {
	c.Metrics = slices.Clone(c.Metrics)
	for i, m := range c.Metrics {
		c.Metrics[i].Params = maps.Clone(m.Params)
		for _, name := range []string{"r", "k", "phat", "first", "steps", "samples", "draws", "least"} {
			v, ok := m.Params[name].(int)
			if whole := name == "first" && v == 0; ok && (v > few || whole) {
				c.Metrics[i].Params[name] = few
			}
		}
	}
	const rows = 50
	if m, _, err := p.shape(c); err == nil && m.Sheet().Inner > 0 {
		c.Dataset.Params, c.Train.Batch = maps.Clone(c.Dataset.Params), min(c.Train.Batch, rows)
		for _, name := range []string{"n", "test"} {
			if v, ok := c.Dataset.Params[name].(int); ok {
				c.Dataset.Params[name] = min(v, rows)
			}
		}
	}
	return c
}

// time tries a cell for about so long: with few of everything, and with more while there is time,
// which tells what of an evaluation grows with them. A trial that outlasts ctx is left to end by itself.
func (p Parts) time(ctx context.Context, c suites.Cell, slice time.Duration) (speed, bool) {
	done := make(chan []trial, 1)
	go func() {
		var all []trial
		defer func() {
			recover() // the cell itself will say what is wrong
			done <- all
		}()
		start := time.Now()
		for few := least; few <= most && (few == least || time.Since(start) < slice/4); few *= 4 {
			t, ok := p.try(ctx, p.shrunk(c, few), slice/4)
			if !ok {
				break
			}
			all = append(all, t)
		}
	}()
	select {
	case all := <-done:
		if len(all) == 0 {
			return speed{}, false
		}
		return speedOf(all), true
	case <-ctx.Done():
		return speed{}, false
	}
}

// trial is what a small cell took to be built, to be evaluated once and for its steps.
type trial struct {
	build           time.Duration
	evaluate, steps pace
}

// speedOf is the speed by trials of more and more: by the last, but that what an evaluation takes
// is a fixed time and a pace, by the last two.
func speedOf(all []trial) speed {
	last := all[len(all)-1]
	s := speed{build: last.build, train: last.steps, measure: last.evaluate}
	if len(all) == 1 {
		return s
	}
	before := all[len(all)-2].evaluate
	more := pace{max(last.evaluate.wall-before.wall, 0), last.evaluate.work - before.work}
	if fixed := last.evaluate.wall - more.of(last.evaluate.work); more.work > 0 && fixed > 0 {
		s.each, s.measure = fixed, more
	}
	return s
}

// try builds a cell, takes steps for so long, from three to twenty, and evaluates all its metrics.
// The first step, which makes room for all that follows, counts only where it stays alone.
func (p Parts) try(ctx context.Context, c suites.Cell, slice time.Duration) (t trial, ok bool) {
	start := time.Now()
	out, err := p.build(c)
	if err != nil {
		return t, false
	}
	t.build = time.Since(start)
	out.work.Threads = 1
	l := p.once(c)
	begun := time.Now()
	for i := range min(out.Train.Steps, 20) {
		start := time.Now()
		if i > 2 && start.Sub(begun) > slice || ctx.Err() != nil || out.train.next() != nil {
			break
		}
		if i == 1 {
			t.steps = pace{}
		}
		t.steps.wall += time.Since(start)
		t.steps.work += l.train
	}
	out.Train.Steps = 0 // now is the end, for metrics
	start = time.Now()
	if err := out.evaluate(ctx); err != nil && !errors.As(err, &diverged{}) {
		return t, false
	}
	t.evaluate = pace{time.Since(start), l.measure}
	return t, true
}
