package models

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/vec"
)

// Factors is FA's p as numbers: p(z) = N(0, I) in L dimensions, p(x|z) =
// N(W z + c, Psi) in D, Psi diagonal. Its methods are closed forms in nats, for one x
// of D values, and q = N(mu, diag s2) of L means and variances. The posterior is
//
//	N(m, Lambda^-1),  Lambda = I + W'Psi^-1 W,  m = Lambda^-1 W'Psi^-1 (x - c)
type Factors struct {
	D, L   int
	W      []float64 // [D,L]
	C, Psi []float64 // [D], variances
	Lambda []float64 // [L,L], the posterior's precision, the same for every x

	chol   []float64 // of Lambda, lower
	logDet float64   // log det Lambda
}

// NewFactors wants W [D,L] row-major, c and Psi [D], Psi above 0.
func NewFactors(l int, w, c, psi []float64) (*Factors, error) {
	d := len(c)
	if l < 1 || len(w) != d*l || len(psi) != d {
		return nil, fmt.Errorf("factors: W of %d values, c of %d, Psi of %d do not fit %d factors", len(w), d, len(psi), l)
	}
	f := &Factors{D: d, L: l, W: w, C: c, Psi: psi, Lambda: make([]float64, l*l), chol: make([]float64, l*l)}
	for i := range l {
		f.Lambda[i*l+i] = 1
	}
	for j, v := range psi {
		if !(v > 0) || math.IsInf(v, 1) {
			return nil, fmt.Errorf("factors: variance %d of the noise is %g; need a finite one above 0", j, v)
		}
		for a, x := range w[j*l : (j+1)*l] {
			for b, y := range w[j*l : (j+1)*l] {
				f.Lambda[a*l+b] += float64(x*y) / v
			}
		}
	}
	for i := range l { // Lambda = R R'
		for j := range i + 1 {
			s := f.Lambda[i*l+j]
			for k := range j {
				s -= float64(f.chol[i*l+k] * f.chol[j*l+k])
			}
			switch {
			case i != j:
				f.chol[i*l+j] = s / f.chol[j*l+j]
			case s > 0:
				f.chol[i*l+i] = math.Sqrt(s)
				f.logDet += vec.Log64(s)
			default:
				return nil, fmt.Errorf("factors: the loadings are too large, or no numbers: the posterior's precision is not positive")
			}
		}
	}
	return f, nil
}

// pull is W'Psi^-1 (x - c), and the quadratic form (x-c)'Psi^-1 (x-c).
func (f *Factors) pull(x []float64) (u []float64, q float64) {
	u = make([]float64, f.L)
	for j, v := range x {
		r := v - f.C[j]
		s := r / f.Psi[j]
		q += float64(r * s)
		for i := range u {
			u[i] += float64(f.W[j*f.L+i] * s)
		}
	}
	return u, q
}

// half solves R y = u in place, back R'y = u.
func (f *Factors) half(u []float64) {
	for i := range u {
		for k := range i {
			u[i] -= float64(f.chol[i*f.L+k] * u[k])
		}
		u[i] /= f.chol[i*f.L+i]
	}
}

func (f *Factors) back(u []float64) {
	for i := f.L - 1; i >= 0; i-- {
		for k := i + 1; k < f.L; k++ {
			u[i] -= float64(f.chol[k*f.L+i] * u[k])
		}
		u[i] /= f.chol[i*f.L+i]
	}
}

// LogEvidence is log p(x) = log N(x; c, W W' + Psi), by way of the factors: with
// u = W'Psi^-1 (x-c), -1/2 [D log 2 pi + sum log Psi + log det Lambda + (x-c)'Psi^-1 (x-c) - u'Lambda^-1 u].
// Where the factors explain all but a millionth of x, as variances at their floor have it, that difference
// would be of rounding; it is r'Psi^-1 r + m'm as well, r = x - c - W m, which is not.
func (f *Factors) LogEvidence(x []float64) float64 {
	u, q := f.pull(x)
	f.half(u)
	left := q - sumSq(u)
	if left < float64(1e-6*q) {
		f.back(u)
		left = sumSq(u)
		for j, v := range x {
			r := v - f.C[j]
			for i, m := range u {
				r -= float64(f.W[j*f.L+i] * m)
			}
			left += float64(r*r) / f.Psi[j]
		}
	}
	s := float64(float64(f.D)*log2Pi) + f.logDet + left
	for _, v := range f.Psi {
		s += vec.Log64(v)
	}
	return -0.5 * s
}

const log2Pi = 1.8378770664093454836

// Mean is the posterior's, m.
func (f *Factors) Mean(x []float64) []float64 {
	u, _ := f.pull(x)
	f.half(u)
	f.back(u)
	return u
}

// KL is KL(q || posterior) = 1/2 [ sum Lambda_ii s_i + (mu-m)'Lambda(mu-m) - L - log det Lambda - sum log s_i ].
func (f *Factors) KL(x, mu, s2 []float64) float64 {
	return f.ApproximationGap() + f.AmortisationGap(x, mu, s2)
}

// KLFull is KL(q || posterior) of q = N(mu, S), S [L,L] with its log det:
// 1/2 [ tr Lambda S + (mu-m)'Lambda(mu-m) - L - log det Lambda - log det S ].
func (f *Factors) KLFull(x, mu, s []float64, logDet float64) float64 {
	m := f.Mean(x)
	sum := -f.logDet - logDet - float64(f.L)
	for i := range f.L {
		for j := range f.L {
			sum += float64(f.Lambda[i*f.L+j] * (s[j*f.L+i] + float64((mu[i]-m[i])*(mu[j]-m[j]))))
		}
	}
	return 0.5 * sum
}

// ELBO is log p(x) - KL.
func (f *Factors) ELBO(x, mu, s2 []float64) float64 { return f.LogEvidence(x) - f.KL(x, mu, s2) }

// ApproximationGap is the least KL that a diagonal Gaussian can have, that of
// q* = N(m, 1/Lambda_ii): 1/2 (sum log Lambda_ii - log det Lambda), the same for every x.
func (f *Factors) ApproximationGap() float64 {
	s := -f.logDet
	for i := range f.L {
		s += vec.Log64(f.Lambda[i*f.L+i])
	}
	return 0.5 * s
}

// AmortisationGap is how much lower the ELBO of q is than that of q*:
// 1/2 [ sum (r_i - 1 - log r_i) + (mu-m)'Lambda(mu-m) ], r_i = Lambda_ii s_i.
func (f *Factors) AmortisationGap(x, mu, s2 []float64) float64 {
	s, m := 0.0, f.Mean(x)
	for i := range f.L {
		r := float64(f.Lambda[i*f.L+i] * s2[i]) // or the difference below may fuse it
		s += r - 1 - vec.Log64(r)
		for j := range f.L {
			s += float64((mu[i] - m[i]) * f.Lambda[i*f.L+j] * (mu[j] - m[j]))
		}
	}
	return 0.5 * s
}
