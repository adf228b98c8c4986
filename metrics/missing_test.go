package metrics_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// gappy is vgi on factor analysis at the values that made the data.
func gappy(t *testing.T) *metrics.Eval {
	t.Helper()
	d, err := datasets.FA6{N: 50, Test: 30, Missing: 0.5}.Make(rng.Root(1))
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.FA{Latent: 2, Noise: "diagonal", Cov: "shared", Act: "tanh"}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	e := estimators.VGI{K: 1, Moves: 1}
	w, err := vi.NewWork(m, e, d, tape.Float64, rng.Root(2))
	if err != nil {
		t.Fatal(err)
	}
	w.Params.Set("gen/W", []float64{-5, -2, 4, 0, 3, -1, -3, -3, 1, 5, -1, 2})
	w.Params.Set("gen/c", []float64{3, -1, 0, 2, -1, 0})
	var logs []float64
	for _, v := range []float64{50.4794, 30.0988, 6.7666, 17.3357, 40.9839, 25.1122} {
		logs = append(logs, 0.5*math.Log(v))
	}
	w.Params.Set("gen/logsigma", logs)
	return &metrics.Eval{Context: context.Background(), Work: w, Test: w.On(d.Test), Estimator: e}
}

func measured(t *testing.T, e *metrics.Eval, m metrics.Evaluation) float64 {
	t.Helper()
	var out metrics.Out
	m.Measure(e, &out)
	if len(out.Values) != 1 || out.Values[0].Reason != "" {
		t.Fatalf("%s: %+v", m.Name(), out.Values)
	}
	return out.Values[0].X
}

// At the values that made the data the covariance has no error; noise of twice the sd everywhere adds 3 psi to
// its diagonal.
func TestCovError(t *testing.T) {
	e := gappy(t)
	if got := measured(t, e, metrics.CovError{}); !(got < 1e-14) {
		t.Errorf("at the truth: %g", got)
	}
	s := e.Work.Params.Value("gen/logsigma")
	off, all := 0.0, 0.0
	for j := range 6 {
		off += 9 * math.Exp(4*s.At(j))
		s.Set(j, s.At(j)+math.Ln2)
	}
	for _, v := range e.Work.Data.Cov {
		all += v * v
	}
	if got, want := measured(t, e, metrics.CovError{}), math.Sqrt(off/all); math.Abs(got-want) > 1e-12 {
		t.Errorf("at twice the noise: %g; want %g", got, want)
	}
	e.Work.Data.Cov = nil
	var out metrics.Out
	metrics.CovError{}.Measure(e, &out)
	if out.Values[0].Reason == "" {
		t.Error("without a truth there is a number")
	}
}

// A q that is the model's own conditional, by a regression of the covariance, is at no distance; with another mean by
// d sds and r times the sd, at (r^2 + d^2 - 1)/2 - log r.
func TestConditionalKL(t *testing.T) {
	e := gappy(t)
	w := e.Work
	mean, cov := w.Model.(vi.Marginal).Marginal(w.Params)
	m, unit := w.State["vgi/columns"].Data[:6], w.State["vgi/columns"].Data[6:]
	a, b, s := w.Params.Value("own/A"), w.Params.Value("own/b"), w.Params.Value("own/logs")
	var sds [6]float64
	for j := range 6 {
		others := slices.DeleteFunc([]int{0, 1, 2, 3, 4, 5}, func(i int) bool { return i == j })
		slope := solve(cov, others, j)
		at, left := mean[j]-m[j], cov[7*j]
		for k, i := range others {
			a.Set(j*6+i, slope[k]*unit[i]/unit[j])
			at += slope[k] * (m[i] - mean[i])
			left -= slope[k] * cov[j*6+i]
		}
		sds[j] = math.Sqrt(left)
		b.Set(j, at/unit[j])
		s.Set(j, math.Log(sds[j]/unit[j]))
	}
	kl := metrics.ConditionalKL{On: metrics.On{Split: "test", When: "always"}}
	if got := measured(t, e, kl); !(math.Abs(got) < 1e-12) {
		t.Errorf("at the model's own: %g", got)
	}
	const d, r = 0.3, 1.7
	for j := range 6 {
		b.Set(j, b.At(j)+d*sds[j]/unit[j])
		s.Set(j, s.At(j)+math.Log(r))
	}
	if got, want := measured(t, e, kl), (r*r+d*d-1)/2-math.Log(r); math.Abs(got-want) > 1e-11 {
		t.Errorf("away from it: %g; want %g", got, want)
	}
	if kl.Admits(e.Estimator) != nil || kl.Admits(estimators.EM{}) == nil {
		t.Error("admits vgi, and not em")
	}
}

// solve is the regression of j on others, S_oo^-1 S_oj, by Gauss's elimination.
func solve(cov []float64, others []int, j int) []float64 {
	n := len(others)
	a := make([][]float64, n)
	for r, i := range others {
		for _, k := range others {
			a[r] = append(a[r], cov[i*6+k])
		}
		a[r] = append(a[r], cov[i*6+j])
	}
	for p := range n {
		for r := range n {
			if f := a[r][p] / a[p][p]; r != p {
				for c := p; c <= n; c++ {
					a[r][c] -= f * a[p][c]
				}
			}
		}
	}
	var x []float64
	for r := range n {
		x = append(x, a[r][n]/a[r][r])
	}
	return x
}
