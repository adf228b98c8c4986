package datasets_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/datasets"
)

// Of 20000 rows the covariance is the one said, W W' + psi, each entry within 5 standard
// errors (S_ii S_jj + S_ij^2)/N: a false alarm for 2e-5 of seeds.
func TestFA6Covariance(t *testing.T) {
	const n, d = 20000, 6
	x := data(t, datasets.FA6{N: n, Test: 1}, 3)
	if x.Missing {
		t.Error("whole rows are said to miss values")
	}
	psi, w := []float64{50.4794, 30.0988, 6.7666, 17.3357, 40.9839, 25.1122}, [][2]float64{{-5, -2}, {4, 0}, {3, -1}, {-3, -3}, {1, 5}, {-1, 2}}
	c := []float64{3, -1, 0, 2, -1, 0}
	for i := range d {
		for j := range d {
			want, got := w[i][0]*w[j][0]+w[i][1]*w[j][1], 0.0
			if i == j {
				want += psi[i]
			}
			if x.Cov[i*d+j] != want {
				t.Errorf("Cov[%d,%d] = %g; want %g", i, j, x.Cov[i*d+j], want)
			}
			for r := range n {
				got += (x.X[r*d+i] - c[i]) * (x.X[r*d+j] - c[j]) / n
			}
			if se := math.Sqrt((x.Cov[i*d+i]*x.Cov[j*d+j] + want*want) / n); math.Abs(got-want) > 5*se {
				t.Errorf("covariance %d,%d: got %g +- %g; want %g", i, j, got, se, want)
			}
		}
	}
}

// The share of values missing is m - m^6/6, a row keeps one, the kept one of each column as
// often, and what is missing has nothing to do with what it was: at 5 standard errors, 6e-7
// each of some thirty. What is seen is the value of the whole row; more missing is more of the same.
func TestFA6Mask(t *testing.T) {
	const n, d = 20000, 6
	whole := data(t, datasets.FA6{N: n, Test: 10}, 5)
	gone := map[float64][]bool{}
	for _, m := range []float64{0.25, 0.5, 0.75, 0.95} {
		x := data(t, datasets.FA6{N: n, Test: 10, Missing: m}, 5)
		if err := x.Check(); err != nil || !x.Missing || x.Test.Missing || x.Digest == whole.Digest {
			t.Fatalf("%g: %v, missing %v, held out %v", m, err, x.Missing, x.Test.Missing)
		}
		share, alone, lost := 0.0, make([]float64, d), make([]float64, n*d)
		sum, count := make([]float64, d), make([]float64, d)
		gone[m] = make([]bool, n*d)
		for r := range n {
			seen, last := 0, 0
			for j := range d {
				v := x.X[r*d+j]
				if gone[m][r*d+j] = math.IsNaN(v); gone[m][r*d+j] {
					share += 1. / (n * d)
					lost[r*d+j] = 1
					sum[j], count[j] = sum[j]+whole.X[r*d+j], count[j]+1
				} else if seen, last = seen+1, j; v != whole.X[r*d+j] {
					t.Fatalf("%g: row %d, column %d is %g; whole %g", m, r, j, v, whole.X[r*d+j])
				}
			}
			if seen == 1 {
				alone[last]++
			}
		}
		if want := m - math.Pow(m, 6)/6; math.Abs(share-want) > 5*math.Sqrt(m*(1-m)/(n*d)) {
			t.Errorf("%g: a share of %g; want %g", m, share, want)
		}
		rows := 0.0
		for _, c := range alone {
			rows += c
		}
		for j := range d {
			if p := rows / d; math.Abs(alone[j]-p) > 5*math.Sqrt(p)+1 {
				t.Errorf("%g: column %d is alone in %g rows of %g", m, j, alone[j], rows)
			}
			mean := []float64{3, -1, 0, 2, -1, 0}[j]
			if se := math.Sqrt(whole.Cov[j*d+j] / count[j]); math.Abs(sum[j]/count[j]-mean) > 5*se {
				t.Errorf("%g: what is missing of column %d has mean %g +- %g; want %g", m, j, sum[j]/count[j], se, mean)
			}
		}
	}
	kept := 0
	for i, g := range gone[0.5] {
		if g && !gone[0.75][i] {
			kept++
		}
	}
	if p := math.Pow(0.75, 6) * n; float64(kept) > p {
		t.Errorf("%d values missing of a half and not of three quarters; those kept are at most %g", kept, p)
	}
}
