package models

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// FA is factor analysis, and with isotropic noise probabilistic PCA, with an
// amortised diagonal Gaussian: the model on which log p(x), the posterior and both
// parts of the gap between bound and evidence are known in closed form (Factors).
//
//	p(z) = N(0, I),  p(x|z) = N(W z + c, Psi),  q(z|x) = N(A h(x) + b, diag S)
//
// h is an MLP, without hidden layers x itself: then q can be the best diagonal
// one, of mean m(x) and variances 1/Lambda_ii, and nothing but the family's gap is left.
// log S is one row for all data (shared) or a linear head of h (free).
//
// It starts at c the data's mean, Psi their variances, W and q by Glorot's rule.
//
// Tipping and Bishop 1999; gaps as Cremer, Li and Duvenaud 2018 (1801.03558).
type FA struct {
	Latent int    `name:"latent" min:"1" doc:"factors, the dimensions of z"`
	Noise  string `name:"noise" choices:"diagonal|isotropic" doc:"Psi: a variance a coordinate (factor analysis) or one for all (probabilistic PCA)"`
	Cov    string `name:"cov" choices:"shared|free" doc:"q's variances: the same for all data, or a function of x"`
	Hidden []int  `name:"hidden" min:"1" doc:"widths of the encoder's hidden layers; none is a linear encoder"`
	Act    string `name:"act" choices:"tanh|relu|softplus|sigmoid" doc:"activation of hidden layers"`
}

func (FA) Name() string { return "fa" }

// For is the model of D-dimensional real data.
func (m FA) For(d *vi.Data) (vi.Model, error) {
	act, err := activation("fa", m.Act)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(
		choose("fa", "noise", &m.Noise, "diagonal", "isotropic"), choose("fa", "cov", &m.Cov, "shared", "free"),
		wide("fa", "latent", m.Latent), wide("fa", "hidden", m.Hidden...)); err != nil {
		return nil, err
	}
	if d.Domain != vi.Real {
		return nil, fmt.Errorf("model fa: explains real data, got %s data %q", d.Domain, d.Name)
	}
	return &fa{FA: m, data: d, q: newGaussian("inf/", d.D, m.Hidden, act, m.Latent), x: layer{"gen/W", "gen/c", m.Latent, d.D}}, nil
}

type fa struct {
	FA
	data *vi.Data
	q    gaussian
	x    layer

	once      sync.Once
	mean, cov []float64 // of the data, for EM
}

// Names of the two log sds that are no layer's: of x, and of q where it is shared.
const faSigma, faShared = "gen/logsigma", "inf/logsigma"

func (m *fa) layers() []layer {
	all := append(slices.Clone(m.q.layers), m.q.mu, m.x)
	if m.Cov == "free" {
		all = append(all, m.q.logsigma)
	}
	return all
}

func (m *fa) Sheet() vi.Sheet {
	noise := vi.Spec{Name: faSigma, Rows: 1, Cols: m.data.D}
	if m.Noise == "isotropic" {
		noise.Cols = 1
	}
	sh := vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: m.Latent, Offers: []vi.Cap{vi.Score, vi.Path, vi.Weak, vi.AnalyticKL}}},
		Params: []vi.Spec{noise},
		Offers: []vi.Cap{vi.Exact, vi.MStep, vi.Gaps, vi.Simulate, vi.Masked, vi.Complete, vi.Density, vi.Normal},
		Data:   vi.Real,
	}
	if m.Cov == "shared" {
		sh.Params = append(sh.Params, vi.Spec{Name: faShared, Rows: 1, Cols: m.Latent})
	}
	for _, l := range m.layers() {
		sh.Params = append(sh.Params, l.specs()...)
	}
	return sh
}

func (m *fa) Init(key rng.Key, p *vi.Params) {
	for _, l := range m.layers() {
		glorot(key, p, l)
	}
	mean, variance := seenMoments(m.data.X, m.data.D)
	p.Set(m.x.bias, mean)
	if m.Noise == "isotropic" {
		variance = []float64{vec.Sum(variance) / float64(m.data.D)}
	}
	for i, v := range variance {
		variance[i] = 0.5 * vec.Log64(max(v, leastVariance))
	}
	p.Set(faSigma, variance)
}

func (m *fa) Prior(s *vi.Step) dist.Dist {
	return s.Normal(s.Leaf(1, m.Latent), s.Leaf(1, m.Latent))
}

func (m *fa) Posterior(s *vi.Step) dist.Dist {
	if m.Cov == "free" {
		return m.q.of(s, s.X)
	}
	return s.Normal(m.q.mu.of(s, m.q.mlp.of(s, s.X), tape.Linear), s.Param(faShared))
}

func (m *fa) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, m.x.of(s, z.Node, tape.Linear), m.spread(s))
}

// spread is log sigma of x.
func (m *fa) spread(s *vi.Step) tape.Node {
	ls := s.Param(faSigma)
	if m.Noise == "diagonal" {
		return ls
	}
	ones := s.Leaf(m.data.D, 1) // the one number for every coordinate: a product with a column of ones
	for v, j := ones.Value(), 0; j < m.data.D; j++ {
		v.Set(j, 1)
	}
	return s.Affine(ls, ones, tape.Node{}, tape.Linear)
}

// factors reads theta into closed forms; parameters that are no model's (a
// diverged cell's) have none.
func (m *fa) factors(p *vi.Params) (*Factors, error) {
	get := func(name string) []float64 { return p.Value(name).AppendTo(nil) }
	psi, ls := make([]float64, m.data.D), get(faSigma)
	for j := range psi {
		psi[j] = vec.Exp64(2 * ls[j%len(ls)])
	}
	return NewFactors(m.Latent, get(m.x.weight), get(m.x.bias), psi)
}

func (m *fa) LogEvidence(p *vi.Params, x []float64) []float64 {
	f, err := m.factors(p)
	if err == nil && hasNaN(x) {
		return f.seenEvidence(x)
	}
	out := make([]float64, len(x)/m.data.D)
	for n := range out {
		if out[n] = nan; err == nil {
			out[n] = f.LogEvidence(x[n*m.data.D : (n+1)*m.data.D])
		}
	}
	return out
}

func (m *fa) Gaps(p *vi.Params, x []float64) (approximation, amortisation []float64) {
	f, err := m.factors(p)
	for row := range slices.Chunk(x, m.data.D) {
		a, b := nan, nan
		if err == nil {
			mu, s2 := m.posterior(p, row)
			a, b = f.ApproximationGap(), f.AmortisationGap(row, mu, s2)
		}
		approximation, amortisation = append(approximation, a), append(amortisation, b)
	}
	return approximation, amortisation
}

// posterior is q's mean and variances at one x, in float64 whatever the precision.
func (m *fa) posterior(p *vi.Params, x []float64) (mu, s2 []float64) {
	for _, l := range m.q.layers {
		x = l.at(p, x)
		activate(m.q.act, x)
	}
	if m.Cov == "free" {
		s2 = m.q.logsigma.at(p, x)
	} else {
		s2 = p.Value(faShared).AppendTo(nil)
	}
	for i, l := range s2 {
		s2[i] = vec.Exp64(2 * l)
	}
	return m.q.mu.at(p, x), s2
}

// at is the layer's W x + b without a tape.
func (l layer) at(p *vi.Params, x []float64) []float64 {
	w, y := p.Value(l.weight), p.Value(l.bias).AppendTo(nil)
	for i := range y {
		for j, v := range x {
			y[i] += float64(w.At(i*l.in+j) * v)
		}
	}
	return y
}

func activate(a tape.Act, x []float64) {
	switch a {
	case tape.Tanh:
		vec.Tanh(x, x)
	case tape.Sigmoid:
		vec.Sigmoid(x, x)
	case tape.Softplus:
		vec.Softplus(x, x)
	case tape.ReLU:
		for i, v := range x {
			x[i] = max(v, 0)
		}
	}
}
