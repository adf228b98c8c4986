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

// Cholesky is a Gaussian of full covariance of this step: mu is [B,D] and lower, the
// triangles, [B, D(D+1)/2], or a row for all.
func (s *Step) Cholesky(mu, lower tape.Node) dist.Dist {
	return s.root().dists.Cholesky(dist.Cholesky{T: s.Tape, B: s.B(), Mu: mu, Lower: lower})
}
