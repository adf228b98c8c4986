// Package blas is where the core's matrix products go, in assembly for AVX-512
// and AVX2 with a portable twin of the same bits (package cpu says which runs),
// also installed under gonum by Use. Nothing here starts a goroutine: a cell is
// one, and cells are what runs side by side. All of it may be called from
// several goroutines at once.
//
// # Bits
//
// The specification of C += op(A) op(B) is, for every entry by itself,
//
//	for l := range k {
//		c[i][j] = fma(a[i][l], b[l][j], c[i][j])
//	}
//
// where fma(x, y, z) is x*y + z rounded once, in the precision of the entries:
// one chain that starts from C and runs in increasing l. Kernels vectorise over
// the columns j and keep C between panels of l, so neither the width of a vector
// nor any blocking can show. No entry is skipped for being zero. An entry that
// becomes NaN is the positive quiet NaN with no payload; k = 0 leaves C alone.
//
// Dot and Axpy have their loops in their own comments.
package blas

import "fmt"

// Gemm adds op(A) op(B) to C, all row-major and dense: C [m,n], op(A) [m,k],
// op(B) [k,n]; op transposes where asked, so A is stored [k,m] when ta and B
// [n,k] when tb. C must not overlap A or B. It panics when a slice does not have
// its shape's length.
func Gemm[T float32 | float64](ta, tb bool, m, n, k int, a, b, c []T) {
	if len(a) != m*k || len(b) != k*n || len(c) != m*n {
		panic(fmt.Sprintf("core/blas: Gemm [%d,%d,%d]: got %d, %d and %d values; have %d, %d and %d",
			m, n, k, len(a), len(b), len(c), m*k, k*n, m*n))
	}
	if k == 0 {
		return // nothing to add; gonum wants a row of at least one
	}
	lda, ldb := k, n
	if ta {
		lda = m
	}
	if tb {
		ldb = k
	}
	gemm(ta, tb, m, n, k, a, lda, b, ldb, c, n)
}
