package dist_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// onSimplex is the log-density of relaxed categories at points x of the simplex:
// that of Y = log X less the Jacobian sum_i log x_i.
func onSimplex(t *testing.T, a []float64, lam float64, x [][]float64) []float64 {
	tp := tape.New(params(t, tape.Float64))
	n := len(a)
	d := dist.Categorical{T: tp, B: 1, Logits: tp.Leaf(1, n), N: n}
	for i, v := range a {
		d.Logits.Value().Set(i, math.Log(v))
	}
	y, jacobian := tp.Leaf(len(x), n), make([]float64, len(x))
	for r, p := range x {
		for i, v := range p {
			y.Value().Set(r*n+i, math.Log(v))
			jacobian[r] += math.Log(v)
		}
	}
	out := d.Relax(dist.Relaxation{Tau: lam}).LogProb(dist.Value{Node: y.Stop(), Log: y.Scale(1), K: len(x)}).Float64s()
	for r, j := range jacobian {
		out[r] -= j
	}
	return out
}

// Up to temperature 1/(n-1) the density is log-convex, so that it has no mode inside
// the simplex: second differences along 200 segments for each n. Beyond, a binary one
// at 3/2 has one: its second derivative at one half is -10.
func TestConcreteIsLogConvex(t *testing.T) {
	const steps = 30
	for n := 2; n <= 4; n++ {
		lam := 0.95 / float64(n-1)
		u := make([]float64, 3*n)
		for s := range 200 {
			rng.Probe(0, uint64(n), uint64(s)).Uniform64(u, 0)
			from, to := normalised(u[n:2*n]), normalised(u[2*n:])
			line := make([][]float64, steps+1)
			for k := range line {
				w := float64(k) / steps
				for i := range n {
					line[k] = append(line[k], (1-w)*from[i]+w*to[i])
				}
			}
			l := onSimplex(t, u[:n], lam, line)
			for k := 1; k < steps; k++ {
				if d := l[k-1] + l[k+1] - 2*l[k]; d < -1e-9 {
					t.Fatalf("n = %d, a = %v: second difference %g at temperature %g", n, u[:n], d, lam)
				}
			}
		}
	}
	const h = 1e-4
	l := onSimplex(t, []float64{1, 1}, 1.5, [][]float64{{0.5 - h, 0.5 + h}, {0.5, 0.5}, {0.5 + h, 0.5 - h}})
	if d := (l[0] + l[2] - 2*l[1]) / (h * h); math.Abs(d+10) > 1e-4 {
		t.Errorf("second derivative %g at one half; want -10", d)
	}
}

func normalised(u []float64) []float64 {
	total := 0.0
	for _, v := range u {
		total += v
	}
	x := make([]float64, len(u))
	for i, v := range u {
		x[i] = v / total
	}
	return x
}
