package vitest

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// ThreeWay is the network of one variable of three categories.
func ThreeWay() Oracle {
	return belief("threeway", 3, []float64{-0.3, 0.5, 0.1}, []float64{0.2, -0.6}, []float64{1.4, -0.8, 0.3, -0.9, 1.1, 0.7},
		[]float64{0.5, -0.7, -0.4, 0.3, 0.6, 0.2}, []float64{0.2, 0.3, -0.5})
}

// ThreeWayCost is z'Cz/2, for which there are tables of means and variances.
func ThreeWayCost() Oracle {
	c := []float64{2, 0.5, -1, 0.5, -1, 0.3, -1, 0.3, 0.7}
	return costly("threeway-cost", 3, []float64{0.2, -0.5, 1}, cost{
		on: func(s *vi.Step, z dist.Value) tape.Node {
			return s.Affine(z.Node, rows(s, 3, c...), tape.Node{}, tape.Linear).Mul(z.Node).SumD(z.K).Scale(0.5)
		},
		at: func(z []float64) (float64, []float64) {
			d := []float64{dot(c[:3], z), dot(c[3:6], z), dot(c[6:], z)}
			return dot(d, z) / 2, d
		},
	})
}
