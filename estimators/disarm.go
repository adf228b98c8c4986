package estimators

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// DisARM is ARM with the noise integrated out given the two samples: what is left is
// zero where their bits agree. Found twice; the other name is U2G.
//
//	phi: mean over pairs of sum_i 1/2 (f(b1) - f(b2)) (b1_i - b2_i) sigmoid(|logit_i|) d logit_i
//
// Of several layers, one at a time, as ARM.
//
// Needs bits, and an even K: K samples are K/2 pairs.
// Unbiased for the ELBO, in both networks; of less variance than ARM in every coordinate.
// Costs K densities of p and of q a datum and layer.
//
// Dong, Mnih and Tucker 2020 (2006.10680).
type DisARM struct {
	K int `name:"k" min:"2" doc:"samples a datum, two a pair"`
}

func (e DisARM) Card() vi.Card {
	return vi.Card{
		Name: "disarm", Paper: "2006.10680", PerDatum: true, Needs: []vi.Cap{vi.Bits}, K: e.K, LeastK: 2, Multiple: 2, Target: "elbo", Cost: true,
	}
}

func (e DisARM) Estimate(s *vi.Step) vi.Direction {
	return antithetic(s, e.K, func(p dist.Pair) tape.Node { return p.Given })
}
