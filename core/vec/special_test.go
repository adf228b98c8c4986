package vec

import (
	"math"
	"testing"
)

func TestSpecialValues(t *testing.T) {
	inf, nan, zero := math.Inf(1), nan64(), math.Copysign(0, -1)
	for name, c := range map[string]struct {
		f64 func(float64) float64
		f32 func(float32) float32
		at  [][2]float64 // argument, result
	}{
		"exp":      {Exp64, Exp32, [][2]float64{{inf, inf}, {-inf, 0}, {0, 1}, {zero, 1}, {1e6, inf}, {-1e6, 0}}},
		"expm1":    {Expm164, Expm132, [][2]float64{{inf, inf}, {-inf, -1}, {0, 0}, {zero, zero}, {1e6, inf}, {-1e6, -1}}},
		"log":      {Log64, Log32, [][2]float64{{inf, inf}, {0, -inf}, {zero, -inf}, {1, 0}, {-1, nan}, {-inf, nan}}},
		"log1p":    {Log1p64, Log1p32, [][2]float64{{inf, inf}, {0, 0}, {zero, zero}, {-1, -inf}, {-2, nan}, {-inf, nan}}},
		"tanh":     {Tanh64, Tanh32, [][2]float64{{inf, 1}, {-inf, -1}, {0, 0}, {zero, zero}, {1e3, 1}}},
		"sigmoid":  {Sigmoid64, Sigmoid32, [][2]float64{{inf, 1}, {-inf, 0}, {0, 0.5}, {zero, 0.5}}},
		"softplus": {Softplus64, Softplus32, [][2]float64{{inf, inf}, {-inf, 0}, {1e6, 1e6}, {-1e6, 0}}},
	} {
		check := func(x, got, want float64) {
			if math.Float64bits(got) != math.Float64bits(want) {
				t.Errorf("%s(%g) is %g (%#x), want %g", name, x, got, math.Float64bits(got), want)
			}
		}
		// A NaN of any sign and payload becomes the one NaN.
		at := append(c.at, [2]float64{nan, nan}, [2]float64{math.Float64frombits(0xfff8000000000123), nan})
		for _, p := range at {
			check(p[0], c.f64(p[0]), p[1])
			check(p[0], float64(c.f32(float32(p[0]))), p[1])
		}
		if got := math.Float32bits(c.f32(math.Float32frombits(0xffc01234))); got != 0x7fc00000 {
			t.Errorf("%s: float32 NaN became %#x", name, got)
		}
	}
	for _, u := range []float64{inf, -inf, nan, 0x1p50} {
		s, c := SinCos2Pi64(u)
		if math.Float64bits(s) != 0x7ff8000000000000 || math.Float64bits(c) != 0x7ff8000000000000 {
			t.Errorf("sin, cos of %g turns: %g, %g", u, s, c)
		}
	}
}

func TestShape(t *testing.T) {
	// Monotone where it must be, at the seams of the reductions.
	for _, x := range []float64{math.Ln2 / 2, 3 * math.Ln2 / 2, 22, 38, -38, 709, -708, -745, 0x1p-54} {
		for name, f := range map[string]func(float64) float64{"exp": Exp64, "expm1": Expm164, "tanh": Tanh64, "softplus": Softplus64} {
			if a, b := f(x*(1-1e-14)), f(x*(1+1e-14)); (a > b) != (x < 0) && a != b {
				t.Errorf("%s is not monotone at %g: %g, %g", name, x, a, b)
			}
		}
		if a, b := Tanh64(x), Tanh64(-x); a != -b {
			t.Errorf("tanh(%g) is %g but %g mirrored", x, a, b)
		}
	}
}
