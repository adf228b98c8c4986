package vitest

import (
	"math"
	"slices"
)

// bitAxis is for the uniform of a bit, which is one where u > 1-p; an antithetic one is
// where u < p. Its probability p is one of these; its finest rules have so many nodes. What is made of u at the ends goes by its
// logit.
func bitAxis(finest int, ps ...float64) Axis {
	one, two := []float64{0, 1}, []float64{0, 1}
	for _, p := range ps {
		one, two = append(one, 1-p), append(two, 1-p, p)
	}
	one, two = breaks(one), breaks(two)
	legendre := func(n int, at []float64) (r Rule) {
		for i := range at[1:] {
			r = append(r, Legendre(n, at[i], at[i+1]))
		}
		return r
	}
	ends := func(n int, at []float64) (r Rule) {
		for i := range at[1:] {
			if at[i] > 0 && at[i+1] < 1 {
				r = append(r, Legendre(16, at[i], at[i+1]))
			} else {
				r = append(r, TanhSinh(n, at[i], at[i+1]))
			}
		}
		return r
	}
	whole := []float64{0, 1}
	rules := []Rule{
		legendre(1, whole), legendre(1, one), legendre(1, two), legendre(3, two),
		legendre(16, whole), legendre(14, one),
	}
	for n := usual; n <= finest; n *= 2 {
		rules = append(rules, Rule{TanhSinh(n+4, 0, 1)}, ends(n, one), ends(n, two))
	}
	return Axis{Rules: rules}
}

// Nodes to either side of a tanh-sinh rule of a bit: as a rule, and under the hyperbolic
// tangents of a learned control variate of several logits.
const (
	usual = 28
	fine  = 56
)

// breaks are points in order, each once.
func breaks(at []float64) []float64 {
	slices.Sort(at)
	return slices.Compact(at)
}

// categoryAxis is for the uniforms of one variable of three categories with these
// logits, which is the category of the largest logit + Gumbel noise -log(-log u). It
// has a piece for each. In it with E' independent exponentials, k the category and
// Z = sum exp(logit),
//
//	-log u_k = exp(logit_k) E'_k / Z,   -log u_j = exp(logit_j) E'_k / Z + E'_j
//
// and the ratios of the E' are functions of two uniforms,
//
//	E'_a / E'_k = (1-v)/v,   E'_b / (E'_k + E'_a) = (1-s)/s,   s of density 2s
//
// The sum of the E', the noise's common level, is one node: no argmax and no softmax
// sees it. What does is left to the means over draws.
func categoryAxis(logits []float64) Axis {
	p := softmax(logits)
	at := func(k int, e [3]float64) []float64 {
		u := make([]float64, 3)
		for j := range u {
			x := p[j] * e[k]
			if j != k {
				x += e[j]
			}
			u[j] = min(math.Exp(-x), 1-0x1p-53)
		}
		return u
	}
	var hard, soft Rule
	for k := range logits {
		hard = append(hard, Piece{[][]float64{at(k, [3]float64{1, 1, 1})}, []float64{p[k]}})
		soft = append(soft, ratios(k, p[k], func(e [3]float64) []float64 { return at(k, e) }))
	}
	return Axis{Size: 3, Rules: []Rule{level(), hard, soft}}
}

// givenAxis is for the uniforms of such a variable's noise given its category, which no
// longer depends on them: the ratios of -log u in one piece.
func givenAxis() Axis {
	return Axis{Size: 3, Rules: []Rule{level(), {ratios(0, 1, func(e [3]float64) []float64 {
		u := make([]float64, 3)
		for i := range u {
			u[i] = min(math.Exp(-e[i]), 1-0x1p-53)
		}
		return u
	})}}}
}

// level is one node, for an estimate that does not see the noise.
func level() Rule { return Rule{{[][]float64{{0.5, 0.5, 0.5}}, []float64{1}}} }

// ratios is a piece of so much mass over the ratios of three exponentials to the k-th, by the
// uniforms that have them.
func ratios(k int, mass float64, at func(e [3]float64) []float64) (piece Piece) {
	line := TanhSinh(28, 0, 1)
	for i, v := range line.Nodes {
		for j, s := range line.Nodes {
			var e [3]float64
			e[k] = 3 * v[0] * s[0]
			e[(k+1)%3], e[(k+2)%3] = 3*(1-v[0])*s[0], 3*(1-s[0])
			piece.Nodes = append(piece.Nodes, at(e))
			piece.Weights = append(piece.Weights, mass*line.Weights[i]*line.Weights[j]*2*s[0])
		}
	}
	return piece
}
