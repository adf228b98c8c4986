package estimators

import "github.com/vibench/bench/vi"

// JVIDReG is JVI, doubly reparameterised: each of its bounds has the path term
// of DReG.
//
//	theta: as JVI        phi: sum_k ( K v_k^2 - (K-1)/K sum_{j!=k} (v_k^(-j))^2 ) P_k
//
// Needs path, and K >= 2.
// Unbiased for E[J_K], in both networks.
// Costs K densities of p and of q a datum, one sweep.
//
// Tucker, Lawson, Gu and Maddison 2019 (1810.04152).
type JVIDReG struct {
	K int `name:"k" min:"1" doc:"samples a datum, at least 2"`
}

func (e JVIDReG) Card() vi.Card {
	return vi.Card{Name: "jvi-dreg", Paper: "1810.04152", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, LeastK: 2, Target: jvi(e.K)}
}

func (e JVIDReG) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	return w.Raise(jackknife(w.LogW, 1), jackknife(w.LogW, 2), vi.None)
}
