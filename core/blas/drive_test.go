package blas

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

// TestBlocking takes sizes beyond every panel and chunk, where C is reloaded, and
// from where strips of B are copied.
func TestBlocking(t *testing.T) {
	checkBlocking[float32](t)
	checkBlocking[float64](t)
}

func checkBlocking[T float](t *testing.T) {
	t.Helper()
	r := rand.New(rand.NewPCG(6, 6))
	size := int(unsafe.Sizeof(T(0)))
	for mode := range 4 {
		ta, tb := mode&1 != 0, mode&2 != 0
		checkGemm[T](t, r, ta, tb, 13, 50, 2*panelK+9, 0.001, 1)
		checkGemm[T](t, r, ta, tb, copyFrom+5, 41, 19, 0, 0)
		checkGemm[T](t, r, ta, tb, 2*panelA/(size*panelT2)+3, 9, panelK+1, 0, 0)
		checkGemm[T](t, r, ta, tb, copyPage+5, 2*page/size, 3, 0, 0) // rows pages apart
		// Of A what is stacked, in chunks and panels; of C what streams past.
		checkGemm[T](t, r, ta, tb, 2*panelA2/(size*panelK2)+7, stackN+21, stackK+9, 0.0001, 1)
		checkGemm[T](t, r, ta, tb, 2*streamM+5, streamC/(size*2*streamM), streamK, 0.001, 1)
	}
}

// TestMargins says that nothing before, between or after the rows of C is
// written, for slices that end where their arrays do not.
func TestMargins(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for _, name := range cpu.Kernels() {
		on(t, name, func() {
			for range 300 {
				m, n, k := 1+r.IntN(30), 1+r.IntN(60), 1+r.IntN(30)
				tb := r.IntN(2) == 0
				ldc := n + r.IntN(3)
				room := make([]float32, 64+m*ldc+64)
				for i := range room {
					room[i] = 77
				}
				a, b := make([]float32, m*k), make([]float32, n*k)
				fill(r, a, 0)
				fill(r, b, 0)
				ldb, _ := stored(tb, k, n, 0)
				gemm(false, tb, m, n, k, a, k, b, ldb, begin[float32]{own: true}, room[64:64+(m-1)*ldc+n], ldc)
				for i, v := range room {
					inside := i >= 64 && i < 64+m*ldc && (i-64)%ldc < n
					if !inside && v != 77 {
						t.Fatalf("%s [%d,%d,%d] ldc %d: entry %d is %g", name, m, n, k, ldc, i-64, v)
					}
				}
			}
		})
	}
}

// TestAccuracy bounds every entry of a float32 product by the error of one
// chain: k roundings of half an ulp of partial sums, each at most the sum of
// moduli.
func TestAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	const m, n, k = 23, 70, 300
	a, b, c := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
	fill(r, a, 0)
	fill(r, b, 0)
	Gemm(false, false, m, n, k, a, b, c)
	for i := range m {
		for j := range n {
			var want, size float64
			for l := range k {
				p := float64(a[i*k+l]) * float64(b[l*n+j])
				want += p
				size += math.Abs(p)
			}
			if d := math.Abs(float64(c[i*n+j]) - want); d > k*0x1p-24*size {
				t.Fatalf("C[%d,%d] is off by %g, want at most %g", i, j, d, k*0x1p-24*size)
			}
		}
	}
}

// TestSideBySide multiplies in several goroutines at once; run it with -race.
func TestSideBySide(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	const m, n, k = 40, 70, 50
	a, b, want := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
	fill(r, a, 0)
	fill(r, b, 0)
	Gemm(false, true, m, n, k, a, b, want)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				c := make([]float32, m*n)
				Gemm(false, true, m, n, k, a, b, c)
				if i := sameBits(c, want); i >= 0 {
					t.Errorf("entry %d is %g, want %g", i, c[i], want[i])
					return
				}
			}
		})
	}
	all.Wait()
}

// TestNoAllocation holds for every kernel and way of storing.
func TestNoAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools at will")
	}
	const m, n, k = 30, 70, 20
	a, b, c, x := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n), make([]float32, n)
	for _, name := range cpu.Kernels() {
		on(t, name, func() {
			for mode := range 4 {
				got := testing.AllocsPerRun(20, func() { Gemm(mode&1 != 0, mode&2 != 0, m, n, k, a, b, c) })
				if got != 0 {
					t.Errorf("%s mode %d: %g allocations a product", name, mode, got)
				}
			}
			if got := testing.AllocsPerRun(20, func() { Axpy(Dot(x, x), x, c[:n]); Gemv(false, k, n, b, x, c[:k]) }); got != 0 {
				t.Errorf("%s: %g allocations by Dot, Axpy, Gemv", name, got)
			}
		})
	}
}

func TestBadLengthsPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"Gemm": func() { Gemm(false, false, 2, 2, 2, make([]float64, 4), make([]float64, 3), make([]float64, 4)) },
		"Gemv": func() { Gemv(false, 2, 3, make([]float64, 6), make([]float64, 2), make([]float64, 2)) },
		"Axpy": func() { Axpy(1, make([]float64, 2), make([]float64, 3)) },
		"Dot":  func() { Dot(make([]float64, 2), make([]float64, 3)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s took slices of wrong lengths", name)
				}
			}()
			f()
		}()
	}
}

// FuzzSameBits draws a product from a seed and compares all kernels with the
// specification.
func FuzzSameBits(f *testing.F) {
	f.Add(uint8(20), uint8(200), uint8(50), uint8(2), uint8(3), uint64(1))
	f.Add(uint8(255), uint8(33), uint8(7), uint8(1), uint8(0), uint64(2))
	f.Fuzz(func(t *testing.T, m, n, k, mode, extra uint8, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		hard := [...]float64{0, 0.001, 0.1}[mode>>2%3]
		checkGemm[float32](t, r, mode&1 != 0, mode&2 != 0, int(m), int(n), int(k), hard, int(extra%9))
		checkGemm[float64](t, r, mode&1 != 0, mode&2 != 0, int(m), int(n), int(k), hard, int(extra%9))
	})
}

// TestTranspose takes sides below, at and above those of blocks.
func TestTranspose(t *testing.T) {
	for _, name := range cpu.Kernels() {
		on(t, name, func() {
			for rows := range 20 {
				for cols := range 2*turnK + 9 {
					checkTranspose[float32](t, rows, cols)
					checkTranspose[float64](t, rows, cols)
				}
			}
		})
	}
}

func checkTranspose[T float](t *testing.T, rows, cols int) {
	t.Helper()
	src, dst := make([]T, rows*cols), make([]T, rows*cols)
	for i := range src {
		src[i] = T(i)
	}
	Transpose(rows, cols, src, dst)
	for i := range rows {
		for j := range cols {
			if got := dst[j*rows+i]; got != src[i*cols+j] {
				t.Fatalf("%s: %d x %d: entry %d,%d is %g", cpu.Kernel(), rows, cols, j, i, got)
			}
		}
	}
}
