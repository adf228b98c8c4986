package vitest

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// concreteNodes are how many nodes a relaxed bit has in the sums over more than two: with them
// f at bits relaxed is a polynomial to rounding.
const concreteNodes = 12

// softBits visits perturbed logits of any number of bits, with weights that sum to one and may
// be negative, so that the mean is exact of a function of the relaxed bits z = s(y/tau) that is
// analytic about their cube, plus any function of one bit's y each: the product of the bits'
// Gauss rules, put right along each axis at an anchor,
//
//	E g = prod_i G_i g + sum_i (F_i - G_i) g(.., y_i, ..),   G_i Gauss, F_i the trapezoid rule
//
// A logarithm of a density is a sum of such functions, singular in z at its ends.
func softBits(logits []float64, tau float64, nodes int, visit func(y []float64, weight float64)) {
	coarse, fine := make([]Piece, len(logits)), make([]Piece, len(logits))
	which, at, y := make([]int, len(logits)), make([]int, len(logits)), make([]float64, len(logits))
	for i, l := range logits {
		fine[i] = logisticLine(l, tau)
		coarse[i] = concreteRule(fine[i], tau, nodes)
		which[i] = i
	}
	for more := true; more; more = next(at, which, func(int) int { return nodes }) {
		weight := 1.0
		for i, p := range coarse {
			y[i] = p.Nodes[at[i]][0]
			weight *= p.Weights[at[i]]
		}
		visit(y, weight)
	}
	for i := range logits {
		copy(y, logits)
		for n, p := range []Piece{coarse[i], fine[i]} {
			for j, x := range p.Nodes {
				y[i] = x[0]
				visit(y, p.Weights[j]*float64(2*n-1))
			}
		}
	}
}

// logisticLine is the trapezoid rule for y = logit + logistic noise, under a function of y/tau
// that is analytic within pi of the real axis.
func logisticLine(logit, tau float64) (p Piece) {
	h := min(0.25, tau/2)
	n := int(38 / h)
	for i := -n; i <= n; i++ {
		l := float64(i) * h
		p.Nodes, p.Weights = append(p.Nodes, []float64{logit + l}), append(p.Weights, h*logistic(l)*logistic(-l))
	}
	return p
}

// concreteRule is the Gauss rule of n nodes for the law of z = s(y/tau), given y's: exact for
// polynomials in z of degree 2n-1. Its nodes are the eigenvalues of the Jacobi matrix of the
// law's orthogonal polynomials, whose coefficients Stieltjes' recursion takes from y's rule
// (Gautschi, Orthogonal Polynomials, 2004, section 2.2.3.1); weights are squares of the
// first components of its eigenvectors.
func concreteRule(of Piece, tau float64, n int) (p Piece) {
	z, before, now := make([]float64, len(of.Nodes)), make([]float64, len(of.Nodes)), make([]float64, len(of.Nodes))
	for j, y := range of.Nodes {
		z[j], now[j] = logistic(y[0]/tau), 1
	}
	moment := func(f func(j int) float64) (sum float64) {
		for j, w := range of.Weights {
			sum += w * f(j)
		}
		return sum
	}
	mass := moment(func(int) float64 { return 1 })
	jacobi, square, b := mat.NewSymDense(n, nil), mass, 0.0
	for k := range n {
		a := moment(func(j int) float64 { return z[j] * now[j] * now[j] }) / square
		jacobi.SetSym(k, k, a)
		for j := range now {
			before[j], now[j] = now[j], (z[j]-a)*now[j]-b*before[j]
		}
		last := square
		square = moment(func(j int) float64 { return now[j] * now[j] })
		if b = square / last; k < n-1 {
			jacobi.SetSym(k, k+1, math.Sqrt(b))
		}
	}
	var e mat.EigenSym
	if !e.Factorize(jacobi, true) {
		panic("vitest: a Jacobi matrix without eigenvalues")
	}
	var v mat.Dense
	e.VectorsTo(&v)
	for j, x := range e.Values(nil) {
		p.Nodes = append(p.Nodes, []float64{tau * math.Log(x/(1-x))})
		p.Weights = append(p.Weights, mass*v.At(0, j)*v.At(0, j))
	}
	return p
}
