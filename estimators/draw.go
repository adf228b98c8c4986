package estimators

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// draw is K samples of q with their log weights: what every importance-weighted
// estimator starts from. Such an estimator is then three coefficients a sample,
// functions of lw, of what multiplies d log p/d theta, the path term P and the
// score h.
type draw struct {
	s      *vi.Step
	q      dist.Dist
	z      dist.Value
	lp, lq tape.Node // log p(x,z); log q(z|x) with its weights frozen and z live
	lw     tape.Node // log weights lp - lq, [K,B]
}

// sample draws z_k ~ q(z|x), k = 1..K, at site z.
func sample(s *vi.Step, k int) draw {
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), k)
	lp, lq := s.LogJoint(z), s.LogQ(q.Frozen(), z)
	return draw{s, q, z, lp, lq, lp.Sub(lq)}
}

// raise is the direction with coefficients gen, path and score (nil is zero):
//
//	Gen = 1/B sum_kb gen log p(x,z)
//	Inf = 1/B sum_kb path (log p(x,z) - log q_frozen(z|x)) + score log q(sg z|x)
//
// so that its gradients are sum gen dlogp/dtheta and sum path P + score h.
func (d draw) raise(gen, path, score tape.Node) vi.Direction {
	u := vi.Surrogate{Gen: gen.Stop().Mul(d.lp).MeanB()}
	if !path.Nil() {
		u.Inf = path.Stop().Mul(d.lw).MeanB()
	}
	if !score.Nil() {
		h := score.Stop().Mul(d.q.LogProb(d.z.Stop())).MeanB() // not counted: lq is the same number
		if u.Inf.Nil() {
			u.Inf = h
		} else {
			u.Inf = u.Inf.Add(h)
		}
	}
	return d.s.Ascend(u)
}

// groups normalises the weights within each of m groups of consecutive samples
// and divides by m: v_mk / M, [M*K,B].
func groups(lw tape.Node, m int) tape.Node {
	return lw.Groups(m).SoftmaxK().Scale(1 / float64(m)).Ungroup(m)
}

var none tape.Node // no term
