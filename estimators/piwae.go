package estimators

import "github.com/vibench/bench/vi"

// PIWAE gives each network its own bound on the same draws: the generative one
// the tightest, of all M K samples; the inference one the mean of M bounds of K.
//
//	theta: d log 1/(MK) sum_mk w_mk        phi: d 1/M sum_m log 1/K sum_k w_mk
//
// Needs path.
// Unbiased for E[L_MK] in theta and for E[L_K] in phi.
// Costs M K densities of p and of q a datum, one sweep.
//
// Rainforth et al. 2018 (1802.04537).
type PIWAE struct {
	M int `name:"m" min:"1" doc:"groups"`
	K int `name:"k" min:"1" doc:"samples a group"`
}

func (e PIWAE) Card() vi.Card {
	return vi.Card{Name: "piwae-mk", Paper: "1802.04537", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.M * e.K, Target: e.target(), GenTarget: iwae(e.M * e.K)}
}

func (e PIWAE) target() string {
	if e.M == 1 {
		return iwae(e.K)
	}
	return mk("piwae", e.M, e.K)
}

func (e PIWAE) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.M * e.K)
	v := groups(w.LogW, e.M)
	return w.Raise(w.LogW.SoftmaxK(), v, v.Neg())
}
