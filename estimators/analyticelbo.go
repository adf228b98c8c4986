package estimators

import (
	"github.com/vibench/bench/vi"
)

// AnalyticELBO is the ELBO of a linear decoder in closed form, without a sample: the mean
// log-likelihood needs two moments of q alone.
//
//	L = -D/2 log 2 pi sigma^2 - (||x - A E z||^2 + sum_h |a_h|^2 Var z_h) / (2 sigma^2) - KL(base(x) || p)
//
// Of a thresholded q the moments are those after the threshold and the KL that of the
// noise before it, as everywhere in the system of Fallah and Rozell: then L is the mean of
// sparse-elbo's objective with rule avg, and its gradient what the pulls there are biased against.
//
// Needs linear, moments and base-kl.
// Unbiased for its own value, without variance.
// Costs two products with A a datum.
//
// Velychko, Damm, Fischer and Luecke 2024 (2311.01888), with scales as parameters.
type AnalyticELBO struct{}

func (AnalyticELBO) Card() vi.Card {
	return vi.Card{
		Name: "analytic-elbo", Paper: "2311.01888", PerDatum: true, Needs: []vi.Cap{vi.Linear, vi.Moments, vi.BaseKL}, K: 1, OneScalar: true,
		Target: "analytic-elbo",
	}
}

func (AnalyticELBO) Estimate(s *vi.Step) vi.Direction {
	l := s.ClosedELBO().Mean()
	return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
}
