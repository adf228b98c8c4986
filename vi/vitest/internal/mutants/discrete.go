package mutants

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// tau is the temperature of the mutants that have one.
const tau = 0.6

// on is the card of an estimator of discrete latents in one layer, of the ELBO.
func on(k int, needs ...vi.Cap) vi.Card {
	return vi.Card{Name: "mutant", K: k, Needs: needs, Target: "elbo", Cost: true, PerDatum: true, OneLayer: true}
}

// hardly is that of one through hard samples, with its target.
func hardly(target string, needs ...vi.Cap) func(k int) vi.Card {
	return func(k int) vi.Card {
		return of(on(k, needs...), func(c *vi.Card) { c.Target, c.Bias = target, "a hard sample is differentiated as a soft one" })
	}
}

// pairs is DisARM with a weight of one's own.
func pairs(weight func(p dist.Pair, logits tape.Node) tape.Node) func(s *vi.Step, k int) vi.Direction {
	return func(s *vi.Step, k int) vi.Direction {
		q := s.Posterior().(dist.Bits)
		p := q.Pair(s.Noise("z"), k/2)
		f := s.LogW(q, p.Z)
		less := f.Groups(k / 2).Mul(s.Const(2, 1, []float64{1, -1})).SumK().Ungroup(k / 2)
		a := weight(p, q.Natural()).Mul(q.Natural()).SumD(k / 2)
		return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: less.Stop().Mul(a).Mean()})
	}
}

// throughPerturbed is straight-through with the slope of perturbed logits.
func throughPerturbed(s *vi.Step, k, r int, perturbed func(q dist.Discrete, z dist.Value) tape.Node) vi.Direction {
	q := s.Posterior().(dist.Discrete)
	z := q.Sample(s.Noise("z"), k)
	f := s.LogW(q.Frozen(), z)
	soft := q.Soften(perturbed(q, dist.Value{Node: z.Node.Spread(r), K: k * r}), k*r, tau)
	return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: soft.Node.Mul(tape.Grad(f, z.Node)).SumD(k * r).Mean()})
}

// discrete are the mutants of bits and categories.
func discrete() []Mutant {
	one := func(name, wrong string, k int, card func(int) vi.Card, do func(*vi.Step, int) vi.Direction, checks ...string) Mutant {
		return Mutant{Name: name, Wrong: wrong, Estimator: mutant{K: k, card: card, estimate: do}, Checks: checks}
	}
	bits := func(k int) vi.Card { return on(k, vi.Bits) }
	logits := func(k int) vi.Card { return on(k, vi.Logits, vi.Relax) }
	antithetic := func(k int) vi.Card {
		return of(on(k, vi.Bits), func(c *vi.Card) { c.LeastK, c.Multiple = 2, 2 })
	}
	return []Mutant{
		one("relaxed density with the mass formula", "masses of relaxed samples, called their densities", 1, func(k int) vi.Card {
			return of(on(k, vi.Relax), func(c *vi.Card) {
				c.Target, c.Bias, c.Cost, c.OneScalar = fmt.Sprintf("concrete-dens@%g,%g*%d", tau, 0.5, k), "of a relaxed model", false, true
			})
		}, func(s *vi.Step, k int) vi.Direction {
			q := s.Posterior()
			z := q.(dist.Relaxer).Relax(dist.Relaxation{Tau: tau}).Sample(s.Noise("z"), k)
			l := s.LogJoint(z).Sub(s.LogQ(q, z)).LogMeanExpK().Mean()
			return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
		}, "exact"),
		one("conditional noise without its law", "REBAR whose v' does not move with the logits", 1, bits, func(s *vi.Step, k int) vi.Direction {
			a := s.Posterior().(dist.Bits).Natural()
			rows, _ := a.Shape()
			phi := a.Spread(s.B() * k / rows)
			q := s.Bernoulli(phi).(dist.Bits)
			b := q.Sample(s.Noise("z"), k)
			given := q.Given(b, s.Noise("z/cond"))
			given = given.Sub(phi).Stop().Add(phi)
			at := func(y tape.Node) tape.Node {
				return s.LogW(q.Frozen(), dist.Value{Node: y.Scale(1 / tau).Apply(tape.Sigmoid), K: k})
			}
			f, c, d := s.LogW(q.Frozen(), b), at(q.Perturb(s.Noise("z"), k)), at(given)
			return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: f.Sub(d).Stop().Mul(q.LogProb(b)).Add(c).Sub(d).Mean()})
		}, "exact", "draws"),
		one("through the conditional noise", "Gumbel-Rao differentiated through the law of the noise given the sample", 1,
			hardly(fmt.Sprintf("st-gumbel@%g", tau), vi.Logits), func(s *vi.Step, k int) vi.Direction {
				return throughPerturbed(s, k, 2, func(q dist.Discrete, z dist.Value) tape.Node { return q.Given(z, s.Noise("z/rao")) })
			}, "exact", "draws"),
		one("fresh noise in the slope", "straight-through Gumbel-softmax, the softmax of other noise than the argmax", 1,
			hardly(fmt.Sprintf("st-gumbel@%g", tau), vi.Logits), func(s *vi.Step, k int) vi.Direction {
				return throughPerturbed(s, k, 1, func(q dist.Discrete, z dist.Value) tape.Node { return q.Perturb(s.Noise("z/fresh"), z.K) })
			}, "exact", "draws"),
		one("pairs without their factor", "DisARM without sigmoid(|logit|)", 2, antithetic, pairs(func(p dist.Pair, logits tape.Node) tape.Node {
			g := p.Given.Value()
			out := logits.Tape().Blank(p.Given.Shape())
			for i := range g.Len() { // the sign is (b1-b2)
				x := 0.0
				if g.At(i) > 0 {
					x = 0.5
				}
				if g.At(i) < 0 {
					x = -0.5
				}
				out.Value().Set(i, x)
			}
			return out
		}), "exact", "draws"),
		one("independent pairs", "DisARM's weight for two samples that are not antithetic", 2, antithetic, func(s *vi.Step, k int) vi.Direction {
			q := s.Posterior().(dist.Bits)
			p, z := q.Pair(s.Noise("z"), k/2), q.Sample(s.Noise("z/other"), k)
			f := s.LogW(q, z)
			less := f.Groups(k / 2).Mul(s.Const(2, 1, []float64{1, -1})).SumK().Ungroup(k / 2)
			return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: less.Stop().Mul(p.Given.Mul(q.Natural()).SumD(k / 2)).Mean()})
		}, "exact", "draws"),
		one("correction dropped", "MuProp without the path of its linear term", 1, logits, func(s *vi.Step, k int) vi.Direction {
			q := s.Posterior().(dist.Discrete)
			m := q.(dist.Relaxer).Relax(dist.Relaxation{Tau: 1, Mean: true}).Sample(s.Noise("z"), 1)
			fm := s.LogW(q.Frozen(), m)
			slope := tape.Grad(fm, m.Node)
			z := q.Sample(s.Noise("z"), k)
			f := s.LogW(q, z)
			a := f.Sub(fm).Sub(z.Node.Sub(m.Node).Mul(slope).SumD(k)).Stop()
			return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: a.Mul(q.LogProb(z)).Mean()})
		}, "exact", "draws"),
		one("all slopes for each bit", "the one-half estimator with the terms of all bits for the signal of each", 1,
			hardly("darn", vi.Bits), func(s *vi.Step, k int) vi.Direction {
				q := s.Posterior().(dist.Bits)
				z := q.Sample(s.Noise("z"), k)
				f := s.LogW(q.Frozen(), z)
				_, d := z.Node.Shape()
				half := s.Blank(1, d)
				for i := range d {
					half.Value().Set(i, 0.5)
				}
				c := tape.Grad(f, z.Node).Mul(z.Node.Sub(half)).SumD(k)
				return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: c.Stop().Mul(q.LogProb(z)).Mean()})
			}, "exact"),
		one("straight through, said unbiased", "a declared path without its bias", 1, func(k int) vi.Card {
			return of(on(k, vi.Relax), func(c *vi.Card) { c.Target = fmt.Sprintf("straight-through@%g", tau) })
		}, func(s *vi.Step, k int) vi.Direction { return straightThrough(s, k) }, "bias"),
		one("straight through, said to be the ELBO", "a hard sample's path for the gradient", 1, func(k int) vi.Card {
			return on(k, vi.Relax)
		}, func(s *vi.Step, k int) vi.Direction { return straightThrough(s, k) }, "exact", "draws"),
	}
}

func straightThrough(s *vi.Step, k int) vi.Direction {
	q := s.Posterior()
	z := q.(dist.Relaxer).Relax(dist.Relaxation{Tau: tau, Hard: true, Mean: true}).Sample(s.Noise("z"), k)
	l := s.LogW(q.Frozen(), z).Mean()
	return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
}
