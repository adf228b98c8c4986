package models

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Survey is the Gaussian toy of the survey of Monte Carlo gradients: three costs of one
// number, in which score, pathwise and measure-valued gradients change places.
//
//	raise E f(x),  x ~ N(mu, sigma^2):  (x-k)^2,  exp(-k x^2)  or  cos(k x)
//
// The survey has mu = sigma = 1, and k in [-3,3], [0.1,10], [0.5,5]. Parameters are mu and
// log sigma, and d/dlogsigma = sigma d/dsigma: at sigma = 1 it is the survey's derivative.
// It reads nothing from its data.
//
// Mohamed, Rosca, Figurnov and Mnih 2020 (1906.10652).
type Survey struct {
	Cost  string  `name:"cost" choices:"quadratic|exp|cos" doc:"f"`
	K     float64 `name:"k" doc:"the k in f"`
	Mu    float64 `name:"mu" doc:"mu at the start"`
	Sigma float64 `name:"sigma" min:"0.0001" doc:"sigma at the start"`
}

const (
	surveyMu       = "inf/mu"
	surveyLogSigma = "inf/logsigma"
)

func (Survey) Name() string { return "survey" }

// For is the toy, for any data.
func (m Survey) For(d *vi.Data) (vi.Model, error) {
	if !(m.Sigma > 0) {
		return nil, fmt.Errorf("model survey: sigma: got %g; need a number above 0", m.Sigma)
	}
	for _, x := range []struct {
		name string
		at   float64
	}{{"k", m.K}, {"mu", m.Mu}, {"sigma", m.Sigma}} {
		if err := finite("survey", x.name, x.at); err != nil {
			return nil, err
		}
	}
	if err := choose("survey", "cost", &m.Cost, "quadratic", "exp", "cos"); err != nil {
		return nil, err
	}
	return cost{
		domain: d.Domain, start: []value{{surveyMu, []float64{m.Mu}}, {surveyLogSigma, []float64{vec.Log64(m.Sigma)}}},
		block: vi.Block{Name: "z", Kind: "real", Dim: 1, Offers: []vi.Cap{vi.Score, vi.Path, vi.Weak}},
		q:     func(s *vi.Step) dist.Dist { return s.Normal(s.Param(surveyMu), s.Param(surveyLogSigma)) },
		f:     m.f,
	}, nil
}

func (m Survey) f(s *vi.Step, z dist.Value) tape.Node {
	x := z.Node
	switch m.Cost {
	case "exp":
		return x.Mul(x).Scale(-m.K).Apply(tape.Exp).SumD(z.K)
	case "cos": // its value, with the derivative of slope x
		value, slope := s.Blank(x.Shape()), s.Blank(x.Shape())
		for i, x := 0, x.Value(); i < x.Len(); i++ {
			sin, cos := vec.SinCos2Pi64(m.K * x.At(i) / (2 * math.Pi))
			value.Value().Set(i, cos)
			slope.Value().Set(i, -m.K*sin)
		}
		return s.Through(value, x.Mul(slope)).SumD(z.K)
	}
	e := x.Sub(constant(s, 1, m.K))
	return e.Mul(e).SumD(z.K)
}

// Gradient is that of E f in mu and in sigma, in closed form.
func (m Survey) Gradient() (mu, sigma float64) {
	k, u, v := m.K, m.Mu, m.Sigma
	switch m.Cost {
	case "exp": // E f = s^(-1/2) exp(-k mu^2/s),  s = 1 + 2 k sigma^2
		s := 1 + float64(2*k*v*v)
		e := vec.Exp64(-k*u*u/s) / math.Sqrt(s)
		return -2 * k * u / s * e, 2 * k * v / s * e * (float64(2*k*u*u/s) - 1)
	case "cos": // E f = cos(k mu) exp(-k^2 sigma^2/2)
		sin, cos := vec.SinCos2Pi64(k * u / (2 * math.Pi))
		e := vec.Exp64(-k * k * v * v / 2)
		return -k * sin * e, -k * k * v * cos * e
	}
	return 2 * (u - k), 2 * v
}

// Variances of one draw of an estimator of the gradient in mu and in sigma are in
// closed form for the quadratic cost; NaN for the others. a = mu - k.

// VarianceScore is that of f times the score.
func (m Survey) VarianceScore() (mu, sigma float64) {
	a, v := m.quadratic()
	return float64(a*a/v) + float64(14*a) + float64(15*v), float64(2*a*a/v) + float64(60*a) + float64(74*v)
}

// VarianceBaseline is that of the score with the best constant taken from f, one for
// mu and one for sigma: E f s^2 / E s^2, s the score.
func (m Survey) VarianceBaseline() (mu, sigma float64) {
	a, v := m.quadratic()
	return float64(8*a) + float64(6*v), float64(40*a) + float64(24*v)
}

// VariancePathwise is that of f'(x) dx.
func (m Survey) VariancePathwise() (mu, sigma float64) {
	a, v := m.quadratic()
	return 4 * v, float64(4*a) + float64(8*v)
}

// VarianceMeasure is that of the measure-valued gradient, both parts with noise in common.
func (m Survey) VarianceMeasure() (mu, sigma float64) {
	a, v := m.quadratic()
	return a * (16/math.Pi - 4), float64(4*a) + float64(4*v)
}

// quadratic is a^2 and sigma^2 of the quadratic cost.
func (m Survey) quadratic() (a2, sigma2 float64) {
	if m.Cost != "quadratic" {
		return math.NaN(), math.NaN()
	}
	return (m.Mu - m.K) * (m.Mu - m.K), m.Sigma * m.Sigma
}
