package estimators

import "github.com/vibench/bench/vi"

// RWS is reweighted wake-sleep with the wake-phase update of q: q follows the
// weighted samples, towards the inclusive KL(p || q).
//
//	theta: sum_k v_k d log p(x,z_k)        phi: sum_k v_k d log q(z_k|x), z_k fixed
//
// Needs score.
// Unbiased for E[L_K] in theta; in phi, consistent for the gradient of -KL(p || q) with bias O(1/K).
// Costs K densities of p and of q a datum; nothing leaves at z.
//
// Bornschein and Bengio 2015 (1406.2751).
type RWS struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e RWS) Card() vi.Card {
	return vi.Card{Name: "rws", Paper: "1406.2751", PerDatum: true, Needs: []vi.Cap{vi.Score}, K: e.K, Target: wake(e.K), GenTarget: iwae(e.K), Bias: selfNormalised}
}

func (e RWS) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, vi.None, v)
}
