package models

import (
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// OneBit is the toy of REBAR and RELAX: one bit, and the nearer the target lies to
// one half, the harder the gradient is to see.
//
//	raise -E (b - t)^2,  b ~ Bernoulli(sigmoid(phi)):  d/dphi = -(1-2t) p (1-p)
//
// t = 0.45 is REBAR's, 0.499 RELAX's harder one. It reads nothing from its data.
//
// Tucker, Mnih, Maddison, Lawson and Sohl-Dickstein 2017 (1703.07370); Grathwohl, Choi, Wu, Roeder and Duvenaud 2018 (1711.00123).
type OneBit struct {
	T   float64 `name:"t" doc:"the target"`
	Phi float64 `name:"phi" doc:"the logit at the start"`
}

func (OneBit) Name() string { return "onebit" }

// For is the toy, for any data.
func (m OneBit) For(d *vi.Data) (vi.Model, error) {
	if err := finite("onebit", "t", m.T); err != nil {
		return nil, err
	}
	return costOfBits(d.Domain, []float64{m.Phi}, func(s *vi.Step, z dist.Value) tape.Node {
		e := z.Node.Sub(constant(s, 1, m.T))
		return e.Mul(e).Neg().SumD(z.K)
	}), finite("onebit", "phi", m.Phi)
}

// In closed form, at a logit phi with p = sigmoid(phi), of the direction that
// raises -E (b-t)^2: its mean, and the variance of one draw of each estimator.

// Gradient is the mean of every unbiased estimator.
func (m OneBit) Gradient(phi float64) float64 {
	p := sigmoid(phi)
	return -(1 - 2*m.T) * p * (1 - p)
}

// VarianceScore is that of f(b) (b-p).
func (m OneBit) VarianceScore(phi float64) float64 {
	p, g := sigmoid(phi), m.Gradient(phi)
	f1, f0 := (1-m.T)*(1-m.T), m.T*m.T
	second := float64((1-p)*f1*f1) + float64(p*f0*f0)
	return float64(p*(1-p)*second) - float64(g*g)
}

// VarianceLOO is that of two samples, each the other's baseline.
func (m OneBit) VarianceLOO(phi float64) float64 {
	p, d := sigmoid(phi), 1-2*m.T
	v := p * (1 - p)
	return d * d * (float64(v/2) - float64(v*v))
}

// VarianceARM is that of an antithetic pair.
func (m OneBit) VarianceARM(phi float64) float64 {
	p, d, a := sigmoid(phi), 1-2*m.T, sigmoid(math.Abs(phi))-0.5
	v := p * (1 - p)
	return d * d * (float64(2.0/3*(0.125-float64(a*a*a))) - float64(v*v))
}

// VarianceDisARM is that of a pair with its uniform integrated out.
func (m OneBit) VarianceDisARM(phi float64) float64 {
	d, s := 1-2*m.T, sigmoid(math.Abs(phi))
	q := 2 * (1 - s)
	return d * d / 4 * s * s * q * (1 - q)
}

func sigmoid(x float64) float64 { return vec.Sigmoid64(x) }
