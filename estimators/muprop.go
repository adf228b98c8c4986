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
// f at the mean is by masses, which are linear in the sample's code. Of several layers the
// mean field m has each layer's means given the means before it, f'(m) is total, through
// the means of the layers after; each layer has its own linear term, and what it gives back
// is f'(m_l)' d E[z_l | z_1 .. z_l-1], at the samples before it.
//
// Needs logits and relax.
// Unbiased for the ELBO, in both networks.
// Costs K+1 densities of p and of q a datum and one sweep a layer at the mean.
//
// Gu, Levine, Sutskever and Mnih 2016 (1511.05176).
type MuProp struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e MuProp) Card() vi.Card {
	return vi.Card{Name: "muprop", Paper: "1511.05176", PerDatum: true, Needs: []vi.Cap{vi.Logits, vi.Relax}, K: e.K, Target: "elbo", Cost: true}
}

func (e MuProp) Estimate(s *vi.Step) vi.Direction {
	q := layered(s)
	noise, mean := s.Noise("z"), dist.Relaxation{Tau: 1, Mean: true}
	m := q.Dist.(dist.Relaxer).Relax(mean).Sample(noise, 1) // live
	fm := s.LogW(q.Frozen(), m)
	z := q.Sample(noise, e.K)
	f := s.LogW(q.Dist, z)
	var inf tape.Node
	for l := range q.depth() {
		d, zl, ml := q.at(l, z), q.of(z, l), q.of(m, l)
		slope := tape.Grad(fm, ml)
		a := f.Sub(fm).Sub(zl.Sub(ml).Mul(slope).SumD(e.K)).Stop()
		back, k := ml, 1
		if l > 0 {
			back, k = d.(dist.Relaxer).Relax(mean).Sample(noise, e.K).Node, e.K
		}
		inf = plus(inf, a.Mul(d.LogProb(dist.Value{Node: zl, K: e.K})).Mean().Add(back.Mul(slope).SumD(k).Mean()))
	}
	return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: inf})
}
