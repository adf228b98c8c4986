package linalg

import (
	"fmt"
	"math"
)

// mostSweeps bounds Jacobi's sweeps; convergence is quadratic, and ten are many.
const mostSweeps = 60

// Symmetric is the eigen-decomposition A = V diag(w) V' of a symmetric matrix by cyclic
// Jacobi rotations, of which the lower triangle is read: values in falling order, and
// V [n,n] whose columns are the vectors, each with its largest entry positive (the first of
// equals). It is an error if A is not finite.
//
// Golub and Van Loan 2013, algorithm 8.5.3.
func Symmetric(a []float64, n int) (values, vectors []float64, err error) {
	m, v := make([]float64, n*n), make([]float64, n*n)
	total := 0.0
	for i := range n {
		v[i*n+i] = 1
		for j := range i + 1 {
			x := a[i*n+j]
			m[i*n+j], m[j*n+i] = x, x
			total += math.Abs(x)
		}
	}
	if total-total != 0 {
		return nil, nil, fmt.Errorf("linalg: symmetric: an entry is not finite")
	}
	for range mostSweeps {
		off := 0.0
		for i := range n {
			for j := range i {
				off += math.Abs(m[i*n+j])
			}
		}
		if off == 0 {
			break
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				rotate(m, v, n, p, q)
			}
		}
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
		for j := i; j > 0 && m[order[j]*n+order[j]] > m[order[j-1]*n+order[j-1]]; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	values, vectors = make([]float64, n), make([]float64, n*n)
	for to, from := range order {
		values[to] = m[from*n+from]
		top := 0
		for i := range n {
			if math.Abs(v[i*n+from]) > math.Abs(v[top*n+from]) {
				top = i
			}
		}
		sign := math.Copysign(1, v[top*n+from])
		for i := range n {
			vectors[i*n+to] = sign * v[i*n+from]
		}
	}
	return values, vectors, nil
}

// rotate sets entry p, q of the symmetric m to zero by a rotation, which v collects. An
// entry too small to move either diagonal is zero already.
func rotate(m, v []float64, n, p, q int) {
	x, d, e := m[p*n+q], m[p*n+p], m[q*n+q]
	if x == 0 {
		return
	}
	if y := float64(x / 16); d+y == d && e+y == e {
		m[p*n+q], m[q*n+p] = 0, 0
		return
	}
	theta := (e - d) / (2 * x)
	t := 1 / (math.Abs(theta) + math.Sqrt(float64(theta*theta)+1))
	if theta < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(float64(t*t)+1)
	s := t * c
	m[p*n+p], m[q*n+q] = d-float64(t*x), e+float64(t*x)
	m[p*n+q], m[q*n+p] = 0, 0
	for k := range n {
		if k != p && k != q {
			a, b := m[k*n+p], m[k*n+q]
			m[k*n+p], m[k*n+q] = float64(c*a)-float64(s*b), float64(s*a)+float64(c*b)
			m[p*n+k], m[q*n+k] = m[k*n+p], m[k*n+q]
		}
		a, b := v[k*n+p], v[k*n+q]
		v[k*n+p], v[k*n+q] = float64(c*a)-float64(s*b), float64(s*a)+float64(c*b)
	}
}
