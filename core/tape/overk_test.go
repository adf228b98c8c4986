package tape

import (
	"fmt"
	"math"
	"testing"
)

// CovK against its definition, on weights that differ by datum, and summed
// against a second function as the covariance by moments.
func TestCovK(t *testing.T) {
	const k, b = 3, 2
	tp := New(testParams(t, Float64, Spec{"gen/x", 1, 1}))
	v := []float64{0.2, 0.5, 0.3, 0.7, 0.1, 0.2}
	f := []float64{1, -2, 4, 0.5, 3, -7}
	g := []float64{2, 0, -1, 5, 1, 0.25}
	got := tp.Const(k, b, v).CovK(tp.Const(k, b, f)).Float64s()
	for d := range b {
		var ef, eg, efg, sum float64
		for i := d * k; i < (d+1)*k; i++ {
			ef, eg, efg = ef+v[i]*f[i], eg+v[i]*g[i], efg+v[i]*f[i]*g[i]
		}
		for i := d * k; i < (d+1)*k; i++ {
			if want := v[i] * (f[i] - ef); math.Abs(got[i]-want) > 1e-15 {
				t.Errorf("datum %d: got %.17g; want %.17g", d, got[i], want)
			}
			sum += got[i] * g[i]
		}
		if want := efg - ef*eg; math.Abs(sum-want) > 1e-14 {
			t.Errorf("datum %d: covariance %.17g; want %.17g", d, sum, want)
		}
	}
}

// One 1 a datum, at the first of the largest; a value that is not a number is
// not passed over.
func TestLargestK(t *testing.T) {
	tp := New(testParams(t, Float64, Spec{"gen/x", 1, 1}))
	low, nan := math.Inf(-1), math.NaN()
	for _, c := range []struct {
		x    []float64
		want string
	}{
		{[]float64{1, 5, 3}, "[0 1 0]"},
		{[]float64{7, 5, 7}, "[1 0 0]"},
		{[]float64{-3, -2, -2}, "[0 1 0]"},
		{[]float64{low, low, low}, "[1 0 0]"},
		{[]float64{low, -800, low}, "[0 1 0]"},
		{[]float64{1, nan, 9}, "[0 1 0]"},
		{[]float64{nan, 2, 3}, "[1 0 0]"},
		{[]float64{1, 2, 3, 6, 5, 4}, "[0 0 1 1 0 0]"},
	} {
		if got := fmt.Sprint(tp.Const(3, len(c.x)/3, c.x).LargestK().Float64s()); got != c.want {
			t.Errorf("%v: got %s; want %s", c.x, got, c.want)
		}
	}
}

// Both are constants: a scalar made of them alone moves nothing.
func TestCoefficientsAreStopped(t *testing.T) {
	tp := New(testParams(t, Float64, Spec{"gen/x", 6, 1}))
	x := tp.Param("gen/x").SumD(3)
	for _, n := range []Node{x.SoftmaxK().CovK(x), x.LargestK()} {
		for i, g := range tp.Ascend(Surrogate{Gen: n.Sum().Add(x.Scale(0).Sum())})[Gen].F64() {
			if g != 0 {
				t.Errorf("direction[%d] = %g; want 0", i, g)
			}
		}
	}
}
