package estimators

import (
	"github.com/vibench/bench/vi"
)

// ELBO is the evidence lower bound with K samples, by either form of SGVB: A
// takes the whole log weight by sampling, B the KL in closed form.
//
//	A: 1/K sum_k [ log p(x,z_k) - log q(z_k|x) ]
//	B: -KL(q(z|x) || p(z)) + 1/K sum_k log p(x|z_k),   z_k = g(eps_k; phi)
//
// Of a cost, which has no KL, form B is the plain pathwise gradient.
//
// Needs path; form sgvb-b needs analytic-kl as well.
// Unbiased for the ELBO, in both networks.
// Costs K densities of p and of q a datum (A), K likelihoods and one KL (B).
//
// Kingma and Welling 2014 (1312.6114).
type ELBO struct {
	K    int    `name:"k" min:"1" doc:"samples a datum"`
	Form string `name:"form" choices:"sgvb-a|sgvb-b" doc:"KL by sampling (a) or in closed form (b)"`
}

func (e ELBO) Card() vi.Card {
	c := vi.Card{Name: "elbo", Paper: "1312.6114", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, Target: "elbo", Total: true}
	if e.Form == "sgvb-b" {
		c.Needs = append(c.Needs, vi.AnalyticKL)
		c.Total, c.OneScalar, c.Cost = false, true, true
	}
	return c
}

func (e ELBO) Estimate(s *vi.Step) vi.Direction {
	if e.Form == "sgvb-b" {
		return e.analytic(s)
	}
	w := s.Weigh(e.K)
	c := w.LogW.Const(1 / float64(e.K))
	return w.Raise(c, c, c.Neg())
}

func (e ELBO) analytic(s *vi.Step) vi.Direction {
	q := s.Posterior()
	kl := closedKL(s, q)
	z := q.Sample(s.Noise("z"), e.K)
	elbo := less(s.LogLik(z).MeanK(), kl).Mean()
	return s.Ascend(vi.Surrogate{Gen: elbo, Inf: elbo})
}
