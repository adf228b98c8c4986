package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A lab makes plans and results by hand.
type lab struct {
	plan    suites.Plan
	results []*store.Result
	at      map[string]*store.Result
	rand    *rand.Rand
}

func newLab(seed uint64) *lab {
	return &lab{plan: suites.Plan{Suite: "s", Preset: "quick"}, at: map[string]*store.Result{}, rand: rand.New(rand.NewPCG(seed, 0))}
}

// cell plans a cell and ends it as done; change says how it is not the usual one.
func (l *lab) cell(estimator string, seed int, change func(*suites.Cell)) *store.Result {
	c := suites.Cell{
		Grid: "g", Seed: seed, Precision: "float64",
		Estimator: suites.Choice{Name: estimator, Params: map[string]any{"k": 8}},
		Model:     suites.Choice{Name: "vae"},
		Dataset:   suites.Choice{Name: "bits", Params: map[string]any{"n": 16}},
		Train:     suites.Train{Steps: 100, Optim: []suites.Group{{Optim: suites.Choice{Name: "adam", Params: map[string]any{"rate": 0.1}}}}},
		Metrics:   []suites.Choice{{Name: "elbo"}, {Name: "snr", Params: map[string]any{"r": 100}}, {Name: "nll"}},
	}
	if change != nil {
		change(&c)
	}
	c.ID = fmt.Sprint(c.Grid, c.Seed, c.Estimator, c.Model, c.Dataset, c.Optimiser(), c.Metrics, c.Train.Steps)
	l.plan.Cells = append(l.plan.Cells, c)
	r := &store.Result{Cell: c.ID, Outcome: store.Done, Steps: 100, Cost: store.Cost{Wall: time.Second}}
	l.results, l.at[c.ID] = append(l.results, r), r
	return r
}

func log(r *store.Result, metric string, v float64) {
	r.Points = append(r.Points, store.Point{Metric: metric, Step: 100, Value: v, Evals: 1000})
}

// curve logs a metric at steps 0, 50 and 100, each step at a cost in evaluations.
func curve(r *store.Result, metric string, evals int64, v ...float64) {
	for i, x := range v {
		r.Points = append(r.Points, store.Point{Metric: metric, Step: 50 * i, Value: x, Evals: evals * int64(50*i)})
	}
}

func (l *lab) source(name string) Source {
	var list []store.Result
	for _, r := range l.results {
		list = append(list, *r)
	}
	return Source{name, store.NewResults(&l.plan, list)}
}

// versus logs a metric of two estimators over n seeds: b + effect + noise against b.
func (l *lab) versus(a, b, metric string, n int, effect, noise float64, change func(*suites.Cell)) {
	for seed := range n {
		level := 3 * l.rand.NormFloat64() // a seed is a problem: pairing matters
		log(l.cell(a, seed, change), metric, level+effect+noise*l.rand.NormFloat64())
		log(l.cell(b, seed, change), metric, level)
	}
}

func side(t *testing.T, text string) Side {
	t.Helper()
	s, err := ParseSide(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// direction is what the metrics of these tests say of themselves.
func direction(metric string) string {
	return map[string]string{"elbo": "higher", "nll": "lower", "snr/inf": "higher"}[metric]
}

// table compares sides of one lab.
func (l *lab) table(t *testing.T, o Options, a string, bs ...string) *Table {
	t.Helper()
	out, err := l.try(t, o, a, bs...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (l *lab) try(t *testing.T, o Options, a string, bs ...string) (*Table, error) {
	t.Helper()
	o.Better = direction
	var sides []Side
	for _, b := range bs {
		sides = append(sides, side(t, b))
	}
	s := l.source("x.db")
	return Of(s, side(t, a), s, sides, o)
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
