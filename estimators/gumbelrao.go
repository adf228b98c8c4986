package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// GumbelRao is straight-through Gumbel-softmax with its noise averaged given the
// sample: f is looked at once a sample, the softmax's slope at R draws of noise that
// would have given the same sample.
//
//	phi: 1/K sum_k f'(z_k) 1/R sum_r d softmax((logits + G_kr)/tau),   G_kr ~ G | z_k, f = log p(x,z) - log q(z|x)
//
// d goes through the logits at fixed noise; through the law of the noise given z it
// would estimate something else.
//
// Needs logits. Of one stochastic layer.
// Unbiased for st-gumbel's mean, never of more variance; for the ELBO unbiased in theta, biased in phi.
// Costs K densities of p and of q a datum, and K R softmaxes.
//
// Paulus, Maddison and Krause 2021 (2010.04838).
type GumbelRao struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	R int `name:"r" min:"1" doc:"draws of noise a sample"`
	Temperature
}

func (e GumbelRao) Card() vi.Card {
	return vi.Card{
		Name: "gumbel-rao", Paper: "2010.04838", PerDatum: true, Needs: []vi.Cap{vi.Logits}, K: e.K, Cost: true,
		Target: fmt.Sprintf("st-gumbel@%g", e.Tau), Bias: fiction,
	}
}

func (e GumbelRao) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior().(dist.Discrete)
	z := q.Sample(s.Noise("z"), e.K)
	f := s.LogW(q.Frozen(), z)
	slope := tape.Grad(f, z.Node)
	n := e.K * e.R
	y := q.Given(dist.Value{Node: z.Node.Spread(e.R), K: n}, s.Noise("z/rao"))
	a := q.Natural()
	soft := q.Soften(y.Sub(a).Stop().Add(a), n, e.at(s.Iter)) // moves with the logits, the noise does not
	return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: soft.Node.Mul(slope).SumD(n).Mean()})
}
