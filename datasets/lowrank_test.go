package datasets_test

import (
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/datasets"
)

// Low-rank data by their definition, and more of them begin with the fewer.
func TestLowRank(t *testing.T) {
	d := datasets.LowRank{N: 6, Dim: 4, Latent: 2, Noise: 0.3}
	k := key(d, 5)
	draw := func(name string, n int) []float64 {
		x := make([]float64, n)
		k.Fold(name).Normal64(x, 0)
		return x
	}
	w, c, z, e := draw("W", 8), draw("c", 4), draw("z", 12), draw("e", 24)
	x := data(t, d, 5)
	for n := range 6 {
		for j := range 4 {
			want := c[j] + w[j*2]*z[n*2] + w[j*2+1]*z[n*2+1] + 0.3*e[n*4+j]
			if got := x.X[n*4+j]; math.Abs(got-want) > 1e-14*(1+math.Abs(want)) {
				t.Errorf("x[%d,%d] = %g; want %g", n, j, got, want)
			}
		}
	}
	d.N = 50
	if many := data(t, d, 5); !slices.Equal(x.X, many.X[:len(x.X)]) {
		t.Error("6 data are not the first of 50")
	}
}
