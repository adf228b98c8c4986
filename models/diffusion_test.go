package models_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func diffusion(t *testing.T, m models.Diffusion, d *vi.Data) *vi.Work {
	t.Helper()
	if m.SNR == 0 {
		m.SNR = 8
	}
	return workOn(t, tape.Float64, m, d, 0)
}

// The gap of the exact denoiser on N(0, s2), of which a row at one standard deviation is the
// mean: bound and log density are linear in the square.
func TestDiffusionGap(t *testing.T) {
	for _, c := range []struct {
		s2   float64
		t    int
		want float64
	}{{0.25, 100, 0.23848}, {0.25, 250, 0.09201}, {0.25, 1000, 0.02260}, {4, 100, 0.35668}, {4, 250, 0.13748}, {4, 1000, 0.03375}} {
		d := &vi.Data{N: 1, D: 1, X: []float64{math.Sqrt(c.s2)}, Domain: vi.Real}
		w := diffusion(t, models.Diffusion{Steps: c.t, Variance: c.s2}, d)
		gap := w.Model.(vi.Evidence).LogEvidence(w.Params, d.X)[0] - w.Model.(vi.ClosedBound).Bound(w.Params, d)
		if math.Abs(gap-c.want) > 5.1e-6 {
			t.Errorf("s2 = %g, T = %d: gap %.7f, want %.5f", c.s2, c.t, gap, c.want)
		}
	}
}

// The closed bound is the definition's: E log p(x|x_1) less KLs of Gaussians, from q(x_t-1|x_t, x) by
// Bayes, at any w and in two dimensions. Means over x_t are by e = +-1, exact of squares.
func TestDiffusionBoundIsItsDefinition(t *testing.T) {
	d := &vi.Data{N: 2, D: 2, X: []float64{0.3, -1.2, 2.1, 0.4}, Domain: vi.Real}
	w := diffusion(t, models.Diffusion{Steps: 7, Variance: 1.5, SNR: 3, Start: "zero"}, d)
	coef := make([]float64, 7)
	rng.Root(1).Uniform64(coef, 0)
	w.Params.Set("gen/w", coef)
	v := w.Model.(vi.Denoiser)
	ab := v.AlphaBar()
	normal := func(x, m, v float64) float64 { return -0.5 * (math.Log(2*math.Pi*v) + (x-m)*(x-m)/v) }
	kl := func(m, v, n, u float64) float64 { return 0.5 * (math.Log(u/v) + (v+(m-n)*(m-n))/u - 1) }
	want := 0.0
	for _, x := range d.X {
		for _, e := range []float64{-1, 1} {
			at := func(t int) float64 { return math.Sqrt(ab[t])*x + math.Sqrt(1-ab[t])*e }
			l := normal(x, coef[0]*at(0), v.Last()) - kl(math.Sqrt(ab[6])*x, 1-ab[6], 0, 1)
			for s := 1; s < 7; s++ {
				a := ab[s] / ab[s-1] // x_s = sqrt(a) x_s-1 + N(0, 1-a): a Gaussian prior of x_s-1 and a likelihood
				prec := 1/(1-ab[s-1]) + a/(1-a)
				mean := func(x0 float64) float64 {
					return (math.Sqrt(ab[s-1])*x0/(1-ab[s-1]) + math.Sqrt(a)*at(s)/(1-a)) / prec
				}
				l -= kl(mean(x), 1/prec, mean(coef[s]*at(s)), 1/prec)
			}
			want += l / 2
		}
	}
	if got := w.Model.(vi.ClosedBound).Bound(w.Params, d) * 2; math.Abs(got-want) > 1e-11*math.Abs(want) {
		t.Errorf("bound %.12f; by its definition %.12f", got, want)
	}
}

// No other w has a higher bound on data of variance s2 than the exact one.
func TestDiffusionBest(t *testing.T) {
	d := &vi.Data{N: 1, D: 1, X: []float64{math.Sqrt(0.7)}, Domain: vi.Real}
	w := diffusion(t, models.Diffusion{Steps: 20, Variance: 0.7}, d)
	top := w.Model.(vi.ClosedBound).Bound(w.Params, d)
	for i := range 20 {
		for _, by := range []float64{-1e-3, 1e-3} {
			p := w.Params.Clone()
			v := p.Value("gen/w")
			v.Set(i, v.At(i)+by)
			if b := w.Model.(vi.ClosedBound).Bound(p, d); b >= top {
				t.Errorf("w_%d + %g: bound %g, not below %g", i+1, by, b, top)
			}
		}
	}
}

// The three losses are one: directions agree to 1e-10 of their size on random inputs, draw by
// draw.
func TestDenoiseFacesAgree(t *testing.T) {
	x := make([]float64, 15)
	rng.Root(2).Normal64(x, 0)
	d := &vi.Data{N: 5, D: 3, X: x, Domain: vi.Real}
	for _, snr := range []float64{2, 8} {
		w := diffusion(t, models.Diffusion{Steps: 50, Variance: 2, SNR: snr}, d)
		random := make([]float64, 50)
		rng.Root(3).Normal64(random, 0)
		w.Params.Set("gen/w", random)
		for r := range 20 {
			var first []float64
			for _, predict := range []string{"source", "noise", "score"} {
				e := estimators.Denoise{K: 4, Predict: predict}
				g := e.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(0, 0, uint64(r))})).Gen.Ascend.AppendTo(nil)
				if first == nil {
					first = g
				}
				for i := range g {
					if math.Abs(g[i]-first[i]) > 1e-10*math.Abs(first[i]) {
						t.Errorf("snr %g, draw %d, w_%d: %s gives %.15g, source %.15g", snr, r, i+1, predict, g[i], first[i])
					}
				}
			}
		}
	}
}

func TestDiffusionRefuses(t *testing.T) {
	d := &vi.Data{Name: "rows", N: 1, D: 1, X: []float64{1}, Domain: vi.Real}
	for want, m := range map[string]models.Diffusion{
		"steps: got 1; need at least 2": {Steps: 1, Variance: 1, SNR: 8},
		"variance: got 0":               {Steps: 5, SNR: 8},
		"snr: got NaN":                  {Steps: 5, Variance: 1, SNR: math.NaN()},
	} {
		if _, err := m.For(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	d.Domain = vi.Binary
	if _, err := (models.Diffusion{Steps: 5, Variance: 1, SNR: 8}).For(d); err == nil {
		t.Error("bits are taken")
	}
}

// A column that never varies has a finite bound and evidence.
func TestDiffusionOfAConstantColumn(t *testing.T) {
	d := &vi.Data{N: 3, D: 2, X: []float64{1, 0.3, 1, -0.2, 1, 2}, Domain: vi.Real}
	w := diffusion(t, models.Diffusion{Steps: 2, Variance: 1}, d)
	if b := w.Model.(vi.ClosedBound).Bound(w.Params, d); b-b != 0 {
		t.Errorf("bound %g", b)
	}
}
