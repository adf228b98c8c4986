package blas

import (
	"math"
	"unsafe"
)

// This file is the specification in Go. It runs where there is no kernel, and
// the kernels are tested against it bit for bit.

// portable sets C to from plus op(A) op(B); rows are lda, ldb and ldc entries apart.
func portable[T float32 | float64](ta, tb bool, m, n, k int, a []T, lda int, b []T, ldb int, from begin[T], c []T, ldc int) {
	if k == 0 && from.own {
		return
	}
	ra, ca, rb, cb := strides(ta, lda), strides(!ta, lda), strides(tb, ldb), strides(!tb, ldb)
	for i := range m {
		for j := range n {
			sum := from.at(j, c[i*ldc+j])
			for l := range k {
				sum = fma(a[i*ra+l*ca], b[l*rb+j*cb], sum)
			}
			c[i*ldc+j] = canonical(sum)
		}
	}
}

// at is where the chain of an entry in column j, now c, starts.
func (b begin[T]) at(j int, c T) T {
	switch {
	case b.own:
		return c
	case b.row != nil:
		return b.row[j]
	}
	return 0
}

// strides is the distance of rows of a matrix stored with rows ld apart,
// seen as it is or transposed.
func strides(transposed bool, ld int) int {
	if transposed {
		return 1
	}
	return ld
}

// canonical replaces any NaN by the one NaN.
func canonical[T float32 | float64](x T) T {
	if x != x {
		return T(math.Float64frombits(0x7ff8000000000000))
	}
	return x
}

// fma is x*y + z rounded once.
func fma[T float32 | float64](x, y, z T) T {
	if unsafe.Sizeof(x) == 8 {
		return T(math.FMA(float64(x), float64(y), float64(z)))
	}
	return T(fma32(float32(x), float32(y), float32(z)))
}

// fma32 is x*y + z in float32 rounded once. The product is exact in float64.
// The sum s is rounded there and again to float32, which goes wrong only where s
// came to lie halfway between two float32 values, normal or not: then its low 28
// bits are zero. There s is rounded to odd instead: moved to the neighbour on
// the side of the error, which is exactly computed, so that the second rounding
// sees on which side of the middle the sum is.
func fma32(x, y, z float32) float32 {
	p, c := float64(float64(x)*float64(y)), float64(z)
	s := p + c
	bits := math.Float64bits(s)
	if bits&(1<<28-1) != 0 {
		return float32(s)
	}
	t := s - p
	err := (p - (s - t)) + (c - t)
	switch {
	case err == 0 || err != err:
	case (err > 0) == (s > 0):
		s = math.Float64frombits(bits + 1)
	default:
		s = math.Float64frombits(bits - 1)
	}
	return float32(s)
}
