package blas

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/vibench/bench/core/cpu"
)

// shapes are the products of one IWAE step at 784-200-200-50.
var shapes = []struct {
	op      string
	m, n, k int
}{
	{"NN", 1000, 200, 784}, {"NN", 1000, 200, 200}, {"NN", 1000, 784, 200}, {"NN", 1000, 50, 200}, {"NN", 1000, 200, 50},
	{"NN", 100, 200, 784}, {"NN", 100, 200, 200}, {"NN", 100, 784, 200},
	{"NN", 20, 200, 784}, {"NN", 20, 200, 200}, {"NN", 20, 784, 200}, {"NN", 20, 50, 200},
	{"TN", 200, 784, 1000}, {"TN", 200, 200, 1000}, {"TN", 50, 200, 1000}, {"TN", 784, 200, 1000},
	{"TN", 200, 784, 100}, {"TN", 200, 784, 20}, {"TN", 784, 200, 20}, {"TN", 200, 200, 20},
	{"NT", 1000, 200, 784}, {"NT", 1000, 200, 200}, {"NT", 1000, 50, 200}, {"NT", 100, 200, 784},
	{"NT", 20, 200, 784}, {"NT", 20, 200, 200},
}

func benchGemm[T float](b *testing.B, ta, tb bool, m, n, k int) {
	r := rand.New(rand.NewPCG(5, 5))
	x, y, z := make([]T, m*k), make([]T, k*n), make([]T, m*n)
	fill(r, x, 0)
	fill(r, y, 0)
	for b.Loop() {
		Gemm(ta, tb, m, n, k, x, y, z)
	}
	b.ReportMetric(2*float64(m*n)*float64(k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}

func BenchmarkGemm(b *testing.B) {
	before := cpu.Kernel()
	defer cpu.Select(before)
	for _, name := range kernels() {
		for _, s := range shapes {
			ta, tb := s.op == "TN", s.op == "NT"
			cpu.Select(name)
			b.Run(fmt.Sprintf("%s/32/%s_%d_%d_%d", name, s.op, s.m, s.n, s.k), func(b *testing.B) { benchGemm[float32](b, ta, tb, s.m, s.n, s.k) })
			b.Run(fmt.Sprintf("%s/64/%s_%d_%d_%d", name, s.op, s.m, s.n, s.k), func(b *testing.B) { benchGemm[float64](b, ta, tb, s.m, s.n, s.k) })
		}
	}
}
