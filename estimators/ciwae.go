package estimators

import (
	"fmt"

	"github.com/vibench/bench/vi"
)

// CIWAE combines the ELBO and the IWAE bound on the same draws. (Not the
// conditional importance-weighted autoencoder.)
//
//	beta 1/K sum_k log w_k + (1-beta) log 1/K sum_k w_k,   weights beta/K + (1-beta) v_k
//
// Needs path.
// Unbiased for beta ELBO + (1-beta) E[L_K], in both networks.
// Costs K densities of p and of q a datum.
//
// Rainforth et al. 2018 (1802.04537).
type CIWAE struct {
	K    int     `name:"k" min:"1" doc:"samples a datum"`
	Beta float64 `name:"beta" min:"0" max:"1" doc:"share of the ELBO"`
}

func (e CIWAE) Card() vi.Card {
	return vi.Card{Name: "ciwae-beta", Paper: "1802.04537", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, Target: e.target(), Total: true}
}

func (e CIWAE) target() string {
	switch e.Beta {
	case 0:
		return iwae(e.K)
	case 1:
		return "elbo"
	}
	return fmt.Sprintf("ciwae@%g*%d", e.Beta, e.K)
}

func (e CIWAE) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	c := v.Const(e.Beta / float64(e.K)).Add(v.Scale(1 - e.Beta))
	return w.Raise(c, c, c.Neg())
}
