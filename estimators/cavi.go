package estimators

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// CAVI is coordinate ascent on a mean-field q of a conjugate model, as a target in q's
// natural coordinates: a sweep at rho = 1 on all data, after which no bound is lower; on
// batches, with a rho that falls as (t + tau)^-kappa, stochastic variational inference.
//
//	log q_j(z_j) = E_{-j} log p(z, x) + const, one factor after the other
//
// Needs conjugate.
// Unbiased for nothing by draws: without noise. On a batch, statistics are weighed N/B.
// Costs a pass over the batch.
//
// Blei, Kucukelbir and McAuliffe 2017 (1601.00670); on batches Hoffman, Blei, Wang and Paisley 2013 (1206.7051).
type CAVI struct{}

func (CAVI) Card() vi.Card {
	return vi.Card{Name: "cavi", Paper: "1601.00670", Needs: []vi.Cap{vi.Conjugate}, K: 1, Target: "cavi", Targets: []string{"inf/"}}
}

func (CAVI) Estimate(s *vi.Step) vi.Direction {
	phi := s.Target(tape.Inf)
	s.Model().(vi.Coordinates).Sweep(s, phi)
	s.Evals += int64(s.B())
	return vi.Direction{Inf: vi.Update{Target: phi}}
}
