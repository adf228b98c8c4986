package vi

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
)

// LinearDecoder is the capability Linear: p(x|z) = N(A z, diag exp(logsigma)^2). Under a q
// that knows its moments the mean log-likelihood is closed.
type LinearDecoder interface {
	Dictionary
	Linear(s *Step) (a, logsigma tape.Node) // A [D,H], log sigma [1,1] or [1,D]
}

// Shifted is a linear decoder with an offset, p(x|z) = N(A z + c, ..): c is [1,D].
type Shifted interface {
	Shift(s *Step) (c tape.Node)
}

// Linear is the model's A [D,H] and log sigma [1,1] or [1,D].
func (s *Step) Linear() (a, logsigma tape.Node) { return s.model.(LinearDecoder).Linear(s) }

// Residual is E_q ||x - A z||^2 of each datum of the batch, [1,B], less c where the decoder
// is Shifted:
//
//	||x - A m||^2 + tr(A Cov A'),   m and Cov the moments of q
//
// of latents that are independent under q the trace is sum_h |a_h|^2 Var z_h.
func (s *Step) Residual(a tape.Node, q dist.Moments) tape.Node {
	return s.residual(a, tape.Node{}, q)
}

// residual weighs each coordinate of x, by [1,D] or nil for 1.
func (s *Step) residual(a, weight tape.Node, q dist.Moments) tape.Node {
	mean, square, ok := q.Moments()
	if !ok {
		panic("vi: a model offers moments, but its posterior has none in closed form")
	}
	var c tape.Node
	if m, ok := s.model.(Shifted); ok {
		c = m.Shift(s)
	}
	r := s.X.Sub(s.Affine(mean, a, c, tape.Linear))
	out := dist.Weighed(r.Mul(r), weight)
	if c, ok := q.(dist.Scattered); ok {
		return out.Add(c.Scatter(a, weight))
	}
	return out.Add(dist.Weighed(s.Affine(square.Sub(mean.Mul(mean)), a.Mul(a), tape.Node{}, tape.Linear), weight))
}

// ExpectedLogLik is E_q log p(x|z) of each datum in closed form, [1,B], by a linear
// decoder's A and log sigma [1,1] or [1,D]:
//
//	-D/2 log 2 pi - sum_d log sigma_d - sum_d E_q (x - A z)_d^2 / (2 sigma_d^2)
func (s *Step) ExpectedLogLik(a, logsigma tape.Node, q dist.Moments) tape.Node {
	_, d := s.X.Shape()
	l := logsigma.SumD(1)
	s.Evals += int64(s.B())
	if _, free := logsigma.Shape(); free > 1 {
		return s.residual(a, logsigma.Scale(-2).Exp(), q).Scale(-0.5).Sub(l).Sub(s.Scalar(float64(d) * halfLog2Pi))
	}
	return s.Residual(a, q).Mul(l.Scale(-2).Exp()).Scale(-0.5).Sub(l.Scale(float64(d))).Sub(s.Scalar(float64(d) * halfLog2Pi))
}

// BaseKL is the KL of q's noise, before any threshold, against the prior of each datum, [1,B].
func (s *Step) BaseKL(q dist.Dist) tape.Node {
	if b, ok := q.(dist.BaseKL); ok {
		if kl, ok := b.BaseKL(s.Prior()); ok {
			return kl.SumD(1)
		}
	}
	if c, ok := q.(dist.KL); ok {
		if kl, ok := c.KL(s.Prior()); ok {
			return kl
		}
	}
	panic("vi: a model offers base-kl, but its posterior has none against its prior")
}

// ClosedELBO is E_q log p(x|z) - BaseKL of each datum in closed form, [1,B].
func (s *Step) ClosedELBO() tape.Node {
	l, kl := s.ClosedTerms()
	return l.Sub(kl)
}

// ClosedTerms are the two of ClosedELBO.
func (s *Step) ClosedTerms() (loglik, kl tape.Node) {
	a, logsigma := s.Linear()
	q := s.Posterior()
	return s.ExpectedLogLik(a, logsigma, q.(dist.Moments)), s.BaseKL(q)
}

const halfLog2Pi = 0.91893853320467274178 // (1/2) log 2 pi

// Entropic is the capability Entropies: the scales of p(z) and of p(x|z) are free, so
// that for any q and A the best ones are known and the ELBO there is a sum of entropies.
// q is the model's posterior, or where that is no parameter the best for the batch.
type Entropic interface {
	Entropies(s *Step, w Weights) Entropies
}

// Weights of a sum of entropies; all 1 is the ELBO.
type Weights struct{ Prior, Posterior, Noise float64 }

// Entropies are those of an ELBO at the scales that are best for the batch:
//
//	max over scales of ELBO = 1/B sum_n H[q(z|x_n)] - H[p(z)] - H[p(x|z)]
type Entropies struct {
	Q      tape.Node   // H[q(z|x_n)], [1,B]
	Z, X   tape.Node   // H[p(z)], H[p(x|z)], scalars; their gradients are whole
	Target tape.Vector // of gen/: the scales; the rest of it means nothing
	Scales []string    // their names
	Noise  float64     // the best sigma^2
}

// Entropies are those of the model's ELBO on the batch.
func (s *Step) Entropies(w Weights) Entropies {
	s.Evals += int64(s.B())
	return s.model.(Entropic).Entropies(s, w)
}
