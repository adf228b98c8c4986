package estimators

import (
	"fmt"

	"github.com/vibench/bench/vi"
)

// IWAE is the importance-weighted bound of K samples, each weighted by its share.
//
//	L_K = log 1/K sum_k w_k,   dL_K = sum_k v_k d log w_k,   v = softmax(log w)
//
// Needs path.
// Unbiased for E[L_K], in both networks.
// Costs K densities of p and of q a datum.
//
// Burda, Grosse and Salakhutdinov 2016 (1509.00519), equation 14.
type IWAE struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e IWAE) Card() vi.Card {
	return vi.Card{Name: "iwae", Paper: "1509.00519", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, Target: iwae(e.K), Total: true}
}

func (e IWAE) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, v, v.Neg())
}

// iwae names the bound of k samples; of one, it is the ELBO.
func iwae(k int) string {
	if k == 1 {
		return "elbo"
	}
	return fmt.Sprintf("iwae@%d", k)
}
