package models

import (
	"fmt"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// HMM is a hidden Markov chain of K states that puts out one of M symbols at every place of
// a string of T; a row of the data is a string, its symbols the numbers 0 to M-1.
//
//	p(x) = sum over s_1..s_T of  pi_{s_1} B_{s_1 x_1} prod_t A_{s_{t-1} s_t} B_{s_t x_t}
//
// Anything but a symbol is refused. It starts at chances in proportion to exp(e/2),
// e ~ N(0, 1), by the seed and start. A chance never goes below 1e-15, so that strings not
// seen have a likelihood; a state that no string is in keeps its rows.
//
// Baum, Petrie, Soules and Weiss 1970 (doi 10.1214/aoms/1177697196); Rabiner 1989.
type HMM struct {
	States  int `name:"states" min:"1" max:"1000" doc:"K, of the hidden chain"`
	Symbols int `name:"symbols" min:"1" max:"65536" doc:"M, the alphabet: 0 to M-1"`
	Start   int `name:"start" min:"0" doc:"which of the seed's starts: restarts are cells"`
}

func (HMM) Name() string { return "hmm" }

// For is the model of strings; the error names the first value that is no symbol.
func (m HMM) For(d *vi.Data) (vi.Model, error) {
	if d.Domain != vi.Real && d.Domain != vi.Binary || d.Grey {
		return nil, fmt.Errorf("model hmm: explains symbols, as real or binary data, got %s data %q", domainOf(d), d.Name)
	}
	if m.States < 1 || m.Symbols < 1 {
		return nil, fmt.Errorf("model hmm: got %d states and %d symbols; need at least one of each", m.States, m.Symbols)
	}
	for part := d; part != nil; part = part.Test {
		for i, x := range part.X {
			if !(x >= 0 && x < float64(m.Symbols)) || x != float64(int(x)) {
				return nil, fmt.Errorf("model hmm: row %d, place %d of data %q: got %g; have symbols 0 to %d", i/d.D+1, i%d.D+1, d.Name, x, m.Symbols-1)
			}
		}
	}
	return &hmm{HMM: m, data: d}, nil
}

type hmm struct {
	HMM
	data *vi.Data
}

// Names of its parameters, chances whose rows sum to one: pi [1,K], A [K,K], B [K,M].
const hmmPi, hmmA, hmmB = "gen/pi", "gen/A", "gen/B"

var hmmNames = []string{hmmPi, hmmA, hmmB}

// leastChance is the floor of a chance.
const leastChance = 1e-15

func (m *hmm) Sheet() vi.Sheet {
	k := m.States
	return vi.Sheet{
		Params: []vi.Spec{{Name: hmmPi, Rows: 1, Cols: k}, {Name: hmmA, Rows: k, Cols: k}, {Name: hmmB, Rows: k, Cols: m.Symbols}},
		Offers: []vi.Cap{vi.Exact, vi.MStep}, Data: m.data.Domain,
	}
}

func (m *hmm) Init(key rng.Key, p *vi.Params) {
	for _, s := range m.Sheet().Params {
		e := make([]float64, s.Rows*s.Cols)
		rng.Plate(key.Fold(s.Name), uint64(m.Start)).Normal64(e, 0)
		vec.Scale(0.5, e)
		vec.Exp(e, e)
		p.Set(s.Name, simplex(e, s.Cols))
	}
}

// simplex makes rows of n numbers sum to one, none below the floor.
func simplex(x []float64, n int) []float64 {
	for lo := 0; lo < len(x); lo += n {
		row := x[lo : lo+n]
		inverse := 1 / vec.Sum(row)
		for i, v := range row {
			row[i] = max(float64(v*inverse), leastChance)
		}
		vec.Scale(1/vec.Sum(row), row)
	}
	return x
}

// at is the chain as numbers.
func (m *hmm) at(p *vi.Params) *HiddenChain {
	get := func(name string, n int) []float64 { return simplex(p.Value(name).AppendTo(nil), n) }
	return &HiddenChain{K: m.States, M: m.Symbols, Pi: get(hmmPi, m.States), A: get(hmmA, m.States), B: get(hmmB, m.Symbols)}
}

func (m *hmm) LogEvidence(p *vi.Params, x []float64) []float64 {
	f, d := m.at(p), m.data.D
	out := make([]float64, len(x)/d)
	for i := range out {
		out[i] = f.LogEvidence(x[i*d : (i+1)*d])
	}
	return out
}

// Maximise is Baum and Welch's step: chances in proportion to the expected counts, over all
// strings, of first states, of transitions and of symbols put out.
func (m *hmm) Maximise(s *vi.Step, target tape.Vector) {
	f, d := m.at(s.Params()), m.data.D
	x := m.data.X
	if s.B() < s.N {
		x = s.X.Value().AppendTo(nil)
	}
	counts := &HiddenChain{K: f.K, M: f.M, Pi: make([]float64, f.K), A: make([]float64, f.K*f.K), B: make([]float64, f.K*f.M)}
	for i := range len(x) / d {
		f.Count(x[i*d:(i+1)*d], counts)
	}
	for i, c := range [][]float64{counts.Pi, counts.A, counts.B} {
		to, n := s.Of(target, hmmNames[i]), []int{f.K, f.K, f.M}[i]
		for lo := 0; lo < len(c); lo += n {
			if row := c[lo : lo+n]; !(vec.Sum(row) <= leastShare) {
				to.Slice(lo, lo+n).From(simplex(row, n))
			}
		}
	}
}
