package estimators

import "github.com/vibench/bench/vi"

// DReG reparameterises IWAE's score term once more, so that both terms of phi
// are one path term with squared weights.
//
//	theta: sum_k v_k d log p(x,z_k)        phi: sum_k v_k^2 P_k
//
// Needs path.
// Unbiased for E[L_K], in both networks.
// Costs K densities of p and of q a datum, one sweep.
//
// Tucker, Lawson, Gu and Maddison 2019 (1810.04152).
type DReG struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e DReG) Card() vi.Card {
	return vi.Card{Name: "dreg", Paper: "1810.04152", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, Target: iwae(e.K)}
}

func (e DReG) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, v.Mul(v), vi.None)
}
