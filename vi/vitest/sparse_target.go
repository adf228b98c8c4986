package vitest

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/vi"
)

// Objective is what is raised for sparse codes by a linear decoder:
//
//	samples    the mean over k samples' noise of the gradient of sum_k v_k log p(x|z_k) - KL, v by
//	           Rule held, and z pulled by Pull where it has a threshold; KL that of the noise
//	closed     the gradient of E log p(x|z) - Beta KL
//	entropies  that of the ELBO at the best scales, a weighted sum of entropies, and in the place of
//	           the scales' own directions, which are zero, those scales
//	mode       of gen/: d log p(x|z*), z* the least of 1/2 |x - A z|^2 + Lambda |z|_1, at the first step
type Objective struct {
	Of         string
	Rule, Pull string
	Temper     float64
	Lambda     float64
	Beta       float64
	Weights    vi.Weights
}

// closed reports that it is the gradient of its own value.
func (o *Objective) closed() bool { return o != nil && (o.Of == "closed" || o.Of == "entropies") }

// sparseTargets are the names of those objectives, before what follows them.
var sparseTargets = []string{"analytic-elbo", "entropy-elbo", "map lambda", "sparse-elbo"}

// sparseKnown reads the name of an objective of sparse codes:
//
//	sparse-elbo RULE PULL[@K] [temper T] [gamma G]
//	analytic-elbo [beta B]
//	entropy-elbo [posterior Q,...] [noise H,...] [prior G,...] ...    the first of each, which is that of the first step
//	map lambda L [ramp R rate S]
func sparseKnown(name string) (t Target, ok bool) {
	f := strings.Fields(name)
	if len(f) == 0 {
		return t, false
	}
	o := &Objective{Temper: 1, Beta: 1, Weights: vi.Weights{Prior: 1, Posterior: 1, Noise: 1}}
	rest := f[1:]
	switch f[0] {
	case "analytic-elbo":
		o.Of = "closed"
	case "entropy-elbo":
		o.Of = "entropies"
	case "map":
		o.Of = "mode"
	case "sparse-elbo":
		if len(f) < 3 {
			return t, false
		}
		o.Of, o.Rule = "samples", f[1]
		o.Pull, _, _ = strings.Cut(f[2], "@")
		rest = f[3:]
		if !slices.Contains([]string{"avg", "max", "iwae", "iwae-code"}, o.Rule) {
			return t, false
		}
	default:
		return t, false
	}
	for pair := range slices.Chunk(rest, 2) {
		if len(pair) < 2 {
			break
		}
		first, _, _ := strings.Cut(pair[1], ",")
		x, err := strconv.ParseFloat(first, 64)
		if err != nil {
			return t, false
		}
		switch pair[0] {
		case "temper":
			o.Temper = x
		case "beta":
			o.Beta = x
		case "lambda":
			o.Lambda = x
		case "ramp":
			o.Lambda *= x
		case "prior":
			o.Weights.Prior = x
		case "posterior":
			o.Weights.Posterior = x
		case "noise":
			o.Weights.Noise = x
		}
	}
	return Target{Sparse: o}, true
}

// coefficients of samples by their log-likelihoods.
func (o *Objective) coefficients(ll []float64) (gen, path, score []float64) {
	v := make([]float64, len(ll))
	switch o.Rule {
	case "avg":
		for i := range v {
			v[i] = 1 / float64(len(v))
		}
	case "max":
		top, at := math.Inf(-1), 0
		for i, l := range ll {
			if l > top {
				top, at = l, i
			}
		}
		v[at] = 1
	case "iwae":
		v = tempered(ll, o.Temper)
	case "iwae-code":
		w := tempered(ll, o.Temper)
		level := dot(w, ll)
		for i, x := range w {
			v[i] = x * (1 + o.Temper*(ll[i]-level))
		}
	}
	return v, v, make([]float64, len(ll))
}
