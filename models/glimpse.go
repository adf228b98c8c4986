package models

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Glimpse is factor analysis of three variables, known and standing still, with an encoder that
// sees one of them: what amortisation costs where the encoder is short of what the posterior asks.
//
//	z ~ N(0, I),  p(x|z) = N(W z, diag(0.4, 0.2, 0.3)^2),  W = [-0.5 -1; -1 -1; 2 0.5]
//	q(z|x) = N(A x_s + b, S),  at the start A x_s + b = E[z|x_s] and S the posterior's or the best diagonal one
//
// x_s is the variable seen or all three: then q starts at the best of its family. log p(x) -
// ELBO is the family's gap, nothing for a full S, and the encoder's.
//
// Yang 2022 (2208.07818); gaps as Cremer, Li and Duvenaud 2018 (1801.03558).
type Glimpse struct {
	Sees int    `name:"sees" min:"0" max:"3" doc:"the variable that the encoder sees, from 1; 0: all three"`
	Cov  string `name:"cov" choices:"full|diagonal" doc:"S, the same for all data"`
}

func (Glimpse) Name() string { return "glimpse" }

var glimpseW, glimpsePsi = []float64{-0.5, -1, -1, -1, 2, 0.5}, []float64{0.16, 0.04, 0.09}

// For is the model of three real variables.
func (m Glimpse) For(d *vi.Data) (vi.Model, error) {
	if err := choose("glimpse", "cov", &m.Cov, "full", "diagonal"); err != nil {
		return nil, err
	}
	if d.Domain != vi.Real || d.D != 3 {
		return nil, fmt.Errorf("model glimpse: explains three real variables, got %d %s of data %q", d.D, d.Domain, d.Name)
	}
	if m.Sees < 0 || m.Sees > 3 {
		return nil, fmt.Errorf("model glimpse: sees: got %d; have 1, 2, 3, or 0 for all", m.Sees)
	}
	f, err := NewFactors(2, glimpseW, make([]float64, 3), glimpsePsi)
	if err != nil {
		return nil, err
	}
	l, err := linalg.NewCholesky(f.Lambda, 2, 0)
	if err != nil {
		return nil, err
	}
	g := &glimpse{Glimpse: m, f: f, cov: make([]float64, 4)}
	l.Inverse(g.cov)
	return g, nil
}

type glimpse struct {
	Glimpse
	f   *Factors
	cov []float64 // of the posterior
}

const glimpseA, glimpseB, glimpseSpread = "inf/A", "inf/b", "inf/logsd"

// seen are the first variable that is and the one after the last.
func (m *glimpse) seen() (lo, hi int) {
	if m.Sees == 0 {
		return 0, 3
	}
	return m.Sees - 1, m.Sees
}

func (m *glimpse) full() bool { return m.Cov == "full" }

func (m *glimpse) Sheet() vi.Sheet {
	lo, hi := m.seen()
	b := vi.Block{Name: "z", Kind: "real", Dim: 2, Offers: []vi.Cap{vi.Score, vi.Path, vi.AnalyticKL, vi.BaseKL, vi.Moments}}
	if !m.full() {
		b.Offers = append(b.Offers, vi.Weak)
	}
	return vi.Sheet{
		Blocks: []vi.Block{b}, Data: vi.Real, Offers: []vi.Cap{vi.Exact, vi.Renyi},
		Params: []vi.Spec{{Name: glimpseA, Rows: 2, Cols: hi - lo}, {Name: glimpseB, Rows: 1, Cols: 2}, {Name: glimpseSpread, Rows: 1, Cols: spreadWidth(2, m.full())}},
	}
}

// Init is the regression of z on what is seen: of one variable W_s'/(W_s W_s' + Psi_s), of all the posterior's mean.
func (m *glimpse) Init(_ rng.Key, p *vi.Params) {
	lo, hi := m.seen()
	a := make([]float64, 2*(hi-lo))
	for j := lo; j < hi; j++ {
		w := m.f.W[2*j : 2*j+2]
		to := []float64{w[0], w[1]}
		if m.Sees > 0 {
			vec.Scale(1/(vec.SumSq(w)+m.f.Psi[j]), to)
		} else {
			e := make([]float64, 3)
			e[j] = 1
			to = m.f.Mean(e)
		}
		a[j-lo], a[hi-lo+j-lo] = to[0], to[1]
	}
	p.Set(glimpseA, a)
	spread := make([]float64, spreadWidth(2, m.full()))
	if m.full() {
		l, _ := linalg.NewCholesky(m.cov, 2, 0) // an inverse of what has one
		spread[0], spread[1], spread[3] = vec.Log64(l.L[0]), l.L[2], vec.Log64(l.L[3])
	} else {
		spread[0], spread[1] = -0.5*vec.Log64(m.f.Lambda[0]), -0.5*vec.Log64(m.f.Lambda[3])
	}
	p.Set(glimpseSpread, spread)
}

func (m *glimpse) Prior(s *vi.Step) dist.Dist { return s.Normal(s.Leaf(1, 2), s.Leaf(1, 2)) }

func (m *glimpse) Posterior(s *vi.Step) dist.Dist {
	lo, hi := m.seen()
	mu := s.Affine(s.X.Cols(lo, hi), s.Param(glimpseA), s.Param(glimpseB), tape.Linear)
	return gaussianOf(s, mu, s.Param(glimpseSpread), m.full())
}

func (m *glimpse) LogLik(s *vi.Step, z dist.Value) tape.Node {
	log := make([]float64, 3)
	for j, v := range m.f.Psi {
		log[j] = 0.5 * vec.Log64(v)
	}
	x := s.Affine(z.Node, constant(s, 3, m.f.W...), tape.Node{}, tape.Linear)
	return s.NormalLogProb(z.K, s.X, x, constant(s, 1, log...))
}

func (m *glimpse) LogEvidence(_ *vi.Params, x []float64) []float64 {
	out := make([]float64, len(x)/3)
	for n := range out {
		out[n] = m.f.LogEvidence(x[3*n : 3*n+3])
	}
	return out
}

// RenyiBound is the mean over the data of log p(x) and that of q against the posterior.
func (m *glimpse) RenyiBound(p *vi.Params, d *vi.Data, alpha float64) float64 {
	spread := p.Value(glimpseSpread).AppendTo(nil)
	l := &linalg.Cholesky{N: 2, L: []float64{vec.Exp64(spread[0]), 0, 0, vec.Exp64(spread[len(spread)-1])}}
	if m.full() {
		l.L[2] = spread[1]
	}
	lo, hi := m.seen()
	a, sum := layer{glimpseA, glimpseB, hi - lo, 2}, 0.0
	for n := range d.N {
		x := d.X[3*n : 3*n+3]
		delta := a.at(p, x[lo:hi])
		for i, v := range m.f.Mean(x) {
			delta[i] -= v
		}
		sum += m.f.LogEvidence(x) + renyiOfGaussians(alpha, m.f.Lambda, delta, l)
	}
	return sum / float64(d.N)
}
