package estimators

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// GAN is a generator against a linear critic of the estimator's own, f(x) = psi'x, both of
// which step at once. Of logits d and s the logistic function
//
//	own:    E[ log s(f(x)) + log(1 - s(f(G))) ] - gamma/2 |psi|^2;  wasserstein: E[ f(x) - f(G) ] - gamma/2 |psi|^2
//	theta:  minimax, E[ -log(1 - s(f(G))) ], of slope s(d) in d
//	        non-saturating, E[ log s(f(G)) ], of slope 1 - s(d)
//	        wasserstein, E[ f(G) ], of slope 1
//
// gamma is the weight of R1, the squared slope of the critic at the data, which of a linear
// one is |psi|^2.
//
// Needs generate.
// Unbiased for its players' own objectives, without noise where the generator has none.
// Costs a generated row a datum.
//
// Goodfellow and others 2014 (1406.2661); R1 and the dynamics, Mescheder, Geiger and Nowozin 2018 (1801.04406).
type GAN struct {
	Loss  string  `name:"loss" choices:"minimax|non-saturating|wasserstein" doc:"the generator's side of the game"`
	Gamma float64 `name:"gamma" min:"0" doc:"weight of the critic's squared slope at the data"`
	Psi   float64 `name:"psi" doc:"the critic before the first step, in every coordinate"`
}

func (e GAN) Card() vi.Card {
	return vi.Card{Name: "gan", Paper: "1406.2661", Needs: []vi.Cap{vi.Generate}, K: 1, Target: "gan " + e.Loss, PerDatum: true, Bias: "the critic of the moment stands for the best one"}
}

const critic = "own/psi"

// Start is the critic.
func (e GAN) Start(_ vi.Sheet, data vi.Shape, _ rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	return []vi.Spec{{Name: critic, Rows: 1, Cols: data.D}}, func(p *vi.Params) {
		v := p.Value(critic)
		for i := range v.Len() {
			v.Set(i, e.Psi)
		}
	}, nil
}

func (e GAN) Estimate(s *vi.Step) vi.Direction {
	psi := s.Param(critic)
	f := func(x tape.Node) tape.Node { return s.Affine(x, psi, tape.Node{}, tape.Linear) } // [B,1]
	soft := func(x tape.Node) tape.Node { return x.Apply(tape.Softplus).SumD(1) }          // -log s(-x)
	real, fake := f(s.X), f(s.Model().(vi.Generator).Generate(s, 1))
	s.Evals += int64(2 * s.B())
	gen := fake.SumD(1)
	own := real.SumD(1).Sub(gen)
	if e.Loss != "wasserstein" {
		own = soft(real.Scale(-1)).Add(soft(fake)).Neg()
		switch e.Loss {
		case "minimax":
			gen = soft(fake)
		default:
			gen = soft(fake.Scale(-1)).Neg()
		}
	}
	return s.Ascend(vi.Surrogate{Gen: gen.Mean(), Own: own.Mean().Sub(psi.Mul(psi).SumD(1).Mean().Scale(e.Gamma / 2))})
}
