package datasets_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/vi"
)

// The tests of laws below have fixed seeds. Each raises a false alarm for less than 1
// seed of 10^4: Kolmogorov and Smirnov's sqrt(n) D passes 2.5 with probability
// 2 exp(-2*2.5^2) = 7e-6, a normal 4.5 with 7e-6.
const (
	mostKS = 2.5
	mostZ  = 4.5
)

// ks is sqrt(n) D of values against a distribution function.
func ks(x []float64, cdf func(float64) float64) float64 {
	x = slices.Sorted(slices.Values(x))
	d, n := 0.0, float64(len(x))
	for i, v := range x {
		d = max(d, cdf(v)-float64(i)/n, float64(i+1)/n-cdf(v))
	}
	return d * math.Sqrt(n)
}

func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

func nonzero(x []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(x), func(v float64) bool { return v == 0 })
}

// share says how far a count is from its mean, in standard deviations.
func share(count, n int, p float64) float64 {
	return (float64(count) - float64(n)*p) / math.Sqrt(float64(n)*p*(1-p))
}

// Codes have the law that they are said to have.
func TestLawsOfCodes(t *testing.T) {
	bars := datasets.NewBars()
	bars.N = 4000
	with := func(law string) []float64 {
		d := bars
		switch d.Latents = law; law {
		case "laplace":
			d.Scale = 0.7
		case "bernoulli":
			d.Pi = 0.3
		case "spikeslab":
			d.Pi, d.Mean, d.SD = 0.3, 2, 0.5
		}
		return data(t, d, 11).Codes
	}
	z := with("laplace")
	if d := ks(z, func(v float64) float64 {
		if v < 0 {
			return math.Exp(v/0.7) / 2
		}
		return 1 - math.Exp(-v/0.7)/2
	}); d > mostKS {
		t.Errorf("laplace: sqrt(n) D = %g", d)
	}
	z = with("bernoulli")
	on := nonzero(z)
	if s := share(len(on), len(z), 0.3); math.Abs(s) > mostZ || slices.Min(on) != 1 || slices.Max(on) != 1 {
		t.Errorf("bernoulli: share of ones at %g sd; values up to %g", s, slices.Max(on))
	}
	z = with("spikeslab")
	on = nonzero(z)
	if s := share(len(on), len(z), 0.3); math.Abs(s) > mostZ {
		t.Errorf("spikeslab: share of active codes at %g sd", s)
	}
	if d := ks(on, func(v float64) float64 { return normal((v - 2) / 0.5) }); d > mostKS {
		t.Errorf("slab: sqrt(n) D = %g", d)
	}

	// Of h indices, k drawn with replacement leave each out with probability (1-1/h)^k.
	lin := datasets.NewSparseLin()
	lin.N, lin.Latents, lin.Active = 4000, "support", 9
	z = data(t, lin, 11).Codes
	on = nonzero(z)
	p := 1 - math.Pow(1-1.0/16, 9)
	varied := 16*p*(1-p) + 16*15*(math.Pow(1-2.0/16, 9)-math.Pow(1-1.0/16, 18)) // variance of the active codes of a row
	if s := (float64(len(on)) - 4000*16*p) / math.Sqrt(4000*varied); math.Abs(s) > mostZ {
		t.Errorf("support: active codes at %g sd", s)
	}
	most := 0
	for row := range slices.Chunk(z, 16) {
		most = max(most, len(nonzero(row)))
	}
	if d := ks(on, normal); d > mostKS || most > 9 {
		t.Errorf("support: sqrt(n) D = %g, up to %d active codes", d, most)
	}
}

// What is said of generated data is true: what the known atoms and codes leave of the
// data is noise, of training and test set, and both have the same atoms.
func TestTruthOfGeneratedData(t *testing.T) {
	bars, slab, lin, support := datasets.NewBars(), datasets.NewBars(), datasets.NewSparseLin(), datasets.NewSparseLin()
	bars.Test, bars.Amplitude = 300, 3
	slab.Test, slab.Latents, slab.Noise = 300, "spikeslab", 0.4
	support.Latents, support.Noise = "support", 0
	for _, c := range []struct {
		d     vi.Dataset
		h     int
		noise float64
	}{{bars, 10, 0.1}, {slab, 10, 0.4}, {lin, 16, 0.1}, {support, 16, 0}} {
		x := data(t, c.d, 4)
		if x.Test == nil || !slices.Equal(x.Atoms, x.Test.Atoms) || slices.Equal(x.Codes[:c.h], x.Test.Codes[:c.h]) {
			t.Fatalf("%s: the test set has other atoms, or the same codes", x.Name)
		}
		for _, x := range []*vi.Data{x, x.Test} {
			if len(x.Atoms) != x.D*c.h || len(x.Codes) != x.N*c.h || x.Digest == "" {
				t.Fatalf("%s: %d atoms, %d codes, digest %q", x.Name, len(x.Atoms), len(x.Codes), x.Digest)
			}
			var rest mat.Dense
			rest.Mul(mat.NewDense(x.N, c.h, x.Codes), mat.NewDense(x.D, c.h, x.Atoms).T())
			rest.Sub(mat.NewDense(x.N, x.D, slices.Clone(x.X)), &rest)
			e := rest.RawMatrix().Data
			if c.noise == 0 {
				if most := max(slices.Max(e), -slices.Min(e)); most > 1e-13 {
					t.Errorf("%s: %g from its atoms and codes", x.Name, most)
				}
				continue
			}
			if d := ks(e, func(v float64) float64 { return normal(v / c.noise) }); d > mostKS {
				t.Errorf("%s: what is left has sqrt(n) D = %g", x.Name, d)
			}
			square := 0.0
			for _, v := range e {
				square += v * v / (c.noise * c.noise)
			}
			if n := float64(len(e)); math.Abs(square-n)/math.Sqrt(2*n) > mostZ {
				t.Errorf("%s: what is left has variance %g; want %g", x.Name, square/n*c.noise*c.noise, c.noise*c.noise)
			}
		}
	}
}

// Bars are whole columns and rows, of rank one less than their number.
func TestBars(t *testing.T) {
	d := datasets.NewBars()
	d.R, d.Amplitude = 4, 2.5
	x := data(t, d, 0)
	for i, a := range x.Atoms {
		row, column, bar := i/8/4, i/8%4, i%8
		want := 0.0
		if bar == column || bar == 4+row {
			want = 2.5
		}
		if a != want {
			t.Errorf("bar %d, row %d, column %d: got %g; want %g", bar, row, column, a, want)
		}
	}
	var svd mat.SVD
	if !svd.Factorize(mat.NewDense(16, 8, x.Atoms), mat.SVDNone) || svd.Rank(1e-12) != 7 {
		t.Errorf("rank %d; want 7", svd.Rank(1e-12))
	}
	if x.Image != [2]int{4, 4} {
		t.Errorf("pictures of %v", x.Image)
	}
}

// Columns of W have unit norm and uniform directions: a coordinate squared is 1/D on
// average, with variance 2(D-1)/(D^2(D+2)).
func TestSparseLin(t *testing.T) {
	d := datasets.NewSparseLin()
	d.Dim, d.Latent, d.N = 8, 1000, 1
	w := data(t, d, 2).Atoms
	first := 0.0
	for j := range 1000 {
		norm := 0.0
		for i := range 8 {
			norm += w[i*1000+j] * w[i*1000+j]
		}
		if math.Abs(norm-1) > 1e-14 {
			t.Errorf("column %d has norm^2 %g", j, norm)
		}
		first += w[j] * w[j]
	}
	if z := (first - 1000.0/8) / math.Sqrt(1000*2*7/(64*10.0)); math.Abs(z) > mostZ {
		t.Errorf("first coordinates: at %g sd", z)
	}
}

// More data begin with the fewer, test sets too.
func TestMoreSparseDataExtendFewer(t *testing.T) {
	for _, law := range []string{"spikeslab", "laplace", "support"} {
		few := datasets.NewSparseLin()
		few.Latents, few.N, few.Test = law, 7, 5
		many := few
		many.N, many.Test = 60, 50
		a, b := data(t, few, 3), data(t, many, 3)
		if !slices.Equal(a.X, b.X[:len(a.X)]) || !slices.Equal(a.Test.X, b.Test.X[:len(a.Test.X)]) {
			t.Errorf("%s: fewer data are not the first of more", law)
		}
	}
	pink, shapes := datasets.NewPink(), datasets.NewShapes()
	pink.N, shapes.N = 10, 10
	a, b := data(t, pink, 3), data(t, shapes, 3)
	pink.N, shapes.N = 300, 30
	if !slices.Equal(a.X, data(t, pink, 3).X[:len(a.X)]) || !slices.Equal(b.X, data(t, shapes, 3).X[:len(b.X)]) {
		t.Error("fewer pictures are not the first of more")
	}
}

// Settings that nothing reads, or that do not go together, are refused before and
// when data are made.
func TestSparseSettings(t *testing.T) {
	bars := func(f func(*datasets.Bars)) vi.Dataset { d := datasets.NewBars(); f(&d); return d }
	lin := func(f func(*datasets.SparseLin)) vi.Dataset { d := datasets.NewSparseLin(); f(&d); return d }
	pink := func(f func(*datasets.Pink)) vi.Dataset { d := datasets.NewPink(); f(&d); return d }
	leaves := func(f func(*datasets.DeadLeaves)) vi.Dataset { d := datasets.NewDeadLeaves(); f(&d); return d }
	for want, d := range map[string]vi.Dataset{
		`latents: got "cauchy"; have bernoulli, laplace, spikeslab`:                       bars(func(d *datasets.Bars) { d.Latents = "cauchy" }),
		"pi: got 0.3 with latents: laplace; want 0.2, or latents: bernoulli or spikeslab": bars(func(d *datasets.Bars) { d.Pi = 0.3 }),
		"scale: got 2 with latents: bernoulli; want 1, or latents: laplace":               bars(func(d *datasets.Bars) { d.Latents, d.Scale = "bernoulli", 2 }),
		"sd: got 2 with latents: bernoulli; want 1, or latents: spikeslab":                bars(func(d *datasets.Bars) { d.Latents, d.SD = "bernoulli", 2 }),
		"mean: got 1 with latents: laplace; want 0, or latents: spikeslab":                bars(func(d *datasets.Bars) { d.Mean = 1 }),
		"active: got 4 with latents: spikeslab; want 3, or latents: support":              lin(func(d *datasets.SparseLin) { d.Active = 4 }),
		"pi: got 0.3 with latents: support; want 0.1, or latents: spikeslab":              lin(func(d *datasets.SparseLin) { d.Latents, d.Pi = "support", 0.3 }),
		"size: not a power of two, got 100; need 64 or 128":                               pink(func(d *datasets.Pink) { d.Size = 100 }),
		"patch: larger than its picture, got 33; need at most size, 32":                   leaves(func(d *datasets.DeadLeaves) { d.Size, d.Patch = 32, 33 }),
	} {
		checked := d.(vi.Checked).Check()
		_, made := d.Make(rng.Root(0))
		if checked == nil || made == nil || checked.Error() != want || made.Error() != want {
			t.Errorf("Check says %v, Make says %v; want %s", checked, made, want)
		}
	}
	for _, d := range datasets.All() {
		if f, ok := d.(vi.Filed); ok {
			if _, err := f.Locate(); err != nil {
				continue // in files that nobody was told of
			}
		}
		if c, ok := d.(vi.Checked); ok {
			if err := c.Check(); err != nil {
				t.Errorf("%s at its defaults: %v", d.Name(), err)
			}
		}
	}
}
