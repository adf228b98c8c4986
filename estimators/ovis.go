package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// OVIS is the score function with the control variate that is optimal as K
// grows, in its asymptotic form; gamma trades ESS limits.
//
//	phi: sum_k ( -(1-gamma) v_k - log(1-v_k) + gamma log(1-1/K) ) h_k
//
// Needs score, and K >= 2.
// Unbiased for E[L_K] when gamma = 0; with gamma = 1 its mean moves to the wake-phi direction of RWS.
// Costs K densities of p and of q a datum.
//
// Lievin, Dittadi, Christensen and Winther 2020 (2008.01998).
type OVIS struct {
	K     int     `name:"k" min:"1" doc:"samples a datum, at least 2"`
	Gamma float64 `name:"gamma" min:"0" max:"1" doc:"0 for the unbiased form"`
}

func (e OVIS) Card() vi.Card {
	c := vi.Card{Name: "ovis", Paper: "2008.01998", PerDatum: true, Needs: []vi.Cap{vi.Score}, K: e.K, LeastK: 2, Target: iwae(e.K)}
	if e.Gamma > 0 {
		c.Target, c.GenTarget = fmt.Sprintf("ovis@%g*%d", e.Gamma, e.K), iwae(e.K)
		c.Bias = "the control variate holds the sample's own weight"
	}
	return c
}

func (e OVIS) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	rest := w.LogW.OthersLogSumExpK().Sub(w.LogW.LogSumExpK()) // log(1 - v_k), without forming 1 - v_k
	shift := v.Const(e.Gamma * vec.Log1p64(-1/float64(e.K)))
	return w.Raise(v, vi.None, shift.Sub(v.Scale(1-e.Gamma)).Sub(rest))
}
