package optim

import (
	"math"

	"github.com/vibench/bench/core/vec"
)

// LBFGS minimises a smooth function of many numbers by the limited-memory rule of
// Nocedal and Wright (Numerical Optimization, algorithms 7.4 and 7.5) with a line
// search for the strong Wolfe conditions (3.5 and 3.6). It is deterministic, on one
// goroutine and without a clock, so that a cell that uses it has the same bits everywhere:
// why it is not gonum/optimize, which the tests hold it against.
type LBFGS struct {
	History    int     // pairs remembered
	Iterations int     // at most
	Gradient   float64 // stop where no derivative is larger
	Change     float64 // stop where an iteration gains no more than this share of 1 + |f|
}

// Func gives f at x and writes its gradient.
type Func func(x, grad []float64) float64

// Minimise moves x to where f is low, and gives f there and the iterations it took. x stays where f is
// not finite at the start; no step goes to a point where it is not.
func (r LBFGS) Minimise(f Func, x []float64) (value float64, iterations int) {
	n := len(x)
	m := max(r.History, 1)
	room := make([]float64, (4+2*m)*n)
	take := func() []float64 {
		v := room[:n:n]
		room = room[n:]
		return v
	}
	g, dir, next, gnext := take(), take(), take(), take()
	s, y := make([][]float64, m), make([][]float64, m)
	for i := range m {
		s[i], y[i] = take(), take()
	}
	rho, alpha := make([]float64, m), make([]float64, m)
	value = f(x, g)
	if !finite(value) {
		return value, 0
	}
	have := 0 // pairs
	for iterations < r.Iterations {
		if largest(g) <= r.Gradient {
			break
		}
		for i, v := range g {
			dir[i] = -v
		}
		for k := range min(have, m) { // newest first
			i := (have - 1 - k) % m
			alpha[i] = rho[i] * vec.Dot(s[i], dir)
			vec.Axpy(-alpha[i], y[i], dir)
		}
		if have > 0 {
			i := (have - 1) % m
			scale := vec.Dot(s[i], y[i]) / vec.Dot(y[i], y[i])
			for j := range dir {
				dir[j] *= scale
			}
		}
		for k := min(have, m) - 1; k >= 0; k-- {
			i := (have - 1 - k) % m
			vec.Axpy(alpha[i]-float64(rho[i]*vec.Dot(y[i], dir)), s[i], dir)
		}
		slope := vec.Dot(g, dir)
		if math.Abs(slope) <= rounding*(1+math.Abs(value)) { // no step could be seen to gain
			break
		}
		if !(slope < 0) { // memory has gone bad: start again along the gradient
			if have == 0 {
				break
			}
			have = 0
			continue
		}
		first := 1.0
		if have == 0 {
			first = min(1, 1/largest(g))
		}
		got, ok := wolfe(f, x, dir, value, slope, first, next, gnext)
		if !ok {
			if have == 0 {
				break
			}
			have = 0
			continue
		}
		i := have % m
		for j := range x {
			s[i][j], y[i][j] = next[j]-x[j], gnext[j]-g[j]
		}
		if sy := vec.Dot(s[i], y[i]); sy > 0 {
			rho[i] = 1 / sy
			have++
		} else { // its place held the oldest pair, which is gone
			have = 0
		}
		gain := value - got
		copy(x, next)
		copy(g, gnext)
		value = got
		iterations++
		if gain <= float64(r.Change*(1+math.Abs(value))) {
			break
		}
	}
	return value, iterations
}

const (
	rounding  = 1e-16
	armijo    = 1e-4
	curvature = 0.9
	mostTries = 30
)

// wolfe finds a step along dir; next and gnext become the point and its gradient.
func wolfe(f Func, x, dir []float64, f0, slope0, step float64, next, gnext []float64) (value float64, ok bool) {
	at := func(a float64) (float64, float64) {
		for j := range x {
			next[j] = x[j] + float64(a*dir[j])
		}
		v := f(next, gnext)
		return v, vec.Dot(gnext, dir)
	}
	lo, flo, dlo := 0.0, f0, slope0
	hi, fhi, dhi := math.Inf(1), math.NaN(), math.NaN()
	a := step
	for range mostTries {
		v, d := at(a)
		switch {
		case !finite(v) || !finite(d):
			hi, fhi, dhi = a, math.NaN(), math.NaN()
		case v > f0+float64(armijo*float64(a*slope0)) || v >= flo && lo > 0:
			hi, fhi, dhi = a, v, d
		case math.Abs(d) <= -curvature*slope0:
			return v, true
		default: // the new low end; the minimum lies down the slope from it
			if math.IsInf(hi, 1) && d >= 0 || !math.IsInf(hi, 1) && (hi-lo)*d >= 0 {
				hi, fhi, dhi = lo, flo, dlo
			}
			lo, flo, dlo = a, v, d
		}
		if math.IsInf(hi, 1) {
			a *= 2.5
			continue
		}
		a = between(lo, flo, dlo, hi, fhi, dhi)
		if a == lo || math.Abs(hi-lo) <= 1e-16*max(math.Abs(lo), math.Abs(hi)) {
			break
		}
	}
	if lo > 0 { // enough decrease, if not the curvature
		v, _ := at(lo)
		return v, v < f0
	}
	return f0, false
}

// between is the minimum of the cubic through both ends of a bracket, kept off its
// ends; halfway where that is none.
func between(lo, flo, dlo, hi, fhi, dhi float64) float64 {
	w := hi - lo
	mid := lo + float64(0.5*w)
	if !finite(fhi) || !finite(dhi) {
		return mid
	}
	b := dlo + dhi - 3*(flo-fhi)/(lo-hi)
	disc := float64(b*b) - float64(dlo*dhi)
	if !(disc >= 0) {
		return mid
	}
	c := math.Sqrt(disc)
	if hi < lo {
		c = -c
	}
	a := hi - float64(w*((dhi+c-b)/(dhi-dlo+float64(2*c))))
	if least := 0.1 * math.Abs(w); !(math.Abs(a-lo) >= least && math.Abs(a-hi) >= least) || (a-lo)*(a-hi) > 0 {
		return mid
	}
	return a
}

func finite(x float64) bool { return x-x == 0 }

func largest(x []float64) float64 {
	m := 0.0
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}
