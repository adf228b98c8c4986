package vec

import (
	"math"
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"
)

var bigSqrtPi = zero().Sqrt(bigPi)

// bigErf is 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (2n+1)!!, all terms of one sign.
func bigErf(x *big.Float) *big.Float {
	w := zero().Mul(x, x)
	t := zero().Set(x)
	s := series(func(n int) *big.Float {
		v := zero().Set(t)
		t.Mul(t, w)
		t.Mul(t, bigf(2))
		t.Quo(t, bigf(float64(2*n+3)))
		return v
	})
	s.Mul(s, bigf(2))
	s.Mul(s, bigExp(w.Neg(w)))
	return s.Quo(s, bigSqrtPi)
}

// bigErfcx is exp(x^2) erfc(x): by erf up to 6, beyond by the fraction
// 1/sqrt(pi) 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ..)))).
func bigErfcx(x *big.Float) *big.Float {
	if v, _ := x.Float64(); v < 6 {
		e := zero().Sub(bigf(1), bigErf(x))
		return e.Mul(e, bigExp(zero().Mul(x, x)))
	}
	f := zero().Set(x)
	for n := 600; n >= 1; n-- {
		f.Quo(bigf(float64(n)/2), f)
		f.Add(f, x)
	}
	return f.Quo(zero().Quo(bigf(1), bigSqrtPi), f)
}

func bigErfc(x *big.Float) *big.Float {
	if v, _ := x.Float64(); v < 6 {
		return zero().Sub(bigf(1), bigErf(x))
	}
	return zero().Mul(bigErfcx(x), bigExp(zero().Neg(zero().Mul(x, x))))
}

// bernoulliBig are B_2, B_4, ..: (m+1) B_m = -sum_(k<m) C(m+1,k) B_k.
var bernoulliBig = sync.OnceValue(func() (out []*big.Float) {
	b := []*big.Rat{big.NewRat(1, 1)}
	for m := 1; m <= 80; m++ {
		s := new(big.Rat)
		for k := range m {
			c := new(big.Rat).SetInt(new(big.Int).Binomial(int64(m+1), int64(k)))
			s.Add(s, c.Mul(c, b[k]))
		}
		b = append(b, s.Mul(s, big.NewRat(-1, int64(m+1))))
		if m%2 == 0 {
			out = append(out, zero().SetRat(b[m]))
		}
	}
	return out
})

// bigGammas are log Gamma, psi and psi' of x, by their asymptotic series at x + 60.
func bigGammas(x *big.Float) (lg, psi, tri *big.Float) {
	lg, psi, tri = zero(), zero(), zero()
	y, prod := zero().Set(x), bigf(1)
	for range 60 {
		prod.Mul(prod, y)
		q := zero().Quo(bigf(1), y)
		psi.Sub(psi, q)
		tri.Add(tri, q.Mul(q, q))
		y.Add(y, bigf(1))
	}
	lg.Sub(lg, bigLog(prod))
	l, r := bigLog(y), zero().Quo(bigf(1), y)
	half := zero().Quo(r, bigf(2))
	lg.Add(lg, zero().Sub(zero().Mul(zero().Sub(y, bigf(0.5)), l), y))
	two := zero().Mul(bigf(2), bigPi)
	lg.Add(lg, zero().Quo(bigLog(two), bigf(2)))
	psi.Add(psi, zero().Sub(l, half))
	tri.Add(tri, zero().Add(r, zero().Mul(r, half)))
	p := zero().Set(r) // y^-(2n-1)
	for i, b := range bernoulliBig() {
		n := float64(2 * (i + 1))
		t := zero().Mul(b, p)
		lg.Add(lg, zero().Quo(t, bigf(n*(n-1))))
		p.Mul(p, r)
		psi.Sub(psi, zero().Quo(zero().Mul(b, p), bigf(n)))
		p.Mul(p, r)
		tri.Add(tri, zero().Mul(b, p))
	}
	return
}

// bigGammaP is P(a,x) and x dP/dx, by the series.
func bigGammaP(a, x *big.Float) (p, rate *big.Float) {
	one := zero().Add(a, bigf(1))
	lg, _, _ := bigGammas(one)
	d := zero().Mul(a, bigLog(x))
	d.Sub(d, x)
	d = bigExp(d.Sub(d, lg))
	t, k := bigf(1), zero().Set(a)
	s := series(func(int) *big.Float {
		v := zero().Set(t)
		k.Add(k, bigf(1))
		t.Mul(t, x)
		t.Quo(t, k)
		return v
	})
	return s.Mul(s, d), d.Mul(d, a)
}

func ratio(a, b *big.Float) float64 {
	v, _ := zero().Quo(a, b).Float64()
	return v
}

func TestErf(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	edges := []float64{0.25, 0.84375, 1.25, 1 / 0.35, 6, 0x1p-28, 0x1p-56}
	for _, f := range []struct {
		name   string
		f      func(float64) float64
		big    func(*big.Float) *big.Float
		lo, hi float64
		ulp    float64
	}{
		{"erf", Erf64, bigErf, -6.5, 6.5, 1}, {"erfc", Erfc64, bigErfc, -6.5, 26.5, 3}, {"erfc, denormal", Erfc64, bigErfc, 26.5, 27.3, 3},
		{"erfcx", Erfcx64, bigErfcx, -26.6, 1e3, 4}, {"erfcx, far", Erfcx64, bigErfcx, 1e3, 1e17, 2},
	} {
		worst, where := 0.0, 0.0
		for i := range 400 {
			x := f.lo + (f.hi-f.lo)*r.Float64()
			switch i % 3 {
			case 1:
				x = math.Ldexp(1+r.Float64(), r.IntN(66)-60) * float64(1-2*r.IntN(2))
			case 2:
				x = math.Float64frombits(math.Float64bits(edges[r.IntN(len(edges))])+uint64(r.IntN(64))-32) * float64(1-2*r.IntN(2))
			}
			if x <= f.lo || x >= f.hi {
				continue
			}
			if u := ulps(f.f(x), f.big(bigf(x))); !(u <= worst) {
				worst, where = u, x
			}
		}
		t.Logf("%s: worst %.3f ulp at %g", f.name, worst, where)
		if !(worst <= f.ulp) {
			t.Errorf("%s(%g): %.3f ulp, want at most %g", f.name, where, worst, f.ulp)
		}
	}
	inf := math.Inf(1)
	for i, c := range [][2]float64{{Erf64(inf), 1}, {Erf64(-inf), -1}, {Erfc64(inf), 0}, {Erfc64(-inf), 2}, {Erfcx64(inf), 0}, {Erfcx64(-inf), inf},
		{Erf64(5e-324), math.Erf(5e-324)}, {Erfc64(0), 1}, {Erfcx64(0), 1}} {
		if c[0] != c[1] {
			t.Errorf("special value %d: got %g; want %g", i, c[0], c[1])
		}
	}
	for i, x := range []float64{Erf64(math.NaN()), Erfc64(math.NaN()), Erfcx64(math.NaN())} {
		if math.Float64bits(x) != 0x7ff8000000000000 {
			t.Errorf("NaN %d became %g", i, x)
		}
	}
}

// Log Gamma and its derivatives, in ulp of max(1, |value|).
func TestGammas(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	names, worst, where := [3]string{"lgamma", "digamma", "trigamma"}, [3]float64{}, [3]float64{}
	for i := range 600 {
		x := math.Ldexp(1+r.Float64(), r.IntN(80)-40)
		switch i % 3 {
		case 1:
			x = 14 * r.Float64()
		case 2:
			e := []float64{0.2316, 0.7316, 0.9, 1, 1.2316, 1.7316, 2, 3, 8, psiFrom, psiFrom - 1, lgammaAt}[r.IntN(12)]
			x = math.Float64frombits(math.Float64bits(e) + uint64(r.IntN(64)) - 32)
		}
		lg, psi, tri := bigGammas(bigf(x))
		for j, w := range [3]*big.Float{lg, psi, tri} {
			got := [3]float64{Lgamma64(x), Digamma64(x), Trigamma64(x)}[j]
			u := ulps(got, w)
			if a := zero().Abs(w); j < 2 && a.Cmp(bigf(1)) < 0 {
				v, _ := zero().Sub(bigf(got), w).Float64()
				u = math.Abs(v) / 0x1p-52
			}
			if !(u <= worst[j]) {
				worst[j], where[j] = u, x
			}
		}
	}
	for j, name := range names {
		t.Logf("%s: worst %.3f ulp at %g", name, worst[j], where[j])
		if !(worst[j] <= 6) {
			t.Errorf("%s(%g): %.3f ulp, want at most 6", name, where[j], worst[j])
		}
	}
}

// shapes are those of the incomplete gamma function: every way of computing it, and
// where one gives over to another. Below 1e-3 errors are in units of 1e-3/a: there Q is a
// small difference, and a quantile the 1/a-th power of its uniform.
func shapes(r *rand.Rand) (a float64) {
	switch r.IntN(4) {
	case 0:
		return math.Exp(math.Log(1e-6) + r.Float64()*math.Log(1e6))
	case 1:
		return 1 + 11*r.Float64()
	case 2:
		return 12 + 100*r.Float64()
	}
	return math.Exp(math.Log(12) + r.Float64()*math.Log(1e6/12))
}

func TestIncompleteGamma(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	var worst, at [3][2]float64
	for i := range 300 {
		a := shapes(r)
		x := a * math.Exp(3*(r.Float64()-0.5)/math.Max(1, math.Sqrt(a)/6))
		switch i % 4 {
		case 1:
			x = a + 1 + 1e-9*(r.Float64()-0.5)
		case 2:
			x = a * (1 + 2.9*(r.Float64()-0.5))
		case 3:
			x = 5 * r.Float64()
		}
		if !(x > 0) || a > 2e4 && math.Abs(x-a) > 20*math.Sqrt(a) {
			continue
		}
		p, rate := bigGammaP(bigf(a), bigf(x))
		q := zero().Sub(bigf(1), p)
		h := zero().Mul(bigf(a), bigf(0x1p-80))
		up, _ := bigGammaP(zero().Add(bigf(a), h), bigf(x))
		dn, _ := bigGammaP(zero().Sub(bigf(a), h), bigf(x))
		slope := up.Sub(up, dn)
		slope.Quo(slope, h.Mul(h, bigf(-2)))
		slope.Mul(slope, bigf(x))
		slope.Quo(slope, rate)
		if q.MantExp(nil) < -150 || p.MantExp(nil) < -150 {
			continue
		}
		for j, c := range []struct {
			got  float64
			want *big.Float
			over float64
		}{{GammaP64(a, x), p, 1}, {GammaQ64(a, x), q, max(1, 1e-3/a)}, {GammaSlope64(a, x), slope, max(1, 1e-3/a)}} {
			e := math.Abs(ratio(zero().Sub(bigf(c.got), c.want), c.want)) / c.over
			w := 0
			if a > 12 {
				w = 1
			}
			if !(e <= worst[j][w]) {
				worst[j][w], at[j][w] = e, a
			}
		}
	}
	t.Logf("P, Q, slope: worst %.2g at %.5g", worst, at)
	for j, most := range [3]float64{1e-12, 1e-11, 2e-13} {
		if e := max(worst[j][0], worst[j][1]); !(e <= most) {
			t.Errorf("%s: relative error %.2g at shapes %.5g, want at most %g", [3]string{"P", "Q", "slope"}[j], e, at[j], most)
		}
	}
	for i, bad := range []float64{GammaP64(-1, 1), GammaP64(1, -1), GammaQ64(math.NaN(), 1), GammaSlope64(0, 1), GammaSlope64(1, math.Inf(1)),
		GammaQuantile64(0, 0.5), GammaQuantile64(1, 0), GammaQuantile64(1, 1), GammaQuantile64(math.Inf(1), 0.5)} {
		if !math.IsNaN(bad) {
			t.Errorf("bad argument %d: got %g; want NaN", i, bad)
		}
	}
}

// The error of a quantile x is that of P(a,x) over x dP/dx.
func TestGammaQuantile(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 12))
	worst, at := 0.0, [2]float64{}
	for i := range 250 {
		a, u := shapes(r), r.Float64()
		switch i % 4 {
		case 1:
			u = math.Ldexp(u, -r.IntN(52))
		case 2:
			u = 1 - math.Ldexp(float64(1+r.IntN(1<<10)), -53)
		}
		x := GammaQuantile64(a, u)
		if x < 1e-290 {
			continue
		}
		p, rate := bigGammaP(bigf(a), bigf(x))
		e := math.Abs(ratio(p.Sub(p, bigf(u)), rate)) / max(1, 1e-3/a)
		if !(e <= worst) {
			worst, at = e, [2]float64{a, u}
			if e > 1e-12 {
				t.Logf("a %g u %g: x %g, error %g", a, u, x, e)
			}
		}
	}
	var g Gamma
	most32 := 0.0
	for range 3000 { // that of float32, of one shape many times, against it: measured 5e-10
		a := shapes(r)
		g.Reset(a)
		for range 3 {
			u := r.Float64()
			x, near := GammaQuantile64(a, u), g.Quantile32(u)
			e := math.Abs(near-x) / x / max(1, 1e-3/a)
			if x > 1e-290 {
				most32 = max(most32, e)
			}
			if x > 1e-290 && !(e <= 0x1p-27) {
				t.Fatalf("Quantile32 of shape %g at %g: %g; want %g, error %.2g", a, u, near, x, e)
			}
			if slope := GammaSlope64(a, x); x > 0 && g.Slope(x) != slope {
				t.Fatalf("slope of shape %g at %g: %g beside %g, which share all", a, x, g.Slope(x), slope)
			}
			if again := g.Quantile(u); again != x {
				t.Fatalf("quantile of shape %g at %g: %g beside %g, which share all", a, u, again, x)
			}
		}
	}
	t.Logf("quantile: worst %.2g at %.5g; of float32 %.2g", worst, at, most32)
	if !(worst <= 2e-13) {
		t.Errorf("quantile: relative error %.2g at %.5g, want at most 2e-13", worst, at)
	}
	if x := GammaQuantile64(1e-6, 0.5); x != 0 {
		t.Errorf("a draw of e^-693148 is %g", x)
	}
}

func BenchmarkGammaQuantile(b *testing.B) {
	for _, a := range []float64{0.05, 3, 50} {
		b.Run("", func(b *testing.B) {
			u := 0.0
			for b.Loop() {
				if u += 0.0137; u >= 1 {
					u -= 1 - 1e-9
				}
				GammaQuantile64(a, u)
			}
		})
		b.Run("20 draws with slopes, float32", func(b *testing.B) {
			u, g := 0.0, Gamma{}
			for b.Loop() {
				g.Reset(a)
				for range 20 {
					if u += 0.0137; u >= 1 {
						u -= 1 - 1e-9
					}
					g.Slope(g.Quantile32(u))
				}
			}
		})
		b.Run("slope", func(b *testing.B) {
			u := 0.0
			for b.Loop() {
				if u += 0.0137; u >= 1 {
					u -= 1 - 1e-9
				}
				GammaSlope64(a, 2*a*u+1e-9)
			}
		})
	}
}
