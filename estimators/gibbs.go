package estimators

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Gibbs draws a model's unknowns one after the other, each given the data and the others:
// a step is a sweep, and its result a particle of q, which is a table of the last of them.
// It wants all data in a step and the optimiser step at rho = 1.
//
//	z_j = a draw of p(z_j | z_1..z_{j-1}, z_{j+1}.., x)
//
// Needs conditions.
// Unbiased for the sweep's mean from where the chain stands; a chain comes to the posterior.
// Costs a pass over the data.
//
// Geman and Geman 1984 (doi 10.1109/TPAMI.1984.4767596); beside CAVI, Blei, Kucukelbir and McAuliffe 2017 (1601.00670).
type Gibbs struct{}

func (Gibbs) Card() vi.Card {
	return vi.Card{Name: "gibbs", Paper: "doi 10.1109/TPAMI.1984.4767596", Needs: []vi.Cap{vi.Conditions}, K: 1, Target: "gibbs", Targets: []string{"inf/"}, Chain: true}
}

func (Gibbs) Estimate(s *vi.Step) vi.Direction {
	q := s.Target(tape.Inf)
	s.Model().(vi.Conditionals).Draw(s, q)
	s.Evals += int64(s.B())
	return vi.Direction{Inf: vi.Update{Target: q}}
}
