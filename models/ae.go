package models

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// AE is the autoencoder: a code of fewer numbers than x and what it makes of it, to be as
// close to x as can be. It has no prior, and its q is a point.
//
//	-1/2 ||x - f(h(x))||^2,   h and f MLPs; without hidden layers h = A x + b, f = W z + c
//
// Of the latter, the linear autoencoder, the best are known: W spans the principal subspace of
// the data, and the mean of ||x - f(h(x))||^2 is the sum of the eigenvalues of their covariance that it
// leaves out. pca takes it there at once: W their eigenvectors, A = W', c the mean, b = -A c.
//
// Glorot start, biases at zero but c, at the data's mean.
//
// Baldi and Hornik 1989 (doi 10.1016/0893-6080(89)90014-2).
type AE struct {
	Latent int    `name:"latent" min:"1" doc:"numbers of a code"`
	Hidden []int  `name:"hidden" min:"1" doc:"widths of the encoder's hidden layers, the decoder's in reverse; none makes it linear"`
	Act    string `name:"act" choices:"tanh|relu|softplus|sigmoid" with:"hidden" doc:"activation of hidden layers"`
}

func (AE) Name() string { return "ae" }

// For is the model of real data.
func (m AE) For(d *vi.Data) (vi.Model, error) {
	act, err := activation("ae", cmp.Or(m.Act, "tanh"))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(wide("ae", "latent", m.Latent), wide("ae", "hidden", m.Hidden...)); err != nil {
		return nil, err
	}
	if d.Domain != vi.Real {
		return nil, fmt.Errorf("model ae: explains real data, got %s data %q", d.Domain, d.Name)
	}
	if m.Latent > d.D {
		return nil, fmt.Errorf("model ae: latent: got %d numbers of a code for the %d of a row of data %q; need no more", m.Latent, d.D, d.Name)
	}
	a := ae{AE: m, data: d, enc: newMLP("inf/", d.D, m.Hidden, act), dec: newMLP("gen/", m.Latent, reversed(m.Hidden), act)}
	a.z, a.x = newLayer("inf/z", a.enc.out, m.Latent), newLayer("gen/x", a.dec.out, d.D)
	if len(m.Hidden) > 0 {
		return &a, nil
	}
	return &linearAE{ae: a}, nil
}

type ae struct {
	AE
	data     *vi.Data
	enc, dec mlp
	z, x     layer
}

// linearAE is one without hidden layers.
type linearAE struct {
	ae

	once    sync.Once
	mean    []float64
	vectors []float64 // eigenvectors of the data's covariance, columns in falling order; nil of data that are not finite
}

func (m *ae) layers() []layer {
	return append(append(slices.Clone(m.enc.layers), m.z, m.x), m.dec.layers...)
}

func (m *ae) Sheet() vi.Sheet {
	sh := vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: m.Latent, Offers: []vi.Cap{vi.Path}, Cut: true}},
		Offers: []vi.Cap{vi.Render}, Data: vi.Real, Cost: true,
	}
	for _, l := range m.layers() {
		sh.Params = append(sh.Params, l.specs()...)
	}
	return sh
}

func (m *linearAE) Sheet() vi.Sheet {
	sh := m.ae.Sheet()
	sh.Offers = append(sh.Offers, vi.Atoms, vi.Subspace)
	return sh
}

func (m *ae) Init(key rng.Key, p *vi.Params) {
	for _, l := range m.layers() {
		glorot(key, p, l)
	}
	p.Set(m.x.bias, columnMeans(m.data.X, m.data.D))
}

func (m *ae) Prior(*vi.Step) dist.Dist { return nil }

func (m *ae) Posterior(s *vi.Step) dist.Dist {
	return s.Point(m.z.of(s, m.enc.of(s, s.X), tape.Linear))
}

func (m *ae) Render(s *vi.Step, z dist.Value) tape.Node {
	return m.x.of(s, m.dec.of(s, z.Node), tape.Linear)
}

// LogLik is -1/2 ||x - f(z)||^2.
func (m *ae) LogLik(s *vi.Step, z dist.Value) tape.Node {
	miss := m.Render(s, z).Sub(s.X.Spread(z.K))
	return miss.Mul(miss).SumD(z.K).Scale(-0.5)
}

// Atoms are the columns of W.
func (m *linearAE) Atoms(p *vi.Params) []float64 { return p.Value(m.x.weight).AppendTo(nil) }

// Span is PCA of the rows of the step, those of all data once.
func (m *linearAE) Span(s *vi.Step, gen, inf tape.Vector) {
	var mean, vectors []float64
	if s.B() < s.N {
		mean, vectors = principal(s.X.Value().AppendTo(nil), m.data.D)
	} else {
		m.once.Do(func() { m.mean, m.vectors = principal(m.data.X, m.data.D) })
		mean, vectors = m.mean, m.vectors
	}
	if vectors == nil {
		gen.Set(0, nan)
		return
	}
	d := m.data.D
	w, a := s.Of(gen, m.x.weight), s.Of(inf, m.z.weight)
	c, b := s.Of(gen, m.x.bias), s.Of(inf, m.z.bias)
	for l := range m.Latent {
		shift := 0.0
		for j := range d {
			v := vectors[j*d+l]
			w.Set(j*m.Latent+l, v)
			a.Set(l*d+j, v)
			shift -= float64(v * mean[j])
		}
		b.Set(l, shift)
	}
	for j, v := range mean {
		c.Set(j, v)
	}
}

// principal are the mean [D] and the eigenvectors [D,D] of the covariance of rows x.
func principal(x []float64, d int) (mean, vectors []float64) {
	mean, cov := meanAndCov(x, d)
	_, vectors, err := linalg.Symmetric(cov, d)
	if err != nil {
		return mean, nil
	}
	return mean, vectors
}
