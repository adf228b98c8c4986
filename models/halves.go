package models

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Halves predicts the second half of binary data, of an image the lower one, from
// the first, through layers of bits or of categorical variables.
//
//	p(z1|top) p(z2|z1) ...,  p(bottom|zL) = Bernoulli(sigmoid(f(zL)))
//
// There is no posterior: q is p(z|top) itself, so that the log weight is log p(bottom|z)
// alone. Its mean is what a sample of m = 1 raises (elbo: the mean of the logs, as
// Jang et al. print it); L_m = E log 1/m sum_i p(bottom|z_i) is what VIMCO and
// Concrete raise and what iwae@m and nll@m report (the log of the mean). The weights
// of p(z|top) are inf/, those of p(bottom|z) gen/.
//
// Conditionals read variables by their coding as the sbn's do, the first one top less
// the mean of the data. Weights start as Glorot's, biases at zero but the visible one at
// the logit of the data's mean, clipped to [0.001, 0.999]. Where two layers in turn have
// few states, log p(bottom|top) is known: a sum over one layer after the other.
//
// halves: {layers: [240, 240]} on 28 x 28 is 392V-240H-240H-392V of Maddison et al.;
// halves: {layers: [200, 200]} and {layers: [20, 20], classes: 10, coding: bits} are
// the networks of Jang et al.
//
// Maddison, Mnih and Teh 2017 (1611.00712), Jang, Gu and Poole 2017 (1611.01144).
type Halves struct {
	Layers  []int  `name:"layers" min:"1" doc:"variables in each stochastic layer, from the given half on"`
	Classes int    `name:"classes" min:"2" doc:"values of a variable; 2 are bits"`
	Hidden  []int  `name:"hidden" min:"0" doc:"widths of deterministic layers in every conditional; 0 is as wide as what it reads; none is linear"`
	Act     string `name:"act" choices:"tanh|relu|softplus|sigmoid" doc:"activation of deterministic layers"`
	Coding  string `name:"coding" choices:"signs|bits" doc:"what conditionals read of a variable"`
}

func (Halves) Name() string { return "halves" }

// For is the model of binary data that has two halves. Choices left empty are the
// first; no classes are bits.
func (m Halves) For(d *vi.Data) (vi.Model, error) {
	net := SBN{Layers: m.Layers, Classes: m.Classes, Hidden: m.Hidden, Act: m.Act, Coding: m.Coding}
	act, err := net.ready("halves", d)
	if err != nil {
		return nil, err
	}
	if d.D%2 != 0 || d.Image[0]%2 != 0 {
		return nil, fmt.Errorf("model halves: data %q: got %d numbers a datum in %d rows; need an even number of both", d.Name, d.D, max(d.Image[0], 1))
	}
	h := &halves{SBN: net, data: d, top: d.D / 2, mean: columnMeans(d.X, d.D)}
	h.up = net.upward(h.top, act)
	h.x = conditional("gen/x/", net.code(net.Layers[len(net.Layers)-1]), d.D-h.top, net.Hidden, act)
	for i := range net.Layers {
		h.order = append(h.order, i)
	}
	if h.pair() <= vi.MostStates {
		return summable{h}, nil
	}
	return h, nil
}

type halves struct {
	SBN
	data  *vi.Data
	top   int // numbers that are given
	mean  []float64
	up    []logits // p(z1|top), p(z2|z1), ..
	x     logits   // p(bottom|zL)
	order []int    // of blocks
}

func (m *halves) conditionals() []logits { return append(append([]logits{}, m.up...), m.x) }

func (m *halves) Sheet() vi.Sheet {
	sh := vi.Sheet{Blocks: m.blocks(), Offers: []vi.Cap{vi.Render}, Data: vi.Binary, Predicts: true}
	for _, l := range layersOf(m.conditionals()) {
		sh.Params = append(sh.Params, l.specs()...)
	}
	return sh
}

func (m *halves) Init(key rng.Key, p *vi.Params) {
	for _, l := range layersOf(m.conditionals()) {
		glorot(key, p, l)
	}
	p.Set(m.x.head.bias, clippedLogits(m.mean[m.top:]))
}

// Layer is p(z_i | z_{i-1}), of the first p(z1|top).
func (m *halves) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	below := s.X.Cols(0, m.top).Sub(constant(s, 1, m.mean[:m.top]...))
	if i > 0 {
		below = m.coded(s, z.Block(i-1))
	}
	return m.block(s, m.up[i].of(s, below))
}

func (m *halves) Prior(*vi.Step) dist.Dist { return nil }

func (m *halves) Posterior(s *vi.Step) dist.Dist {
	if len(m.up) > 1 {
		return s.Chain(m, m.order)
	}
	return m.Layer(s, 0, dist.Value{})
}

// seen is the logits of the bottom.
func (m *halves) seen(s *vi.Step, z dist.Value) tape.Node {
	return m.x.of(s, m.coded(s, z.Block(len(m.up)-1)))
}

func (m *halves) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.BernoulliLogProb(z.K, s.X.Cols(m.top, m.data.D), m.seen(s, z))
}

// Render is the half that is given above the mean of the other.
func (m *halves) Render(s *vi.Step, z dist.Value) tape.Node {
	low := m.seen(s, z).Apply(tape.Sigmoid).Value()
	d, b := m.data.D, m.data.D-m.top
	n := s.Blank(z.K*s.B(), d)
	for i, x, v := 0, s.X.Value(), n.Value(); i < v.Len(); i++ {
		if r, j := i/d, i%d; j < m.top {
			v.Set(i, x.At(r/z.K*d+j))
		} else {
			v.Set(i, low.At(r*b+j-m.top))
		}
	}
	return n
}

// states of layer i, and the most of two layers in turn.
func (m *halves) states(i int) float64 { return vi.Sheet{Blocks: m.blocks()[i : i+1]}.States() }

func (m *halves) pair() float64 {
	most := m.states(0)
	for i := 1; i < len(m.up); i++ {
		most = max(most, m.states(i-1)*m.states(i))
	}
	return most
}

// summable is a prediction of which two layers in turn have few states.
type summable struct{ *halves }

func (m summable) Sheet() vi.Sheet {
	s := m.halves.Sheet()
	s.Offers = append(s.Offers, vi.Exact)
	return s
}

// LogEvidence is log p(bottom|top) of each row of x, a sum over one layer after the
// other, each with what the layers before it make of its states:
//
//	a_1(z1) = log p(z1|top),   a_i(z) = log sum_y exp( a_{i-1}(y) + log p(z_i = z | y) )
//	log p(bottom|top) = log sum_z exp( a_L(z) + log p(bottom|z) )
func (m summable) LogEvidence(p *vi.Params, x []float64) []float64 {
	d, last := m.data.D, len(m.up)-1
	data := &vi.Data{N: len(x) / d, D: d, X: x, Domain: vi.Binary}
	w := (&vi.Work{Model: m, Params: p}).On(data)
	moves := make([][]float64, len(m.up)) // log p(z_i = z | y), [z,y]
	for i := 1; i <= last; i++ {
		moves[i] = m.moves(w.Step(0, w.All[:1], nil), i)
	}
	n := int(m.states(last))
	out := make([]float64, 0, data.N)
	for b := range data.N {
		s := w.Step(0, w.All[b:b+1], nil)
		first := m.Layer(s, 0, dist.Value{})
		a := first.LogProb(first.(dist.Enumerable).Enumerate(int(m.states(0)), 1)).Float64s()
		for _, move := range moves[1:] {
			next, terms := make([]float64, len(move)/len(a)), make([]float64, len(a))
			for z := range next {
				for y, l := range a {
					terms[y] = l + move[z*len(a)+y]
				}
				next[z] = vec.LogSumExp64(terms)
			}
			a = next
		}
		sum := append([]float64(nil), s.LogLik(m.all(s, last, n)).Float64s()...)
		for z := range sum {
			sum[z] += a[z]
		}
		out = append(out, vec.LogSumExp64(sum))
	}
	return out
}

// all is k rows of the states of layer i in turn, and of no other layer.
func (m summable) all(s *vi.Step, i, k int) dist.Value {
	z := m.block(s, s.Leaf(1, m.up[i].head.out)).(dist.Enumerable).Enumerate(k, 1)
	if len(m.up) == 1 {
		return z
	}
	parts := s.Nodes(len(m.up))
	parts[i] = z.Node
	return dist.Value{Parts: parts, K: z.K}
}

// moves is log p(z_i = z | z_{i-1} = y) of all states, [z,y].
func (m summable) moves(s *vi.Step, i int) []float64 {
	from, to := int(m.states(i-1)), int(m.states(i))
	given := m.Layer(s, i, m.all(s, i-1, from)).(dist.Discrete).Natural()
	z := m.all(s, i, from*to).Block(i) // row y*to+z is state z
	lp := m.block(s, given.Spread(to)).LogProb(dist.Value{Node: z, K: from * to}).Float64s()
	out := make([]float64, from*to)
	for r, l := range lp {
		out[r%to*from+r/to] = l
	}
	return out
}
