package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vibench/bench/core/cpu"
)

// portable runs f on the Go loops.
func portable[T any](t testing.TB, f func() T) T {
	t.Helper()
	defer cpu.Select(cpu.Kernel())
	if err := cpu.Select("portable"); err != nil {
		t.Fatal(err)
	}
	return f()
}

// areLoops compares reductions and linear updates with their Go loops.
func areLoops[T Float](t *testing.T, x, y []T) {
	t.Helper()
	for _, f := range []struct {
		name string
		f    func() T
	}{
		{"Sum", func() T { return Sum(x) }},
		{"Dot", func() T { return Dot(x, y) }},
		{"SumSq", func() T { return SumSq(x) }},
		{"Max", func() T { return Max(x) }},
		{"LogSumExp64", func() T {
			if x, ok := any(x).([]float64); ok {
				return T(LogSumExp64(x))
			}
			return 0
		}},
	} {
		want := portable(t, f.f)
		onEach(t, func(kernel string) {
			if got := f.f(); bitsOf(got) != bitsOf(want) {
				t.Fatalf("%s: %s of %d entries is %g (%#x), want %g (%#x)", kernel, f.name, len(x), got, bitsOf(got), want, bitsOf(want))
			}
		})
	}
	for _, f := range []struct {
		name string
		f    func(z []T)
	}{
		{"Axpy", func(z []T) { Axpy(T(0.3), x, z) }},
		{"Scale", func(z []T) { Scale(T(-1.7), z) }},
		{"Scaled", func(z []T) { Scaled(z, T(0.3), x) }},
		{"TanhPull", func(z []T) { TanhPull(z, x, y) }},
		{"TanhPull in place", func(z []T) { TanhPull(z, z, x) }},
	} {
		framed := func() []T {
			z := slices.Concat([]T{77}, y, []T{78})
			f.f(z[1 : len(z)-1])
			return z
		}
		want := portable(t, framed)
		onEach(t, func(kernel string) {
			for i, got := range framed() {
				if bitsOf(got) != bitsOf(want[i]) && (got == got || want[i] == want[i]) { // but for which NaN
					t.Fatalf("%s: %s of %d entries: entry %d is %g, want %g", kernel, f.name, len(x), i-1, got, want[i])
				}
			}
		})
	}
}

func TestReductionKernelsAreTheLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 150 {
		areLoops(t, anyBits[float64](r, n), anyBits[float64](r, n))
		areLoops(t, anyBits[float32](r, n), anyBits[float32](r, n))
		areLoops(t, moderate[float64](r, n), moderate[float64](r, n))
		areLoops(t, moderate[float32](r, n), moderate[float32](r, n))
		// One special value at each place.
		if n > 40 {
			continue
		}
		for i := range n {
			for _, v := range []float64{math.Inf(-1), math.Inf(1), math.NaN(), math.Copysign(0, -1), 0x1p-1074, math.MaxFloat32} {
				x, xf := moderate[float64](r, n), moderate[float32](r, n)
				x[i], xf[i] = v, float32(v)
				areLoops(t, x, x)
				areLoops(t, xf, xf)
			}
		}
	}
	for _, v := range []float64{0, math.Copysign(0, -1), math.Inf(-1), math.Inf(1)} {
		x := slices.Repeat([]float64{v}, 37)
		areLoops(t, x, x)
	}
	areLoops(t, moderate[float64](r, 10007), moderate[float64](r, 10007))
	areLoops(t, moderate[float32](r, 10007), moderate[float32](r, 10007))
}

// moderate are n floats whose sums round and do not overflow.
func moderate[T Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64() * math.Ldexp(1, r.IntN(12)-6))
	}
	return x
}

func FuzzReductions(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef\x00\x00\x00\x00\x00\x00\xf0\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, xf := floats[float64](b, 8), floats[float32](b, 4)
		areLoops(t, x[:len(x)/2], x[len(x)-len(x)/2:])
		areLoops(t, xf[:len(xf)/2], xf[len(xf)-len(xf)/2:])
	})
}

func BenchmarkReductions(b *testing.B) {
	onEach(b, func(kernel string) {
		for _, n := range []int{5, 8, 12, 16, 24, 50, 2048} {
			benchReductions[float64](b, "64/"+kernel, n)
			benchReductions[float32](b, "32/"+kernel, n)
		}
	})
}

func benchReductions[T Float](b *testing.B, name string, n int) {
	x, y := moderate[T](rand.New(rand.NewPCG(1, 1)), n), make([]T, n)
	var s T
	name = fmt.Sprintf("%s/%d", name, n)
	benchEach(b, "Sum/"+name, n, func() { s += Sum(x) })
	benchEach(b, "Dot/"+name, n, func() { s += Dot(x, y) })
	benchEach(b, "Max/"+name, n, func() { s += Max(x) })
	benchEach(b, "Axpy/"+name, n, func() { Axpy(0.3, x, y) })
	benchEach(b, "Scale/"+name, n, func() { Scale(1, y) })
	if x, ok := any(x).([]float64); ok {
		benchEach(b, "LogSumExp/"+name, n, func() { s += T(LogSumExp64(x)) })
	}
	if s == 1234.5 {
		b.Log(s)
	}
}
