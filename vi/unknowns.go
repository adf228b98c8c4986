package vi

import "github.com/vibench/bench/core/tape"

// Coordinates is the capability Conjugate: a mean-field q over a conjugate model, by its
// natural coordinates in inf/. Sweep sets a target for inf/ to what one sweep of coordinate
// ascent over its factors makes of it, statistics of the step's rows weighed N/B: on all
// data no sweep lowers the bound, on a batch the target is unbiased for that of all data
// where factors of the data alone stand between.
type Coordinates interface {
	Sweep(s *Step, target tape.Vector)
}

// Conditionals is the capability Conditions: a Markov chain over a model's unknowns that
// leaves their posterior alone, with a q of particles in inf/. Draw draws every unknown
// given the others, from where the step before put its particle, and puts the result into
// a target for inf/. It takes all data, by noise of sites that start with "gibbs/".
type Conditionals interface {
	Draw(s *Step, target tape.Vector)
}

// Uncertain is the capability Unknowns: what q says of unknowns that all data share.
type Uncertain interface {
	Unknowns(p *Params) Beliefs
}

// Beliefs are about L groups of M unknowns each, groups that the model may swap: means and
// variances [L,M], or particles [P,L,M] in their place.
type Beliefs struct {
	L, M           int
	Mean, Variance []float64
	Particles      []float64
}

// Posterior is a model that knows the exact means and variances of its unknowns given the
// data, laid out as Beliefs has them.
type Posterior interface {
	Posterior(d *Data) (mean, variance []float64)
}
