package blas

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/cpu"
)

// at is entry i, j of op(A) of which only one triangle is stored.
func at(ul blas.Uplo, tA blas.Transpose, a []float32, lda, i, j int) float32 {
	if tA != blas.NoTrans {
		i, j = j, i
	}
	if (ul == blas.Lower) == (i < j) && i != j {
		return 0
	}
	return a[i*lda+j]
}

// TestLevel3Bits compares with the loops that specify the routines, entry by
// entry, for matrices with room between their rows.
func TestLevel3Bits(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	for range 40 {
		m, n, k := 1+r.IntN(20), 1+r.IntN(40), r.IntN(20)
		ul := []blas.Uplo{blas.Upper, blas.Lower}[r.IntN(2)]
		tA := []blas.Transpose{blas.NoTrans, blas.Trans}[r.IntN(2)]
		d := []blas.Diag{blas.Unit, blas.NonUnit}[r.IntN(2)]
		s := []blas.Side{blas.Left, blas.Right}[r.IntN(2)]
		alpha, beta := float32(r.NormFloat64()), float32(r.NormFloat64())
		ld := max(m, n, k) + 3
		a, b, c := make([]float32, ld*ld), make([]float32, ld*ld), make([]float32, ld*ld)
		fill(r, a, 0)
		fill(r, b, 0)
		fill(r, c, 0)

		// The triangle on the left of x, a column of B or a row of it.
		size, count := m, n
		if s == blas.Right {
			size, count = n, m
		}
		x := func(b []float32, i, j int) *float32 {
			if s == blas.Right {
				return &b[j*ld+i]
			}
			return &b[i*ld+j]
		}
		entry := func(i, l int) float32 {
			if s == blas.Right {
				i, l = l, i
			}
			return at(ul, tA, a, ld, i, l)
		}
		lower := ((ul == blas.Lower) != (tA != blas.NoTrans)) != (s == blas.Right)
		others := func(i int) (lo, hi int) {
			if lower {
				return 0, i
			}
			return i + 1, size
		}
		diagonal := func(i int) float32 {
			if d == blas.Unit {
				return 1
			}
			return entry(i, i)
		}
		solved, times := append([]float32(nil), b...), append([]float32(nil), b...)
		for j := range count {
			for step := range size {
				i := step
				if !lower {
					i = size - 1 - step
				}
				v := alpha * *x(b, i, j)
				lo, hi := others(i)
				for l := lo; l < hi; l++ {
					v = fma32(-entry(i, l), *x(solved, l, j), v)
				}
				*x(solved, i, j) = v / diagonal(i)
				v = float32(alpha*diagonal(i)) * *x(b, i, j)
				for l := lo; l < hi; l++ {
					v = fma32(float32(alpha*entry(i, l)), *x(b, l, j), v)
				}
				*x(times, i, j) = v
			}
		}
		ranked := append([]float32(nil), c...)
		for i := range n {
			for j := range n {
				if i != j && (ul == blas.Lower) == (i < j) {
					continue
				}
				v := beta * c[i*ld+j]
				for l := range k {
					p, q := i*ld+l, j*ld+l
					if tA != blas.NoTrans {
						p, q = l*ld+i, l*ld+j
					}
					v = fma32(float32(alpha*a[p]), a[q], v)
				}
				ranked[i*ld+j] = v
			}
		}
		mirrored := append([]float32(nil), c...)
		for i := range m {
			for j := range n {
				v := beta * c[i*ld+j]
				for l := range size {
					full := func(p, q int) float32 {
						if (ul == blas.Lower) == (p < q) {
							p, q = q, p
						}
						return a[p*ld+q]
					}
					if s == blas.Left {
						v = fma32(float32(alpha*full(i, l)), b[l*ld+j], v)
					} else {
						v = fma32(float32(alpha*b[i*ld+l]), full(l, j), v)
					}
				}
				mirrored[i*ld+j] = v
			}
		}
		var impl Implementation
		for _, name := range cpu.Kernels() {
			on(t, name, func() {
				for _, f := range []struct {
					name string
					out  []float32
					want []float32
					run  func(out []float32)
				}{
					{"Strsm", b, solved, func(out []float32) { impl.Strsm(s, ul, tA, d, m, n, alpha, a, ld, out, ld) }},
					{"Strmm", b, times, func(out []float32) { impl.Strmm(s, ul, tA, d, m, n, alpha, a, ld, out, ld) }},
					{"Ssyrk", c, ranked, func(out []float32) { impl.Ssyrk(ul, tA, n, k, alpha, a, ld, beta, out, ld) }},
					{"Ssymm", c, mirrored, func(out []float32) { impl.Ssymm(s, ul, m, n, alpha, a, ld, b, ld, beta, out, ld) }},
				} {
					got := append([]float32(nil), f.out...)
					f.run(got)
					if i := sameBits(got, f.want); i >= 0 {
						t.Fatalf("%s: %s side %c, %c, trans %c, diag %c [%d,%d,%d]: entry %d,%d is %g, want %g",
							name, f.name, s, ul, tA, d, m, n, k, i/ld, i%ld, got[i], f.want[i])
					}
				}
			})
		}
	}
}

// TestCholeskyBits factors and solves through mat: the same bits on every kernel.
func TestCholeskyBits(t *testing.T) {
	was32, was64 := blas32.Implementation(), blas64.Implementation()
	Use()
	defer func() { blas32.Use(was32); blas64.Use(was64) }()
	r := rand.New(rand.NewPCG(13, 13))
	const n = 130
	x, y := make([]float64, n*n), make([]float64, n*3)
	fill(r, x, 0)
	fill(r, y, 0)
	var want []float64
	for _, name := range cpu.Kernels() {
		on(t, name, func() {
			var a mat.SymDense
			a.SymOuterK(1, mat.NewDense(n, n, x))
			var c mat.Cholesky
			var s mat.Dense
			if !c.Factorize(&a) {
				t.Fatal("not positive definite")
			}
			if err := c.SolveTo(&s, mat.NewDense(n, 3, y)); err != nil {
				t.Fatal(err)
			}
			got := s.RawMatrix().Data
			if want == nil {
				want = got
			}
			if i := sameBits(got, want); i >= 0 {
				t.Errorf("%s: entry %d is %g, want %g", name, i, got[i], want[i])
			}
		})
	}
}
