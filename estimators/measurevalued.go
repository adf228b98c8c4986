package estimators

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/vi"
)

// MeasureValued takes the derivative of q's law as a difference of two laws, and looks
// at f in both, parameter by parameter: neither f nor a sample is differentiated.
//
//	phi: 1/K sum_k sum_j rate_j (f(z+_kj) - f(z-_kj)) d theta_j,   f = log p(x,z) - log q(z|x)
//
// z+_kj and z-_kj are z_k but for the coordinate of theta_j, where they are drawn from the
// two parts of d q / d theta_j with noise in common. Of a Gaussian: mu +- sigma w, w Rayleigh, at
// rate 1/(sigma sqrt(2 pi)) for mu; mu + sigma m and mu + sigma m u, m double-sided Maxwell, u uniform,
// at rate 1 for log sigma. Of bits: the bit on and off at rate p (1-p), which is exact for one bit.
//
// Needs weak.
// Unbiased for the ELBO, in both networks.
// Costs 2D K densities of p and of q a datum for each kind of parameter (4D K of a Gaussian, 2D K of bits), and K for theta.
//
// Pflug 1989; as here Mohamed, Rosca, Figurnov and Mnih 2020 (1906.10652).
type MeasureValued struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e MeasureValued) Card() vi.Card {
	return vi.Card{Name: "measure-valued", Paper: "1906.10652", PerDatum: true, Needs: []vi.Cap{vi.Weak}, K: e.K, Target: "elbo", Cost: true}
}

func (e MeasureValued) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior().(dist.Weak)
	z := q.Sample(s.Noise("z"), e.K).Stop()
	w := q.Weak(z, s.Noise("z/weak"))
	f := s.LogW(q.Frozen(), w.Z)
	return s.Ascend(vi.Surrogate{Gen: s.LogW(q.Frozen(), z).Mean(), Inf: w.Along(f).Mean()})
}
