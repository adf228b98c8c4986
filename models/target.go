package models

import (
	"errors"
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Target is a Gaussian to be found by a Gaussian, on which every bound is known: unit
// variances, one correlation, and a mass that an unnormalised density may have.
//
//	log p(z) = log Z + log N(z; 0, S),  S_ii = 1, S_ij = rho
//
// Its data are not read: n rows are n draws of a direction. Without the entropy of q it is
// a cost, raise E_q log p(z) alone, whose gradients' variances are known; log Z is then what
// a constant baseline is to the score.
//
// Sjolund 2023 (2301.01236).
type Target struct {
	Dim     int     `name:"dim" min:"1" max:"50" doc:"coordinates of z"`
	Rho     float64 `name:"rho" min:"-1" max:"1" doc:"correlation of every two of them, above -1/(dim-1) and below 1"`
	LogZ    float64 `name:"log_z" doc:"log of the density's integral"`
	Entropy string  `name:"entropy" choices:"sampled|none" doc:"of q, in the bound as -log q(z), or left out"`
	Global
}

func (Target) Name() string { return "target" }

// For is the target, for any data.
func (m Target) For(d *vi.Data) (vi.Model, error) {
	if err := errors.Join(choose("target", "entropy", &m.Entropy, "sampled", "none"), finite("target", "rho", m.Rho), finite("target", "log_z", m.LogZ), wide("target", "dim", m.Dim), m.check("target")); err != nil {
		return nil, err
	}
	n := m.Dim
	if low := -1 / float64(max(n-1, 1)); n > 1 && !(m.Rho > low && m.Rho < 1) {
		return nil, fmt.Errorf("model target: rho: got %g; need a correlation of %d coordinates above %.3g and below 1", m.Rho, n, low)
	}
	m.d = n
	t := &target{Target: m, domain: d.Domain, cols: d.D, precision: make([]float64, n*n), white: make([]float64, n*n)}
	s := make([]float64, n*n)
	for i := range s {
		s[i] = m.Rho
		if i%(n+1) == 0 {
			s[i] = 1
		}
	}
	chol, err := linalg.NewCholesky(s, n, 1e-14)
	if err != nil {
		return nil, fmt.Errorf("model target: rho: got %g; its covariance is singular: %w", m.Rho, err)
	}
	t.chol = chol
	chol.Inverse(t.precision)
	for j := range n { // L^-1, by columns
		col := make([]float64, n)
		col[j] = 1
		chol.Lower(col)
		for i, x := range col {
			t.white[i*n+j] = x
		}
	}
	if m.Entropy == "none" {
		return cost{domain: d.Domain, start: m.start(), block: m.block("z"), q: m.Posterior, f: t.logDensity}, nil
	}
	return t, nil
}

type target struct {
	Target
	domain    vi.Domain
	chol      *linalg.Cholesky // of S
	precision []float64        // S^-1
	white     []float64        // L^-1, by which z is whitened
	cols      int              // of the data
}

func (m *target) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{m.block("z")}, Params: m.specs(), Data: m.domain,
		Offers: []vi.Cap{vi.Exact, vi.Simulate, vi.Renyi, vi.Gaussian},
	}
}

func (m *target) Init(_ rng.Key, p *vi.Params) {
	for _, v := range m.start() {
		p.Set(v.name, v.at)
	}
}

// Prior is the density itself, its mass log Z with it.
func (m *target) Prior(s *vi.Step) dist.Dist { return density{s, m} }

// LogLik is nothing: there are no data.
func (m *target) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return z.Node.SumD(z.K).Const(0)
}

// logDensity is log p(z), [K,B]: of the whitened e = L^-1 z, log N(e; 0, I) - log det L + log Z.
func (m *target) logDensity(s *vi.Step, z dist.Value) tape.Node {
	e := s.Affine(z.Node, constant(s, m.Dim, m.white...), tape.Node{}, tape.Linear)
	l := s.NormalLogProb(z.K, e, s.Leaf(1, m.Dim), s.Leaf(1, m.Dim))
	return l.Add(l.Const(m.LogZ - float64(0.5*m.chol.LogDet())))
}

// density is the target as a distribution.
type density struct {
	s *vi.Step
	m *target
}

func (p density) LogProb(z dist.Value) tape.Node { return p.m.logDensity(p.s, z) }
func (p density) Frozen() dist.Dist              { return p }

// Sample is L eps.
func (p density) Sample(n dist.Noise, k int) dist.Value {
	d := p.m.Dim
	z := p.s.Blank(p.s.B()*k, d)
	for b, v := 0, z.Value(); b < p.s.B(); b++ {
		n.Normal(b, v.Slice(b*k*d, (b+1)*k*d))
	}
	return dist.Value{Node: p.s.Affine(z, constant(p.s, d, p.m.chol.L...), tape.Node{}, tape.Linear), K: k}
}

// Simulate is a draw of the target, which says nothing of x.
func (m *target) Simulate(s *vi.Step) (z dist.Value, x tape.Node) {
	return s.Prior().Sample(s.Noise("dream/z"), 1).Stop(), s.X
}

// LogEvidence is log Z, as often as there are rows.
func (m *target) LogEvidence(p *vi.Params, x []float64) []float64 {
	out := make([]float64, len(x)/m.cols)
	for i := range out {
		out[i] = m.LogZ
	}
	return out
}

// RenyiBound is log Z + that of two Gaussians.
func (m *target) RenyiBound(p *vi.Params, _ *vi.Data, alpha float64) float64 {
	mu, l := m.factor(p)
	return m.LogZ + renyiOfGaussians(alpha, m.precision, mu, l)
}
