package models

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// SBN is the sigmoid belief network: binary data by layers of bits or of
// categorical variables, each conditional a linear map or an MLP.
//
//	q(z1|x) q(z2|z1) ...,  p(zL) ... p(z1|z2),  p(x|z1) = Bernoulli(sigmoid(f(z1)))
//
// Conditionals read bits as 2b-1 and a variable of 2^m categories as a corner of
// {-1,1}^m (coding signs), or both as they are (coding bits). The encoder reads x less
// the mean of the data. Weights start as Glorot's, biases at zero but the visible one
// at the logit of the data's mean, clipped to [0.001, 0.999]; a learned prior starts uniform.
//
// sbn: {layers: [200]} is 200H-784V of Maddison et al., sbn: {layers: [200, 200], hidden: [0, 0]}
// their 200H~200H~784V; sbn: {layers: [20], classes: 10, coding: bits,
// prior: uniform} is the 784-(20x10)-784 of Jang et al., hidden: [200] the VAE with a hidden
// layer of 200 each way.
//
// Neal 1992; as trained here Mnih and Gregor 2014 (1402.0030), Maddison, Mnih and Teh 2017 (1611.00712), Jang, Gu and Poole 2017 (1611.01144).
type SBN struct {
	Layers  []int  `name:"layers" min:"1" doc:"variables in each stochastic layer, from x up"`
	Classes int    `name:"classes" min:"2" doc:"values of a variable; 2 are bits"`
	Hidden  []int  `name:"hidden" min:"0" doc:"widths of deterministic layers in every conditional, from x up; 0 is as wide as what it reads; none is linear"`
	Act     string `name:"act" choices:"tanh|relu|softplus|sigmoid" doc:"activation of deterministic layers"`
	Coding  string `name:"coding" choices:"signs|bits" doc:"what conditionals read of a variable"`
	Prior   string `name:"prior" choices:"learned|uniform" doc:"of the top layer"`
}

func (SBN) Name() string { return "sbn" }

// For is the model of binary data. Choices left empty are the first; no classes
// are bits.
func (m SBN) For(d *vi.Data) (vi.Model, error) {
	act, err := m.ready("sbn", d)
	if err != nil {
		return nil, err
	}
	b := &sbn{SBN: m, data: d, mean: columnMeans(d.X, d.D), up: m.upward(d.D, act)}
	for i := range m.Layers {
		if i > 0 {
			b.down = append(b.down, conditional("gen/z"+strconv.Itoa(i)+"/", m.code(m.Layers[i]), m.Layers[i-1]*m.numbers(), reversed(m.Hidden), act))
		}
		b.order, b.reverse = append(b.order, i), append([]int{i}, b.reverse...)
	}
	b.x = conditional("gen/x/", m.code(m.Layers[0]), d.D, reversed(m.Hidden), act)
	if b.Sheet().States() <= vi.MostStates {
		return enumerable{b}, nil
	}
	return b, nil
}

// ready checks the settings for a model of that name, and completes them.
func (m *SBN) ready(model string, d *vi.Data) (tape.Act, error) {
	if m.Act == "" {
		m.Act = "tanh"
	}
	act, err := activation(model, m.Act)
	if err != nil {
		return act, err
	}
	if err := errors.Join(choose(model, "coding", &m.Coding, "signs", "bits"), choose(model, "prior", &m.Prior, "learned", "uniform"),
		wide(model, "layers", m.Layers...)); err != nil {
		return act, err
	}
	if m.Classes == 0 {
		m.Classes = 2
	}
	switch {
	case len(m.Layers) == 0:
		return act, fmt.Errorf("model %s: layers: got none; need at least one stochastic layer", model)
	case m.Classes < 2:
		return act, fmt.Errorf("model %s: classes: got %d; need at least 2", model, m.Classes)
	case m.Coding == "signs" && m.Classes&(m.Classes-1) != 0:
		return act, fmt.Errorf("model %s: coding signs puts categories on the corners of a cube, got %d classes; need a power of two, or coding bits", model, m.Classes)
	case d.Domain != vi.Binary:
		return act, fmt.Errorf("model %s explains binary data, got %s data %q", model, d.Domain, d.Name)
	}
	for _, w := range m.Hidden {
		if w < 0 {
			return act, fmt.Errorf("model %s: hidden: got a layer of width %d; need 0 or more", model, w)
		}
	}
	return act, nil
}

// upward are the conditionals from below up: z1 given so many numbers, z2 given z1, ..
func (m SBN) upward(below int, act tape.Act) (up []logits) {
	for i, n := range m.Layers {
		at := ""
		if len(m.Layers) > 1 {
			at = "z" + strconv.Itoa(i+1) + "/"
		}
		up = append(up, conditional("inf/"+at, below, n*m.numbers(), m.Hidden, act))
		below = m.code(n)
	}
	return up
}

// numbers is how many a variable's sample has: one for a bit, one a category else.
func (m SBN) numbers() int {
	if m.Classes == 2 {
		return 1
	}
	return m.Classes
}

// code is how many numbers a conditional reads of n variables.
func (m SBN) code(n int) int {
	if m.Classes == 2 {
		return n
	}
	if m.Coding == "bits" {
		return n * m.Classes
	}
	return n * m.corners()
}

// corners is the m of 2^m classes.
func (m SBN) corners() (bits int) {
	for c := m.Classes; c > 1; c /= 2 {
		bits++
	}
	return bits
}

type sbn struct {
	SBN
	data           *vi.Data
	mean           []float64
	up             []logits // q(z1|x), q(z2|z1), ..
	down           []logits // p(z1|z2), p(z2|z3), ..
	x              logits   // p(x|z1)
	order, reverse []int    // of blocks, upward and downward
}

// logits are those of a conditional: an MLP and a linear head.
type logits struct {
	mlp
	head layer
}

func conditional(prefix string, in, out int, hidden []int, act tape.Act) logits {
	widths := slices.Clone(hidden)
	for i, w := range widths {
		if w == 0 {
			widths[i] = in
		}
	}
	m := newMLP(prefix, in, widths, act)
	return logits{m, newLayer(prefix+"logits", m.out, out)}
}

func (l logits) of(s *vi.Step, x tape.Node) tape.Node {
	return l.head.of(s, l.mlp.of(s, x), tape.Linear)
}

// layersOf are the layers of conditionals, in order.
func layersOf(all []logits) (out []layer) {
	for _, c := range all {
		out = append(append(out, c.layers...), c.head)
	}
	return out
}

func (m *sbn) conditionals() []logits {
	return append(append(slices.Clone(m.up), m.down...), m.x)
}

const sbnPrior = "gen/prior"

func (m *sbn) Sheet() vi.Sheet {
	sh := vi.Sheet{Offers: []vi.Cap{vi.Simulate, vi.Render}, Data: vi.Binary}
	sh.Blocks = m.blocks(vi.AnalyticKL)
	for _, l := range layersOf(m.conditionals()) {
		sh.Params = append(sh.Params, l.specs()...)
	}
	if m.SBN.Prior == "learned" {
		sh.Params = append(sh.Params, vi.Spec{Name: sbnPrior, Rows: 1, Cols: m.topDim()})
	}
	return sh
}

// blocks are the layers; those of one layer alone offer more, closed with it.
func (m SBN) blocks(closed ...vi.Cap) (all []vi.Block) {
	for i, n := range m.Layers {
		b := vi.Block{Name: "z", Kind: "binary", Dim: n * m.numbers()}
		if m.Classes > 2 {
			b.Kind, b.Classes = "categorical", m.Classes
		}
		b.Offers = []vi.Cap{vi.Score, vi.Logits, vi.Relax, vi.Enumerate}
		if m.Classes == 2 {
			b.Offers = append(b.Offers, vi.Bits)
		}
		if len(m.Layers) > 1 {
			b.Name += strconv.Itoa(i + 1) // a closed KL is yet to be averaged over the layers before
		} else {
			b.Offers = append(b.Offers, closed...)
			if m.Classes == 2 {
				b.Offers = append(b.Offers, vi.Weak)
			}
		}
		all = append(all, b)
	}
	return all
}

func (m *sbn) topDim() int { return m.up[len(m.up)-1].head.out }

func (m *sbn) Init(key rng.Key, p *vi.Params) {
	for _, l := range layersOf(m.conditionals()) {
		glorot(key, p, l)
	}
	p.Set(m.x.head.bias, clippedLogits(m.mean))
}

// clippedLogits are the logits of means clipped to [0.001, 0.999].
func clippedLogits(mean []float64) []float64 {
	a := make([]float64, len(mean))
	for i, x := range mean {
		x = min(max(x, 0.001), 0.999)
		a[i] = vec.Log64(x) - vec.Log64(1-x)
	}
	return a
}

// block is a layer's distribution by its logits.
func (m SBN) block(s *vi.Step, logits tape.Node) dist.Dist {
	if m.Classes > 2 {
		return s.Categorical(logits, m.Classes)
	}
	return s.Bernoulli(logits)
}

// coded is what a conditional reads of a sample.
func (m SBN) coded(s *vi.Step, z tape.Node) tape.Node {
	_, d := z.Shape()
	switch {
	case m.Coding == "bits":
		return z
	case m.Classes == 2:
		one := s.Blank(1, d)
		for i, v := 0, one.Value(); i < d; i++ {
			v.Set(i, 1)
		}
		return z.Scale(2).Sub(one)
	}
	bits, n := m.corners(), d/m.Classes
	c := s.Leaf(n*bits, d)
	for i, v := 0, c.Value(); i < n*bits; i++ {
		for k := range m.Classes {
			v.Set(i*d+i/bits*m.Classes+k, float64(2*(k>>(i%bits)&1)-1))
		}
	}
	return s.Affine(z, c, tape.Node{}, tape.Linear)
}

// Upward and downward, a block at a time.
type (
	recognition struct{ *sbn }
	generation  struct{ *sbn }
)

func (m recognition) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	if i == 0 {
		return m.block(s, m.up[0].of(s, s.X.Sub(constant(s, 1, m.mean...))))
	}
	return m.block(s, m.up[i].of(s, m.coded(s, z.Block(i-1))))
}

func (m generation) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	if i < len(m.down) {
		return m.block(s, m.down[i].of(s, m.coded(s, z.Block(i+1))))
	}
	if m.SBN.Prior == "learned" {
		return m.block(s, s.Param(sbnPrior))
	}
	return m.block(s, s.Leaf(1, m.topDim()))
}

func (m *sbn) Prior(s *vi.Step) dist.Dist {
	if len(m.up) > 1 {
		return s.Chain(generation{m}, m.reverse)
	}
	return generation{m}.Layer(s, 0, dist.Value{})
}

func (m *sbn) Posterior(s *vi.Step) dist.Dist {
	if len(m.up) > 1 {
		return s.Chain(recognition{m}, m.order)
	}
	return recognition{m}.Layer(s, 0, dist.Value{})
}

// seen is the logits of x.
func (m *sbn) seen(s *vi.Step, z dist.Value) tape.Node { return m.x.of(s, m.coded(s, z.Block(0))) }

func (m *sbn) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.BernoulliLogProb(z.K, s.X, m.seen(s, z))
}

func (m *sbn) Render(s *vi.Step, z dist.Value) tape.Node { return m.seen(s, z).Apply(tape.Sigmoid) }

func (m *sbn) Simulate(s *vi.Step) (z dist.Value, x tape.Node) {
	z = s.Prior().Sample(s.Noise("dream/z"), 1).Stop()
	return z, s.Bernoulli(m.seen(s, z)).Sample(s.Noise("dream/x"), 1).Node
}

// enumerable is an SBN with so few states that its evidence is a sum over them.
type enumerable struct{ *sbn }

func (m enumerable) Sheet() vi.Sheet {
	s := m.sbn.Sheet()
	s.Offers = append(s.Offers, vi.Exact)
	return s
}

// LogEvidence is log sum_z p(x,z).
func (m enumerable) LogEvidence(p *vi.Params, x []float64) []float64 {
	d := m.data.D
	data := &vi.Data{N: len(x) / d, D: d, X: x, Domain: vi.Binary}
	w := (&vi.Work{Model: m, Params: p}).On(data)
	states := int(m.Sheet().States())
	rows, out := max(1, 4096/states), make([]float64, 0, data.N)
	for lo := 0; lo < data.N; lo += rows {
		s := w.Step(0, w.All[lo:min(lo+rows, data.N)], nil)
		z := s.Prior().(dist.Enumerable).Enumerate(states, 1)
		out = append(out, s.LogJoint(z).LogSumExpK().Float64s()...)
	}
	return out
}
