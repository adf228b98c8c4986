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
	dense("Gemm", ta, tb, m, n, k, a, b, begin[T]{own: true}, c)
}

// GemmFrom sets C to op(A) op(B), with every chain of column j starting from
// row[j] instead of C's entry; nil is a row of zeros. That spares a pass over C
// before the product. k = 0 copies the row, its NaNs made the one NaN.
func GemmFrom[T float32 | float64](ta, tb bool, m, n, k int, a, b, row, c []T) {
	if row != nil && len(row) != n {
		panic(fmt.Sprintf("core/blas: GemmFrom [%d,%d,%d]: got a row of %d; have %d", m, n, k, len(row), n))
	}
	dense("GemmFrom", ta, tb, m, n, k, a, b, begin[T]{row: row}, c)
}

func dense[T float32 | float64](name string, ta, tb bool, m, n, k int, a, b []T, from begin[T], c []T) {
	if len(a) != m*k || len(b) != k*n || len(c) != m*n {
		panic(fmt.Sprintf("core/blas: %s [%d,%d,%d]: got %d, %d and %d values; have %d, %d and %d",
			name, m, n, k, len(a), len(b), len(c), m*k, k*n, m*n))
	}
	lda, ldb := k, n
	if ta {
		lda = m
	}
	if tb {
		ldb = k
	}
	gemm(ta, tb, m, n, k, a, lda, b, ldb, from, c, n)
}
