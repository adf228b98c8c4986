package estimators

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Ways to fill rows x [N,D], given as data with missing values, NaN.

// columnsOf are the mean and the sd of what is seen of each column; of a constant one its value,
// without the rounding of a sum, and 1, so that the sd may be a unit.
func columnsOf(d *vi.Data) (mean, sd []float64) {
	mean, sd = make([]float64, d.D), make([]float64, d.D)
	for j := range d.D {
		seen := seenOf(d, j)
		m, v := 0.0, 0.0
		for _, x := range seen {
			m += x
		}
		m /= float64(len(seen))
		for _, x := range seen {
			v += float64((x - m) * (x - m))
		}
		mean[j], sd[j] = m, math.Sqrt(v/float64(len(seen)))
		if len(seen) > 0 && slices.Min(seen) == slices.Max(seen) {
			mean[j], sd[j] = seen[0], 1
		}
	}
	return mean, sd
}

// seenOf is what is seen of column j, in the order of rows.
func seenOf(d *vi.Data, j int) (x []float64) {
	for n := range d.N {
		if v := d.X[n*d.D+j]; v == v {
			x = append(x, v)
		}
	}
	return x
}

func fillMeans(x []float64, d *vi.Data) {
	mean, _ := columnsOf(d)
	for i, v := range d.X[:d.N*d.D] {
		if x[i] = v; v != v {
			x[i] = mean[i%d.D]
		}
	}
}

// fillDraws takes for row n and column j one of the column's values seen, by entry n of a
// stream of j.
func fillDraws(x []float64, d *vi.Data, key rng.Key) {
	which := make([]int, d.N)
	for j := range d.D {
		seen := seenOf(d, j)
		key.Fold("draw").At(uint64(j)).Ints(which, len(seen), 0)
		for n, i := range which {
			v := d.X[n*d.D+j]
			if v != v {
				v = seen[i]
			}
			x[n*d.D+j] = v
		}
	}
}

// fillChained goes over the columns once: of each the missing values anew, by their regression
// on the other columns as they are filled at the time.
func fillChained(x []float64, d *vi.Data, key rng.Key) {
	mean, sd := columnsOf(d)
	width := d.D // the others, and 1
	e, at := make([]float64, d.N), make([]float64, width)
	for j := range d.D {
		others := func(n int) []float64 { // in units of their columns
			at = at[:0]
			for i := range d.D {
				if i != j {
					at = append(at, (x[n*d.D+i]-mean[i])/sd[i])
				}
			}
			at = append(at, 1)
			return at
		}
		a, b := make([]float64, width*width), make([]float64, width)
		count, square := 0.0, 0.0
		for n := range d.N {
			v := d.X[n*d.D+j]
			if v != v {
				continue
			}
			v -= mean[j]
			count, square = count+1, square+float64(v*v)
			for i, p := range others(n) {
				b[i] += float64(p * v)
				for k, q := range at {
					a[i*width+k] += float64(p * q)
				}
			}
		}
		for i := range width { // a constant column has no coefficient
			if a[i*width+i] == 0 {
				a[i*width+i] = 1
			}
		}
		w, left := append([]float64{}, b...), square
		if chol, err := linalg.NewCholesky(a, width, 1e-12); err == nil {
			chol.Solve(w)
			for i, v := range w {
				left -= float64(v * b[i])
			}
		} else {
			clear(w)
		}
		spread := math.Sqrt(max(left, 0) / count)
		key.At(uint64(j)).Normal64(e, 0)
		for n := range d.N {
			if v := d.X[n*d.D+j]; v == v {
				continue
			}
			y := mean[j] + float64(spread*e[n])
			for i, p := range others(n) {
				y += float64(w[i] * p)
			}
			x[n*d.D+j] = y
		}
	}
}
