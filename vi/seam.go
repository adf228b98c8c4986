// Package vi is the seam between estimators and models. A model is a pair
// (p, q) of densities on a tape; an estimator is the program that samples,
// freezes, weighs and returns one direction a network. Everything is raised, in
// nats, and every scalar estimates a mean over the data set.
package vi

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// Model names its parameters, latent blocks and capabilities, and sets its start.
type Model interface {
	Sheet() Sheet
	Init(key rng.Key, p *Params) // every gen/ and inf/ parameter; a pure function of key and the data it was made for
}

// Latent is a model with a posterior. z is [K*B, D], one matrix a block where
// there are several, densities are [K,B]. Its methods may be called for two steps
// at once and change nothing but the step.
type Latent interface {
	Model
	Prior(s *Step) dist.Dist // nil where the sheet says Cost or Predicts
	Posterior(s *Step) dist.Dist
	LogLik(s *Step, z dist.Value) tape.Node // log p(x|z)
}

// Maker is how a suite's model comes to be: its settings are the fields of the
// value, and For gives the model for a data set, or why it does not suit it.
type Maker interface {
	Name() string
	For(d *Data) (Model, error)
}

// Estimator is a program that raises a bound. Its settings are its fields.
type Estimator interface {
	Card() Card
	Estimate(s *Step) Direction // pure in s: parameters and state are read, never changed; may run on two steps at once
}

// Starter is an estimator with parameters (own/...) or state of its own.
type Starter interface {
	Start(sheet Sheet, data Shape, key rng.Key) (own []Spec, init func(*Params), st State)
}

// Evidence is the capability Exact: log p(x) of each row of x, in nats.
type Evidence interface {
	LogEvidence(p *Params, x []float64) []float64
}

// Maximiser is the capability MStep: a step of EM by the exact posterior. Maximise sets
// what moves in a target for gen/ to
//
//	argmax_theta' sum_n E_{p(z|x_n, theta)} log p(x_n, z; theta')
//
// over the rows of the step, s.X, which of another view (At) may be K a datum; a NaN in it
// says that there is none.
type Maximiser interface {
	Maximise(s *Step, target tape.Vector)
}

// Differentiable is the capability Gradient: Gradient sets a blank vector for gen/ to the
// gradient of the mean over the step's rows of log p(x); a NaN in it says that there is none.
type Differentiable interface {
	Gradient(s *Step, to tape.Vector)
}

// ClosedBound is the capability Bound: a lower bound on log p of the data in closed form.
type ClosedBound interface {
	Bound(p *Params, d *Data) float64 // nats a datum: the mean over the data, global terms carry 1/N
}

// GapParts is the capability Gaps: the two parts of log p(x) - ELBO of each row
// of x, in nats. With q* the best of q's family for the row, they are log p(x) -
// ELBO(q*) and ELBO(q*) - ELBO(q).
type GapParts interface {
	Gaps(p *Params, x []float64) (approximation, amortisation []float64)
}

// Simulator is the capability Simulate: a dream (x, z) ~ p for each datum of the
// batch, as constants; z is one sample of each block, x is [B,d]. Its draws are at
// sites that start with "dream/".
type Simulator interface {
	Simulate(s *Step) (z dist.Value, x tape.Node)
}

// Renderer is the capability Render: the mean of p(x|z), [K*B,d].
type Renderer interface {
	Render(s *Step, z dist.Value) tape.Node
}

// Guided is a model with a scalar of its own that inf/ is to raise beside whatever an
// estimator raises by it, as a mean over the batch: what is known of some rows'
// latents. Nil where there is nothing.
type Guided interface {
	Guide(s *Step) tape.Node
}

// Classifier is the capability Classify: logits of the class of each row, [B,classes].
type Classifier interface {
	Classify(s *Step) tape.Node
}

// Dictionary is the capability Atoms: the columns of a linear generator, [D,H] row-major.
type Dictionary interface {
	Atoms(p *Params) []float64
}

// Inferrer is the capability Infer: a model whose q belongs to the row, so that rows not
// trained on have none yet. Infer is the same p with a q for each row of other data,
// found with gen/ as it stands by a budget that is the model's, and its parameters.
type Inferrer interface {
	Infer(p *Params, d *Data) (Model, *Params, error)
}

// Constrained is a model some of whose parameters live on a set, such as columns of
// unit norm: Project moves them there, after the start and after every step. It is
// the identity on that set.
type Constrained interface {
	Project(p *Params)
}

// KLimits is the capability LargeK: how the K-sample bound of the data behaves
// as K grows.
type KLimits interface {
	// ChiSquare is Var[w]/Z^2 under q of each row of x: E[L_K] = log p(x) - g2/(2K) + O(1/K^2).
	ChiSquare(p *Params, x []float64) []float64
	// Limit gives, for the gradient of the mean bound over x in a parameter, the
	// limits of K E and of K times the variance summed over coordinates; ok is
	// false where no closed form is known.
	Limit(p *Params, x []float64, param string) (mean []float64, variance float64, ok bool)
}

// Update is what a role's optimiser is given: an ascent direction, or the
// target itself (EM, CAVI). Both nil: the role and its optimiser stand still.
type Update struct{ Ascend, Target tape.Vector }

// Nil reports whether there is nothing to do.
func (u Update) Nil() bool { return u.Ascend.Nil() && u.Target.Nil() }

// Direction is an estimate: one update a role, in the tape's precision, valid
// until the next step.
type Direction struct{ Gen, Inf, Own Update }

// Role is the update of one role.
func (d Direction) Role(r tape.Role) Update { return [...]Update{d.Gen, d.Inf, d.Own}[r] }

// Surrogate is one scalar a network, to be raised; nil leaves that role and its
// optimiser untouched.
type Surrogate = tape.Surrogate

// Data is one data set as a cell sees it.
type Data struct {
	Name    string
	Digest  string // of the values, or of all that decides them, SHA-256
	N, D    int
	X       []float64 // [N,D], row-major; read only: cells share it
	Domain  Domain
	Grey    bool      // X are probabilities of bits: a row is binarised, 1[u > 1-x], each time it is read
	Missing bool      // values of X are missing: NaN
	Image   [2]int    // height and width of a row drawn as a picture; zero if it is none
	Test    *Data     // held out, for evaluations; nil: they see the data themselves
	Labels  []int     // class of each row, from 0, for metrics; nil: not known
	Shown   []bool    // rows of which a model may read the label; nil: of none
	Atoms   []float64 // of generated data the dictionary they were made with, [D,H] row-major, its columns of unit norm or as drawn; nil: not known
	Cov     []float64 // of generated data their covariance, [D,D]; nil: not known
	Codes   []float64 // of generated data the latents of each row, [N,H]; nil: not known
	Mean    []float64 // with Noise: the mean, [D]; nil is zero
	Noise   []float64 // of data generated by x ~ N(Atoms z + Mean, diag Noise), z ~ N(0, I): its variances, [D]; nil: not known
	Items   []float64 // of simulated answers the items they are to, [D,3]: discrimination, difficulty, chance of a guess; nil: not known
	Hidden  []float64 // of answers of which some are NaN in X what they are, for metrics, [N,D], NaN where nobody knows; nil: nothing is hidden
	Perturb float64   // sd of the step away from the optimum at which a model that knows its optimum starts: part of the problem
}

// Shape of the data.
func (d *Data) Shape() Shape {
	s := Shape{N: d.N, D: d.D, Domain: d.Domain, Missing: d.Missing}
	if d.Test != nil {
		s.Test, s.TestMissing = d.Test.N, d.Test.Missing
	}
	return s
}

// Dataset is how a suite's data come to be; settings are its fields.
type Dataset interface {
	Name() string
	Shape() Shape                    // known before anything is made
	Make(key rng.Key) (*Data, error) // key is data/<dataset>/<split> of the seed
}
