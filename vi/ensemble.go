package vi

import "github.com/vibench/bench/core/tape"

// Ensemble is the capability Particles: q is the empirical law of particles of what all data
// share, each a chain of its own, a table in inf/ that a step moves as a whole.
type Ensemble interface {
	Particles() string // the table's name; its rows are particles w, [S,P]
	// LogDensity is log p(w) + N/B sum_b log p(x_b|w) of rows w [R,P], [1,R], live in w.
	LogDensity(s *Step, w tape.Node) tape.Node
}

// Proposals is the state of an estimator that moves particles by proposals: one row of how many it made, of all
// chains and steps so far, how many of them were accepted, and how many had no energy to speak of (diverged).
const Proposals = "proposals"

// NormalPosterior is the capability of the same name: a model whose unknowns of all data have, given
// the data, exactly a Gaussian law, of mean [P] and precision [P,P].
type NormalPosterior interface {
	NormalPosterior() (mean, precision []float64)
}
