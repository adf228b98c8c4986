package blas

import (
	"math/rand/v2"
	"testing"

	"github.com/vibench/bench/core/cpu"
	"github.com/vibench/bench/core/vec"
)

func checkVectors[T float](t *testing.T, r *rand.Rand, n int, hard float64) {
	x, y := make([]T, n), make([]T, n)
	fill(r, x, hard)
	fill(r, y, hard)
	alpha := T(r.NormFloat64())
	if r.Float64() < 10*hard {
		alpha = special[T](r)
	}
	dot, sum := vec.Dot(x, y), append([]T(nil), y...)
	for i := range sum {
		sum[i] = canonical(fma(alpha, x[i], y[i]))
	}
	for _, name := range cpu.Kernels() {
		on(t, name, func() {
			if got := Dot(x, y); sameBits([]T{got}, []T{dot}) >= 0 {
				t.Fatalf("%s %T Dot of %d: %g, want %g", name, x, n, got, dot)
			}
			z := append([]T(nil), y...)
			Axpy(alpha, x, z)
			if i := sameBits(z, sum); i >= 0 {
				t.Fatalf("%s %T Axpy of %d: entry %d is %g, want %g", name, x, n, i, z[i], sum[i])
			}
		})
	}
}

// TestVectorBits compares Axpy with its loop and Dot with vec.Dot.
func TestVectorBits(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for n := range 140 {
		for range 3 {
			checkVectors[float32](t, r, n, 0)
			checkVectors[float64](t, r, n, 0)
			checkVectors[float32](t, r, n, 0.02)
			checkVectors[float64](t, r, n, 0.02)
		}
	}
}

// TestGemvBits says that Gemv is Gemm with columns for x and y.
func TestGemvBits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, name := range cpu.Kernels() {
		on(t, name, func() {
			for range 100 {
				m, n, ta := r.IntN(90), r.IntN(90), r.IntN(2) == 0
				in, out := n, m
				if ta {
					in, out = m, n
				}
				a, x, y := make([]float32, m*n), make([]float32, in), make([]float32, out)
				fill(r, a, 0.01)
				fill(r, x, 0.01)
				fill(r, y, 0.01)
				want := append([]float32(nil), y...)
				Gemm(ta, false, out, 1, in, a, x, want)
				Gemv(ta, m, n, a, x, y)
				if i := sameBits(y, want); i >= 0 {
					t.Fatalf("%s Gemv ta=%v [%d,%d]: entry %d is %g, want %g", name, ta, m, n, i, y[i], want[i])
				}
			}
		})
	}
}
