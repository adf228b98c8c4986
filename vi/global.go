package vi

import "github.com/vibench/bench/core/tape"

// OneGaussian is the capability Gaussian: the latents are of all data together, and q is one
// Gaussian for them. A row of a step is a draw of them, and its log p(x,z) that of all data.
type OneGaussian interface {
	// Gaussian is q's mean [D] and precision [D,D].
	Gaussian(p *Params) (mean, precision []float64)
	// Within sets a symmetric matrix [D,D], the expected curvature of -log p, to what of it a step
	// of natural gradient within q's family takes: all of it, its diagonal, its mean diagonal.
	Within(precision []float64)
	// SetGaussian sets q's parameters in a target for inf/; a precision that is not positive makes them NaN.
	SetGaussian(s *Step, target tape.Vector, mean, precision []float64)
}

// ClosedRenyi is the capability Renyi: the bound of order alpha of log p, as the mean over
// rows in nats, of q itself and not of some samples:
//
//	1/(1-alpha) log E_q (p/q)^(1-alpha)
//
// log p at 0, the ELBO at 1; infinite where the mean is, NaN where it is not known.
type ClosedRenyi interface {
	RenyiBound(p *Params, d *Data, alpha float64) float64
}
