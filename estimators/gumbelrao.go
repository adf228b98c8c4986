package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// GumbelRao is straight-through Gumbel-softmax with its noise averaged given the
// sample: f is looked at once a sample, the softmax's slope at R draws of noise that
// would have given the same sample.
//
//	phi: 1/K sum_k f'(z_k) 1/R sum_r d softmax((logits + G_kr)/tau),   G_kr ~ G | z_k, f = log p(x,z) - log q(z|x)
//
// d goes through the logits at fixed noise; through the law of the noise given z it
// would estimate something else. Of several layers f'(z_l) is total: through the
// layers after z_l by their own averaged slopes, samples hard throughout. Noise of layers is
// independent given the samples, so that it is st-gumbel's mean given them there too.
//
// Needs logits.
// Unbiased for st-gumbel's mean, never of more variance; for the ELBO unbiased in theta, biased in phi.
// Costs K densities of p and of q a datum, and K R softmaxes and a sweep a layer.
//
// Paulus, Maddison and Krause 2021 (2010.04838).
type GumbelRao struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	R int `name:"r" min:"1" doc:"draws of noise a sample"`
	Temperature
}

func (e GumbelRao) Card() vi.Card {
	return vi.Card{
		Name: "gumbel-rao", Paper: "2010.04838", PerDatum: true, Needs: []vi.Cap{vi.Logits}, K: e.K, Cost: true,
		Target: fmt.Sprintf("st-gumbel@%g", e.Tau) + e.schedule(""), Bias: fiction,
	}
}

func (e GumbelRao) Estimate(s *vi.Step) vi.Direction {
	q := layered(s)
	z := q.Sample(s.Noise("z"), e.K)
	f := s.LogW(q.Dist, z)
	n, total := e.K*e.R, f
	var inf tape.Node
	for l := q.depth() - 1; l >= 0; l-- {
		d, zl := q.at(l, z), q.of(z, l)
		slope := tape.Grad(total, zl)
		y := d.Given(dist.Value{Node: zl.Spread(e.R), K: n}, q.noise("z/rao", l))
		a := d.Natural()
		soft := d.Soften(y.Sub(a).Stop().Add(a), n, e.at(s.Iter)) // moves with the logits, the noise does not
		g := soft.Node.Mul(slope).SumD(n)                         // [K R,B]
		inf = plus(inf, g.Mean())
		if l > 0 { // logits move with the samples before them
			total = total.Add(g.Groups(e.K).MeanK().Ungroup(e.K))
		}
	}
	return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: inf})
}
