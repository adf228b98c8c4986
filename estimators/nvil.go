package estimators

import (
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// NVIL is REINFORCE with a baseline that is learned: a moving average and a small
// network that reads x, trained to foretell the learning signal.
//
//	phi: 1/K sum_k (f_k - c - C(x)) h_k,   f = log p(x,z) - log q(z|x);    own: -1/K sum_k (f_k - c - C(x))^2
//	normalised: divided by max(1, sd), sd^2 a moving average of the signal's square
//
// C is a layer of tanh and a linear one, zero at the start. Normalised, steps shrink
// where the signal is large, in every coordinate alike: that is a rate which
// depends on the data.
//
// Needs score.
// Unbiased for the ELBO, in both networks, where the signal is not normalised.
// Costs K densities of p and of q a datum, and a small network.
//
// Mnih and Gregor 2014 (1402.0030).
type NVIL struct {
	K         int     `name:"k" min:"1" doc:"samples a datum"`
	Hidden    int     `name:"hidden" min:"1" doc:"width of the baseline's network"`
	Decay     float64 `name:"decay" min:"0" max:"0.999999" doc:"of the moving averages, a step"`
	Normalise bool    `name:"normalise" doc:"divide by the signal's sd where it is above 1"`
}

func (e NVIL) Card() vi.Card {
	c := vi.Card{Name: "nvil", Paper: "1402.0030", Needs: []vi.Cap{vi.Score}, K: e.K, Target: "elbo", Cost: true, Reads: true}
	if e.Normalise {
		c.Target, c.Bias = "nvil-normalised", "the learning signal is divided by its sd"
	}
	return c
}

// Start is the network and the moving averages.
func (e NVIL) Start(_ vi.Sheet, data vi.Shape, key rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	return learned.specs(data.D, e.Hidden), func(p *vi.Params) { learned.init(key, p, data.D, e.Hidden) },
		vi.State{movingBaseline: average(), movingSquare: average()}
}

func (e NVIL) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	k := float64(e.K)
	c := moving(s, movingBaseline, vec.Sum(w.LogW.Float64s())/float64(e.K*s.B()), e.Decay)
	a := w.LogW.Stop().Sub(w.LogW.Const(c)).Sub(learned.of(s, s.X, 0).SumD(1)) // [K,B], live in own alone
	sd := 1.0
	if e.Normalise {
		sd = max(1, math.Sqrt(moving(s, movingSquare, vec.SumSq(a.Float64s())/float64(e.K*s.B()), e.Decay)))
	}
	u := w.Surrogate(w.LogW.Const(1/k), vi.None, a.Scale(1/(sd*k)))
	u.Own = a.Mul(a).Mean().Neg()
	return s.Ascend(u)
}
