package estimators

import "github.com/vibench/bench/vi"

// ScoreFunction is the gradient of E[L_K] without a path: the bound itself
// multiplies the score of every sample.
//
//	phi: sum_k (L_K - v_k) h_k,   h_k = d log q(z_k|x), z_k fixed
//
// The v_k comes of log q in the weight; where q is the prior itself there is none.
//
// Needs score.
// Unbiased for E[L_K], in both networks.
// Costs K densities of p and of q a datum; its variance grows with K.
//
// Mnih and Rezende 2016 (1602.06725).
type ScoreFunction struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e ScoreFunction) Card() vi.Card {
	return vi.Card{Name: "score", Paper: "1602.06725", PerDatum: true, Needs: []vi.Cap{vi.Score}, K: e.K, Target: iwae(e.K), Predicts: true}
}

func (e ScoreFunction) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, vi.None, w.LogW.LogMeanExpK().Sub(w.Direct(v)))
}
