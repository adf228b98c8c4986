package blas

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vibench/bench/core/cpu"
)

// BenchmarkGemm measures every kernel at every shape; share is of this core's
// peak, measured just before. A shape is best run alone on its core.
func BenchmarkGemm(b *testing.B) {
	for _, name := range kernels() {
		for _, s := range Shapes() {
			b.Run(fmt.Sprintf("%s/32/%s_%d_%d_%d", name, s.Op, s.M, s.N, s.K), func(b *testing.B) {
				benchGemm[float32](b, name, s.Op, s.M, s.N, s.K)
			})
			b.Run(fmt.Sprintf("%s/64/%s_%d_%d_%d", name, s.Op, s.M, s.N, s.K), func(b *testing.B) {
				benchGemm[float64](b, name, s.Op, s.M, s.N, s.K)
			})
		}
	}
}

func benchGemm[T float](b *testing.B, kernel, op string, m, n, k int) {
	r := rand.New(rand.NewPCG(5, 5))
	x, y, z := make([]T, m*k), make([]T, k*n), make([]T, m*n)
	fill(r, x, 0)
	fill(r, y, 0)
	on(b, kernel, func() {
		var peaks [5]float64
		for i := range peaks {
			peaks[i] = Peak[T]()
		}
		slices.Sort(peaks[:])
		for b.Loop() {
			Gemm(op == "TN", op == "NT", m, n, k, x, y, z)
		}
		speed := 2 * float64(m*n) * float64(k) * float64(b.N) / float64(b.Elapsed().Nanoseconds())
		b.ReportMetric(speed, "GFLOP/s")
		b.ReportMetric(100*speed/peaks[2], "%peak")
	})
}

// BenchmarkToy is the smallest product of the closed-form models, beside the
// loop one would write.
func BenchmarkToy(b *testing.B) {
	const m, n, k = 2, 2, 8
	x, y, z := make([]float64, m*k), make([]float64, k*n), make([]float64, m*n)
	for _, name := range cpu.Kernels() {
		for _, tb := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/tb=%v", name, tb), func(b *testing.B) {
				on(b, name, func() {
					for b.Loop() {
						Gemm(false, tb, m, n, k, x, y, z)
					}
				})
			})
		}
	}
	b.Run("loop", func(b *testing.B) {
		for b.Loop() {
			for i := range m {
				for j := range n {
					for l := range k {
						z[i*n+j] += float64(x[i*k+l] * y[j*k+l])
					}
				}
			}
		}
	})
}

// BenchmarkVectors reports the time an entry of Dot, Axpy and Gemv takes.
func BenchmarkVectors(b *testing.B) {
	const n = 4096
	x, y, a, s := make([]float32, n), make([]float32, n), make([]float32, 256*256), make([]float32, 256)
	var sum float32
	for _, name := range cpu.Kernels() {
		for _, f := range []struct {
			name string
			n    int
			f    func()
		}{
			{"Dot", n, func() { sum += Dot(x, y) }},
			{"Axpy", n, func() { Axpy(1, x, y) }},
			{"GemvN", len(a), func() { Gemv(false, 256, 256, a, s, x[:256]) }},
			{"GemvT", len(a), func() { Gemv(true, 256, 256, a, s, x[:256]) }},
		} {
			b.Run(name+"/"+f.name, func(b *testing.B) {
				on(b, name, func() {
					for b.Loop() {
						f.f()
					}
				})
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*f.n), "ns/entry")
			})
		}
	}
	_ = sum
}
