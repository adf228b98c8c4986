package diff

import (
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// Numbers is how the results of the same cells are not the same.
type Numbers struct {
	Both     int       `json:"both"`   // cells that have ended on both sides
	OnlyA    int       `json:"only_a"` // have ended there alone
	OnlyB    int       `json:"only_b"` //
	Outcomes []Outcome `json:"outcomes"`
	Differ   int       `json:"differ"` // cells with a result on both sides that are not the same: this must not be
	Metrics  []Metric  `json:"metrics"`
}

func (n *Numbers) empty() bool { return n.OnlyA+n.OnlyB+n.Differ+len(n.Outcomes) == 0 }

// An Outcome is cells that ended otherwise.
type Outcome struct {
	A     store.Outcome `json:"a"`
	B     store.Outcome `json:"b"`
	Cells int           `json:"cells"`
	First string        `json:"first"` // ID
	Name  string        `json:"name"`
}

// A Metric is what changed in one metric; its numbers are text, by store.BitsText for
// cells that are the same, since JSON has no NaN.
type Metric struct {
	Metric  string  `json:"metric"`
	Cells   int     `json:"cells"`
	Points  int     `json:"points"`
	Largest float64 `json:"largest"` // of |b - a| where both are numbers
	First   Example `json:"first"`
	last    string  // cell counted last
}

// An Example is one point that changed.
type Example struct {
	Cell string `json:"cell"`
	Name string `json:"name"`
	Step int    `json:"step"`
	A    string `json:"a"`
	B    string `json:"b"`
}

// tally gathers what changed, by metric.
type tally map[string]*Metric

func (t tally) add(metric string, e Example, size float64) {
	m := t[metric]
	if m == nil {
		m = &Metric{Metric: metric, First: e}
		t[metric] = m
	}
	if m.last != e.Cell {
		m.Cells++
		m.last = e.Cell
	}
	m.Points++
	if size > m.Largest && !math.IsInf(size, 0) {
		m.Largest = size
	}
}

func (t tally) list() []Metric {
	out := []Metric{}
	for _, m := range t {
		out = append(out, *m)
	}
	slices.SortFunc(out, func(a, b Metric) int { return strings.Compare(a.Metric, b.Metric) })
	return out
}

func side(pairs []pair, of func(pair) entry) *suites.Plan {
	p := &suites.Plan{}
	for _, x := range pairs {
		p.Cells = append(p.Cells, of(x).Cell)
	}
	return p
}

func both(a, b *store.Store, pairs []pair) (x, y *store.Results, err error) {
	if x, err = a.Load(side(pairs, func(p pair) entry { return p.a })); err == nil {
		y, err = b.Load(side(pairs, func(p pair) entry { return p.b }))
	}
	return x, y, err
}

// numbers compares what the same cells left in two stores.
func numbers(a, b *store.Store, same []pair) (*Numbers, error) {
	n := &Numbers{Outcomes: []Outcome{}}
	x, y, err := both(a, b, same)
	if err != nil {
		return nil, err
	}
	t := tally{}
	for _, p := range same {
		u, inA := x.Cell(p.a.ID)
		v, inB := y.Cell(p.b.ID)
		switch {
		case inA && !inB:
			n.OnlyA++
		case inB && !inA:
			n.OnlyB++
		}
		if !inA || !inB {
			continue
		}
		n.Both++
		if u.Outcome != v.Outcome {
			n.outcome(u.Outcome, v.Outcome, p.a)
		}
		if !result(u.Outcome) || !result(v.Outcome) {
			continue
		}
		full, other := *u, *v
		if full.Vectors, err = a.Vectors(p.a.ID); err == nil {
			other.Vectors, err = b.Vectors(p.b.ID)
		}
		if err != nil {
			return nil, err
		}
		d, differs := store.Differ(&full, &other)
		if !differs {
			continue
		}
		n.Differ++
		found := points(t, p, u.Points, v.Points)
		if arrays, differ := store.Differ(&store.Result{Vectors: full.Vectors}, &store.Result{Vectors: other.Vectors}); differ {
			found = true
			t.add(arrays.Metric, Example{p.a.ID, p.a.Cell.String(), arrays.Step, arrays.A, arrays.B}, 0)
		}
		if !found || d.Metric == "outcome" {
			t.add(d.Metric, Example{p.a.ID, p.a.Cell.String(), d.Step, d.A, d.B}, 0)
		}
	}
	n.Metrics = t.list()
	return n, nil
}

func result(o store.Outcome) bool {
	return o == store.Done || o == store.Diverged || o == store.Refused
}

func (n *Numbers) outcome(a, b store.Outcome, e entry) {
	for i := range n.Outcomes {
		if o := &n.Outcomes[i]; o.A == a && o.B == b {
			o.Cells++
			return
		}
	}
	n.Outcomes = append(n.Outcomes, Outcome{a, b, 1, e.ID, e.Cell.String()})
}

// points adds the points that are not the same, and says whether there are any. Both
// lists are sorted by metric and step.
func points(t tally, p pair, a, b []store.Point) (found bool) {
	type key struct {
		metric string
		step   int
	}
	in := make(map[key]store.Point, len(b))
	for _, y := range b {
		in[key{y.Metric, y.Step}] = y
	}
	add := func(k key, x, y string, size float64) {
		found = true
		t.add(k.metric, Example{p.a.ID, p.a.Cell.String(), k.step, x, y}, size)
	}
	for _, x := range a {
		k := key{x.Metric, x.Step}
		y, ok := in[k]
		delete(in, k)
		switch {
		case !ok:
			add(k, text(x), "absent", 0)
		case text(x) != text(y):
			add(k, text(x), text(y), math.Abs(y.Value-x.Value))
		}
	}
	for _, y := range b {
		if k := (key{y.Metric, y.Step}); in[k].Metric != "" {
			add(k, "absent", text(y), 0)
		}
	}
	return found
}

func text(p store.Point) string {
	if p.Reason != "" {
		return "none: " + p.Reason
	}
	return store.BitsText(p.Value)
}

// moved compares the last values of cells that changed and are done on both sides.
func moved(a, b *store.Store, changed []pair) ([]Metric, error) {
	x, y, err := both(a, b, changed)
	if err != nil {
		return nil, err
	}
	t := tally{}
	for _, p := range changed {
		for _, metric := range x.Metrics(p.a.ID) {
			u, _, inA := x.Value(p.a.ID, metric)
			v, _, inB := y.Value(p.b.ID, metric)
			if !inA || !inB || math.Float64bits(u) == math.Float64bits(v) {
				continue
			}
			steps := x.Steps(p.a.ID, metric)
			t.add(metric, Example{p.a.ID, p.a.Cell.String(), steps[len(steps)-1], short(u), short(v)}, math.Abs(v-u))
		}
	}
	return t.list(), nil
}
