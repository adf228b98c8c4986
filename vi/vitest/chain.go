package vitest

import (
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Chain is the oracle of two real latents, one given the other: what a layer's
// parameters owe to the sample before it shows here and not on one layer.
//
//	p(z2) = N(mu, 1),  p(z1|z2) = N(v z2, 1),  p(x|z1) = N(z1, 1)
//	q(z1|x) = N(a1 x + b1, s1^2),  q(z2|z1) = N(a2 z1 + b2, s2^2)
func Chain() Oracle {
	return &chain{mu: 0.4, v: 0.7, a1: 0.5, b1: 0.1, a2: 0.4, b2: 0.2, unit: [2]float64{1, 1}}
}

type chain struct {
	mu, v, a1, b1, a2, b2 float64
	unit                  [2]float64
}

const s1, s2 = 0.75, 0.8

func (o *chain) Name() string     { return "chain" }
func (o *chain) Model() vi.Model  { return o }
func (o *chain) Data() *vi.Data   { return realData() }
func (o *chain) Axis(d Draw) Axis { return normalAxis(d) }

func (o *chain) In(role tape.Role, unit float64) Oracle {
	c := *o
	c.unit[role] = unit
	return &c
}

func (o *chain) values() map[string]float64 {
	return map[string]float64{"gen/mu": o.mu, "gen/v": o.v, "inf/a1": o.a1, "inf/a2": o.a2, "inf/b1": o.b1, "inf/b2": o.b2}
}

func (o *chain) Sheet() vi.Sheet {
	offers := []vi.Cap{vi.Score, vi.Path}
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z1", Kind: "real", Dim: 1, Offers: offers}, {Name: "z2", Kind: "real", Dim: 1, Offers: offers}},
		Params: specs(o.values()), Data: vi.Real,
	}
}

func (o *chain) Init(_ rng.Key, p *vi.Params) { start(p, o.values(), o.unit) }

// upward is q's layers, downward p's.
type (
	upward   struct{ *chain }
	downward struct{ *chain }
)

func (o upward) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	above, a, b, sigma := s.X, "inf/a1", "inf/b1", s1
	if i == 1 {
		above, a, b, sigma = z.Block(0), "inf/a2", "inf/b2", s2
	}
	ls := s.Leaf(1, 1)
	ls.Value().Set(0, math.Log(sigma))
	return s.Normal(s.Affine(above, param(s, a, o.unit), param(s, b, o.unit), tape.Linear), ls)
}

func (o downward) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	if i == 1 {
		return s.Normal(param(s, "gen/mu", o.unit), s.Leaf(1, 1))
	}
	return s.Normal(s.Affine(z.Block(1), param(s, "gen/v", o.unit), s.Leaf(1, 1), tape.Linear), s.Leaf(1, 1))
}

// The orders in which p and q draw the blocks.
var down, up = []int{1, 0}, []int{0, 1}

func (o *chain) Prior(s *vi.Step) dist.Dist     { return s.Chain(downward{o}, down) }
func (o *chain) Posterior(s *vi.Step) dist.Dist { return s.Chain(upward{o}, up) }

func (o *chain) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, z.Block(0), s.Leaf(1, 1))
}

// Want knows the targets that are functions of the log weights.
func (o *chain) Want(role tape.Role, _ string, t Target, k int) ([]float64, bool) {
	return normalWant(role, t.Of, k, 2, o.at)
}

func (o *chain) at(eps []float64) sample {
	x, e1, e2 := xs[0], eps[0], eps[1]
	z1 := o.a1*x + o.b1 + s1*e1
	z2 := o.a2*z1 + o.b2 + s2*e2
	r1, r2 := z1-o.v*z2, z2-o.mu
	// d log w/dz1 and /dz2, q's weights frozen: q(z2|z1) moves with z1
	d1 := -r1 + (x - z1) + e1/s1 - o.a2*e2/s2
	d2 := -r2 + o.v*r1 + e2/s2
	first := d1 + o.a2*d2 // z2 moves with z1
	return sample{
		lw:    -0.5*(r2*r2+r1*r1+(x-z1)*(x-z1)) + 0.5*(e1*e1+e2*e2) + math.Log(s1*s2) - 0.5*math.Log(2*math.Pi),
		gen:   []float64{r2, r1 * z2},
		path:  []float64{first * x, d2 * z1, first, d2},
		score: []float64{e1 / s1 * x, e2 / s2 * z1, e1 / s1, e2 / s2},
	}
}
