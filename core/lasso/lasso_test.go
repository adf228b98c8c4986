package lasso_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/lasso"
	"github.com/vibench/bench/core/rng"
)

// normals are n standard normals of a name and number.
func normals(name string, i, n int) []float64 {
	x := make([]float64, n)
	rng.Data(uint64(i), "lasso", name).Normal64(x, 0)
	return x
}

// random is an overcomplete problem with one row, and a lambda at which some atoms are used.
func random(t *testing.T, i, d, h int) (p *lasso.Problem, x []float64, lambda float64) {
	t.Helper()
	p, err := lasso.New(normals("A", i, d*h), d, h)
	if err != nil {
		t.Fatal(err)
	}
	x = normals("x", i, d)
	return p, x, 0.1 * largest(p, x)
}

// largest is max |A'x|: from that lambda on the code is zero.
func largest(p *lasso.Problem, x []float64) (most float64) {
	for j := range p.H {
		c := 0.0
		for i := range p.D {
			c += p.A[i*p.H+j] * x[i]
		}
		most = max(most, math.Abs(c))
	}
	return most
}

func solve(t *testing.T, p *lasso.Problem, s lasso.Solver, x, z []float64) (code []float64, restless int) {
	t.Helper()
	code = slices.Clone(z)
	restless, err := p.Solve(s, x, code, &lasso.Work{})
	if err != nil {
		t.Fatal(err)
	}
	return code, restless
}

func objective(t *testing.T, p *lasso.Problem, lambda float64, x, z []float64) float64 {
	t.Helper()
	f := make([]float64, 1)
	if err := p.Objective(lambda, x, z, f, &lasso.Work{}); err != nil {
		t.Fatal(err)
	}
	return f[0]
}

func kkt(t *testing.T, p *lasso.Problem, lambda float64, x, z []float64) []float64 {
	t.Helper()
	r := make([]float64, len(z)/p.H)
	if err := p.KKT(lambda, x, z, r, &lasso.Work{}); err != nil {
		t.Fatal(err)
	}
	return r
}

func identity(n int) []float64 {
	a := make([]float64, n*n)
	for i := range n {
		a[i*n+i] = 1
	}
	return a
}

// Of A = I the code is soft(x, lambda), to the bit after one step.
func TestIdentity(t *testing.T) {
	p, err := lasso.New(identity(7), 7, 7)
	if err != nil {
		t.Fatal(err)
	}
	if p.L != 1 {
		t.Errorf("L = %.17g of the identity", p.L)
	}
	x := []float64{3, -2.1, 0.5, -0.5, 0.3, 0, math.Pi}
	want := []float64{2.5, -1.6, 0, 0, 0, 0, math.Pi - 0.5}
	for _, plain := range []bool{true, false} {
		if z, _ := solve(t, p, lasso.Solver{Lambda: 0.5, Steps: 1, Plain: plain}, x, make([]float64, 7)); !slices.Equal(z, want) {
			t.Errorf("plain %v: %v; want %v", plain, z, want)
		}
		z, restless := solve(t, p, lasso.Solver{Lambda: 0.5, Steps: 100, Tol: 1e-12, Plain: plain}, x, x)
		for i := range z {
			if math.Abs(z[i]-want[i]) > 1e-15*math.Abs(want[i]) || restless != 0 {
				t.Errorf("plain %v, at rest: %v; want %v", plain, z, want)
			}
		}
	}
}

// The bound never falls short of |A|_2^2 by the singular values, and is high by
// n^(1/256) at most; a matrix whose two largest singular values are close, or whose
// largest direction no usual start would see, is nothing to it.
func TestLipschitz(t *testing.T) {
	spectral := func(a []float64, d, h int) float64 {
		var svd mat.SVD
		if !svd.Factorize(mat.NewDense(d, h, slices.Clone(a)), mat.SVDNone) {
			t.Fatal("no singular values")
		}
		return math.Pow(svd.Values(nil)[0], 2)
	}
	check := func(name string, a []float64, d, h int) {
		t.Helper()
		got, want := lasso.Lipschitz(a, d, h), spectral(a, d, h)
		if got < want*(1-1e-14) || got > want*math.Pow(float64(min(d, h)), 1.0/256)*(1+1e-11) {
			t.Errorf("%s: %.17g; |A|^2 = %.17g", name, got, want)
		}
	}
	for i, s := range [][2]int{{1, 1}, {1, 5}, {5, 1}, {3, 3}, {8, 24}, {24, 8}, {32, 64}} {
		check("normals", normals("L", i, s[0]*s[1]), s[0], s[1])
	}
	check("one column far the longest", []float64{1, 0, 0, 0, 1e9, 0, 0, 0, 1}, 3, 3)
	check("equal atoms", []float64{1, 1, 1, 2, 2, 2}, 2, 3)
	check("signs that cancel in A'1", []float64{1, -1, 1, -1}, 2, 2)
	check("small", []float64{1e-120, 2e-120, 3e-120, 4e-120}, 2, 2)
	check("large", []float64{1e120, 2e120, 3e120, 4e120}, 2, 2)
	for _, a := range [][]float64{{0, 0}, {1e-200, 0}, {1e200, 1e200}} {
		if l := lasso.Lipschitz(a, 1, 2); !(l > 0) || math.IsInf(l, 0) || math.IsInf(1/l, 0) {
			t.Errorf("L = %g of %v", l, a)
		}
	}
}

// After enough steps the conditions of a minimum hold, from either start.
func TestMinimum(t *testing.T) {
	for i := range 20 {
		p, x, lambda := random(t, i, 15, 40)
		start := make([]float64, 40)
		if i%2 == 1 {
			if err := p.Correlate(x, start); err != nil {
				t.Fatal(err)
			}
		}
		for _, plain := range []bool{true, false} {
			z, restless := solve(t, p, lasso.Solver{Lambda: lambda, Steps: 100000, Tol: 1e-10, Plain: plain}, x, start)
			used := 0
			for _, v := range z {
				if v != 0 {
					used++
				}
			}
			if r := kkt(t, p, lambda, x, z)[0]; r > 1e-6 || restless > 0 || used == 0 || used == 40 {
				t.Errorf("problem %d, plain %v: KKT residual %g, %d restless, %d atoms", i, plain, r, restless, used)
			}
		}
	}
}

// Both theorems, at every k: they are exact, so nothing but rounding is allowed for.
// And FISTA is below ISTA at k = 50: 17 or more of 20 would be had by a method that is no
// better with probability 0.0013.
func TestRates(t *testing.T) {
	const d, h, most = 12, 30, 100
	below := 0
	for i := range 20 {
		p, x, lambda := random(t, 100+i, d, h)
		start := normals("start", i, h)
		star, _ := solve(t, p, lasso.Solver{Lambda: lambda, Steps: 10000, Tol: 1e-13}, x, start)
		if r := kkt(t, p, lambda, x, star)[0]; r > 1e-9 {
			t.Fatalf("problem %d: KKT residual %g of the minimum", i, r)
		}
		least := objective(t, p, lambda, x, star)
		away := 0.0
		for j := range star {
			away += (start[j] - star[j]) * (start[j] - star[j])
		}
		gap := func(k int, plain bool) float64 {
			z, _ := solve(t, p, lasso.Solver{Lambda: lambda, Steps: k, Tol: -1, Plain: plain}, x, start)
			return objective(t, p, lambda, x, z) - least
		}
		before := math.Inf(1)
		for k := 1; k <= most; k++ {
			fast, slow := gap(k, false), gap(k, true)
			eps := 1e-12 * (1 + least)
			if bound := 2 * p.L * away / float64((k+1)*(k+1)); fast > bound+eps {
				t.Fatalf("problem %d: FISTA is off by %g after %d; at most %g", i, fast, k, bound)
			}
			if bound := p.L * away / float64(2*k); slow > bound+eps {
				t.Fatalf("problem %d: ISTA is off by %g after %d; at most %g", i, slow, k, bound)
			}
			if slow > before+eps {
				t.Fatalf("problem %d: ISTA rises by %g at %d", i, slow-before, k)
			}
			if before = slow; k == 50 && fast < slow {
				below++
			}
		}
	}
	if below < 17 {
		t.Errorf("FISTA below ISTA at k = 50 on %d of 20", below)
	}
}

// A row's code and the step it stops at do not depend on the rows beside it.
func TestRowsAreAlone(t *testing.T) {
	const d, h, n = 9, 21, 150
	p, _, _ := random(t, 7, d, h)
	x := normals("rows", 7, n*d)
	for i := range n { // some at rest at once, some late
		scale := math.Pow(2, float64(i%9-6))
		for j := range d {
			x[i*d+j] *= scale
		}
	}
	x[3*d] = math.NaN()
	for _, plain := range []bool{true, false} {
		s := lasso.Solver{Lambda: 1, Steps: 60, Tol: 1e-3, Plain: plain}
		start := make([]float64, n*h)
		p.Correlate(x, start)
		all, restless := solve(t, p, s, x, start)
		alone := 0
		for i := range n {
			z, r := solve(t, p, s, x[i*d:(i+1)*d], start[i*h:(i+1)*h])
			alone += r
			for j := range z {
				if math.Float64bits(z[j]) != math.Float64bits(all[i*h+j]) {
					t.Fatalf("plain %v, row %d: %v alone, %v among others", plain, i, z, all[i*h:(i+1)*h])
				}
			}
		}
		if restless != alone || restless <= 1 || restless >= n/2 {
			t.Errorf("plain %v: %d rows restless together, %d alone; want some, with the one that is no number", plain, restless, alone)
		}
	}
}

// What has no slope or no weight has the code that it must: to the bit.
func TestEdges(t *testing.T) {
	for _, plain := range []bool{true, false} {
		for _, tol := range []float64{0, 1e-3} {
			s := lasso.Solver{Lambda: 1, Steps: 5000, Tol: tol, Plain: plain}
			p, x, _ := random(t, 3, 6, 15)
			from := make([]float64, 15)
			p.Correlate(x, from)

			s.Lambda = largest(p, x) * 1.0001
			if z, restless := solve(t, p, s, x, from); slices.ContainsFunc(z, func(v float64) bool { return v != 0 }) || restless != 0 {
				t.Errorf("lambda above all: %v, %d restless", z, restless)
			}
			s.Lambda = 1
			if z, restless := solve(t, p, s, make([]float64, 6), make([]float64, 15)); slices.ContainsFunc(z, func(v float64) bool { return v != 0 }) || restless != 0 {
				t.Errorf("a row of zeros: %v, %d restless", z, restless)
			}
			// an atom of zeros is never used, wherever it starts
			a := slices.Clone(p.A)
			for i := range 6 {
				a[i*15+4] = 0
			}
			zero, _ := lasso.New(a, 6, 15)
			from[4] = 0.3
			z, _ := solve(t, zero, s, x, from)
			if z[4] != 0 {
				t.Errorf("an atom of zeros is used: %v", z)
			}
			none, _ := lasso.New(make([]float64, 6), 2, 3)
			if z, restless := solve(t, none, s, []float64{1, 2}, []float64{1, -2, 0}); slices.ContainsFunc(z, func(v float64) bool { return v != 0 }) || restless != 0 {
				t.Errorf("a dictionary of zeros: %v, %d restless", z, restless)
			}
		}
		// one atom: soft(a'x, lambda) / |a|^2
		one, _ := lasso.New([]float64{2, -1, 0.5}, 3, 1)
		s := lasso.Solver{Lambda: 0.7, Steps: 500, Tol: 1e-15, Plain: plain}
		z, _ := solve(t, one, s, []float64{1, 1, -3, -1, 2, 0.1}, []float64{5, 0})
		for i, want := range []float64{0, (-3.95 + 0.7) / 5.25} {
			if math.Abs(z[i]-want) > 1e-14 {
				t.Errorf("one atom: %v; want %g", z[i], want)
			}
		}
	}
	// no steps: nothing moves
	p, x, _ := random(t, 3, 6, 15)
	if z, restless := solve(t, p, lasso.Solver{Lambda: 1}, x, normals("z", 0, 15)); !slices.Equal(z, normals("z", 0, 15)) || restless != 1 {
		t.Errorf("no steps: %v, %d restless", z, restless)
	}
}

// F and the conditions by hand, of A = [1 2; 0 1], x = (1, 1).
func TestJudges(t *testing.T) {
	p, _ := lasso.New([]float64{1, 2, 0, 1}, 2, 2)
	x := []float64{1, 1, 1, 1}
	z := []float64{0, 0, -1, 0.5} // residuals (1,1) and (1,0.5), A'r = (1,3) and (1,2.5)
	f := make([]float64, 2)
	if err := p.Objective(2, x, z, f, &lasso.Work{}); err != nil || !slices.Equal(f, []float64{1, 0.625 + 3}) {
		t.Errorf("F = %v, %v", f, err)
	}
	if r := kkt(t, p, 2, x, z); !slices.Equal(r, []float64{1, 3}) {
		t.Errorf("KKT residuals %v; want 1 and 3", r)
	}
}

// Bad input is an error and changes nothing; what fits allocates nothing.
func TestArguments(t *testing.T) {
	for _, c := range []struct {
		a    []float64
		d, h int
		want string
	}{
		{[]float64{1, 2}, 1, 3, "got 2 numbers for 1 x 3"},
		{nil, 0, 3, "for 0 x 3"},
		{nil, -2, -3, "for -2 x -3"},
		{[]float64{1, 2, 3, math.NaN()}, 2, 2, "got NaN in row 1, column 1"},
		{[]float64{1, math.Inf(-1)}, 1, 2, "got -Inf"},
	} {
		if _, err := lasso.New(c.a, c.d, c.h); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v %dx%d: %v; want %q", c.a, c.d, c.h, err, c.want)
		}
	}
	p, x, lambda := random(t, 1, 4, 8)
	w := &lasso.Work{}
	z := normals("z", 1, 8)
	old := slices.Clone(z)
	for _, c := range []struct {
		lambda float64
		x, z   []float64
	}{{-1, x, z}, {math.NaN(), x, z}, {math.Inf(1), x, z}, {1, x[:3], z}, {1, x, z[:7]}, {1, append(x, x...), z}} {
		if _, err := p.Solve(lasso.Solver{Lambda: c.lambda, Steps: 3}, c.x, c.z, w); err == nil || !slices.Equal(z, old) {
			t.Errorf("lambda %g, %d and %d numbers: %v, z %v", c.lambda, len(c.x), len(c.z), err, z)
		}
	}
	if p.Objective(1, x, z, nil, w) == nil || p.KKT(1, x[:1], z, make([]float64, 1), w) == nil || p.Correlate(x, z[:2]) == nil {
		t.Error("a wrong shape was taken")
	}
	f := make([]float64, 1)
	if n := testing.AllocsPerRun(5, func() {
		p.Solve(lasso.Solver{Lambda: lambda, Steps: 20, Tol: 1e-3}, x, z, w)
		p.Objective(lambda, x, z, f, w)
		p.KKT(lambda, x, z, f, w)
	}); n > 0 {
		t.Errorf("%g allocations", n)
	}
}
