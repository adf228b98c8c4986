package models

import (
	"math"

	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Factor analysis of rows some of whose values are missing, NaN: what is missing is summed out by
// leaving its rows of W, c and Psi out, Factors of the coordinates seen.

// pattern is a set of coordinates seen, and the factors of them.
type pattern struct {
	seen      []int
	f         *Factors
	beta, cov []float64 // of their posterior (gain), where asked for
}

// patterns are those met so far: rows that miss the same coordinates share one.
type patterns struct {
	of   *Factors
	gain bool
	met  map[string]*pattern
	name []byte
}

// at is the pattern of a row.
func (p *patterns) at(x []float64) *pattern {
	p.name = p.name[:0]
	for _, v := range x {
		b := byte(1)
		if math.IsNaN(v) {
			b = 0
		}
		p.name = append(p.name, b)
	}
	if q := p.met[string(p.name)]; q != nil {
		return q
	}
	q := &pattern{}
	var w, c, psi []float64
	for j, b := range p.name {
		if b == 1 {
			q.seen = append(q.seen, j)
			w, c, psi = append(w, p.of.W[j*p.of.L:(j+1)*p.of.L]...), append(c, p.of.C[j]), append(psi, p.of.Psi[j])
		}
	}
	var err error
	if q.f, err = NewFactors(p.of.L, w, c, psi); err != nil {
		q.f = nil
	} else if p.gain {
		q.beta, q.cov = q.f.gain()
	}
	if p.met == nil {
		p.met = map[string]*pattern{}
	}
	p.met[string(p.name)] = q
	return q
}

// take is x at the coordinates seen.
func (q *pattern) take(dst, x []float64) []float64 {
	dst = dst[:0]
	for _, j := range q.seen {
		dst = append(dst, x[j])
	}
	return dst
}

// mean is the posterior's, beta (x_seen - c_seen).
func (q *pattern) mean(dst, x []float64, f *Factors) {
	clear(dst)
	for i, j := range q.seen {
		r := x[j] - f.C[j]
		for a := range dst {
			dst[a] += float64(q.beta[a*len(q.seen)+i] * r)
		}
	}
}

// seenEvidence is log p(x_seen) of each row, 0 of one without values.
func (f *Factors) seenEvidence(x []float64) (out []float64) {
	all := patterns{of: f}
	var row []float64
	for n := range len(x) / f.D {
		at := x[n*f.D : (n+1)*f.D]
		l := nan
		if q := all.at(at); q.f != nil {
			row = q.take(row, at)
			l = q.f.LogEvidence(row)
		}
		out = append(out, l)
	}
	return out
}

// maximiseSeen is EM's step where values are missing, z alone being latent: with z~ = (z, 1),
// its moments under p(z | x_seen) and, for coordinate j, sums over the rows where it is seen,
//
//	A = sum E z~z~',  b = sum r E z~,  (w_j, c_j' - c_j) = A^-1 b,  psi_j = (sum r^2 - (w_j, c_j' - c_j)'b) / n_j
//
// r = x_j - c_j; with isotropic noise psi is the mean of psi_j weighed by n_j. A coordinate that no
// row of a batch has stays as it is.
//
// Rubin and Thayer 1982, by rows seen.
func (m *fa) maximiseSeen(s *vi.Step, f *Factors, target tape.Vector) {
	d, l, n := f.D, f.L, f.L+1
	a, b, xx, count := make([]float64, d*n*n), make([]float64, d*n), make([]float64, d), make([]float64, d)
	x, z, zz := make([]float64, d), make([]float64, n), make([]float64, n*n)
	all := patterns{of: f, gain: true}
	v := s.X.Value()
	for row := range s.B() {
		for j := range x {
			x[j] = v.At(row*d + j)
		}
		q := all.at(x)
		if q.f == nil {
			target.Set(0, nan)
			return
		}
		q.mean(z[:l], x, f)
		z[l] = 1
		for i := range n {
			for k := range n {
				zz[i*n+k] = float64(z[i] * z[k])
				if i < l && k < l {
					zz[i*n+k] += q.cov[i*l+k]
				}
			}
		}
		for _, j := range q.seen {
			r := x[j] - f.C[j]
			count[j]++
			xx[j] += float64(r * r)
			vec.Axpy(1, zz, a[j*n*n:(j+1)*n*n])
			vec.Axpy(r, z, b[j*n:(j+1)*n])
		}
	}
	w, bias, noise, total := s.Of(target, m.x.weight), s.Of(target, m.x.bias), make([]float64, d), 0.0
	for j := range d {
		if count[j] == 0 {
			noise[j] = f.Psi[j]
			continue
		}
		chol, err := linalg.NewCholesky(a[j*n*n:(j+1)*n*n], n, 1e-14)
		if err != nil {
			target.Set(0, nan)
			return
		}
		row, left := append([]float64{}, b[j*n:(j+1)*n]...), xx[j]
		chol.Solve(row)
		for i, y := range row {
			left -= float64(y * b[j*n+i])
			if i < l {
				w.Set(j*l+i, y)
			}
		}
		bias.Set(j, f.C[j]+row[l])
		noise[j] = left / count[j]
		total += count[j]
	}
	if m.Noise == "isotropic" {
		one := 0.0
		for j, v := range noise {
			one += float64(v*count[j]) / total
		}
		noise = []float64{one}
	}
	m.setNoise(s, target, noise)
}

// Complete draws z ~ p(z | x_seen) and then what is missing of x ~ p(x|z): L + D normals a draw.
func (m *fa) Complete(s *vi.Step, site string, k int) tape.Node {
	d, l := m.data.D, m.Latent
	out := s.Blank(k*s.B(), d)
	f, err := m.factors(s.Params())
	if err != nil {
		out.Value().Set(0, nan)
		return out
	}
	all := patterns{of: f, gain: true}
	x, z, u := make([]float64, d), make([]float64, l), make([]float64, l)
	eps, noise := tape.NewVector(s.Precision(), k*(l+d)), s.Noise(site)
	from, to := s.X.Value(), out.Value()
	for b := range s.B() {
		for j := range x {
			x[j] = from.At(b*d + j)
		}
		q := all.at(x)
		if len(q.seen) < d && q.f != nil {
			noise.Normal(b, eps)
			q.mean(z, x, f)
		}
		for i := range k {
			e := eps.Slice(i*(l+d), (i+1)*(l+d))
			if len(q.seen) < d && q.f != nil { // z = m + R^-T e has covariance (R R')^-1
				for a := range u {
					u[a] = e.At(a)
				}
				q.f.back(u)
			}
			for j, v := range x {
				if math.IsNaN(v) {
					v = f.C[j] + float64(math.Sqrt(f.Psi[j])*e.At(l+j))
					for a := range u {
						v += float64(f.W[j*l+a] * (z[a] + u[a]))
					}
				}
				to.Set((b*k+i)*d+j, v)
			}
		}
	}
	return out
}
