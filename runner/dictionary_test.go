package runner

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/lasso"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// The dictionary step of Fallah and Rozell, written out over four passes, at FISTA's codes:
//
//	A += eta (1/B sum_b (x - A z) z' - 2 rho A),   eta = 0.5, times 0.99 after each pass
//
// rho is large, so that it shows.
func TestDictionaryStep(t *testing.T) {
	const eta, rho, sigma, lambda = 0.5, 0.02, 0.4, 0.3
	plan := planOf(t, `
suite: dictionary
precision: float64
grid:
  estimator: {fista: {lambda: 0.3, steps: 200, tol: 1.0e-9}}
  model: {sparsecoder: {latent: 7, posterior: map, scales: fixed, noise: fixed, sigma: 0.4, columns: free}}
  dataset: {sparselin: {dim: 6, latent: 5, n: 40, test: 0}}
  seed: 0
  train: {steps: 20, batch: 8, optim: {gen/A: {sgd: {rate: 0.08, weight_decay: 0.25, schedule: geometric, ratio: 0.99, each: 5}}}}
log: {metrics: [{l0: {k: 1}}]}
`)
	c, err := Builtin().build(plan.Cells[0])
	if err != nil {
		t.Fatal(err)
	}
	const b, d, h = 8, 6, 7
	atoms := c.work.Model.(vi.Dictionary)
	a := atoms.Atoms(c.work.Params)
	start := atoms.Atoms(c.work.Params)
	rate := eta
	for step := range 20 {
		if step > 0 && step%5 == 0 {
			rate *= 0.99
		}
		var x []float64
		for _, n := range c.train.batch() {
			x = append(x, c.work.Data.X[n*d:(n+1)*d]...)
		}
		if err := c.train.next(); err != nil {
			t.Fatal(err)
		}
		p, err := lasso.New(a, d, h)
		if err != nil {
			t.Fatal(err)
		}
		z := make([]float64, b*h)
		if _, err := p.Solve(lasso.Solver{Lambda: lambda, Steps: 200, Tol: 1e-9}, x, z, &lasso.Work{}); err != nil {
			t.Fatal(err)
		}
		move := make([]float64, d*h)
		for n := range b {
			for i := range d {
				r := x[n*d+i]
				for k := range h {
					r -= a[i*h+k] * z[n*h+k]
				}
				for k := range h {
					move[i*h+k] += r * z[n*h+k] / b
				}
			}
		}
		for i := range a {
			move[i] -= 2 * rho * a[i]
		}
		for i := range a {
			a[i] += rate * move[i]
		}
	}
	far, worst := 0.0, 0.0
	for i, x := range atoms.Atoms(c.work.Params) {
		far, worst = max(far, math.Abs(a[i]-start[i])), max(worst, math.Abs(x-a[i]))
	}
	if worst > 1e-10 || far < 0.1 {
		t.Errorf("off the loop by %g, which moved A by %g", worst, far)
	}
	if c.work.Params.Vector(tape.Inf).Len() != 0 {
		t.Error("a mode has parameters")
	}
}
