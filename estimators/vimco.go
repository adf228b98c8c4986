package estimators

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// VIMCO gives each sample of the score function a baseline made of the others:
// the bound with its own weight replaced by their mean, geometric or arithmetic.
//
//	phi: sum_k (L_K - v_k - L_-k) h_k
//	arithmetic: L_-k = log 1/(K-1) sum_{l!=k} w_l
//	geometric:  L_-k = log 1/K (sum_{l!=k} w_l + exp 1/(K-1) sum_{l!=k} log w_l)
//
// The v_k comes of log q in the weight; where q is the prior itself there is none.
//
// Needs score, and K >= 2: one sample has no others.
// Unbiased for E[L_K], in both networks.
// Costs K densities of p and of q a datum.
//
// Mnih and Rezende 2016 (1602.06725).
type VIMCO struct {
	K        int    `name:"k" min:"1" doc:"samples a datum, at least 2"`
	Baseline string `name:"baseline" choices:"arithmetic|geometric" doc:"mean of the others that stands in for a sample"`
}

func (e VIMCO) Card() vi.Card {
	return vi.Card{Name: "vimco", Paper: "1602.06725", PerDatum: true, Needs: []vi.Cap{vi.Score}, K: e.K, LeastK: 2, Target: iwae(e.K), Predicts: true}
}

func (e VIMCO) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, vi.None, w.LogW.LogMeanExpK().Sub(w.Direct(v)).Sub(e.others(w.LogW)))
}

// others is L_-k, [K,B].
func (e VIMCO) others(lw tape.Node) tape.Node {
	rest := lw.OthersLogSumExpK()
	if e.Baseline == "geometric" {
		return rest.LogAddExp(lw.OthersMeanK()).Sub(lw.Const(vec.Log64(float64(e.K))))
	}
	return rest.Sub(lw.Const(vec.Log64(float64(e.K - 1))))
}
