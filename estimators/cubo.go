package estimators

import (
	"fmt"

	"github.com/vibench/bench/vi"
)

// CUBO lowers the chi upper bound of order n on log p(x), in phi alone: theta stands
// still, as an upper bound is no objective for it. It is the Renyi bound of order 1-n from above.
//
//	CUBO = 1/n log E_q w^n,   w = p(x,z)/q(z|x)
//	exp: d (1/n) E w^n = 1/K sum_k w_k^n d log w_k        log: d CUBO_K = sum_k v_k d log w_k,  v = softmax(n log w)
//
// Exp is the gradient of exp(n CUBO)/n without bias, in the units of p(x)^n, so for densities
// that are about normalised; log is that of the bound of K samples, which lies below CUBO on the mean.
// Infinite where q is too narrow, of Gaussians where its variance is at most (n-1)/n of p's:
// start wide.
//
// Needs path.
// Unbiased for exp(n CUBO) (exp) or the bound of K samples (log), in phi.
// Costs K densities of p and of q a datum.
//
// Dieng, Tran, Ranganath, Paisley and Blei 2017 (1611.00328).
type CUBO struct {
	K    int     `name:"k" min:"1" doc:"samples a datum"`
	N    float64 `name:"n" min:"1" max:"16" doc:"order"`
	Form string  `name:"form" choices:"exp|log" doc:"what is lowered: exp(n CUBO), or the log of K samples' mean"`
}

func (e CUBO) Card() vi.Card {
	return vi.Card{
		Name: "cubo", Paper: "1611.00328", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K,
		Target: fmt.Sprintf("cubo-%s@%g*%d", e.Form, e.N, e.K), Total: true,
	}
}

func (e CUBO) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.Scale(e.N)
	if e.Form == "log" {
		v = v.SoftmaxK()
	} else {
		v = v.Exp().Scale(1 / float64(e.K))
	}
	return w.Raise(vi.None, v.Neg(), v)
}
