package models

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// SparseVAE is a variational autoencoder with codes of a sparse coder: an MLP f in place
// of the dictionary, and any posterior of code that a network gives.
//
//	p(x|z) = N(f(z), sigma^2 I), with squash N(sigmoid(f(z)), sigma^2 I) for data in [0, 1]
//	laplace:     p(z) = prod_h exp(-|z_h|/l) / (2 l)
//	gaussian:    p(z) = N(0, l^2 I)
//	spike-slab:  p(z_h) = active N(0, l^2) + (1-active) delta_0
//
// l = scale and sigma are fixed. A mean square with a KL of weight w beside it,
// 1/D ||x - f(z)||^2 + w KL, is this model with sigma^2 = D w/2, in other units.
//
// Glorot start: weights uniform in +-sqrt(6/(in+out)), biases at zero but the visible ones,
// at the data's mean, or with squash at its logit, the mean clipped to [0.001, 0.999].
//
// Fallah and Rozell 2022 (2205.03665), whose networks of images are convolutions; spike-slab as
// Tonolini, Jensen and Murray-Smith 2019 (UAI).
type SparseVAE struct {
	Latent  int     `name:"latent" min:"1" doc:"dimensions of z"`
	Decoder []int   `name:"decoder" min:"1" doc:"widths of the hidden layers from z to x, of activation act; none makes f affine"`
	Squash  bool    `name:"squash" doc:"the mean of x passes a sigmoid, for data in [0, 1]"`
	Sigma   float64 `name:"sigma" min:"0.000001" doc:"sd of x given z"`
	Prior   string  `name:"prior" choices:"laplace|gaussian|spike-slab" doc:"of z"`
	Scale   float64 `name:"scale" min:"0.000001" doc:"l of laplace, sd of gaussian and of the slab"`
	Active  float64 `name:"active" min:"0.000001" max:"0.999999" doc:"spike-slab: probability of the slab"`
	Code
}

func (SparseVAE) Name() string { return "sparsevae" }

// usualSparseVAE has the defaults of its settings.
var usualSparseVAE = SparseVAE{Latent: 16, Decoder: []int{128}, Sigma: 1, Prior: "laplace", Scale: 1, Active: 0.1, Code: usualCode}

// For is the model of real data.
func (m SparseVAE) For(d *vi.Data) (vi.Model, error) {
	if err := errors.Join(
		choose("sparsevae", "prior", &m.Prior, priors...),
		wide("sparsevae", "latent", m.Latent), wide("sparsevae", "decoder", m.Decoder...)); err != nil {
		return nil, err
	}
	if err := m.Code.check("sparsevae"); err != nil {
		return nil, err
	}
	if err := errors.Join(spreads("sparsevae", m.Scale, m.Sigma), m.pairs("sparsevae", m.Prior, m.Active, usualSparseVAE.Active)); err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(networked, m.Posterior):
		return nil, fmt.Errorf("model sparsevae: posterior: got %s, which has no network; have %s", m.Posterior, strings.Join(networked, ", "))
	case m.Encoder == "own":
		return nil, errors.New("model sparsevae: encoder: got own, which is no network; have mlp, resnet")
	case d.Domain != vi.Real:
		return nil, fmt.Errorf("model sparsevae: explains real data, got %s data %q", d.Domain, d.Name)
	}
	if m.Squash {
		if err := squashed("sparsevae", d); err != nil {
			return nil, err
		}
	}
	act, err := activation("sparsevae", m.Act)
	if err != nil {
		return nil, err
	}
	q, err := m.network("sparsevae", d, m.Latent, m.Active)
	if err != nil {
		return nil, err
	}
	v := &sparseVAE{SparseVAE: m, data: d, q: q, dec: newMLP("gen/", m.Latent, m.Decoder, act)}
	v.x = newLayer("gen/x", v.dec.out, d.D)
	return v, nil
}

type sparseVAE struct {
	SparseVAE
	data *vi.Data
	q    family
	dec  mlp
	x    layer // f(z), before a sigmoid
}

func (m *sparseVAE) layers() []layer { return append(slices.Clone(m.dec.layers), m.x) }

func (m *sparseVAE) Sheet() vi.Sheet {
	sh := m.q.sheet()
	sh.Data = vi.Real
	sh.Offers = append(sh.Offers, vi.Render, vi.Simulate)
	for _, l := range m.layers() {
		sh.Params = append(sh.Params, l.specs()...)
	}
	return sh
}

func (m *sparseVAE) Init(key rng.Key, p *vi.Params) {
	for _, l := range m.layers() {
		glorot(key, p, l)
	}
	p.Set(m.x.bias, visible(m.data, m.Squash))
	m.q.start(key, p)
}

func (m *sparseVAE) Prior(s *vi.Step) dist.Dist {
	return priorOf(s, m.SparseVAE.Prior, full(s, m.Latent, vec.Log64(m.Scale)), m.Active)
}

func (m *sparseVAE) Posterior(s *vi.Step) dist.Dist { return m.q.of(s) }

func (m *sparseVAE) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, m.Render(s, z), m.spread(s))
}

func (m *sparseVAE) spread(s *vi.Step) tape.Node { return full(s, m.data.D, vec.Log64(m.Sigma)) }

// Render is E[x|z].
func (m *sparseVAE) Render(s *vi.Step, z dist.Value) tape.Node {
	out := tape.Linear
	if m.Squash {
		out = tape.Sigmoid
	}
	return m.x.of(s, m.dec.of(s, z.Node), out)
}

func (m *sparseVAE) Simulate(s *vi.Step) (z dist.Value, x tape.Node) {
	z = s.Prior().Sample(s.Noise("dream/z"), 1).Stop()
	return z, s.Normal(m.Render(s, z), m.spread(s)).Sample(s.Noise("dream/x"), 1).Stop().Node
}
