package stats

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

// Anscombe's four sets (Am. Statist. 27, 1973), made to have one line.
func TestSlopeAnscombe(t *testing.T) {
	x := []float64{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5}
	x4 := []float64{8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8}
	for _, c := range []struct {
		x, y             []float64
		slope, intercept float64
	}{
		{x, []float64{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68}, 0.5000909, 3.0000909},
		{x, []float64{9.14, 8.14, 8.74, 8.77, 9.26, 8.10, 6.13, 3.10, 9.13, 7.26, 4.74}, 0.5, 3.000909},
		{x, []float64{7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73}, 0.4997273, 3.0024545},
		{x4, []float64{6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.50, 5.56, 7.91, 6.89}, 0.4999091, 3.0017273},
	} {
		b, a, err := Slope(c.x, c.y)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "slope", b, c.slope, 1e-7)
		near(t, "intercept", a, c.intercept, 1e-6)
	}
}

func TestSlopeAgreesWithGonum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "n")
		x := rapid.SliceOfNDistinct(rapid.IntRange(-50, 50), n, n, rapid.ID).Draw(t, "x")
		y := rapid.SliceOfN(rapid.Float64Range(-5, 5), n, n).Draw(t, "y")
		fx := make([]float64, n)
		for i, v := range x {
			fx[i] = float64(v)
		}
		b, a, err := Slope(fx, y)
		if err != nil {
			t.Fatal(err)
		}
		wantA, wantB := stat.LinearRegression(fx, y, nil, false)
		if math.Abs(a-wantA) > 1e-9 || math.Abs(b-wantB) > 1e-10 {
			t.Errorf("got %v + %v x, want %v + %v x", a, b, wantA, wantB)
		}
	})
}

func TestSlopeBadInput(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		want string
	}{
		{[]float64{1, 2}, []float64{1}, "stats: slope: lengths, got x 2, y 1; need the same"},
		{[]float64{1}, []float64{1}, "stats: slope: got 1 point; need at least 2"},
		{[]float64{2, 2, 2}, []float64{1, 2, 3}, "stats: slope: x, got 2 3 times; need two different values"},
		{[]float64{1, 2}, []float64{1, math.NaN()}, "stats: slope: y: value 2, got NaN; need finite values"},
		{[]float64{math.Inf(1), 2}, []float64{1, 2}, "stats: slope: x: value 1, got +Inf; need finite values"},
	} {
		if _, _, err := Slope(c.x, c.y); err == nil || err.Error() != c.want {
			t.Errorf("%v %v: got %v, want %s", c.x, c.y, err, c.want)
		}
	}
}

func TestSlopeAtExtremeScales(t *testing.T) {
	for _, unit := range []float64{1e-200, 1, 1e200} {
		b, _, err := Slope([]float64{0, unit, 2 * unit}, []float64{1, 2, 3})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "slope in units", b*unit, 1, 1e-14)
	}
}
