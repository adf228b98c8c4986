package estimators

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/vi"
)

// Enumerate is no estimate: the ELBO's gradient by a sum over all states of the
// latents, where they are few enough.
//
//	theta: sum_z q(z|x) d log p(x,z)        phi: sum_z f(z) d q(z|x),   f = log p(x,z) - log q(z|x)
//
// f's own dependence on phi adds nothing: sum_z q d log q = 0.
//
// Needs enumerate.
// Unbiased for the ELBO, in both networks, and without variance.
// Costs a density of p and of q for every state of a datum's latents.
//
// Titsias and Lazaro-Gredilla 2015 (1503.01494), of which it is the limit.
type Enumerate struct{}

func (e Enumerate) Card() vi.Card {
	return vi.Card{
		Name: "enumerate", Paper: "1503.01494", PerDatum: true, Needs: []vi.Cap{vi.Enumerate}, K: 1, Target: "elbo", Cost: true,
	}
}

func (e Enumerate) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior()
	all := q.(dist.Enumerable)
	z := all.Enumerate(int(all.States()), 1)
	f, w := s.LogW(q, z), q.LogProb(z).Exp()
	return s.Ascend(vi.Surrogate{Gen: w.Stop().Mul(f).MeanB(), Inf: w.Mul(f.Stop()).MeanB()})
}
