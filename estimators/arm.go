package estimators

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// ARM augments, reparameterises and merges: two samples of bits from one uniform
// noise, antithetic, whose difference in f weighs the noise itself.
//
//	phi: mean over pairs of sum_i (f(b1) - f(b2)) (u_i - 1/2) d logit_i,   b1 = 1[u > 1-p],  b2 = 1[u < p]
//
// Needs bits, and an even K: K samples are K/2 pairs. Of one stochastic layer.
// Unbiased for the ELBO, in both networks.
// Costs K densities of p and of q a datum.
//
// Yin and Zhou 2019 (1807.11143).
type ARM struct {
	K int `name:"k" min:"2" doc:"samples a datum, two a pair"`
}

func (e ARM) Card() vi.Card {
	return vi.Card{
		Name: "arm", Paper: "1807.11143", PerDatum: true, Needs: []vi.Cap{vi.Bits}, K: e.K, LeastK: 2, Multiple: 2, Target: "elbo", Cost: true,
	}
}

func (e ARM) Estimate(s *vi.Step) vi.Direction {
	return antithetic(s, e.K, func(p dist.Pair) tape.Node { return p.Centred })
}

// antithetic weighs, for every pair, some function of its noise by the difference
// of f.
func antithetic(s *vi.Step, k int, weight func(dist.Pair) tape.Node) vi.Direction {
	q := s.Posterior().(dist.Bits)
	p := q.Pair(s.Noise("z"), k/2)
	f := s.LogW(q, p.Z)
	less := f.Groups(k / 2).Mul(s.Const(2, 1, oneLessTwo[:])).SumK().Ungroup(k / 2) // f(b1) - f(b2), [K/2,B]
	a := weight(p).Mul(q.Natural()).SumD(k / 2)
	return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: less.Stop().Mul(a).Mean()})
}

var oneLessTwo = [2]float64{1, -1}
