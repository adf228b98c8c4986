package models

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// LogDensity is log p(x) as the ELBO of the exact posterior N(m, Lambda^-1), which stands
// still: the bound touches the evidence there, so that by the envelope theorem its value is
// log p(x) and its gradient, in x and in theta, that of log p(x).
//
//	log N(x; W m + c, Psi) - 1/2 tr(Psi^-1 W Lambda^-1 W') - KL( N(m, Lambda^-1) || N(0, I) )
func (m *fa) LogDensity(s *vi.Step, x tape.Node, k int) tape.Node {
	l, d := m.Latent, m.data.D
	rows, _ := x.Shape()
	f, err := m.factors(s.Params())
	z, kl, spread := s.Blank(rows, l), make([]float64, rows), m.spread(s)
	if err != nil { // so that a direction is none
		for i := range rows * l {
			z.Value().Set(i, nan)
		}
		return s.NormalLogProb(k, x, m.x.of(s, z, tape.Linear), spread)
	}
	_, cov := f.gain()
	constant := f.logDet - float64(l)
	for i := range l {
		constant += cov[i*l+i]
	}
	row, from, to := make([]float64, d), x.Value(), z.Value()
	for r := range kl {
		for j := range row {
			row[j] = from.At(r*d + j)
		}
		mean := f.Mean(row)
		kl[r] = 0.5 * (sumSq(mean) + constant)
		for i, v := range mean {
			to.Set(r*l+i, v)
		}
	}
	// The trace is of squares: Lambda^-1 = sum_i r_i r_i', the columns of the inverse of R'.
	roots, u := s.Blank(l, l), make([]float64, l)
	for i := range l {
		clear(u)
		u[i] = 1
		f.back(u)
		for a, v := range u {
			roots.Value().Set(i*l+a, v)
		}
	}
	zero := s.Leaf(1, d)
	trace := s.NormalLogProb(1, s.Affine(roots, s.Param(m.x.weight), tape.Node{}, tape.Linear), zero, spread).Sum().
		Sub(s.NormalLogProb(1, zero, zero, spread).Sum().Scale(float64(l)))
	return s.NormalLogProb(k, x, m.x.of(s, z, tape.Linear), spread).Add(trace).Sub(s.Const(k, rows/k, kl))
}

// Marginal is c and W W' + Psi.
func (m *fa) Marginal(p *vi.Params) (mean, cov []float64) {
	f, err := m.factors(p)
	d := m.data.D
	if err != nil {
		mean, cov = make([]float64, d), make([]float64, d*d)
		cov[0] = nan
		return mean, cov
	}
	cov = make([]float64, d*d)
	for i := range d {
		for j := range d {
			for l := range f.L {
				cov[i*d+j] += float64(f.W[i*f.L+l] * f.W[j*f.L+l])
			}
		}
		cov[i*d+i] += f.Psi[i]
	}
	return f.C, cov
}

// seenMoments are the mean and the variance of what is seen of each of d columns of x.
func seenMoments(x []float64, d int) (mean, variance []float64) {
	mean, variance = make([]float64, d), make([]float64, d)
	count := make([]float64, d)
	for i, v := range x {
		if v == v {
			count[i%d]++
		}
	}
	for i, v := range x {
		if v == v {
			mean[i%d] += v / count[i%d]
		}
	}
	for i, v := range x {
		if v == v {
			r := v - mean[i%d]
			variance[i%d] += float64(r*r) / count[i%d]
		}
	}
	return mean, variance
}

func hasNaN(x []float64) bool {
	for _, v := range x {
		if v != v {
			return true
		}
	}
	return false
}
