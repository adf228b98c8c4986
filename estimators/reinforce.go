package estimators

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Reinforce is the score function of the ELBO: how good a sample was times how it
// came about. A baseline takes from that what is common to all samples; moving, it is
// an average over the steps before, which the samples of this step cannot move.
//
//	phi: 1/K sum_k (f_k - c) h_k,   f = log p(x,z) - log q(z|x),  h = d log q(z|x), z fixed
//	c <- d c + (1-d) mean f, divided by 1 - d^t after t steps
//
// Needs score.
// Unbiased for the ELBO, in both networks.
// Costs K densities of p and of q a datum; its variance grows with the size of f.
//
// Williams 1992; for variational inference, Mnih and Gregor 2014 (1402.0030).
type Reinforce struct {
	K        int     `name:"k" min:"1" doc:"samples a datum"`
	Baseline string  `name:"baseline" choices:"moving|none" doc:"what is taken from f"`
	Decay    float64 `name:"decay" min:"0" max:"0.999999" with:"baseline=moving" doc:"of the moving baseline, a step"`
}

func (e Reinforce) Card() vi.Card {
	return vi.Card{
		Name: "reinforce", Paper: "1402.0030", PerDatum: e.Baseline == "none", Needs: []vi.Cap{vi.Score}, K: e.K, Target: "elbo", Cost: true,
	}
}

// Start is the moving baseline's, if there is one: its average, and the weight of the steps in it.
func (e Reinforce) Start(vi.Sheet, vi.Shape, rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	if e.Baseline == "none" {
		return nil, nil, nil
	}
	return nil, nil, vi.State{movingBaseline: average()}
}

func (e Reinforce) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	a, k := w.LogW, float64(e.K)
	if e.Baseline != "none" {
		a = a.Sub(a.Const(moving(s, movingBaseline, vec.Sum(a.Float64s())/float64(e.K*s.B()), e.Decay)))
	}
	return w.Raise(w.LogW.Const(1/k), vi.None, a.Scale(1/k))
}

// Moving averages as state: a decayed sum, and the weight of the steps in it.
const (
	movingBaseline = "baseline"
	movingSquare   = "square"
)

func average() vi.Table { return vi.Table{Width: 2, Data: make([]float64, 2)} }

// moving is the average over the steps before this one, zero at first, and keeps
// it with x, this step's, in it.
func moving(s *vi.Step, name string, x, decay float64) (mean float64) {
	old := s.State(name).Data
	if old[1] > 0 {
		mean = old[0] / old[1]
	}
	s.Keep(name, []int{0}, []float64{float64(decay*old[0]) + float64((1-decay)*x), float64(decay*old[1]) + (1 - decay)})
	return mean
}
