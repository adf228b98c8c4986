package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/vi"
)

// Marginal sums over the states of a discrete block and takes the other blocks by
// their path, given each.
//
//	sum_y q(y|x) 1/K sum_k [ log p(x,y,z_yk) - log q(y|x) - log q(z_yk|x,y) ],   z_yk = g(eps_yk; x, y)
//
// One scalar, differentiated as it stands: the entropy of q(y|x) is in it.
//
// Needs hybrid: a discrete block, and others with a path given it.
// Unbiased for the ELBO, in both networks, without the variance of drawing y.
// Costs K densities of p and of q for every state of y a datum.
//
// Kingma, Rezende, Mohamed and Welling 2014, for unlabelled data; the oracle of Jang, Gu and Poole 2017 (1611.01144).
type Marginal struct {
	K int `name:"k" min:"1" doc:"samples a datum and state"`
}

func (e Marginal) Card() vi.Card {
	return vi.Card{
		Name: "marginal", Paper: "1611.01144", PerDatum: true, Needs: []vi.Cap{vi.Hybrid}, K: e.K, Target: "elbo", OneScalar: true,
	}
}

func (e Marginal) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior()
	all, ok := q.(dist.Hybrid)
	if !ok {
		panic(fmt.Sprintf("estimators: the model offers %s, and its q, %T, is none to sum over", vi.Hybrid, q))
	}
	z, state := all.Each(s.Noise("z"), e.K)
	l := state.Exp().Mul(s.LogW(q, z)).MeanB().Scale(1 / float64(e.K))
	return s.Ascend(vi.Surrogate{Gen: l, Inf: l})
}
