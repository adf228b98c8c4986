package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// SparseELBO is variational sparse coding by K samples: of each datum the likelihoods of its
// samples by a rule of weights, less the KL of q's noise before its threshold.
//
//	L = sum_k v_k log p(x|z_k) - KL(base(x) || p) - gamma KL(Gamma(alpha, beta) || Gamma(3, 3/lambda_0))
//
//	avg        v = 1/K
//	max        v = 1 for the sample of the largest likelihood, the first of equals ("max ELBO")
//	iwae       v = softmax(temper log p(x|z)), held: the gradient of 1/temper log-mean-exp
//	iwae-code  the same v with its gradient, that of sum_k v_k log p(x|z_k): what the published code does
//
// A threshold has no useful derivative where it cuts, so that its samples are pulled by a
// rule of their own, which leaves their value alone. With I = 1 where z is not zero:
//
//	ste       dz/dm = 1,    dz/de = 1,  dz/dlambda = 0: straight through
//	ste-code  dz/dm = 1+I,  dz/de = 1,  dz/dlambda = -I sign e: the published code, which counts m twice
//	ste-fix   dz/dm = 1,    dz/de = 1,  dz/dlambda = -I sign e
//	subgrad   dz/dm = I,    dz/de = I,  dz/dlambda = -I sign e
//
// All four are biased, by design. Where q has no threshold the pull is not read, and avg is the ELBO.
// The published loss, 1/D ||x - A z||^2 + w KL, is -L for sigma^2 = D w/2 in units of w, and its weights
// are those of temper = w.
//
// Needs pull and base-kl.
// Unbiased for the objective of its rule where q has no threshold: with avg the ELBO. Biased
// where it has one, since subgradients miss what the cut moves, straight-through ones go
// where there is no path, and the KL is that of the base.
// Costs K likelihoods and one KL a datum.
//
// Fallah and Rozell 2022 (2205.03665).
type SparseELBO struct {
	K      int     `name:"k" min:"1" doc:"samples a datum"`
	Rule   string  `name:"rule" choices:"avg|max|iwae|iwae-code" doc:"weights of the samples"`
	Pull   string  `name:"pull" choices:"ste|ste-code|ste-fix|subgrad" doc:"derivative of a thresholded sample"`
	Gamma  float64 `name:"gamma" min:"0" doc:"weight of the KL of a learned threshold, beside that of the base"`
	Temper float64 `name:"temper" min:"0.000001" doc:"iwae, iwae-code: power of the likelihoods in the weights"`
}

func (e SparseELBO) Card() vi.Card {
	c := vi.Card{
		Name: "sparse-elbo", Paper: "2205.03665", PerDatum: true, Needs: []vi.Cap{vi.Pull, vi.BaseKL}, K: e.K, OneScalar: true,
		Target: "sparse-elbo " + e.Rule + " " + e.Pull,
		Bias:   "a threshold has no path where it cuts",
	}
	if e.Rule != "avg" {
		c.Target += fmt.Sprintf("@%d", e.K)
	}
	if e.Rule == "iwae" || e.Rule == "iwae-code" {
		c.Target += fmt.Sprintf(" temper %g", e.Temper)
	}
	if e.Gamma != 1 {
		c.Target += fmt.Sprintf(" gamma %g", e.Gamma)
	}
	return c
}

// Check refuses what is not read.
func (e SparseELBO) Check() error {
	if e.Rule != "iwae" && e.Rule != "iwae-code" && e.Temper != 0 && e.Temper != 1 {
		return fmt.Errorf("temper: got %g; rule %s has no weights to temper", e.Temper, e.Rule)
	}
	return nil
}

func (e SparseELBO) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior()
	if t, ok := q.(dist.Pulled); ok {
		q = t.WithPull(e.Pull)
	}
	ll := s.LogLik(q.Sample(s.Noise("z"), e.K))
	l := e.weights(ll).Mul(ll).SumK().Sub(e.kl(s, q)).Mean()
	return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
}

// weights are what each sample's gradient counts, [K,B], stopped.
func (e SparseELBO) weights(ll tape.Node) tape.Node {
	switch e.Rule {
	case "max":
		return ll.LargestK()
	case "iwae":
		return ll.Scale(e.temper()).SoftmaxK().Stop()
	case "iwae-code": // d/dl_k sum_j v_j l_j = v_k (1 + temper (l_k - sum_j v_j l_j))
		v := ll.Scale(e.temper()).SoftmaxK()
		return v.Add(v.CovK(ll).Scale(e.temper())).Stop()
	}
	return ll.Const(1 / float64(e.K))
}

func (e SparseELBO) temper() float64 {
	if e.Temper == 0 {
		return 1
	}
	return e.Temper
}

// kl is that of q's noise, and gamma times that of a learned threshold, [1,B].
func (e SparseELBO) kl(s *vi.Step, q dist.Dist) tape.Node {
	out := s.BaseKL(q)
	if t, ok := q.(dist.LearnedThreshold); ok {
		if kl, learned := t.ThresholdKL(); learned {
			out = out.Add(kl.SumD(1).Scale(e.Gamma))
		}
	}
	return out
}
