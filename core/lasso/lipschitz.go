package lasso

import (
	"math"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/vec"
)

// squarings of the Gram matrix: the bound is high by a factor of n^(1/256) at most.
const squarings = 7

// Lipschitz is a bound of |A|_2^2 = lambda_max(G) from above, of A [D,H] row-major and
// G the smaller of A'A and AA': power iteration on all vectors at once, so that no
// start can miss the largest eigenvalue and no step falls short of it, as the usual
// iteration from one vector always does.
//
//	lambda_max(G) <= |G^m|_F^(1/m) <= n^(1/2m) lambda_max(G),  m = 2^7,  n = min(D,H)
//
// or the largest sum of |G| over a row (Gershgorin), if that is less: 1 of A = I. Rounding
// is made up for by 1e-12 of the bound, but of a diagonal G, whose largest entry it is.
// A dictionary of zeros has 1, since any positive number is a bound.
func Lipschitz(a []float64, d, h int) float64 {
	l, _ := lipschitz(a, d, h, nil)
	return l
}

// lipschitz works in scratch, which it makes larger where it has to.
func lipschitz(a []float64, d, h int, scratch []float64) (float64, []float64) {
	unit := 0.0
	for _, x := range a {
		unit = max(unit, math.Abs(x))
	}
	if unit == 0 {
		return 1, scratch
	}
	n := min(d, h)
	if need := len(a) + 2*n*n; cap(scratch) < need {
		scratch = make([]float64, need)
	}
	scratch = scratch[:len(a)+2*n*n]
	scaled, g, square := scratch[:len(a)], scratch[len(a):][:n*n], scratch[len(a)+n*n:]
	for i, x := range a {
		scaled[i] = x / unit
	}
	if n == h {
		blas.GemmFrom(true, false, h, h, d, scaled, scaled, nil, g)
	} else {
		blas.GemmFrom(false, true, d, d, h, scaled, scaled, nil, g)
	}
	disc, exact := 0.0, true
	for i := range n {
		s := 0.0
		for j, v := range g[i*n : (i+1)*n] {
			s += math.Abs(v)
			exact = exact && (i == j || v == 0)
		}
		disc = max(disc, s)
	}
	var norms [squarings + 1]float64
	for i := range norms {
		norms[i] = math.Sqrt(vec.SumSq(g))
		vec.Scale(1/norms[i], g)
		if i < squarings {
			blas.GemmFrom(false, false, n, n, n, g, g, nil, square)
			g, square = square, g
		}
	}
	power := 1.0
	for i := squarings; i >= 0; i-- { // |G|_F |.|_F^(1/2) |.|_F^(1/4) ...
		power = float64(norms[i] * math.Sqrt(power))
	}
	bound := min(power, disc)
	if !exact { // a diagonal G has been summed without rounding
		bound *= 1 + 1e-12
	}
	bound = float64(float64(bound*unit) * unit)
	return min(max(bound, 1e-300), math.MaxFloat64), scratch // whatever overflows or vanishes, a step is a number
}
