package blas_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	gonumblas "gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/vibench/bench/core/blas"
)

// fill is neither small nor alike, and exact in either precision.
func fill[T float32 | float64](n, seed int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T((i*37+seed*11)%101-50) / 32
	}
	return x
}

// naive adds op(A) op(B) to C in float64, one product at a time.
func naive[T float32 | float64](ta, tb bool, m, n, k int, a, b, c []T) []float64 {
	out := make([]float64, len(c))
	for i := range m {
		for j := range n {
			s := float64(c[i*n+j])
			for l := range k {
				x, y := i*k+l, l*n+j
				if ta {
					x = l*m + i
				}
				if tb {
					y = j*k + l
				}
				s += float64(a[x]) * float64(b[y])
			}
			out[i*n+j] = s
		}
	}
	return out
}

func checkGemm[T float32 | float64](t *testing.T, eps float64) {
	for _, s := range [][3]int{
		{1, 1, 1}, {1, 7, 3}, {7, 1, 5}, {3, 5, 7}, {64, 192, 64}, {65, 193, 63}, {63, 191, 65}, {130, 3, 129},
		{2, 400, 1}, {129, 385, 67}, {0, 3, 4}, {3, 0, 4}, {3, 4, 0},
	} {
		m, n, k := s[0], s[1], s[2]
		for _, trans := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
			a, b, c := fill[T](m*k, 1), fill[T](k*n, 2), fill[T](m*n, 3)
			want := naive(trans[0], trans[1], m, n, k, a, b, c)
			blas.Gemm(trans[0], trans[1], m, n, k, a, b, c)
			for i, x := range c {
				// k roundings of a chain whose terms are at most 2.5
				if math.Abs(float64(x)-want[i]) > eps*float64(k+1)*2.5*float64(k+1) {
					t.Fatalf("%T [%d,%d,%d] %v: C[%d] = %g; want %g", x, m, n, k, trans, i, x, want[i])
				}
			}
		}
	}
}

func TestGemm(t *testing.T) {
	checkGemm[float64](t, 1.0/(1<<53))
	checkGemm[float32](t, 1.0/(1<<24))
}

// Every output is one chain of additions whatever the panel: a row of a large
// product has the bits of that row alone.
func TestRowsAreIndependent(t *testing.T) {
	const m, n, k = 70, 200, 90
	for _, tb := range []bool{false, true} {
		a, b, c := fill[float32](m*k, 1), fill[float32](k*n, 2), make([]float32, m*n)
		blas.Gemm(false, tb, m, n, k, a, b, c)
		for i := range m {
			row := make([]float32, n)
			blas.Gemm(false, tb, 1, n, k, a[i*k:(i+1)*k], b, row)
			for j, x := range row {
				if math.Float32bits(x) != math.Float32bits(c[i*n+j]) {
					t.Fatalf("tb = %v: C[%d,%d] has other bits alone", tb, i, j)
				}
			}
		}
	}
}

// most is the largest number of goroutines that a watcher on another core sees
// while f runs over and over: until it has looked a thousand times, and, if more
// is asked for, until it has seen more than before (or given up).
func most(f func(), wantMore bool) (before, seen int) {
	var top, looks atomic.Int64
	stop, done, ready := make(chan bool), make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		close(ready)
		for {
			select {
			case <-stop:
				return
			default:
				top.Store(max(top.Load(), int64(runtime.NumGoroutine())))
				looks.Add(1)
			}
		}
	}()
	<-ready
	before = runtime.NumGoroutine()
	for i := 0; looks.Load() < 1000 || wantMore && top.Load() <= int64(before) && i < 1000; i++ {
		f()
	}
	close(stop)
	<-done
	return before, int(top.Load())
}

// A product so large that gonum alone goes parallel starts no goroutine here.
// The same watcher does see gonum's.
func TestOneGoroutine(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("needs a core to watch from")
	}
	const size = 300
	a, b, c := fill[float64](size*size, 1), fill[float64](size*size, 2), make([]float64, size*size)
	if before, n := most(func() { blas.Gemm(false, true, size, size, size, a, b, c) }, false); n > before {
		t.Errorf("%d goroutines during a product; %d before", n, before)
	}
	parallel := func() {
		gonum.Implementation{}.Dgemm(gonumblas.NoTrans, gonumblas.Trans, size, size, size, 1, a, size, b, size, 1, c, size)
	}
	if before, n := most(parallel, true); n <= before {
		t.Errorf("gonum's own product was not seen to go parallel: the watcher is blind")
	}
}

// A product from a row has the bits of one that adds to copies of the row.
func TestGemmFrom(t *testing.T) {
	const m, n, k = 13, 50, 300
	a, b, row := fill[float32](m*k, 1), fill[float32](k*n, 2), fill[float32](n, 3)
	for _, row := range [][]float32{row, nil} {
		for _, k := range []int{k, 0} {
			got, want := fill[float32](m*n, 4), make([]float32, m*n)
			for i := range m {
				copy(want[i*n:], row)
			}
			blas.Gemm(false, false, m, n, k, a[:m*k], b[:k*n], want)
			blas.GemmFrom(false, false, m, n, k, a[:m*k], b[:k*n], row, got)
			if !slices.Equal(got, want) {
				t.Errorf("k = %d, %d entries of a row: other numbers", k, len(row))
			}
		}
	}
}

func TestGemmNamesShapes(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "Gemm [2,3,4]: got 8, 12 and 5 values; have 8, 12 and 6") {
			t.Errorf("panic: %s", got)
		}
	}()
	blas.Gemm(false, false, 2, 3, 4, make([]float64, 8), make([]float64, 12), make([]float64, 5))
}
