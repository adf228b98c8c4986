package vec

import "fmt"

// Rows is a matrix by rows: row r starts at X[r*Step]. A Step of 0 is one row
// that stands for all.
type Rows[T Float] struct {
	X    []T
	Step int
}

// check panics unless the matrix holds rows of cols numbers, a step apart or one for all.
func (m Rows[T]) check(name string, rows, cols int) {
	if m.Step != 0 && m.Step != cols || len(m.X) < max(rows-1, 0)*m.Step+cols {
		panic(fmt.Sprintf("vec: %s: %d numbers %d apart are not %d rows of %d", name, len(m.X), m.Step, rows, cols))
	}
}

// row is row r, cols numbers.
func (m Rows[T]) row(r, cols int) []T { return m.X[r*m.Step:][:cols] }

// Gauss is the exponent of a Gaussian density, a number a row of out:
//
//	out[r] = -(1/2) sum_j d_j^2 - base,   d_j = (x[r][j] - mu[r][j]) inv[r][j]
//
// d is formed in T and squared in float64; the squares are added in Lanes, as by
// Sum. (A float32's square is exact in float64, so whether a kernel fuses that
// product and sum cannot show.) A NaN is passed on as the processor makes it.
func Gauss[T Float](out []float64, x, mu, inv Rows[T], cols int, base float64) {
	rows := len(out)
	x.check("Gauss", rows, cols)
	mu.check("Gauss", rows, cols)
	inv.check("Gauss", rows, cols)
	if rows == 0 {
		return
	}
	if x.Step == 0 { // (x - mu)^2 is (mu - x)^2
		x, mu = mu, x
	}
	if mu.Step == 0 && inv.Step == 0 && gaussKernel(out, x, mu.row(0, cols), inv.row(0, cols), base) {
		return
	}
	for r := range out {
		if gaussKernel(out[r:r+1], Rows[T]{X: x.row(r, cols)}, mu.row(r, cols), inv.row(r, cols), base) {
			continue
		}
		x := x.row(r, cols)
		mu, inv := mu.row(r, cols)[:len(x)], inv.row(r, cols)[:len(x)]
		var l [Lanes]float64
		for j, v := range x {
			d := float64((v - mu[j]) * inv[j])
			l[j&(Lanes-1)] += float64(d * d)
		}
		s := ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
		out[r] = float64(-0.5*s) - base
	}
}

// SumRows adds to sum, column by column, the rows of x: those of even and those of
// odd number are added up in order, then the two sums, and that is added to sum.
func SumRows[T Float](sum, x []T) {
	rows := rowsOf("SumRows", sum, x)
	if rows == 0 || sumRowsKernel(sum, x, rows) {
		return
	}
	for j := range sum {
		var s [2]T
		for r := range rows {
			s[r&1] += x[r*len(sum)+j]
		}
		sum[j] += s[0] + s[1]
	}
}

// WeighRows adds to sum, column by column, weighted differences of the rows of x
// and one row y, added up first as SumRows does, those whose weight is zero left
// out:
//
//	sum[j] += (c[0] (x[0][j] - y[j]) + c[1] (x[1][j] - y[j]) + ...) q[j]
func WeighRows[T Float](sum, c, x, y, q []T) {
	rows := rowsOf("WeighRows", sum, x)
	sameLen("WeighRows", len(c), rows)
	sameLen("WeighRows", len(sum), len(y))
	sameLen("WeighRows", len(sum), len(q))
	if rows == 0 || weighRowsKernel(sum, c, x, y, q) {
		return
	}
	for j := range sum {
		var s [2]T
		for r, c := range c {
			if c != 0 {
				s[r&1] += T(c * (x[r*len(sum)+j] - y[j]))
			}
		}
		sum[j] += T((s[0] + s[1]) * q[j])
	}
}

// rowsOf is how many rows as long as sum x has.
func rowsOf[T Float](name string, sum, x []T) int {
	if len(sum) == 0 {
		return 0
	}
	rows := len(x) / len(sum)
	sameLen(name, rows*len(sum), len(x))
	return rows
}

// Narrow rounds src to float32; what is less than least in size becomes zero.
func Narrow(dst []float32, src []float64, least float64) {
	sameLen("Narrow", len(dst), len(src))
	n := narrowKernel(dst, src, least)
	for i, x := range src[n:] {
		if x < least && x > -least {
			x = 0
		}
		dst[n+i] = float32(x)
	}
}
