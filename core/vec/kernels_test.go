package vec

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vibench/bench/core/cpu"
)

// onEach runs f under each kernel that the processor has, and puts the choice back.
func onEach(tb testing.TB, f func(kernel string)) {
	before := cpu.Kernel()
	defer cpu.Select(before)
	for _, k := range cpu.Kernels() {
		if err := cpu.Select(k); err != nil {
			tb.Fatal(err)
		}
		f(k)
	}
}

// edges are arguments at which some function here changes its mind, with what
// is next to them.
func edges[T Float]() []T {
	var out []T
	for _, v := range []float64{0, 0x1p-1074, 0x1p-1022, 0x1p-149, 0x1p-126, 0x1p-54, 0x1p-53, 0x1p-25, 0x1p-24, 0.25, 0.5, 1,
		math.Ln2 / 2, math.Ln2, math.Sqrt2 - 1, 1 - math.Sqrt2/2, 0x1.2bec333018866p-2, 0x1.a827999fcef32p-2,
		math.Sqrt2, math.Sqrt2 / 2, 2, 9, 10, 17, 18, 22, 36, 38, 87.3, 88.7, 89, 103.9, 104, 708.39, 709.78, 710, 745.13, 746,
		0x1p23, 0x1p24, 0x1p52, 0x1p53, math.MaxFloat32, math.MaxFloat64, math.Inf(1), math.NaN()} {
		x := T(v)
		for range 3 {
			out = append(out, x, -x)
			x = next(x)
		}
		x = T(v)
		for range 3 {
			x = -next(-x)
			out = append(out, x, -x)
		}
	}
	for _, b := range []uint64{0xfff8000000000123, 0x7ff0000000000001, 0xffc0123400000000, 0x7f80000100000000} {
		out = append(out, ofBits[T](b))
	}
	return out
}

// next is the float above x in size of bits; of -0 and NaN, whatever follows.
func next[T Float](x T) T {
	switch v := any(x).(type) {
	case float32:
		return any(math.Float32frombits(math.Float32bits(v) + 1)).(T)
	case float64:
		return any(math.Float64frombits(math.Float64bits(v) + 1)).(T)
	}
	return x
}

// ofBits is the float with these bits, or with the high half of them.
func ofBits[T Float](b uint64) T {
	var x T
	switch any(x).(type) {
	case float32:
		return any(math.Float32frombits(uint32(b >> 32))).(T)
	default:
		return any(math.Float64frombits(b)).(T)
	}
}

func bitsOf[T Float](x T) uint64 {
	switch v := any(x).(type) {
	case float32:
		return uint64(math.Float32bits(v))
	case float64:
		return math.Float64bits(v)
	}
	return 0
}

// anyBits are n floats with random bits, half of them of moderate size.
func anyBits[T Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		if x[i] = ofBits[T](r.Uint64()); i%2 == 0 {
			x[i] = T(math.Ldexp(1+r.Float64(), r.IntN(24)-14) * float64(1-2*r.IntN(2)))
		}
	}
	return x
}

type sliced[T Float] struct {
	name   string
	slice  func(dst, src []T)
	scalar func(T) T
}

var (
	sliced64 = []sliced[float64]{{"Exp", Exp[float64], Exp64}, {"Expm1", Expm1[float64], Expm164}, {"Log", Log[float64], Log64},
		{"Log1p", Log1p[float64], Log1p64}, {"Tanh", Tanh[float64], Tanh64}, {"Sigmoid", Sigmoid[float64], Sigmoid64},
		{"Softplus", Softplus[float64], Softplus64}, {"ReLU", ReLU[float64], relu[float64]}}
	sliced32 = []sliced[float32]{{"Exp", Exp[float32], Exp32}, {"Expm1", Expm1[float32], Expm132}, {"Log", Log[float32], Log32},
		{"Log1p", Log1p[float32], Log1p32}, {"Tanh", Tanh[float32], Tanh32}, {"Sigmoid", Sigmoid[float32], Sigmoid32},
		{"Softplus", Softplus[float32], Softplus32}, {"ReLU", ReLU[float32], relu[float32]}}
)

// areScalars compares slices, in and out of place, with the loop of scalars,
// bit for bit, and sees that nothing next to dst is written.
func areScalars[T Float](t *testing.T, fs []sliced[T], src []T) {
	t.Helper()
	want := make([]T, len(src))
	got := make([]T, len(src)+2)
	for _, f := range fs {
		for i, x := range src {
			want[i] = f.scalar(x)
		}
		onEach(t, func(kernel string) {
			for _, inPlace := range []bool{false, true} {
				dst := got[1 : len(got)-1]
				got[0], got[len(got)-1] = 77, 78
				if inPlace {
					copy(dst, src)
					f.slice(dst, dst)
				} else {
					f.slice(dst, src)
				}
				for i := range dst {
					if bitsOf(dst[i]) != bitsOf(want[i]) {
						t.Fatalf("%s: %s of %g (%#x), entry %d of %d, in place %t: %#x, want %#x", kernel, f.name,
							src[i], bitsOf(src[i]), i, len(src), inPlace, bitsOf(dst[i]), bitsOf(want[i]))
					}
				}
				if got[0] != 77 || got[len(got)-1] != 78 {
					t.Fatalf("%s: %s of %d entries writes next to them", kernel, f.name, len(src))
				}
			}
		})
	}
}

func TestKernelsAreTheLoops(t *testing.T) {
	areScalars(t, sliced64, edges[float64]())
	areScalars(t, sliced32, edges[float32]())
	r := rand.New(rand.NewPCG(5, 6))
	for n := range 70 {
		areScalars(t, sliced64, anyBits[float64](r, n))
		areScalars(t, sliced32, anyBits[float32](r, n))
	}
	n := 1 << 17
	if testing.Short() {
		n = 1 << 13
	}
	areScalars(t, sliced64, anyBits[float64](r, n))
	areScalars(t, sliced32, anyBits[float32](r, n))
}

// TestKernels32Exhaustive takes every float32, in blocks.
func TestKernels32Exhaustive(t *testing.T) {
	if !*exhaustive {
		t.Skip("with -exhaustive: minutes")
	}
	const block = 1 << 16
	src, want, got := make([]float32, block), make([]float32, block), make([]float32, block)
	onEach(t, func(kernel string) {
		if kernel == cpu.Portable.String() {
			return
		}
		for base := uint64(0); base < 1<<32; base += block {
			for i := range src {
				src[i] = math.Float32frombits(uint32(base + uint64(i)))
			}
			for _, f := range sliced32 {
				for i, x := range src {
					want[i] = f.scalar(x)
				}
				f.slice(got, src)
				for i := range got {
					if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
						t.Fatalf("%s: %s of %#x is %#x, want %#x", kernel, f.name, base+uint64(i), bitsOf(got[i]), bitsOf(want[i]))
					}
				}
			}
		}
	})
}

// floats reads fuzzed bytes as floats.
func floats[T Float](b []byte, size int) []T {
	var out []T
	for c := range slices.Chunk(b, size) {
		if len(c) == size {
			var w [8]byte
			copy(w[8-size:], c)
			out = append(out, ofBits[T](binary.LittleEndian.Uint64(w[:])))
		}
	}
	return out
}

func FuzzKernels(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef\x00\x00\x00\x00\x00\x00\xf0\x7f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		areScalars(t, sliced64, floats[float64](b, 8))
		areScalars(t, sliced32, floats[float32](b, 4))
	})
}

func BenchmarkKernels(b *testing.B) {
	onEach(b, func(kernel string) {
		for _, n := range []int{1, 2, 3, 4, 8, 20, 2048} {
			x, xf := make([]float64, n), make([]float32, n)
			y, yf := make([]float64, n), make([]float32, n)
			for i := range x {
				x[i] = float64(i%97+1) / 20
				xf[i] = float32(x[i])
			}
			for i := range sliced64 {
				benchEach(b, fmt.Sprintf("%s/64/%s/%d", sliced64[i].name, kernel, n), n, func() { sliced64[i].slice(y, x) })
				benchEach(b, fmt.Sprintf("%s/32/%s/%d", sliced32[i].name, kernel, n), n, func() { sliced32[i].slice(yf, xf) })
			}
		}
	})
}

func benchEach(b *testing.B, name string, n int, f func()) {
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			f()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
	})
}
