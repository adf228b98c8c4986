package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// bernoulliAll is all that Bernoulli gives: with a gradient in each place it may
// go, and without.
func bernoulliAll[T Float](x, a []T) []uint64 {
	var all []uint64
	one := func(x, a, grad []T) {
		all = append(all, math.Float64bits(Bernoulli(x, a, grad)))
		for _, g := range grad {
			all = append(all, bitsOf(g))
		}
	}
	one(x, a, nil)
	framed := slices.Concat([]T{77}, a, []T{78})
	one(x, a, framed[1:len(framed)-1])
	all = append(all, bitsOf(framed[0]), bitsOf(framed[len(framed)-1]))
	in := slices.Clone(x)
	one(in, a, in)
	in = slices.Clone(a)
	one(x, in, in)
	return all
}

func bernoulliIsLoop[T Float](t *testing.T, x, a []T) {
	t.Helper()
	want := portable(t, func() []uint64 { return bernoulliAll(x, a) })
	onEach(t, func(kernel string) {
		if got := bernoulliAll(x, a); !slices.Equal(got, want) {
			i := 0
			for got[i] == want[i] {
				i++
			}
			t.Fatalf("%s: Bernoulli of %d entries: number %d has bits %#x, want %#x", kernel, len(x), i, got[i], want[i])
		}
	})
}

func TestBernoulliKernelsAreTheLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for n := range 70 {
		bernoulliIsLoop(t, anyBits[float64](r, n), anyBits[float64](r, n))
		bernoulliIsLoop(t, anyBits[float32](r, n), anyBits[float32](r, n))
		bernoulliIsLoop(t, moderate[float64](r, n), moderate[float64](r, n))
		bernoulliIsLoop(t, moderate[float32](r, n), moderate[float32](r, n))
	}
	for _, n := range []int{784, 1015, 1016, 1017, 1017 + 1016, 5003} {
		bernoulliIsLoop(t, moderate[float64](r, n), moderate[float64](r, n))
		bernoulliIsLoop(t, moderate[float32](r, n), moderate[float32](r, n))
	}
	e, ef := edges[float64](), edges[float32]()
	for _, x := range []float64{0, 1, 0.3, math.Inf(1), math.NaN()} {
		bernoulliIsLoop(t, slices.Repeat([]float64{x}, len(e)), e)
		bernoulliIsLoop(t, slices.Repeat([]float32{float32(x)}, len(ef)), ef)
		for i := range e { // alone, where no other NaN hides it
			bernoulliIsLoop(t, []float64{0, x, 1}, []float64{2, e[i], -3})
			bernoulliIsLoop(t, []float32{0, float32(x), 1}, []float32{2, ef[i], -3})
		}
	}
}

func FuzzBernoulli(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef\x00\x00\x00\x00\x00\x00\xf0\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, xf := floats[float64](b, 8), floats[float32](b, 4)
		bernoulliIsLoop(t, x[:len(x)/2], x[len(x)-len(x)/2:])
		bernoulliIsLoop(t, xf[:len(xf)/2], xf[len(xf)-len(xf)/2:])
	})
}

// TestBernoulliValue compares with 300-bit arithmetic within the bound of the
// doc comment: half an ulp of a term for each of two operations on it, 1.1 ulp
// of a power, and n 2^-51 max(1, largest term).
func TestBernoulliValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bernoulliIsNear(t, rapid.IntRange(0, 20).Draw(t, "n"), rapid.SampledFrom([]float64{1e-3, 1, 10, 1000}).Draw(t, "size"),
			rapid.Uint64().Draw(t, "seed"))
	})
	bernoulliIsNear(t, 1100, 0.01, 1) // factors near 2, and two blocks
	bernoulliIsNear(t, 1100, 30, 2)
}

func bernoulliIsNear(t interface{ Fatalf(string, ...any) }, n int, size float64, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	x, a := make([]float64, n), make([]float64, n)
	xf, af := make([]float32, n), make([]float32, n)
	want, bound, boundf, largest := zero(), 0.0, 0.0, 1.0
	for i := range a {
		xf[i], af[i] = float32(r.IntN(2)), float32(size*r.NormFloat64())
		if r.IntN(4) == 0 {
			xf[i] = r.Float32()
		}
		x[i], a[i] = float64(xf[i]), float64(af[i])
		want.Add(want, zero().Sub(zero().Mul(bigf(x[i]), bigf(a[i])), bigSoftplus(bigf(a[i]))))
		terms := math.Abs(x[i]*a[i]) + math.Abs(x[i]*a[i]-max(a[i], 0))
		largest = max(largest, terms)
		per := terms/2 + 1.1*math.Exp(-math.Abs(a[i]))
		bound, boundf = bound+per*0x1p-52, boundf+per*0x1p-23
	}
	double := float64(n) * 0x1p-51 * largest
	for _, c := range []struct {
		name       string
		got, bound float64
	}{
		{"float64", Bernoulli(x, a, nil), bound + double},
		{"float32", Bernoulli(xf, af, nil), boundf + double},
	} {
		d, _ := zero().Sub(bigf(c.got), want).Float64()
		if math.Abs(d) > c.bound {
			t.Fatalf("%s: %d entries of size %g give %v, %g from the truth; want %g at most", c.name, n, size, c.got, d, c.bound)
		}
	}
}

func TestBernoulliGradientIsSigmoid(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	x, a, g := moderate[float64](r, 1200), moderate[float64](r, 1200), make([]float64, 1200)
	xf, af, gf := moderate[float32](r, 1200), moderate[float32](r, 1200), make([]float32, 1200)
	Bernoulli(x, a, g)
	Bernoulli(xf, af, gf)
	for i := range x {
		if want := x[i] - Sigmoid64(a[i]); g[i] != want {
			t.Errorf("derivative at %g is %g, want %g", a[i], g[i], want)
		}
		if want := xf[i] - Sigmoid32(af[i]); gf[i] != want {
			t.Errorf("float32 derivative at %g is %g, want %g", af[i], gf[i], want)
		}
	}
}

// Factors of 2, as large as they get: a whole block's product is a finite number.
func TestBernoulliBlockEnds(t *testing.T) {
	onEach(t, func(kernel string) {
		for _, n := range []int{bernoulliEntries, 1024, 2 * bernoulliEntries} {
			want := -float64(n) * math.Ln2
			if got := Bernoulli(make([]float64, n), make([]float64, n), nil); math.Abs(got/want-1) > 0x1p-51 {
				t.Errorf("%s: %d logits of zero: %v, want %v", kernel, n, got, want)
			}
			if got := Bernoulli(make([]float32, n), make([]float32, n), make([]float32, n)); math.Abs(got/want-1) > 0x1p-51 {
				t.Errorf("%s: %d float32 logits of zero: %v, want %v", kernel, n, got, want)
			}
		}
	})
}

func TestBernoulliAllocatesNothing(t *testing.T) {
	x, xf := make([]float64, 2000), make([]float32, 2000)
	onEach(t, func(kernel string) {
		if n := testing.AllocsPerRun(10, func() {
			Bernoulli(x, x, x)
			Bernoulli(xf, xf, nil)
			Axpy(1, x, x)
			Scale(1, xf)
			x[0] += Sum(x) + Dot(x, x) + Max(x) + LogSumExp64(x)
			xf[0] += Sum(xf) + Dot(xf, xf) + Max(xf)
			Softplus(x, x)
			Softplus(xf, xf)
		}); n != 0 {
			t.Errorf("%s: %v allocations", kernel, n)
		}
	})
}

func BenchmarkBernoulli(b *testing.B) {
	onEach(b, func(kernel string) {
		for _, n := range []int{1, 2, 4, 16, 784} {
			x, a, g := make([]float64, n), make([]float64, n), make([]float64, n)
			xf, af, gf := make([]float32, n), make([]float32, n), make([]float32, n)
			for i := range a {
				a[i] = float64(i%97)/10 - 5
				af[i] = float32(a[i])
			}
			benchEach(b, fmt.Sprintf("Value/64/%s/%d", kernel, n), n, func() { Bernoulli(x, a, nil) })
			benchEach(b, fmt.Sprintf("Value/32/%s/%d", kernel, n), n, func() { Bernoulli(xf, af, nil) })
			benchEach(b, fmt.Sprintf("Both/64/%s/%d", kernel, n), n, func() { Bernoulli(x, a, g) })
			benchEach(b, fmt.Sprintf("Both/32/%s/%d", kernel, n), n, func() { Bernoulli(xf, af, gf) })
		}
	})
}
