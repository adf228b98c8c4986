package estimators

import (
	"fmt"

	"github.com/vibench/bench/vi"
)

// STL (sticking the landing) keeps the path term of IWAE and drops the score:
// zero variance where q is the posterior.
//
//	phi: sum_k v_k P_k,   P_k = (d log w_k/dz)(dz_k/dphi), q's weights frozen in log q
//
// Needs path.
// Unbiased for the ELBO when K = 1; biased for E[L_K] when K > 1.
// Costs K densities of p and of q a datum.
//
// Roeder, Wu and Duvenaud 2017 (1703.09194).
type STL struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e STL) Card() vi.Card {
	c := vi.Card{Name: "stl", Paper: "1703.09194", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, Target: iwae(e.K)}
	if e.K > 1 {
		c.Target, c.GenTarget = fmt.Sprintf("stl@%d", e.K), iwae(e.K)
		c.Bias = "drops the score term, which has mean zero only at K = 1"
	}
	return c
}

func (e STL) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, v, vi.None)
}
