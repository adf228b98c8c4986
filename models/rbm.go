package models

import (
	"fmt"
	"sync"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// RBM is a product of experts, a restricted Boltzmann machine of bits: no pair (p, q) but a
// density up to a constant, with the hidden bits summed out.
//
//	p(x) = exp(-F(x)) / Z,  -F(x) = b'x + sum_j softplus(c_j + W_j x)
//	p(h_j = 1|x) = sigmoid(c_j + W_j x),  p(x_i = 1|h) = sigmoid(b_i + W'_i h)
//
// Where x or h has at most 16 bits, Z is a sum and log p(x) exact. It starts at b = c = 0
// and weights of N(0, sd^2), or at b the log odds of the data's means.
//
// Smolensky 1986; Hinton 2002 (doi 10.1162/089976602760128018).
type RBM struct {
	Hidden int     `name:"hidden" min:"1" max:"100000" doc:"experts, the hidden bits"`
	SD     float64 `name:"sd" min:"0" doc:"of the weights at the start"`
	Means  bool    `name:"means" doc:"start b at the data's log odds"`
}

// mostBits are summed over at the most.
const mostBits = 16

func (RBM) Name() string { return "rbm" }

// For is the model of binary data.
func (m RBM) For(d *vi.Data) (vi.Model, error) {
	if d.Domain != vi.Binary || d.Grey {
		return nil, fmt.Errorf("model rbm: explains binary data, got %s data %q", domainOf(d), d.Name)
	}
	return &rbm{RBM: m, data: d}, nil
}

func domainOf(d *vi.Data) string {
	if d.Grey {
		return "grey"
	}
	return string(d.Domain)
}

type rbm struct {
	RBM
	data *vi.Data

	once   sync.Once
	states []float64
}

// Names of its parameters: W [H,V], b [1,V], c [1,H].
const rbmW, rbmB, rbmC = "gen/W", "gen/b", "gen/c"

func (m *rbm) Sheet() vi.Sheet {
	sh := vi.Sheet{
		Params: []vi.Spec{{Name: rbmW, Rows: m.Hidden, Cols: m.data.D}, {Name: rbmB, Rows: 1, Cols: m.data.D}, {Name: rbmC, Rows: 1, Cols: m.Hidden}},
		Offers: []vi.Cap{vi.Energy, vi.Gibbs}, Data: vi.Binary,
	}
	if min(m.Hidden, m.data.D) <= mostBits {
		sh.Offers = append(sh.Offers, vi.Exact)
	}
	if m.data.D <= mostBits {
		sh.Offers = append(sh.Offers, vi.States)
	}
	return sh
}

func (m *rbm) Init(key rng.Key, p *vi.Params) {
	w := make([]float64, m.Hidden*m.data.D)
	key.Fold(rbmW).Normal64(w, 0)
	vec.Scale(m.SD, w)
	p.Set(rbmW, w)
	p.Set(rbmC, make([]float64, m.Hidden))
	b := make([]float64, m.data.D)
	if m.Means {
		for j, x := range columnMeans(m.data.X, m.data.D) {
			x = min(max(x, 0.01), 0.99)
			b[j] = vec.Log64(x) - vec.Log64(1-x)
		}
	}
	p.Set(rbmB, b)
}

// Potential is -F(x).
func (m *rbm) Potential(s *vi.Step, x tape.Node, k int) tape.Node {
	experts := s.Affine(x, s.Param(rbmW), s.Param(rbmC), tape.Softplus).SumD(k)
	return experts.Add(x.Mul(s.Param(rbmB)).SumD(k))
}

// Sweep draws all h given x, then all x given h, by uniforms of the sites gibbs/h and gibbs/x.
func (m *rbm) Sweep(s *vi.Step, n int, chains []int, x tape.Node) tape.Node {
	w, b, c := s.Param(rbmW).Stop(), s.Param(rbmB).Stop(), s.Param(rbmC).Stop()
	h := draw(s.Plates("gibbs/h"), n, chains, s.Affine(x, w, c, tape.Sigmoid))
	wt := s.Blank(m.data.D, m.Hidden)
	transpose(wt.Value(), w.Value(), m.Hidden, m.data.D)
	return draw(s.Plates("gibbs/x"), n, chains, s.Affine(h, wt, b, tape.Sigmoid))
}

// draw are bits 1[u > 1-p] of chances p [R,D]: a plate a chain and sweep.
func draw(u vi.Plates, n int, chains []int, p tape.Node) tape.Node {
	rows, d := p.Shape()
	out := p.Tape().Blank(rows, d)
	v, chance := out.Value(), p.Value()
	for r := range rows {
		row := v.Slice(r*d, (r+1)*d)
		u.Uniform(n<<32|chains[r], row)
		for j := range d {
			bit := 0.0
			if row.At(j) > 1-chance.At(r*d+j) {
				bit = 1
			}
			row.Set(j, bit)
		}
	}
	return out
}

// transpose sets dst [cols,rows] to src [rows,cols].
func transpose(dst, src tape.Vector, rows, cols int) {
	if y := dst.F64(); y != nil {
		blas.Transpose(rows, cols, src.F64(), y)
		return
	}
	blas.Transpose(rows, cols, src.F32(), dst.F32())
}

// States are all x, the first bit the fastest.
func (m *rbm) States() []float64 {
	m.once.Do(func() { m.states = allBits(m.data.D) })
	return m.states
}

func allBits(n int) []float64 {
	x := make([]float64, n<<n)
	for i := range 1 << n {
		for j := range n {
			x[i*n+j] = float64(i >> j & 1)
		}
	}
	return x
}

// LogEvidence is -F(x) - log Z.
func (m *rbm) LogEvidence(p *vi.Params, x []float64) []float64 {
	f := m.at(p, 1)
	z := f.LogZ()
	out := f.Potential(x)
	for i := range out {
		out[i] -= z
	}
	return out
}

// at is the machine as numbers, its parameters times beta.
func (m *rbm) at(p *vi.Params, beta float64) *Boltzmann {
	get := func(name string) []float64 {
		v := p.Value(name).AppendTo(nil)
		vec.Scale(beta, v)
		return v
	}
	return &Boltzmann{V: m.data.D, H: m.Hidden, W: get(rbmW), B: get(rbmB), C: get(rbmC)}
}

// Machine is the parameters as numbers, times beta: what annealing goes through.
func (m *rbm) Machine(p *vi.Params, beta float64) *Boltzmann { return m.at(p, beta) }
