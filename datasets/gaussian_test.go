package datasets_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/vi"
)

// second is the mean of x x' over all data.
func second(x *vi.Data) []float64 {
	c := make([]float64, x.D*x.D)
	for n := range x.N {
		for i := range x.D {
			for j := range x.D {
				c[i*x.D+j] += x.X[n*x.D+i] * x.X[n*x.D+j] / float64(x.N)
			}
		}
	}
	return c
}

// fa3 is what it says it is: of 200000 data the second moments are W W' + Psi within five
// standard errors (6e-7 each, nine of them), its latents and loadings give the noise back
// with the stated variances, and the held-out data are others.
func TestFA3(t *testing.T) {
	x := data(t, datasets.FA3{N: 200000, Test: 100}, 3)
	if x.Test.N != 100 || x.Test.X[0] == x.X[0] {
		t.Errorf("%d held out, of which the first value is %g, like %g", x.Test.N, x.Test.X[0], x.X[0])
	}
	want := []float64{1.25 + 0.16, 1.5, -1.5, 1.5, 2 + 0.04, -2.5, -1.5, -2.5, 4.25 + 0.09}
	for i, got := range second(x) {
		a, b := want[i/3*4], want[i%3*4]
		if se := math.Sqrt((a*b + want[i]*want[i]) / float64(x.N)); math.Abs(got-want[i]) > 5*se {
			t.Errorf("moment %d: got %g; want %g +- %g", i, got, want[i], se)
		}
	}
	for j, want := range []float64{0.16, 0.04, 0.09} {
		if math.Abs(x.Noise[j]-want) > 1e-15 {
			t.Errorf("noise %d: says %g; want %g", j, x.Noise[j], want)
		}
		v := 0.0
		for n := range x.N {
			r := x.X[n*3+j] - x.Atoms[j*2]*x.Codes[n*2] - x.Atoms[j*2+1]*x.Codes[n*2+1]
			v += r * r / float64(x.N)
		}
		if se := want * math.Sqrt(2/float64(x.N)); math.Abs(v-want) > 5*se {
			t.Errorf("noise %d: got %g; want %g +- %g", j, v, want, se)
		}
	}
}

// The covariance of a spectrum has its trace, and the trace of its square (what both are of
// 200000 data, within five standard errors of the first: 6e-7; the second within 3 %, more
// than ten), whatever the rotation; and the rotation is one: it differs by seeds and mixes.
func TestSpectrum(t *testing.T) {
	lambda := []float64{4, 2, 1, 0.5, 0.25, 0}
	var first []float64
	for seed := range uint64(3) {
		x := data(t, datasets.Spectrum{Lambda: lambda, N: 200000}, seed)
		c, trace, square, want, wantSquare := second(x), 0.0, 0.0, 0.0, 0.0
		for i, l := range lambda {
			trace += c[i*7]
			want += l
			wantSquare += l * l
		}
		for _, v := range c {
			square += v * v
		}
		if se := math.Sqrt(2 * wantSquare / float64(x.N)); math.Abs(trace-want) > 5*se {
			t.Errorf("seed %d: trace %g; want %g +- %g", seed, trace, want, se)
		}
		if math.Abs(square/wantSquare-1) > 0.03 {
			t.Errorf("seed %d: sum of squared eigenvalues %g; want %g", seed, square, wantSquare)
		}
		if math.Abs(c[1]) < 1e-3 || first != nil && math.Abs(c[1]-first[1]) < 1e-3 {
			t.Errorf("seed %d: no rotation, or the same one: covariance %g", seed, c[1])
		}
		first = c
	}
	for _, bad := range [][]float64{nil, {1, -1}, {math.Inf(1)}, {math.NaN()}} {
		if _, err := (datasets.Spectrum{Lambda: bad, N: 3}).Make(key(datasets.Spectrum{}, 0)); err == nil {
			t.Errorf("eigenvalues %v are taken", bad)
		}
	}
}
