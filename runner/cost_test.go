package runner

import (
	"context"
	"testing"
	"time"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

func planOf(t *testing.T, text string) *suites.Plan {
	t.Helper()
	s, err := suites.Parse("s.yaml", []byte(text), Builtin().Catalog())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.Plan(suites.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

const priced = `
suite: s
grid:
  estimator: [{iwae: {k: [4, 8]}}, {dreg: {k: 4}}]
  model: lineargaussian
  dataset: {lineargaussian: {n: 4}}
  seed: 0..1
log: {metrics: [elbo, {gradvar: {r: 200}}]}
`

// A twin of a done cell costs what that did, a cell of the same estimator by its
// work, one of another estimator at the speed of the model.
func TestCostMeasured(t *testing.T) {
	p, plan := Builtin(), planOf(t, priced)
	st, err := store.Open(t.TempDir() + "/s.db")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	run, err := st.Begin(plan, store.Provenance{})
	if err != nil {
		t.Fatal(err)
	}
	first := plan.Cells[0]
	took := 3 * time.Second
	if err := st.Write(run, []store.Result{{Cell: first.ID, Outcome: store.Done, Cost: store.Cost{Wall: took}}}); err != nil {
		t.Fatal(err)
	}
	missing, err := Missing(plan, st)
	if err != nil || len(missing) != 5 {
		t.Fatalf("%d missing, %v", len(missing), err)
	}
	cost, err := p.Cost(context.Background(), plan, missing, st)
	if err != nil || cost.Source != "measured" || len(cost.Cells) != 5 {
		t.Fatalf("got %+v, %v", cost, err)
	}
	for _, c := range missing {
		want := time.Duration(float64(took) * p.Work(c) / p.Work(first))
		if got := cost.Cells[c.ID]; (got - want).Abs() > time.Millisecond {
			t.Errorf("%s: got %v; want %v", c, got, want)
		}
		if c.Estimator.String() == first.Estimator.String() && (cost.Cells[c.ID]-took).Abs() > time.Millisecond {
			t.Errorf("a twin costs %v; want %v", cost.Cells[c.ID], took)
		}
	}
	if p.Work(plan.Cells[2]) <= p.Work(first) {
		t.Error("k = 8 is no more work than k = 4")
	}
}

// Without a store cells are timed, in a second or so, and all can be told.
func TestCostCalibrated(t *testing.T) {
	p, plan := Builtin(), planOf(t, priced)
	start := time.Now()
	cost, err := p.Cost(context.Background(), plan, plan.Cells, nil)
	if err != nil || cost.Source != "calibrated" || len(cost.Cells) != len(plan.Cells) {
		t.Fatalf("got %+v, %v", cost, err)
	}
	if took := time.Since(start); took > 3*calibration {
		t.Errorf("took %v", took)
	}
}

func TestCostWall(t *testing.T) {
	cells := []suites.Cell{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	cost := Cost{Cells: map[string]time.Duration{"a": 5, "b": 1, "c": 3}}
	for workers, want := range map[int]time.Duration{0: 9, 1: 9, 2: 5, 7: 5} {
		if got, ok := cost.Wall(cells, workers); !ok || got != want {
			t.Errorf("%d workers: got %v, %t; want %v", workers, got, ok, want)
		}
	}
	delete(cost.Cells, "c")
	if _, ok := cost.Wall(cells, 2); ok {
		t.Error("a cell without a cost has one")
	}
}

// A cell whose metrics are far too long to run has a cost all the same: it is
// timed with few of everything.
func TestCostOfLargeMetrics(t *testing.T) {
	p, plan := Builtin(), planOf(t, `
suite: s
grid: {estimator: {iwae: {k: 64}}, model: vae, dataset: {bits: {n: 64}}, seed: 0}
train: {steps: 1000000, batch: 8, optim: adam}
log: {metrics: [{nll: {k: 1000000}}, {kl: {k: 64, phat: 1000000}}, {gap: {steps: 100000}}, {snr: {r: 100000}}]}
`)
	var cost Cost
	for range 10 { // a busy machine may not get through the smallest cell in the second that there is
		var err error
		if cost, err = p.Cost(context.Background(), plan, plan.Cells, nil); err != nil {
			t.Fatal(err)
		}
		if len(cost.Cells) == 1 {
			break
		}
	}
	if took := cost.Cells[plan.Cells[0].ID]; took < time.Minute {
		t.Errorf("costs %v; want hours", took)
	}
}

// Metrics of one place share their draws; a fit to each datum is its own.
func TestWorkOfMetrics(t *testing.T) {
	work := func(metrics string) float64 {
		plan := planOf(t, "suite: s\ngrid: {estimator: elbo, model: vae, dataset: {bits: {n: 64}}, seed: 0}\nlog: {metrics: ["+metrics+"]}\n")
		return Builtin().Work(plan.Cells[0])
	}
	nll := work("{nll: {k: 5000}}")
	for name, other := range map[string]struct {
		metrics     string
		least, most float64 // times nll
	}{
		"shared":       {"{nll: {k: 5000}}, {ess: {k: 5000}}, {kl: {k: 64, phat: 5000}}", 1, 1.01},
		"phat":         {"{kl: {k: 1, phat: 5000}}", 0.99, 1.01},
		"another half": {"{nll: {k: 5000}}, {ess: {k: 5000, first: 32}}", 1.4, 1.6},
		"a fit":        {"{gap: {k: 10, phat: 10, steps: 100, samples: 50, first: 0}}", 2.9, 3.1},
	} {
		if got := work(other.metrics) / nll; got < other.least || got > other.most {
			t.Errorf("%s: %.3g times as much; want %g to %g", name, got, other.least, other.most)
		}
	}
}

// What is summed over all states of the latents costs as many rows as there are.
func TestWorkOfSums(t *testing.T) {
	p, plan := Builtin(), planOf(t, `
suite: s
grid:
  estimator: [enumerate, {reinforce: {k: 1}}]
  model: {sbn: {layers: [8]}}
  dataset: {bits: {n: 64, dim: 6}}
  seed: 0
train: {steps: 100, optim: sgd}
log: {metrics: [elbo, logpx]}
`)
	c := plan.Cells[1]
	if ratio := p.Work(plan.Cells[0]) / p.Work(c); ratio < 50 {
		t.Errorf("enumerate: %.3g times the work of one sample, of 256 states", ratio)
	}
	whole := p.Work(c)
	c.Train.Steps, c.Metrics = 1, c.Metrics[:1]
	if c.Metrics[0].Name != "elbo" {
		t.Fatal(c.Metrics)
	}
	bare := p.Work(c)
	c.Metrics = plan.Cells[1].Metrics
	if ratio := p.Work(c) / bare; ratio < 3 || p.Work(c) > whole {
		t.Errorf("logpx: %.3g times the work of an elbo, of 256 states", ratio)
	}
}

// What an evaluation takes grows with its samples from a fixed time on, by the last two of the
// trials; by one trial it is all in proportion.
func TestSpeedOfTrials(t *testing.T) {
	steps := pace{10, 5}
	one := trial{build: 7, evaluate: pace{130, 3}, steps: steps}
	two := trial{build: 8, evaluate: pace{160, 6}, steps: steps}
	for _, c := range []struct {
		all  []trial
		l    load
		want time.Duration
	}{
		{[]trial{one}, load{train: 100, measure: 6, times: 2}, 7 + 200 + 260},
		{[]trial{one, two}, load{train: 100, measure: 60, times: 2}, 8 + 200 + 600 + 2*100},
		{[]trial{two, {evaluate: pace{160, 12}, steps: steps}}, load{measure: 600, times: 3}, 3 * 160}, // nothing grew
		{[]trial{one, {evaluate: pace{900, 6}, steps: steps}}, load{measure: 60, times: 1}, 9000},      // more than in proportion
	} {
		s := speedOf(c.all)
		if got := s.of(c.l); got != c.want {
			t.Errorf("%+v of %+v: got %d; want %d", c.l, c.all, got, c.want)
		}
	}
}

// A q that is found anew costs its iterations, and a trial is of few data; what looks at all data
// as a whole does so whatever first says.
func TestWorkOfCodes(t *testing.T) {
	p := Builtin()
	cell := func(model, metrics string) suites.Cell {
		return planOf(t, `
suite: s
precision: float64
grid: {estimator: entropy-elbo, model: {sparsecoder: {latent: 8, `+model+`}}, dataset: {sparselin: {n: 1000, test: 0}}, seed: 0}
train: {steps: 10, optim: {"": adam, gen/log: step}}
log: {metrics: [`+metrics+`]}
`).Cells[0]
	}
	few, many := cell("posterior: local, budget: 10", "gini"), cell("posterior: local, budget: 100", "gini")
	if ratio := p.Work(many) / p.Work(few); ratio < 5 || ratio > 10 {
		t.Errorf("100 iterations are %.3g times the work of 10", ratio)
	}
	if ratio := p.Work(many) / p.Work(p.shrunk(many, least)); ratio < 15 || ratio > 25 {
		t.Errorf("1000 rows are %.3g times the work of 50", ratio)
	}
	all, some := cell("posterior: diagonal", "{gini: {k: 50}}"), cell("posterior: diagonal", "{gini: {k: 50, first: 5}}")
	if p.Work(all) != p.Work(some) {
		t.Error("a whole posterior is looked at in part")
	}
}
