package datasets

import (
	"fmt"
	"math"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// IRT draws people's answers to items by item response theory: a seed is a test and those
// who sit it. Abilities (codes) and items are known.
//
//	x_nj = 1 with chance g_j + (1-g_j) sigmoid(a_j theta_n - b_j),   theta ~ N(0, 1)
//	1pl: a = 1, g = 0    2pl: a = exp(spread e), e ~ N(0, 1), g = 0    3pl: g uniform on [0, 0.3] as well
//
// hide is the share of answers that are taken out of the data and kept for metrics, by a
// coin each; a person or an item with none left keeps one.
//
// Birnbaum 1968; answers masked as Wu, Davis, Domingue, Piech and Goodman 2020 (2002.00276).
type IRT struct {
	Kind   string  `name:"kind" choices:"1pl|2pl|3pl" doc:"what an item has: a difficulty; a discrimination; a chance of a guess"`
	N      int     `name:"n" min:"2" max:"10000000" doc:"people"`
	Dim    int     `name:"dim" min:"1" max:"100000" doc:"items"`
	Places string  `name:"places" choices:"normal|even" doc:"difficulties b: of N(0, 1), or at even places from -1.5 to 1.5"`
	Spread float64 `name:"spread" min:"0" max:"3" with:"kind=2pl|kind=3pl" doc:"sd of log a"`
	Hide   float64 `name:"hide" min:"0" max:"0.9" doc:"share of answers held out"`
}

func (IRT) Name() string { return "irt" }

func (d IRT) Shape() vi.Shape {
	s := vi.Shape{N: d.N, D: d.Dim, Domain: vi.Binary}
	if d.Hide > 0 {
		s.Domain = vi.Answer
	}
	return s
}

// items are a, b, g of each, [D,3].
func (d IRT) items(key rng.Key) ([]float64, error) {
	a, b, g := make([]float64, d.Dim), make([]float64, d.Dim), make([]float64, d.Dim)
	key.Fold("a").Normal64(a, 0)
	key.Fold("b").Normal64(b, 0)
	key.Fold("g").Uniform64(g, 0)
	switch d.Places {
	case "", "normal":
	case "even":
		for j := range b {
			b[j] = 3*float64(j)/float64(max(d.Dim-1, 1)) - 1.5
		}
	default:
		return nil, fmt.Errorf("irt: places: got %q; have normal, even", d.Places)
	}
	var out []float64
	for j := range a {
		switch d.Kind {
		case "1pl":
			out = append(out, 1, b[j], 0)
		case "2pl":
			out = append(out, vec.Exp64(d.Spread*a[j]), b[j], 0)
		case "3pl":
			out = append(out, vec.Exp64(d.Spread*a[j]), b[j], 0.3*g[j])
		default:
			return nil, fmt.Errorf("irt: kind: got %q; have 1pl, 2pl, 3pl", d.Kind)
		}
	}
	return out, nil
}

// Make draws items, people and answers, each from a key of its own.
func (d IRT) Make(key rng.Key) (*vi.Data, error) {
	items, err := d.items(key.Fold("items"))
	if err != nil {
		return nil, err
	}
	theta, x := make([]float64, d.N), make([]float64, d.N*d.Dim)
	key.Fold("theta").Normal64(theta, 0)
	key.Fold("x").Uniform64(x, 0)
	for n := range d.N {
		for j := range d.Dim {
			a, b, g := items[3*j], items[3*j+1], items[3*j+2]
			p := g + float64((1-g)*vec.Sigmoid64(float64(a*theta[n])-b))
			u := x[n*d.Dim+j]
			x[n*d.Dim+j] = 0
			if u > 1-p {
				x[n*d.Dim+j] = 1
			}
		}
	}
	out := &vi.Data{Name: d.Name(), N: d.N, D: d.Dim, X: x, Domain: d.Shape().Domain, Codes: theta, Items: items}
	if d.Hide > 0 {
		out.Hidden, out.X = x, hideAnswers(key.Fold("hide"), x, d.Dim, d.Hide)
	}
	out.Digest = digest(append(slices.Clone(out.X), out.Hidden...))
	return out, nil
}

// hideAnswers is answers x [N,d] with NaN in place of what is held out, a share of those there
// are; whoever has answers keeps one, and so does an item.
func hideAnswers(key rng.Key, x []float64, d int, share float64) []float64 {
	u := make([]float64, len(x))
	key.Uniform64(u, 0)
	person, item := make([]int, len(x)/d), make([]int, d)
	for i, u := range u {
		if x[i] == x[i] && u > share {
			person[i/d]++
			item[i%d]++
		}
	}
	out := append([]float64{}, x...)
	for i, u := range u {
		n, j := i/d, i%d
		switch {
		case x[i] != x[i] || u > share:
		case person[n] == 0 || item[j] == 0:
			person[n]++
			item[j]++
		default:
			out[i] = math.NaN()
		}
	}
	return out
}
