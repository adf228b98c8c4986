package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// onAll compares what f leaves in a frame of n numbers, filled with start, with
// what the Go loops leave. Which NaN it is does not count.
func onAll[T Float](t *testing.T, what string, start []T, f func(x []T)) {
	t.Helper()
	framed := func() []T {
		z := slices.Concat([]T{77}, start, []T{78})
		f(z[1 : len(z)-1 : len(z)-1])
		return z
	}
	want := portable(t, framed)
	onEach(t, func(kernel string) {
		for i, got := range framed() {
			if bitsOf(got) != bitsOf(want[i]) && (got == got || want[i] == want[i]) {
				t.Fatalf("%s: %s: entry %d is %g, want %g", kernel, what, i-1, got, want[i])
			}
		}
	})
}

// someRows are a row for each of rows, or one for all, with nothing to read behind.
func someRows[T Float](r *rand.Rand, draw func(*rand.Rand, int) []T, rows, cols int) Rows[T] {
	if r.IntN(2) == 0 {
		return Rows[T]{X: slices.Clip(draw(r, cols))}
	}
	return Rows[T]{X: slices.Clip(draw(r, rows*cols)), Step: cols}
}

// factors are n of moderate size, every third zero of some sign.
func factors[T Float](r *rand.Rand, n int) []T {
	x := moderate[T](r, n)
	for i := range x {
		if r.IntN(3) == 0 {
			x[i] *= 0
		}
	}
	return x
}

func rowsAreLoops[T Float](t *testing.T, r *rand.Rand, draw func(*rand.Rand, int) []T, rows, cols int) {
	t.Helper()
	what := func(name string) string { return fmt.Sprintf("%s of %d rows of %d", name, rows, cols) }
	x, mu, inv := someRows(r, draw, rows, cols), someRows(r, draw, rows, cols), someRows(r, draw, rows, cols)
	onAll(t, what("Gauss"), make([]float64, rows), func(out []float64) { Gauss(out, x, mu, inv, cols, 0.75) })

	own, c := draw(r, rows*cols), factors[T](r, rows)
	s := NewSpread[T](cols)
	onAll(t, what("Toward"), make([]T, rows*cols), func(acc []T) {
		s.Toward(acc, c, own, mu, inv)
		s.Toward(acc, c, own, x, inv)
	})
	onAll(t, what("Reparam"), make([]T, rows*cols), func(dst []T) { s.Reparam(dst, mu, inv, own) })

	y, q := draw(r, cols), draw(r, cols)
	onAll(t, what("SumRows and WeighRows"), make([]T, cols), func(sum []T) {
		SumRows(sum, own)
		WeighRows(sum, c, own, y, q)
		SumRows(sum, own)
	})
	out := make([]float32, rows*cols)
	src := make([]float64, rows*cols)
	for i, v := range own {
		src[i] = float64(v)
	}
	onAll(t, what("Narrow"), out, func(out []float32) { Narrow(out, src, 0.5) })
}

// Narrow keeps what is just as large as the least, and a NaN.
func TestNarrowAtItsLeast(t *testing.T) {
	const least = 0x1p-126
	below, above := math.Nextafter(least, 0), math.Nextafter(least, 1)
	src := []float64{least, -least, below, -below, above, -above, 0, 1, -least, least, math.NaN()}
	want := []float32{least, -least, 0, 0, least, -least, 0, 1, -least, least, float32(math.NaN())}
	onEach(t, func(kernel string) {
		got := make([]float32, len(src))
		Narrow(got, src, least)
		for i, w := range want {
			if got[i] != w && (got[i] == got[i] || w == w) {
				t.Errorf("%s: %x becomes %x, want %x", kernel, src[i], got[i], w)
			}
		}
	})
}

func TestRowKernelsAreTheLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	widths := []int{50, 63, 64, 65, 100, 128, 131, 200}
	for n := range 41 {
		widths = append(widths, n+1)
	}
	for _, cols := range widths {
		for _, rows := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100} {
			rowsAreLoops(t, r, moderate[float32], rows, cols)
			rowsAreLoops(t, r, moderate[float64], rows, cols)
			rowsAreLoops(t, r, anyBits[float32], rows, cols)
			rowsAreLoops(t, r, anyBits[float64], rows, cols)
		}
	}
}

// A row whose factor is zero adds nothing, not even a NaN.
func TestZeroFactorsLeaveRowsOut(t *testing.T) {
	x := []float32{1, 2, float32(math.NaN()), float32(math.Inf(1)), 3, 4}
	c := []float32{1, 0, 0.5}
	onEach(t, func(kernel string) {
		acc, sum := make([]float32, 6), make([]float32, 2)
		one := Rows[float32]{X: []float32{1, 1}}
		NewSpread[float32](2).Toward(acc, c, x, Rows[float32]{X: []float32{0, 0}}, one)
		if want := []float32{-1, -2, 0, 0, -1.5, -2}; !slices.Equal(acc, want) {
			t.Errorf("%s: Toward: %v, want %v", kernel, acc, want)
		}
		WeighRows(sum, c, x, []float32{0, 0}, []float32{1, 2})
		if want := []float32{2.5, 8}; !slices.Equal(sum, want) {
			t.Errorf("%s: WeighRows: %v, want %v", kernel, sum, want)
		}
	})
}

func TestGaussByHand(t *testing.T) {
	onEach(t, func(kernel string) {
		out := make([]float64, 2)
		Gauss(out, Rows[float64]{X: []float64{1, 2, 3, 4, 5, 6}, Step: 3}, Rows[float64]{X: []float64{1, 1, 1}},
			Rows[float64]{X: []float64{1, 2, 0.5}}, 3, 10)
		if want := []float64{-0.5*(0+4+1) - 10, -0.5*(9+64+6.25) - 10}; !slices.Equal(out, want) {
			t.Errorf("%s: %v, want %v", kernel, out, want)
		}
	})
}

func BenchmarkRows(b *testing.B) {
	onEach(b, func(kernel string) {
		for _, cols := range []int{2, 5, 20, 50} {
			benchRows[float32](b, "32/"+kernel, cols)
			benchRows[float64](b, "64/"+kernel, cols)
		}
	})
}

// benchRows is the time of a row of a hundred that share a mean.
func benchRows[T Float](b *testing.B, name string, cols int) {
	const rows = 100
	r := rand.New(rand.NewPCG(1, 1))
	x, acc, c := moderate[T](r, rows*cols), make([]T, rows*cols), moderate[T](r, rows)
	mu, inv, out := moderate[T](r, cols), moderate[T](r, cols), make([]float64, rows)
	s := NewSpread[T](cols)
	name = fmt.Sprintf("%s/%d", name, cols)
	benchEach(b, "Gauss/"+name, rows, func() { Gauss(out, Rows[T]{x, cols}, Rows[T]{mu, 0}, Rows[T]{inv, 0}, cols, 1) })
	benchEach(b, "Reparam/"+name, rows, func() { s.Reparam(acc, Rows[T]{mu, 0}, Rows[T]{inv, 0}, x) })
	benchEach(b, "Toward/"+name, rows, func() { s.Toward(acc, c, x, Rows[T]{mu, 0}, Rows[T]{inv, 0}) })
	clear(acc)
	sum := make([]T, cols)
	benchEach(b, "WeighRows/"+name, rows, func() { WeighRows(sum, c, x, mu, inv) })
	benchEach(b, "SumRows/"+name, rows, func() { SumRows(sum, x) })
}
