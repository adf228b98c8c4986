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
// Correia, Gala, Quaeghebeur, de Campos and Peharz 2023 (2209.10584).
type ContinuousMixture struct {
	Latent int     `name:"latent" min:"1" max:"16" doc:"causes, the dimensions of z"`
	Hidden []int   `name:"hidden" doc:"widths of the decoder's hidden layers"`
	Act    string  `name:"act" choices:"tanh|relu|softplus|sigmoid" doc:"their activation"`
	SD     float64 `name:"sd" min:"0" doc:"of weights and biases at the start; 0 is Glorot's uniform weights and no biases"`
	N      int     `name:"components" min:"1" max:"65536" doc:"of the circuit that log p(x) is of"`
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

func (m *continuousMixture) layers() []layer {
	return append(append([]layer{}, m.net.layers...), m.head)
}

func (m *continuousMixture) Sheet() vi.Sheet {
	sh := vi.Sheet{Offers: []vi.Cap{vi.Components, vi.Exact}, Data: vi.Binary}
	for _, l := range m.layers() {
		sh.Params = append(sh.Params, l.specs()...)
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
}

func (m *continuousMixture) Cube() int { return m.Latent }

// Components are x'a_i - sum_d softplus(a_id) with a_i = f(Phi^-1(u_i)): one product for all pairs.
func (m *continuousMixture) Components(s *vi.Step, u tape.Node) tape.Node {
	n, l := u.Shape()
	z := s.Blank(n, l)
	for i, v, w := 0, z.Value(), u.Value(); i < v.Len(); i++ {
		v.Set(i, vec.NormalQuantile64(w.At(i)))
	}
	a := m.head.of(s, m.net.of(s, z), tape.Linear) // [N,D]
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
	t := tape.New(p)
	out := make([]float64, 0, len(x)/m.d)
	shift := make([]float64, m.Latent)
	for i := range shift { // half a cell of 2^m >= N points
		shift[i] = 0.5 / float64(uint64(1)<<bits.Len(uint(m.N-1)))
	}
	u := make([]float64, m.N*m.Latent)
	rng.Sobol(u, m.Latent, shift)
	rows := max(1, mostPairs/m.N)
	for lo := 0; lo < len(x); lo += rows * m.d {
		t.Reset()
		part := x[lo:min(lo+rows*m.d, len(x))]
		s := &vi.Step{Tape: t}
		s.X = s.Blank(len(part)/m.d, m.d)
		s.X.Value().From(part)
		points := s.Blank(m.N, m.Latent)
		points.Value().From(u)
		out = append(out, vi.LogMean(m.Components(s, points)).Float64s()...)
	}
	return out
}
