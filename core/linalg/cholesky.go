package linalg

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/vec"
)

// Cholesky is the lower factor L of a symmetric positive definite matrix A = L L'.
type Cholesky struct {
	N int
	L []float64 // [N,N], zero above the diagonal
}

// NewCholesky factors A [n,n], of which it reads the lower triangle. The error names the
// pivot that is not above least times the diagonal it started from: A has lost rank, or is
// no number.
func NewCholesky(a []float64, n int, least float64) (*Cholesky, error) {
	c := &Cholesky{N: n, L: make([]float64, n*n)}
	return c, c.Factor(a, least)
}

// Factor is NewCholesky into the memory of c.
func (c *Cholesky) Factor(a []float64, least float64) error {
	n, l := c.N, c.L
	for i := range n {
		row := l[i*n : i*n+n]
		for j := range i {
			s := a[i*n+j]
			other := l[j*n : j*n+j]
			for k, x := range other {
				s -= float64(row[k] * x)
			}
			row[j] = s / l[j*n+j]
		}
		s := a[i*n+i]
		for _, x := range row[:i] {
			s -= float64(x * x)
		}
		if !(s > float64(least*a[i*n+i])) || math.IsInf(s, 1) {
			return fmt.Errorf("linalg: cholesky: pivot %d of %d is %.3g of a diagonal %.3g; need a positive definite matrix", i+1, n, s, a[i*n+i])
		}
		row[i] = math.Sqrt(s)
		clear(row[i+1:])
	}
	return nil
}

// LogDet is log det A, 2 sum_i log L_ii.
func (c *Cholesky) LogDet() float64 {
	s := 0.0
	for i := range c.N {
		s += 2 * vec.Log64(c.L[i*c.N+i])
	}
	return s
}

// Lower solves L y = b in place.
func (c *Cholesky) Lower(b []float64) {
	n := c.N
	for i := range n {
		s := b[i]
		for k, x := range c.L[i*n : i*n+i] {
			s -= float64(x * b[k])
		}
		b[i] = s / c.L[i*n+i]
	}
}

// Upper solves L'y = b in place.
func (c *Cholesky) Upper(b []float64) {
	n := c.N
	for i := n - 1; i >= 0; i-- {
		s := b[i]
		for k := i + 1; k < n; k++ {
			s -= float64(c.L[k*n+i] * b[k])
		}
		b[i] = s / c.L[i*n+i]
	}
}

// Solve solves A y = b in place.
func (c *Cholesky) Solve(b []float64) {
	c.Lower(b)
	c.Upper(b)
}

// Inverse sets dst [N,N] to A^-1, symmetric to the bit.
func (c *Cholesky) Inverse(dst []float64) {
	n := c.N
	col := make([]float64, n)
	for j := range n {
		clear(col)
		col[j] = 1
		c.Solve(col)
		for i := j; i < n; i++ {
			dst[i*n+j], dst[j*n+i] = col[i], col[i]
		}
	}
}
