package estimators

import "github.com/vibench/bench/vi"

// LOO is REINFORCE with a leave-one-out baseline: the mean of the other samples.
//
//	phi: 1/K sum_k (f_k - 1/(K-1) sum_{j!=k} f_j) h_k,   f = log p(x,z) - log q(z|x)
//
// Needs score, and K >= 2: one sample has no others.
// Unbiased for the ELBO, in both networks.
// Costs K densities of p and of q a datum.
//
// Kool, van Hoof and Welling 2019 (OpenReview r1lgTGL5DE).
type LOO struct {
	K int `name:"k" min:"1" doc:"samples a datum, at least 2"`
}

func (e LOO) Card() vi.Card {
	return vi.Card{
		Name: "loo", Paper: "OpenReview r1lgTGL5DE", PerDatum: true, Needs: []vi.Cap{vi.Score}, K: e.K, LeastK: 2, Target: "elbo", Cost: true,
	}
}

func (e LOO) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	k := float64(e.K)
	return w.Raise(w.LogW.Const(1/k), vi.None, w.LogW.Sub(w.LogW.OthersMeanK()).Scale(1/k))
}
