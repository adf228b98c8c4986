package estimators

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// DARN is the one-half estimator: each bit's baseline is f expanded to first order
// from the sample to that bit at 1/2, so that only the slope is left.
//
//	phi: 1/K sum_k sum_i f'_i(b_k) (b_ki - 1/2) (b_ki - p_i) d logit_i,   f = log p(x,z) - log q(z|x)
//
// Its mean is p(1-p) (f'(0) + f'(1))/2 bit by bit, the trapezoid rule. (Expanded at
// 1/2, as it is sometimes told, a linear f would give zero.)
//
// Needs bits. Of one stochastic layer.
// Unbiased for the ELBO in theta; in phi only where f is quadratic in each bit, else biased.
// Costs K densities of p and of q a datum, and a sweep.
//
// Gregor, Danihelka, Mnih, Blundell and Wierstra 2014 (1310.8499).
type DARN struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e DARN) Card() vi.Card {
	return vi.Card{
		Name: "darn", Paper: "1310.8499", PerDatum: true, Needs: []vi.Cap{vi.Bits}, K: e.K, Target: "darn", Cost: true, OneLayer: true,
		Bias: "the rest of f's expansion in each bit, beyond second order, is left out",
	}
}

func (e DARN) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior().(dist.Bits)
	z := q.Sample(s.Noise("z"), e.K)
	f := s.LogW(q.Frozen(), z)
	b, a := z.Node, q.Natural()
	_, d := b.Shape()
	half := s.Blank(1, d)
	for i, v := 0, half.Value(); i < d; i++ {
		v.Set(i, 0.5)
	}
	score := b.Mul(a).Sub(a.Apply(tape.Softplus)) // log q of each bit: d is b - p
	c := tape.Grad(f, b).Mul(b.Sub(half))
	return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: score.Mul(c).SumD(e.K).Mean()})
}
