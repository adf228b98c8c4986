package blas

import (
	"fmt"
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

// Gemv adds op(A) x to y: A is stored [m,n], row-major and dense, and op
// transposes when ta. It has the bits of Gemm with x and y as columns. It panics
// when a slice does not have its shape's length.
func Gemv[T float32 | float64](ta bool, m, n int, a, x, y []T) {
	in, out := n, m
	if ta {
		in, out = m, n
	}
	if len(a) != m*n || len(x) != in || len(y) != out {
		panic(fmt.Sprintf("core/blas: Gemv [%d,%d]: got %d, %d and %d values; have %d, %d and %d",
			m, n, len(a), len(x), len(y), m*n, in, out))
	}
	gemv(ta, m, n, a, n, x, y)
}

// gemv is the product of rows: y' += x' op(A)', so that the entries of y are
// next to each other.
func gemv[T float32 | float64](ta bool, m, n int, a []T, lda int, x, y []T) {
	if ta {
		m, n = n, m
	}
	gemm(false, !ta, 1, m, n, x, n, a, lda, begin[T]{own: true}, y, m)
}

// Axpy adds alpha x to y, each entry by one fused multiply-add; an entry that
// becomes NaN is the one NaN.
//
//	y[i] = fma(alpha, x[i], y[i])
//
// It panics when the lengths differ.
func Axpy[T float32 | float64](alpha T, x, y []T) {
	if len(x) != len(y) {
		panic(fmt.Sprintf("core/blas: Axpy: got %d and %d values; have as many of each", len(x), len(y)))
	}
	if cpu.Active() == cpu.Portable || len(x) == 0 {
		axpyPortable(len(x), alpha, x, 0, 1, y, 0, 1)
		return
	}
	axpy(unsafe.Pointer(&alpha), unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), len(x), int(unsafe.Sizeof(alpha)))
}

func axpyPortable[T float32 | float64](n int, alpha T, x []T, ix, incX int, y []T, iy, incY int) {
	for i := range n {
		v := &y[iy+i*incY]
		*v = canonical(fma(alpha, x[ix+i*incX], *v))
	}
}

// Dot is the sum of x[i] y[i] in eight lanes, each product rounded before it is
// added; a NaN is the one NaN. It has the bits of vec.Dot.
//
//	lane[i%8] += T(x[i] * y[i])   // from +0
//	((l0+l4)+(l2+l6)) + ((l1+l5)+(l3+l7))
//
// It panics when the lengths differ.
func Dot[T float32 | float64](x, y []T) T {
	if len(x) != len(y) {
		panic(fmt.Sprintf("core/blas: Dot: got %d and %d values; have as many of each", len(x), len(y)))
	}
	if cpu.Active() == cpu.Portable || len(x) == 0 {
		return dotPortable(len(x), x, 0, 1, y, 0, 1)
	}
	var l [8]T
	dot(unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), len(x), unsafe.Pointer(&l), int(unsafe.Sizeof(l[0])))
	return fold(&l)
}

func dotPortable[T float32 | float64](n int, x []T, ix, incX int, y []T, iy, incY int) T {
	var l [8]T
	for i := range n {
		l[i%8] += T(x[ix+i*incX] * y[iy+i*incY])
	}
	return fold(&l)
}

func fold[T float32 | float64](l *[8]T) T {
	return canonical(((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7])))
}
