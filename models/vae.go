package models

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// VAE is the variational autoencoder with one stochastic layer: an MLP encoder to
// a diagonal Gaussian, an MLP decoder, mirrored, to Bernoulli logits.
//
//	p(z) = N(0, I),  p(x|z) = Bernoulli(f(z)),  q(z|x) = N(mu(x), exp(logsigma(x))^2)
//
// The second head is log sigma (not log variance). Weights start Glorot uniform
// in +-sqrt(6/(in+out)), biases at zero, the visible bias at the logit of the
// data's mean clipped to [0.001, 0.999].
//
// Kingma and Welling 2014 (1312.6114); sizes and start as Burda et al. 2016 (1509.00519).
type VAE struct {
	Latent int    `name:"latent" min:"1" doc:"dimensions of z"`
	Hidden []int  `name:"hidden" min:"1" doc:"widths of the encoder's hidden layers; the decoder has them in reverse"`
	Act    string `name:"act" choices:"tanh|relu|softplus|sigmoid" doc:"activation of hidden layers"`
}

func (VAE) Name() string { return "vae" }

// For is the model of D-dimensional bits.
func (m VAE) For(d *vi.Data) (vi.Model, error) {
	if d.Domain != vi.Binary {
		return nil, fmt.Errorf("model vae: explains binary data, got %s data %q", d.Domain, d.Name)
	}
	switch m.Act {
	case "tanh", "relu", "softplus", "sigmoid":
	default:
		return nil, fmt.Errorf("model vae: act: got %q; have tanh, relu, softplus, sigmoid", m.Act)
	}
	v := &vae{data: d, act: tape.Act(slices.Index(tape.Acts, m.Act))}
	back := slices.Clone(m.Hidden)
	slices.Reverse(back)
	v.enc = stack("inf/", d.D, m.Hidden)
	last := d.D
	if n := len(m.Hidden); n > 0 {
		last = m.Hidden[n-1]
	}
	v.mu, v.logsigma = newLayer("inf/mu", last, m.Latent), newLayer("inf/logsigma", last, m.Latent)
	v.dec = stack("gen/", m.Latent, back)
	last = m.Latent
	if n := len(back); n > 0 {
		last = back[n-1]
	}
	v.x = newLayer("gen/x", last, d.D)
	return v, nil
}

// layer is an affine map of parameters name/W [out,in] and name/b [1,out].
type layer struct {
	weight, bias string
	in, out      int
}

func newLayer(name string, in, out int) layer {
	return layer{name + "/W", name + "/b", in, out}
}

func stack(prefix string, in int, widths []int) []layer {
	var ls []layer
	for i, w := range widths {
		ls = append(ls, newLayer(prefix+strconv.Itoa(i), in, w))
		in = w
	}
	return ls
}

func (l layer) of(s *vi.Step, x tape.Node, a tape.Act) tape.Node {
	return s.Affine(x, s.Param(l.weight), s.Param(l.bias), a)
}

type vae struct {
	data         *vi.Data
	act          tape.Act
	enc, dec     []layer
	mu, logsigma layer
	x            layer
}

func (m *vae) layers() []layer {
	return append(append(slices.Clone(m.enc), m.mu, m.logsigma), append(slices.Clone(m.dec), m.x)...)
}

func (m *vae) Sheet() vi.Sheet {
	sh := vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: m.mu.out, Offers: []vi.Cap{vi.Score, vi.Path, vi.AnalyticKL}}},
		Offers: []vi.Cap{vi.Simulate},
		Data:   vi.Binary,
	}
	for _, l := range m.layers() {
		sh.Params = append(sh.Params, vi.Spec{Name: l.weight, Rows: l.out, Cols: l.in}, vi.Spec{Name: l.bias, Rows: 1, Cols: l.out})
	}
	return sh
}

func (m *vae) Init(key rng.Key, p *vi.Params) {
	for _, l := range m.layers() {
		w := make([]float64, l.in*l.out)
		key.Fold(l.weight).Uniform64(w, 0)
		lim := math.Sqrt(6 / float64(l.in+l.out))
		for i, u := range w {
			w[i] = lim * (float64(2*u) - 1)
		}
		p.Set(l.weight, w)
	}
	mean := make([]float64, m.data.D)
	for i, x := range m.data.X {
		mean[i%m.data.D] += x / float64(m.data.N)
	}
	for i, x := range mean {
		x = min(max(x, 0.001), 0.999)
		mean[i] = vec.Log64(x) - vec.Log64(1-x)
	}
	p.Set(m.x.bias, mean)
}

func (m *vae) Prior(s *vi.Step) dist.Dist {
	d := m.mu.out
	return s.Normal(s.Leaf(1, d), s.Leaf(1, d))
}

func (m *vae) Posterior(s *vi.Step) dist.Dist {
	h := s.X
	for _, l := range m.enc {
		h = l.of(s, h, m.act)
	}
	return s.Normal(m.mu.of(s, h, tape.Linear), m.logsigma.of(s, h, tape.Linear))
}

func (m *vae) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.BernoulliLogProb(z.K, s.X, m.logits(s, z))
}

// logits of x given z.
func (m *vae) logits(s *vi.Step, z dist.Value) tape.Node {
	h := z.Node
	for _, l := range m.dec {
		h = l.of(s, h, m.act)
	}
	return m.x.of(s, h, tape.Linear)
}
