package vitest

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// OneBit is the network of one bit.
func OneBit() Oracle {
	return belief("onebit", 2, []float64{-0.3}, []float64{0.2, -0.6}, []float64{1.4, -0.9}, []float64{0.5, -0.7}, []float64{-1.1})
}

// OneBitCost is -(b-t)^4, t = 0.45: on the square of REBAR's toy, quadratic in b, the
// trapezoid rule is right.
func OneBitCost() Oracle {
	const t = 0.45
	return costly("onebit-cost", 2, []float64{0.8}, cost{
		on: func(s *vi.Step, z dist.Value) tape.Node {
			e := z.Node.Sub(row(s, t))
			e = e.Mul(e)
			return e.Mul(e).Neg().SumD(z.K)
		},
		at: func(z []float64) (float64, []float64) {
			e := z[0] - t
			return -e * e * e * e, []float64{-4 * e * e * e}
		},
	})
}

// row is constants of a step.
func row(s *vi.Step, x ...float64) tape.Node { return rows(s, 1, x...) }

// rows is a matrix of them, row-major.
func rows(s *vi.Step, n int, x ...float64) tape.Node {
	m := s.Blank(n, len(x)/n)
	for i, v := range x {
		m.Value().Set(i, v)
	}
	return m
}
