package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// HMMStrings are strings that a hidden Markov chain puts out, a row a string of symbols 0 to
// M-1; a seed is a problem. The chain keeps its state with chance stay; where it goes else,
// and what a state puts out, is at random.
//
//	s_1 uniform,  A = stay I + (1 - stay) softmax rows of N(0,1),  B = softmax rows of 2 N(0,1)
//
// Rabiner 1989.
type HMMStrings struct {
	States  int     `name:"states" min:"1" max:"1000" doc:"K, of the hidden chain"`
	Symbols int     `name:"symbols" min:"1" max:"65536" doc:"M, the alphabet: 0 to M-1"`
	Length  int     `name:"length" min:"1" max:"100000" doc:"T, places of a string"`
	Stay    float64 `name:"stay" min:"0" max:"1" doc:"chance that the state is kept"`
	N       int     `name:"n" min:"1" max:"10000000" doc:"strings"`
	Test    int     `name:"test" min:"0" max:"10000000" doc:"strings held out, of the same chain; 0: none"`
}

func (HMMStrings) Name() string { return "hmm" }

func (d HMMStrings) Shape() vi.Shape { return vi.Shape{N: d.N, D: d.Length, Domain: vi.Real} }

func (d HMMStrings) Make(key rng.Key) (*vi.Data, error) {
	rows := func(name string, rows, n int, sharp float64) []float64 {
		p := make([]float64, rows*n)
		key.Fold(name).Normal64(p, 0)
		vec.Scale(sharp, p)
		vec.Exp(p, p)
		for lo := 0; lo < len(p); lo += n {
			vec.Scale(1/vec.Sum(p[lo:lo+n]), p[lo:lo+n])
		}
		return p
	}
	a, b := rows("A", d.States, d.States, 1), rows("B", d.States, d.Symbols, 2)
	for i := range a {
		a[i] *= 1 - d.Stay
		if i%(d.States+1) == 0 {
			a[i] += d.Stay
		}
	}
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		x := make([]float64, n*d.Length)
		u := make([]float64, 2*len(x)) // of state and symbol
		key.Fold("x").Uniform64(u, 0)
		for i := range n {
			state := 0
			for t := range d.Length {
				at := i*d.Length + t
				if t == 0 {
					state = min(int(u[2*at]*float64(d.States)), d.States-1)
				} else {
					state = drawn(a[state*d.States:(state+1)*d.States], u[2*at])
				}
				x[at] = float64(drawn(b[state*d.Symbols:(state+1)*d.Symbols], u[2*at+1]))
			}
		}
		return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: d.Length, X: x, Domain: vi.Real}
	}), nil
}

// drawn is the first whose chances up to it add up to u.
func drawn(p []float64, u float64) int {
	for i, v := range p {
		if u -= v; u <= 0 {
			return i
		}
	}
	return len(p) - 1
}
