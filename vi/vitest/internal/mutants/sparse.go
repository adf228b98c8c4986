package mutants

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// coding is the card of an estimator of sparse codes by samples with a target.
func coding(target string) func(k int) vi.Card {
	return func(k int) vi.Card {
		return vi.Card{Name: "mutant", K: k, Needs: []vi.Cap{vi.Pull, vi.BaseKL}, Target: target, Bias: "a threshold has no path where it cuts", PerDatum: true, OneScalar: true}
	}
}

// closedCoding is that of one in closed form.
func closedCoding(int) vi.Card {
	return vi.Card{Name: "mutant", K: 1, Needs: []vi.Cap{vi.Linear, vi.Moments, vi.BaseKL}, Target: "analytic-elbo", PerDatum: true, OneScalar: true}
}

// likelihoods are K samples' by a pull, [K,B], with q.
func likelihoods(s *vi.Step, k int, pull string) (dist.Dist, tape.Node) {
	q := s.Posterior()
	if t, ok := q.(dist.Pulled); ok {
		q = t.WithPull(pull)
	}
	return q, s.LogLik(q.Sample(s.Noise("z"), k))
}

// coded raises weighted likelihoods less the KL of the noise.
func coded(s *vi.Step, q dist.Dist, weighted tape.Node) vi.Direction {
	l := weighted.SumK().Sub(s.BaseKL(q)).Mean()
	return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
}

// entropies is entropy-elbo with weights of H[q], H[p(z)] and H[p(x|z)] of one's own.
func entropies(target string, q, z, x float64) mutant {
	return mutant{K: 1, card: func(int) vi.Card {
		return vi.Card{Name: "mutant", K: 1, Needs: []vi.Cap{vi.Scales}, Target: target, OneScalar: true, Targets: []string{"gen/logscale", "gen/logsigma"}}
	}, estimate: func(s *vi.Step, _ int) vi.Direction {
		h := s.Entropies(vi.Weights{Posterior: q, Prior: z, Noise: x})
		l := h.Q.Mean().Scale(q).Sub(h.Z.Scale(z)).Sub(h.X.Scale(x))
		d := s.Ascend(vi.Surrogate{Gen: l, Inf: l})
		d.Gen.Target = h.Target
		return d
	}}
}

// unscattered is the oracle of free scales whose likelihood takes a code for its mean in
// what it gives A.
func unscattered() vitest.Oracle { return unscatteredOracle{vitest.SparseScales()} }

type unscatteredOracle struct{ vitest.Oracle }

func (o unscatteredOracle) Model() vi.Model { return unscatteredModel{o.Oracle.Model().(linearScales)} }

type linearScales interface {
	vi.Latent
	vi.Entropic
	vi.LinearDecoder
}

type unscatteredModel struct{ linearScales }

func (m unscatteredModel) Entropies(s *vi.Step, w vi.Weights) vi.Entropies {
	h := m.linearScales.Entropies(s, w)
	a, _ := m.Linear(s)
	q := s.Posterior().(dist.Moments)
	mean, square, _ := q.Moments()
	variance := square.Sub(mean.Mul(mean))
	scatter := func(a tape.Node) tape.Node {
		return s.Affine(variance, a.Mul(a), tape.Node{}, tape.Linear).SumD(1).Mean().Scale(0.5 / h.Noise)
	}
	h.X = h.X.Sub(scatter(a)).Add(scatter(a.Stop()))
	return h
}

// sparse are mutants of the estimators of sparse codes.
func sparse() []Mutant {
	on := func(families ...string) (out []vitest.Oracle) {
		for _, f := range families {
			out = append(out, vitest.Sparse(f))
		}
		return out
	}
	one := func(name, wrong string, k int, card func(int) vi.Card, oracles []vitest.Oracle, do func(*vi.Step, int) vi.Direction, checks ...string) Mutant {
		return Mutant{name, wrong, mutant{K: k, card: card, estimate: do}, checks, oracles}
	}
	cuts := on("threshold-laplace", "threshold-normal")
	return []Mutant{
		one("smallest likelihood", "max by the sample that explains least", 2, coding("sparse-elbo max ste-fix@2"), on("normal"), func(s *vi.Step, k int) vi.Direction {
			q, ll := likelihoods(s, k, "ste-fix")
			return coded(s, q, ll.Neg().LargestK().Mul(ll))
		}, "exact"),
		one("max with its choice softened", "the argmax of max differentiated as a softmax", 2, coding("sparse-elbo max ste-fix@2"), on("normal"), func(s *vi.Step, k int) vi.Direction {
			q, ll := likelihoods(s, k, "ste-fix")
			v := ll.SoftmaxK()
			return coded(s, q, ll.LargestK().Add(v).Sub(v.Stop()).Mul(ll))
		}, "exact"),
		one("twice the shift", "ste-code passed as ste-fix", 2, coding("sparse-elbo avg ste-fix"), cuts, func(s *vi.Step, k int) vi.Direction {
			q, ll := likelihoods(s, k, "ste-code")
			return coded(s, q, ll.Scale(1/float64(k)))
		}, "exact", "draws"),
		one("masked noise", "subgrad passed as ste-fix", 2, coding("sparse-elbo avg ste-fix"), cuts, func(s *vi.Step, k int) vi.Direction {
			q, ll := likelihoods(s, k, "subgrad")
			return coded(s, q, ll.Scale(1/float64(k)))
		}, "exact", "draws"),
		one("attached weights", "the weights of iwae differentiated, as those of iwae-code", 2, coding("sparse-elbo iwae ste-fix@2 temper 1"), on("normal"), func(s *vi.Step, k int) vi.Direction {
			q, ll := likelihoods(s, k, "ste-fix")
			return coded(s, q, ll.SoftmaxK().Mul(ll))
		}, "exact"),
		one("held weights", "the weights of iwae-code held, as those of iwae", 2, coding("sparse-elbo iwae-code ste-fix@2 temper 1"), on("normal"), func(s *vi.Step, k int) vi.Direction {
			q, ll := likelihoods(s, k, "ste-fix")
			return coded(s, q, ll.SoftmaxK().Stop().Mul(ll))
		}, "exact"),
		one("temper outside", "iwae tempered twice: in its weights and again before its gradient", 2, coding("sparse-elbo iwae ste-fix@2 temper 0.5"), on("normal"), func(s *vi.Step, k int) vi.Direction {
			q, ll := likelihoods(s, k, "ste-fix")
			return coded(s, q, ll.Scale(0.5).SoftmaxK().Stop().Mul(ll).Scale(0.5))
		}, "exact"),
		one("no KL of the noise", "likelihoods alone", 2, coding("sparse-elbo avg ste-fix"), on("laplace", "spike-slab"), func(s *vi.Step, k int) vi.Direction {
			_, ll := likelihoods(s, k, "ste-fix")
			l := ll.MeanK().Mean()
			return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
		}, "exact", "draws"),
		one("pulled, said unbiased", "a pull through a threshold said to be the gradient of the ELBO", 2, func(k int) vi.Card {
			return of(coding("elbo")(k), func(c *vi.Card) { c.Bias = "" })
		}, cuts, func(s *vi.Step, k int) vi.Direction {
			q, ll := likelihoods(s, k, "subgrad")
			return coded(s, q, ll.Scale(1/float64(k)))
		}, "exact"),
		one("closed, said biased", "the gradient itself excused as one through a threshold", 1, func(int) vi.Card {
			return of(closedCoding(1), func(c *vi.Card) { c.Bias = "a threshold has no path where it cuts" })
		}, cuts, func(s *vi.Step, _ int) vi.Direction {
			l := s.ClosedELBO().Mean()
			return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
		}, "bias"),
		one("code for its mean", "analytic-elbo without the variance of z", 1, closedCoding, on("normal", "threshold-laplace"), func(s *vi.Step, _ int) vi.Direction {
			a, logsigma := s.Linear()
			q := s.Posterior()
			l := s.ExpectedLogLik(a, logsigma, unvaried{q.(dist.Moments)}).Sub(s.BaseKL(q)).Mean()
			return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
		}, "exact", "draws"),
		one("no KL in closed form", "analytic-elbo without the KL of the noise", 1, closedCoding, on("threshold-normal"), func(s *vi.Step, _ int) vi.Direction {
			a, logsigma := s.Linear()
			l := s.ExpectedLogLik(a, logsigma, s.Posterior().(dist.Moments)).Mean()
			return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
		}, "exact", "draws"),
		{"prior's weight on the noise", "H[p(x|z)] weighed as H[p(z)] is", entropies("entropy-elbo prior 1.5 every 1", 1, 1.5, 1.5), []string{"exact", "draws"}, nil},
		{"weights not said", "a weight of H[p(z)] that the target does not name", entropies("entropy-elbo", 1, 1.5, 1), []string{"exact", "draws"}, nil},
		{"no scatter", "H[p(x|z)] gives A what it would at the mean of z", entropies("entropy-elbo", 1, 1, 1), []string{"exact", "draws"}, []vitest.Oracle{unscattered()}},
		{"late scales", "the best scales given as no target", lateScales, []string{"exact", "draws"}, nil},
	}
}

// unvaried says that z does not vary.
type unvaried struct{ q dist.Moments }

func (q unvaried) Moments() (mean, square tape.Node, ok bool) {
	mean, _, ok = q.q.Moments()
	return mean, mean.Mul(mean), ok
}

var lateScales = mutant{K: 1, card: entropies("entropy-elbo", 1, 1, 1).card, estimate: func(s *vi.Step, k int) vi.Direction {
	d := entropies("entropy-elbo", 1, 1, 1).estimate(s, k)
	d.Gen.Target = tape.Vector{}
	return d
}}
