package datasets_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/vi"
)

// near holds a mean of n values of a standard deviation against its own, at five standard
// errors: 6e-7 false alarms each.
func near(t *testing.T, what string, got, want, sd float64, n int) {
	t.Helper()
	if se := sd / math.Sqrt(float64(n)); math.Abs(got-want) > 5*se+1e-12 {
		t.Errorf("%s: got %g; want %g +- %g", what, got, want, se)
	}
}

// Each Gaussian of the ring has its mean and variance by package math, its label and its share.
func TestRing8(t *testing.T) {
	const n = 80000
	x := data(t, datasets.Ring8{N: n, Test: 10, Radius: 2, SD: 0.05}, 1)
	if x.Test.N != 10 || x.Test.X[0] == x.X[0] {
		t.Errorf("%d held out, the first %g", x.Test.N, x.Test.X[0])
	}
	var sum, square [16]float64
	for i := range n {
		for j := range 2 {
			v := x.X[2*i+j]
			mean := 2 * []func(float64) float64{math.Cos, math.Sin}[j](2*math.Pi*float64(x.Labels[i])/8)
			sum[2*x.Labels[i]+j] += (v - mean) / (n / 8)
			square[2*x.Labels[i]+j] += (v - mean) * (v - mean) / (n / 8)
		}
	}
	for k := range 16 {
		near(t, "mean", sum[k], 0, 0.05, n/8)
		near(t, "variance", square[k], 0.0025, 0.0025*math.Sqrt2, n/8)
	}
}

// Bits of a tree have the covariance that the data state; its edges are a tree, one for each
// seed; and the entropy along it is that of its coins.
func TestTreeBits(t *testing.T) {
	const n, d = 100000, 12
	var last []float64
	for seed := range uint64(3) {
		x := data(t, datasets.TreeBits{Dim: d, N: n, Test: 100, Flip: 0.1}, seed)
		if x.Test.N != 100 || &x.Test.Cov[0] != &x.Cov[0] {
			t.Error("held-out data of another tree")
		}
		edges, other := 0, last == nil
		for i := range d {
			for j := range i {
				c := x.Cov[i*d+j]
				steps := math.Log(4*c) / math.Log(0.8)
				if math.Abs(steps-math.Round(steps)) > 1e-9 || c != x.Cov[j*d+i] {
					t.Errorf("covariance of %d and %d: %g is of %g edges", i, j, c, steps)
				}
				if math.Round(steps) == 1 {
					edges++
				}
				other = other || c != last[i*d+j]
				same := 0.0
				for r := range n {
					if x.X[r*d+i] == x.X[r*d+j] {
						same += 1.0 / n
					}
				}
				p := 0.5 + 2*c // of equal bits
				near(t, "equal bits", same, p, math.Sqrt(p*(1-p)), n)
			}
			mean := 0.0
			for r := range n {
				mean += x.X[r*d+i] / n
			}
			near(t, "mean of a bit", mean, 0.5, 0.5, n)
		}
		if edges != d-1 || !other {
			t.Errorf("seed %d: %d edges, another tree: %v", seed, edges, other)
		}
		last = x.Cov
	}
	for flip, want := range map[float64]bool{0: true, 1: false} { // no flip: all alike; always: parents differ
		x := data(t, datasets.TreeBits{Dim: 2, N: 50, Flip: flip}, 0)
		for r := range 50 {
			if (x.X[2*r] == x.X[2*r+1]) != want {
				t.Errorf("flip %g: got %v", flip, x.X[2*r:2*r+2])
			}
		}
	}
}

// No input to train on is in the gap, inputs held out are everywhere, and what is left of a
// response after the curve, by package math, has the variance of the noise.
func TestSineGap(t *testing.T) {
	const n = 100000
	x := data(t, datasets.SineGap{N: n, Test: n, Gap: 0.4, SD: 0.1}, 2)
	for _, part := range []*vi.Data{x, x.Test} {
		u, rest, square, inside, left := 0.0, 0.0, 0.0, 0.0, 0.0
		for i := range n {
			a, e := part.X[2*i], part.X[2*i+1]-math.Sin(math.Pi*part.X[2*i])
			u, rest, square = u+a*a/n, rest+e/n, square+e*e/n
			if math.Abs(a) < 0.4 {
				inside += 1.0 / n
			}
			if a < 0 {
				left += 1.0 / n
			}
			if math.Abs(a) > 1 {
				t.Fatalf("input %g", a)
			}
		}
		near(t, "noise", rest, 0, 0.1, n)
		near(t, "variance", square, 0.01, 0.01*math.Sqrt2, n)
		near(t, "left", left, 0.5, 0.5, n)
		if part == x {
			near(t, "u^2", u, (1-0.064)/(3*0.6), 0.3, n)
			if inside != 0 {
				t.Errorf("%g of the inputs are in the gap", inside)
			}
		} else {
			near(t, "u^2", u, 1.0/3, 0.3, n)
			near(t, "inside", inside, 0.4, 0.5, n)
		}
	}
}

// Clean pictures are the figures that the comment counts, each kind's all, as often as they
// should be; flipped pixels are as many as flip says.
func TestPatterns8x8(t *testing.T) {
	const n = 60000
	clean, noisy := data(t, datasets.Patterns8x8{N: n, Flip: 0}, 4), data(t, datasets.Patterns8x8{N: n, Test: 7, Flip: 0.05}, 4)
	figures, flips := [3]map[[64]float64]int{{}, {}, {}}, 0.0
	for i := range n {
		figures[clean.Labels[i]][[64]float64(clean.X[64*i:])]++
		for j := range 64 {
			flips += math.Abs(clean.X[64*i+j]-noisy.X[64*i+j]) / (64 * n)
		}
	}
	near(t, "flips", flips, 0.05, math.Sqrt(0.05*0.95), 64*n)
	pixels := func(f [64]float64) (count int) {
		for _, v := range f {
			count += int(v)
		}
		return count
	}
	for kind, want := range []int{16, 36 + 25 + 16 + 9, 16} {
		if len(figures[kind]) != want {
			t.Errorf("kind %d: %d figures; want %d", kind, len(figures[kind]), want)
		}
		for f, times := range figures[kind] {
			p := 1.0 / 16
			if kind == 1 {
				side := pixels(f)/4 + 1
				p = 0.25 / float64((9-side)*(9-side))
			} else if want := []int{8, 0, 9}[kind]; pixels(f) != want {
				t.Errorf("kind %d: %d pixels; want %d", kind, pixels(f), want)
			}
			near(t, "a figure", float64(times)/(n/3), p, math.Sqrt(p*(1-p)), n/3)
		}
	}
	if noisy.Test.N != 7 || noisy.Image != [2]int{8, 8} {
		t.Errorf("%d held out, image %v", noisy.Test.N, noisy.Image)
	}
}
