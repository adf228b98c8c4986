package models

import (
	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// leastVariance is the floor of a noise variance: a constant coordinate, or one that the
// factors explain altogether, would take it to zero and the likelihood to infinity.
const leastVariance = 1e-6

// Maximise is EM's step. With r = x - c, beta = Lambda^-1 W'Psi^-1 and C the mean of r r',
//
//	E zz' = Lambda^-1 + beta C beta',   E rz' = C beta',   E z = beta E r
//
// and (W', c' - c) is the regression of r on (z, 1), Psi' what it leaves; floored at
// leastVariance, still the best of what the floor admits. The data enter by their mean
// and covariance alone, which are had once.
//
// Rubin and Thayer 1982; isotropic, Tipping and Bishop 1999.
func (m *fa) Maximise(s *vi.Step, target tape.Vector) {
	f, err := m.factors(s.Params())
	if err != nil {
		target.Set(0, nan)
		return
	}
	if m.data.Missing && !s.Elsewhere() {
		m.maximiseSeen(s, f, target)
		return
	}
	d, l := f.D, f.L
	mean, c := m.moments(s)
	delta := make([]float64, d) // E r
	for j := range delta {
		delta[j] = mean[j] - f.C[j]
	}
	for i := range d {
		for j := range d {
			c[i*d+j] += float64(delta[i] * delta[j])
		}
	}
	beta, cov := f.gain()
	rz := make([]float64, d*l) // E rz' = C beta'
	blas.Gemm(false, true, d, l, d, c, beta, rz)
	zz := append([]float64{}, cov...)
	blas.Gemm(false, false, l, l, d, beta, rz, zz)
	ez := make([]float64, l)
	blas.Gemv(false, l, d, beta, delta, ez)

	n := l + 1 // the regression, on (z, 1)
	a := make([]float64, n*n)
	for i := range l {
		copy(a[i*n:], zz[i*l:i*l+l])
		a[i*n+l], a[l*n+i] = ez[i], ez[i]
	}
	a[l*n+l] = 1
	chol, err := linalg.NewCholesky(a, n, 1e-14)
	if err != nil {
		target.Set(0, nan)
		return
	}
	w, bias, noise := s.Of(target, m.x.weight), s.Of(target, m.x.bias), make([]float64, d)
	b := make([]float64, n)
	for j := range d {
		row := append(append(b[:0], rz[j*l:j*l+l]...), delta[j])
		left := c[j*d+j]
		chol.Solve(row)
		for i, x := range row[:l] {
			left -= float64(x * rz[j*l+i])
			w.Set(j*l+i, x)
		}
		left -= float64(row[l] * delta[j])
		bias.Set(j, f.C[j]+row[l])
		noise[j] = left
	}
	if m.Sigma > 0 { // held
		return
	}
	if m.Noise == "isotropic" {
		noise = []float64{vec.Sum(noise) / float64(d)}
	}
	m.setNoise(s, target, noise)
}

// setNoise sets the log sds of a target by variances.
func (m *fa) setNoise(s *vi.Step, target tape.Vector, noise []float64) {
	spread := s.Of(target, faSigma)
	for i, v := range noise {
		spread.Set(i, 0.5*vec.Log64(max(v, leastVariance)))
	}
}

// moments are the mean [D] and the covariance [D,D] of the rows of a step, those of all the
// model's data computed once; they are the caller's.
func (m *fa) moments(s *vi.Step) (mean, cov []float64) {
	d := m.data.D
	if s.B() < s.N || s.Elsewhere() {
		return meanAndCov(s.X.Value().AppendTo(nil), d)
	}
	m.once.Do(func() { m.mean, m.cov = meanAndCov(m.data.X, d) })
	return append(mean, m.mean...), append(cov, m.cov...)
}

// meanAndCov are those of rows x [N,D], the covariance over N.
func meanAndCov(x []float64, d int) (mean, cov []float64) {
	n := len(x) / d
	mean, cov = columnMeans(x, d), make([]float64, d*d)
	r := make([]float64, len(x))
	for i, v := range x {
		r[i] = v - mean[i%d]
	}
	blas.Gemm(true, false, d, d, n, r, r, cov)
	vec.Scale(1/float64(n), cov)
	return mean, cov
}

// gain is beta = Lambda^-1 W'Psi^-1 [L,D], by which the posterior's mean is beta (x - c),
// and its covariance Lambda^-1 [L,L].
func (f *Factors) gain() (beta, cov []float64) {
	beta, cov = make([]float64, f.L*f.D), make([]float64, f.L*f.L)
	u := make([]float64, f.L)
	for j := range f.D {
		for i := range u {
			u[i] = f.W[j*f.L+i] / f.Psi[j]
		}
		f.half(u)
		f.back(u)
		for i, v := range u {
			beta[i*f.D+j] = v
		}
	}
	for j := range f.L {
		clear(u)
		u[j] = 1
		f.half(u)
		f.back(u)
		for i, v := range u {
			cov[i*f.L+j] = v
		}
	}
	return beta, cov
}
