package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/vi"
)

// GumbelSoftmax puts relaxed samples into the likelihood and keeps the discrete KL,
// at a temperature that falls as training goes.
//
//	1/K sum_k log p(x|y_k) - KL(Q || P),   y = softmax((logits + G)/tau),   of bits sigmoid((logit + L)/tau)
//
// With samples relaxed and the KL not, it is a bound of nothing: what it reaches is for the discrete model to say.
//
// The paper's schedule is tau = 1, floor = 0.5, rate 1e-5 or 1e-4, every 500 or 1000
// steps; its predictions hold tau at 1. It learns no temperature.
//
// Needs relax; mode disc needs analytic-kl as well.
// Unbiased for its own objective only: biased for the discrete bound.
// Costs K likelihoods and one KL a datum.
//
// Jang, Gu and Poole 2017 (1611.01144).
type GumbelSoftmax struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	Temperature
	KL string `name:"kl" choices:"disc|mass" doc:"KL in closed form, or by masses at the sample (several layers)"`
}

func (e GumbelSoftmax) Card() vi.Card {
	return vi.Card{
		Name: "gumbel-softmax", Paper: "1611.01144", PerDatum: true, Needs: closed(e.KL), K: e.K, Cost: true, OneScalar: true,
		Target: fmt.Sprintf("gumbel-softmax-%s@%g", e.KL, e.Tau) + e.schedule(""), Bias: relaxedModel,
	}
}

func (e GumbelSoftmax) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior()
	r := q.(dist.Relaxer).Relax(dist.Relaxation{Tau: e.at(s.Iter)})
	z := r.Sample(s.Noise("z"), e.K)
	l := less(s.LogLik(z), divergence(s, e.KL, q, r, z, 0)).Mean()
	return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
}
