package estimators

import (
	"fmt"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// RQMC raises the likelihood of the mixture that K points make of an integral, points of one
// step being the same for every datum and new in the next: Sobol's under a random digital
// shift, or for comparison independent ones.
//
//	l(x) = log 1/K sum_i p(x|z_i),   grad l = sum_i r_i grad log p(x|z_i),   r = softmax_i log p(x|z_i)
//
// By Jensen it is low for log p(x) of the integral, the less the better the points.
//
// With own it raises, beside that, the likelihood of the model's own points under the decoder as it is,
// by these points alone: latent optimisation.
//
// Needs components.
// Unbiased for E log 1/K sum_i p(x|z_i) over the points.
// Costs K decoded points, and K components a datum.
//
// Correia, Gala, Quaeghebeur, de Campos and Peharz 2023 (2209.10584); the points, Owen 2003 (doi 10.1145/945511.945518).
type RQMC struct {
	K      int    `name:"k" min:"1" max:"65536" doc:"points; Sobol's are best at powers of two"`
	Points string `name:"points" choices:"sobol|mc" doc:"Sobol's, shifted, or independent"`
	Own    bool   `name:"own" late:"true" doc:"the model's own points move too"`
}

func (e RQMC) Card() vi.Card {
	c := vi.Card{
		Name: "rqmc", Paper: "2209.10584", Needs: []vi.Cap{vi.Components}, K: e.K, Target: fmt.Sprintf("mixture-%s@%d", e.Points, e.K),
		Bias: "the log of a mean over points is low for the log of the integral",
	}
	if e.Own {
		c.Target += "+own"
	}
	return c
}

// Suits wants a model with points for own.
func (e RQMC) Suits(s vi.Sheet) error {
	if e.Own && !slices.Contains(s.Offers, vi.Points) {
		return fmt.Errorf("own: got true; the model has no points of its own and offers %s", vi.List(s.Offers))
	}
	return nil
}

func (e RQMC) Estimate(s *vi.Step) vi.Direction {
	m := s.Model().(vi.Mixture)
	l := m.Cube()
	u := s.Blank(e.K, l)
	v := u.Value()
	if e.Points == "mc" {
		for i := range e.K {
			s.Plates("z").Uniform(i, v.Slice(i*l, (i+1)*l))
		}
	} else {
		shift := s.Blank(1, l).Value()
		s.Plates("z/shift").Uniform(0, shift)
		sobol(v, l, shift)
	}
	s.Evals += int64(e.K * s.B())
	up := vi.LogMean(m.Components(s, u)).Mean()
	if e.Own {
		up = up.Add(vi.LogMean(s.Model().(vi.OwnPoints).Points(s)).Mean())
	}
	return s.Ascend(vi.Surrogate{Gen: up})
}

// sobol fills points [K,L] in whichever precision.
func sobol(dst tape.Vector, l int, shift tape.Vector) {
	if x := dst.F64(); x != nil {
		rng.Sobol(x, l, shift.F64())
		return
	}
	rng.Sobol(dst.F32(), l, shift.F32())
}
