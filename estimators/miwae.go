package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// MIWAE is the mean of M importance-weighted bounds of K samples each. (Not the
// missing-data algorithm of the same name, 1812.02633.)
//
//	1/M sum_m log 1/K sum_k w_mk,   weights v_mk / M, normalised within group m
//
// Needs path.
// Unbiased for E[L_K], in both networks; M divides the variance.
// Costs M K densities of p and of q a datum.
//
// Rainforth et al. 2018 (1802.04537).
type MIWAE struct {
	M int `name:"m" min:"1" doc:"groups"`
	K int `name:"k" min:"1" doc:"samples a group"`
}

func (e MIWAE) Card() vi.Card {
	return vi.Card{Name: "miwae-mk", Paper: "1802.04537", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.M * e.K, Target: iwae(e.K), Total: true}
}

func (e MIWAE) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.M * e.K)
	v := groups(w.LogW, e.M)
	return w.Raise(v, v, v.Neg())
}

// groups normalises the weights within each of m groups of consecutive samples
// and divides by m: v_mk / M, [M*K,B].
func groups(lw tape.Node, m int) tape.Node {
	return lw.Groups(m).SoftmaxK().Scale(1 / float64(m)).Ungroup(m)
}

// mk names a target that has M groups of K samples in a way of its own.
func mk(name string, m, k int) string { return fmt.Sprintf("%s@%dx%d", name, m, k) }
