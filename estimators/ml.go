package estimators

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// ML climbs log p(x) itself where a model has its gradient in closed form: what EM climbs
// by targets, for any optimiser. By Fisher's identity it is EM's expected log joint,
// differentiated where its posterior was taken:
//
//	d/dtheta sum_n log p(x_n; theta) = sum_n E_{p(z|x_n; theta)} d/dtheta log p(x_n, z; theta)
//
// Needs gradient.
// Unbiased for the likelihood, without noise.
// Costs an exact posterior a datum.
//
// Fisher 1925; beside EM, Makin 2022 (2207.10185).
type ML struct{}

func (ML) Card() vi.Card {
	return vi.Card{Name: "ml", Paper: "2207.10185", Needs: []vi.Cap{vi.Gradient}, K: 1, Target: "ml"}
}

func (ML) Estimate(s *vi.Step) vi.Direction {
	g := s.Blanks(tape.Gen)
	s.Model().(vi.Differentiable).Gradient(s, g)
	s.Evals += int64(s.B())
	return vi.Direction{Gen: vi.Update{Ascend: g}}
}
