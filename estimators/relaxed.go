package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// What estimators through a relaxed sample share: a temperature, and a term of the
// bound that stands for KL(q || p).

// Temperature is fixed, or falls with the step t as max(floor, tau exp(-rate t)),
// looked at anew every so many steps. Neither the Concrete nor the Gumbel-softmax
// paper's experiments learn it: they fix it, or let it fall. REBAR and RELAX do, by
// the square of their direction (adapt).
type Temperature struct {
	Tau   float64 `name:"tau" min:"0.0001" doc:"temperature, at the start if it falls"`
	Rate  float64 `name:"rate" min:"0" doc:"at which it falls, a step; 0 holds it"`
	Floor float64 `name:"floor" min:"0" with:"rate" doc:"below which it does not fall"`
	Every int     `name:"every" min:"1" with:"rate|prior_rate" doc:"steps between two looks"`
}

// Check refuses a temperature that would fall to zero, and a floor above it.
func (t Temperature) Check() error { return t.check("") }

// check names settings with a prefix.
func (t Temperature) check(prefix string) error {
	switch {
	case !(t.Tau > 0):
		return fmt.Errorf("%stau: got %g; need a temperature above 0", prefix, t.Tau)
	case t.Rate > 0 && !(t.Floor >= leastTau && t.Floor <= t.Tau):
		return fmt.Errorf("%sfloor: got %g beside %srate, by which the temperature falls; need at least %g and at most %stau = %g", prefix, t.Floor, prefix, leastTau, prefix, t.Tau)
	}
	return nil
}

// leastTau is the lowest temperature that a suite may ask for.
const leastTau = 0.0001

// schedule is how the temperature falls, for a card's target: equal targets, equal means.
func (t Temperature) schedule(prefix string) string {
	if t.Rate == 0 {
		return ""
	}
	out := fmt.Sprintf(" %srate %g floor %g", prefix, t.Rate, t.Floor)
	if t.Every > 1 {
		out += fmt.Sprintf(" every %d", t.Every)
	}
	return out
}

func (t Temperature) at(step int) float64 {
	if t.Rate == 0 {
		return t.Tau
	}
	if t.Every > 1 {
		step -= step % t.Every
	}
	return max(t.Floor, t.Tau*vec.Exp64(-t.Rate*float64(step)))
}

// divergence is the term for KL(q || p) at z, a sample of relaxed q, [K,B] or [1,B]:
// by densities of the relaxed q and p, by the masses of the discrete ones, or the
// discrete KL in closed form. Nil of a cost.
func divergence(s *vi.Step, mode string, q, relaxed dist.Dist, z dist.Value, tauP float64) tape.Node {
	p := s.Prior()
	switch {
	case p == nil || mode == "disc":
		return closedKL(s, q)
	case mode == "dens":
		return s.LogQ(relaxed, z).Sub(p.(dist.Relaxer).Relax(dist.Relaxation{Tau: tauP}).LogProb(z))
	}
	return s.LogQ(q, z).Sub(p.LogProb(z))
}

// closedKL is KL(q || p) in closed form, [1,B]; nil of a cost.
func closedKL(s *vi.Step, q dist.Dist) tape.Node {
	p := s.Prior()
	if p == nil {
		return tape.Node{}
	}
	if k, has := q.(dist.KL); has {
		if kl, ok := k.KL(p); ok {
			return kl
		}
	}
	panic("estimators: the model offers analytic-kl, and its q has none against its prior")
}

// less is l - d, or l where there is nothing to take away.
func less(l, d tape.Node) tape.Node {
	if d.Nil() {
		return l
	}
	return l.Sub(d)
}

// closed is the capability that a mode of the divergence needs beyond relax.
func closed(mode string) []vi.Cap {
	if mode == "disc" {
		return []vi.Cap{vi.Relax, vi.AnalyticKL}
	}
	return []vi.Cap{vi.Relax}
}
