package vec

import "github.com/vibench/bench/core/cpu"

// gaussKernel is Gauss of rows, one at least, of x with one mu and inv, if there
// is a kernel.
func gaussKernel[T Float](out []float64, x Rows[T], mu, inv []T, base float64) bool {
	isa, rows, cols := cpu.Active(), len(out), len(mu)
	if isa == cpu.Portable {
		return false
	}
	switch p := any(&x.X[0]).(type) {
	case *float32:
		m, q := any(&mu[0]).(*float32), any(&inv[0]).(*float32)
		if isa == cpu.AVX512 {
			gauss32AVX512(&out[0], p, m, q, rows, cols, 4*x.Step, -0.5, base)
		} else {
			gauss32AVX2(&out[0], p, m, q, rows, cols, 4*x.Step, -0.5, base)
		}
	case *float64:
		m, q := any(&mu[0]).(*float64), any(&inv[0]).(*float64)
		if isa == cpu.AVX512 {
			gauss64AVX512(&out[0], p, m, q, rows, cols, 8*x.Step, -0.5, base)
		} else {
			gauss64AVX2(&out[0], p, m, q, rows, cols, 8*x.Step, -0.5, base)
		}
	}
	return true
}

// strip is how many columns of a sum over rows stay in registers.
func strip[T Float](isa cpu.ISA) int { return 4 * entries[T](isa) }

// sumRowsKernel is SumRows of one row at least, if there is a kernel.
func sumRowsKernel[T Float](sum, x []T, rows int) bool {
	isa, cols := cpu.Active(), len(sum)
	if isa == cpu.Portable {
		return false
	}
	for lo := 0; lo < cols; lo += strip[T](isa) {
		n := min(strip[T](isa), cols-lo)
		switch s := any(&sum[lo]).(type) {
		case *float32:
			if x := any(&x[lo]).(*float32); isa == cpu.AVX512 {
				sumRows32AVX512(s, x, rows, 4*cols, n)
			} else {
				sumRows32AVX2(s, x, rows, 4*cols, n)
			}
		case *float64:
			if x := any(&x[lo]).(*float64); isa == cpu.AVX512 {
				sumRows64AVX512(s, x, rows, 8*cols, n)
			} else {
				sumRows64AVX2(s, x, rows, 8*cols, n)
			}
		}
	}
	return true
}

// weighRowsKernel is WeighRows of one row at least.
func weighRowsKernel[T Float](sum, c, x, y, q []T) bool {
	isa, rows, cols := cpu.Active(), len(c), len(sum)
	if isa == cpu.Portable {
		return false
	}
	for lo := 0; lo < cols; lo += strip[T](isa) {
		n := min(strip[T](isa), cols-lo)
		switch s := any(&sum[lo]).(type) {
		case *float32:
			x, c, y, q := any(&x[lo]).(*float32), any(&c[0]).(*float32), any(&y[lo]).(*float32), any(&q[lo]).(*float32)
			if isa == cpu.AVX512 {
				weighRows32AVX512(s, x, rows, 4*cols, n, c, y, q)
			} else {
				weighRows32AVX2(s, x, rows, 4*cols, n, c, y, q)
			}
		case *float64:
			x, c, y, q := any(&x[lo]).(*float64), any(&c[0]).(*float64), any(&y[lo]).(*float64), any(&q[lo]).(*float64)
			if isa == cpu.AVX512 {
				weighRows64AVX512(s, x, rows, 8*cols, n, c, y, q)
			} else {
				weighRows64AVX2(s, x, rows, 8*cols, n, c, y, q)
			}
		}
	}
	return true
}

// narrowKernel is Narrow of a first part of src, and says how much.
func narrowKernel(dst []float32, src []float64, least float64) int {
	n := len(src) &^ 7
	if n == 0 {
		return 0
	}
	switch cpu.Active() {
	case cpu.AVX512:
		narrow64AVX512(&dst[0], &src[0], n, least)
	case cpu.AVX2:
		narrow64AVX2(&dst[0], &src[0], n, least)
	default:
		return 0
	}
	return n
}

// entries is the number of entries in a vector.
func entries[T Float](isa cpu.ISA) int {
	var x T
	n := 8
	if isa == cpu.AVX512 {
		n = 16
	}
	if _, double := any(x).(float64); double {
		n /= 2
	}
	return n
}

func (s *Spread[T]) reparamKernel(dst []T, mu, sigma Rows[T], eps []T, rows int) bool {
	isa := cpu.Active()
	if isa == cpu.Portable {
		return false
	}
	if len(dst) == 0 {
		return true
	}
	s.lay(isa, entries[T](isa))
	m, ms := s.tile(mu, 0, rows)
	q, qs := s.tile(sigma, 1, rows)
	switch d := any(&dst[0]).(type) {
	case *float32:
		m, q, e := any(m).(*float32), any(q).(*float32), any(&eps[0]).(*float32)
		if isa == cpu.AVX512 {
			reparam32AVX512(d, e, m, q, rows, s.rows, 4*s.cols, 4*ms, 4*qs)
		} else {
			reparam32AVX2(d, e, m, q, rows, s.rows, 4*s.cols, 4*ms, 4*qs)
		}
	case *float64:
		m, q, e := any(m).(*float64), any(q).(*float64), any(&eps[0]).(*float64)
		if isa == cpu.AVX512 {
			reparam64AVX512(d, e, m, q, rows, s.rows, 8*s.cols, 8*ms, 8*qs)
		} else {
			reparam64AVX2(d, e, m, q, rows, s.rows, 8*s.cols, 8*ms, 8*qs)
		}
	}
	return true
}

func (s *Spread[T]) towardKernel(acc, c, own []T, other, q Rows[T], rows int) bool {
	isa := cpu.Active()
	if isa == cpu.Portable {
		return false
	}
	if len(acc) == 0 {
		return true
	}
	s.lay(isa, entries[T](isa))
	y, ys := s.tile(other, 0, rows)
	p, ps := s.tile(q, 1, rows)
	switch a := any(&acc[0]).(type) {
	case *float32:
		c, x, y, p := any(&c[0]).(*float32), any(&own[0]).(*float32), any(y).(*float32), any(p).(*float32)
		if isa == cpu.AVX512 {
			toward32AVX512(a, x, y, p, rows, s.rows, 4*s.cols, 4*ys, 4*ps, c, &s.index[0])
		} else {
			toward32AVX2(a, x, y, p, rows, s.rows, 4*s.cols, 4*ys, 4*ps, c, &s.index[0])
		}
	case *float64:
		c, x, y, p := any(&c[0]).(*float64), any(&own[0]).(*float64), any(y).(*float64), any(p).(*float64)
		if isa == cpu.AVX512 {
			toward64AVX512(a, x, y, p, rows, s.rows, 8*s.cols, 8*ys, 8*ps, c, &s.index[0])
		} else {
			toward64AVX2(a, x, y, p, rows, s.rows, 8*s.cols, 8*ys, 8*ps, c, &s.index[0])
		}
	}
	return true
}
