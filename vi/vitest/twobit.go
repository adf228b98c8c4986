package vitest

import (
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// TwoBits is the network of two bits: one may now stand for the other.
func TwoBits() Oracle {
	return belief("twobit", 2, []float64{-0.3, 0.5}, []float64{0.2, -0.6}, []float64{1.4, -0.8, -0.9, 1.1},
		[]float64{0.5, -0.7, -0.4, 0.3}, []float64{0.2, 0.3})
}

// TwoBitCost is tanh(v'b - 0.3), v = (1.3, -0.9).
func TwoBitCost() Oracle {
	v := []float64{1.3, -0.9}
	return costly("twobit-cost", 2, []float64{0.6, -0.4}, cost{
		on: func(s *vi.Step, z dist.Value) tape.Node {
			return s.Affine(z.Node, row(s, v...), row(s, -0.3), tape.Tanh).SumD(z.K)
		},
		at: func(z []float64) (float64, []float64) {
			f := math.Tanh(dot(v, z) - 0.3)
			return f, []float64{(1 - f*f) * v[0], (1 - f*f) * v[1]}
		},
	})
}
