package estimators_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func targetOf(t testing.TB, prec tape.Precision, m models.Target) *vi.Work {
	t.Helper()
	return work(t, prec, m, datasets.Dirac{Dim: 1, N: 1}, 0)
}

// take moves inf/ to the target of one estimate.
func take(w *vi.Work, e vi.Estimator, iter int) {
	src := &vi.Keyed{Key: rng.Noise(0, uint64(iter))}
	w.Params.Vector(tape.Inf).Copy(w.Estimate(e, iter, w.All, src).Inf.Target)
}

// Of a Gaussian target one natural step of size 1 of a full q, or one of Laplace, is the end, whatever the draws: q is
// the target where its family has it, else its mean and the best variances, 1/Lambda_ii, 0.19 of two at rho = 0.9. Of a
// family that is short of the target a natural step has the variances, and its mean goes by them.
func TestOneStepSolvesAGaussian(t *testing.T) {
	for _, e := range []vi.Estimator{estimators.NaturalGradient{K: 2, Rho: 1}, estimators.NaturalGradient{K: 8, Rho: 1}, estimators.Laplace{}} {
		for _, family := range []string{"full", "mean-field", "isotropic"} {
			for d := 2; d <= 10; d++ {
				const rho = 0.9
				w := targetOf(t, tape.Float64, models.Target{Dim: d, Rho: rho, LogZ: 3, Global: models.Global{Q: family, Mean: 1, SD: 2}})
				take(w, e, d)
				mean, precision := w.Model.(vi.OneGaussian).Gaussian(w.Params)
				best := (1 + (float64(d)-2)*rho) / ((1 - rho) * (1 + (float64(d)-1)*rho)) // Lambda_ii
				row := 1 / (1 + (float64(d)-1)*rho)                                       // Lambda times ones
				_, newton := e.(estimators.Laplace)
				for _, m := range mean {
					if newton || family == "full" {
						close(t, "mean", m, 0, 1e-9)
					} else {
						close(t, "mean", m, 1-row/best, 1e-9)
					}
				}
				c := w.Model.(vi.ClosedRenyi)
				kl := c.RenyiBound(w.Params, w.Data, 0) - c.RenyiBound(w.Params, w.Data, 1)
				want := 0.0
				if family != "full" { // 1/2 (log|S| + d log Lambda_ii)
					close(t, "precision", precision[0], best, 1e-9*best)
					if d == 2 {
						close(t, "variance", 1/precision[0], 0.19, 1e-9)
					}
					want = 0.5 * (sq(mean[0])*float64(d)*row + float64(d)*math.Log(best) + float64(d-1)*math.Log(1-rho) + math.Log(1+float64(d-1)*rho))
				}
				close(t, fmt.Sprintf("%s, %s of %d: KL", e.Card().Name, family, d), kl, want, 1e-9)
			}
		}
	}
}

// At a smaller rho a natural step is the definition's on the very draws, with the gradient and the curvature of
// log p(y, w) by differences: of logistic regression, where neither is constant.
func TestNaturalStepByDifferences(t *testing.T) {
	const rho, k = 0.3, 6
	for _, family := range []string{"full", "mean-field", "isotropic"} {
		m := models.Logistic{PriorSD: 1, Global: models.Global{Q: family, Mean: 0.3, SD: 0.8}}
		w := work(t, tape.Float64, m, datasets.Logistic{Dim: 3, N: 20, Scale: 2}, 0)
		rows := w.All[:5]
		src := &vi.Keyed{Key: rng.Noise(0, 0)}
		s := w.Step(0, rows, src)
		half := s.Posterior().Sample(s.Noise("z"), k/2).Node.Value().AppendTo(nil)
		mean, before := w.Model.(vi.OneGaussian).Gaussian(w.Params)
		grad, curve := mat.NewVecDense(3, nil), mat.NewSymDense(3, nil)
		n := 0.0
		for z := range slices.Chunk(half, 3) {
			for _, sign := range []float64{1, -1} {
				at := make([]float64, 3)
				for i := range at {
					at[i] = mean[i] + sign*(z[i]-mean[i])
				}
				f := func(i, j int, a, b float64) float64 {
					x := slices.Clone(at)
					x[i] += a
					x[j] += b
					return regressed(m, w.Data, x)
				}
				const h = 1e-3
				for i := range 3 {
					grad.SetVec(i, grad.AtVec(i)+(f(i, i, h, 0)-f(i, i, -h, 0))/(2*h))
					for j := i; j < 3; j++ {
						d := (f(i, j, h, h) - f(i, j, h, -h) - f(i, j, -h, h) + f(i, j, -h, -h)) / (4 * h * h)
						curve.SetSym(i, j, curve.At(i, j)-d)
					}
				}
				n++
			}
		}
		want := mat.NewSymDense(3, nil)
		for i := range 3 {
			for j := i; j < 3; j++ {
				c := curve.At(i, j) / n
				switch {
				case family == "full":
				case i != j:
					c = 0
				case family == "isotropic":
					c = mat.Trace(curve) / (3 * n)
				}
				want.SetSym(i, j, (1-rho)*before[i*3+j]+rho*c)
			}
		}
		var step mat.VecDense
		grad.ScaleVec(rho/n, grad)
		if err := step.SolveVec(want, grad); err != nil {
			t.Fatal(err)
		}
		target := w.Estimate(estimators.NaturalGradient{K: k, Rho: rho}, 0, rows, src).Inf.Target
		w.Params.Vector(tape.Inf).Copy(target)
		got, precision := w.Model.(vi.OneGaussian).Gaussian(w.Params)
		for i := range 3 {
			close(t, family+": mean", got[i], mean[i]+step.AtVec(i), 1e-5)
			for j := range 3 {
				close(t, family+": precision", precision[i*3+j], want.At(i, j), 1e-4)
			}
		}
	}
}

// regressed is log p(y, w) by its definition.
func regressed(m models.Logistic, d *vi.Data, w []float64) float64 {
	s := 0.0
	for _, x := range w {
		s -= 0.5*x*x/(m.PriorSD*m.PriorSD) + 0.5*math.Log(2*math.Pi) + math.Log(m.PriorSD)
	}
	for n := range d.N {
		r, a := d.X[n*d.D:(n+1)*d.D], 0.0
		for i, x := range w {
			a += x * r[i]
		}
		s -= math.Log1p(math.Exp(-a * r[d.D-1]))
	}
	return s
}

// Laplace ends where the slope of log p(y, w) is zero, with the curvature there, from a start far off, where
// whole steps overshoot, and stays; log p at q's mean never falls on the way.
func TestLaplaceFindsTheMode(t *testing.T) {
	m := models.Logistic{PriorSD: 3, Global: models.Global{Q: "full", Mean: 8, SD: 1}}
	w := work(t, tape.Float64, m, datasets.Logistic{Dim: 3, N: 50, Scale: 2}, 0)
	last := math.Inf(-1)
	var mode, precision []float64
	for i := range 30 {
		take(w, estimators.Laplace{}, i)
		mode, precision = w.Model.(vi.OneGaussian).Gaussian(w.Params)
		l := regressed(m, w.Data, mode)
		if l < last-1e-10 {
			t.Errorf("step %d: log p(y, w) falls from %g to %g", i, last, l)
		}
		last = l
	}
	f := func(i, j int, a, b float64) float64 {
		x := slices.Clone(mode)
		x[i] += a
		x[j] += b
		return regressed(m, w.Data, x)
	}
	const h = 1e-3
	for i := range 3 {
		close(t, "slope", (f(i, i, h/2, 0)-f(i, i, -h/2, 0))/h, 0, 1e-5)
		for j := range 3 {
			d := (f(i, j, h, h) - f(i, j, h, -h) - f(i, j, -h, h) + f(i, j, -h, -h)) / (4 * h * h)
			close(t, "curvature", precision[i*3+j], -d, 1e-4)
		}
	}
}

// In float32 the targets are those of float64 to its rounding.
func TestTargetsInEitherPrecision(t *testing.T) {
	for _, e := range []vi.Estimator{estimators.NaturalGradient{K: 4, Rho: 0.5}, estimators.Laplace{}} {
		var end [2][]float64
		for i, prec := range []tape.Precision{tape.Float64, tape.Float32} {
			m := models.Logistic{PriorSD: 1, Global: models.Global{Q: "full", SD: 1}}
			w := work(t, prec, m, datasets.Logistic{Dim: 2, N: 50, Scale: 2}, 0)
			src := script{"z1": {0.5, -1.25, 0.375}} // the same in either
			w.Params.Vector(tape.Inf).Copy(e.Estimate(w.Step(0, w.All, src)).Inf.Target)
			end[i] = w.Params.Vector(tape.Inf).AppendTo(nil)
		}
		for i, x := range end[0] {
			close(t, e.Card().Name, end[1][i], x, 1e-4)
		}
	}
}

// A curvature that is not positive is no precision: NaN, by which a cell is told to have diverged, and no panic.
func TestNoPrecision(t *testing.T) {
	for _, e := range []vi.Estimator{estimators.NaturalGradient{K: 2, Rho: 1}, estimators.Laplace{}} {
		w := targetOf(t, tape.Float64, models.Target{Dim: 2, Rho: 0.5, Global: models.Global{SD: 1}})
		w.Params.Set("inf/mu", []float64{math.NaN(), 0})
		w.Params.Set("inf/logsd", []float64{math.NaN(), 0})
		if d := e.Estimate(w.Step(0, w.All, &vi.Keyed{})); d.Inf.Target.Finite() {
			t.Errorf("%s: got %v", e.Card().Name, d.Inf.Target.F64())
		}
	}
}

// d/dmu E[-z^2/2] of q = N(1, 1/4): a pathwise draw has variance s^2 = 0.25, a score's (mu^4 + 18 mu^2 s^2 + 15 s^4)/(4 s^2)
// - mu^2 = 5.4375, and with the best constant for a baseline, -(mu^2 + 3 s^2)/2, 2 mu^2 + 1.5 s^2 = 2.375. By quadrature.
func TestVarianceOfPathAndScore(t *testing.T) {
	const half = 0.91893853320467274 // log sqrt(2 pi): -z^2/2 has that mass
	score, path := estimators.Reinforce{K: 1, Baseline: "none"}, estimators.ELBO{K: 1, Form: "sgvb-b"}
	for _, c := range []struct {
		e          vi.Estimator
		logZ, want float64
	}{{path, half, 0.25}, {path, half + 1, 0.25}, {score, half, 5.4375}, {score, half + (1+3*0.25)/2, 2.375}} {
		for _, at := range []struct{ mu, s float64 }{{1, 0.5}, {-0.7, 1.3}} {
			logZ, want := c.logZ, c.want
			if at.mu != 1 {
				mu2, s2 := at.mu*at.mu, at.s*at.s
				switch {
				case c.e == path:
					want = s2
				case c.logZ == half:
					want = (mu2*mu2+18*mu2*s2+15*s2*s2)/(4*s2) - mu2
				default:
					logZ, want = half+(mu2+3*s2)/2, 2*mu2+1.5*s2
				}
			}
			w := targetOf(t, tape.Float64, models.Target{Dim: 1, LogZ: logZ, Entropy: "none", Global: models.Global{Mean: at.mu, SD: at.s}})
			mean, variance := inParam(w, c.e, "inf/mu", normals())
			close(t, "mean", mean, -at.mu, 1e-10)
			close(t, fmt.Sprintf("%s at %g, %g: variance", c.e.Card().Name, at.mu, at.s), variance, want, 1e-9*want)
		}
	}
}

// The ELBO's gradient by the path, by the score and by both is the slope of the closed ELBO, by central differences;
// means by quadrature.
func TestELBOFollowsItsClosedForm(t *testing.T) {
	w := targetOf(t, tape.Float64, models.Target{Dim: 1, LogZ: 0.3, Global: models.Global{Mean: 0.4, SD: 1.3}})
	bound := func() float64 { return w.Model.(vi.ClosedRenyi).RenyiBound(w.Params, w.Data, 1) }
	for _, e := range []vi.Estimator{
		estimators.ELBO{K: 1, Form: "sgvb-a"}, estimators.STL{K: 1}, estimators.Reinforce{K: 1, Baseline: "none"},
		estimators.ScoreFunction{K: 1}, estimators.VRAlpha{K: 1, Alpha: 0.5}, estimators.IWAE{K: 1},
	} {
		for _, name := range []string{"inf/mu", "inf/logsd"} {
			mean, _ := inParam(w, e, name, normals())
			at := w.Params.Value(name).At(0)
			const h = 1e-4
			w.Params.Set(name, []float64{at + h})
			up := bound()
			w.Params.Set(name, []float64{at - h})
			down := bound()
			w.Params.Set(name, []float64{at})
			close(t, e.Card().Name+" in "+name, mean, (up-down)/(2*h), 1e-6)
		}
	}
}

// Exp lowers exp(n CUBO)/n without bias: its mean, by quadrature, is the slope of the closed bound of order 1-n.
func TestCUBOFollowsItsBound(t *testing.T) {
	for _, n := range []float64{1, 2, 3} {
		w := targetOf(t, tape.Float64, models.Target{Dim: 1, LogZ: 0.3, Global: models.Global{Mean: 0.4, SD: 1.3}})
		bound := func() float64 {
			return -math.Exp(n*w.Model.(vi.ClosedRenyi).RenyiBound(w.Params, w.Data, 1-n)) / n
		}
		for _, name := range []string{"inf/mu", "inf/logsd"} {
			mean, _ := inParam(w, estimators.CUBO{K: 1, N: n, Form: "exp"}, name, normals())
			at := w.Params.Value(name).At(0)
			const h = 1e-4
			w.Params.Set(name, []float64{at + h})
			up := bound()
			w.Params.Set(name, []float64{at - h})
			down := bound()
			w.Params.Set(name, []float64{at})
			close(t, fmt.Sprintf("CUBO_%g in %s", n, name), mean, (up-down)/(2*h), 1e-6*(1+math.Abs(mean)))
		}
	}
}
