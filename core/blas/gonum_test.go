package blas

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/blas/testblas"
	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/cpu"
)

// narrowed runs float32 routines on float64 data: it answers with gonum's
// float64 result where the float32 one is that up to its roundings, and with the
// float32 one otherwise, which the test then finds. So every shape, distance,
// untouched entry and panic of gonum's tests is seen by the float32 routines.
type narrowed struct{ Implementation }

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

func widen(x []float64, y []float32) {
	largest := 1.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	for i, v := range y {
		if d := math.Abs(x[i] - float64(v)); d > 1e-6*largest || x[i] != x[i] != (v != v) {
			x[i] = float64(v)
		}
	}
}

func (n narrowed) Dgemm(tA, tB blas.Transpose, m, nn, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	w := narrow(c)
	n.Sgemm(tA, tB, m, nn, k, float32(alpha), narrow(a), lda, narrow(b), ldb, float32(beta), w, ldc)
	n.Implementation.Implementation.Dgemm(tA, tB, m, nn, k, alpha, a, lda, b, ldb, beta, c, ldc)
	widen(c, w)
}

func (n narrowed) Dgemv(tA blas.Transpose, m, nn int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	w := narrow(y)
	n.Sgemv(tA, m, nn, float32(alpha), narrow(a), lda, narrow(x), incX, float32(beta), w, incY)
	n.Implementation.Implementation.Dgemv(tA, m, nn, alpha, a, lda, x, incX, beta, y, incY)
	widen(y, w)
}

func (n narrowed) Daxpy(nn int, alpha float64, x []float64, incX int, y []float64, incY int) {
	w := narrow(y)
	n.Saxpy(nn, float32(alpha), narrow(x), incX, w, incY)
	n.Implementation.Implementation.Daxpy(nn, alpha, x, incX, y, incY)
	widen(y, w)
}

func (n narrowed) Ddot(nn int, x []float64, incX int, y []float64, incY int) float64 {
	got := []float32{n.Sdot(nn, narrow(x), incX, narrow(y), incY)}
	want := []float64{n.Implementation.Implementation.Ddot(nn, x, incX, y, incY)}
	widen(want, got)
	return want[0]
}

func (n narrowed) Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, nn int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	w := narrow(b)
	n.Strsm(s, ul, tA, d, m, nn, float32(alpha), narrow(a), lda, w, ldb)
	n.Implementation.Implementation.Dtrsm(s, ul, tA, d, m, nn, alpha, a, lda, b, ldb)
	widen(b, w)
}

func (n narrowed) Dtrmm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, nn int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	w := narrow(b)
	n.Strmm(s, ul, tA, d, m, nn, float32(alpha), narrow(a), lda, w, ldb)
	n.Implementation.Implementation.Dtrmm(s, ul, tA, d, m, nn, alpha, a, lda, b, ldb)
	widen(b, w)
}

func (n narrowed) Dsyrk(ul blas.Uplo, tA blas.Transpose, nn, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	w := narrow(c)
	n.Ssyrk(ul, tA, nn, k, float32(alpha), narrow(a), lda, float32(beta), w, ldc)
	n.Implementation.Implementation.Dsyrk(ul, tA, nn, k, alpha, a, lda, beta, c, ldc)
	widen(c, w)
}

func (n narrowed) Dsymm(s blas.Side, ul blas.Uplo, m, nn int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	w := narrow(c)
	n.Ssymm(s, ul, m, nn, float32(alpha), narrow(a), lda, narrow(b), ldb, float32(beta), w, ldc)
	n.Implementation.Implementation.Dsymm(s, ul, m, nn, alpha, a, lda, b, ldb, beta, c, ldc)
	widen(c, w)
}

// TestGonum runs gonum's own conformance tests on every kernel, in float64 and,
// through narrowed, in float32.
func TestGonum(t *testing.T) {
	for _, name := range cpu.Kernels() {
		for _, p := range []struct {
			name string
			impl interface {
				testblas.Dgemmer
				testblas.Dgemver
				testblas.Daxpyer
				testblas.Ddotter
				testblas.Dtrsmer
				testblas.Dtrmmer
				testblas.Dsyker
				testblas.Dsymmer
			}
		}{{"float64", Implementation{}}, {"float32", narrowed{}}} {
			on(t, name, func() {
				t.Run(name+"/"+p.name, func(t *testing.T) {
					testblas.TestDgemm(t, p.impl)
					testblas.DgemvTest(t, p.impl)
					testblas.DaxpyTest(t, p.impl)
					testblas.DdotTest(t, p.impl)
					testblas.DtrsmTest(t, p.impl)
					testblas.DtrmmTest(t, p.impl)
					testblas.DsyrkTest(t, p.impl)
					testblas.DsymmTest(t, p.impl)
				})
			})
		}
	}
}

// TestAgainstGonum compares with gonum's own routines at sizes, strides and
// factors that testblas has not, to 2 (k+4) roundings of the sum of moduli:
// each side makes at most that many half-ulp errors, alpha and beta included.
func TestAgainstGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	trans := []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}
	factors := []float32{0, 1, -1, 0.7}
	var ours Implementation
	var theirs gonum.Implementation
	for _, name := range cpu.Kernels() {
		on(t, name, func() {
			for range 60 {
				m, n, k, extra := 1+r.IntN(40), 1+r.IntN(70), 1+r.IntN(40), r.IntN(4)
				tA, tB := trans[r.IntN(3)], trans[r.IntN(3)]
				alpha, beta := factors[r.IntN(4)], factors[r.IntN(4)]
				lda, la := stored(tA != blas.NoTrans, m, k, extra)
				ldb, lb := stored(tB != blas.NoTrans, k, n, extra)
				ldc, lc := stored(false, m, n, extra)
				a, b, c := make([]float32, la), make([]float32, lb), make([]float32, lc)
				fill(r, a, 0)
				fill(r, b, 0)
				fill(r, c, 0)
				want := wide(c)
				theirs.Dgemm(tA, tB, m, n, k, float64(alpha), wide(a), lda, wide(b), ldb, float64(beta), want, ldc)
				size := abs(wide(c))
				theirs.Dgemm(tA, tB, m, n, k, math.Abs(float64(alpha)), abs(wide(a)), lda, abs(wide(b)), ldb, math.Abs(float64(beta)), size, ldc)
				ours.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
				for i := range c {
					if d := math.Abs(float64(c[i]) - want[i]); d > float64(k+4)*0x1p-23*size[i] {
						t.Fatalf("%s Sgemm %c%c [%d,%d,%d] alpha %g beta %g: entry %d is %g, want %g", name, tA, tB, m, n, k, alpha, beta, i, c[i], want[i])
					}
				}
			}
		})
	}
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

func abs(x []float64) []float64 {
	for i, v := range x {
		x[i] = math.Abs(v)
	}
	return x
}

// TestUse solves equations through mat and lapack on these kernels.
func TestUse(t *testing.T) {
	was32, was64 := blas32.Implementation(), blas64.Implementation()
	Use()
	defer func() { blas32.Use(was32); blas64.Use(was64) }()
	if _, ok := blas64.Implementation().(Implementation); !ok {
		t.Fatalf("blas64 runs %T", blas64.Implementation())
	}
	r := rand.New(rand.NewPCG(4, 4))
	const n = 150
	x, y := make([]float64, n*n), make([]float64, n)
	fill(r, x, 0)
	fill(r, y, 0)
	a, b := mat.NewDense(n, n, x), mat.NewVecDense(n, y)
	var s, back mat.VecDense
	if err := s.SolveVec(a, b); err != nil {
		t.Fatal(err)
	}
	back.MulVec(a, &s)
	back.SubVec(&back, b)
	if d := mat.Norm(&back, 2); d > 1e-10*mat.Norm(b, 2) {
		t.Errorf("residual %g", d)
	}
}
