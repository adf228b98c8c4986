package models

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// ThreeWay is a toy of one variable with three categories.
//
//	raise E f(D),  f(D) = D'CD / 2,  C = (2 .5 -1; .5 -1 .3; -1 .3 .7):  d/dtheta_k = pi_k (f(k) - E f)
//
// The logits start at (0.2, -0.5, 1). It reads nothing from its data. As an oracle
// of categorical estimators it is our own.
type ThreeWay struct{}

var threeC, threeTheta = []float64{2, 0.5, -1, 0.5, -1, 0.3, -1, 0.3, 0.7}, []float64{0.2, -0.5, 1}

func (ThreeWay) Name() string { return "threeway" }

// For is the toy, for any data.
func (ThreeWay) For(d *vi.Data) (vi.Model, error) {
	return costOfCategories(d.Domain, threeTheta, 3, func(s *vi.Step, z dist.Value) tape.Node {
		return s.Affine(z.Node, constant(s, 3, threeC...), tape.Node{}, tape.Linear).Mul(z.Node).SumD(z.K).Scale(0.5)
	}), nil
}

// Exact is E f at logits theta, and its gradient.
func (ThreeWay) Exact(theta []float64) (value float64, grad []float64) {
	pi, grad := make([]float64, 3), make([]float64, 3)
	for k := range pi {
		pi[k] = vec.Exp64(theta[k] - vec.LogSumExp64(theta))
		value += float64(pi[k] * threeC[4*k] / 2)
	}
	for k, p := range pi {
		grad[k] = p * (float64(threeC[4*k]/2) - value)
	}
	return value, grad
}
