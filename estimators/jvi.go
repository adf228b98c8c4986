package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// JVI (jackknife variational inference) takes the leading bias, of order 1/K, off
// the IWAE bound by leaving out one sample at a time. What remains, of order
// 1/K^2, may have either sign: it is no lower bound, and a q ever wider raises it
// without end, so that a q that learns from it alone may run away.
//
//	J_K = K L_K - (K-1) 1/K sum_j L_{K-1}^(-j),   weights K v_k - (K-1)/K sum_{j!=k} v_k^(-j)
//
// in both networks, where v^(-j) is normalised over the samples other than j.
//
// Needs path, and K >= 2.
// Unbiased for E[J_K], in both networks.
// Costs K densities of p and of q a datum.
//
// Nowozin 2018 (OpenReview HyZoi-WRb), the jackknife of first order.
type JVI struct {
	K int `name:"k" min:"1" doc:"samples a datum, at least 2"`
}

func (e JVI) Card() vi.Card {
	return vi.Card{Name: "jvi", Paper: "OpenReview HyZoi-WRb", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, LeastK: 2, Target: jvi(e.K), Total: true}
}

func (e JVI) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	c := jackknife(w.LogW, 1)
	return w.Raise(c, c, c.Neg())
}

// jackknife is K v_k^p - (K-1)/K sum_{j!=k} (v_k^(-j))^p, p 1 or 2: with 1 the
// weights of J_K, with 2 those of its path term. With W_j the sum of the weights
// other than w_j, the second sum is w_k^p sum_{j!=k} W_j^-p, again a sum over others.
func jackknife(lw tape.Node, p float64) tape.Node {
	rows, _ := lw.Shape()
	k := float64(rows)
	v := lw.SoftmaxK()
	if p == 2 {
		v = v.Mul(v)
	}
	lw = lw.Sub(lw.LogSumExpK()) // the weights' scale cancels, and would cost digits
	rest := lw.OthersLogSumExpK().Scale(-p).OthersLogSumExpK()
	return v.Scale(k).Sub(lw.Scale(p).Add(rest).Exp().Scale((k - 1) / k))
}

func jvi(k int) string { return fmt.Sprintf("jvi@%d", k) }
