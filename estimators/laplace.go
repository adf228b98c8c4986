package estimators

import (
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Laplace takes a Gaussian q to the mode of log p(x,z) by Newton's steps, its precision the
// curvature there: a target for the optimiser step at 1, without noise. A step is halved while
// log p falls; where it cannot rise, q's mean is the mode and stays.
//
//	m' = m + t H(m)^-1 grad log p(x,m),  H = -Hess log p(x,m);   P' = H(m')
//
// of a mean-field q the diagonal of P', of an isotropic one its mean. It is no bound's optimum: what
// variational inference is compared with.
//
// Needs gaussian.
// Unbiased for nothing: there is no noise. A curvature that is not positive makes NaN.
// Costs two densities of p, with D derivatives along a line, a row, and one a halving.
//
// MacKay 1992 (doi 10.1162/neco.1992.4.3.448); as in Sjolund 2023 (2301.01236).
type Laplace struct{}

func (Laplace) Card() vi.Card {
	return vi.Card{Name: "laplace", Paper: "MacKay 1992", Needs: []vi.Cap{vi.Gaussian}, K: 1, Target: "laplace", Bias: "the mode and the curvature there: no bound's optimum", Targets: []string{"inf/"}}
}

func (Laplace) Estimate(s *vi.Step) vi.Direction {
	m, phi := s.Model().(vi.OneGaussian), s.Target(tape.Inf)
	mean, _ := m.Gaussian(s.Params())
	at := func(mean []float64) tape.Node {
		z := s.Blank(s.B(), len(mean))
		for b := range s.B() {
			z.Value().Slice(b*len(mean), (b+1)*len(mean)).From(mean)
		}
		return z
	}
	here, step, curve := curvature(s, at(mean), 1)
	level := here.Mean().Float()
	chol, err := linalg.NewCholesky(curve, len(mean), 0)
	if err != nil {
		phi.Set(0, math.NaN())
		return vi.Direction{Inf: vi.Update{Target: phi}}
	}
	chol.Solve(step)
	next := make([]float64, len(mean))
	const halvings = 30
	for range halvings {
		for i, x := range step {
			next[i], step[i] = mean[i]+x, float64(0.5*x)
		}
		if s.LogJoint(dist.Value{Node: at(next), K: 1}).Mean().Float() >= level {
			copy(mean, next)
			break
		}
	}
	_, _, precision := curvature(s, at(mean), 1)
	m.Within(precision)
	m.SetGaussian(s, phi, mean, precision)
	return vi.Direction{Inf: vi.Update{Target: phi}}
}
