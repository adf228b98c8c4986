package estimators

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// PCA gives gen/ and inf/ the parameters of a linear autoencoder that no other betters, as a
// target for the optimiser step, there at once at rho = 1: with C the covariance of the
// data of a step and m their mean,
//
//	C = V diag(l) V',   W = V_1..H,   z = W'(x - m),   mean ||x - m - W z||^2 = sum_i>H l_i
//
// Needs subspace.
// Unbiased for its own mean: without noise. On batches, for nothing: eigenvectors are no means over data.
// Costs a covariance and its eigenvectors.
//
// Hotelling 1933 (doi 10.1037/h0071325); of autoencoders Baldi and Hornik 1989.
type PCA struct{}

func (PCA) Card() vi.Card {
	return vi.Card{Name: "pca", Paper: "Hotelling 1933", Needs: []vi.Cap{vi.Subspace}, K: 1, Target: "pca", Cost: true, Targets: []string{"gen/", "inf/"}}
}

func (PCA) Estimate(s *vi.Step) vi.Direction {
	gen, inf := s.Target(tape.Gen), s.Target(tape.Inf)
	s.Model().(vi.Spanning).Span(s, gen, inf)
	s.Evals += int64(s.B())
	return vi.Direction{Gen: vi.Update{Target: gen}, Inf: vi.Update{Target: inf}}
}
