package speed

import "github.com/vibench/bench/core/blas"

// Product is one matrix product: C [m,n] += op(A) op(B) over k, in float32.
type Product struct {
	Op     string  `json:"op"` // NN, TN (weight gradients) or NT (towards the input)
	M      int     `json:"m"`
	N      int     `json:"n"`
	K      int     `json:"k"`
	Kernel string  `json:"kernel"`
	GFLOPS float64 `json:"gflops"`
	Share  float64 `json:"share"` // of the measured peak, 0 where that is not known
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// shapes of a step of 784-200-200-50 with batch 20 and K = 1, 5, 50.
var shapes = []struct {
	op      string
	m, n, k int
}{
	{"NN", 1000, 200, 784}, {"NN", 1000, 200, 200}, {"NN", 1000, 784, 200}, {"NN", 1000, 50, 200}, {"NN", 1000, 200, 50},
	{"NN", 100, 200, 784}, {"NN", 100, 784, 200}, {"NN", 20, 200, 784}, {"NN", 20, 200, 200}, {"NN", 20, 784, 200}, {"NN", 20, 50, 200},
	{"TN", 200, 784, 1000}, {"TN", 200, 200, 1000}, {"TN", 50, 200, 1000}, {"TN", 784, 200, 1000}, {"TN", 200, 784, 100}, {"TN", 200, 784, 20}, {"TN", 784, 200, 20},
	{"NT", 1000, 200, 784}, {"NT", 1000, 200, 200}, {"NT", 1000, 50, 200}, {"NT", 100, 200, 784}, {"NT", 20, 200, 784}, {"NT", 20, 200, 200},
}

func products(o Options, kernel string, peak float64) []Product {
	var out []Product
	for _, s := range shapes {
		a, b, c := ramp(s.m*s.k), ramp(s.k*s.n), make([]float32, s.m*s.n)
		ta, tb := s.op[0] == 'T', s.op[1] == 'T'
		g := timed(o, func() { blas.Gemm(ta, tb, s.m, s.n, s.k, a, b, c) }).rate(2 * float64(s.m*s.n*s.k))
		p := Product{Op: s.op, M: s.m, N: s.n, K: s.k, Kernel: kernel, GFLOPS: g.Median, Min: g.Min, Max: g.Max}
		if peak > 0 {
			p.Share = g.Median / peak
		}
		out = append(out, p)
	}
	return out
}

// ramp is numbers that neither vanish nor grow, of both signs.
func ramp(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(i%17-8) / 64
	}
	return x
}
