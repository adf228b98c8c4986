package estimators

import (
	"fmt"

	"github.com/vibench/bench/vi"
)

// RWSDReG is the wake-phi update of RWS, doubly reparameterised.
//
//	theta: sum_k v_k d log p(x,z_k)        phi: sum_k (v_k - v_k^2) P_k
//
// Needs path.
// Unbiased for the mean of RWS, in both networks.
// Costs K densities of p and of q a datum, one sweep.
//
// Tucker, Lawson, Gu and Maddison 2019 (1810.04152).
type RWSDReG struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e RWSDReG) Card() vi.Card {
	return vi.Card{Name: "rws-dreg", Paper: "1810.04152", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, Target: wake(e.K), GenTarget: iwae(e.K), Bias: selfNormalised}
}

func (e RWSDReG) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, v.Sub(v.Mul(v)), vi.None)
}

// selfNormalised weights make the wake-phi direction a ratio of two estimates.
const selfNormalised = "O(1/K) for the gradient of -KL(p || q), which the normalised weights estimate"

// wake names the self-normalised wake-phi direction of k samples.
func wake(k int) string { return fmt.Sprintf("wake-phi@%d", k) }
