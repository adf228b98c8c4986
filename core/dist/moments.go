package dist

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// Closed forms that some distributions have, live. A node is [B,D] unless said otherwise.

// Moments is a distribution whose first two moments are known, entry by entry. Its entries
// are independent unless it is Scattered too: then they give the expected square of a linear decoder's error, exactly and with its
// gradient,
//
//	E |x - A z|^2 = |x - A E z|^2 + sum_k |a_k|^2 (E z_k^2 - (E z_k)^2)
//
// ok is false where there is no closed form.
type Moments interface {
	Moments() (mean, square tape.Node, ok bool)
}

// BaseKL is the KL of a distribution's base from that of a prior, for each entry: of a
// Thresholded, that of the noise and shift before the threshold, which Fallah and
// Rozell charge, and no KL of the thresholded law. A Normal and a Laplace are their own
// bases, and a SpikeSlab's has its exact gate.
type BaseKL interface {
	BaseKL(p Dist) (each tape.Node, ok bool)
}

// Sparse knows the probability of not being zero.
type Sparse interface {
	Active() (p tape.Node, ok bool)
}

// Absolute knows E |z|.
type Absolute interface {
	AbsMoment() tape.Node
}

// Entropic knows its entropy in nats, [1,B].
type Entropic interface {
	Entropy() tape.Node
}

// AbsMoment is E |z| = sigma sqrt(2/pi) exp(-mu^2/(2 sigma^2)) + mu erf(mu/(sigma sqrt 2)).
func (q Normal) AbsMoment() tape.Node {
	return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
		m, s := x[0], vec.Exp64(x[1])
		far, around := vec.Erf64(m/s*rootHalf), float64(2*s*phi(m/s))
		return around + float64(m*far), [inputs]float64{far, around}
	}, q.Mu, q.LogSigma)
}

// Moments are mu and mu^2 + sigma^2.
func (q Normal) Moments() (mean, square tape.Node, ok bool) {
	mu := rowADatum(q.Mu, q.B)
	return mu, mu.Mul(mu).Add(q.LogSigma.Scale(2).Exp()), true
}

// Entropy is sum_d log sigma + (D/2) log(2 pi e).
func (q Normal) Entropy() tape.Node { return summed(q.LogSigma, q.B, halfLog2PiE) }

// summed is sum_d (n + c), [1,B].
func summed(n tape.Node, b int, c float64) tape.Node {
	_, d := n.Shape()
	s := rowADatum(n, b).SumD(1)
	return s.Add(s.Const(float64(d) * c))
}

// BaseKL is KL against another Normal, or a Laplace about zero, entry by entry.
func (q Normal) BaseKL(p Dist) (tape.Node, bool) {
	o, ok := asNormal(p)
	if !ok {
		return q.fromLaplace(p)
	}
	return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
		it := vec.Exp64(-2 * x[2])
		d, v := float64(x[0]*it), float64(vec.Exp64(2*x[1])*it)
		e := float64(x[0] * d)
		return (x[2] - x[1]) + float64(0.5*((v+e)-1)), [inputs]float64{d, v - 1, 1 - (v + e)}
	}, q.Mu.Sub(o.Mu), q.LogSigma, o.LogSigma), true
}

func asNormal(p Dist) (Normal, bool) {
	switch p := p.(type) {
	case Normal:
		return p, true
	case *Normal:
		return *p, true
	}
	return Normal{}, false
}
