package optim_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/optimize"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/rng"
)

// On functions of known minimum LBFGS ends there, and needs about as many gradients as
// gonum's.
func TestLBFGSFindsMinima(t *testing.T) {
	for name, c := range hills() {
		x := append([]float64(nil), c.start...)
		calls := 0
		f := func(x, g []float64) float64 { calls++; return c.f(x, g) }
		value, its := optim.LBFGS{History: 10, Iterations: 2000, Gradient: 1e-10}.Minimise(f, x)
		g := make([]float64, len(x))
		if again := c.f(x, g); again != value {
			t.Errorf("%s: says %g at its minimum, f there is %g", name, value, again)
		}
		if math.Abs(value-c.least) > 1e-12*(1+math.Abs(c.least)) || !small(g, 1e-7) {
			t.Errorf("%s: f = %g after %d iterations, least %g; gradient %v", name, value, its, c.least, g)
		}
		theirs := 0
		p := optimize.Problem{
			Func: func(x []float64) float64 { return c.f(x, make([]float64, len(x))) },
			Grad: func(g, x []float64) { theirs++; c.f(x, g) },
		}
		r, err := optimize.Minimize(p, c.start, &optimize.Settings{GradientThreshold: 1e-10, Converger: optimize.NeverTerminate{}}, &optimize.LBFGS{Store: 10})
		if err != nil || math.Abs(r.F-value) > 1e-10*(1+math.Abs(value)) {
			t.Logf("%s: gonum ends at %v: %v", name, r.F, err)
		}
		if calls > 2*theirs+20 {
			t.Errorf("%s: %d evaluations, gonum %d", name, calls, theirs)
		}
	}
}

// Every iteration goes down; a start without a value stays, and a function that falls
// off its domain is not followed there.
func TestLBFGSGoesDown(t *testing.T) {
	for name, c := range hills() {
		last := math.Inf(1)
		for its := range 40 {
			x := append([]float64(nil), c.start...)
			v, _ := optim.LBFGS{History: 5, Iterations: its}.Minimise(c.f, x)
			if v > last {
				t.Errorf("%s: iteration %d goes up from %g to %g", name, its, last, v)
			}
			last = v
		}
	}
	x := []float64{-1}
	log := func(x, g []float64) float64 { g[0] = 1 - 1/x[0]; return x[0] - math.Log(x[0]) } // NaN below 0
	if v, its := (optim.LBFGS{History: 3, Iterations: 9}).Minimise(log, x); its != 0 || x[0] != -1 || v == v {
		t.Errorf("from outside the domain: x = %v, f = %g after %d", x, v, its)
	}
	x[0] = 30
	if v, _ := (optim.LBFGS{History: 3, Iterations: 50}).Minimise(log, x); math.Abs(v-1) > 1e-12 || math.Abs(x[0]-1) > 1e-5 {
		t.Errorf("x - log x: x = %v, f = %g; want 1, 1", x, v)
	}
}

type hill struct {
	f     optim.Func
	start []float64
	least float64
}

func hills() map[string]hill {
	const n = 12
	a, x := make([]float64, n*n), make([]float64, n)
	key := rng.Init(3, "hills")
	key.Fold("a").Normal64(a, 0)
	key.Fold("x").Normal64(x, 0)
	return map[string]hill{
		"rosenbrock": {func(x, g []float64) float64 {
			u, v := x[1]-x[0]*x[0], 1-x[0]
			g[0], g[1] = -400*x[0]*u-2*v, 200*u
			return 100*u*u + v*v
		}, []float64{-1.2, 1}, 0},
		"quadratic": {func(x, g []float64) float64 { // ||A x||^2 / 2 + sum x^2 / 200, shifted
			clear(g)
			f := 0.0
			for i := range n {
				r := 0.0
				for j := range n {
					r += a[i*n+j] * (x[j] - 1)
				}
				f += r * r / 2
				for j := range n {
					g[j] += r * a[i*n+j]
				}
			}
			for j := range n {
				f += (x[j] - 1) * (x[j] - 1) / 200
				g[j] += (x[j] - 1) / 100
			}
			return f
		}, x, 0},
		"log cosh": {func(x, g []float64) float64 { // flat far out
			f := 0.0
			for i, v := range x {
				f += math.Log(math.Cosh(v - float64(i)))
				g[i] = math.Tanh(v - float64(i))
			}
			return f
		}, make([]float64, 6), 0},
	}
}

func small(x []float64, most float64) bool {
	for _, v := range x {
		if !(math.Abs(v) <= most) {
			return false
		}
	}
	return true
}
