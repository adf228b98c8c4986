package models

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// M2 is the semi-supervised classifier: a class y and a Gaussian z explain binary x,
// and of some rows the class is known.
//
//	p(y) uniform,  p(z) = N(0, I),  p(x|y,z) = Bernoulli;   q(y|x) q(z|x,y)
//	class unknown: E_q [ log p(x,y,z) - log q(y|x) - log q(z|x,y) ]
//	class y known: E_q(z|x,y) [ log p(x,y,z) - log q(z|x,y) ] + alpha log q(y|x)
//
// Of a row whose class is known, y is that class with probability one, and inf/ has
// alpha log q(y|x) to raise beside the bound (vi.Guided). A batch has such rows as
// often as the data have them. The estimator is what deals with y: marginal sums over the
// classes, gumbel-softmax (kl: mass) and st-gumbel draw one, relaxed or hard. (A class
// that is known has no density, so that concrete's mode dens is not for such data.)
//
// Each network has one hidden layer; those that read two things add up an affine map of
// each, so that what reads x alone is computed once for all classes. Weights start as
// Glorot's, biases at zero but the visible one at the logit of the data's mean, clipped to
// [0.001, 0.999].
//
// Kingma, Rezende, Mohamed and Welling 2014 (M2), as used by Jang, Gu and Poole 2017 (1611.01144), with MLPs.
type M2 struct {
	Classes int     `name:"classes" min:"2" doc:"classes"`
	Latent  int     `name:"latent" min:"1" doc:"dimensions of z"`
	Hidden  int     `name:"hidden" min:"1" doc:"width of the hidden layer of each network"`
	Act     string  `name:"act" choices:"tanh|relu|softplus|sigmoid" doc:"activation of hidden layers"`
	Alpha   float64 `name:"alpha" min:"0" doc:"weight of log q(y|x) where the class is known"`
}

func (M2) Name() string { return "m2" }

// For is the model of binary data. An activation left empty is tanh.
func (m M2) For(d *vi.Data) (vi.Model, error) {
	if m.Act == "" {
		m.Act = "tanh"
	}
	act, err := activation("m2", m.Act)
	if err != nil {
		return nil, err
	}
	if err := wide("m2", "latent and hidden", m.Latent, m.Hidden); err != nil {
		return nil, err
	}
	switch {
	case m.Classes < 2:
		return nil, fmt.Errorf("model m2: classes: got %d; need at least 2", m.Classes)
	case !(m.Alpha >= 0) || finite("m2", "alpha", m.Alpha) != nil:
		return nil, fmt.Errorf("model m2: alpha: got %g; need 0 or more", m.Alpha)
	case d.Domain != vi.Binary:
		return nil, fmt.Errorf("model m2 explains binary data, got %s data %q", d.Domain, d.Name)
	}
	for n, shown := range d.Shown {
		if c := d.Labels[n]; shown && (c < 0 || c >= m.Classes) {
			return nil, fmt.Errorf("model m2: classes: got %d; row %d of %q has class %d", m.Classes, n, d.Name, c)
		}
	}
	return &m2{
		M2: m, data: d, act: act,
		y:  conditional("inf/y/", d.D, m.Classes, []int{m.Hidden}, act),
		zx: newLayer("inf/z/x", d.D, m.Hidden), zy: newLayer("inf/z/y", m.Classes, m.Hidden),
		mu: newLayer("inf/z/mu", m.Hidden, m.Latent), logsigma: newLayer("inf/z/logsigma", m.Hidden, m.Latent),
		xz: newLayer("gen/z", m.Latent, m.Hidden), xy: newLayer("gen/y", m.Classes, m.Hidden), x: newLayer("gen/x", m.Hidden, d.D),
	}, nil
}

type m2 struct {
	M2
	data                 *vi.Data
	act                  tape.Act
	y                    logits // q(y|x)
	zx, zy, mu, logsigma layer  // q(z|x,y)
	xz, xy, x            layer  // p(x|y,z)
}

// layers are all, those of a sum of two maps with one bias, the first's.
func (m *m2) layers() []layer {
	return append(layersOf([]logits{m.y}), m.zx, m.zy, m.mu, m.logsigma, m.xz, m.xy, m.x)
}

func (m *m2) Sheet() vi.Sheet {
	sh := vi.Sheet{
		Blocks: []vi.Block{
			{Name: "y", Kind: "categorical", Dim: m.Classes, Classes: m.Classes, Offers: []vi.Cap{vi.Score, vi.Relax, vi.Enumerate}},
			{Name: "z", Kind: "real", Dim: m.Latent, Offers: []vi.Cap{vi.Score, vi.Path, vi.Relax}},
		},
		Offers: []vi.Cap{vi.Hybrid, vi.Classify, vi.Render}, Data: vi.Binary,
	}
	for _, l := range m.layers() {
		specs := l.specs()
		if l == m.zy || l == m.xy {
			specs = specs[:1]
		}
		sh.Params = append(sh.Params, specs...)
	}
	return sh
}

func (m *m2) Init(key rng.Key, p *vi.Params) {
	for _, l := range m.layers() {
		glorot(key, p, l)
	}
	p.Set(m.x.bias, clippedLogits(columnMeans(m.data.X, m.data.D)))
}

// both is the hidden layer that reads a and b.
func (m *m2) both(s *vi.Step, la, lb layer, a, b tape.Node) tape.Node {
	return la.of(s, a, tape.Linear).Add(s.Affine(b, s.Param(lb.weight), tape.Node{}, tape.Linear)).Apply(m.act)
}

// Classify is the logits of q(y|x), whatever is known.
func (m *m2) Classify(s *vi.Step) tape.Node { return m.y.of(s, s.X) }

// sure is a logit beyond all noise, at any temperature below a hundred.
const sure = 1e4

// classes is q(y|x), of a row whose class is known that class.
func (m *m2) classes(s *vi.Step) dist.Dist {
	a := m.Classify(s)
	if s.Known != nil {
		keep, known := s.Leaf(s.B(), m.Classes), s.Leaf(s.B(), m.Classes)
		for i, k, v := 0, keep.Value(), known.Value(); i < v.Len(); i++ {
			switch s.Known[i/m.Classes] {
			case -1:
				k.Set(i, 1)
			case i % m.Classes:
				v.Set(i, sure)
			}
		}
		a = a.Mul(keep).Add(known)
	}
	return s.Categorical(a, m.Classes)
}

// Guide is alpha log q(y|x) of the rows whose class is known, a mean over all.
func (m *m2) Guide(s *vi.Step) tape.Node {
	if s.Known == nil || m.Alpha == 0 {
		return tape.Node{}
	}
	y := s.Leaf(s.B(), m.Classes)
	for b, c := range s.Known {
		if c >= 0 {
			y.Value().Set(b*m.Classes+c, m.Alpha)
		}
	}
	return m.Classify(s).LogSoftmax(m.Classes).Mul(y).SumD(1).Mean()
}

// The two directions, a block at a time: y, then z.
type (
	guess  struct{ *m2 }
	origin struct{ *m2 }
)

func (m guess) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	if i == 0 {
		return m.classes(s)
	}
	h := m.both(s, m.zx, m.zy, s.X, z.Block(0))
	return s.Normal(m.mu.of(s, h, tape.Linear), m.logsigma.of(s, h, tape.Linear))
}

func (m origin) Layer(s *vi.Step, i int, _ dist.Value) dist.Dist {
	if i == 0 {
		return s.Categorical(s.Leaf(1, m.Classes), m.Classes)
	}
	return s.Normal(s.Leaf(1, m.Latent), s.Leaf(1, m.Latent))
}

func (m *m2) Prior(s *vi.Step) dist.Dist     { return s.Chain(origin{m}, upward) }
func (m *m2) Posterior(s *vi.Step) dist.Dist { return s.Chain(guess{m}, upward) }

func (m *m2) seen(s *vi.Step, z dist.Value) tape.Node {
	return m.x.of(s, m.both(s, m.xz, m.xy, z.Block(1), z.Block(0)), tape.Linear)
}

func (m *m2) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.BernoulliLogProb(z.K, s.X, m.seen(s, z))
}

func (m *m2) Render(s *vi.Step, z dist.Value) tape.Node { return m.seen(s, z).Apply(tape.Sigmoid) }
