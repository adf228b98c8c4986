package estimators

import (
	"fmt"

	"github.com/vibench/bench/vi"
)

// AnalyticELBO is the ELBO of a linear decoder in closed form, without a sample: the mean
// log-likelihood needs two moments of q alone.
//
//	L = -D/2 log 2 pi sigma^2 - (||x - A E z||^2 + sum_h |a_h|^2 Var z_h) / (2 sigma^2) - beta KL(base(x) || p)
//
// with an offset and a sigma a coordinate where the decoder has them. A beta other than 1 is
// that of Higgins et al. 2017: no bound below 1, and of fixed noise the bound of noise beta sigma^2.
//
// Of a thresholded q the moments are those after the threshold and the KL that of the
// noise before it, as everywhere in the system of Fallah and Rozell: then L is the mean of
// sparse-elbo's objective with rule avg, and its gradient what the pulls there are biased against.
//
// Needs linear, moments and base-kl.
// Unbiased for its own value, without variance.
// Costs two products with A a datum.
//
// Velychko, Damm, Fischer and Luecke 2024 (2311.01888), with scales as parameters; of linear
// autoencoders Lucas, Tucker, Grosse and Norouzi 2019 (1911.02469).
type AnalyticELBO struct {
	Beta float64 `name:"beta" min:"0" late:"true" doc:"weight of the KL; 1 is the ELBO"`
}

func (e AnalyticELBO) Card() vi.Card {
	c := vi.Card{
		Name: "analytic-elbo", Paper: "2311.01888", PerDatum: true, Needs: []vi.Cap{vi.Linear, vi.Moments, vi.BaseKL}, K: 1, OneScalar: true,
		Target: "analytic-elbo",
	}
	if e.Beta != 1 {
		c.Target = fmt.Sprintf("analytic-elbo beta %g", e.Beta)
	}
	return c
}

func (e AnalyticELBO) Estimate(s *vi.Step) vi.Direction {
	l, kl := s.ClosedTerms()
	elbo := l.Sub(kl.Scale(e.Beta)).Mean()
	return s.Ascend(vi.Surrogate{Gen: elbo, Inf: elbo})
}
