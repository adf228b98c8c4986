package speed

import (
	"context"

	"github.com/vibench/bench/core/blas"
)

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

func products(ctx context.Context, o Options, kernel string, peak float64) ([]Product, error) {
	var out []Product
	op := ""
	for _, s := range o.shapes {
		if s.Op != op {
			op = s.Op
			o.say("products " + op + " on " + kernel)
		}
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		a, b, c := ramp[float32](s.M*s.K), ramp[float32](s.K*s.N), make([]float32, s.M*s.N)
		ta, tb := s.Op[0] == 'T', s.Op[1] == 'T'
		g := timed(o, func() { blas.Gemm(ta, tb, s.M, s.N, s.K, a, b, c) }).rate(2 * float64(s.M*s.N*s.K))
		p := Product{Op: s.Op, M: s.M, N: s.N, K: s.K, Kernel: kernel, GFLOPS: g.Median, Min: g.Min, Max: g.Max}
		if peak > 0 {
			p.Share = g.Median / peak
		}
		out = append(out, p)
	}
	return out, nil
}

// ramp is numbers that neither vanish nor grow, of both signs.
func ramp[T float32 | float64](n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(i%17-8) / 64
	}
	return x
}
