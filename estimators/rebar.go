package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// REBAR takes the relaxed f from the learning signal, at noise that would have
// given the same bits, and gives its mean back by its path.
//
//	phi: (f(b) - eta f(s(y'))) h + eta d( f(s(y)) - f(s(y')) ),   f = log p(x,z) - log q(z|x)
//	y = logit + logit u,  b = 1[y > 0],  y' ~ y | b,  s(y) = sigmoid(y/tau), modified sigmoid(y/tau + tau/(tau+1) logit)
//	own: -|g|^2, g the direction of phi: 2 g dg is linear in what eta and tau change
//
// f at relaxed bits is by masses. d is total: through y, through the law of y' given b.
//
// Of several layers each has a control variate of its own, of the perturbed logits of layer l:
// the bits before it are the hard ones, its own and those after it are relaxed, each
// layer's logits read of the relaxed bits before it, with the noise of the hard ones. In it d is
// of layer l's logits alone, through the relaxed bits after it, the weights of later layers held;
// own is -sum_l |g_l|^2.
//
// Needs bits.
// Unbiased for the ELBO, in both networks, at any eta and tau.
// Costs K densities of p and of q a datum, 2K more and two sweeps a layer.
//
// Tucker, Mnih, Maddison, Lawson and Sohl-Dickstein 2017 (1703.07370).
type REBAR struct {
	K        int     `name:"k" min:"1" doc:"samples a datum"`
	Tau      float64 `name:"tau" min:"0.0001" doc:"temperature, at the start if it adapts"`
	Eta      float64 `name:"eta" min:"0" doc:"weight of the control variate, where it does not adapt; adapted it is in (0, 2) from 1"`
	Modified bool    `name:"modified" doc:"the relaxation whose mean is right as tau grows"`
	Adapt    bool    `name:"adapt" doc:"eta and tau go where the direction's square falls"`
}

func (e REBAR) Card() vi.Card {
	return vi.Card{Name: "rebar", Paper: "1703.07370", PerDatum: true, Needs: []vi.Cap{vi.Bits}, K: e.K, Target: "elbo", Cost: true}
}

// Check refuses a weight that nothing reads: adapted, it starts from 1.
func (e REBAR) Check() error {
	if e.Adapt && e.Eta != 0 && e.Eta != usualEta {
		return fmt.Errorf("eta: got %g with adapt, by which it starts from %d; give one of them", e.Eta, usualEta)
	}
	return nil
}

const usualEta = 1

const (
	ownEta = "own/eta" // eta = 2 sigmoid of it
	ownTau = "own/tau" // log tau
)

// Start is eta and tau, where they adapt.
func (e REBAR) Start(vi.Sheet, vi.Shape, rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	if !e.Adapt {
		return nil, nil, nil
	}
	return []vi.Spec{{Name: ownEta, Rows: 1, Cols: 1}, {Name: ownTau, Rows: 1, Cols: 1}},
		func(p *vi.Params) { p.Set(ownTau, []float64{vec.Log64(e.Tau)}) }, nil
}

func (e REBAR) Estimate(s *vi.Step) vi.Direction {
	v := varied(s, e)
	eta := s.Scalar(e.Eta)
	if e.Adapt {
		eta = s.Param(ownEta).Apply(tape.Sigmoid).SumD(1).Scale(2)
	}
	return v.raise(func(l int, d dist.Bits, y tape.Node) tape.Node { return v.relaxed(l, d, y).Mul(eta) }, e.Adapt)
}

// temperature is 1/tau as a row of d features, and tau/(tau+1) if the relaxation is
// the modified one.
func (e REBAR) temperature(s *vi.Step, d int) (inverse, shift tape.Node) {
	ones := s.Blank(d, 1)
	for i, v := 0, ones.Value(); i < d; i++ {
		v.Set(i, 1)
	}
	log := s.Blank(1, 1)
	log.Value().Set(0, vec.Log64(e.Tau))
	if e.Adapt {
		log = s.Param(ownTau)
	}
	log = s.Affine(log, ones, tape.Node{}, tape.Linear) // [1,D]
	if e.Modified {
		shift = log.Apply(tape.Sigmoid)
	}
	return log.Neg().Apply(tape.Exp), shift
}

// variates is what control variates by conditional relaxation share: hard samples,
// and what is relaxed of them.
type variates struct {
	layers
	k int
	z dist.Value
	f tape.Node // [K,B], at the bits

	inverse, shift []tape.Node // temperatures of each layer
}

func varied(s *vi.Step, e REBAR) variates {
	q, k := layered(s), e.K
	if q.chain == nil {
		q = layersOf(s, alone(s, q.at(0, dist.Value{}), k))
	}
	v := variates{layers: q, k: k, z: q.Sample(s.Noise("z"), k)}
	v.f = s.LogW(q.Frozen(), v.z)
	v.inverse, v.shift = s.Nodes(q.depth()), s.Nodes(q.depth())
	for l := range q.depth() {
		_, d := v.of(v.z, l).Shape()
		v.inverse[l], v.shift[l] = e.temperature(s, d)
	}
	return v
}

// alone is bits with a row of logits for each sample.
func alone(s *vi.Step, d dist.Discrete, k int) dist.Bits {
	a := d.Natural()
	rows, _ := a.Shape()
	return s.Bernoulli(a.Spread(s.B() * k / rows)).(dist.Bits)
}

// column is where layer l starts among the features of all blocks.
func (v variates) column(l int) (lo int) {
	for i := range v.block(l) {
		_, d := v.z.Block(i).Shape()
		lo += d
	}
	return lo
}

// soften is layer l's relaxed bits by their logits and the perturbed ones.
func (v variates) soften(l int, phi, y tape.Node) tape.Node {
	a := y.Mul(v.inverse[l])
	if !v.shift[l].Nil() {
		a = a.Add(phi.Mul(v.shift[l]))
	}
	return a.Apply(tape.Sigmoid)
}

// relaxed is f with layer l, d, relaxed from its perturbed logits y, and so those
// after it: live in y and in the temperature.
func (v variates) relaxed(l int, d dist.Discrete, y tape.Node) tape.Node {
	w := v.before(l, v.z, 1)
	for {
		x := v.soften(l, d.Natural(), y)
		if l == v.depth()-1 {
			return v.s.LogW(v.Frozen(), v.with(w, l, x))
		}
		w = v.with(w, l, v.s.Through(x, x)) // a live sample: what is frozen after it moves with it
		l++
		d = v.at(l, w).Frozen().(dist.Discrete)
		y = d.Perturb(v.noise("z", l), v.k)
	}
}

// raise is the direction with a control variate c(y) of each layer's perturbed logits,
// [K,B]; own parameters in it follow the fall of |g|^2.
func (v variates) raise(c func(l int, d dist.Bits, y tape.Node) tape.Node, own bool) vi.Direction {
	u := vi.Surrogate{Gen: v.f.Mean()}
	for l := range v.depth() {
		d, b := v.at(l, v.z).(dist.Bits), dist.Value{Node: v.of(v.z, l), K: v.k}
		if l == 0 && v.chain != nil {
			d = alone(v.s, d, v.k)
		}
		y, given := d.Perturb(v.noise("z", l), v.k), d.Given(b, v.noise("z/cond", l))
		cy, cgiven := c(l, d, y), c(l, d, given)
		h := d.LogProb(b)
		g := v.f.Sub(cgiven).Stop().Mul(h).Add(cy).Sub(cgiven)
		u.Inf = plus(u.Inf, g.Mean())
		if own { // <stop g, g>, live in own: f - c' weighs the score by its value, moved by own alone
			phi := d.Natural()
			at := tape.Grad(g, phi)
			along := v.f.Stop().Sub(cgiven).Mul(tape.Tangent(h, phi, at)).Add(tape.Tangent(cy.Sub(cgiven), phi, at))
			u.Own = plus(u.Own, along.Mean().Scale(-2))
		}
	}
	return v.s.Ascend(u)
}
