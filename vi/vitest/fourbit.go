package vitest

import (
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// FourBits is the network of four bits.
func FourBits() Oracle {
	return belief("fourbit", 2, []float64{-0.3, 0.5, 0.2, -0.7}, []float64{0.2, -0.6},
		[]float64{1.4, -0.8, 0.6, 0.9, -0.9, 1.1, 0.7, -0.5},
		[]float64{0.5, -0.7, -0.4, 0.3, 0.8, 0.2, -0.6, 0.4}, []float64{0.2, 0.3, -0.5, 0.1})
}

// FourBitCost is (w'b - 0.4)^2 + tanh(v'b) + 2 at logits of which the last is zero, for
// which there are tables of means and variances.
func FourBitCost() Oracle {
	w, v := []float64{1, -0.7, 0.5, 0.3}, []float64{0.8, 0.6, -1.1, 0.4}
	return costly("fourbit-cost", 2, []float64{0.3, -1, 1.5, 0}, cost{
		on: func(s *vi.Step, z dist.Value) tape.Node {
			a := s.Affine(z.Node, row(s, w...), row(s, -0.4), tape.Linear)
			f := a.Mul(a).Add(s.Affine(z.Node, row(s, v...), tape.Node{}, tape.Tanh)).SumD(z.K)
			return f.Add(f.Const(2))
		},
		at: func(z []float64) (f float64, df []float64) {
			a, b := dot(w, z)-0.4, math.Tanh(dot(v, z))
			for i := range z {
				df = append(df, 2*a*w[i]+(1-b*b)*v[i])
			}
			return a*a + b + 2, df
		},
	})
}
