package estimators

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// NaturalGradient takes a Gaussian q where a step of size rho along the natural gradient of the
// ELBO leads: for the optimiser step at 1, as rho mixes precisions and not q's parameters.
// Samples come in pairs m +- L eps, so that of a quadratic log p the step is exact: at
// rho = 1 a full q is p from anywhere.
//
//	P' = (1-rho) P + rho E[-Hess log p(x,z)],   m' = m + rho P'^-1 E[grad log p(x,z)]
//
// of a mean-field q by the diagonal of the first, of an isotropic one by its mean.
// Curvature is by a derivative along each coordinate of z.
//
// Needs gaussian.
// Unbiased for P'; its inverse, and so m' and the sds, have the noise of K samples a row inside. A P' that is not positive makes NaN.
// Costs K densities of p, with D derivatives along a line, a row.
//
// Khan and Rue 2023 (2107.04562); as in Sjolund 2023 (2301.01236).
type NaturalGradient struct {
	K   int     `name:"k" min:"2" doc:"samples a row, an even number"`
	Rho float64 `name:"rho" min:"0" max:"1" doc:"size of a step"`
}

func (e NaturalGradient) Card() vi.Card {
	return vi.Card{
		Name: "natural-gradient", Paper: "2107.04562", Needs: []vi.Cap{vi.Gaussian}, K: e.K, LeastK: 2, Multiple: 2,
		Target: fmt.Sprintf("natural@%g", e.Rho), Bias: "a sampled curvature is inverted; none where log p is quadratic", Targets: []string{"inf/"},
	}
}

func (e NaturalGradient) Estimate(s *vi.Step) vi.Direction {
	m, phi := s.Model().(vi.OneGaussian), s.Target(tape.Inf)
	mean, precision := m.Gaussian(s.Params())
	d, half := len(mean), e.K/2
	one := s.Posterior().Sample(s.Noise("z"), half).Node.Value()
	z := s.Blank(s.B()*e.K, d)
	for b, v := 0, z.Value(); b < s.B(); b++ {
		for i := range half * d {
			x := one.At(b*half*d + i)
			v.Set(b*e.K*d+i, x)
			v.Set((b*e.K+half)*d+i, float64(2*mean[i%d])-x)
		}
	}
	_, grad, curve := curvature(s, z, e.K)
	m.Within(curve)
	for i, h := range curve {
		precision[i] = float64((1-e.Rho)*precision[i]) + float64(e.Rho*h)
	}
	chol, err := linalg.NewCholesky(precision, d, 0)
	if err != nil {
		phi.Set(0, math.NaN())
		return vi.Direction{Inf: vi.Update{Target: phi}}
	}
	chol.Solve(grad)
	for i, g := range grad {
		mean[i] += float64(e.Rho * g)
	}
	m.SetGaussian(s, phi, mean, precision)
	return vi.Direction{Inf: vi.Update{Target: phi}}
}

// curvature is the mean over rows of z [K*B,D] of the gradient of log p(x,z) [D] and of minus its second
// derivative [D,D], symmetric; log p(x,z) beside.
func curvature(s *vi.Step, z tape.Node, k int) (lp tape.Node, grad, minus []float64) {
	lp = s.LogJoint(dist.Value{Node: z, K: k})
	rows, d := z.Shape()
	average := func(n tape.Node, dst []float64, c float64) {
		for i, v := 0, n.Value(); i < v.Len(); i++ {
			dst[i%d] += float64(c * v.At(i) / float64(rows))
		}
	}
	grad, minus = make([]float64, d), make([]float64, d*d)
	average(tape.Grad(lp, z), grad, 1)
	for i := range d {
		e := s.Leaf(1, d)
		e.Value().Set(i, 1)
		average(tape.Grad(tape.Tangent(lp, z, e), z), minus[i*d:(i+1)*d], -1)
	}
	for i := range d {
		for j := range i {
			x := 0.5 * (minus[i*d+j] + minus[j*d+i])
			minus[i*d+j], minus[j*d+i] = x, x
		}
	}
	return lp, grad, minus
}
