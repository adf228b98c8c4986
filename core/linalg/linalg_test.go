package linalg

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/rng"
)

// spd is B B' + I/10 of a random B.
func spd(n int, seed uint64) []float64 {
	b, a := make([]float64, n*n), make([]float64, n*n)
	rng.Root(seed).Normal64(b, 0)
	for i := range n {
		for j := range n {
			for k := range n {
				a[i*n+j] += b[i*n+k] * b[j*n+k]
			}
		}
		a[i*n+i] += 0.1
	}
	return a
}

func worst(x, y []float64) (d float64) {
	for i := range x {
		d = max(d, math.Abs(x[i]-y[i]))
	}
	return d
}

// Against gonum's own, a second implementation.
func TestCholesky(t *testing.T) {
	for n := 1; n <= 12; n++ {
		a := spd(n, uint64(n))
		c, err := NewCholesky(a, n, 0)
		if err != nil {
			t.Fatal(err)
		}
		var want mat.Cholesky
		if !want.Factorize(mat.NewSymDense(n, a)) {
			t.Fatal("gonum finds the matrix not positive definite")
		}
		if d := math.Abs(c.LogDet() - want.LogDet()); !(d < 1e-11) {
			t.Errorf("n = %d: log det differs by %g", n, d)
		}
		inv, product := make([]float64, n*n), make([]float64, n*n)
		c.Inverse(inv)
		for i := range n {
			for j := range n {
				for k := range n {
					product[i*n+j] += inv[i*n+k] * a[k*n+j]
				}
			}
			product[i*n+i]--
		}
		if d := worst(product, make([]float64, n*n)); !(d < 1e-10) {
			t.Errorf("n = %d: A^-1 A is off I by %g", n, d)
		}
		y := make([]float64, n)
		for i := range y {
			y[i] = float64(i) - 1.5
		}
		b := mat.NewVecDense(n, append([]float64{}, y...))
		c.Solve(y)
		var z mat.VecDense
		if err := want.SolveVecTo(&z, b); err != nil || !(worst(y, z.RawVector().Data) < 1e-10) {
			t.Errorf("n = %d: solutions differ: %v and %v (%v)", n, y, z.RawVector().Data, err)
		}
	}
}

func TestCholeskyRefuses(t *testing.T) {
	nan := math.NaN()
	for name, a := range map[string][]float64{
		"indefinite": {1, 2, 2, 1}, "rank one": {1, 1, 1, 1}, "NaN": {nan, 0, 0, 1}, "negative": {-1, 0, 0, 1}, "infinite": {1, 0, 0, math.Inf(1)},
	} {
		if _, err := NewCholesky(a, 2, 1e-12); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSymmetric(t *testing.T) {
	for n := 1; n <= 20; n++ {
		a := spd(n, 100+uint64(n))
		for i := range n {
			a[i*n+i] -= 2 // some eigenvalues below zero
		}
		values, v, err := Symmetric(a, n)
		if err != nil {
			t.Fatal(err)
		}
		var want mat.EigenSym
		want.Factorize(mat.NewSymDense(n, a), false)
		w := want.Values(nil) // rising
		scale := 1 + math.Abs(w[n-1])
		for i, x := range values {
			if d := math.Abs(x - w[n-1-i]); !(d < 1e-13*scale) {
				t.Errorf("n = %d: eigenvalue %d is %g, gonum's %g", n, i, x, w[n-1-i])
			}
			for r := range n { // A v = w v, and V'V = I
				av, vv := 0.0, 0.0
				for k := range n {
					av += a[r*n+k] * v[k*n+i]
					vv += v[k*n+r] * v[k*n+i]
				}
				if r == i {
					vv--
				}
				if !(math.Abs(av-x*v[r*n+i]) < 1e-12*scale) || !(math.Abs(vv) < 1e-13*float64(n)) {
					t.Errorf("n = %d: vector %d: residual %g, V'V off by %g", n, i, av-x*v[r*n+i], vv)
				}
			}
		}
	}
	if _, _, err := Symmetric([]float64{1, 0, math.NaN(), 1}, 2); err == nil {
		t.Error("a NaN is taken")
	}
	if w, v, err := Symmetric([]float64{2, 0, 0, 3}, 2); err != nil || w[0] != 3 || w[1] != 2 || v[0] != 0 || v[2] != 1 {
		t.Errorf("a diagonal: %v, %v, %v", w, v, err)
	}
}
