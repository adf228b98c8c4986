package vitest

import (
	"math"
	"math/cmplx"
	"slices"
	"strconv"
	"strings"
)

// A Bound is a lower bound on log p(x) as a function of the log weights
// log p(x,z_k) - log q(z_k|x) of all the samples of a datum, in nats. It is
// written for complex numbers so that its derivative is had to rounding, by a step
// along the imaginary axis: use cmplx.Exp and cmplx.Log, and no absolute value.
type Bound func(lw []complex128) complex128

// Coefficients say what multiplies d log p/d theta, the path term P and the score
// h of each sample in a direction: functions of the log weights of one datum. The
// mean of a direction so made is the target of the estimators that promise it.
type Coefficients func(lw []float64) (gen, path, score []float64)

// Target is what an estimator can promise: the mean of its direction, in one of the
// ways to say it.
type Target struct {
	Bound Bound        // whose gradient it is; nil: it is no gradient of a bound
	Of    Coefficients // the total derivative of Bound, or the definition of the direction

	// Of discrete latents; the generative direction is the ELBO's, but of Relaxed its own.
	Slope   Slope    // a direction through hard samples
	Relaxed *Relaxed // the gradient of an objective of relaxed samples

	Sparse *Objective // of sparse codes

	// Closed: a step that a model has in closed form, which its oracle works out from the
	// definition under this name.
	Closed bool
	Rho    float64 // the size of such a step, where its name has one

	// Scaled: the inference direction is that of Bound times a factor in (0, 1) that is
	// not said, a rate of its own.
	Scaled bool
}

// known reports that the target means anything.
func (t Target) known() bool {
	return t.Of != nil || t.Slope != nil || t.Relaxed != nil || t.Sparse != nil || t.Closed
}

// Of is the target of a bound: its total derivative on the same draws.
func Of(b Bound) Target { return Target{Bound: b, Of: total(b)} }

// at is the bound's value.
func (t Target) at(lw []float64) float64 {
	z := make([]complex128, len(lw))
	for i, x := range lw {
		z[i] = complex(x, 0)
	}
	return real(t.Bound(z))
}

func total(b Bound) Coefficients {
	return func(lw []float64) (gen, path, score []float64) {
		const h = 1e-40
		z, c, minus := make([]complex128, len(lw)), make([]float64, len(lw)), make([]float64, len(lw))
		for i, x := range lw {
			z[i] = complex(x, 0)
		}
		for i, x := range lw {
			z[i] = complex(x, h)
			c[i] = imag(b(z)) / h
			minus[i] = -c[i]
			z[i] = complex(x, 0)
		}
		return c, c, minus
	}
}

// Bounded is an estimator that says itself what it is unbiased for, where the kit
// does not know its card's target by name.
type Bounded interface {
	Bound(lw []complex128) complex128
}

// Directed is an estimator that is biased by design, for a target that the kit
// does not know: it says what its mean is, by coefficients.
type Directed interface {
	Direction(lw []float64) (gen, path, score []float64)
}

// Sloped is an estimator through hard discrete samples, biased for a target that the
// kit does not know: it says what it makes of the slope of f at them, M of Slope.
type Sloped interface {
	Slope(logits []float64, value int) (m [][]float64)
}

// Softened is an estimator through relaxed discrete samples, of an objective that the
// kit does not know by its card's target.
type Softened interface {
	Objective() Relaxed
}

// Known is the target of a name as cards give it, such as iwae@3, vr@0.5*3, or
// st-gumbel@1 rate 0.001 floor 0.5: a schedule of temperatures is not read, as the kit
// looks at the first step. ok is false for a name that no entry of the table has.
func Known(name string) (t Target, ok bool) {
	if t, ok = sparseKnown(name); ok {
		return t, true
	}
	for _, schedule := range []string{" rate ", " prior_rate "} {
		name, _, _ = strings.Cut(name, schedule)
	}
	base, sizes, _ := strings.Cut(name, "@")
	var n []float64
	for f := range strings.FieldsFuncSeq(sizes, func(r rune) bool { return r == '*' || r == ',' || r == 'x' }) {
		x, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return t, false
		}
		n = append(n, x)
	}
	entry, ok := targets[base]
	if !ok || len(n) != entry.sizes {
		return t, false
	}
	return entry.of(n), true
}

// The table of targets, by the part of the name before the sizes.
var targets = map[string]struct {
	sizes int
	of    func(n []float64) Target
}{
	"elbo":       {0, func([]float64) Target { return Of(mean) }},
	"iwae":       {1, func(n []float64) Target { return Of(inGroups(int(n[0]), logMeanExp)) }},
	"piwae":      {2, func(n []float64) Target { return Of(inGroups(int(n[1]), logMeanExp)) }},
	"ciwae":      {2, func(n []float64) Target { return Of(mix(n[0], mean, logMeanExp)) }},
	"jvi":        {1, func([]float64) Target { return Of(jackknife) }},
	"vr":         {2, func(n []float64) Target { return Of(renyi(n[0])) }},
	"vr-max":     {1, func([]float64) Target { return Of(largest) }},
	"wake-phi":   {1, func([]float64) Target { return Target{Of: wake} }},
	"stl":        {1, func([]float64) Target { return Target{Of: landing} }},
	"dreg-alpha": {2, func(n []float64) Target { return Target{Of: between(n[0])} }},
	"ovis":       {2, func(n []float64) Target { return Target{Of: ovis(n[0])} }},
	"darn":       {0, func([]float64) Target { return Target{Slope: trapezoid} }},

	"straight-through":    {1, func(n []float64) Target { return Target{Slope: straight(n[0])} }},
	"st-gumbel":           {1, func(n []float64) Target { return Target{Slope: perturbed(n[0])} }},
	"gumbel-softmax-disc": {1, func(n []float64) Target { return softened(Relaxed{Tau: n[0], KL: "disc"}) }},
	"gumbel-softmax-mass": {1, func(n []float64) Target { return softened(Relaxed{Tau: n[0], KL: "mass"}) }},
	"concrete-dens":       {3, func(n []float64) Target { return softened(Relaxed{n[0], n[1], "dens", true}) }},
	"concrete-mass":       {2, func(n []float64) Target { return softened(Relaxed{Tau: n[0], KL: "mass", Many: true}) }},
	"concrete-disc":       {2, func(n []float64) Target { return softened(Relaxed{Tau: n[0], KL: "disc", Many: true}) }},
	"nvil-normalised":     {0, func([]float64) Target { return Target{Bound: mean, Of: total(mean), Scaled: true} }},

	"cavi":       {0, closed},
	"cubo-exp":   {2, func(n []float64) Target { return Of(chiExp(n[0])) }},
	"cubo-log":   {2, func(n []float64) Target { return Of(chiLog(n[0])) }},
	"em":         {0, closed},
	"gibbs":      {0, closed},
	"laplace":    {0, closed},
	"ml":         {0, closed},
	"natural":    {1, func(n []float64) Target { return Target{Closed: true, Rho: n[0]} }},
	"pca":        {0, closed},
	"mcem":       {1, closed},
	"vgi":        {1, closed},
	"cd":         {1, closed},
	"pcd":        {1, closed},
	"likelihood": {0, closed},

	"impute mean":    {0, closed},
	"impute draw":    {0, closed},
	"impute chained": {0, closed},

	"hmc":                {2, closed},
	"hmc-jittered":       {3, closed},
	"sgld":               {1, closed},
	"diffusion":          {0, closed},
	"mixture-sobol":      {1, closed},
	"mixture-mc":         {1, closed},
	"gan minimax":        {0, closed},
	"gan non-saturating": {0, closed},
	"gan wasserstein":    {0, closed},
	"tvo":                {3, func(n []float64) Target { return Target{Of: thermodynamic(int(n[0]), n[1])} }},
}

func closed([]float64) Target { return Target{Closed: true} }

func softened(r Relaxed) Target { return Target{Relaxed: &r} }

// Targets are the names in the table, in order.
func Targets() []string {
	out := slices.Clone(sparseTargets)
	for name := range targets {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// mean is the ELBO of the samples.
func mean(lw []complex128) complex128 {
	sum := complex(0, 0)
	for _, x := range lw {
		sum += x
	}
	return sum / complex(float64(len(lw)), 0)
}

// logMeanExp is log 1/K sum_k w_k.
func logMeanExp(lw []complex128) complex128 {
	m, sum := math.Inf(-1), complex(0, 0)
	for _, x := range lw {
		m = math.Max(m, real(x))
	}
	for _, x := range lw {
		sum += cmplx.Exp(x - complex(m, 0))
	}
	return cmplx.Log(sum/complex(float64(len(lw)), 0)) + complex(m, 0)
}

// inGroups is the mean of a bound over groups of k consecutive samples.
func inGroups(k int, b Bound) Bound {
	return func(lw []complex128) complex128 {
		var each []complex128
		for g := range slices.Chunk(lw, k) {
			each = append(each, b(g))
		}
		return mean(each)
	}
}

// mix is beta a + (1-beta) b.
func mix(beta float64, a, b Bound) Bound {
	return func(lw []complex128) complex128 { return complex(beta, 0)*a(lw) + complex(1-beta, 0)*b(lw) }
}

// jackknife is K L_K - (K-1)/K sum_j L_(K-1) without sample j.
func jackknife(lw []complex128) complex128 {
	k, rest := complex(float64(len(lw)), 0), complex(0, 0)
	for j := range lw {
		rest += logMeanExp(slices.Delete(slices.Clone(lw), j, j+1))
	}
	return k*logMeanExp(lw) - (k-1)/k*rest
}

// renyi is 1/(1-alpha) log 1/K sum_k w_k^(1-alpha).
func renyi(alpha float64) Bound {
	c := complex(1-alpha, 0)
	return func(lw []complex128) complex128 {
		t := slices.Clone(lw)
		for i := range t {
			t[i] *= c
		}
		return logMeanExp(t) / c
	}
}

// chiExp is -1/(nK) sum_k w_k^n, and chiLog -1/n log 1/K sum_k w_k^n: upper bounds are to be lowered.
func chiExp(n float64) Bound {
	return func(lw []complex128) complex128 {
		sum := complex(0, 0)
		for _, x := range lw {
			sum += cmplx.Exp(complex(n, 0) * x)
		}
		return -sum / complex(n*float64(len(lw)), 0)
	}
}

func chiLog(n float64) Bound {
	return func(lw []complex128) complex128 { return -renyi(1 - n)(lw) }
}

// largest is the largest log weight, the first of equals.
func largest(lw []complex128) complex128 {
	return slices.MaxFunc(lw, func(a, b complex128) int {
		if real(a) < real(b) {
			return -1
		}
		if real(a) > real(b) {
			return 1
		}
		return 0
	})
}

// softmax normalises the weights.
func softmax(lw []float64) []float64 { return tempered(lw, 1) }

// tempered normalises w^t.
func tempered(lw []float64, t float64) []float64 {
	v, top, sum := make([]float64, len(lw)), math.Inf(-1), 0.0
	for _, x := range lw {
		top = math.Max(top, t*x)
	}
	for i, x := range lw {
		v[i] = math.Exp(t*x - top)
		sum += v[i]
	}
	for i := range v {
		v[i] /= sum
	}
	return v
}

// wake is sum_k v_k h_k, the self-normalised wake-phi direction.
func wake(lw []float64) (gen, path, score []float64) {
	v := softmax(lw)
	return v, make([]float64, len(lw)), v
}

// landing is sum_k v_k P_k: the total derivative of the bound without its score.
func landing(lw []float64) (gen, path, score []float64) {
	v := softmax(lw)
	return v, v, make([]float64, len(lw))
}

// between is (1-alpha) d L_K + alpha sum_k v_k h_k.
func between(alpha float64) Coefficients {
	return func(lw []float64) (gen, path, score []float64) {
		v := softmax(lw)
		path, score = make([]float64, len(v)), make([]float64, len(v))
		for i, x := range v {
			path[i] = (1 - alpha) * x
			score[i] = (2*alpha - 1) * x
		}
		return v, path, score
	}
}

// ovis is sum_k (L_K - v_k - c_k) h_k with the control variate
// c_k = log 1/(K-1) sum_(l != k) w_l - gamma v_k + (1-gamma) log(1 - 1/K).
func ovis(gamma float64) Coefficients {
	return func(lw []float64) (gen, path, score []float64) {
		v, k := softmax(lw), float64(len(lw))
		all := logMeanOf(lw)
		score = make([]float64, len(v))
		for i := range v {
			rest := logMeanOf(slices.Delete(slices.Clone(lw), i, i+1))
			score[i] = all - v[i] - (rest - gamma*v[i] + (1-gamma)*math.Log(1-1/k))
		}
		return v, make([]float64, len(v)), score
	}
}

func logMeanOf(lw []float64) float64 { return Target{Bound: logMeanExp}.at(lw) }

// thermodynamic is a left sum of J terms over nodes 0, b1, ..., 1, log-spaced, of
// E[d log w] + K/(K-1) Cov(log w, b d log p + (1-b) h), d log w = d log p - h,
// all moments under the weights of the node, normalised.
func thermodynamic(terms int, b1 float64) Coefficients {
	node := func(j int) float64 {
		switch j {
		case 0:
			return 0
		case terms:
			return 1
		}
		return math.Pow(b1, float64(terms-j)/float64(terms-1))
	}
	return func(lw []float64) (gen, path, score []float64) {
		n := float64(len(lw))
		gen, path, score = make([]float64, len(lw)), make([]float64, len(lw)), make([]float64, len(lw))
		for j := range terms {
			b, width := node(j), node(j+1)-node(j)
			v, level := tempered(lw, b), 0.0
			for k, x := range lw {
				level += v[k] * x
			}
			for k, x := range lw {
				cov := n / (n - 1) * v[k] * (x - level)
				gen[k] += width * (v[k] + b*cov)
				score[k] += width * (-v[k] + (1-b)*cov)
			}
		}
		return gen, path, score
	}
}
