package estimators_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/lasso"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
)

// A lambda above every |a'x| leaves zero codes and a dictionary that stands still; with a ramp
// atoms grow, and codes at the whole of lambda are not all zero. They are minima at that
// lambda: each step's direction is that at codes whose conditions of optimality hold.
func TestRampOfLambda(t *testing.T) {
	const d, h, n, lambda, steps = 5, 4, 30, 4.0, 500
	learn := func(e estimators.FISTA) (active int, moved float64) {
		w := coder(t, tape.Float64, d, n, map[string]any{
			"latent": h, "posterior": "map", "scales": "fixed", "noise": "fixed", "scale": 0.25, "columns": "free",
		})
		a := w.Params.Value("gen/A")
		start := a.AppendTo(nil)
		z, off := make([]float64, n*h), make([]float64, n)
		for step := range steps {
			at := lambda
			if e.Rate > 0 {
				at = lambda * min(1, 0.05+0.002*float64(step))
			}
			p, err := lasso.New(a.AppendTo(nil), d, h)
			if err != nil {
				t.Fatal(err)
			}
			clear(z)
			if _, err := p.Solve(lasso.Solver{Lambda: at, Steps: 20000, Tol: 1e-13}, w.Data.X, z, &lasso.Work{}); err != nil {
				t.Fatal(err)
			}
			if err := p.KKT(at, w.Data.X, z, off, &lasso.Work{}); err != nil {
				t.Fatal(err)
			}
			for i, x := range off {
				if x > 1e-8 {
					t.Fatalf("step %d, row %d: off the optimum at lambda %g by %g", step, i, at, x)
				}
			}
			want := make([]float64, d*h)
			for i := range n {
				for j := range d {
					r := w.Data.X[i*d+j]
					for k := range h {
						r -= p.A[j*h+k] * z[i*h+k]
					}
					for k := range h {
						want[j*h+k] += r * z[i*h+k] / n
					}
				}
			}
			got := e.Estimate(w.Step(step, w.All, nil)).Gen.Ascend.AppendTo(nil)
			for i, x := range want {
				if math.Abs(got[i]-x) > 1e-7 {
					t.Fatalf("step %d, lambda %g: direction %d is %.12g; %.12g at the minimum", step, at, i, got[i], x)
				}
				a.Set(i, a.At(i)+0.3*got[i])
			}
		}
		for _, x := range z {
			if x != 0 {
				active++
			}
		}
		for i, x := range start {
			moved = max(moved, math.Abs(a.At(i)-x))
		}
		return active, moved
	}
	whole := estimators.FISTA{MAP: estimators.MAP{Lambda: lambda, Steps: 20000, Tol: 1e-13, Ramp: 1}}
	if active, moved := learn(whole); active != 0 || moved != 0 {
		t.Errorf("without a ramp %d codes are active, and A moved by %g", active, moved)
	}
	ramp := whole
	ramp.Ramp, ramp.Rate = 0.05, 0.002
	if active, moved := learn(ramp); active == 0 || active == n*h || moved < 1 {
		t.Errorf("with a ramp %d of %d codes are active, and A moved by %g", active, n*h, moved)
	}
	if a, b := vi.Estimator(whole).Card().Target, vi.Estimator(ramp).Card().Target; a != "map lambda 4" || b != "map lambda 4 ramp 0.05 rate 0.002" {
		t.Errorf("targets %q and %q", a, b)
	}
}
