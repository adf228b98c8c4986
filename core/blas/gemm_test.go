package blas

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/vibench/bench/core/cpu"
)

type float interface{ float32 | float64 }

// kernels are the names of this machine's kernels but the portable one.
func kernels() []string { return cpu.Kernels()[:len(cpu.Kernels())-1] }

// on runs f on the named kernel.
func on(t testing.TB, name string, f func()) {
	t.Helper()
	before := cpu.Kernel()
	if err := cpu.Select(name); err != nil {
		t.Fatal(err)
	}
	defer cpu.Select(before)
	f()
}

// fill sets x to normal draws, and a share of them to entries that are hard.
func fill[T float](r *rand.Rand, x []T, hard float64) {
	for i := range x {
		x[i] = T(r.NormFloat64())
		if r.Float64() < hard {
			x[i] = special[T](r)
		}
	}
}

// special is a zero of either sign, a denormal, an infinity, a NaN with a
// payload, or a number of any size.
func special[T float](r *rand.Rand) T {
	small := math.SmallestNonzeroFloat64
	if _, ok := any(T(0)).(float32); ok {
		small = math.SmallestNonzeroFloat32
	}
	switch r.IntN(8) {
	case 0:
		return T(math.Copysign(0, -1))
	case 1:
		return 0
	case 2:
		return T(math.Inf(1 - 2*r.IntN(2)))
	case 3:
		return T(math.Float64frombits(r.Uint64() | 0x7ff8000000000000))
	case 4, 5:
		return T(small * float64(r.IntN(1000)-500))
	default:
		return T(math.Ldexp(r.Float64()-0.5, r.IntN(300)-150))
	}
}

// sameBits finds the first entry that differs, -1 if none does.
func sameBits[T float](x, y []T) int {
	for i := range x {
		if math.Float64bits(float64(x[i])) != math.Float64bits(float64(y[i])) {
			return i
		}
	}
	return -1
}

// stored is the row distance and the length of a matrix that is m x n as seen
// through a transposition, with extra entries between its rows.
func stored(transposed bool, m, n, extra int) (ld, size int) {
	if transposed {
		m, n = n, m
	}
	if m == 0 {
		return n + extra, 0
	}
	return n + extra, (m-1)*(n+extra) + n
}

func checkGemm[T float](t testing.TB, r *rand.Rand, ta, tb bool, m, n, k int, hard float64, extra int) {
	t.Helper()
	lda, la := stored(ta, m, k, extra)
	ldb, lb := stored(tb, k, n, extra)
	ldc, lc := stored(false, m, n, extra)
	a, b, c := make([]T, la), make([]T, lb), make([]T, lc)
	fill(r, a, hard)
	fill(r, b, hard)
	fill(r, c, hard)
	from := begin[T]{own: true}
	if r.IntN(2) == 0 {
		from = begin[T]{}
		if r.IntN(2) == 0 {
			from.row = make([]T, n)
			fill(r, from.row, hard)
		}
	}
	want := append([]T(nil), c...)
	portable(ta, tb, m, n, k, a, lda, b, ldb, from, want, ldc)
	for _, name := range kernels() {
		got := append([]T(nil), c...)
		on(t, name, func() { gemm(ta, tb, m, n, k, a, lda, b, ldb, from, got, ldc) })
		if i := sameBits(got, want); i >= 0 {
			t.Fatalf("%s %T ta=%v tb=%v [%d,%d,%d]+%d from %v: C[%d,%d] is %g (%x), want %g (%x)", name, got, ta, tb, m, n, k, extra, from,
				i/ldc, i%ldc, got[i], math.Float64bits(float64(got[i])), want[i], math.Float64bits(float64(want[i])))
		}
	}
}

// TestSameBits compares every kernel with the specification, at all widths and
// heights of tiles and their tails.
func TestSameBits(t *testing.T) {
	for mode := range 4 {
		ta, tb := mode&1 != 0, mode&2 != 0
		t.Run(fmt.Sprintf("ta=%v,tb=%v", ta, tb), func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(mode)))
			for n := range 71 {
				checkGemm[float32](t, r, ta, tb, r.IntN(71), n, r.IntN(71), 0, r.IntN(3))
				checkGemm[float64](t, r, ta, tb, r.IntN(71), n, r.IntN(71), 0, r.IntN(3))
				checkGemm[float32](t, r, ta, tb, n, r.IntN(71), r.IntN(20), 0.02, r.IntN(3))
				checkGemm[float64](t, r, ta, tb, n, r.IntN(71), r.IntN(20), 0.02, r.IntN(3))
				checkGemm[float32](t, r, ta, tb, r.IntN(20), r.IntN(71), n, 0.02, r.IntN(3))
				checkGemm[float64](t, r, ta, tb, r.IntN(20), r.IntN(71), n, 0.02, r.IntN(3))
			}
		})
	}
}
