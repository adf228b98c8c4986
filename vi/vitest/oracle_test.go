package vitest

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/tape"
)

// A rule of n nodes has the moments of a normal, and of a uniform between breaks.
func TestRules(t *testing.T) {
	for _, n := range []int{3, 16, 32, 64, 96} {
		a := Hermite(n)
		for p, want := range map[int]float64{0: 1, 1: 0, 2: 1, 4: 3} {
			got := 0.0
			for i, x := range a.Nodes {
				got += a.Weights[i] * math.Pow(x, float64(p))
			}
			if math.Abs(got-want) > 1e-13 {
				t.Errorf("%d nodes: E x^%d = %.16g, want %g", n, p, got, want)
			}
		}
	}
	a := Pieces(2, 0.3, 0.8)
	got := 0.0
	for i, u := range a.Nodes {
		step := 0.0
		if u > 0.3 {
			step = 1
		}
		if u > 0.8 {
			step = -2
		}
		got += a.Weights[i] * step * u * u
	}
	if want := (0.8*0.8*0.8-0.3*0.3*0.3)/3 - 2*(1-0.8*0.8*0.8)/3; math.Abs(got-want) > 1e-15 {
		t.Errorf("a step times u^2: %.16g, want %.16g", got, want)
	}
}

// What oracles want of a bound is its derivative: against central differences of
// the mean bound itself, by sums that know no coefficient and no score.
func TestWants(t *testing.T) {
	const k = 2
	mean := func(b Bound, points []sample, weights []float64) (sum float64) {
		for i, p := range points {
			for j, q := range points {
				sum += weights[i] * weights[j] * (Target{Bound: b}).at([]float64{p.lw, q.lw})
			}
		}
		return sum
	}
	rule := Hermite(40)
	gauss := func(o *gaussian, b Bound) float64 {
		var points []sample
		for _, e := range rule.Nodes {
			points = append(points, o.at([]float64{e}))
		}
		return mean(b, points, rule.Weights)
	}
	small := Hermite(16)
	chained := func(o *chain, b Bound) float64 {
		var points []sample
		var weights []float64
		for i, e := range small.Nodes {
			for j, f := range small.Nodes {
				points, weights = append(points, o.at([]float64{e, f})), append(weights, small.Weights[i]*small.Weights[j])
			}
		}
		return mean(b, points, weights)
	}
	flipped := func(o *bit, b Bound) float64 {
		return mean(b, []sample{o.state(0), o.state(1)}, []float64{o.q(0), o.q(1)})
	}
	g, c, f := Gaussian().(*gaussian), Chain().(*chain), Bit().(*bit)
	type move struct {
		o        Oracle
		value    func(b Bound) float64
		gen, inf []*float64 // in the order of parameters
	}
	for _, m := range []move{
		{g, func(b Bound) float64 { return gauss(g, b) }, []*float64{&g.mu, &g.w}, []*float64{&g.a, &g.b, &g.logsigma}},
		{c, func(b Bound) float64 { return chained(c, b) }, []*float64{&c.mu, &c.v}, []*float64{&c.a1, &c.a2, &c.b1, &c.b2}},
		{f, func(b Bound) float64 { return flipped(f, b) }, []*float64{&f.c, &f.w}, []*float64{&f.a, &f.b}},
	} {
		for _, name := range []string{"elbo", "iwae@2", "ciwae@0.3*2", "jvi@2", "vr@0.4*2"} {
			target, ok := Known(name)
			if !ok {
				t.Fatalf("no target %q", name)
			}
			for r, params := range map[tape.Role][]*float64{tape.Gen: m.gen, tape.Inf: m.inf} {
				want, ok := m.o.Want(r, name, target, k)
				if !ok || len(want) != len(params) {
					t.Fatalf("%s on %s: %d values of %s, %v", name, m.o.Name(), len(want), r, ok)
				}
				for i, p := range params {
					const h = 1e-5
					x := *p
					*p = x + h
					up := m.value(target.Bound)
					*p = x - h
					down := m.value(target.Bound)
					*p = x
					if d := (up - down) / (2 * h); math.Abs(d-want[i]) > 1e-8 {
						t.Errorf("%s on %s: %s[%d] is %.10g; central difference %.10g", name, m.o.Name(), r, i, want[i], d)
					}
				}
			}
		}
	}
}

// The ELBO of the Gaussian oracle has a gradient in closed form.
func TestELBO(t *testing.T) {
	o := Gaussian().(*gaussian)
	x, s := xs[0], math.Exp(2*o.logsigma)
	m := o.a*x + o.b
	slope := -(m - o.mu) + o.w*(x-o.w*m)
	elbo, _ := Known("elbo")
	for r, want := range map[tape.Role][]float64{
		tape.Gen: {m - o.mu, x*m - o.w*(m*m+s)},
		tape.Inf: {slope * x, slope, 1 - (1+o.w*o.w)*s},
	} {
		for k := 1; k <= 3; k++ {
			got, _ := o.Want(r, "elbo", elbo, k)
			for i := range want {
				if math.Abs(got[i]-want[i]) > 1e-13 {
					t.Errorf("%d samples: %s[%d] = %.16g, want %.16g", k, r, i, got[i], want[i])
				}
			}
		}
	}
}
