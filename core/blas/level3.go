package blas

import "gonum.org/v1/gonum/blas"

// Level 3 beside Gemm: what Cholesky and LU, and products of symmetric and
// triangular matrices, rest on. Each row of a result is a Gemm of one row, so
// every entry is one chain of fused multiply-adds in increasing l, on entries of
// A times alpha, or of -A, rounded:
//
//	Symm  c = fma(alpha a[i][l], b[l][j], c), A mirrored; B alpha first where A is on the right
//	Syrk  c = fma(alpha a[i][l], a[j][l], c)
//	Trmm  b[i] = (alpha a[i][i]) b[i], then b[i] = fma(alpha a[i][l], b[l], b[i]) for the other l
//	Trsm  b[i] = alpha b[i], then fma(-a[i][l], b[l], b[i]) for the other l, then / a[i][i]
//
// after C (or B) times beta. A triangle on the right is solved, or multiplied
// by, as its transpose on the left of B transposed.

// triangle is op(A): entry i, l is a[i*rs+l*cs], zero above the diagonal if lower
// and below if not.
type triangle[T float32 | float64] struct {
	a           []T
	rs, cs      int
	lower, unit bool
}

func newTriangle[T float32 | float64](ul blas.Uplo, tA blas.Transpose, d blas.Diag, a []T, lda int) triangle[T] {
	t := tA != blas.NoTrans
	return triangle[T]{a, strides(t, lda), strides(!t, lda), (ul == blas.Lower) != t, d == blas.Unit}
}

func (t triangle[T]) transposed() triangle[T] {
	t.rs, t.cs, t.lower = t.cs, t.rs, !t.lower
	return t
}

func (t triangle[T]) diagonal(i int) T {
	if t.unit {
		return 1
	}
	return t.a[i*(t.rs+t.cs)]
}

// others is c times row i without its diagonal, from column lo on, of m.
func (t triangle[T]) others(row []T, c T, i, m int) (others []T, lo int) {
	hi := i
	if !t.lower {
		lo, hi = i+1, m
	}
	for l := lo; l < hi; l++ {
		row[l-lo] = c * t.a[i*t.rs+l*t.cs]
	}
	return row[:hi-lo], lo
}

// solve sets B, m x n, to alpha op(A)^-1 B: rows that others need come first.
func (t triangle[T]) solve(m, n int, alpha T, b []T, ldb int) {
	t.rows(m, n, -1, t.lower, b, ldb, func(i int, y []T) { scale(alpha, y) }, func(i int, y []T) {
		if !t.unit {
			d := t.diagonal(i)
			for j := range y {
				y[j] /= d
			}
		}
	})
}

// multiply sets B to alpha op(A) B: rows that others need come last.
func (t triangle[T]) multiply(m, n int, alpha T, b []T, ldb int) {
	t.rows(m, n, alpha, !t.lower, b, ldb, func(i int, y []T) {
		d := alpha * t.diagonal(i)
		for j := range y {
			y[j] *= d
		}
	}, func(int, []T) {})
}

// rows adds to each row of B c times the others that op(A) says, between before
// and after, downwards or upwards.
func (t triangle[T]) rows(m, n int, c T, down bool, b []T, ldb int, before, after func(i int, y []T)) {
	buffer := borrow[T](m)
	defer lend(buffer)
	for s := range m {
		i := s
		if !down {
			i = m - 1 - s
		}
		y := b[i*ldb:][:n]
		before(i, y)
		if row, lo := t.others(*buffer, c, i, m); len(row) > 0 {
			gemm(false, false, 1, n, len(row), row, len(row), b[lo*ldb:], ldb, begin[T]{own: true}, y, n)
		}
		after(i, y)
	}
}

// onSide runs f on B and the triangle, or on both transposed.
func onSide[T float32 | float64](s blas.Side, t triangle[T], m, n int, b []T, ldb int, f func(t triangle[T], m, n int, b []T, ldb int)) {
	if s == blas.Left {
		f(t, m, n, b, ldb)
		return
	}
	buffer := borrow[T](m * n)
	defer lend(buffer)
	turned := *buffer
	for i := range m {
		for j, v := range b[i*ldb:][:n] {
			turned[j*m+i] = v
		}
	}
	f(t.transposed(), n, m, turned, m)
	for i := range m {
		row := b[i*ldb:][:n]
		for j := range row {
			row[j] = turned[j*m+i]
		}
	}
}

func syrk[T float32 | float64](lower, ta bool, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	buffer := borrow[T](k + 1)
	defer lend(buffer)
	row := (*buffer)[:k]
	rs, cs := strides(ta, lda), strides(!ta, lda)
	for i := range n {
		lo, hi := i, n
		if lower {
			lo, hi = 0, i+1
		}
		y := c[i*ldc+lo:][:hi-lo]
		scale(beta, y)
		for l := range row {
			row[l] = alpha * a[i*rs+l*cs]
		}
		if k > 0 {
			gemm(false, !ta, 1, len(y), k, row, k, a[lo*rs:], lda, begin[T]{own: true}, y, len(y))
		}
	}
}

func symm[T float32 | float64](s blas.Side, lower bool, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	k := m
	if s == blas.Right {
		k = n
	}
	buffer := borrow[T](k * k)
	defer lend(buffer)
	full := *buffer
	for i := range k {
		for j := range i + 1 {
			v := a[j*lda+i]
			if lower {
				v = a[i*lda+j]
			}
			full[i*k+j], full[j*k+i] = v, v
		}
	}
	if s == blas.Left {
		scaledGemm(false, false, m, n, k, alpha, full, k, b, ldb, beta, c, ldc)
	} else {
		scaledGemm(false, false, m, n, k, alpha, b, ldb, full, k, beta, c, ldc)
	}
}

// inOrderTriangle tells whether Trmm's and Trsm's arguments are what they must
// be, none empty and alpha not 0; the routines hand what is not to gonum's.
func inOrderTriangle(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, zero bool, a, lda, b, ldb int) bool {
	return (d == blas.Unit || d == blas.NonUnit) && inOrderSquare(s, ul, m, n, zero, a, lda) &&
		matrix(tA, m, n, b, ldb)
}

func inOrderSquare(s blas.Side, ul blas.Uplo, m, n int, zero bool, a, lda int) bool {
	k := m
	if s == blas.Right {
		k = n
	}
	return !zero && (s == blas.Left || s == blas.Right) && (ul == blas.Upper || ul == blas.Lower) && matrix(blas.NoTrans, k, k, a, lda)
}

func inOrderSyrk(ul blas.Uplo, tA blas.Transpose, n, k int, zero bool, a, lda, c, ldc int) bool {
	rows, cols := n, k
	if tA != blas.NoTrans {
		rows, cols = k, n
	}
	return !zero && (ul == blas.Upper || ul == blas.Lower) && matrix(tA, rows, cols, a, lda) && matrix(blas.NoTrans, n, n, c, ldc)
}

func (i Implementation) Strsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int) {
	if !inOrderTriangle(s, ul, tA, d, m, n, alpha == 0, len(a), lda, len(b), ldb) {
		i.Implementation.Strsm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
		return
	}
	onSide(s, newTriangle(ul, tA, d, a, lda), m, n, b, ldb, func(t triangle[float32], m, n int, b []float32, ldb int) { t.solve(m, n, alpha, b, ldb) })
}

func (i Implementation) Strmm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int) {
	if !inOrderTriangle(s, ul, tA, d, m, n, alpha == 0, len(a), lda, len(b), ldb) {
		i.Implementation.Strmm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
		return
	}
	onSide(s, newTriangle(ul, tA, d, a, lda), m, n, b, ldb, func(t triangle[float32], m, n int, b []float32, ldb int) { t.multiply(m, n, alpha, b, ldb) })
}

func (i Implementation) Ssyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float32, a []float32, lda int, beta float32, c []float32, ldc int) {
	if !inOrderSyrk(ul, tA, n, k, alpha == 0, len(a), lda, len(c), ldc) {
		i.Implementation.Ssyrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
		return
	}
	syrk(ul == blas.Lower, tA != blas.NoTrans, n, k, alpha, a, lda, beta, c, ldc)
}

func (i Implementation) Ssymm(s blas.Side, ul blas.Uplo, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if !inOrderSquare(s, ul, m, n, alpha == 0, len(a), lda) || !matrix(blas.NoTrans, m, n, len(b), ldb) || !matrix(blas.NoTrans, m, n, len(c), ldc) {
		i.Implementation.Ssymm(s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	symm(s, ul == blas.Lower, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
}

func (i Implementation) Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	if !inOrderTriangle(s, ul, tA, d, m, n, alpha == 0, len(a), lda, len(b), ldb) {
		i.Implementation.Dtrsm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
		return
	}
	onSide(s, newTriangle(ul, tA, d, a, lda), m, n, b, ldb, func(t triangle[float64], m, n int, b []float64, ldb int) { t.solve(m, n, alpha, b, ldb) })
}

func (i Implementation) Dtrmm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	if !inOrderTriangle(s, ul, tA, d, m, n, alpha == 0, len(a), lda, len(b), ldb) {
		i.Implementation.Dtrmm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
		return
	}
	onSide(s, newTriangle(ul, tA, d, a, lda), m, n, b, ldb, func(t triangle[float64], m, n int, b []float64, ldb int) { t.multiply(m, n, alpha, b, ldb) })
}

func (i Implementation) Dsyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	if !inOrderSyrk(ul, tA, n, k, alpha == 0, len(a), lda, len(c), ldc) {
		i.Implementation.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
		return
	}
	syrk(ul == blas.Lower, tA != blas.NoTrans, n, k, alpha, a, lda, beta, c, ldc)
}

func (i Implementation) Dsymm(s blas.Side, ul blas.Uplo, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	if !inOrderSquare(s, ul, m, n, alpha == 0, len(a), lda) || !matrix(blas.NoTrans, m, n, len(b), ldb) || !matrix(blas.NoTrans, m, n, len(c), ldc) {
		i.Implementation.Dsymm(s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	symm(s, ul == blas.Lower, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
}
