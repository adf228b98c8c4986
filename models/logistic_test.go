package models_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// regression is the model on drawn data, and log p(y, w) by its definition.
func regression(t testing.TB, m models.Logistic, ds datasets.Logistic, seed uint64) (*vi.Work, func(w ...float64) float64) {
	t.Helper()
	w := work(t, tape.Float64, m, ds, seed)
	return w, definition(m, w.Data)
}

func definition(m models.Logistic, d *vi.Data) func(w ...float64) float64 {
	return func(w ...float64) float64 {
		s := 0.0
		for _, x := range w {
			s += logNormal(x, 0, m.PriorSD*m.PriorSD)
		}
		for n := range d.N {
			r, a := row(d, n), 0.0
			for i, x := range w {
				a += x * r[i]
			}
			if r[len(w)] <= 0 {
				a = -a
			}
			s -= math.Log1p(math.Exp(-a))
		}
		return s
	}
}

// The tape's log p(y, w) is the definition's, of all data in every row.
func TestLogisticDensity(t *testing.T) {
	for _, q := range []string{"full", "mean-field", "isotropic"} {
		w, logp := regression(t, models.Logistic{PriorSD: 1.5, Global: models.Global{Q: q, SD: 0.7, Mean: 0.2}}, datasets.Logistic{Dim: 3, N: 20, Scale: 2}, 1)
		s := w.Step(0, w.All[:4], ramp{})
		z := s.Posterior().Sample(s.Noise("z"), 2)
		for r, got := range s.LogJoint(z).Float64s() {
			near(t, "log p(y, w)", got, logp(z.Node.Value().Slice(3*r, 3*r+3).AppendTo(nil)...), 1e-12)
		}
	}
}

// log p(y), the bounds below it and the KL, by a finer sum over a box that is fixed, with package math.
func TestLogisticGrid(t *testing.T) {
	for seed := range uint64(4) {
		m := models.Logistic{PriorSD: 1, Global: models.Global{Q: "full", SD: 1}}
		w, logp := regression(t, m, datasets.Logistic{Dim: 2, N: 50, Scale: 2}, seed)
		mu, l := []float64{0.3, -0.4}, []float64{0.5, 0.2, 0.4}
		w.Params.Set("inf/mu", mu)
		w.Params.Set("inf/logsd", []float64{math.Log(l[0]), l[1], 0, math.Log(l[2])})
		const h, reach = 0.1, 7.0 // the prior alone is below exp(-24) outside; q's sds are four steps and more
		var z, elbo, half float64
		for x := -reach; x <= reach; x += h {
			for y := -reach; y <= reach; y += h {
				a := (x - mu[0]) / l[0]
				b := (y - mu[1] - l[1]*a) / l[2]
				q := -math.Log(2*math.Pi) - math.Log(l[0]*l[2]) - 0.5*(a*a+b*b)
				p := logp(x, y)
				z += h * h * math.Exp(p)
				elbo += h * h * math.Exp(q) * (p - q)
				half += h * h * math.Exp(0.5*(p+q))
			}
		}
		near(t, "log p(y)", renyi(w, 0), math.Log(z), 1e-9)
		near(t, "evidence", w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X)[49], math.Log(z), 1e-9)
		near(t, "ELBO", renyi(w, 1), elbo, 1e-9)
		near(t, "order 1/2", renyi(w, 0.5), 2*math.Log(half), 1e-9)
		if !math.IsNaN(renyi(w, -0.5)) || !math.IsNaN(renyi(w, 2)) {
			t.Error("orders beyond 0 and 1 are not known")
		}
		if !(renyi(w, 0) > renyi(w, 0.5) && renyi(w, 0.5) > renyi(w, 1)) {
			t.Error("the bounds rise with their order")
		}
	}
}

// What is awkward has numbers all the same: a response that is always the same, an input that is
// constant or nothing, two inputs that are one, a wide prior. The prior bounds them.
func TestLogisticAwkward(t *testing.T) {
	for name, x := range map[string][]float64{
		"one response": {1, 2, 1, -1, 0.5, 1, 2, 1, 1}, "constant": {1, 2, 1, 1, -1, -1, 1, 0, 1}, "nothing": {0, 2, 1, 0, -1, -1, 0, 1, 1}, "twice": {1, 1, 1, -2, -2, -1, 0.5, 0.5, -1},
	} {
		for _, sd := range []float64{1, 20} {
			w := workOn(t, tape.Float64, models.Logistic{PriorSD: sd, Global: models.Global{Q: "full", SD: 1}}, &vi.Data{Name: name, N: 3, D: 3, Domain: vi.Real, X: x}, 0)
			z, elbo := renyi(w, 0), renyi(w, 1)
			if z-z != 0 || elbo-elbo != 0 || !(z > elbo) || z > 0 {
				t.Errorf("%s, prior %g: log p(y) = %g, ELBO %g", name, sd, z, elbo)
			}
		}
	}
}

func TestLogisticRefuses(t *testing.T) {
	good := models.Logistic{PriorSD: 1, Global: models.Global{SD: 1}}
	for _, c := range []struct {
		d    vi.Data
		m    models.Logistic
		want string
	}{
		{vi.Data{Name: "one", D: 1, N: 1, Domain: vi.Real}, good, `the last of several real columns on the others, got 1 real of data "one"`},
		{vi.Data{D: 3, N: 1, Domain: vi.Binary}, good, "got 3 binary"},
		{vi.Data{D: 3, N: 1, Domain: vi.Real}, models.Logistic{PriorSD: -1, Global: models.Global{SD: 1}}, "prior_sd: got -1"},
		{vi.Data{D: 3, N: 1, Domain: vi.Real}, models.Logistic{PriorSD: 1, Global: models.Global{SD: -1}}, "sd: got -1"},
	} {
		if _, err := c.m.For(&c.d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v; want %q", err, c.want)
		}
	}
	m, err := good.For(&vi.Data{D: 4, N: 1, Domain: vi.Real, X: []float64{1, 2, 3, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := m.(vi.ClosedRenyi); ok {
		t.Error("three weights have a grid")
	}
}
