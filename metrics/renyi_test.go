package metrics_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// targetOf is a q of one coordinate for a target, on two rows.
func targetOf(t *testing.T, dim int, g models.Global) *vi.Work {
	t.Helper()
	d, err := datasets.Dirac{Dim: 1, N: 2}.Make(rng.Key{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.Target{Dim: dim, Rho: 0.5, Global: g}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, nil, d, tape.Float64, rng.Key{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func byName(o *metrics.Out) map[string]metrics.Value {
	all := map[string]metrics.Value{}
	for _, v := range o.Values {
		all[v.Name] = v
	}
	return all
}

// The bounds of samples by their definition on the draws of the key, in whatever order they are asked for, with the
// largest rise between any two; the ELBO and minus the NLL among them.
func TestRenyi(t *testing.T) {
	w := targetOf(t, 1, models.Global{Mean: 0.5, SD: 0.9})
	e := moment(w, nil)
	const k = 50
	lw := weights(w, e.Step, k, rng.Eval(e.Seed, uint64(e.Step)))
	got := byName(measure(e, metrics.Renyi{K: k, Orders: metrics.Orders{Alpha: []float64{0, 2, 1, -1.5, 0.5}}}))
	want := map[float64]float64{}
	for _, alpha := range []float64{0, 2, 1, -1.5, 0.5} {
		want[alpha] = average(lw, func(x []float64) float64 {
			if alpha == 1 {
				return arithmetic(x)
			}
			s := 0.0
			for _, l := range x {
				s += math.Exp((1-alpha)*l) / k
			}
			return math.Log(s) / (1 - alpha)
		})
	}
	for name, alpha := range map[string]float64{"renyi@50/0": 0, "renyi@50/2": 2, "renyi@50/1": 1, "renyi@50/-1.5": -1.5, "renyi@50/0.5": 0.5} {
		if v := got[name]; v.Reason != "" || math.Abs(v.X-want[alpha]) > 1e-12 {
			t.Errorf("%s: got %.15g %s; want %.15g", name, v.X, v.Reason, want[alpha])
		}
	}
	rise := math.Inf(-1)
	for a, x := range want {
		for b, y := range want {
			if a > b {
				rise = math.Max(rise, x-y)
			}
		}
	}
	if v := got["renyi@50/rise"]; math.Abs(v.X-rise) > 1e-12 || rise >= 0 {
		t.Errorf("rise: got %g; want %g, below 0", v.X, rise)
	}
	if elbo := measure(e, metrics.ELBO{K: k}).Values[0].X; elbo != got["renyi@50/1"].X {
		t.Errorf("order 1 is %g, the ELBO of the same draws %g", got["renyi@50/1"].X, elbo)
	}
	if len(got) != 6 {
		t.Errorf("%d numbers; want 6", len(got))
	}
}

// made stands in for a model whose bounds are as given.
type made struct {
	vi.Model
	bound func(alpha float64) float64
}

func (m made) RenyiBound(_ *vi.Params, _ *vi.Data, alpha float64) float64 { return m.bound(alpha) }

// Closed bounds are the model's; one that is infinite or unknown is missing with a reason, and a rise is seen.
func TestClosedRenyi(t *testing.T) {
	w := targetOf(t, 1, models.Global{Mean: 0.5, SD: 1})
	model := w.Model
	for _, c := range []struct {
		bound        func(alpha float64) float64
		missing, why string
		rise, kl     float64
	}{
		{func(a float64) float64 { return 1 - a }, "", "", -0.5, 1},
		{func(a float64) float64 { return a * a }, "", "", 1, -1},
		{func(a float64) float64 { return map[bool]float64{true: math.Inf(1), false: -a}[a < 0] }, "closed-renyi/-2", "infinite", -0.5, 1},
		{func(a float64) float64 { return map[bool]float64{true: math.NaN(), false: -a}[a < 0] }, "closed-renyi/-2", "not known", -0.5, 1},
	} {
		w.Model = made{model, c.bound}
		alphas := []float64{1, 0, 0.5}
		if c.missing != "" {
			alphas = append(alphas, -2)
		}
		got := byName(measure(moment(w, nil), metrics.ClosedRenyi{Orders: metrics.Orders{Alpha: alphas}}))
		if v := got["closed-renyi/rise"]; v.Reason != "" || v.X != c.rise {
			t.Errorf("rise: got %g %s; want %g", v.X, v.Reason, c.rise)
		}
		if v := got["closed-renyi/kl"]; v.X != c.kl {
			t.Errorf("kl: got %g; want %g", v.X, c.kl)
		}
		if c.missing != "" && !strings.Contains(got[c.missing].Reason, c.why) {
			t.Errorf("%s: got %+v; want a reason: %s", c.missing, got[c.missing], c.why)
		}
	}
	w.Model = made{model, func(float64) float64 { return math.NaN() }}
	for name, v := range byName(measure(moment(w, nil), metrics.ClosedRenyi{Orders: metrics.Orders{Alpha: []float64{1, 0}}})) {
		if v.Reason == "" {
			t.Errorf("%s is %g of bounds that are none", name, v.X)
		}
	}
}

// Spread is the mean variance, of one row for all data, of a row each, and of correlated q.
func TestSpread(t *testing.T) {
	w := targetOf(t, 2, models.Global{Q: "full", Mean: 3, SD: 1})
	w.Params.Set("inf/logsd", []float64{math.Log(0.5), 0.7, 0, math.Log(0.2)})
	want := (0.25 + 0.49 + 0.04) / 2
	if v := measure(moment(w, nil), metrics.Spread{}).Values[0]; math.Abs(v.X-want) > 1e-14 {
		t.Errorf("full: got %g; want %g", v.X, want)
	}
	w = targetOf(t, 2, models.Global{Q: "isotropic", Mean: 3, SD: 0.3})
	if v := measure(moment(w, nil), metrics.Spread{}).Values[0]; math.Abs(v.X-0.09) > 1e-14 {
		t.Errorf("isotropic: got %g; want 0.09", v.X)
	}
}
