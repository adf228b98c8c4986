package vi

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
)

// Distributions of sparse codes, of this step; nodes are [B,D] or [1,D].

// Laplace is mu plus Laplace noise of scale exp(logscale).
func (s *Step) Laplace(mu, logscale tape.Node) dist.Dist {
	return s.root().dists.Laplace(dist.Laplace{T: s.Tape, B: s.B(), Mu: mu, LogScale: logscale})
}

// Thresholded is noise through a soft threshold, then a shift; t's tape and batch are the step's.
func (s *Step) Thresholded(t dist.Thresholded) dist.Dist {
	t.T, t.B = s.Tape, s.B()
	return s.root().dists.Thresholded(t)
}

// SpikeSlab is a gate times a slab; its tape and batch are the step's.
func (s *Step) SpikeSlab(q dist.SpikeSlab) dist.Dist {
	q.T, q.B = s.Tape, s.B()
	return s.root().dists.SpikeSlab(q)
}

// Point is the constant z.
func (s *Step) Point(z tape.Node) dist.Dist { return dist.Point{T: s.Tape, B: s.B(), Z: z} }

// Gaussian is mu plus columns of a factor of the covariance, and where logsigma is not nil
// independent noise beside: N(mu, diag sigma^2 + sum_k l_k l_k').
func (s *Step) Gaussian(mu, logsigma tape.Node, columns []tape.Node) dist.Dist {
	return dist.Correlated{T: s.Tape, B: s.B(), Mu: mu, LogSigma: logsigma, Columns: columns}
}
