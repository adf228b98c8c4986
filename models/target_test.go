package models_test

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func targetOf(t testing.TB, m models.Target) *vi.Work {
	t.Helper()
	return work(t, tape.Float64, m, datasets.Dirac{Dim: 1, N: 1}, 0)
}

func renyi(w *vi.Work, alpha float64) float64 {
	return w.Model.(vi.ClosedRenyi).RenyiBound(w.Params, w.Data, alpha)
}

// The bounds of N(0.5, v) against N(0, 1), to the digits of two tables that were worked out by hand.
func TestRenyiTable(t *testing.T) {
	for _, c := range []struct{ v, alpha, want float64 }{
		{0.5, 2, -0.31051}, {0.5, 1, -0.22157}, {0.5, 0.5, -0.14222}, {0.5, 0, 0}, {0.5, -0.5, 0.36552}, {0.5, -1, math.Inf(1)},
		{2, 1, -0.27843}, {2, 0.5, -0.10056}, {2, 0, 0}, {2, -0.5, 0.06614}, {2, -1, 0.11359}, {2, 2, math.Inf(-1)},
	} {
		w := targetOf(t, models.Target{Dim: 1, Global: models.Global{Mean: 0.5, SD: math.Sqrt(c.v)}})
		if got := renyi(w, c.alpha); got != c.want && !(math.Abs(got-c.want) <= 5e-6) {
			t.Errorf("order %g at v = %g: got %.6f; want %.5f", c.alpha, c.v, got, c.want)
		}
	}
}

// CUBO_n, of order 1-n, is finite where q's variance is above (n-1)/n of the target's, and infinite from there down.
func TestCUBOWantsAWideQ(t *testing.T) {
	for n := 2.0; n <= 6; n++ {
		for _, c := range []struct {
			times  float64
			finite bool
		}{{1.001, true}, {1, false}, {0.999, false}} {
			w := targetOf(t, models.Target{Dim: 1, Global: models.Global{Mean: 0.5, SD: math.Sqrt(c.times * (n - 1) / n)}})
			if got := renyi(w, 1-n); math.IsInf(got, 1) == c.finite {
				t.Errorf("CUBO_%g at %g of its least variance is %g", n, c.times, got)
			}
		}
	}
}

// A bound is what it is by definition, the integral of p^(1-alpha) q^alpha by the trapezoid rule in
// two dimensions; log Z moves it by as much; and it never rises with alpha.
func TestRenyiDefinition(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		num := func(lo, hi float64, name string) float64 { return rapid.Float64Range(lo, hi).Draw(r, name) }
		rho, logZ := num(-0.9, 0.9, "rho"), num(-2, 2, "log Z")
		alpha := rapid.SampledFrom([]float64{0.2, 0.5, 0.8, 1, -0.3, 1.3}).Draw(r, "alpha")
		w := targetOf(t, models.Target{Dim: 2, Rho: rho, LogZ: logZ, Global: models.Global{Q: "full", SD: 1}})
		mu, l := []float64{num(-1, 1, "mu"), num(-1, 1, "mu")}, []float64{num(0.6, 1.5, "l11"), num(-0.7, 0.7, "l21"), num(0.6, 1.5, "l22")}
		w.Params.Set("inf/mu", mu)
		w.Params.Set("inf/logsd", []float64{math.Log(l[0]), l[1], 7, math.Log(l[2])}) // the third is above the diagonal
		got := renyi(w, alpha)
		if math.IsInf(got, 0) {
			r.Skip("infinite")
		}
		det := 1 - rho*rho
		logp := func(x, y float64) float64 {
			return logZ - math.Log(2*math.Pi) - 0.5*math.Log(det) - (x*x-2*rho*x*y+y*y)/(2*det)
		}
		logq := func(x, y float64) float64 {
			a := (x - mu[0]) / l[0]
			b := (y - mu[1] - l[1]*a) / l[2]
			return -math.Log(2*math.Pi) - math.Log(l[0]*l[2]) - 0.5*(a*a+b*b)
		}
		// finite, but only just: its mass is wide
		prec, q := mat.NewSymDense(2, []float64{1 / det, -rho / det, -rho / det, 1 / det}), mat.NewSymDense(2, nil)
		lt := mat.NewDense(2, 2, []float64{l[0], 0, l[1], l[2]})
		var c, inv mat.Dense
		c.Mul(lt, lt.T())
		if err := inv.Inverse(&c); err != nil {
			r.Fatal(err)
		}
		for i := range 2 {
			for j := i; j < 2; j++ {
				q.SetSym(i, j, (1-alpha)*prec.At(i, j)+alpha*inv.At(i, j))
			}
		}
		var eig mat.EigenSym
		if eig.Factorize(q, false); eig.Values(nil)[0] < 0.15 {
			r.Skip("nearly infinite")
		}
		// The rule is laid about where the mass is, far from both means where q is nearly too narrow.
		var pull, centre mat.VecDense
		pull.MulVec(&inv, mat.NewVecDense(2, mu))
		pull.ScaleVec(alpha, &pull)
		if err := centre.SolveVec(q, &pull); err != nil {
			r.Fatal(err)
		}
		const h, reach = 0.15, 18.0
		sum := 0.0
		for x := centre.AtVec(0) - reach; x <= centre.AtVec(0)+reach; x += h {
			for y := centre.AtVec(1) - reach; y <= centre.AtVec(1)+reach; y += h {
				p, q := logp(x, y), logq(x, y)
				if alpha == 1 {
					sum += h * h * math.Exp(q) * (p - q)
				} else {
					sum += h * h * math.Exp((1-alpha)*p+alpha*q)
				}
			}
		}
		want := sum
		if alpha != 1 {
			want = math.Log(sum) / (1 - alpha)
		}
		if math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
			r.Fatalf("order %g: got %.10g; the integral has %.10g", alpha, got, want)
		}
		last := math.Inf(1)
		for _, order := range []float64{-2, -1, -0.5, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 4} {
			b := renyi(w, order)
			if b > last+1e-12*(1+math.Abs(last)) {
				r.Fatalf("the bound of order %g is %.12g, that before it %.12g", order, b, last)
			}
			last = b
		}
		if b := renyi(w, 0); math.Abs(b-logZ) > 1e-12 {
			r.Fatalf("order 0: got %g; log Z is %g", b, logZ)
		}
	})
}

// How wide the best isotropic q of two unit Gaussians of correlation 0.9 is, by the bound that is at
// its best: 1 - rho^2 for the ELBO, its root at 1/2, 1 for E_p log q, and for CUBO_2 1/u with
// 4 u^2 - 3 (a+b) u + 2 a b = 0, a = 2/(1+rho), b = 2/(1-rho): 0.190, 0.436, 1 and 1.434.
func TestDivergenceSetsTheSpread(t *testing.T) {
	const rho = 0.9
	w := targetOf(t, models.Target{Dim: 2, Rho: rho, Global: models.Global{Q: "isotropic", SD: 1}})
	at := func(alpha, logv float64) float64 {
		w.Params.Set("inf/logsd", []float64{logv / 2})
		b := renyi(w, alpha)
		if alpha < 0 {
			return -b
		}
		return b
	}
	// Golden sections: each bound has one top.
	best := func(alpha float64) float64 {
		lo, hi, g := math.Log(0.05), math.Log(8), (math.Sqrt(5)-1)/2
		for range 80 {
			x, y := hi-g*(hi-lo), lo+g*(hi-lo)
			if at(alpha, x) > at(alpha, y) {
				hi = y
			} else {
				lo = x
			}
		}
		return math.Exp((lo + hi) / 2)
	}
	a, b := 2/(1+rho), 2/(1-rho)
	u := (3*(a+b) - math.Sqrt(9*(a+b)*(a+b)-32*a*b)) / 8
	for _, c := range []struct{ alpha, closed, digits float64 }{
		{1, 1 - rho*rho, 0.190}, {0.5, math.Sqrt(1 - rho*rho), 0.436}, {-1, 1 / u, 1.4335},
	} {
		if got := best(c.alpha); math.Abs(got/c.closed-1) > 1e-6 || math.Abs(c.closed-c.digits) > 5e-4 {
			t.Errorf("order %g: the best variance is %.6f; want %.6f, %g", c.alpha, got, c.closed, c.digits)
		}
	}
	// E_p log q is best at the variance of p, by its draws: four standard errors of a mean of
	// 100000 squares of either coordinate, which covary by rho^2: false alarm 6e-5.
	s := w.Step(0, w.All, &vi.Keyed{Key: rng.Eval(0, 0)})
	const n = 100000
	z := s.Prior().Sample(s.Noise("z"), n).Node.Value()
	ss, cross := 0.0, 0.0
	for i := range n {
		ss += (z.At(2*i)*z.At(2*i) + z.At(2*i+1)*z.At(2*i+1)) / (2 * n)
		cross += z.At(2*i) * z.At(2*i+1) / n
	}
	if se := math.Sqrt((1 + rho*rho) / n); math.Abs(ss-1) > 4*se || math.Abs(cross-rho) > 4*math.Sqrt((1+rho*rho)/n) {
		t.Errorf("draws of the target: mean square %.4f, mean product %.4f", ss, cross)
	}
}

// log p on the tape is the density; a cost has the same without the entropy and log Z is its constant.
func TestTargetDensity(t *testing.T) {
	for _, entropy := range []string{"sampled", "none"} {
		w := targetOf(t, models.Target{Dim: 3, Rho: -0.3, LogZ: 0.7, Entropy: entropy, Global: models.Global{SD: 1}})
		s := w.Step(0, w.All, ramp{})
		z := s.Posterior().Sample(s.Noise("z"), 4)
		cov := mat.NewSymDense(3, []float64{1, -0.3, -0.3, -0.3, 1, -0.3, -0.3, -0.3, 1})
		var chol mat.Cholesky
		chol.Factorize(cov)
		for k, got := range s.LogJoint(z).Float64s() {
			x, y := mat.NewVecDense(3, z.Node.Value().Slice(3*k, 3*k+3).AppendTo(nil)), mat.NewVecDense(3, nil)
			if err := chol.SolveVecTo(y, x); err != nil {
				t.Fatal(err)
			}
			near(t, "log p", got, 0.7-0.5*(mat.Dot(x, y)+chol.LogDet()+3*math.Log(2*math.Pi)), 1e-13)
		}
	}
}

func TestTargetRefuses(t *testing.T) {
	d := &vi.Data{N: 1, D: 1, Domain: vi.Real, X: []float64{0}}
	one := models.Global{SD: 1}
	for _, c := range []struct {
		m    models.Target
		want string
	}{
		{models.Target{Dim: 3, Rho: -0.5, Global: one}, "rho: got -0.5; need a correlation of 3 coordinates above -0.5 and below 1"},
		{models.Target{Dim: 2, Rho: 1, Global: one}, "rho: got 1"},
		{models.Target{Dim: 2, Global: models.Global{Q: "rank1", SD: 1}}, `q: got "rank1"; have mean-field, isotropic, full`},
		{models.Target{Dim: 2}, "sd: got 0"},
		{models.Target{Dim: 0, Global: one}, "dim"},
		{models.Target{Dim: 1, LogZ: math.NaN(), Global: one}, "log_z: got NaN"},
	} {
		if _, err := c.m.For(d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v; want %q", c.m, err, c.want)
		}
	}
}
