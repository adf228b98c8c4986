package estimators

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// RELAX is REBAR with a control variate that is learned outright: the relaxed f and
// a network of the perturbed logits, moved so that the direction's square falls.
//
//	phi: (f(b) - c(y')) h + d( c(y) - c(y') ),   c(y) = eta f(sigmoid(y/tau)) + r(y),   f = log p(x,z) - log q(z|x)
//	y = logit + logit u,  b = 1[y > 0],  y' ~ y | b;   own: -|g|^2, g the direction of phi
//
// r is one layer of tanh and a linear one, zero at the start. Of several layers each has a
// control variate as REBAR's, and r reads the logits of all, those of other layers as zero.
//
// Needs bits.
// Unbiased for the ELBO, in both networks, whatever c is.
// Costs K densities of p and of q a datum, 2K more, a small network and two sweeps a layer.
//
// Grathwohl, Choi, Wu, Roeder and Duvenaud 2018 (1711.00123).
type RELAX struct {
	K      int     `name:"k" min:"1" doc:"samples a datum"`
	Tau    float64 `name:"tau" min:"0.0001" doc:"temperature at the start"`
	Hidden int     `name:"hidden" min:"1" doc:"width of the network"`
}

func (e RELAX) Card() vi.Card {
	return vi.Card{Name: "relax", Paper: "1711.00123", PerDatum: true, Needs: []vi.Cap{vi.Bits}, K: e.K, Target: "elbo", Cost: true}
}

// Start is eta, tau and the network, its first layer as Glorot's.
func (e RELAX) Start(sheet vi.Sheet, data vi.Shape, key rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	d := 0
	for _, b := range sheet.Blocks {
		d += b.Dim
	}
	own, init, _ := REBAR{Tau: e.Tau, Adapt: true}.Start(sheet, data, key)
	return append(own, learned.specs(d, e.Hidden)...), func(p *vi.Params) {
		init(p)
		learned.init(key, p, d, e.Hidden)
	}, nil
}

func (e RELAX) Estimate(s *vi.Step) vi.Direction {
	v := varied(s, REBAR{K: e.K, Tau: e.Tau, Adapt: true})
	eta := s.Param(ownEta).Apply(tape.Sigmoid).SumD(1).Scale(2)
	return v.raise(func(l int, d dist.Bits, y tape.Node) tape.Node {
		return v.relaxed(l, d, y).Mul(eta).Add(learned.of(s, y, v.column(l)).SumD(e.K))
	}, true)
}
