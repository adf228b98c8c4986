package models

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// FourBit is a toy of four bits that a function ties to each other: small enough for
// every state to be looked at, not linear, not quadratic.
//
//	raise E f(b),  f(b) = (w'b - 0.4)^2 + tanh(v'b) + 2,  w = (1, -0.7, 0.5, 0.3),  v = (0.8, 0.6, -1.1, 0.4)
//
// The logits start at (0.3, -1, 1.5, 0). It reads nothing from its data. As an
// oracle of many estimators' means and variances it is our own.
type FourBit struct{}

var fourW, fourV, fourPhi = []float64{1, -0.7, 0.5, 0.3}, []float64{0.8, 0.6, -1.1, 0.4}, []float64{0.3, -1, 1.5, 0}

func (FourBit) Name() string { return "fourbit" }

// For is the toy, for any data.
func (m FourBit) For(d *vi.Data) (vi.Model, error) {
	return costOfBits(d.Domain, fourPhi, func(s *vi.Step, z dist.Value) tape.Node {
		a := s.Affine(z.Node, constant(s, 1, fourW...), constant(s, 1, -0.4), tape.Linear)
		b := s.Affine(z.Node, constant(s, 1, fourV...), tape.Node{}, tape.Tanh)
		f := a.Mul(a).Add(b).SumD(z.K)
		return f.Add(f.Const(2))
	}), nil
}

// Cost is f of four bits.
func (FourBit) Cost(b []float64) float64 {
	w := vec.Dot(fourW, b) - 0.4
	return float64(w*w) + vec.Tanh64(vec.Dot(fourV, b)) + 2
}

// Exact is E f at logits phi, and its gradient, over all states.
func (m FourBit) Exact(phi []float64) (value float64, grad []float64) {
	grad = make([]float64, len(phi))
	chances(phi, func(prob float64, bits, score []float64) {
		f := float64(prob * m.Cost(bits))
		value += f
		for i, s := range score {
			grad[i] += float64(f * s)
		}
	})
	return value, grad
}
