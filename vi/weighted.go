package vi

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
)

// Weighted is K samples of q with their log weights: what every
// importance-weighted estimator starts from. Such an estimator is then three
// coefficients a sample, functions of LogW, of what multiplies d log p/d theta,
// the path term P = (dlogw/dz)(dz/dphi) and the score h = d log q/d phi.
type Weighted struct {
	Z    dist.Value
	LogW tape.Node // log p(x,z) - log q(z|x), [K,B]

	s  *Step
	q  dist.Dist
	lp tape.Node
}

// None is a coefficient that is zero throughout: its term is left out.
var None tape.Node

// Weigh draws z_k ~ q(z|x), k = 1..K, at site z, and weighs them. LogW is built
// on q with its weights frozen and the samples live, so that it is a path term's
// scalar as it stands.
func (s *Step) Weigh(k int) Weighted {
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), k)
	lp := s.LogJoint(z)
	return Weighted{Z: z, LogW: s.less(lp, q.Frozen(), z), s: s, q: q, lp: lp}
}

// Direct is v where a weight moves with phi by its own -log q, a term -v h of a
// bound's gradient whose coefficients are v = dL/dlog w; zero where q is not in it.
func (w Weighted) Direct(v tape.Node) tape.Node {
	if w.s.free {
		return v.Const(0)
	}
	return v
}

// Raise is the direction with coefficients gen, path and score, [K,B] each, or
// None. They are stopped here.
//
//	Gen = 1/B sum_kb gen log p(x,z)
//	Inf = 1/B sum_kb path (log p(x,z) - log q_frozen(z|x)) + score log q(sg z|x)
//
// so that its gradients are 1/B sum gen dlogp/dtheta and 1/B sum path P + score h.
func (w Weighted) Raise(gen, path, score tape.Node) Direction {
	return w.s.Ascend(w.Surrogate(gen, path, score))
}

// Surrogate is what Raise raises, for an estimator that adds a scalar of its own.
func (w Weighted) Surrogate(gen, path, score tape.Node) (u Surrogate) {
	b := float64(w.s.B())
	if !gen.Nil() {
		u.Gen = gen.Stop().Dot(w.lp).Scale(1 / b)
	}
	if !path.Nil() {
		u.Inf = path.Stop().Dot(w.LogW).Scale(1 / b)
	}
	if !score.Nil() {
		h := score.Stop().Dot(w.q.LogProb(w.Z.Stop())).Scale(1 / b) // not counted: log q has been evaluated
		if u.Inf.Nil() {
			u.Inf = h
		} else {
			u.Inf = u.Inf.Add(h)
		}
	}
	return u
}
