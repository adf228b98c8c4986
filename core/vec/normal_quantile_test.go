package vec

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// The quantile undoes the distribution function, here 1/2 erfc(-z/sqrt 2), and agrees with
// gonum's, which is made another way.
func TestNormalQuantile(t *testing.T) {
	for i := -370; i <= 82; i++ { // u from 1e-296 to near 1
		z := float64(i) / 10
		u := 0.5 * Erfc64(-z/math.Sqrt2)
		got := NormalQuantile64(u)
		// an ulp of u moves z by ulp/density
		slack := 4e-15*math.Max(1, math.Abs(z)) + 4*(math.Nextafter(u, 2)-u)/distuv.UnitNormal.Prob(z)
		if math.Abs(got-z) > slack {
			t.Errorf("quantile of %g is %.17g, want %.17g to %.1g", u, got, z, slack)
		}
	}
	for i := 1; i < 4096; i++ {
		u := float64(i) / 4096
		if got, want := NormalQuantile64(u), distuv.UnitNormal.Quantile(u); math.Abs(got-want) > 1e-13*math.Max(1, math.Abs(want)) {
			t.Errorf("quantile of %g is %.17g; gonum has %.17g", u, got, want)
		}
		if got := NormalQuantile64(1 - u); got != -NormalQuantile64(u) {
			t.Errorf("quantiles of %g and 1-%g are no mirror images", u, u)
		}
	}
	for u, want := range map[float64]float64{0: math.Inf(-1), 1: math.Inf(1), 0.5: 0} {
		if got := NormalQuantile64(u); got != want {
			t.Errorf("quantile of %g is %g, want %g", u, got, want)
		}
	}
	for _, u := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := NormalQuantile64(u); got == got {
			t.Errorf("quantile of %g is %g, want NaN", u, got)
		}
	}
}
