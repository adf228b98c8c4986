package vi

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/core/tape"
)

// Cap is a capability: something an estimator may need and a model may offer.
// Those of a latent block stand in Block.Offers, those of the whole model in
// Sheet.Offers. A capability beyond densities has one small interface, named
// where it is used.
type Cap string

const (
	Score      Cap = "score"       // log q(z) with gradients in its parameters
	Path       Cap = "path"        // z = g(noise; phi), differentiable in phi
	Pull       Cap = "pull"        // samples with a derivative to go along: their path or, where a threshold or a gate cuts it, a rule in its place (dist.Pulled)
	Logits     Cap = "logits"      // independent bits or categories by their logits (dist.Discrete), given the blocks before
	Bits       Cap = "bits"        // independent bits by their logits (dist.Bits), given the blocks before
	Weak       Cap = "weak"        // a derivative of the law as a difference of two (dist.Weak)
	Relax      Cap = "relax"       // samples with a path, soft or hard (dist.Relaxer)
	Enumerate  Cap = "enumerate"   // all values it may have (dist.Enumerable)
	AnalyticKL Cap = "analytic-kl" // KL(q || prior) in closed form (dist.KL)
	Moments    Cap = "moments"     // E z and E z^2 in closed form (dist.Moments)
	BaseKL     Cap = "base-kl"     // KL of q's noise, before any threshold, against the prior's (dist.BaseKL)
	Simulate   Cap = "simulate"    // (x, z) ~ p (Simulator)
	Render     Cap = "render"      // E[x|z] (Renderer)
	Exact      Cap = "exact"       // evidence in closed form (Evidence)
	MStep      Cap = "m-step"      // a step of EM by the exact posterior (Maximiser)
	Bound      Cap = "bound"       // its bound on log p of the data in closed form (ClosedBound)
	Gaps       Cap = "gaps"        // both parts of log p(x) - ELBO in closed form (GapParts)
	Hybrid     Cap = "hybrid"      // a discrete block first, the others by their path given it (dist.Hybrid)
	Classify   Cap = "classify"    // logits of a row's class (Classifier)
	Atoms      Cap = "atoms"       // a linear generator's dictionary (Dictionary)
	Linear     Cap = "linear"      // p(x|z) = N(A z + c, diag sigma^2) (LinearDecoder)
	Scales     Cap = "entropies"   // free scales of p(z) and p(x|z), an ELBO at their best (Entropic)
	Infer      Cap = "infer"       // q of a row by a budget of its own (Inferrer)
	Generate   Cap = "generate"    // x ~ p by a path (Generator)
	Energy     Cap = "energy"      // log p(x) + log Z (Energetic)
	Gibbs      Cap = "gibbs"       // a Markov chain in x that leaves p alone (Sweeper)
	States     Cap = "states"      // all values that x has, few enough to sum over (Finite)
	Masked     Cap = "masked"      // Exact and MStep of rows with missing values
	Complete   Cap = "complete"    // draws of what is missing given what is seen (Completer)
	Density    Cap = "density"     // log p(x) with gradients in x and parameters (Densed)
	Normal     Cap = "normal"      // p(x) is a normal of known mean and covariance (Marginal)
	Renyi      Cap = "renyi"       // its Renyi bounds of every order in closed form (ClosedRenyi)
	Gaussian   Cap = "gaussian"    // latents of all data together, their q one Gaussian that can be set (OneGaussian)
	Answers    Cap = "answers"     // people's answers to items, by one ability each (Respondents)
	Subspace   Cap = "subspace"    // its best parameters by eigenvectors (Spanning)
	Gradient   Cap = "gradient"    // the gradient of log p(x) in closed form (Differentiable)
	Conjugate  Cap = "conjugate"   // a sweep of coordinate ascent on q, in natural coordinates (Coordinates)
	Conditions Cap = "conditions"  // draws of its unknowns, each given the others (Conditionals)
	Unknowns   Cap = "unknowns"    // what q says of unknowns that all data share (Uncertain)

	ClosedPosterior Cap = "posterior" // the exact means and variances of unknowns that all data share (Posterior)

	Components Cap = "components"       // p(x|u) of points u of a cube that is integrated over (Mixture)
	Points     Cap = "points"           // points of its own for an integral over a cube, which are parameters (OwnPoints)
	Denoise    Cap = "denoise"          // x at noise levels, and a guess of it (Denoiser)
	Particles  Cap = "particles"        // a table of particles for unknowns of all data, and their density (Ensemble)
	Gaussians  Cap = "normal-posterior" // a Gaussian posterior of unknowns that all data share, known (NormalPosterior)

	LargeK Cap = "large-k" // limits of the K-sample bound (KLimits)
)

// Params holds a cell's parameters; see tape.Params.
type Params = tape.Params

// Spec declares a parameter; see tape.Spec.
type Spec = tape.Spec

// Sheet is what a model says of itself before anything runs.
type Sheet struct {
	Blocks []Block // latent blocks, in order
	Params []Spec  // gen/... and inf/...
	Offers []Cap   // of the whole model
	Data   Domain  // what it explains
	Cost   bool    // there is no prior: log p(x|z) is an f(z) whose mean under q is to be raised
	Mixes  bool    // a datum's densities depend on the other rows of a batch (batch norm): it is not cut into blocks

	Wide int // numbers a sample in its widest matrix, where an encoder, which has a row a datum, is wider; 0: as wide as the widest parameter

	Penalty float64 // where q is a mode, lambda of the 1-norm it minimises; 0 where it moves
	Floor   float64 // below which no scale of q's noise falls; 0 where nothing keeps it
	Inner   int     // iterations by which a step finds q anew, at most; 0 where it is of parameters
	Whole   bool    // its q has parameters of each datum's own: a step takes all data, in order

	// Predicts says that q is the prior p(z|x's given part) itself, so that log p(z) - log
	// q(z) is zero and the log weight is the log-likelihood; its weights are inf/.
	Predicts bool
}

// free says that the log weight has no prior and no q in it.
func (s Sheet) free() bool { return s.Cost || s.Predicts }

// Block is one latent block.
type Block struct {
	Name    string
	Kind    string // real, binary, categorical
	Dim     int    // numbers a sample: a categorical variable has one for each of its categories
	Classes int    // categories of a variable, of a categorical block
	Offers  []Cap
	Cut     bool // q has mass at single points and the prior has none, or q has no density at all: samples have no weights
}

// MostStates is how many values a datum's latents may have for all of them to be
// looked at.
const MostStates = 1 << 16

// States is how many values the latents of a datum may have, +Inf of reals.
func (s Sheet) States() float64 {
	n := 1.0
	for _, b := range s.Blocks {
		base, d := 2.0, b.Dim
		switch b.Kind {
		case "binary":
		case "categorical":
			base, d = float64(b.Classes), b.Dim/b.Classes
		default:
			return math.Inf(1)
		}
		for range d {
			n *= base
		}
	}
	return n
}

// discrete is the sheet of the blocks that have states alone.
func (s Sheet) discrete() Sheet {
	s.Blocks = slices.DeleteFunc(slices.Clone(s.Blocks), func(b Block) bool { return b.Kind == "real" })
	return s
}

// Domain is the kind of the observed values.
type Domain string

const (
	Real   Domain = "real"
	Binary Domain = "binary"
	Answer Domain = "answer" // bits, NaN where there is none
)

// Shape is what an estimator may know of the data when it makes its own parameters.
type Shape struct {
	N, D    int
	Test    int // rows held out
	Domain  Domain
	Missing bool // some values are not seen

	TestMissing bool // some of the rows held out
}

// Card is what an estimator says of itself.
type Card struct {
	Name      string   // in suites
	Paper     string   // arXiv number or citation
	Needs     []Cap    // of every latent block, or of the model
	K         int      // samples a datum
	LeastK    int      // fewer are refused; 0 is 1
	Multiple  int      // K is one of its multiples; 0 is 1
	Target    string   // names the mean of its inference direction, with its sizes: elbo, iwae@64; equal targets, equal means
	GenTarget string   // names that of its generative direction; empty if it is Target
	Bias      string   // how that mean differs from the gradient of the bound it is used for; empty if it does not
	PerDatum  bool     // its scalars are means over data of what one datum gives: a batch may be cut into blocks
	OneScalar bool     // Gen and Inf are the very same scalar: shared weights are admitted
	OneLayer  bool     // is of one stochastic layer
	Cost      bool     // treats the log weight as a function of z alone: fits a model without a prior
	Predicts  bool     // raises a bound of weights that q is not in (Weighted.Direct): fits a model whose q is its prior; Cost implies it
	Targets   []string // parameters, by prefix, that get a target in place of a direction: they need the optimiser step
	Chain     bool     // its target is a draw of a chain: part of the way to it is no draw, so step must be at rho 1
	Missing   bool     // takes data with missing values, of a model that offers Masked
	Reads     bool     // a network of its own reads rows, every value of them: not of answers, of which some may be missing
	Total     bool     // phi follows the plain total derivative of the bound, path minus score, whose variance theory knows
}

// mostNumbers is how wide one datum's samples may be: a step holds a dozen
// matrices of that size.
const mostNumbers = 1 << 26

// Fit says why an estimator cannot run on a model and data; nil if it can. The
// error names what is missing and what the model offers, without a position:
// the runner reports at the suite's line.
func Fit(c Card, s Sheet, data Shape) error {
	if least := max(c.LeastK, 1); c.K < least {
		return fmt.Errorf("estimator %q: got k = %d; need at least %d", c.Name, c.K, least)
	}
	if c.Multiple > 1 && c.K%c.Multiple != 0 {
		return fmt.Errorf("estimator %q: got k = %d; need a multiple of %d", c.Name, c.K, c.Multiple)
	}
	if s.Data != "" && s.Data != data.Domain {
		return fmt.Errorf("estimator %q: the model explains %s data, the data set is %s", c.Name, s.Data, data.Domain)
	}
	if data.Domain == Answer && c.Reads {
		return fmt.Errorf("estimator %q reads every value of a row; answers of these data may be missing", c.Name)
	}
	if data.Missing && !c.Missing {
		return fmt.Errorf("estimator %q reads every value of a row; values of these data are missing", c.Name)
	}
	if data.Missing && !slices.Contains(s.Offers, Masked) {
		return fmt.Errorf("estimator %q: values of these data are missing, and the model reads every value of a row; need one that offers %s", c.Name, Masked)
	}
	widest := data.D
	for _, b := range s.Blocks {
		widest = max(widest, b.Dim)
	}
	if float64(c.K)*float64(widest) > mostNumbers {
		return fmt.Errorf("estimator %q: got k = %d samples of %d numbers for one datum; at most %d numbers fit", c.Name, c.K, widest, mostNumbers)
	}
	if s.Predicts && !c.Cost && !c.Predicts {
		return fmt.Errorf("estimator %q weighs q against a prior; of this model q is the prior", c.Name)
	}
	for _, need := range c.Needs {
		if slices.Contains(s.Offers, need) || need == AnalyticKL && s.free() { // no prior, no KL
			continue
		}
		if len(s.Blocks) == 0 {
			return fmt.Errorf("estimator %q needs %s; the model offers %s", c.Name, need, List(s.Offers))
		}
		for _, b := range s.Blocks {
			if !slices.Contains(b.Offers, need) {
				return fmt.Errorf("estimator %q needs %s; block %q (%s) offers %s", c.Name, need, b.Name, b.Kind, List(b.Offers))
			}
		}
	}
	if s.Cost && !c.Cost {
		return fmt.Errorf("estimator %q weighs q against a prior; the model is a cost and has none", c.Name)
	}
	if c.OneLayer && len(s.Blocks) > 1 {
		var names []string
		for _, b := range s.Blocks {
			names = append(names, b.Name)
		}
		return fmt.Errorf("estimator %q is of one stochastic layer; the model has %d: %s", c.Name, len(names), strings.Join(names, ", "))
	}
	if n := s.States(); slices.Contains(c.Needs, Enumerate) && !(n <= MostStates && n*float64(widest) <= mostNumbers) {
		return fmt.Errorf("estimator %q: a datum's latents have %.4g states of %d numbers; at most %d states and %d numbers fit", c.Name, n, widest, MostStates, mostNumbers)
	}
	if !c.OneScalar {
		for _, p := range s.Params {
			if strings.HasPrefix(p.Name, "shared/") {
				return fmt.Errorf("estimator %q raises gen and inf by two scalars; parameter %q is shared by both networks and would get a wrong direction", c.Name, p.Name)
			}
		}
	}
	return nil
}

// List prints capabilities for a message.
func List(caps []Cap) string {
	if len(caps) == 0 {
		return "nothing beyond densities"
	}
	s := make([]string, len(caps))
	for i, c := range caps {
		s[i] = string(c)
	}
	return strings.Join(s, ", ")
}
