package models

import (
	"fmt"
	"math/bits"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// ContinuousMixture is a continuous mixture of products of bits, cm(S_F): a decoder of real
// causes, integrated over by points of a cube.
//
//	p(x) = int N(z; 0, I) prod_d Bernoulli(x_d; sigmoid(f_d(z))) dz,   z = Phi^-1(u), u in (0,1)^L
//
// At N points it is a plain mixture, a circuit whose sums over any bits are exact. log p(x) is
// that of the circuit which it is compiled to, of Sobol points in the middle of their cells: normalised,
// and not low as a fresh sample's log mean is.
//
// With own the circuit's points are parameters z [N,L] that start there, and rqmc with own raises their likelihood under the
// decoder as it is: latent optimisation, of a decoder that is trained. Rates that follow one another (stages) train the
// two in turn.
//
// Correia, Gala, Quaeghebeur, de Campos and Peharz 2023 (2209.10584).
type ContinuousMixture struct {
	Latent int     `name:"latent" min:"1" max:"16" doc:"causes, the dimensions of z"`
	Hidden []int   `name:"hidden" doc:"widths of the decoder's hidden layers"`
	Act    string  `name:"act" choices:"tanh|relu|softplus|sigmoid" doc:"their activation"`
	SD     float64 `name:"sd" min:"0" doc:"of weights and biases at the start; 0 is Glorot's uniform weights and no biases"`
	N      int     `name:"components" min:"1" max:"65536" doc:"of the circuit that log p(x) is of"`
	Own    bool    `name:"own" late:"true" doc:"its points are parameters"`
}

func (ContinuousMixture) Name() string { return "continuous-mixture" }

// For is the mixture for binary data.
func (m ContinuousMixture) For(d *vi.Data) (vi.Model, error) {
	if d.Domain != vi.Binary || d.Grey {
		return nil, fmt.Errorf("model continuous-mixture: explains binary data, got %s data %q", domainOf(d), d.Name)
	}
	if m.Latent < 1 || m.Latent > rng.MostSobol {
		return nil, fmt.Errorf("model continuous-mixture: latent: got %d; need 1 to %d", m.Latent, rng.MostSobol)
	}
	if m.N < 1 {
		return nil, fmt.Errorf("model continuous-mixture: components: got %d; need at least 1", m.N)
	}
	if err := wide("continuous-mixture", "hidden", m.Hidden...); err != nil {
		return nil, err
	}
	act, err := activation("continuous-mixture", m.Act)
	if err != nil {
		return nil, err
	}
	net := newMLP("gen/h", m.Latent, m.Hidden, act)
	return &continuousMixture{m, d.D, net, newLayer("gen/logits", net.out, d.D)}, finite("continuous-mixture", "sd", m.SD)
}

type continuousMixture struct {
	ContinuousMixture
	d    int
	net  mlp
	head layer
}

const mixturePoints = "gen/z"

func (m *continuousMixture) layers() []layer {
	return append(append([]layer{}, m.net.layers...), m.head)
}

func (m *continuousMixture) Sheet() vi.Sheet {
	sh := vi.Sheet{Offers: []vi.Cap{vi.Components, vi.Exact}, Data: vi.Binary}
	for _, l := range m.layers() {
		sh.Params = append(sh.Params, l.specs()...)
	}
	if m.Own {
		sh.Params = append(sh.Params, vi.Spec{Name: mixturePoints, Rows: m.N, Cols: m.Latent})
		sh.Offers = append(sh.Offers, vi.Points)
	}
	return sh
}

func (m *continuousMixture) Init(key rng.Key, p *vi.Params) {
	for _, l := range m.layers() {
		if m.SD > 0 {
			normal(key, p, l, m.SD)
		} else {
			glorot(key, p, l)
		}
	}
	if m.Own {
		p.Set(mixturePoints, quantiles(m.midpoints()))
	}
}

// quantiles takes points of the cube to z, in place.
func quantiles(u []float64) []float64 {
	for i, x := range u {
		u[i] = vec.NormalQuantile64(x)
	}
	return u
}

// midpoints are N of Sobol's points in the middle of their cells, [N,L].
func (m *continuousMixture) midpoints() []float64 {
	shift := make([]float64, m.Latent)
	for i := range shift { // half a cell of 2^m >= N points
		shift[i] = 0.5 / float64(uint64(1)<<bits.Len(uint(m.N-1)))
	}
	u := make([]float64, m.N*m.Latent)
	rng.Sobol(u, m.Latent, shift)
	return u
}

func (m *continuousMixture) Cube() int { return m.Latent }

// Components are those of z = Phi^-1(u).
func (m *continuousMixture) Components(s *vi.Step, u tape.Node) tape.Node {
	n, l := u.Shape()
	z := s.Blank(n, l)
	for i, v, w := 0, z.Value(), u.Value(); i < v.Len(); i++ {
		v.Set(i, vec.NormalQuantile64(w.At(i)))
	}
	return m.under(s, z, s.Param)
}

// Points are the components of the model's own points, the decoder's parameters stopped.
func (m *continuousMixture) Points(s *vi.Step) tape.Node {
	return m.under(s, s.Param(mixturePoints), func(name string) tape.Node { return s.Param(name).Stop() })
}

// under are x'a_i - sum_d softplus(a_id) with a_i = f(z_i): one product for all pairs.
func (m *continuousMixture) under(s *vi.Step, a tape.Node, param func(string) tape.Node) tape.Node {
	for i, l := range m.layers() {
		act := m.net.act
		if i == len(m.net.layers) {
			act = tape.Linear
		}
		a = s.Affine(a, param(l.weight), param(l.bias), act) // at last [N,D]
	}
	ones := s.Blank(1, m.d)
	for i, v := 0, ones.Value(); i < m.d; i++ {
		v.Set(i, -1)
	}
	none := s.Affine(ones, a.Apply(tape.Softplus), tape.Node{}, tape.Linear) // log p(x = 0), [1,N]
	return s.Affine(s.X, a, none, tape.Linear)
}

// mostPairs bounds the components that are held at a time.
const mostPairs = 1 << 20

// LogEvidence is that of the circuit, of rows of bits.
func (m *continuousMixture) LogEvidence(p *vi.Params, x []float64) []float64 {
	if m.Own {
		return m.circuit(p, x, nil)
	}
	return m.Unmoved(p, x)
}

// Unmoved is log p(x) of the circuit of Sobol's points, wherever the model's own have gone.
func (m *continuousMixture) Unmoved(p *vi.Params, x []float64) []float64 {
	return m.circuit(p, x, m.midpoints())
}

// circuit is log p(x) by points of the cube, or the model's own.
func (m *continuousMixture) circuit(p *vi.Params, x, u []float64) []float64 {
	t := tape.New(p)
	out := make([]float64, 0, len(x)/m.d)
	rows := max(1, mostPairs/m.N)
	for lo := 0; lo < len(x); lo += rows * m.d {
		t.Reset()
		part := x[lo:min(lo+rows*m.d, len(x))]
		s := &vi.Step{Tape: t}
		s.X = s.Blank(len(part)/m.d, m.d)
		s.X.Value().From(part)
		var c tape.Node
		if u == nil {
			c = m.Points(s)
		} else {
			points := s.Blank(m.N, m.Latent)
			points.Value().From(u)
			c = m.Components(s, points)
		}
		out = append(out, vi.LogMean(c).Float64s()...)
	}
	return out
}
