package models_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// What an encoder costs that sees one variable, in expectation over all data: 19.799054, 7.049973 and
// 9.284994 nats; the best diagonal covariance 0.471264 beside, whatever is seen; and both add up.
func TestGlimpseGaps(t *testing.T) {
	gap := func(sees int, cov string) float64 {
		w := work(t, tape.Float64, models.Glimpse{Sees: sees, Cov: cov}, datasets.Cubature{}, 0)
		logpx := 0.0
		for _, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X) {
			logpx += l / 6
		}
		near(t, "E log p(x)", logpx, -3.972302, 5e-7)
		near(t, "order 0", renyi(w, 0), logpx, 1e-12)
		return logpx - renyi(w, 1)
	}
	for sees, amortisation := range []float64{0, 19.799054, 7.049973, 9.284994} {
		full, diagonal := gap(sees, "full"), gap(sees, "diagonal")
		near(t, "amortisation", full, amortisation, 5e-7)
		near(t, "approximation", diagonal-full, 0.471264, 5e-7)
		if full < -1e-12 || diagonal < full {
			t.Errorf("sees %d: gaps %g and %g", sees, full, diagonal-full)
		}
	}
}

// The closed bounds are those of samples: of 40000 weights a row, the mean within 4.5 standard errors, and
// the bound of order 1/2 by the delta method: false alarm 1e-4 for all.
func TestGlimpseBySamples(t *testing.T) {
	for _, m := range []models.Glimpse{{Sees: 0, Cov: "diagonal"}, {Sees: 2, Cov: "diagonal"}, {Sees: 3, Cov: "full"}} {
		w := work(t, tape.Float64, m, datasets.Cubature{}, 0)
		const k = 40000
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Eval(0, 0)})
		lw := s.Weigh(k).LogW.Float64s()
		sum, variance := 0.0, 0.0
		for n := range 6 {
			mean, sq := 0.0, 0.0
			for _, x := range lw[n*k : (n+1)*k] {
				mean += x / k
				sq += x * x / k
			}
			sum += mean / 6
			variance += (sq - mean*mean) / k / 36
		}
		if se := math.Sqrt(variance); math.Abs(sum-renyi(w, 1)) > 4.5*se || se > 0.05 {
			t.Errorf("%+v: the ELBO of samples is %.5f, in closed form %.5f; standard error %.5f", m, sum, renyi(w, 1), se)
		}
		if m.Sees > 0 {
			continue // the weights of a q so far off have no variance
		}
		sum, variance = 0, 0
		for n := range 6 {
			mean, sq := 0.0, 0.0
			for _, x := range lw[n*k : (n+1)*k] {
				mean += math.Exp(x/2) / k
				sq += math.Exp(x) / k
			}
			sum += 2 * math.Log(mean) / 6
			variance += 4 * (sq/(mean*mean) - 1) / k / 36
		}
		if se := math.Sqrt(variance); math.Abs(sum-renyi(w, 0.5)) > 4.5*se || se > 0.05 {
			t.Errorf("%+v: order 1/2 of samples is %.5f, in closed form %.5f; standard error %.5f", m, sum, renyi(w, 0.5), se)
		}
	}
}

func TestGlimpseRefuses(t *testing.T) {
	for _, c := range []struct {
		d    vi.Data
		m    models.Glimpse
		want string
	}{
		{vi.Data{Name: "wide", D: 4, N: 1, Domain: vi.Real}, models.Glimpse{}, `explains three real variables, got 4 real of data "wide"`},
		{vi.Data{D: 3, N: 1, Domain: vi.Real}, models.Glimpse{Sees: 4}, "sees: got 4; have 1, 2, 3, or 0 for all"},
		{vi.Data{D: 3, N: 1, Domain: vi.Real}, models.Glimpse{Cov: "rank1"}, `cov: got "rank1"; have full, diagonal`},
	} {
		if _, err := c.m.For(&c.d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v; want %q", err, c.want)
		}
	}
}
