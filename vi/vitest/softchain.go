package vitest

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/tape"
)

// relaxed is the mean direction of an objective of relaxed samples of both bits, the second's
// logit at the relaxed first, summed over the noise of both. It is remembered.
func (o *bitchain) relaxed(role tape.Role, r Relaxed, k int) ([]float64, bool) {
	if r.KL == "disc" || r.Many && k > 1 {
		return nil, false // a chain has no closed KL; and the noise of two samples is too much
	}
	at := asking{role, r, 1}
	if _, known := o.known[at]; !known {
		var all []sample
		var weights []float64
		line(func(l1, w float64) {
			line(func(l2, x float64) {
				if weight := w * logistic(l1) * logistic(-l1) * x * logistic(l2) * logistic(-l2); weight > 1e-25 {
					all, weights = append(all, o.soft(r, l1, l2)), append(weights, weight)
				}
			})
		})
		o.known[at] = overSamples(role, Of(mean).Of, 1, all, weights)
	}
	return slices.Clone(o.known[at]), true
}

// soft is the sample of logistic noise l1 and l2 by hand, its path the total derivative in inf's
// parameters: z1 moves with its logit, z2 with its own, which moves with z1. a are the logits less
// temperature times Y by which log densities of Y go, as log tau + a - 2 softplus(a); that of
// q is a function of the noise alone.
//
//	Y1 = (first + l1)/tau,  z1 = s(Y1),  Y2 = (second(z1) + l2)/tau,  z2 = s(Y2)
func (o *bitchain) soft(r Relaxed, l1, l2 float64) sample {
	y1 := (o.first() + l1) / r.Tau
	z1 := logistic(y1)
	y2 := (o.second(z1) + l2) / r.Tau
	z2 := logistic(y2)
	d1, d2 := z1*(1-z1), z2*(1-z2) // dz/dY
	x, slope := o.at(z1, z2)       // of masses
	along1, along2 := slope[0]*d1, slope[1]*d2
	owed1, owed2 := z1-logistic(o.first()), z2-logistic(o.second(z1))
	if r.KL == "dens" {
		a1, a2 := o.v*z2+o.u-r.TauP*y1, o.c-r.TauP*y2
		g1, g2 := 1-2*logistic(a1), 1-2*logistic(a2) // d log p(Y)/da
		density := func(tau, a float64) float64 { return math.Log(tau) + a - 2*softplus(a) }
		x.lw, along1 = 0, 0
		for j, seen := range bitData[0] {
			l := o.w[j]*z1 + o.d[j]
			x.lw += seen*l - softplus(l)
			along1 += (seen - logistic(l)) * o.w[j] * d1
		}
		x.lw += density(r.TauP, a1) + density(r.TauP, a2) - density(r.Tau, -l1) - density(r.Tau, -l2)
		along1, along2 = along1-r.TauP*g1, g1*o.v*d2-r.TauP*g2
		owed1, owed2 = 0, 0
		x.gen[0], x.gen[3], x.gen[4] = g2, g1, g1*z2 // c, u, v
	}
	second := along2/r.Tau - owed2
	first := (along1+along2*o.h*d1/r.Tau)/r.Tau - owed1
	return sample{lw: x.lw, gen: x.gen, path: o.toInf(first, second, z1), score: make([]float64, len(x.score))}
}
