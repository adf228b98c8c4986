// Package mutants has wrong estimators, each wrong in one way that has happened to
// somebody, and the checks of vitest that must reject it. They prove the kit: a
// mutant that gets through is a hole in it. A crash is no rejection.
package mutants

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// Mutant is a wrong estimator.
type Mutant struct {
	Name      string
	Wrong     string // what is wrong with it
	Estimator vi.Estimator
	Checks    []string        // that must reject it
	On        []vitest.Oracle // in place of the kit's own
}

// mutant is an estimator in two functions.
type mutant struct {
	K        int `name:"k" min:"1" doc:"samples a datum"`
	card     func(k int) vi.Card
	estimate func(s *vi.Step, k int) vi.Direction
}

func (m mutant) Card() vi.Card                      { return m.card(m.K) }
func (m mutant) Estimate(s *vi.Step) vi.Direction   { return m.estimate(s, m.K) }
func iwae(k int) string                             { return fmt.Sprintf("iwae@%d", k) }
func path(k int) vi.Card                            { return needing(vi.Path, k) }
func score(k int) vi.Card                           { return needing(vi.Score, k) }
func of(c vi.Card, change func(c *vi.Card)) vi.Card { change(&c); return c }

// needing is the card of an estimator of E[L_K].
func needing(what vi.Cap, k int) vi.Card {
	return vi.Card{Name: "mutant", K: k, Needs: []vi.Cap{what}, Target: iwae(k), PerDatum: true}
}

// dreg is right: some mutants are wrong only in what they say.
func dreg(s *vi.Step, k int) vi.Direction {
	w := s.Weigh(k)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, v.Mul(v), vi.None)
}

// landing is sum_k v_k P_k, the gradient of E[L_K] at K = 1 alone.
func landing(s *vi.Step, k int) vi.Direction {
	w := s.Weigh(k)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, v, vi.None)
}

// saying is dreg with another card.
func saying(change func(c *vi.Card)) mutant {
	return mutant{K: 3, card: func(k int) vi.Card { return of(path(k), change) }, estimate: dreg}
}

// swapped are M groups of K samples, taken for K groups of M.
type swapped struct {
	M int `name:"m" min:"1" doc:"groups"`
	K int `name:"k" min:"1" doc:"samples a group"`
}

func (e swapped) Card() vi.Card {
	return of(path(e.M*e.K), func(c *vi.Card) { c.Target = iwae(e.K) })
}

func (e swapped) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.M * e.K)
	v := w.LogW.Groups(e.K).SoftmaxK().Scale(1 / float64(e.K)).Ungroup(e.K)
	return w.Raise(v, v, v.Neg())
}

// counting has a memory that is no state.
type counting struct {
	mutant
	calls *int
}

func (e counting) Estimate(s *vi.Step) vi.Direction {
	*e.calls++
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, v.Mul(v), v.Const(float64(*e.calls))) // the scores have mean zero
}

// fewest hides how few samples it was given.
func fewest(k int) vi.Card { return path(max(k, 1)) }

// All mutants.
func All() []Mutant {
	one := func(name, wrong string, card func(int) vi.Card, do func(*vi.Step, int) vi.Direction, checks ...string) Mutant {
		return Mutant{Name: name, Wrong: wrong, Estimator: mutant{K: 3, card: card, estimate: do}, Checks: checks}
	}
	says := func(name, wrong string, change func(*vi.Card), checks ...string) Mutant {
		return Mutant{Name: name, Wrong: wrong, Estimator: saying(change), Checks: checks}
	}
	return append(append(discrete(), sparse()...), []Mutant{
		one("dropped stop", "the weights of IWAE are differentiated", path, func(s *vi.Step, k int) vi.Direction {
			q := s.Posterior()
			z := q.Sample(s.Noise("z"), k)
			lw := s.LogJoint(z).Sub(s.LogQ(q, z))
			u := lw.SoftmaxK().Mul(lw).MeanB()
			return s.Ascend(vi.Surrogate{Gen: u, Inf: u})
		}, "exact", "draws"),
		one("divisor n", "a covariance of n samples divided by n for n-1", func(k int) vi.Card {
			return of(score(k), func(c *vi.Card) { c.Target, c.LeastK = "elbo", 2 })
		}, func(s *vi.Step, k int) vi.Direction {
			w := s.Weigh(k)
			v := w.LogW.Const(1 / float64(k))
			return w.Raise(v, vi.None, v.CovK(w.LogW).Sub(v))
		}, "exact"),
		one("missing direct term", "the score term without the derivative of the bound itself", score, func(s *vi.Step, k int) vi.Direction {
			w := s.Weigh(k)
			return w.Raise(w.LogW.SoftmaxK(), vi.None, w.LogW.LogMeanExpK().Add(w.LogW.Const(0)))
		}, "exact"),
		one("generative leaking into inference", "the generative scalar added to the inference scalar", path, func(s *vi.Step, k int) vi.Direction {
			q := s.Posterior()
			z := q.Sample(s.Noise("z"), k)
			lp := s.LogJoint(z)
			lw := lp.Sub(s.LogQ(q.Frozen(), z))
			v := lw.SoftmaxK().Stop()
			gen := v.Mul(lp).MeanB()
			return s.Ascend(vi.Surrogate{Gen: gen, Inf: v.Mul(v).Mul(lw).MeanB().Add(gen)})
		}, "exact", "draws"),
		{"swapped axes", "M groups of K samples taken for K groups of M", swapped{M: 2, K: 3}, []string{"exact", "draws"}, nil},
		one("log of mean for mean of log", "IWAE for the ELBO of K samples", func(k int) vi.Card {
			return of(path(k), func(c *vi.Card) { c.Target = "elbo" })
		}, func(s *vi.Step, k int) vi.Direction {
			w := s.Weigh(k)
			v := w.LogW.SoftmaxK()
			return w.Raise(v, v, v.Neg())
		}, "exact", "draws"),
		one("baseline sees its own sample", "the mean of all samples for the mean of the others", score, func(s *vi.Step, k int) vi.Direction {
			w := s.Weigh(k)
			v, bound := w.LogW.SoftmaxK(), w.LogW.LogMeanExpK()
			return w.Raise(v, vi.None, bound.Sub(v).Sub(bound))
		}, "exact"),
		one("sign of the KL", "the closed KL is added", func(k int) vi.Card {
			return of(path(k), func(c *vi.Card) {
				c.Needs, c.Target, c.OneScalar = append(c.Needs, vi.AnalyticKL), "elbo", true
			})
		}, func(s *vi.Step, k int) vi.Direction {
			q := s.Posterior()
			kl, _ := q.(dist.KL).KL(s.Prior())
			z := q.Sample(s.Noise("z"), k)
			u := s.LogLik(z).MeanK().Add(kl).Mean()
			return s.Ascend(vi.Surrogate{Gen: u, Inf: u})
		}, "exact", "draws"),
		one("missing log K", "weights divided by their mean, so that they sum to K", path, func(s *vi.Step, k int) vi.Direction {
			w := s.Weigh(k)
			v := w.LogW.Sub(w.LogW.LogMeanExpK()).Exp()
			return w.Raise(v, v, v.Neg())
		}, "exact", "draws"),
		{"frozen values for frozen weights", "q's parameters stopped as values, and with them the path through the layer below", mutant{K: 3, card: path, estimate: dreg},
			[]string{"exact"}, []vitest.Oracle{stiff()}},
		one("inference weights for the generative network", "one surrogate of squared weights for both", path, func(s *vi.Step, k int) vi.Direction {
			w := s.Weigh(k)
			v := w.LogW.SoftmaxK()
			return w.Raise(v.Mul(v), v.Mul(v), vi.None)
		}, "exact", "draws"),
		one("right for few samples", "drops the score term of more than three samples", path, func(s *vi.Step, k int) vi.Direction {
			if k > 3 {
				return landing(s, k)
			}
			return dreg(s, k)
		}, "draws"),
		one("clipped together", "both directions scaled by their common length", func(k int) vi.Card {
			return of(path(k), func(c *vi.Card) { c.PerDatum = false })
		}, func(s *vi.Step, k int) vi.Direction {
			d := dreg(s, k)
			length := 0.0
			for _, x := range append(d.Gen.Ascend.F64(), d.Inf.Ascend.F64()...) {
				length += x * x
			}
			for _, u := range []tape.Vector{d.Gen.Ascend, d.Inf.Ascend} {
				for i := range u.Len() {
					u.Set(i, u.At(i)/(1+length))
				}
			}
			return d
		}, "isolated", "exact", "allocations"),
		one("a site for each K", "sites of noise named after the number of samples", path, func(s *vi.Step, k int) vi.Direction {
			q := s.Posterior()
			z := q.Sample(s.Noise(fmt.Sprint("z", k)), k)
			lp := s.LogJoint(z)
			lw := lp.Sub(s.LogQ(q.Frozen(), z))
			v := lw.SoftmaxK().Stop()
			return s.Ascend(vi.Surrogate{Gen: v.Mul(lp).MeanB(), Inf: v.Mul(v).Mul(lw).MeanB()})
		}, "extends", "allocations"),
		{"memory of its own", "a count of calls in the estimator, where its mean does not show it", counting{mutant{K: 3, card: path}, new(int)}, []string{"pure"}, nil},
		one("divided by N", "a sum over the batch divided by the size of the data set", path, func(s *vi.Step, k int) vi.Direction {
			w := s.Weigh(k)
			v := w.LogW.SoftmaxK().Scale(float64(s.B()) / float64(s.N))
			return w.Raise(v, v.Mul(w.LogW.SoftmaxK()), vi.None)
		}, "exact", "duplicates", "per-datum"),
		one("baseline of the batch, said per-datum", "a leave-one-out mean over the batch, which blocks of it would change", score, func(s *vi.Step, k int) vi.Direction {
			w := s.Weigh(k)
			v, bound := w.LogW.SoftmaxK(), w.LogW.LogMeanExpK()
			l, b := bound.Float64s(), s.B()
			rest := make([]float64, b)
			for i := range rest {
				for j := range l {
					if j != i {
						rest[i] += l[j] / float64(b-1)
					}
				}
			}
			return w.Raise(v, vi.None, bound.Sub(v).Sub(s.Const(1, b, rest)))
		}, "per-datum", "allocations"),
		{"any k", "a card that hides a k below the least", mutant{K: 3, card: fewest, estimate: func(s *vi.Step, k int) vi.Direction { return dreg(s, max(k, 1)) }}, []string{"least-k"}, nil},
		says("says total", "the doubly reparameterised path for the plain total derivative", func(c *vi.Card) { c.Total = true }, "total"),
		says("says one scalar", "two scalars, where a shared weight needs one", func(c *vi.Card) { c.OneScalar = true }, "one-scalar"),
		says("says biased", "an unbiased estimator that declares a bias", func(c *vi.Card) { c.Bias = "some" }, "bias"),
		says("another target", "E[L_K] said to be the ELBO", func(c *vi.Card) { c.Target = "elbo" }, "exact", "draws"),
		says("another target, and a bias to excuse it", "declaring a bias is no way out", func(c *vi.Card) { c.Target, c.Bias = "elbo", "some" }, "exact", "draws"),
		says("a target of its own", "a name that nobody can compare it with", func(c *vi.Card) { c.Target = fmt.Sprintf("mine@%d", c.K) }, "exact"),
		one("no gradient, said unbiased", "self-normalised wake-phi without its bias", func(k int) vi.Card {
			return of(score(k), func(c *vi.Card) { c.Target, c.GenTarget = fmt.Sprintf("wake-phi@%d", k), iwae(k) })
		}, func(s *vi.Step, k int) vi.Direction {
			w := s.Weigh(k)
			v := w.LogW.SoftmaxK()
			return w.Raise(v, vi.None, v)
		}, "bias"),
	}...)
}
