package models_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func normalGamma(t *testing.T, q string, particles int, seed uint64) *vi.Work {
	t.Helper()
	m := models.NormalGamma{Mu0: 0.5, Lambda0: 0.7, A0: 1.5, B0: 2, Q: q, Particles: particles}
	return work(t, tape.Float64, m, datasets.Normals{N: 20, Mean: 1, SD: 2}, seed)
}

// grid sums f of mu, tau and log p(mu, tau, x) over a grid, log tau evenly spaced.
func grid(w *vi.Work, f func(mu, tau, logp float64) float64) float64 {
	const steps = 1000
	total := 0.0
	for i := range steps {
		mu := -4 + 10*(float64(i)+0.5)/steps
		square := 0.0
		for _, x := range w.Data.X {
			square += (x - mu) * (x - mu)
		}
		for j := range steps {
			tau := math.Exp(-5 + 7*(float64(j)+0.5)/steps)
			logp := 1.5*math.Log(2) - math.Log(math.Gamma(1.5)) + 0.5*math.Log(tau) - 2*tau
			logp += 0.5*math.Log(0.7*tau/(2*math.Pi)) - 0.7*tau/2*(mu-0.5)*(mu-0.5)
			logp += float64(w.Data.N)/2*math.Log(tau/(2*math.Pi)) - tau/2*square
			total += f(mu, tau, logp) * tau * 10 * 7 / steps / steps
		}
	}
	return total
}

// The evidence and the exact posterior's moments are their integrals.
func TestNormalGammaIsItsIntegral(t *testing.T) {
	w := normalGamma(t, "mean-field", 1, 1)
	mean := func(f func(mu, tau float64) float64) float64 {
		return grid(w, func(mu, tau, logp float64) float64 { return f(mu, tau) * math.Exp(logp) })
	}
	z := mean(func(_, _ float64) float64 { return 1 })
	near(t, "evidence", evidence(w), math.Log(z), 1e-7)
	exact, variance := w.Model.(vi.Posterior).Posterior(w.Data)
	mu := mean(func(mu, _ float64) float64 { return mu }) / z
	tau := mean(func(_, tau float64) float64 { return tau }) / z
	near(t, "E mu", exact[0], mu, 1e-7)
	near(t, "E tau", exact[1], tau, 1e-7)
	near(t, "Var mu", variance[0], mean(func(x, _ float64) float64 { return (x - mu) * (x - mu) })/z, 1e-5)
	near(t, "Var tau", variance[1], mean(func(_, x float64) float64 { return (x - tau) * (x - tau) })/z, 1e-7)
}

// The bound is E_q of log p - log q by quadrature over the same grid; no sweep lowers it, and
// it stays below the evidence. At rest q has the exact means, and of the exact variance of mu
// the share (a_N - 1)/a_N, a_N = a0 + N/2.
func TestNormalGammaCAVI(t *testing.T) {
	for seed := range uint64(6) {
		w := normalGamma(t, "mean-field", 1, seed)
		trace := sweeps(w, 60)
		neverFalls(t, "normalgamma", trace)
		if all := evidence(w); !(trace[60] < all && trace[60] > all-0.2) {
			t.Errorf("seed %d: bound %g, evidence %g", seed, trace[60], all)
		}
		q := w.Model.(vi.Uncertain).Unknowns(w.Params)
		mean, variance := w.Model.(vi.Posterior).Posterior(w.Data)
		near(t, "E mu", q.Mean[0], mean[0], 1e-12)
		near(t, "E tau", q.Mean[1], mean[1], 1e-12)
		near(t, "variance", q.Variance[0]/variance[0], 10.5/11.5, 1e-12)
	}
	w := normalGamma(t, "mean-field", 1, 1)
	for range 3 {
		sweeps(w, 1) // the prior is wider than the grid
		h, g := w.Params.Value("inf/mu"), w.Params.Value("inf/tau")
		m, l, a, b := h.At(0)/h.At(1), h.At(1), g.At(0), g.At(1)
		lgamma, _ := math.Lgamma(a)
		logq := func(mu, tau float64) float64 {
			return 0.5*math.Log(l/(2*math.Pi)) - l/2*(mu-m)*(mu-m) + a*math.Log(b) - lgamma + (a-1)*math.Log(tau) - b*tau
		}
		want := grid(w, func(mu, tau, logp float64) float64 {
			lq := logq(mu, tau)
			return math.Exp(lq) * (logp - lq)
		})
		near(t, "bound", sweeps(w, 0)[0], want, 1e-6)
	}
}

// Gibbs' draws have the exact means and variances; six standard errors of 49 degrees are
// exceeded once in four million.
func TestNormalGammaGibbs(t *testing.T) {
	const draws = 20000
	w := normalGamma(t, "particles", 1, 3)
	mean, variance := w.Model.(vi.Posterior).Posterior(w.Data)
	var p []float64
	for i := range draws {
		w.Params.Vector(tape.Inf).Copy(w.Estimate(estimators.Gibbs{}, i, w.All, &vi.Keyed{Key: rng.Noise(3, uint64(i))}).Inf.Target)
		p = append(p, w.Model.(vi.Uncertain).Unknowns(w.Params).Particles...)
	}
	for j := range 2 {
		var x, square []float64
		for i := j; i < len(p); i += 2 {
			x, square = append(x, p[i]), append(square, (p[i]-mean[j])*(p[i]-mean[j]))
		}
		for _, c := range []struct {
			x    []float64
			want float64
		}{{x, mean[j]}, {square, variance[j]}} {
			if got, se := batchMeans(c.x); math.Abs(got-c.want) > 6*se || se > 0.05*c.want {
				t.Errorf("unknown %d: %.5f, standard error %.5f; exact %.5f", j, got, se, c.want)
			}
		}
	}
}
