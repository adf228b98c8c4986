package estimators

import "github.com/vibench/bench/vi"

// ExactLikelihood is the gradient of log p(x) itself where the constant of a density is a sum
// over few states: what contrastive divergence is short of.
//
//	d/dtheta [ -F(x) - log sum_x' exp(-F(x')) ]
//
// Needs energy and states.
// Unbiased for the likelihood, without noise.
// Costs a potential a datum and one a state.
//
// As the first term of Hinton 2002 (doi 10.1162/089976602760128018).
type ExactLikelihood struct{}

func (ExactLikelihood) Card() vi.Card {
	return vi.Card{Name: "exact-likelihood", Paper: "doi 10.1162/089976602760128018", Needs: []vi.Cap{vi.Energy, vi.States}, K: 1, Target: "likelihood", PerDatum: true}
}

func (ExactLikelihood) Estimate(s *vi.Step) vi.Direction {
	m, x := s.Model().(vi.Energetic), s.Model().(vi.Finite).States()
	_, d := s.X.Shape()
	n := len(x) / d
	all := s.Blank(n, d)
	all.Value().From(x)
	s.Evals += int64(s.B() + n)
	return s.Ascend(vi.Surrogate{Gen: m.Potential(s, s.X, 1).Mean().Sub(m.Potential(s, all, n).LogSumExpK().Mean())})
}
