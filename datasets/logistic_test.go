package datasets_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/datasets"
)

// Responses by their definition, with package math; both are there, and go with the inputs.
func TestLogistic(t *testing.T) {
	d := datasets.Logistic{Dim: 3, N: 60, Scale: 2}
	k := key(d, 5)
	w, u, y := make([]float64, 3), make([]float64, 180), make([]float64, 60)
	k.Fold("w").Normal64(w, 0)
	k.Fold("u").Normal64(u, 0)
	k.Fold("y").Uniform64(y, 0)
	x := data(t, d, 5)
	ones := 0
	for n := range 60 {
		a := 0.0
		for i := range 3 {
			if x.X[n*4+i] != u[n*3+i] {
				t.Errorf("input %d of row %d: got %g; want %g", i, n, x.X[n*4+i], u[n*3+i])
			}
			a += 2 * w[i] * u[n*3+i]
		}
		want, cut := -1.0, 1-1/(1+math.Exp(-a))
		if y[n] > cut {
			want = 1
			ones++
		}
		if x.X[n*4+3] != want && math.Abs(y[n]-cut) > 1e-12 {
			t.Errorf("response %d: got %g; want %g", n, x.X[n*4+3], want)
		}
	}
	if ones == 0 || ones == 60 {
		t.Errorf("%d ones of 60", ones)
	}
}

// The six rows have mean nothing and the covariance W W' + Psi.
func TestCubature(t *testing.T) {
	x := data(t, datasets.Cubature{}, 0)
	w, psi := [][2]float64{{-0.5, -1}, {-1, -1}, {2, 0.5}}, []float64{0.16, 0.04, 0.09}
	for i := range 3 {
		mean := 0.0
		for n := range 6 {
			mean += x.X[3*n+i] / 6
		}
		if math.Abs(mean) > 1e-15 {
			t.Errorf("mean of variable %d is %g", i, mean)
		}
		for j := range 3 {
			want, got := w[i][0]*w[j][0]+w[i][1]*w[j][1], 0.0
			if i == j {
				want += psi[i]
			}
			for n := range 6 {
				got += x.X[3*n+i] * x.X[3*n+j] / 6
			}
			if math.Abs(got-want) > 1e-14 {
				t.Errorf("covariance of %d and %d: got %g; want %g", i, j, got, want)
			}
		}
	}
}
