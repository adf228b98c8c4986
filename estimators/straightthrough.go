package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/vi"
)

// StraightThrough samples hard and differentiates as if the sample were its mean,
// softened if so wanted (slope annealing).
//
//	phi: 1/K sum_k f'(z_k) d softmax(logits/tau),   of bits f'_i(b) p_i (1-p_i) d logit_i at tau = 1
//
// f = log p(x,z) - log q(z|x), log q's own dependence on phi left out: its mean is zero.
//
// Needs relax.
// Unbiased for the ELBO in theta; in phi biased, unless f is linear in each variable.
// Costs K densities of p and of q a datum.
//
// Bengio, Leonard and Courville 2013 (1308.3432); annealed, Chung, Ahn and Bengio 2017.
type StraightThrough struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	Temperature
}

func (e StraightThrough) Card() vi.Card {
	return vi.Card{
		Name: "straight-through", Paper: "1308.3432", PerDatum: true, Needs: []vi.Cap{vi.Relax}, K: e.K, Cost: true,
		Target: fmt.Sprintf("straight-through@%g", e.Tau) + e.schedule(""), Bias: fiction,
	}
}

// fiction is the bias of a declared path.
const fiction = "a hard sample is differentiated as a soft one"

func (e StraightThrough) Estimate(s *vi.Step) vi.Direction {
	return hard(s, dist.Relaxation{Tau: e.at(s.Iter), Hard: true, Mean: true}, e.K)
}

// hard raises the ELBO through hard samples with a soft path.
func hard(s *vi.Step, r dist.Relaxation, k int) vi.Direction {
	q := s.Posterior()
	z := q.(dist.Relaxer).Relax(r).Sample(s.Noise("z"), k)
	l := s.LogW(q.Frozen(), z).Mean()
	return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
}
