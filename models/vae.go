package models

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// VAE is the variational autoencoder with one stochastic layer or two: MLPs from
// x up to diagonal Gaussians, and down again.
//
//	one:  q(z|x) = N(mu(x), exp(logsigma(x))^2),  p(z) = N(0, I),  p(x|z)
//	two:  q(z1|x) q(z2|z1),  p(z2) = N(0, I),  p(z1|z2),  p(x|z1),  each conditional Gaussian as above
//
//	bernoulli:  p(x|z) = Bernoulli(sigmoid(f(z)))
//	gaussian:   p(x|z) = N(f(z), exp(l)^2), l a head f2(z), a free row or fixed; with squash, N(sigmoid(f(z)), exp(l)^2)
//
// Glorot start: weights uniform in +-sqrt(6/(in+out)), biases at zero, but the
// visible bias such that z = 0 gives about the data's mean: the mean itself, or where
// it passes a sigmoid the logit of the mean clipped to [0.001, 0.999]. Normal start: every
// weight and bias N(0, sd^2). (Kingma and Welling state N(0, 0.01) without saying whether
// 0.01 is the variance, sd 0.1, or the sd.) The log sigma of x starts about log sigma.
//
// vae: {latent: 50} is the one-layer network of Burda et al., vae: {latent: 100,
// latent2: 50} their two-layer network (z1 of 100 by 200-200, z2 of 50 by 100-100);
// vae: {latent: 10, hidden: [200], likelihood: gaussian, squash: true, init: normal} is
// Kingma and Welling's for Frey faces.
//
// Kingma and Welling 2014 (1312.6114); sizes and start as Burda et al. 2016 (1509.00519).
type VAE struct {
	Latent  int    `name:"latent" min:"1" doc:"dimensions of z, the first stochastic layer"`
	Hidden  []int  `name:"hidden" min:"1" doc:"widths of the hidden layers from x to z"`
	Latent2 int    `name:"latent2" min:"0" doc:"dimensions of the second stochastic layer; 0 is none"`
	Hidden2 []int  `name:"hidden2" min:"1" doc:"two layers: widths of the hidden layers from z1 to z2; from z2 to z1 in reverse"`
	Decoder []int  `name:"decoder" min:"1" doc:"widths of the hidden layers from z to x; none given is hidden in reverse"`
	Act     string `name:"act" choices:"tanh|relu|softplus|sigmoid" doc:"activation of hidden layers"`

	Likelihood string  `name:"likelihood" choices:"bernoulli|gaussian" doc:"of x given z: bernoulli explains binary data, gaussian real data"`
	Squash     bool    `name:"squash" doc:"gaussian: the mean passes a sigmoid, for data in [0, 1]"`
	Noise      string  `name:"noise" choices:"network|free|fixed" doc:"gaussian: log sigma of x is a function of z, a free number a coordinate, or fixed"`
	Sigma      float64 `name:"sigma" min:"0.000001" doc:"gaussian: sd of x, at the start or fixed"`

	Start string  `name:"init" choices:"glorot|normal" doc:"start of the weights"`
	SD    float64 `name:"sd" min:"0" doc:"normal start: its sd"`
}

func (VAE) Name() string { return "vae" }

// For is the model of data of the likelihood's domain. A choice left empty is the
// first, a sigma of 0 is 1.
func (m VAE) For(d *vi.Data) (vi.Model, error) {
	act, err := activation("vae", m.Act)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(
		choose("vae", "likelihood", &m.Likelihood, "bernoulli", "gaussian"),
		choose("vae", "noise", &m.Noise, "network", "free", "fixed"),
		choose("vae", "init", &m.Start, "glorot", "normal"),
		wide("vae", "latent", m.Latent), wide("vae", "hidden", m.Hidden...),
		wide("vae", "hidden2", m.Hidden2...), wide("vae", "decoder", m.Decoder...)); err != nil {
		return nil, err
	}
	if m.Sigma == 0 {
		m.Sigma = 1
	}
	if !(m.Sigma > 0) {
		return nil, fmt.Errorf("model vae: sigma: got %g; need an sd above 0", m.Sigma)
	}
	if m.Latent2 < 0 {
		return nil, fmt.Errorf("model vae: latent2: got %d; need 0 (one stochastic layer) or more", m.Latent2)
	}
	if err := m.unread(); err != nil {
		return nil, err
	}
	if err := m.explains(d); err != nil {
		return nil, err
	}
	v := &vae{VAE: m, data: d}
	v.q = []gaussian{newGaussian("inf/", d.D, m.Hidden, act, m.Latent)}
	if m.Latent2 > 0 {
		v.q[0] = newGaussian("inf/z1/", d.D, m.Hidden, act, m.Latent)
		v.q = append(v.q, newGaussian("inf/z2/", m.Latent, m.Hidden2, act, m.Latent2))
		v.p = newGaussian("gen/z1/", m.Latent2, reversed(m.Hidden2), act, m.Latent)
	}
	down := m.Decoder
	if len(down) == 0 {
		down = reversed(m.Hidden)
	}
	v.dec = newMLP("gen/", m.Latent, down, act)
	v.x = newLayer("gen/x", v.dec.out, d.D)
	v.logsigma = newLayer("gen/logsigma", v.dec.out, d.D)
	return v, nil
}

// unread refuses settings that others leave unread: a network that is not what its
// words say.
func (m VAE) unread() error {
	for _, c := range []struct {
		unread       bool
		name, reader string
	}{
		{m.Latent2 == 0 && len(m.Hidden2) > 0 && !slices.Equal(m.Hidden2, usualVAE.Hidden2), "hidden2", "latent2 above 0"},
		{m.Likelihood != "gaussian" && m.Squash, "squash", "likelihood gaussian"},
		{m.Likelihood != "gaussian" && m.Noise != usualVAE.Noise, "noise", "likelihood gaussian"},
		{m.Likelihood != "gaussian" && m.Sigma != usualVAE.Sigma, "sigma", "likelihood gaussian"},
		{m.Start != "normal" && m.SD != 0 && m.SD != usualVAE.SD, "sd", "init normal"},
	} {
		if c.unread {
			return fmt.Errorf("model vae: %s: given but not read; it needs %s", c.name, c.reader)
		}
	}
	return nil
}

// usualVAE has the defaults of its settings.
var usualVAE = VAE{
	Latent: 50, Hidden: []int{200, 200}, Hidden2: []int{100, 100}, Decoder: []int{}, Act: "tanh",
	Likelihood: "bernoulli", Noise: "network", Sigma: 1, Start: "glorot", SD: 0.01,
}

// explains says why the likelihood does not suit the data, if so.
func (m VAE) explains(d *vi.Data) error {
	if m.Likelihood == "bernoulli" {
		if d.Domain != vi.Binary {
			return fmt.Errorf("model vae: likelihood bernoulli explains binary data, got %s data %q; gaussian explains real data", d.Domain, d.Name)
		}
		return nil
	}
	if d.Domain != vi.Real {
		return fmt.Errorf("model vae: likelihood gaussian explains real data, got %s data %q; bernoulli explains binary data", d.Domain, d.Name)
	}
	if m.Squash {
		return squashed("vae", d)
	}
	return nil
}

// squashed wants data in [0, 1].
func squashed(model string, d *vi.Data) error {
	for i, x := range d.X {
		if !(x >= 0 && x <= 1) {
			return fmt.Errorf("model %s: squash keeps means in (0, 1); row %d of %q holds %g", model, i/d.D, d.Name, x)
		}
	}
	return nil
}

// visible is where biases of x start: at the data's mean, or before a sigmoid at its logit.
func visible(d *vi.Data, sigmoid bool) []float64 {
	mean := columnMeans(d.X, d.D)
	if sigmoid {
		for i, x := range mean {
			x = min(max(x, 0.001), 0.999)
			mean[i] = vec.Log64(x) - vec.Log64(1-x)
		}
	}
	return mean
}

type vae struct {
	VAE
	data        *vi.Data
	q           []gaussian // q(z1|x), q(z2|z1)
	p           gaussian   // p(z1|z2), of two layers
	dec         mlp        // from z1 towards x
	x, logsigma layer      // the logits or the mean of x, and its log sigma
}

// The two orders of drawing two blocks.
var upward, downward = []int{0, 1}, []int{1, 0}

func (m *vae) two() bool    { return len(m.q) == 2 }
func (m *vae) headed() bool { return m.Likelihood == "gaussian" && m.Noise == "network" }
func (m *vae) free() bool   { return m.Likelihood == "gaussian" && m.Noise == "free" }

func (m *vae) layers() (all []layer) {
	for _, g := range m.q {
		all = append(all, g.all()...)
	}
	if m.two() {
		all = append(all, m.p.all()...)
	}
	all = append(append(all, m.dec.layers...), m.x)
	if m.headed() {
		all = append(all, m.logsigma)
	}
	return all
}

func (m *vae) Sheet() vi.Sheet {
	sh := vi.Sheet{Offers: []vi.Cap{vi.Simulate, vi.Render}, Data: vi.Binary}
	if m.Likelihood == "gaussian" {
		sh.Data = vi.Real
	}
	if m.two() { // without a closed KL: that of q(z2|z1) is yet to be averaged over z1
		for i, dim := range []int{m.Latent, m.Latent2} {
			sh.Blocks = append(sh.Blocks, vi.Block{Name: fmt.Sprintf("z%d", i+1), Kind: "real", Dim: dim, Offers: []vi.Cap{vi.Score, vi.Path}})
		}
	} else {
		sh.Blocks = []vi.Block{{Name: "z", Kind: "real", Dim: m.Latent, Offers: []vi.Cap{vi.Score, vi.Path, vi.Weak, vi.AnalyticKL}}}
	}
	for _, l := range m.layers() {
		sh.Params = append(sh.Params, l.specs()...)
	}
	if m.free() {
		sh.Params = append(sh.Params, vi.Spec{Name: "gen/logsigma", Rows: 1, Cols: m.data.D})
	}
	return sh
}

func (m *vae) Init(key rng.Key, p *vi.Params) {
	for _, l := range m.layers() {
		if m.Start == "normal" {
			normal(key, p, l, m.SD)
		} else {
			glorot(key, p, l)
		}
	}
	if m.Start == "glorot" {
		p.Set(m.x.bias, visible(m.data, m.Likelihood == "bernoulli" || m.Squash))
	}
	at, ls := "", vec.Log64(m.Sigma)
	switch {
	case m.headed():
		at = m.logsigma.bias
	case m.free():
		at = "gen/logsigma"
	default:
		return
	}
	b := p.Value(at)
	for i := range b.Len() {
		b.Set(i, b.At(i)+ls)
	}
}

// encoder and generator are a two-layer model's q and p, a block at a time.
type (
	encoder   struct{ *vae }
	generator struct{ *vae }
)

func (m encoder) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	if i == 0 {
		return m.q[0].of(s, s.X)
	}
	return m.q[1].of(s, z.Block(0))
}

func (m generator) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	if i == 0 {
		return m.p.of(s, z.Block(1))
	}
	return m.top(s)
}

// top is N(0, I).
func (m *vae) top(s *vi.Step) dist.Dist {
	d := m.q[len(m.q)-1].mu.out
	return s.Normal(s.Leaf(1, d), s.Leaf(1, d))
}

func (m *vae) Prior(s *vi.Step) dist.Dist {
	if m.two() {
		return s.Chain(generator{m}, downward)
	}
	return m.top(s)
}

func (m *vae) Posterior(s *vi.Step) dist.Dist {
	if m.two() {
		return s.Chain(encoder{m}, upward)
	}
	return m.q[0].of(s, s.X)
}

func (m *vae) LogLik(s *vi.Step, z dist.Value) tape.Node {
	h := m.dec.of(s, z.Block(0))
	if m.Likelihood == "bernoulli" {
		return s.BernoulliLogProb(z.K, s.X, m.x.of(s, h, tape.Linear))
	}
	return s.NormalLogProb(z.K, s.X, m.mean(s, h), m.spread(s, h))
}

// mean is that of a Gaussian x.
func (m *vae) mean(s *vi.Step, h tape.Node) tape.Node {
	if m.Squash {
		return m.x.of(s, h, tape.Sigmoid)
	}
	return m.x.of(s, h, tape.Linear)
}

// spread is log sigma of a Gaussian x.
func (m *vae) spread(s *vi.Step, h tape.Node) tape.Node {
	switch {
	case m.headed():
		return m.logsigma.of(s, h, tape.Linear)
	case m.free():
		return s.Param("gen/logsigma")
	}
	n := s.Leaf(1, m.data.D)
	for v, j := n.Value(), 0; j < m.data.D; j++ {
		v.Set(j, vec.Log64(m.Sigma))
	}
	return n
}
