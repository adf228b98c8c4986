package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
)

// Implementation is gonum's BLAS with this package's Gemm, Symm, Syrk, Trmm,
// Trsm, Gemv, Axpy and Dot, so that they take one thread and have the same bits
// everywhere: with them products, and Cholesky's factors and solutions, of mat and
// lapack. Where alpha is not 1, op(A) (or x) is first multiplied by it, and where
// beta is neither 1 nor 0, C (or y) by that, both rounded.
//
// All else is gonum's own, whose sums may differ between machines: Syr2k; of level
// 2 Ger (which LU uses), Syr and Syr2, Symv, Trmv, Trsv and what is banded or
// packed; of level 1 Nrm2, Asum and what is complex.
type Implementation struct{ gonum.Implementation }

// Use installs Implementation under packages blas32, blas64 and so mat and lapack.
func Use() {
	blas32.Use(Implementation{})
	blas64.Use(Implementation{})
}

// Sgemm and the other routines hand what is out of order to gonum's, which
// panics and says why.

func (i Implementation) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if !inOrder(tA, tB, m, n, k, len(a), lda, len(b), ldb, len(c), ldc) {
		i.Implementation.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	scaledGemm(tA != blas.NoTrans, tB != blas.NoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

func (i Implementation) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	if !inOrder(tA, tB, m, n, k, len(a), lda, len(b), ldb, len(c), ldc) {
		i.Implementation.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	scaledGemm(tA != blas.NoTrans, tB != blas.NoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

func (i Implementation) Sgemv(tA blas.Transpose, m, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	lx, ly := lengths(tA, m, n)
	if !matrix(tA, m, n, len(a), lda) || !spaced(lx, len(x), incX) || !spaced(ly, len(y), incY) {
		i.Implementation.Sgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	scaledGemv(tA != blas.NoTrans, m, n, alpha, a, lda, x, lx, incX, beta, y, ly, incY)
}

func (i Implementation) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	lx, ly := lengths(tA, m, n)
	if !matrix(tA, m, n, len(a), lda) || !spaced(lx, len(x), incX) || !spaced(ly, len(y), incY) {
		i.Implementation.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	scaledGemv(tA != blas.NoTrans, m, n, alpha, a, lda, x, lx, incX, beta, y, ly, incY)
}

func (i Implementation) Saxpy(n int, alpha float32, x []float32, incX int, y []float32, incY int) {
	if !spaced(n, len(x), incX) || !spaced(n, len(y), incY) {
		i.Implementation.Saxpy(n, alpha, x, incX, y, incY)
		return
	}
	spacedAxpy(n, alpha, x, incX, y, incY)
}

func (i Implementation) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	if !spaced(n, len(x), incX) || !spaced(n, len(y), incY) {
		i.Implementation.Daxpy(n, alpha, x, incX, y, incY)
		return
	}
	spacedAxpy(n, alpha, x, incX, y, incY)
}

func (i Implementation) Sdot(n int, x []float32, incX int, y []float32, incY int) float32 {
	if !spaced(n, len(x), incX) || !spaced(n, len(y), incY) {
		return i.Implementation.Sdot(n, x, incX, y, incY)
	}
	return spacedDot(n, x, incX, y, incY)
}

func (i Implementation) Ddot(n int, x []float64, incX int, y []float64, incY int) float64 {
	if !spaced(n, len(x), incX) || !spaced(n, len(y), incY) {
		return i.Implementation.Ddot(n, x, incX, y, incY)
	}
	return spacedDot(n, x, incX, y, incY)
}

// inOrder tells whether Gemm's arguments are what they must be, and none empty.
func inOrder(tA, tB blas.Transpose, m, n, k, a, lda, b, ldb, c, ldc int) bool {
	rowsA, colsA, rowsB, colsB := m, k, k, n
	if tA != blas.NoTrans {
		rowsA, colsA = k, m
	}
	if tB != blas.NoTrans {
		rowsB, colsB = n, k
	}
	return matrix(tA, rowsA, colsA, a, lda) && matrix(tB, rowsB, colsB, b, ldb) && matrix(blas.NoTrans, m, n, c, ldc)
}

// matrix tells whether size entries hold the m x n matrix with rows ld apart.
func matrix(t blas.Transpose, m, n, size, ld int) bool {
	known := t == blas.NoTrans || t == blas.Trans || t == blas.ConjTrans
	return known && m > 0 && n > 0 && ld >= n && size >= (m-1)*ld+n
}

// spaced tells whether size entries hold n of them inc apart.
func spaced(n, size, inc int) bool {
	return n > 0 && inc != 0 && size > (n-1)*max(inc, -inc)
}

func lengths(tA blas.Transpose, m, n int) (x, y int) {
	if tA == blas.NoTrans {
		return n, m
	}
	return m, n
}

// from is the index of the first of n entries inc apart.
func from(n, inc int) int { return max(0, (1-n)*inc) }

func scale[T float32 | float64](beta T, c []T) {
	switch beta {
	case 1:
	case 0:
		clear(c)
	default:
		for i := range c {
			c[i] *= beta
		}
	}
}

func scaledGemm[T float32 | float64](ta, tb bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	for i := range m {
		scale(beta, c[i*ldc:][:n])
	}
	if alpha == 0 {
		return
	}
	if alpha != 1 {
		rows, cols := m, k
		if ta {
			rows, cols = k, m
		}
		buffer := borrow[T](rows * cols)
		defer lend(buffer)
		s := *buffer
		for i := range rows {
			for j, v := range a[i*lda:][:cols] {
				s[i*cols+j] = alpha * v
			}
		}
		a, lda = s, cols
	}
	gemm(ta, tb, m, n, k, a, lda, b, ldb, begin[T]{own: true}, c, ldc)
}

func scaledGemv[T float32 | float64](ta bool, m, n int, alpha T, a []T, lda int, x []T, lx, incX int, beta T, y []T, ly, incY int) {
	buffer := borrow[T](lx + ly)
	defer lend(buffer)
	u, v := (*buffer)[:lx], (*buffer)[lx:lx+ly]
	for i, at := 0, from(lx, incX); i < lx; i, at = i+1, at+incX {
		u[i] = alpha * x[at]
	}
	for i, at := 0, from(ly, incY); i < ly; i, at = i+1, at+incY {
		v[i] = y[at]
	}
	scale(beta, v)
	if alpha != 0 {
		gemv(ta, m, n, a, lda, u, v)
	}
	for i, at := 0, from(ly, incY); i < ly; i, at = i+1, at+incY {
		y[at] = v[i]
	}
}

func spacedAxpy[T float32 | float64](n int, alpha T, x []T, incX int, y []T, incY int) {
	switch {
	case alpha == 0:
	case incX == 1 && incY == 1:
		Axpy(alpha, x[:n], y[:n])
	default:
		axpyPortable(n, alpha, x, from(n, incX), incX, y, from(n, incY), incY)
	}
}

func spacedDot[T float32 | float64](n int, x []T, incX int, y []T, incY int) T {
	if incX == 1 && incY == 1 {
		return Dot(x[:n], y[:n])
	}
	return dotPortable(n, x, from(n, incX), incX, y, from(n, incY), incY)
}
