package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// TVO is the thermodynamic variational objective: log p(x) is an integral along
// the path from q to the posterior, which rises, so that its left Riemann sum is
// a lower bound; one term of it is the ELBO. The J+1 nodes are 0 and b_1 to 1,
// log-spaced.
//
//	sum_j (b_{j+1} - b_j) E_b[log w] <= log p(x) = int_0^1 E_b[log w] db,   pi_b ~ q w^b,   b = b_j on the left
//	d E_b[log w] = E_b[d log w] + Cov_b(log w, b d log p + (1-b) d log q),   z fixed, for both networks
//
// E_b is taken with v = softmax(b log w) on the same K samples for every b, and
// the covariance times K/(K-1).
//
// Needs score, and K >= 2.
// Unbiased for the ELBO when J = 1; else consistent for the gradient of the left sum, with bias O(1/K).
// Costs K densities of p and of q a datum.
//
// Masrani, Le and Wood 2019 (1907.00031).
type TVO struct {
	K  int     `name:"k" min:"1" doc:"samples a datum, at least 2"`
	J  int     `name:"j" min:"1" doc:"terms of the sum"`
	B1 float64 `name:"b1" min:"1e-10" max:"1" doc:"first node after 0; read when j > 1"`
}

func (e TVO) Card() vi.Card {
	c := vi.Card{Name: "tvo", Paper: "1907.00031", PerDatum: true, Needs: []vi.Cap{vi.Score}, K: e.K, LeastK: 2, Target: "elbo"}
	if e.J > 1 && e.B1 < 1 {
		c.Target = fmt.Sprintf("tvo@%d,%g*%d", e.J, e.B1, e.K)
		c.Bias = "O(1/K) for the gradient of the left sum, whose expectations the normalised weights estimate"
	}
	return c
}

// Check refuses a first node that one term would leave unread: cells of several
// would be one cell's numbers several times.
func (e TVO) Check() error {
	if e.J == 1 && e.B1 != 0 && e.B1 != usualB1 {
		return fmt.Errorf("b1: got %g; j = 1 has no node between 0 and 1", e.B1)
	}
	return nil
}

const usualB1 = 0.03

// node is b_j.
func (e TVO) node(j int) float64 {
	switch j {
	case 0:
		return 0
	case e.J:
		return 1
	}
	return vec.Exp64(vec.Log64(e.B1) * float64(e.J-j) / float64(e.J-1))
}

func (e TVO) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	gen, score := w.LogW.Const(0), w.LogW.Const(0)
	for j := range e.J {
		b := e.node(j)
		width := e.node(j+1) - b
		v := w.LogW.Scale(b).SoftmaxK()
		cov := v.CovK(w.LogW).Scale(float64(e.K) / float64(e.K-1))
		gen = gen.Add(v.Add(cov.Scale(b)).Scale(width))
		score = score.Add(cov.Scale(1 - b).Sub(v).Scale(width))
	}
	return w.Raise(gen, vi.None, score)
}
