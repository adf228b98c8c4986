package estimators

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// MuProp takes f's first-order expansion at the mean field from the learning signal
// and gives its mean back by its path.
//
//	phi: 1/K sum_k (f(z_k) - f(m) - f'(m)'(z_k - m)) h_k + f'(m)' d m,   m = E z,  f = log p(x,z) - log q(z|x)
//
// f at the mean is by masses, which are linear in the sample's code.
//
// Needs logits. Of one stochastic layer.
// Unbiased for the ELBO, in both networks.
// Costs K+1 densities of p and of q a datum and one sweep at the mean.
//
// Gu, Levine, Sutskever and Mnih 2016 (1511.05176).
type MuProp struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e MuProp) Card() vi.Card {
	return vi.Card{Name: "muprop", Paper: "1511.05176", PerDatum: true, Needs: []vi.Cap{vi.Logits, vi.Relax}, K: e.K, Target: "elbo", Cost: true}
}

func (e MuProp) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior().(dist.Discrete)
	noise := s.Noise("z")
	m := q.(dist.Relaxer).Relax(dist.Relaxation{Tau: 1, Mean: true}).Sample(noise, 1) // live
	fm := s.LogW(q.Frozen(), m)
	slope := tape.Grad(fm, m.Node)
	z := q.Sample(noise, e.K)
	f := s.LogW(q, z)
	a := f.Sub(fm).Sub(z.Node.Sub(m.Node).Mul(slope).SumD(e.K)).Stop()
	return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: a.Mul(q.LogProb(z)).Mean().Add(m.Node.Mul(slope).SumD(1).Mean())})
}
