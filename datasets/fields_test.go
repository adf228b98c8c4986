package datasets

import (
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/rng"
)

// The transform against its sum, and there and back.
func TestFFT(t *testing.T) {
	for _, n := range []int{1, 2, 4, 8, 64} {
		re, im := make([]float64, n), make([]float64, n)
		rng.Root(1).Normal64(re, 0)
		rng.Root(2).Normal64(im, 0)
		x, y := slices.Clone(re), slices.Clone(im)
		newFFT(n).transform(x, y)
		for k := range n {
			var a, b float64
			for j := range n {
				s, c := math.Sincos(-2 * math.Pi * float64(j*k%n) / float64(n))
				a, b = a+re[j]*c-im[j]*s, b+re[j]*s+im[j]*c
			}
			if math.Hypot(x[k]-a, y[k]-b) > 1e-13*float64(n) {
				t.Errorf("n = %d, k = %d: got %g, %g; want %g, %g", n, k, x[k], y[k], a, b)
			}
		}
		newFFT(n).transform(y, x)
		for j := range n {
			if math.Hypot(x[j]/float64(n)-re[j], y[j]/float64(n)-im[j]) > 1e-13 {
				t.Errorf("n = %d: value %d does not come back", n, j)
			}
		}
	}
}

func olshausen(f float64) float64 { return f * math.Exp(-math.Pow(f/0.39, 4)) }

// A wave comes out of the filter as it went in, times the gain at its frequency.
func TestFilter(t *testing.T) {
	const h, w, a, b = 16, 32, 3, 5
	x := make([]float64, h*w)
	for i := range x {
		x[i] = 2 + math.Cos(2*math.Pi*(a*float64(i/w)/h+b*float64(i%w)/w))
	}
	y := slices.Clone(x)
	filter(y, h, w, whitening(0.39))
	gain := olshausen(math.Hypot(a/16., b/32.))
	for i := range x {
		if want := gain * (x[i] - 2); math.Abs(y[i]-want) > 1e-14 {
			t.Errorf("pixel %d: got %g; want %g", i, y[i], want)
		}
	}
}

// So it does away from the borders where the picture is continued; a picture of one
// grey goes to zero, borders and all; and a slope has no edge where its borders meet.
func TestWhiten(t *testing.T) {
	const h, w = 120, 200
	wave, grey, slope := picture{h: h, w: w}, picture{h: h, w: w}, picture{h: h, w: w}
	for i := range h * w {
		wave.x = append(wave.x, math.Cos(2*math.Pi*(0.11*float64(i/w)+0.17*float64(i%w))))
		grey.x = append(grey.x, 0.7)
		slope.x = append(slope.x, float64(i%w)/w)
	}
	gain := olshausen(math.Hypot(0.11, 0.17))
	out := whiten(wave, 0.39)
	for r := 40; r < h-40; r++ {
		for c := 40; c < w-40; c++ {
			if i := r*w + c; math.Abs(out.x[i]-gain*wave.x[i]) > 0.01*gain {
				t.Fatalf("row %d, column %d: got %g; want %g", r, c, out.x[i], gain*wave.x[i])
			}
		}
	}
	for i, v := range whiten(grey, 0.39).x {
		if math.Abs(v) > 1e-14 {
			t.Fatalf("grey, pixel %d: got %g; want 0", i, v)
		}
	}
	// Wrapped round, the slope would have an edge of height 1, which R turns into 0.2.
	ramp := whiten(slope, 0.39).x
	if most := max(slices.Max(ramp), -slices.Min(ramp)); most > 0.02 {
		t.Errorf("slope: got up to %g; want no edge", most)
	}
}

// moments are the mean of products of pixels so many columns apart over a field, and
// the mean of fourth powers.
func moments(x []float64, size, lag int) (product, fourth float64) {
	for i, v := range x {
		product += v * x[i/size*size+(i+lag)%size]
		fourth += v * v * v * v
	}
	return product / float64(len(x)), fourth / float64(len(x))
}

// near fails if the mean of independent values is not what is wanted, at 4.5 standard
// errors: a false alarm for 7e-6 of seeds.
func near(t *testing.T, what string, x []float64, want float64) {
	t.Helper()
	n, mean, square := float64(len(x)), 0.0, 0.0
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		square += (v - mean) * (v - mean)
	}
	if se := math.Sqrt(square / n / (n - 1)); !(math.Abs(mean-want) < 4.5*se) {
		t.Errorf("%s: got %g +- %g; want %g", what, mean, se, want)
	}
}

// A pink field has the spectrum that it is said to have, by its covariances; variance
// 0.1; and no kurtosis. One patch is a whole field here, so that fields are independent.
func TestPink(t *testing.T) {
	const size, fields = 16, 2000
	x, err := Pink{Patch: size, N: fields, Size: size, F0: 0.39}.Make(rng.Root(5))
	if err != nil {
		t.Fatal(err)
	}
	covariance := make([]float64, 4)
	power := 0.0
	for r := range size {
		for c := range size {
			fy, fx := math.Remainder(float64(r)/size, 1), math.Remainder(float64(c)/size, 1)
			if f := math.Hypot(fx, fy); f > 0 {
				p := math.Pow(olshausen(f)/f, 2)
				power += p
				for lag := range covariance {
					covariance[lag] += p * math.Cos(2*math.Pi*fx*float64(lag))
				}
			}
		}
	}
	for lag, v := range covariance {
		var products, fourth []float64
		for field := range slices.Chunk(x.X, size*size) {
			p, f := moments(field, size, lag)
			products, fourth = append(products, p), append(fourth, f)
		}
		near(t, "covariance", products, 0.1*v/power)
		near(t, "fourth moment", fourth, 0.03)
	}
}

// uniform fails if values are not uniform on [0,1]: sqrt(n) D > 2.5 for 7e-6 of seeds.
func uniform(t *testing.T, what string, x []float64) {
	t.Helper()
	slices.Sort(x)
	d, n := 0.0, float64(len(x))
	for i, v := range x {
		d = max(d, v-float64(i)/n, float64(i+1)/n-v)
	}
	if d*math.Sqrt(n) > 2.5 {
		t.Errorf("%s: sqrt(n) D = %g", what, d*math.Sqrt(n))
	}
}

// Discs have radii of density prop. to r^-3 on [2, S/4], whose distribution function is
// (1/4 - r^-2) / (1/4 - 16/S^2), uniform centres and uniform greys.
func TestLeaf(t *testing.T) {
	const size, n = 64, 20000
	var radii, xs, ys, greys []float64
	for i := range n {
		l := leafAt(rng.Root(9), i, size)
		if l.radius < 2*(1-1e-15) || l.radius > 16*(1+1e-15) {
			t.Fatalf("radius %g", l.radius)
		}
		radii = append(radii, (0.25-1/(l.radius*l.radius))/(0.25-1/256.))
		xs, ys, greys = append(xs, l.x/size), append(ys, l.y/size), append(greys, l.grey)
	}
	uniform(t, "radius", radii)
	uniform(t, "x", xs)
	uniform(t, "y", ys)
	uniform(t, "grey", greys)
}

// lens is the area that a disc shares with itself moved by d.
func lens(r, d float64) float64 {
	if d >= 2*r {
		return 0
	}
	return 2*r*r*math.Acos(d/(2*r)) - d/2*math.Sqrt(4*r*r-d*d)
}

// In pictures, a pixel's grey is uniform, and two pixels at a distance d are of one disc
// with probability g(d) / (2 g(0) - g(d)), g(d) the mean of lens(r, d): of the discs
// that cover one of the two, the first covers both. (Matheron 1968; Lee, Mumford and
// Huang 2001.) One pair a picture, so that pairs are independent.
func TestLeaves(t *testing.T) {
	const size, pictures = 32, 3000
	var greys []float64
	lags := []int{1, 3, 6, 11}
	same := make([]float64, len(lags))
	for i := range pictures {
		x := leaves(rng.Root(3).At(uint64(i)), size)
		greys = append(greys, x[5*size+9])
		for j, d := range lags {
			if a, b := x[5*size+9], x[(5+d%2*d)*size+9+(1-d%2)*d]; a == b { // down for odd d, along for even
				same[j]++
			}
		}
	}
	uniform(t, "grey of a pixel", greys)
	mean := func(d float64) (sum float64) { // over the radius, by its quantiles
		const n = 20000
		for i := range n {
			u := (float64(i) + 0.5) / n
			sum += lens(1/math.Sqrt(0.25-u*(0.25-1/64.)), d) / n
		}
		return sum
	}
	for j, d := range lags {
		g := mean(float64(d))
		p := g / (2*mean(0) - g)
		// 4.5 standard deviations: 7e-6 of seeds, each
		if z := (same[j] - pictures*p) / math.Sqrt(pictures*p*(1-p)); math.Abs(z) > 4.5 {
			t.Errorf("distance %d: one disc in %g of pairs; want %g, at %.1f sd", d, same[j]/pictures, p, z)
		}
	}
}

// All training pictures together have mean 0 and variance 0.1; the tails are heavy
// where those of pink noise are not. Over seeds the excess kurtosis of 16 pictures is 0.98
// with an sd of 0.13, that of pink noise 0 with 0.014: 4.4 and 5.7 sd from the limits.
func TestDeadLeavesAgainstPink(t *testing.T) {
	const size, n = 128, 16 * 256
	kurtosis := func(x []float64, exact bool) float64 {
		var m, v, f float64
		for _, a := range x {
			m, v, f = m+a/float64(len(x)), v+a*a/float64(len(x)), f+a*a*a*a/float64(len(x))
		}
		if exact && (math.Abs(m) > 1e-12 || math.Abs(v-0.1) > 1e-12) {
			t.Errorf("mean %g, variance %g; want 0, 0.1", m, v)
		}
		return f/(v*v) - 3
	}
	dead, err := DeadLeaves{Patch: 8, N: n, Size: size, F0: 0.39}.Make(rng.Root(1))
	if err != nil {
		t.Fatal(err)
	}
	pink, err := Pink{Patch: 8, N: n, Size: size, F0: 0.39}.Make(rng.Root(1))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := kurtosis(dead.X, true), kurtosis(pink.X, false); a < 0.4 || math.Abs(b) > 0.08 {
		t.Errorf("excess kurtosis %g of dead leaves, %g of pink noise; want about 1, 0", a, b)
	}
}

// Patches are cut row by row, field by field.
func TestTiles(t *testing.T) {
	fields := make([][]float64, 2)
	for i := range fields {
		for j := range 16 {
			fields[i] = append(fields[i], float64(100*i+j))
		}
	}
	x := tiles("x", fields, 4, 2, 6)
	want := []float64{0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15, 100, 101, 104, 105, 102, 103, 106, 107}
	if !slices.Equal(x.X, want) || fieldsFor(6, 4, 2) != 2 || fieldsFor(4, 4, 2) != 1 || fieldsFor(7, 8, 3) != 2 {
		t.Errorf("got %v; want %v", x.X, want)
	}
}

// Shapes have the areas of their kinds: pi r^2 of a disc, 4 r^2 of a square, r^2 of a
// bar, (3/4) sqrt(3) r^2 of a triangle, at any angle.
func TestShapesAreas(t *testing.T) {
	const cells = 800
	for kind, area := range map[int]float64{bar: 1, disc: math.Pi, square: 4, triangle: 0.75 * math.Sqrt(3)} {
		for _, angle := range []float64{0, 0.3, 1.1} {
			sin, cos := math.Sincos(angle)
			s, hits := shape{kind: kind, x: 10, y: 20, radius: 2, sin: sin, cos: cos}, 0
			for i := range cells * cells {
				if s.covers(10+6*(float64(i%cells)+0.5)/cells-3, 20+6*(float64(i/cells)+0.5)/cells-3) {
					hits++
				}
			}
			if got := 36 * float64(hits) / (cells * cells); math.Abs(got-4*area) > 0.05 {
				t.Errorf("kind %d at %g: area %g; want %g", kind, angle, got, 4*area)
			}
		}
	}
}

// Kinds come alike, chi-square with 3 degrees of freedom passing 25 for 2e-5 of seeds;
// pictures are grey levels, and none is black.
func TestShapes(t *testing.T) {
	var count [kinds]float64
	const n = 4000
	for i := range n {
		s := shapeAt(rng.Root(8).At(uint64(i)), 2, 16)
		count[s.kind]++
		if s.radius < 2 || s.radius > 6 || s.grey < 0.25 || s.grey > 1 || min(s.x, s.y) < 0 || max(s.x, s.y) > 16 {
			t.Fatalf("shape %+v", s)
		}
	}
	chi2 := 0.0
	for _, c := range count {
		chi2 += (c - n/kinds) * (c - n/kinds) / (n / kinds)
	}
	if chi2 > 25 {
		t.Errorf("kinds %v: chi-square %g", count, chi2)
	}
	d := NewShapes()
	x, err := d.Make(rng.Root(1))
	if err != nil {
		t.Fatal(err)
	}
	for picture := range slices.Chunk(slices.Concat(x.X, x.Test.X), 64) {
		if lo, hi := slices.Min(picture), slices.Max(picture); lo < 0 || hi > 1 || hi == 0 {
			t.Errorf("levels from %g to %g", lo, hi)
		}
	}
}
