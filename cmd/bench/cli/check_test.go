package cli_test

import (
	"fmt"
	"os"
	"strconv"

	"github.com/vibench/bench/vi"
)

// changing is IWAE as the surrogate of its gradient, as its author last changed it:
//
//	right      sum_k stop(v_k) log w_k, v = softmax(log w)
//	tidied     the same, its factors exchanged: the same bits
//	reordered  log w = log p(x|z) - log q(z|x) + log p(z), not log p(z) + log p(x|z) - log q(z|x): other roundings
//	broken     the weights are not stopped: sum_k log w_k dv_k more
//	broken_more  the same, times 1.0000001
//	panic      not even that
//
// CHANGING says which, CHANGING_VERSION which numeric version.
type changing struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (e changing) Card() vi.Card {
	return vi.Card{Name: "changing", Paper: "none", Needs: []vi.Cap{vi.Path}, K: e.K, Target: fmt.Sprintf("iwae@%d", e.K), PerDatum: true, OneScalar: true}
}

func (changing) Version() int {
	n, err := strconv.Atoi(os.Getenv("CHANGING_VERSION"))
	if err != nil {
		return 1
	}
	return n
}

func (e changing) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), e.K)
	lw := s.LogJoint(z).Sub(s.LogQ(q, z))
	if os.Getenv("CHANGING") == "reordered" {
		lw = s.LogLik(z).Sub(s.LogQ(q, z)).Add(s.Prior().LogProb(z))
	}
	v := lw.SoftmaxK()
	bound := v.Stop().Mul(lw).SumK().Mean()
	switch os.Getenv("CHANGING") {
	case "tidied":
		bound = lw.Mul(v.Stop()).SumK().Mean()
	case "panic":
		panic("changed too much")
	case "broken":
		bound = v.Mul(lw).SumK().Mean()
	case "broken_more":
		bound = v.Mul(lw).SumK().Mean().Scale(1.0000001)
	}
	return s.Ascend(vi.Surrogate{Gen: bound, Inf: bound})
}
