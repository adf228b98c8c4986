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
// Of several layers, one at a time: a pair at layer l, the layers before it held and
// those after it drawn anew for both members.
//
// Needs bits, and an even K: K samples are K/2 pairs.
// Unbiased for the ELBO, in both networks.
// Costs K densities of p and of q a datum and layer.
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

// antithetic weighs, for every pair of every layer, some function of its noise by
// the difference of f.
func antithetic(s *vi.Step, k int, weight func(dist.Pair) tape.Node) vi.Direction {
	q, pairs := layered(s), k/2
	z := q.none(pairs)
	var gen, inf tape.Node
	for l := range q.depth() {
		d := q.at(l, z).(dist.Bits)
		p := d.Pair(q.noise("z", l), pairs)
		both := q.with(q.before(l, z, 2), l, p.Z.Node)
		if l+1 < q.depth() {
			q.chain.Draw(l+1, both, s.Fork("z", q.block(l)))
			z = q.with(z, l, d.Sample(q.noise("z", l), pairs).Node) // the first of each pair
		}
		f := s.LogW(q.Dist, both)
		less := f.Groups(pairs).Mul(s.Const(2, 1, oneLessTwo[:])).SumK().Ungroup(pairs) // f(b1) - f(b2), [K/2,B]
		a := weight(p).Mul(d.Natural()).SumD(pairs)
		gen, inf = plus(gen, f.Mean()), plus(inf, less.Stop().Mul(a).Mean())
	}
	return s.Ascend(vi.Surrogate{Gen: gen.Scale(1 / float64(q.depth())), Inf: inf})
}

var oneLessTwo = [2]float64{1, -1}
