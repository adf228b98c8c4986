package estimators

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// EM gives gen/ the parameters that maximise the expected log joint under the exact
// posterior, as a target for the optimiser step: all the way at rho = 1, where no step
// lowers log p(x); on batches with a falling rho, stepwise EM.
//
// Where values are missing and the model sums them out, x_n is what is seen of a row.
//
//	theta' = argmax_theta' sum_n E_{p(z|x_n; theta)} log p(x_n, z; theta')
//
// Needs m-step.
// Unbiased for nothing by draws: without noise. On all data its target is EM's own.
// Costs an exact posterior a datum.
//
// Dempster, Laird and Rubin 1977 (doi 10.1111/j.2517-6161.1977.tb01600.x); on batches Cappe and Moulines 2009 (0712.4273).
type EM struct{}

func (EM) Card() vi.Card {
	return vi.Card{Name: "em", Paper: "Dempster, Laird and Rubin 1977", Needs: []vi.Cap{vi.MStep}, K: 1, Target: "em", Targets: []string{"gen/"}, Missing: true}
}

func (EM) Estimate(s *vi.Step) vi.Direction {
	theta := s.Target(tape.Gen)
	s.Model().(vi.Maximiser).Maximise(s, theta)
	s.Evals += int64(s.B())
	return vi.Direction{Gen: vi.Update{Target: theta}}
}
