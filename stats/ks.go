package stats

import (
	"math"
	"slices"
)

// KolmogorovSmirnov tests whether x was drawn from the continuous distribution
// with the given cdf. d is the largest distance between cdf and the distribution
// function of the sample, p = P(D >= d) two-sided: exact to rounding for n <= 200,
// to ten digits wherever p < 6e-4, and within 2e-6 else. Values that repeat make
// it conservative. Both are NaN for no values, one that is not finite, or a cdf
// outside [0, 1].
func KolmogorovSmirnov(x []float64, cdf func(float64) float64) (d, p float64) {
	if len(x) == 0 || !allFinite(x) {
		return math.NaN(), math.NaN()
	}
	n := float64(len(x))
	for i, v := range slices.Sorted(slices.Values(x)) {
		f := cdf(v)
		if !(f >= 0 && f <= 1) {
			return math.NaN(), math.NaN()
		}
		d = math.Max(d, math.Max(f-float64(i)/n, float64(i+1)/n-f))
	}
	return d, ksTail(len(x), d)
}

// KSCritical is the smallest distance that n values reject at level alpha. It is
// NaN unless n >= 1 and 0 < alpha < 1.
func KSCritical(n int, alpha float64) float64 {
	if n < 1 || !(alpha > 0 && alpha < 1) {
		return math.NaN()
	}
	// D's exact quantiles lie below the bound of Massart (Ann. Probab. 18, 1990).
	top := math.Min(1, math.Sqrt(math.Log(2/alpha)/(2*float64(n))))
	lo, hi := 0.5/float64(n), top
	for hi-lo > 1e-9*hi {
		mid := lo + (hi-lo)/2
		if ksTail(n, mid) <= alpha {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}

// KSDetectable is the departure that a test of n values at level alpha would have
// seen: if the true distribution function is that far from cdf at any point, the
// test rejects with probability at least 0.8, whatever the distribution. It is
// the critical distance plus sqrt(log(5)/2n), by Hoeffding's inequality on the
// count below that point. 1 means that nothing would surely have been seen. It is
// NaN as KSCritical is.
func KSDetectable(n int, alpha float64) float64 {
	return math.Min(1, KSCritical(n, alpha)+math.Sqrt(math.Log(5)/(2*float64(n))))
}

const (
	ksExact = 200 // most values for the matrix power, whose cost grows as n^1.5
	ksFar   = 4   // n d^2 beyond which one side's tail doubled is both sides' to 1e-10
)

// ksTail is P(D_n >= d), two-sided.
func ksTail(n int, d float64) float64 {
	f := float64(n)
	switch {
	case d <= 0.5/f:
		return 1
	case d >= 1:
		return 0
	case f*d*d > ksFar || d >= 0.5: // from 0.5 on, both sides cannot reach d at once
		return math.Min(1, 2*ksOneSided(n, d))
	case n <= ksExact:
		return math.Max(0, 1-ksMatrix(n, d))
	}
	return ksLimit(n, d)
}

// ksOneSided is P(D+ >= d), exact (Smirnov 1944; Birnbaum and Tingey, Ann. Math.
// Statist. 22, 1951). All terms are positive, so a small tail keeps its digits.
//
//	d sum_j C(n,j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j),   j <= n (1-d)
func ksOneSided(n int, d float64) float64 {
	f := float64(n)
	all, _ := math.Lgamma(f + 1)
	sum := 0.0
	for j := range n {
		k := float64(j)
		rest := 1 - d - k/f
		if rest <= 0 {
			break
		}
		a, _ := math.Lgamma(k + 1)
		b, _ := math.Lgamma(f - k + 1)
		sum += math.Exp(all - a - b + (k-1)*math.Log(d+k/f) + (f-k)*math.Log(rest))
	}
	return d * sum
}

// ksMatrix is P(D_n < d) by a power of Durbin's matrix (Marsaglia, Tsang, Wang,
// J. Stat. Softw. 8(18), 2003). Exponents of ten are kept apart from the matrix.
func ksMatrix(n int, d float64) float64 {
	f := float64(n)
	k := int(f*d) + 1
	m := 2*k - 1
	h := float64(k) - f*d
	a := newSquare(m)
	for i := range m {
		for j := range min(i+2, m) {
			a.at[i*m+j] = 1
		}
	}
	for i := range m {
		a.at[i*m] -= math.Pow(h, float64(i+1))
		a.at[(m-1)*m+i] -= math.Pow(h, float64(m-i))
	}
	a.at[(m-1)*m] += math.Pow(math.Max(0, 2*h-1), float64(m))
	for i := range m {
		for j := range min(i+1, m) { // row i, column j has (i-j+1)! below it
			for g := 2; g <= i-j+1; g++ {
				a.at[i*m+j] /= float64(g)
			}
		}
	}
	q := a.power(n, (k-1)*m+k-1)
	p := q.at[(k-1)*m+k-1]
	for i := 1; i <= n; i++ {
		p *= float64(i) / f
		if p < 1e-140 {
			p *= 1e140
			q.tens -= 140
		}
	}
	return p * math.Pow(10, float64(q.tens))
}

// A square is an m x m matrix times 10^tens.
type square struct {
	m, tens int
	at      []float64
}

func newSquare(m int) square { return square{m: m, at: make([]float64, m*m)} }

func (a square) times(b square) square {
	c := newSquare(a.m)
	c.tens = a.tens + b.tens
	for i := range a.m {
		row := c.at[i*a.m : (i+1)*a.m]
		for l, v := range a.at[i*a.m : (i+1)*a.m] {
			if v == 0 {
				continue
			}
			for j, u := range b.at[l*a.m : (l+1)*a.m] {
				row[j] += v * u
			}
		}
	}
	return c
}

// power is a^n; pivot is the entry whose size decides when to scale.
func (a square) power(n, pivot int) square {
	if n == 1 {
		return a
	}
	half := a.power(n/2, pivot)
	p := half.times(half)
	if n%2 == 1 {
		p = a.times(p)
	}
	if p.at[pivot] > 1e140 {
		for i := range p.at {
			p.at[i] *= 1e-140
		}
		p.tens += 140
	}
	return p
}

// ksLimit is P(D_n >= d) from the expansion of Pelz and Good (J. R. Statist. Soc.
// B 38, 1976), as written out by Simard and L'Ecuyer (J. Stat. Softw. 39(11),
// 2011): with x = sqrt(n) d,
//
//	P(D_n < d) = K0(x) + K1(x)/n^(1/2) + K2(x)/n + K3(x)/n^(3/2) + O(n^-2)
//
// K0 is Kolmogorov's limit. All are sums over h = pi (k + 1/2) and w = pi k, k a
// whole number, of polynomials times exp(-h^2/2x^2) and exp(-w^2/2x^2).
func ksLimit(n int, d float64) float64 {
	root := math.Sqrt(float64(n))
	x := root * d
	x2 := x * x
	x4, x6, x8 := x2*x2, x2*x2*x2, x2*x2*x2*x2
	var k0, k1, k2, k3, k2w, k3w float64
	for k := range 8 { // the terms beyond are below e^-75 for x up to 2
		h2 := math.Pow(math.Pi*(float64(k)+0.5), 2)
		h4, h6 := h2*h2, h2*h2*h2
		e := 2 * math.Exp(-h2/(2*x2)) // k and -1-k
		k0 += e
		k1 += e * (h2 - x2)
		k2 += e * (6*x6 + 2*x4 + h2*(2*x4-5*x2) + h4*(1-2*x2))
		k3 += e * (h6*(5-30*x2) + h4*(212*x4-60*x2) + h2*(135*x4-96*x6) - 30*x6 - 90*x8)
		w2 := math.Pow(math.Pi*float64(k), 2)
		e = 2 * math.Exp(-w2/(2*x2)) // k and -k; both sums are 0 at k = 0
		k2w += e * w2
		k3w += e * (3*w2*x2 - w2*w2)
	}
	c := math.Sqrt(math.Pi / 2)
	p := c * (k0/x +
		k1/(6*x4)/root +
		(k2/(72*x4*x2*x)-k2w/(36*x2*x))/(root*root) +
		(k3/(6480*x8*x2)+k3w/(216*x6))/(root*root*root))
	return math.Max(0, math.Min(1, 1-p))
}
