package vitest

import (
	"math"
	"strings"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// BitChain is the oracle of two bits, one given the other: what a discrete layer owes to
// the sample before it. s is the sigmoid,
//
//	p(z2) = s(c),  p(z1|z2) = s(v z2 + u),  p(x|z1) = prod_j Bernoulli(s(w_j z1 + d_j))
//	q(z1|x) = s(a x + b1),  q(z2|z1) = s(h z1 + b2)
func BitChain() Oracle {
	return &bitchain{
		c: 0.4, v: 0.9, u: -0.2, d: []float64{0.2, -0.6}, w: []float64{1.4, -0.9},
		a: []float64{0.5, -0.7}, b1: -0.3, h: -1.2, b2: 0.5, unit: [2]float64{1, 1}, known: map[asking][]float64{},
	}
}

type bitchain struct {
	c, v, u float64
	d, w    []float64
	a       []float64
	h       float64
	b1, b2  float64
	unit    [2]float64
	known   map[asking][]float64 // sums over relaxed samples
}

func (o *bitchain) Name() string    { return "bitchain" }
func (o *bitchain) Model() vi.Model { return o }
func (o *bitchain) Data() *vi.Data  { return bits() }

// Axis knows a bit by the number of its layer, with which its site ends; the second has a
// chance for each value of the first.
func (o *bitchain) Axis(d Draw) Axis {
	switch {
	case !d.Uniform:
		return normalAxis(d)
	case strings.HasSuffix(d.Site, "2"):
		return bitAxis(usual, logistic(o.second(0)), logistic(o.second(1)))
	}
	return bitAxis(usual, logistic(o.first()))
}

func (o *bitchain) In(role tape.Role, unit float64) Oracle {
	c := *o
	c.unit[role] = unit
	return &c
}

func (o *bitchain) values() map[string]matrix {
	one := func(x float64) matrix { return matrix{1, 1, []float64{x}} }
	return map[string]matrix{
		"gen/c": one(o.c), "gen/d": {1, 2, o.d}, "gen/u": one(o.u), "gen/v": one(o.v), "gen/w": {2, 1, o.w},
		"inf/a": {1, 2, o.a}, "inf/b1": one(o.b1), "inf/b2": one(o.b2), "inf/h": one(o.h),
	}
}

func (o *bitchain) Sheet() vi.Sheet {
	offers := []vi.Cap{vi.Score, vi.Logits, vi.Bits, vi.Relax, vi.Enumerate}
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z1", Kind: "binary", Dim: 1, Offers: offers}, {Name: "z2", Kind: "binary", Dim: 1, Offers: offers}},
		Params: matrixSpecs(o.values()), Data: vi.Binary,
	}
}

func (o *bitchain) Init(_ rng.Key, p *vi.Params) { startAt(p, o.values(), o.unit) }

// bitsUp is q's layers, bitsDown p's.
type (
	bitsUp   struct{ *bitchain }
	bitsDown struct{ *bitchain }
)

func (o bitsUp) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	if i == 0 {
		return s.Bernoulli(s.Affine(s.X, param(s, "inf/a", o.unit), param(s, "inf/b1", o.unit), tape.Linear))
	}
	return s.Bernoulli(s.Affine(z.Block(0), param(s, "inf/h", o.unit), param(s, "inf/b2", o.unit), tape.Linear))
}

func (o bitsDown) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	if i == 1 {
		return s.Bernoulli(param(s, "gen/c", o.unit))
	}
	return s.Bernoulli(s.Affine(z.Block(1), param(s, "gen/v", o.unit), param(s, "gen/u", o.unit), tape.Linear))
}

func (o *bitchain) Prior(s *vi.Step) dist.Dist     { return s.Chain(bitsDown{o}, down) }
func (o *bitchain) Posterior(s *vi.Step) dist.Dist { return s.Chain(bitsUp{o}, up) }

func (o *bitchain) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.BernoulliLogProb(z.K, s.X, s.Affine(z.Block(0), param(s, "gen/w", o.unit), param(s, "gen/d", o.unit), tape.Linear))
}

// first and second are q's logits on the first row.
func (o *bitchain) first() float64            { return dot(o.a, bitData[0]) + o.b1 }
func (o *bitchain) second(z1 float64) float64 { return o.h*z1 + o.b2 }

// at is a state by hand, with the slope of log p - log q in both bits, q's weights
// frozen: the second logit moves with the first bit.
func (o *bitchain) at(z1, z2 float64) (x state, slope [2]float64) {
	x.lw = z2*o.c - softplus(o.c)
	slope[1] = o.c
	given := o.v*z2 + o.u
	r := z1 - logistic(given)
	x.lw += z1*given - softplus(given)
	slope[0], slope[1] = given, slope[1]+r*o.v
	x.gen = []float64{z2 - logistic(o.c)}
	var dw []float64
	for j, seen := range bitData[0] {
		l := o.w[j]*z1 + o.d[j]
		e := seen - logistic(l)
		x.lw += seen*l - softplus(l)
		slope[0] += e * o.w[j]
		x.gen, dw = append(x.gen, e), append(dw, e*z1)
	}
	x.gen = append(append(x.gen, r, r*z2), dw...)
	l1, l2 := o.first(), o.second(z1)
	e1, e2 := z1-logistic(l1), z2-logistic(l2)
	logq := z1*l1 - softplus(l1) + z2*l2 - softplus(l2)
	x.lw -= logq
	x.chance = math.Exp(logq)
	slope[0] -= l1 + e2*o.h
	slope[1] -= l2
	x.score = o.toInf(e1, e2, z1)
	return x, slope
}

// toInf are inf's parameters by the logits.
func (o *bitchain) toInf(first, second, z1 float64) []float64 {
	return append(axpy(nil, first, bitData[0]), first, second, second*z1)
}

func (o *bitchain) states() (all []state) {
	for i := range 4 {
		x, _ := o.at(float64(i%2), float64(i/2))
		all = append(all, x)
	}
	return all
}

// Want sums over all states. A direction through hard samples goes through the second
// bit's logit to the first bit.
func (o *bitchain) Want(role tape.Role, name string, t Target, k int) (want []float64, ok bool) {
	switch {
	case t.Relaxed != nil:
		return o.relaxed(role, *t.Relaxed, k)
	case t.Slope != nil && role == tape.Gen:
		return enumerated(role, Of(mean), 1, o.states(), false)
	case t.Slope == nil && name == "elbo":
		k = 1
		fallthrough
	case t.Slope == nil:
		return enumerated(role, t, k, o.states(), false)
	}
	for i := range 4 {
		z1, z2 := float64(i%2), float64(i/2)
		x, slope := o.at(z1, z2)
		m1, m2 := t.Slope([]float64{o.first()}, i%2), t.Slope([]float64{o.second(z1)}, i/2)
		second := m2[0][0] * slope[1]
		want = axpy(want, x.chance, o.toInf(m1[0][0]*(slope[0]+second*o.h), second, z1))
	}
	return want, true
}
