package vitest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/tape"
)

// moment is E f over one number.
func moment(r Rule, f func(x float64) float64) (sum float64) {
	for _, p := range r {
		for i, x := range p.Nodes {
			sum += p.Weights[i] * f(x[0])
		}
	}
	return sum
}

// A rule of n nodes has the moments of a normal; of a uniform between breaks those
// of a step times a square, and by tanh-sinh those of logarithms and powers.
func TestRules(t *testing.T) {
	near := func(what string, got, want, tol float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tol) {
			t.Errorf("%s: %.16g, want %.16g", what, got, want)
		}
	}
	for _, n := range []int{3, 16, 32, 64, 96} {
		for p, want := range map[int]float64{0: 1, 1: 0, 2: 1, 4: 3} {
			near(fmt.Sprintf("%d nodes: E x^%d", n, p), moment(Hermite(n), func(x float64) float64 { return math.Pow(x, float64(p)) }), want, 1e-13)
		}
	}
	step := func(u float64) float64 {
		switch {
		case u > 0.8:
			return -2 * u * u
		case u > 0.3:
			return u * u
		}
		return 0
	}
	near("a step times u^2", moment(Rule{Legendre(2, 0, 0.3), Legendre(2, 0.3, 0.8), Legendre(2, 0.8, 1)}, step),
		(0.8*0.8*0.8-0.3*0.3*0.3)/3-2*(1-0.8*0.8*0.8)/3, 1e-15)
	ends := Rule{TanhSinh(22, 0, 0.3), TanhSinh(22, 0.3, 1)}
	near("mass", moment(ends, func(float64) float64 { return 1 }), 1, 1e-14)
	near("E log u", moment(ends, math.Log), -1, 1e-14)
	near("E log(1-u)", moment(ends, func(u float64) float64 { return math.Log(1 - u) }), -1, 1e-13)
	near("E logit^2", moment(ends, func(u float64) float64 { l := math.Log(u / (1 - u)); return l * l }), math.Pi*math.Pi/3, 1e-12)
	near("E u^1.5", moment(ends, func(u float64) float64 { return math.Pow(u, 1.5) }), 0.4, 1e-14)
}

// The rule of a variable of categories: the chances of its argmax, and given that
// the mean of a softmax, against a rule over their differences.
func TestCategoryRule(t *testing.T) {
	logits := []float64{0.2, -0.5, 1}
	rules := categoryAxis(logits).Rules
	for _, tau := range []float64{0.5, 2. / 3, 1} {
		of := perturbed(tau)
		for k, piece := range rules[len(rules)-1] {
			var got [3][3]float64
			mass, misplaced := 0.0, 0.0 // by rounding, at uniforms next to 1
			for n, u := range piece.Nodes {
				y, top := make([]float64, 3), 0
				for i := range y {
					y[i] = logits[i] - math.Log(-math.Log(u[i]))
					if y[i] > y[top] {
						top = i
					}
				}
				if top != k {
					misplaced += piece.Weights[n]
				}
				mass += piece.Weights[n]
				for i, row := range softSlope(y, tau) {
					for j, x := range row {
						got[i][j] += piece.Weights[n] * x
					}
				}
			}
			p := softmax(logits)[k]
			if math.Abs(mass-p) > 1e-14 || misplaced > 1e-14 {
				t.Errorf("category %d: %.16g, want %.16g; %g of it elsewhere", k, mass, p, misplaced)
			}
			for i, row := range of(logits, k) {
				for j, want := range row {
					if d := math.Abs(got[i][j]/p - want); d > 1e-11 {
						t.Errorf("tau %.2g, category %d, slope %d,%d: %.15g, want %.15g (off by %.1e)", tau, k, i, j, got[i][j]/p, want, d)
					}
				}
			}
		}
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
	rule := Hermite(40)[0]
	gauss := func(o *gaussian, b Bound) float64 {
		var points []sample
		for _, e := range rule.Nodes {
			points = append(points, o.at(e))
		}
		return mean(b, points, rule.Weights)
	}
	small := Hermite(16)[0]
	chained := func(o *chain, b Bound) float64 {
		var points []sample
		var weights []float64
		for i, e := range small.Nodes {
			for j, f := range small.Nodes {
				points, weights = append(points, o.at([]float64{e[0], f[0]})), append(weights, small.Weights[i]*small.Weights[j])
			}
		}
		return mean(b, points, weights)
	}
	flipped := func(o *discrete, b Bound) float64 {
		var points []sample
		var weights []float64
		for _, s := range o.states() {
			points, weights = append(points, s.sample), append(weights, s.chance)
		}
		return mean(b, points, weights)
	}
	mixed := func(o *hybrid, b Bound) float64 {
		points, weights := o.points(30)
		return mean(b, points, weights)
	}
	linked := func(o *bitchain, b Bound) float64 {
		var points []sample
		var weights []float64
		for _, s := range o.states() {
			points, weights = append(points, s.sample), append(weights, s.chance)
		}
		return mean(b, points, weights)
	}
	two := BitChain().(*bitchain)
	g, c, y := Gaussian().(*gaussian), Chain().(*chain), Hybrid().(*hybrid)
	type move struct {
		o        Oracle
		value    func(b Bound) float64
		gen, inf []*float64 // in the order of parameters
	}
	moves := []move{
		{g, func(b Bound) float64 { return gauss(g, b) }, []*float64{&g.mu, &g.w}, []*float64{&g.a, &g.b, &g.logsigma}},
		{c, func(b Bound) float64 { return chained(c, b) }, []*float64{&c.mu, &c.v}, []*float64{&c.a1, &c.a2, &c.b1, &c.b2}},
		{y, func(b Bound) float64 { return mixed(y, b) }, append(places(y.c, y.r, y.v), &y.w), append(append(places(y.a, y.b), &y.e), places(y.m)...)},
		{two, func(b Bound) float64 { return linked(two, b) },
			slices.Concat([]*float64{&two.c}, places(two.d), []*float64{&two.u, &two.v}, places(two.w)),
			append(places(two.a), &two.b1, &two.b2, &two.h)},
	}
	for _, o := range discretes() {
		gen, inf := o.places()
		moves = append(moves, move{o, func(b Bound) float64 { return flipped(o, b) }, gen, inf})
	}
	for _, m := range moves {
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

// discretes are the oracles of that kind.
func discretes() (out []*discrete) {
	for _, o := range Oracles() {
		if d, is := o.(*discrete); is {
			out = append(out, d)
		}
	}
	return out
}

// places are where its parameters are, in order.
func (o *discrete) places() (gen, inf []*float64) {
	return places(o.c, o.d, o.w), places(o.a, o.b)
}

func places(lists ...[]float64) (out []*float64) {
	for _, l := range lists {
		for i := range l {
			out = append(out, &l[i])
		}
	}
	return out
}

// So is what they want of relaxed objectives: against central differences of log
// weights at fixed noise, here with K = 1; and on one bit the mean objective of two
// samples against its own.
func TestRelaxedWants(t *testing.T) {
	const h = 1e-5
	for _, o := range discretes() {
		for _, r := range []Relaxed{{0.6, 0.4, "dens", true}, {0.6, 0, "mass", true}, {0.6, 0, "disc", false}} {
			noise := []float64{0.7, -1.1, 0.4, 0.2}[:len(o.b)]
			at := func() float64 {
				y := o.logits()
				for i := range y {
					y[i] += noise[i]
				}
				return o.soft(r, y).lw
			}
			y := o.logits()
			for i := range y {
				y[i] += noise[i]
			}
			x := o.soft(r, y)
			gen, inf := o.places()
			for n, params := range [][]*float64{gen, inf} {
				want := [][]float64{x.gen, x.path}[n]
				for i, p := range params {
					v := *p
					*p = v + h
					up := at()
					*p = v - h
					down := at()
					*p = v
					if d := (up - down) / (2 * h); math.Abs(d-want[i]) > 1e-8 {
						t.Errorf("%s, %+v: parameter %d of network %d: %.10g; central difference %.10g", o.name, r, i, n, want[i], d)
					}
				}
			}
		}
	}
}

// What is tabled of four bits and of three ways: gradients by enumeration, the means
// of straight-through Gumbel-softmax by simulation (0.004), of the trapezoid rule.
func TestTables(t *testing.T) {
	for _, c := range []struct {
		o      Oracle
		target string
		want   []float64
		tol    float64
	}{
		{FourBitCost(), "elbo", []float64{0.3792719444240013, -0.015992627426110184, -0.06338312683540633, 0.15638584933714594}, 1e-15},
		{FourBitCost(), "darn", []float64{0.371743, -0.018706, -0.051960, 0.155400}, 5e-7},
		{ThreeWayCost(), "elbo", []float64{0.158181, -0.121571, -0.036610}, 5e-7},
		{ThreeWayCost(), "st-gumbel@1", []float64{0.027, -0.053, 0.025}, 0.004},
	} {
		target, _ := Known(c.target)
		got, ok := c.o.Want(tape.Inf, c.target, target, 1)
		if !ok || len(got) != len(c.want) {
			t.Fatalf("%s on %s: %v", c.target, c.o.Name(), got)
		}
		for i, want := range c.want {
			if math.Abs(got[i]-want) > c.tol {
				t.Errorf("%s on %s, [%d]: %.16g, want %.16g", c.target, c.o.Name(), i, got[i], want)
			}
		}
	}
}

// An integral over the cube takes the rules it needs and no more, and is right where
// axes act on each other, where they do not, and where they do across a break alone.
func TestIntegral(t *testing.T) {
	u := func(in *integral, i int) float64 { return in.x[i] }
	step := func(u float64) float64 {
		if u > 0.7 {
			return 1
		}
		return 0
	}
	fraction := 0.0 // E 1/(1+S), S the sum of four uniforms: the integral of exp(-t) (E exp(-t u))^4
	for lo := 0.0; lo < 40; lo++ {
		fraction += moment(Rule{Legendre(12, lo, lo+1)}, func(t float64) float64 { return math.Exp(-t) * math.Pow(-math.Expm1(-t)/t, 4) })
	}
	for _, c := range []struct {
		name string
		axes int
		f    func(in *integral) float64
		want float64
		most int // evaluations
	}{
		{"a product of steps", 6, func(in *integral) float64 {
			p := 1.0
			for i := range 6 {
				p *= 1 + step(u(in, i))
			}
			return p
		}, math.Pow(1.3, 6), 8000},
		{"a sum of logarithms", 6, func(in *integral) (sum float64) {
			for i := range 6 {
				sum += math.Log(u(in, i))
			}
			return sum
		}, -6, 20000},
		{"a product of logarithms", 2, func(in *integral) float64 { return math.Log(u(in, 0)) * math.Log(u(in, 1)) }, 1, 20000},
		{"more axes than a product of rules can take", 4, func(in *integral) float64 {
			return 1 / (1 + u(in, 0) + u(in, 1) + u(in, 2) + u(in, 3))
		}, fraction, 30000},
		{"a mean of draws given a step", 11, func(in *integral) (sum float64) {
			for i := 1; i < 11; i++ {
				sum += (1 + step(u(in, 0))) * math.Log(u(in, i)) / 10
			}
			return sum
		}, -1.3, 60000},
		{"draws of which one counts twice", 4, func(in *integral) float64 {
			return math.Log(u(in, 0)) + 2*math.Log(u(in, 1)) + math.Log(u(in, 2)) + math.Log(u(in, 3))
		}, -5, 12000},
		{"steps that choose among logarithms", 2, func(in *integral) float64 {
			return math.Log(u(in, 0)) + step(u(in, 0))*math.Log(1-u(in, 1))
		}, -1 - 0.3, 8000},
	} {
		in := &integral{x: make([]float64, c.axes), most: c.most}
		in.f = func() ([]float64, error) { return []float64{c.f(in)}, nil }
		for i := range c.axes {
			in.x[i] = 0.5
			in.axes = append(in.axes, stretch{first: i, rules: bitAxis(usual, 0.3).Rules})
		}
		got, ok, err := in.sum()
		if !ok || err != nil || math.Abs(got[0]-c.want) > 1e-12 || in.evals > c.most {
			t.Errorf("%s: %.15g, want %.15g, by %d evaluations (at most %d): %v", c.name, got, c.want, in.evals, c.most, err)
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
