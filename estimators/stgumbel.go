package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/vi"
)

// STGumbel samples hard and differentiates the relaxed sample of the same noise.
//
//	phi: 1/K sum_k f'(z_k) d softmax((logits + G_k)/tau),   z = onehot argmax(logits + G),  f = log p(x,z) - log q(z|x)
//
// Needs relax.
// Unbiased for the ELBO in theta; in phi biased, even where f is linear.
// Costs K densities of p and of q a datum.
//
// Jang, Gu and Poole 2017 (1611.01144).
type STGumbel struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	Temperature
}

func (e STGumbel) Card() vi.Card {
	return vi.Card{
		Name: "st-gumbel", Paper: "1611.01144", PerDatum: true, Needs: []vi.Cap{vi.Relax}, K: e.K, Cost: true,
		Target: fmt.Sprintf("st-gumbel@%g", e.Tau) + e.schedule(""), Bias: fiction,
	}
}

func (e STGumbel) Estimate(s *vi.Step) vi.Direction {
	return hard(s, dist.Relaxation{Tau: e.at(s.Iter), Hard: true}, e.K)
}
