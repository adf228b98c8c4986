package metrics_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// R-hat and draws are those of the definition, over draws written down and looked at all at once; steps that are
// left out have no part in them, a watch that goes on from its state goes on, and chains that are apart are seen.
func TestChains(t *testing.T) {
	const chains, warm, steps = 5, 3, 40
	e := answering(t, models.IRT{Form: "1pl", Ability: "particles", Count: chains}, datasets.IRT{Kind: "1pl", N: 3, Dim: 2})
	p := e.Work.Params
	v := p.Value("inf/w")
	n := v.Len()
	x := make([]float64, n*steps)
	rng.Root(4).Normal64(x, 0)
	for i := range x[n*warm:] {
		x[n*warm+i] += float64(i%n/(n/chains)) * float64(i%2) // a place of each chain's own, in some numbers
	}
	m := metrics.Chains{Warm: warm}
	w := m.Watch(p)
	for s := range steps {
		if s == 20 {
			again := m.Watch(p)
			copy(again.State(), w.State())
			w = again
		}
		v.From(x[n*s : n*s+n])
		w.See(vi.Direction{})
	}
	x = x[n*warm:]
	const draws = steps - warm
	worst, least := 0.0, math.Inf(1)
	cols := n / chains
	for c := range cols {
		var means []float64
		within, centre, b := 0.0, 0.0, 0.0
		for i := range chains {
			m, v := 0.0, 0.0
			for s := range draws {
				m += x[s*n+i*cols+c] / draws
			}
			for s := range draws {
				v += math.Pow(x[s*n+i*cols+c]-m, 2) / (draws - 1)
			}
			within += v / chains
			centre += m / chains
			means = append(means, m)
		}
		for _, m := range means {
			b += draws * (m - centre) * (m - centre) / (chains - 1)
		}
		all := (draws-1.)/draws*within + b/draws
		worst = math.Max(worst, math.Sqrt(all/within))
		least = math.Min(least, chains*draws*math.Min(1, all/b))
	}
	var out metrics.Out
	w.Measure(&out)
	got, _ := numbers(t, &out)
	if math.Abs(got["chains/rhat"]-worst) > 1e-12 || math.Abs(got["chains/draws"]-least) > 1e-9 || worst < 1.1 {
		t.Errorf("got %v; want %g, %g", got, worst, least)
	}
	still := metrics.Chains{}.Watch(p)
	for range 4 {
		still.See(vi.Direction{})
		var out metrics.Out
		still.Measure(&out)
		if _, why := numbers(t, &out); why["chains/rhat"] == "" {
			t.Error("chains that stand still, or one draw, have an R-hat")
		}
	}
}

// Shares and counts are the state's, and without a state there is a reason; difficulties are as far as the
// furthest, and those of another number of items are no reference.
func TestProposalsAndDifficulties(t *testing.T) {
	e := answering(t, models.IRT{Form: "2pl", Ability: "particles", Count: 2}, datasets.IRT{Kind: "2pl", N: 5, Dim: 3})
	if _, why := numbers(t, measure(e, metrics.Proposals{})); len(why) != 2 {
		t.Errorf("without a state: %v", why)
	}
	e.Work.State = vi.State{vi.Proposals: {Width: 3, Data: []float64{0, 0, 0}}}
	if x, why := numbers(t, measure(e, metrics.Proposals{})); why["proposals/accepted"] == "" || x["proposals/diverged"] != 0 {
		t.Errorf("before a step: %v, %v", x, why)
	}
	e.Work.State = vi.State{vi.Proposals: {Width: 3, Data: []float64{40, 30, 2}}}
	if x, _ := numbers(t, measure(e, metrics.Proposals{})); x["proposals/accepted"] != 0.75 || x["proposals/diverged"] != 2 {
		t.Errorf("got %v", x)
	}
	m := answering(t, models.IRT{Form: "2pl", Ability: "grid"}, datasets.IRT{Kind: "2pl", N: 50, Dim: 3})
	m.Work.Params.Set("gen/b", []float64{1, -2, 0.5})
	if x, _ := numbers(t, measure(m, metrics.Difficulties{At: []float64{1.25, -2.5, 0.5}})); x["difficulties/off"] != 0.5 {
		t.Errorf("got %v", x)
	}
	if _, why := numbers(t, measure(m, metrics.Difficulties{At: []float64{1}})); why["difficulties/off"] != "at: got 1 difficulties of 3 items" {
		t.Errorf("got %v", why)
	}
}
