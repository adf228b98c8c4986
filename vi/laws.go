package vi

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
)

// Laplace is independent Laplace entries of this step, a row a datum: mu and logscale are
// [B,D] or [1,D].
func (s *Step) Laplace(mu, logscale tape.Node) dist.Dist {
	return s.root().dists.Laplace(dist.Laplace{T: s.Tape, B: s.B(), Mu: mu, LogScale: logscale})
}

// Thresholded is q as a distribution of this step: its tape and data are the step's.
func (s *Step) Thresholded(q dist.Thresholded) dist.Dist {
	q.T, q.B = s.Tape, s.B()
	return s.root().dists.Thresholded(q)
}

// SpikeSlab is q as a distribution of this step, as Thresholded.
func (s *Step) SpikeSlab(q dist.SpikeSlab) dist.Dist {
	q.T, q.B = s.Tape, s.B()
	return s.root().dists.SpikeSlab(q)
}

// Point is the constant z.
func (s *Step) Point(z tape.Node) dist.Dist { return dist.Point{T: s.Tape, B: s.B(), Z: z} }

// Gaussian is mu plus columns of a factor of its covariance and independent noise:
// N(mu, diag sigma^2 + sum_k l_k l_k').
func (s *Step) Gaussian(mu, logsigma tape.Node, columns []tape.Node) dist.Dist {
	return s.root().dists.Correlated(dist.Correlated{T: s.Tape, B: s.B(), Mu: mu, LogSigma: logsigma, Columns: columns})
}

// Triangular is N(mu, L L') by the columns of L, a lower triangle, and the logs of its
// diagonal, [B,D].
func (s *Step) Triangular(mu, logdiag tape.Node, columns []tape.Node) dist.Dist {
	return s.root().dists.Correlated(dist.Correlated{T: s.Tape, B: s.B(), Mu: mu, LogDiag: logdiag, Columns: columns})
}
