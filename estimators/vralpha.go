package estimators

import (
	"fmt"

	"github.com/vibench/bench/vi"
)

// VRAlpha is the variational Renyi bound of order alpha on K samples: the ELBO at
// alpha = 1, IWAE at 0, and at -inf, with max, the largest weight alone.
//
//	L = 1/(1-alpha) log 1/K sum_k w_k^(1-alpha),   dL = sum_k v_k d log w_k,   v = softmax((1-alpha) log w)
//
// E[L] rises with K for alpha < 1, falls for alpha > 1, and falls with alpha; its
// limit is the Renyi bound of q itself.
//
// Needs path.
// Unbiased for E[L], in both networks.
// Costs K densities of p and of q a datum.
//
// Li and Turner 2016 (1602.02311).
type VRAlpha struct {
	K     int     `name:"k" min:"1" doc:"samples a datum"`
	Alpha float64 `name:"alpha" doc:"order"`
	Max   bool    `name:"max" doc:"order -inf: the sample with the largest weight, the first of equals; alpha is not read"`
}

func (e VRAlpha) Card() vi.Card {
	c := vi.Card{Name: "vr-alpha", Paper: "1602.02311", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, Target: renyi(e.Alpha, e.K), Total: true}
	if e.Max && e.K > 1 {
		c.Target = fmt.Sprintf("vr-max@%d", e.K)
	}
	return c
}

// Check refuses an order that max would leave unread: cells of several orders would
// be one cell's numbers several times.
func (e VRAlpha) Check() error {
	if e.Max && e.Alpha != 0 && e.Alpha != usualAlpha {
		return fmt.Errorf("alpha: got %g beside max, which is the order -inf; give one of them", e.Alpha)
	}
	return nil
}

const usualAlpha = 0.5

func (e VRAlpha) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.Scale(1 - e.Alpha).SoftmaxK()
	if e.Max {
		v = w.LogW.LargestK()
	}
	return w.Raise(v, v, v.Neg())
}

// renyi names the bound of order alpha on k samples, by the name of what it
// coincides with if there is one.
func renyi(alpha float64, k int) string {
	switch {
	case alpha == 1 || k == 1:
		return "elbo"
	case alpha == 0:
		return iwae(k)
	}
	return fmt.Sprintf("vr@%g*%d", alpha, k)
}
