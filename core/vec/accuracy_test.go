package vec

import (
	"flag"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

var exhaustive = flag.Bool("exhaustive", false, "check float32 functions on all 2^32 arguments (minutes)")

var functions = []struct {
	name string
	f64  func(float64) float64
	f32  func(float32) float32
	big  func(*big.Float) *big.Float
	std  func(float64) float64
	ulp  float64 // the bounds in the doc comments; one more where the result is denormal
	ulpf float64 // in float32
	lo   float64 // where it is neither constant nor infinite, in float64
	hi   float64
}{
	{"exp", Exp64, Exp32, bigExp, math.Exp, 1.1, 1.1, -745.2, 709.79},
	{"expm1", Expm164, Expm132, bigExpm1, math.Expm1, 2, 2, -40, 709.79},
	{"log", Log64, Log32, bigLog, math.Log, 1, 1, 0, math.Inf(1)},
	{"log1p", Log1p64, Log1p32, bigLog1p, math.Log1p, 2, 1, -1, math.Inf(1)},
	{"tanh", Tanh64, Tanh32, bigTanh, math.Tanh, 3, 3, -23, 23},
	{"sigmoid", Sigmoid64, Sigmoid32, bigSigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 3, 3, -745, 40},
	{"softplus", Softplus64, Softplus32, bigSoftplus, softplusStd, 3, 2, -745, 800},
}

func softplusStd(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// arguments are of three kinds: even over [lo, hi], even in the exponent, and
// next to the points where the code changes its mind.
func arguments(r *rand.Rand, lo, hi float64, n int) []float64 {
	edge := []float64{math.Ln2 / 2, math.Ln2, 1, math.Sqrt2, math.Sqrt2 / 2, math.Sqrt2 - 1, 1 - math.Sqrt2/2, 22, 38,
		0x1p-54, 0x1p-53, 0x1p-52, 709.782712893384, 708.3964185322641, 745.13, 0x1p-1022, 5e-324, math.MaxFloat64}
	var xs []float64
	add := func(x float64) {
		if x > lo && x < hi {
			xs = append(xs, x)
		}
	}
	wide := min(hi, 1e3)
	for range n {
		add(lo + (wide-lo)*r.Float64())
		add((r.Float64() - 0.5) * 4)
		add(math.Ldexp(1+r.Float64(), r.IntN(80)-70) * float64(1-2*r.IntN(2)))
		add(math.Ldexp(1+r.Float64(), r.IntN(2098)-1074))
		e := edge[r.IntN(len(edge))] * float64(1-2*r.IntN(2))
		add(math.Float64frombits(math.Float64bits(e) + uint64(r.IntN(64)) - 32))
	}
	return xs
}

func TestFloat64Accuracy(t *testing.T) {
	for _, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			worst, at := 0.0, 0.0
			for _, x := range arguments(r, f.lo, f.hi, 500) {
				if math.Abs(x) < 0x1p-120 && (f.name == "expm1" || f.name == "log1p" || f.name == "tanh") {
					// x, to half an ulp and more: below the reach of 300 bits
					if got := f.f64(x); got != x {
						t.Errorf("%s(%g) is %g", f.name, x, got)
					}
					continue
				}
				want := f.big(bigf(x))
				u := ulps(f.f64(x), want)
				if want.MantExp(nil) < -1021 { // rounded twice
					u--
				}
				if u > worst {
					worst, at = u, x
				}
			}
			t.Logf("worst %.3f ulp at %g", worst, at)
			if worst > f.ulp {
				t.Errorf("%s(%g): %.3f ulp, want at most %g", f.name, at, worst, f.ulp)
			}
		})
	}
}

func TestFloat32Accuracy(t *testing.T) {
	step := uint64(4093) // a prime
	if *exhaustive {
		step = 1
	}
	for _, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			worst, at := 0.0, float32(0)
			for b := uint64(0); b < 1<<32; b += step {
				x := math.Float32frombits(uint32(b))
				want := f.std(float64(x))
				u := ulps32(f.f32(x), want)
				if math.Abs(want) < 0x1p-126 {
					u--
				}
				if u > worst {
					worst, at = u, x
				}
			}
			t.Logf("worst %.3f ulp at %g", worst, at)
			if worst > f.ulpf {
				t.Errorf("%s(%g): %.3f ulp, want at most %g", f.name, at, worst, f.ulpf)
			}
		})
	}
}

func TestSinCos2Pi(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var worst float64
	for range 4000 {
		u := r.Float64()
		switch r.IntN(3) {
		case 1:
			u = math.Ldexp(u, -r.IntN(60))
		case 2:
			u = float64(r.IntN(9))/8 + (u-0.5)*math.Ldexp(1, -r.IntN(50))
		}
		s, c := SinCos2Pi64(u)
		ws, wc := bigSinCos2Pi(bigf(u))
		for i, w := range []*big.Float{ws, wc} {
			if got := [2]float64{s, c}[i]; w.MantExp(nil) > -200 {
				worst = max(worst, ulps(got, w))
			} else if got != 0 { // an exact zero, but for the digits of pi
				t.Errorf("u = %g: %g, want 0", u, got)
			}
		}
	}
	t.Logf("float64: worst %.3f ulp", worst)
	if worst > 2 {
		t.Errorf("float64: %.3f ulp, want at most 2", worst)
	}
	worst = 0
	for range 400000 {
		u := r.Float32()
		s, c := SinCos2Pi32(u)
		// The double sine is reduced exactly first: sin(2 pi u) has no error near its zeros.
		q := math.Round(4 * float64(u))
		ws, wc := math.Sincos(2 * math.Pi * (float64(u) - q/4))
		for range int(q) & 3 {
			ws, wc = wc, -ws
		}
		worst = max(worst, ulps32(s, ws), ulps32(c, wc))
	}
	t.Logf("float32: worst %.3f ulp", worst)
	if worst > 2 {
		t.Errorf("float32: %.3f ulp, want at most 2", worst)
	}
	for q, want := range [][2]float64{{0, 1}, {1, 0}, {0, -1}, {-1, 0}, {0, 1}} {
		s, c := SinCos2Pi64(float64(q) / 4)
		if s != want[0] || c != want[1] {
			t.Errorf("sin, cos of %d quarter turns: %g, %g; want %g", q, s, c, want)
		}
		sf, cf := SinCos2Pi32(float32(q) / 4)
		if float64(sf) != want[0] || float64(cf) != want[1] {
			t.Errorf("float32 sin, cos of %d quarter turns: %g, %g; want %g", q, sf, cf, want)
		}
	}
}
