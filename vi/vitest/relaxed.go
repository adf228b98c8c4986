package vitest

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/tape"
)

// Relaxed is an objective of relaxed samples Z of temperature Tau: the mean over K of
// their log weights, or the log of the mean weight (Many). What stands in a log
// weight for log p(z) - log q(z|x) is named by KL:
//
//	dens    densities: of Z = softmax(Y) at TauP under p, at Tau under q
//	mass    sum_i Z_i log P(i)/Q(i), the masses' logarithms, which are linear in z
//	disc    -KL(Q || P) of the discrete variables
//
// Its gradient is total: along the path of Z and through the logits themselves. A cost
// has none of the three.
type Relaxed struct {
	Tau, TauP float64
	KL        string
	Many      bool
}

// relaxed is the mean direction of an objective of relaxed samples, summed over the
// noise of bits or of one variable of categories; of more than two bits it has one sample. It
// is asked for again and again, and a sum over a hundred thousand points is remembered.
func (o *discrete) relaxed(role tape.Role, r Relaxed, k int) ([]float64, bool) {
	if !r.Many {
		k = 1
	}
	if o.classes > 2 && len(o.b) > 3 || o.classes == 2 && len(o.b) > 2 && k > 1 {
		return nil, false
	}
	at := asking{role, r, k}
	if _, known := o.known[at]; !known {
		o.known[at], _ = o.relaxedSum(role, r, k)
	}
	want := o.known[at]
	return slices.Clone(want), want != nil
}

// mostPoints is how many samples such a sum may have.
const mostPoints = 100000

// asking is what a sum over relaxed samples is of.
type asking struct {
	role tape.Role
	of   Relaxed
	k    int
}

func (o *discrete) relaxedSum(role tape.Role, r Relaxed, k int) (want []float64, ok bool) {
	points := 305.0
	switch {
	case o.classes == 2 && len(o.b) > 2:
		points = math.Pow(concreteNodes, float64(len(o.b)))
	case len(o.b) > 1:
		points *= points
	}
	if math.Pow(points, float64(k)) > mostPoints {
		return nil, false
	}
	var all []sample
	var weights []float64
	logits := o.logits()
	add := func(y []float64, weight float64) { // y perturbed logits
		if math.Abs(weight) > 1e-25 {
			all, weights = append(all, o.soft(r, y)), append(weights, weight)
		}
	}
	switch {
	case o.classes > 2:
		line(func(u, w float64) {
			line(func(v, x float64) {
				y := []float64{u, v, 0}
				add(y, w*x*gap(logits, y, 1))
			})
		})
	case len(o.b) > 2:
		softBits(logits, r.Tau, concreteNodes, add)
	case len(o.b) == 1:
		line(func(l, w float64) { add([]float64{logits[0] + l}, w*logistic(l)*logistic(-l)) })
	default:
		line(func(l, w float64) {
			line(func(m, x float64) {
				add([]float64{logits[0] + l, logits[1] + m}, w*logistic(l)*logistic(-l)*x*logistic(m)*logistic(-m))
			})
		})
	}
	of := Of(mean).Of
	if r.Many {
		of = Of(logMeanExp).Of
	}
	want = overSamples(role, of, k, all, weights)
	if role == tape.Gen && o.cost != nil {
		want = []float64{}
	}
	return want, true
}

// soft is a relaxed sample of perturbed logits y, by hand: its log weight, and the
// total derivative of that in the logits as its path.
func (o *discrete) soft(r Relaxed, y []float64) sample {
	n := len(y)
	logits := o.logits()
	z, logZ := make([]float64, n), make([]float64, n) // logZ: of a bit its logit
	for i := range y {
		logZ[i] = y[i] / r.Tau
		z[i] = logistic(logZ[i])
	}
	if o.classes > 2 {
		logZ = logSoftmax(logZ)
		for i := range z {
			z[i] = math.Exp(logZ[i])
		}
	}
	// jacobian is J'd, J = d z/d logits.
	jacobian := func(d []float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			if out[i] = z[i] * d[i] / r.Tau; o.classes > 2 {
				out[i] -= z[i] * dot(z, d) / r.Tau
			} else {
				out[i] *= 1 - z[i]
			}
		}
		return out
	}
	f, dz, gen := o.seen(z)
	path := jacobian(dz)
	if o.cost != nil {
		return sample{lw: f, path: path, score: make([]float64, n)}
	}
	p, restP := o.masses(o.c)
	q, restQ := o.masses(logits)
	meanP, meanQ := o.chances(o.c), o.chances(logits)
	dc := make([]float64, n)
	switch r.KL {
	case "dens": // log q(Y) is a function of the noise alone
		f += o.logDensity(o.c, logZ, r.TauP) - o.logDensity(logits, logZ, r.Tau)
		var at []float64
		for i := range z {
			at = append(at, o.c[i]-r.TauP*logZ[i])
		}
		s := o.chances(at)
		along := make([]float64, n) // d log p(Y)/dY
		for i := range z {
			each := 2.0
			if o.classes > 2 {
				each = float64(n)
			}
			dc[i] = 1 - each*s[i]
			along[i] = -r.TauP * dc[i]
		}
		for i := range z { // Y moves as a logit/tau, or as its log-softmax
			if path[i] += along[i] / r.Tau; o.classes > 2 {
				sum := 0.0
				for _, a := range along {
					sum += a
				}
				path[i] -= z[i] * sum / r.Tau
			}
		}
	case "mass":
		f += dot(z, p) + restP - dot(z, q) - restQ
		diff := make([]float64, n)
		for i := range z {
			diff[i] = p[i] - q[i]
			dc[i] = z[i] - meanP[i]
		}
		for i, d := range jacobian(diff) {
			path[i] += d - (z[i] - meanQ[i])
		}
	case "disc":
		kl := dot(meanQ, q) + restQ - dot(meanQ, p) - restP
		f -= kl
		for i := range z {
			dc[i] = meanQ[i] - meanP[i]
			if o.classes > 2 {
				path[i] -= meanQ[i] * (q[i] - p[i] - kl)
			} else {
				path[i] -= meanQ[i] * (1 - meanQ[i]) * (q[i] - p[i])
			}
		}
	}
	return sample{lw: f, gen: append(dc, gen...), path: o.toInf(path), score: make([]float64, len(o.a)+n)}
}

// logDensity is that of Y, the logits of relaxed bits or the logs of relaxed
// categories, at a temperature.
func (o *discrete) logDensity(logits, y []float64, tau float64) (sum float64) {
	if o.classes > 2 {
		return math.Log(gap(logits, y, tau))
	}
	for i, l := range logits {
		a := l - tau*y[i]
		sum += math.Log(tau) + a - 2*softplus(a)
	}
	return sum
}
