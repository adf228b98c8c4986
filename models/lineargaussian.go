package models

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// LinearGaussian is the toy on which every law of importance-weighted bounds is
// known in closed form (Toy). theta is mu, phi is (A, b); s is fixed.
//
//	p(z) = N(mu, I),  p(x|z) = N(z, I),  q(z|x) = N(A x + b, s I)
//
// It starts at the optimum for its data, mu* = mean x, A* = I/2, b* = mu*/2, and
// one N(0, perturb^2) step away from it in every entry.
//
// Rainforth et al. 2018 (1802.04537), section 4.
type LinearGaussian struct {
	S float64 `name:"s" min:"0.0001" doc:"variance of q; 1/2 is the posterior's, above 1/4 the weights have a variance"`
}

func (LinearGaussian) Name() string { return "lineargaussian" }

// For is the model of D-dimensional data.
func (m LinearGaussian) For(d *vi.Data) (vi.Model, error) {
	if d.Domain != vi.Real {
		return nil, fmt.Errorf("model lineargaussian: explains real data, got %s data %q", d.Domain, d.Name)
	}
	return &linearGaussian{LinearGaussian: m, d: d.D, data: d}, nil
}

type linearGaussian struct {
	LinearGaussian
	d    int
	data *vi.Data
}

func (m *linearGaussian) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: m.d, Offers: []vi.Cap{vi.Score, vi.Path, vi.Weak, vi.AnalyticKL}}},
		Params: []vi.Spec{{Name: "gen/mu", Rows: 1, Cols: m.d}, {Name: "inf/A", Rows: m.d, Cols: m.d}, {Name: "inf/b", Rows: 1, Cols: m.d}},
		Offers: []vi.Cap{vi.Simulate, vi.Exact, vi.LargeK},
		Data:   vi.Real,
	}
}

func (m *linearGaussian) Init(key rng.Key, p *vi.Params) {
	t := Optimum(m.data.X, m.d, m.S)
	for _, x := range []struct {
		name string
		v    []float64
	}{{"gen/mu", t.Mu}, {"inf/A", t.A}, {"inf/b", t.B}} {
		e := make([]float64, len(x.v))
		key.Fold(x.name).Normal64(e, 0)
		for i := range e {
			e[i] = x.v[i] + float64(m.data.Perturb*e[i])
		}
		p.Set(x.name, e)
	}
}

func (m *linearGaussian) Prior(s *vi.Step) dist.Dist {
	return s.Normal(s.Param("gen/mu"), s.Leaf(1, m.d))
}

func (m *linearGaussian) Posterior(s *vi.Step) dist.Dist {
	ls := s.Leaf(1, m.d)
	for v, j := ls.Value(), 0; j < m.d; j++ {
		v.Set(j, 0.5*vec.Log64(m.S))
	}
	mean := s.Affine(s.X, s.Param("inf/A"), s.Param("inf/b"), tape.Linear)
	return s.Normal(mean, ls)
}

func (m *linearGaussian) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, z.Node, s.Leaf(1, m.d))
}

// toy reads the parameters into closed forms.
func (m *linearGaussian) toy(p *vi.Params) Toy {
	get := func(name string) []float64 { return p.Value(name).AppendTo(nil) }
	return Toy{D: m.d, S: m.S, Mu: get("gen/mu"), A: get("inf/A"), B: get("inf/b")}
}

func (m *linearGaussian) LogEvidence(p *vi.Params, x []float64) []float64 {
	return m.toy(p).each(x, Toy.LogEvidence)
}

func (m *linearGaussian) ChiSquare(p *vi.Params, x []float64) []float64 {
	return m.toy(p).each(x, Toy.ChiSquare)
}

func (m *linearGaussian) Limit(p *vi.Params, x []float64, param string) (mean []float64, variance float64, ok bool) {
	switch param {
	case "inf/b":
		mean, variance = m.toy(p).LimitB(x)
	case "inf/A":
		mean, variance = m.toy(p).LimitA(x)
	default:
		return nil, 0, false
	}
	return mean, variance, m.S > 0.25
}
