package estimators

import (
	"fmt"

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
// Rainforth et al. 2018 (1802.04537), section 6.
type MIWAE struct {
	M int `name:"m" min:"1" doc:"groups"`
	K int `name:"k" min:"1" doc:"samples a group"`
}

func (e MIWAE) Card() vi.Card {
	return vi.Card{Name: "miwae-mk", Paper: "1802.04537", Needs: []vi.Cap{vi.Path}, K: e.M * e.K, Target: iwae(e.K), OneScalar: true}
}

func (e MIWAE) Estimate(s *vi.Step) vi.Direction {
	d := sample(s, e.M*e.K)
	v := groups(d.lw, e.M)
	return d.raise(v, v, v.Neg())
}

// mk names a target that has M groups of K samples in a way of its own.
func mk(name string, m, k int) string { return fmt.Sprintf("%s@%dx%d", name, m, k) }
