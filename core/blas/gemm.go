// Package blas is where the core's matrix products go: gonum's routines today,
// tuned kernels under the same names when they come.
//
// A cell is one goroutine, so products must not start more: gonum's Gemm goes
// parallel from four 64x64 blocks of C on, and is therefore called on panels
// below that. Panels cut C only, never the inner dimension, so each output is
// the same chain of additions whatever the panel.
package blas

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// block is gonum's block size; panels of at most 64 x 192 hold three blocks.
const block = 64

// Gemm adds op(A) op(B) to C, all row-major and dense: C [m,n], op(A) [m,k],
// op(B) [k,n]; op transposes where asked, so A is stored [k,m] when ta. It
// panics when a slice does not have its shape's length.
func Gemm[T float32 | float64](ta, tb bool, m, n, k int, a, b, c []T) {
	if len(a) != m*k || len(b) != k*n || len(c) != m*n {
		panic(fmt.Sprintf("blas: Gemm [%d,%d,%d]: got %d, %d and %d values; have %d, %d and %d",
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
	for i := 0; i < m; i += block {
		rows := min(block, m-i)
		pa := i * lda
		if ta {
			pa = i
		}
		for j := 0; j < n; j += 3 * block {
			cols := min(3*block, n-j)
			pb := j
			if tb {
				pb = j * ldb
			}
			panel(trans(ta), trans(tb), rows, cols, k, a[pa:], lda, b[pb:], ldb, c[i*n+j:], n)
		}
	}
}

func trans(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

func panel[T float32 | float64](ta, tb blas.Transpose, m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	switch a := any(a).(type) {
	case []float64:
		gonum.Implementation{}.Dgemm(ta, tb, m, n, k, 1, a, lda, any(b).([]float64), ldb, 1, any(c).([]float64), ldc)
	case []float32:
		gonum.Implementation{}.Sgemm(ta, tb, m, n, k, 1, a, lda, any(b).([]float32), ldb, 1, any(c).([]float32), ldc)
	}
}
