package vitest

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Hybrid is the oracle of a variable y of three categories and a real z given it: what is
// summed and what has a path in one problem.
//
//	p(y) = Cat(c),  p(z|y) = N(v_y, 1),  p(x|y,z) = N(w z + r_y, 1)
//	q(y|x) = Cat(a x + b),  q(z|x,y) = N(e x + m_y, s^2)
//
// It offers hybrid alone: scores and relaxed samples are proven where they are by themselves.
func Hybrid() Oracle {
	return &hybrid{
		c: []float64{-0.3, 0.5, 0.1}, v: []float64{0.4, -0.6, 0.2}, r: []float64{0.3, -0.5, 0.8}, w: 0.8,
		a: []float64{0.5, -0.4, 0.2}, b: []float64{0.2, 0.3, -0.5}, m: []float64{-0.1, 0.6, 0.3}, e: 0.5,
		unit: [2]float64{1, 1},
	}
}

type hybrid struct {
	c, v, r []float64 // by category
	w       float64
	a, b, m []float64
	e       float64
	unit    [2]float64
	tied    bool // v and m are one weight
}

const s3 = 0.85 // q's s

func (o *hybrid) Name() string    { return "hybrid" }
func (o *hybrid) Model() vi.Model { return o }
func (o *hybrid) Data() *vi.Data  { return realData() }

// Axis knows the category by the first of its uniforms.
func (o *hybrid) Axis(d Draw) Axis {
	if d.Uniform {
		return categoryAxis(o.logits())
	}
	return normalAxis(d)
}

func (o *hybrid) In(role tape.Role, unit float64) Oracle {
	c := *o
	c.unit[role] = unit
	return &c
}

// Tie shares the means of z under p with those under q.
func (o *hybrid) Tie() (tied, apart Oracle, shared, gen, inf string) {
	t, a := *o, *o
	a.m, t.m, t.tied = o.v, o.v, true
	return &t, &a, "shared/v", "gen/v", "inf/m"
}

func (o *hybrid) names() (v, m string) {
	if o.tied {
		return "shared/v", "shared/v"
	}
	return "gen/v", "inf/m"
}

func (o *hybrid) values() map[string]matrix {
	v, m := o.names()
	return map[string]matrix{
		"gen/c": {1, 3, o.c}, v: {1, 3, o.v}, "gen/r": {1, 3, o.r}, "gen/w": {1, 1, []float64{o.w}},
		"inf/a": {3, 1, o.a}, "inf/b": {1, 3, o.b}, m: {1, 3, o.m}, "inf/e": {1, 1, []float64{o.e}},
	}
}

func (o *hybrid) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "y", Kind: "categorical", Dim: 3, Classes: 3}, {Name: "z", Kind: "real", Dim: 1}},
		Params: matrixSpecs(o.values()), Offers: []vi.Cap{vi.Hybrid}, Data: vi.Real,
	}
}

func (o *hybrid) Init(_ rng.Key, p *vi.Params) { startAt(p, o.values(), o.unit) }

// The two directions, y first.
type (
	guess  struct{ *hybrid }
	origin struct{ *hybrid }
)

func (o guess) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	if i == 0 {
		return s.Categorical(s.Affine(s.X, param(s, "inf/a", o.unit), param(s, "inf/b", o.unit), tape.Linear), 3)
	}
	_, m := o.names()
	ls := s.Leaf(1, 1)
	ls.Value().Set(0, math.Log(s3))
	e := s.Affine(s.X, param(s, "inf/e", o.unit), tape.Node{}, tape.Linear)
	return s.Normal(s.Affine(z.Block(0), param(s, m, o.unit), tape.Node{}, tape.Linear).Add(e.Spread(z.K)), ls)
}

func (o origin) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	if i == 0 {
		return s.Categorical(param(s, "gen/c", o.unit), 3)
	}
	v, _ := o.names()
	return s.Normal(s.Affine(z.Block(0), param(s, v, o.unit), tape.Node{}, tape.Linear), s.Leaf(1, 1))
}

func (o *hybrid) Prior(s *vi.Step) dist.Dist     { return s.Chain(origin{o}, up) }
func (o *hybrid) Posterior(s *vi.Step) dist.Dist { return s.Chain(guess{o}, up) }

func (o *hybrid) LogLik(s *vi.Step, z dist.Value) tape.Node {
	r := s.Affine(z.Block(0), param(s, "gen/r", o.unit), tape.Node{}, tape.Linear)
	return s.NormalLogProb(z.K, s.X, s.Affine(z.Block(1), param(s, "gen/w", o.unit), tape.Node{}, tape.Linear).Add(r), s.Leaf(1, 1))
}

// logits are q's of y, on the first row.
func (o *hybrid) logits() []float64 {
	l := make([]float64, 3)
	for y := range l {
		l[y] = o.a[y]*xs[0] + o.b[y]
	}
	return l
}

// Want knows the gradients of bounds: over categories by their chances, and over z given
// each by its path. The mean of a bound moves with the chances by the bound times their score.
func (o *hybrid) Want(role tape.Role, name string, t Target, k int) (want []float64, ok bool) {
	if name == "elbo" {
		k = 1
	}
	nodes := normalNodes(Draw{Axes: k})
	if t.Bound == nil || math.Pow(float64(3*nodes), float64(k)) > mostNodes {
		return nil, false
	}
	points, weights := o.points(nodes)
	return overSamples(role, func(lw []float64) (gen, path, score []float64) {
		gen, path, _ = total(t.Bound)(lw)
		l := t.at(lw)
		for range lw {
			score = append(score, l)
		}
		return gen, path, score
	}, k, points, weights), true
}

// points are all samples, z by a rule.
func (o *hybrid) points(nodes int) (points []sample, weights []float64) {
	rule := Hermite(nodes)[0]
	for y, p := range softmax(o.logits()) {
		for i, eps := range rule.Nodes {
			points, weights = append(points, o.at(y, eps[0])), append(weights, p*rule.Weights[i])
		}
	}
	return points, weights
}

// at is a sample by hand: its path is the total derivative of the log weight at fixed y and
// noise, its score that of y alone.
func (o *hybrid) at(y int, eps float64) sample {
	x := xs[0]
	logp, logq := logSoftmax(o.c), logSoftmax(o.logits())
	z := o.e*x + o.m[y] + s3*eps
	rz, rx := z-o.v[y], x-o.w*z-o.r[y]
	slope := -rz + o.w*rx // of log p in z; log q(z|x,y) is one of the noise alone
	only := func(d float64) []float64 { v := make([]float64, 3); v[y] = d; return v }
	less := func(l []float64) []float64 { // d l_y / d logits
		v := only(1)
		for i := range v {
			v[i] -= math.Exp(l[i])
		}
		return v
	}
	h := less(logq)
	back := axpy(nil, -1, h)
	return sample{
		lw:    logp[y] - logq[y] - 0.5*(rz*rz+rx*rx) + 0.5*eps*eps + math.Log(s3) - 0.5*math.Log(2*math.Pi),
		gen:   slices.Concat(less(logp), only(rx), only(rz), []float64{rx * z}),           // c, r, v, w
		path:  slices.Concat(axpy(nil, x, back), back, []float64{slope * x}, only(slope)), // a, b, e, m
		score: slices.Concat(axpy(nil, x, h), h, make([]float64, 1+3)),
	}
}
