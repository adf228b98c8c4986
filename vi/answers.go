package vi

import "github.com/vibench/bench/core/tape"

// Respondents is the capability Answers: a model of people's answers to items, by an ability
// of each person and what the items are. x are rows of answers [N,D], NaN where there is
// none, of all the data that the model was made for.
type Respondents interface {
	Abilities(p *Params, x []float64) []float64 // the mean of each person's ability given the answers, [N]
	Chances(p *Params, x []float64) []float64   // that an answer is 1, given those that there are, [N,D]
	Items(p *Params) []float64                  // discrimination, difficulty, chance of a guess, [D,3]
}

// Spanning is the capability Subspace: a model whose best parameters are eigenvectors of
// what its data have in second moments. Span sets what moves in targets for gen/ and inf/
// to them, of the rows of the step.
type Spanning interface {
	Span(s *Step, gen, inf tape.Vector)
}
