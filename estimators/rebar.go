package estimators

import (
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
// Needs bits. Of one stochastic layer.
// Unbiased for the ELBO, in both networks, at any eta and tau.
// Costs 3K densities of p and of q a datum and two sweeps more.
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
	v := varied(s, e.K)
	eta, tau := s.Scalar(e.Eta), e.temperature(s, v.phi)
	if e.Adapt {
		eta = s.Param(ownEta).Apply(tape.Sigmoid).SumD(1).Scale(2)
	}
	relaxed := func(y tape.Node) tape.Node {
		return v.at(s, tau.soften(v.phi, y)).Mul(eta)
	}
	return v.raise(s, relaxed(v.y), relaxed(v.given), e.Adapt)
}

// heat is a temperature as rows of features: 1/tau, and tau/(tau+1) if the relaxation
// is the modified one.
type heat struct{ inverse, shift tape.Node }

func (e REBAR) temperature(s *vi.Step, phi tape.Node) (h heat) {
	_, d := phi.Shape()
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
	h.inverse = log.Neg().Apply(tape.Exp)
	if e.Modified {
		h.shift = log.Apply(tape.Sigmoid) // tau/(tau+1)
	}
	return h
}

// soften is the relaxed bits of perturbed logits.
func (h heat) soften(phi, y tape.Node) tape.Node {
	a := y.Mul(h.inverse)
	if !h.shift.Nil() {
		a = a.Add(phi.Mul(h.shift))
	}
	return a.Apply(tape.Sigmoid)
}

// variate is what control variates by conditional relaxation share: bits, the
// perturbed logits that gave them, and others that would have.
type variate struct {
	k        int
	q        dist.Bits
	phi      tape.Node // the logits, a row a sample
	b        dist.Value
	y, given tape.Node
	f        tape.Node // [K,B], at the bits
}

func varied(s *vi.Step, k int) variate {
	a := s.Posterior().(dist.Bits).Natural()
	rows, _ := a.Shape()
	phi := a.Spread(s.B() * k / rows)
	q := s.Bernoulli(phi).(dist.Bits)
	b := q.Sample(s.Noise("z"), k)
	v := variate{k: k, q: q, phi: phi, b: b, y: q.Perturb(s.Noise("z"), k), given: q.Given(b, s.Noise("z/cond"))}
	v.f = s.LogW(q.Frozen(), b)
	return v
}

// at is f at relaxed bits, live in them alone.
func (v variate) at(s *vi.Step, x tape.Node) tape.Node {
	return s.LogW(v.q.Frozen(), dist.Value{Node: x, K: v.k})
}

// raise is the direction with a control variate c, [K,B], at the perturbed logits
// and at the conditional ones; own parameters in it follow the fall of |g|^2.
func (v variate) raise(s *vi.Step, c, given tape.Node, own bool) vi.Direction {
	h := v.q.LogProb(v.b)
	g := v.f.Sub(given).Stop().Mul(h).Add(c).Sub(given)
	u := vi.Surrogate{Gen: v.f.Mean(), Inf: g.Mean()}
	if own { // <stop g, g>, live in own: f - c' weighs the score by its value, moved by own alone
		at := tape.Grad(g, v.phi)
		along := v.f.Stop().Sub(given).Mul(tape.Tangent(h, v.phi, at)).Add(tape.Tangent(c.Sub(given), v.phi, at))
		u.Own = along.Mean().Scale(-2)
	}
	return s.Ascend(u)
}
