// Package lasso finds MAP sparse codes: for each row x the least
//
//	F(z) = 1/2 |x - A z|^2 + lambda |z|_1
//
// by proximal gradients, of a dictionary A [D,H] whose columns are atoms. Rows are
// solved many at a time by products of matrices, each stopped by a rule of its own,
// so that the bits of a row's code do not depend on the rows beside it.
package lasso

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/vec"
)

// Problem is a dictionary with what does not depend on the rows. It is only read:
// several goroutines may use one, each with a Work of its own.
type Problem struct {
	D, H int
	A    []float64 // [D,H], row-major
	L    float64   // a bound of |A|_2^2 from above (Lipschitz): steps are 1/L

	scratch []float64 // of L
}

// New takes a dictionary, [D,H] row-major. An error says that its shape is wrong or
// that it holds what is no number.
func New(a []float64, d, h int) (*Problem, error) {
	p := &Problem{}
	if err := p.Take(a, d, h); err != nil {
		return nil, err
	}
	return p, nil
}

// Take makes it the problem of another dictionary, as New; of the shape that it had, it
// allocates nothing. On an error it is as it was.
func (p *Problem) Take(a []float64, d, h int) error {
	if d < 1 || h < 1 || len(a) != d*h {
		return fmt.Errorf("lasso: dictionary: got %d numbers for %d x %d; have %d", len(a), d, h, max(d, 0)*max(h, 0))
	}
	for i, x := range a {
		if x-x != 0 {
			return fmt.Errorf("lasso: dictionary: got %g in row %d, column %d; have finite numbers", x, i/h, i%h)
		}
	}
	p.D, p.H, p.A = d, h, a
	p.L, p.scratch = lipschitz(a, d, h, p.scratch)
	return nil
}

// Solver is how rows are solved.
type Solver struct {
	Lambda float64 // weight of |z|_1, not negative
	Steps  int     // at most, a row
	Plain  bool    // ISTA; else FISTA

	// Tol stops a row when its step moved z, from where it was and from the point that
	// the gradient was taken at, by no more than Tol |z|: nothing is divided by, so the
	// zero code stops too, and with Tol = 0 none but a fixed point, which is a minimum,
	// does. Negative: every row takes all steps.
	Tol float64
}

// blockRows is how many rows are looked at together.
const blockRows = 64

// Work is what solving needs beside its arguments; the zero value is ready, and one
// that has been used for the shape allocates nothing.
type Work struct {
	x, z, y, r, g []float64
	row           []int
}

func (w *Work) fit(d, h int) {
	if cap(w.row) < blockRows {
		w.row = make([]int, blockRows)
	}
	for _, b := range []struct {
		x *[]float64
		n int
	}{{&w.x, d}, {&w.r, d}, {&w.z, h}, {&w.y, h}, {&w.g, h}} {
		if cap(*b.x) < blockRows*b.n {
			*b.x = make([]float64, blockRows*b.n)
		}
	}
}

// Solve moves z [n,H] from where it starts to the codes of x [n,D], and says how many
// rows took all steps without coming to rest.
//
//	ISTA   z <- soft(z - A'(A z - x)/L, lambda/L)
//	FISTA  z' = soft(y - A'(A y - x)/L, lambda/L),  t' = (1 + sqrt(1 + 4 t^2))/2,  y' = z' + (t-1)/t' (z' - z)
//
// with y = z and t = 1 at the start. F falls by every step of ISTA; that of FISTA may
// ripple. From z_0 they are never further from the least F* than
//
//	ISTA   F(z_k) - F* <= L |z_0 - z*|^2 / (2k)
//	FISTA  F(z_k) - F* <= 2 L |z_0 - z*|^2 / (k+1)^2
//
// An error says that an argument has the wrong shape or a setting is out of range; z
// is then as it was.
//
// Daubechies, Defrise and De Mol 2004; Beck and Teboulle 2009, theorems 3.1 and 4.4.
func (p *Problem) Solve(s Solver, x, z []float64, w *Work) (restless int, err error) {
	n, err := p.rows(x, z)
	if err != nil {
		return 0, err
	}
	if !(s.Lambda >= 0) || s.Lambda-s.Lambda != 0 {
		return 0, fmt.Errorf("lasso: lambda: got %g; have a finite number, not negative", s.Lambda)
	}
	w.fit(p.D, p.H)
	for lo := 0; lo < n; lo += blockRows {
		hi := min(lo+blockRows, n)
		restless += p.block(s, x[lo*p.D:hi*p.D], z[lo*p.H:hi*p.H], w)
	}
	return restless, nil
}

func (p *Problem) rows(x, z []float64) (n int, err error) {
	n = len(z) / p.H
	if len(z) != n*p.H || len(x) != n*p.D {
		return 0, fmt.Errorf("lasso: got %d numbers of data and %d of codes; have rows of %d and as many of %d", len(x), len(z), p.D, p.H)
	}
	return n, nil
}

// block solves so many rows as are looked at together. Row i of the work is row[i] of
// z; one that has come to rest is written out and the last takes its place.
func (p *Problem) block(s Solver, x, z []float64, w *Work) (restless int) {
	d, h := p.D, p.H
	live := len(z) / h
	copy(w.x[:live*d], x)
	copy(w.z[:live*h], z)
	copy(w.y[:live*h], z)
	for i := range live {
		w.row[i] = i
	}
	step, t := 1/p.L, 1.0
	least := s.Lambda / p.L
	for k := 0; k < s.Steps && live > 0; k++ {
		p.gradient(live, w.x, w.y, w)
		next := (1 + math.Sqrt(1+float64(4*float64(t*t)))) / 2
		ahead := (t - 1) / next
		t = next
		if s.Plain {
			ahead = 0
		}
		for i := 0; i < live; {
			zs, ys, gs := w.z[i*h:(i+1)*h], w.y[i*h:(i+1)*h], w.g[i*h:(i+1)*h]
			if rest := advance(zs, ys, gs, step, least, ahead, s.Tol); !rest {
				i++
				continue
			}
			copy(z[w.row[i]*h:], zs)
			if live--; i < live {
				copy(w.x[i*d:(i+1)*d], w.x[live*d:])
				copy(zs, w.z[live*h:])
				copy(ys, w.y[live*h:])
				copy(gs, w.g[live*h:])
				w.row[i] = w.row[live]
			}
		}
	}
	for i := range live {
		copy(z[w.row[i]*h:(w.row[i]+1)*h], w.z[i*h:])
	}
	return live
}

// advance takes one step of a row and says whether it has come to rest.
func advance(z, y, g []float64, step, least, ahead, tol float64) bool {
	moved, off, size := 0.0, 0.0, 0.0
	for j, was := range z {
		now := Soft(y[j]-float64(step*g[j]), least)
		a, b := now-was, now-y[j]
		moved += float64(a * a)
		off += float64(b * b)
		size += float64(now * now)
		z[j] = now
		y[j] = now + float64(ahead*a)
	}
	return tol >= 0 && math.Sqrt(max(moved, off)) <= float64(tol*math.Sqrt(size))
}

// gradient sets w.r to A y - x and w.g to A'(A y - x), a row for each of n.
func (p *Problem) gradient(n int, x, y []float64, w *Work) {
	r, g := w.r[:n*p.D], w.g[:n*p.H]
	for i := range r {
		r[i] = -x[i]
	}
	blas.Gemm(false, true, n, p.D, p.H, y[:n*p.H], p.A, r)
	blas.GemmFrom(false, false, n, p.H, p.D, r, p.A, nil, g)
}

// Soft is sign(x) max(|x| - least, 0).
func Soft(x, least float64) float64 {
	switch {
	case x > least:
		return x - least
	case x < -least:
		return x + least
	case x != x:
		return x
	}
	return 0
}

// Correlate sets z [n,H] to A'x of the rows of x [n,D], a start.
func (p *Problem) Correlate(x, z []float64) error {
	n, err := p.rows(x, z)
	if err == nil {
		blas.GemmFrom(false, false, n, p.H, p.D, x, p.A, nil, z)
	}
	return err
}

// Objective sets dst [n] to F of the codes z [n,H] of x [n,D].
func (p *Problem) Objective(lambda float64, x, z, dst []float64, w *Work) error {
	return p.judge(x, z, dst, w, func(r, g, z []float64) float64 {
		one := 0.0
		for _, v := range z {
			one += math.Abs(v)
		}
		return float64(0.5*vec.SumSq(r)) + float64(lambda*one)
	})
}

// KKT sets dst [n] to how far each code of z [n,H] is from being a minimum for its row
// of x [n,D]: with c = A'(x - A z), the largest over atoms of |c - lambda sign z| where
// z is not zero, and of |c| - lambda, if positive, where it is. It is zero of a
// minimum alone, in the units of lambda.
func (p *Problem) KKT(lambda float64, x, z, dst []float64, w *Work) error {
	return p.judge(x, z, dst, w, func(_, g, z []float64) float64 {
		worst := 0.0
		for j, v := range z {
			switch {
			case v > 0:
				worst = max(worst, math.Abs(g[j]+lambda))
			case v < 0:
				worst = max(worst, math.Abs(g[j]-lambda))
			default:
				worst = max(worst, math.Abs(g[j])-lambda)
			}
		}
		return worst
	})
}

// judge sets dst to f of every row's residual A z - x, gradient and code.
func (p *Problem) judge(x, z, dst []float64, w *Work, f func(r, g, z []float64) float64) error {
	n, err := p.rows(x, z)
	if err != nil {
		return err
	}
	if len(dst) != n {
		return fmt.Errorf("lasso: got room for %d rows; have %d", len(dst), n)
	}
	w.fit(p.D, p.H)
	for lo := 0; lo < n; lo += blockRows {
		m := min(blockRows, n-lo)
		p.gradient(m, x[lo*p.D:], z[lo*p.H:], w)
		for i := range m {
			dst[lo+i] = f(w.r[i*p.D:(i+1)*p.D], w.g[i*p.H:(i+1)*p.H], z[(lo+i)*p.H:(lo+i+1)*p.H])
		}
	}
	return nil
}
