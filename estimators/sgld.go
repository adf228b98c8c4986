package estimators

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// SGLD moves every particle of q, a chain of its own, by a step of Langevin's equation: up the slope of
// the log posterior as the batch has it, and by noise.
//
//	w' = w + e/2 [ grad log p(w) + N/B sum_b grad log p(x_b|w) ] + sqrt(e) xi,   xi ~ N(0, I)
//
// It is never corrected, so at a constant e it does not come to the posterior: of N(0, s2) and all data
// it keeps s2 / (1 - e/(4 s2)). It wants the optimiser step at rho = 1.
//
// Needs particles.
// Unbiased for the mean of one step, from where the chains stand; its chains are biased, less so the smaller e.
// Costs a density of the batch a particle.
//
// Welling and Teh 2011; of all data Roberts and Tweedie 1996 (doi 10.2307/3318418).
type SGLD struct {
	Step float64 `name:"step" min:"0.000001" max:"100" doc:"e, the variance of a step's noise"`
}

func (e SGLD) Card() vi.Card {
	return vi.Card{
		Name: "sgld", Paper: "doi 10.2307/3318418", Needs: []vi.Cap{vi.Particles}, K: 1, Target: fmt.Sprintf("sgld@%g", e.Step), Targets: []string{"inf/"}, Chain: true,
	}
}

func (e SGLD) Estimate(s *vi.Step) vi.Direction {
	m, q := s.Model().(vi.Ensemble), s.Target(tape.Inf)
	table := s.Of(q, m.Particles())
	n, d := s.Param(m.Particles()).Shape()
	w, xi := s.Blank(n, d), s.Blank(n, d)
	w.Value().Copy(table)
	noise := s.Plates("w")
	for i := range n {
		noise.Normal(i, xi.Value().Slice(i*d, (i+1)*d))
	}
	slope := tape.Grad(m.LogDensity(s, w), w).Value()
	root := math.Sqrt(e.Step)
	for i := range n * d {
		table.Set(i, w.Value().At(i)+float64(0.5*e.Step*slope.At(i))+float64(root*xi.Value().At(i)))
	}
	s.Evals += int64(n * s.B())
	return vi.Direction{Inf: vi.Update{Target: q}}
}
