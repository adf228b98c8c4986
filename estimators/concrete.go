package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/vi"
)

// Concrete trains the relaxed model: points of the open simplex that have a density
// and a path, at one temperature for q and another for the prior. What it reports
// is for the discrete model to say.
//
//	dens: log 1/K sum_k p(x|Z_k) p_{a,tauP}(Z_k) / q_{alpha,tau}(Z_k),   Z ~ Concrete(alpha(x), tau)
//	mass: log p(x|Z) + sum_i Z_i log P(i)/Q(i) in place of the densities;  disc: log p(x|Z) - KL(Q || P)
//
// dens is a bound of the relaxed model's evidence; mass and disc are bounds of nothing.
//
// The paper holds both temperatures, 2/3 and 1/2 for bits, and learns none; here they may
// fall, each by its own rate.
//
// Needs relax; mode disc needs analytic-kl as well.
// Unbiased for the relaxed bound only: biased for the discrete one, by O(tau^2) as tau falls, with variance O(1/tau).
// Costs K densities of p and of q a datum.
//
// Maddison, Mnih and Teh 2017 (1611.00712).
type Concrete struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	Temperature
	TauP   float64 `name:"prior_tau" min:"0.0001" doc:"temperature of the prior, in mode dens; at the start if it falls"`
	RateP  float64 `name:"prior_rate" min:"0" late:"true" doc:"at which that falls, a step; 0 holds it"`
	FloorP float64 `name:"prior_floor" min:"0" late:"true" with:"prior_rate" doc:"below which it does not fall"`
	KL     string  `name:"kl" choices:"dens|mass|disc" doc:"what stands for the KL at a relaxed sample"`
}

// prior is the prior's temperature.
func (e Concrete) prior() Temperature { return Temperature{e.TauP, e.RateP, e.FloorP, e.Every} }

// usualTauP is the paper's, of bits.
const usualTauP = 0.5

// Check refuses temperatures that would fall to zero, and a prior's that nothing reads.
func (e Concrete) Check() error {
	if e.TauP != 0 && e.TauP != usualTauP && e.KL != "dens" {
		return fmt.Errorf("prior_tau: got %g with kl: %s, which has no prior temperature; leave it out, or say kl: dens", e.TauP, e.KL)
	}
	if e.RateP > 0 && e.KL != "dens" {
		return fmt.Errorf("prior_rate: got %g with kl: %s, which has no prior temperature; want 0, or kl: dens", e.RateP, e.KL)
	}
	if err := e.prior().check("prior_"); err != nil {
		return err
	}
	return e.Temperature.Check()
}

func (e Concrete) Card() vi.Card {
	return vi.Card{
		Name: "concrete", Paper: "1611.00712", PerDatum: true, Needs: closed(e.KL), K: e.K, Cost: e.K == 1, Predicts: true, OneScalar: true,
		Target: e.target(), Bias: relaxedModel,
	}
}

// target has the prior's temperature where it is read.
func (e Concrete) target() string {
	if e.KL == "dens" {
		return fmt.Sprintf("concrete-dens@%g,%g*%d", e.Tau, e.TauP, e.K) + e.schedule("") + e.prior().schedule("prior_")
	}
	return fmt.Sprintf("concrete-%s@%g*%d", e.KL, e.Tau, e.K) + e.schedule("")
}

const relaxedModel = "it is the gradient of a relaxed model's objective, not of the discrete bound"

func (e Concrete) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior()
	r := q.(dist.Relaxer).Relax(dist.Relaxation{Tau: e.at(s.Iter)})
	z := r.Sample(s.Noise("z"), e.K)
	l := less(s.LogLik(z), divergence(s, e.KL, q, r, z, e.prior().at(s.Iter))).LogMeanExpK().Mean()
	return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
}
