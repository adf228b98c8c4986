package models_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// surveys are places of the survey's grid, and some off mu = sigma = 1.
var surveys = []models.Survey{
	{Cost: "quadratic", K: -3, Mu: 1, Sigma: 1}, {Cost: "quadratic", K: 0.5, Mu: -0.3, Sigma: 1.7},
	{Cost: "exp", K: 0.1, Mu: 1, Sigma: 1}, {Cost: "exp", K: 10, Mu: 1, Sigma: 1}, {Cost: "exp", K: 1, Mu: -0.4, Sigma: 0.6},
	{Cost: "cos", K: 0.5, Mu: 1, Sigma: 1}, {Cost: "cos", K: 5, Mu: 1, Sigma: 1}, {Cost: "cos", K: 2, Mu: 0.2, Sigma: 0.6},
}

// f is the cost, and its derivative.
func surveyed(m models.Survey, x float64) (f, slope float64) {
	switch m.Cost {
	case "exp":
		e := math.Exp(-m.K * x * x)
		return e, -2 * m.K * x * e
	case "cos":
		return math.Cos(m.K * x), -m.K * math.Sin(m.K*x)
	}
	return (x - m.K) * (x - m.K), 2 * (x - m.K)
}

// The gradients against integrals of f times the score, the variances of the
// quadratic against integrals of the estimators' squares.
func TestSurveyClosedForms(t *testing.T) {
	for _, m := range surveys {
		mean := func(g func(e float64) float64) float64 {
			return integral(func(e float64) float64 { return math.Exp(logNormal(e, 0, 1)) * g(e) })
		}
		// variances of an estimator g(e) of a mean
		variance := func(g func(e float64) float64) float64 {
			a := mean(g)
			return mean(func(e float64) float64 { return (g(e) - a) * (g(e) - a) })
		}
		f := func(e float64) float64 { f, _ := surveyed(m, m.Mu+m.Sigma*e); return f }
		scores := []func(e float64) float64{
			func(e float64) float64 { return e / m.Sigma }, func(e float64) float64 { return (e*e - 1) / m.Sigma },
		}
		mu, sigma := m.Gradient()
		for i, want := range []float64{mu, sigma} {
			near(t, m.Cost+", gradient", mean(func(e float64) float64 { return f(e) * scores[i](e) }), want, 1e-12)
		}
		if m.Cost != "quadratic" {
			if v, _ := m.VarianceScore(); !math.IsNaN(v) {
				t.Errorf("%s: a closed variance of %g; there is none", m.Cost, v)
			}
			continue
		}
		pair := func(a, b float64) []float64 { return []float64{a, b} }
		path := []func(e float64) float64{
			func(e float64) float64 { _, s := surveyed(m, m.Mu+m.Sigma*e); return s },
			func(e float64) float64 { _, s := surveyed(m, m.Mu+m.Sigma*e); return s * e },
		}
		for i, s := range scores {
			c := mean(func(e float64) float64 { return f(e) * s(e) * s(e) }) / mean(func(e float64) float64 { return s(e) * s(e) })
			near(t, "score", variance(func(e float64) float64 { return f(e) * s(e) }), pair(m.VarianceScore())[i], 1e-12)
			near(t, "baseline", variance(func(e float64) float64 { return (f(e) - c) * s(e) }), pair(m.VarianceBaseline())[i], 1e-12)
			near(t, "pathwise", variance(path[i]), pair(m.VariancePathwise())[i], 1e-12)
		}
	}
}

// Which variance is the least, on the survey's grid of the quadratic cost: the score's
// is the largest of all, a baseline never hurts, and for mu the measure-valued one is below the
// pathwise just where |mu - k| < 2 sigma / sqrt(16/pi - 4) = 1.913 sigma.
func TestSurveyOrders(t *testing.T) {
	for i := range 100 {
		m := models.Survey{Cost: "quadratic", K: -3 + 6*float64(i)/99, Mu: 1, Sigma: 1}
		s0, s1 := m.VarianceScore()
		b0, b1 := m.VarianceBaseline()
		p0, p1 := m.VariancePathwise()
		w0, w1 := m.VarianceMeasure()
		if !(s0 > max(p0, w0) && s1 > max(p1, w1) && b0 <= s0 && b1 <= s1) {
			t.Errorf("k = %g: score %g, %g; baseline %g, %g; pathwise %g, %g; measure-valued %g, %g", m.K, s0, s1, b0, b1, p0, p1, w0, w1)
		}
		if (w0 < p0) != (math.Abs(m.Mu-m.K) < 2/math.Sqrt(16/math.Pi-4)) {
			t.Errorf("k = %g: measure-valued %g, pathwise %g", m.K, w0, p0)
		}
	}
	near(t, "where they cross", 2/math.Sqrt(16/math.Pi-4), 1.913, 5e-4)
}

// The cost on the tape is f with f's derivative, in its parameters too.
func TestSurveyOnTheTape(t *testing.T) {
	for _, m := range surveys {
		w := onToy(t, m)
		s := w.Step(0, w.All, constant(0.7))
		z := s.Posterior().Sample(s.Noise("z"), 1)
		l := s.LogLik(z)
		f, slope := surveyed(m, m.Mu+m.Sigma*0.7)
		near(t, m.Cost+", f", l.Float(), f, 1e-14)
		d := s.Ascend(vi.Surrogate{Inf: l.Mean()})
		near(t, m.Cost+", df/dmu", param(w, d, "inf/mu")[0], slope, 1e-13)
		near(t, m.Cost+", df/dlogsigma", param(w, d, "inf/logsigma")[0], slope*m.Sigma*0.7, 1e-13)
	}
}

func TestSurveyRefusals(t *testing.T) {
	for _, c := range []struct {
		m    models.Survey
		want string
	}{
		{models.Survey{Cost: "sin", Sigma: 1}, `model survey: cost: got "sin"; have quadratic, exp, cos`},
		{models.Survey{Cost: "exp"}, "model survey: sigma: got 0; need a number above 0"},
		{models.Survey{Cost: "exp", K: math.Inf(1), Sigma: 1}, "model survey: k: got +Inf; need a finite number"},
	} {
		if _, err := c.m.For(&vi.Data{N: 1, D: 1, X: []float64{0}, Domain: vi.Real}); err == nil || err.Error() != c.want {
			t.Errorf("%+v: got %v; want %q", c.m, err, c.want)
		}
	}
}
