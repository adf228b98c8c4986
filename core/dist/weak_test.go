package dist_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// The parts of a Gaussian's derivative have their laws' moments, by 40000 draws: w of
// density w exp(-w^2/2), m of m^2 N(m), m u standard normal. Ten z-scores below 6, false
// alarm 2e-8. Every other coordinate is the sample's.
func TestWeakGaussianMoments(t *testing.T) {
	const n, d = 20000, 2
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		tp := tape.New(params(t, prec))
		mu, ls := tp.Leaf(1, d), tp.Leaf(1, d)
		mu.Value().Set(0, 0.5)
		mu.Value().Set(1, -1)
		ls.Value().Set(0, math.Log(2))
		q := dist.Normal{T: tp, B: 1, Mu: mu, LogSigma: ls}
		z := q.Sample(keyed{rng.Root(3)}, n)
		w := q.Weak(z, keyed{rng.Root(4)})
		if rows, cols := w.Z.Node.Shape(); rows != n*4*d || cols != d || w.Z.K != n*4*d {
			t.Fatalf("[%d,%d], K = %d", rows, cols, w.Z.K)
		}
		var sums [5]float64 // w^2, m, m^2, mu, (mu)^2
		at := func(row, i int) float64 { return w.Z.Node.Value().At(row*d + i) }
		for r := range n {
			for j := range 2 * d {
				i := j % d
				m, s := []float64{0.5, -1}[i], []float64{2, 1}[i]
				row := 2 * (r*2*d + j)
				plus, minus := (at(row, i)-m)/s, (at(row+1, i)-m)/s
				if o := 1 - i; at(row, o) != z.Node.Value().At(r*d+o) || at(row+1, o) != z.Node.Value().At(r*d+o) {
					t.Fatalf("sample %d, parameter %d: another coordinate than its own moves", r, j)
				}
				if j < d {
					if plus < 0 || math.Abs(plus+minus) > 1e-5 {
						t.Fatalf("mu: parts %g and %g; want w and -w, w > 0", plus, minus)
					}
					sums[0] += plus * plus
				} else {
					if minus*plus < 0 || math.Abs(minus) > math.Abs(plus) {
						t.Fatalf("sigma: parts %g and %g; want m and m u", plus, minus)
					}
					sums[1] += plus
					sums[2] += plus * plus
					sums[3] += minus
					sums[4] += minus * minus
				}
			}
		}
		for i, want := range []struct{ mean, variance float64 }{{2, 4}, {0, 3}, {3, 6}, {0, 1}, {1, 2}} {
			c := float64(n * d)
			if z := (sums[i]/c - want.mean) / math.Sqrt(want.variance/c); math.Abs(z) > 6 {
				t.Errorf("%s: moment %d is %.4f, want %g: z = %.1f", prec, i, sums[i]/c, want.mean, z)
			}
		}
	}
}
