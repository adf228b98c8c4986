package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Darwin's fifteen pairs of maize, in eighths of an inch: Fisher (The Design of
// Experiments, 1935, section 21) counts 835 sums above the observed one and 28
// equal to it, of 32768.
func TestSignFlipDarwin(t *testing.T) {
	d := []float64{49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48}
	if got := SignFlip(d, 0); got != 863.0/32768 {
		t.Errorf("got %v, want 863/32768 = %v", got, 863.0/32768)
	}
	for i := range d {
		d[i] *= 0.1 // sums that round
	}
	if got := SignFlip(d, 0); got != 863.0/32768 {
		t.Errorf("in tenths: got %v, want 863/32768", got)
	}
}

// All patterns one by one, on small integers, where ties abound.
func TestSignFlipByEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SliceOfN(rapid.IntRange(-4, 6), 1, 11).Draw(t, "d")
		x := make([]float64, len(d))
		observed, hits := 0, 0
		for i, v := range d {
			x[i] = float64(v) / 10
			observed += v
		}
		for set := range 1 << len(d) {
			sum := 0
			for i, v := range d {
				if set>>i&1 == 1 {
					v = -v
				}
				sum += v
			}
			if sum >= observed {
				hits++
			}
		}
		if got, want := SignFlip(x, 0), float64(hits)/float64(int(1)<<len(d)); got != want {
			t.Errorf("%v: got %v, want %v", d, got, want)
		}
	})
}

func TestSignFlipEdges(t *testing.T) {
	for _, c := range []struct {
		d    []float64
		want float64
	}{
		{nil, 1}, {[]float64{0, 0}, 1}, {[]float64{2}, 0.5}, {[]float64{-2}, 1},
		{[]float64{math.MaxFloat64, math.MaxFloat64, math.MaxFloat64}, 0.125},
		{[]float64{1, math.NaN()}, math.NaN()},
	} {
		if got := SignFlip(c.d, 0); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%v: got %v, want %v", c.d, got, c.want)
		}
	}
}

// Beyond 32 values the patterns are drawn. On equal values the exact answer is
// the sign test's; the share drawn is within 5 standard errors of it but once in
// 1.7 million seeds.
func TestSignFlipDrawn(t *testing.T) {
	for _, n := range []int{40, 100} {
		d := make([]float64, n)
		up := n/2 + n/8
		for i := range d {
			d[i] = 1
			if i >= up {
				d[i] = -1
			}
		}
		want := SignTest(up, n)
		near(t, "drawn", SignFlip(d, 7), want, 5*math.Sqrt(want*(1-want)/Draws)+1.0/Draws)
		if got := SignFlip(slices.Repeat([]float64{1}, n), 7); got != 1.0/(Draws+1) {
			t.Errorf("no pattern but the observed one reaches the sum: got %v", got)
		}
		if SignFlip(d, 7) != SignFlip(d, 7) {
			t.Error("one seed, two answers")
		}
	}
}
