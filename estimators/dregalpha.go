package estimators

import (
	"fmt"

	"github.com/vibench/bench/vi"
)

// DReGAlpha goes from DReG (alpha = 0) to the doubly reparameterised wake-phi
// update (alpha = 1); half way it is STL, at half the length.
//
//	theta: sum_k v_k d log p(x,z_k)        phi: sum_k ( (1-alpha) v_k^2 + alpha (v_k - v_k^2) ) P_k
//
// Needs path.
// Unbiased for E[L_K] in theta; in phi, for the same mixture of the means of DReG and of RWS.
// Costs K densities of p and of q a datum, one sweep.
//
// Tucker, Lawson, Gu and Maddison 2019 (1810.04152).
type DReGAlpha struct {
	K     int     `name:"k" min:"1" doc:"samples a datum"`
	Alpha float64 `name:"alpha" min:"0" max:"1" doc:"share of the wake-phi update"`
}

func (e DReGAlpha) Card() vi.Card {
	c := vi.Card{Name: "dreg-alpha", Paper: "1810.04152", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, GenTarget: iwae(e.K)}
	switch e.Alpha {
	case 0:
		c.Target = iwae(e.K)
	case 1:
		c.Target, c.Bias = wake(e.K), selfNormalised
	default:
		c.Target = fmt.Sprintf("dreg-alpha@%g*%d", e.Alpha, e.K)
		c.Bias = "mixes the gradient of E[L_K] with that of -KL(p || q)"
	}
	return c
}

func (e DReGAlpha) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	v2 := v.Mul(v)
	return w.Raise(v, v2.Scale(1-e.Alpha).Add(v.Sub(v2).Scale(e.Alpha)), vi.None)
}
