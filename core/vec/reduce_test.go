package vec

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// lanes is the specification of a sum, written plainly.
func lanes[T Float](x []T) T {
	var l [8]T
	for i, v := range x {
		l[i%8] += v
	}
	for half := 4; half > 0; half /= 2 {
		for j := range half {
			l[j] += l[j+half]
		}
	}
	return l[0]
}

func TestReductionsAreLanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-1e3, 1e3), 0, 70).Draw(t, "x")
		y := make([]float64, len(x))
		xf, xy, xx := make([]float32, len(x)), make([]float64, len(x)), make([]float32, len(x))
		for i, v := range x {
			y[i] = math.Sqrt(math.Abs(v)) - 3
			xf[i] = float32(v)
			xy[i] = v * y[i]
			xx[i] = xf[i] * xf[i]
		}
		if got, want := Sum(x), lanes(x); got != want {
			t.Fatalf("Sum is %v, want %v", got, want)
		}
		if got, want := Dot(x, y), lanes(xy); got != want {
			t.Fatalf("Dot is %v, want %v", got, want)
		}
		if got, want := SumSq(xf), lanes(xx); got != want {
			t.Fatalf("SumSq is %v, want %v", got, want)
		}
		m := math.Inf(-1)
		for _, v := range x {
			m = math.Max(m, v)
		}
		if got := Max(x); got != m {
			t.Fatalf("Max is %v, want %v", got, m)
		}
	})
}

func TestLogSumExp(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{nil, -inf}, {[]float64{-inf, -inf}, -inf}, {[]float64{0, inf}, inf}, {[]float64{-inf, inf}, inf},
		{[]float64{1, nan, inf}, nan}, {[]float64{-inf, 3}, 3}, {[]float64{-1e308, 1e308}, 1e308},
		{[]float64{5}, 5}, {make([]float64, 64), 6 * math.Ln2},
	} {
		if got := LogSumExp64(c.x); got != c.want && !(got != got && c.want != c.want) {
			t.Errorf("LogSumExp64(%v) is %v, want %v", c.x, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]float64{1e-3, 1, 10, 700}).Draw(t, "size")
		x := rapid.SliceOfN(rapid.Float64Range(-size, size), 1, 100).Draw(t, "x")
		sum := zero()
		for _, v := range x {
			sum.Add(sum, bigExp(bigf(v)))
		}
		want, _ := bigLog(sum).Float64()
		got := LogSumExp64(x)
		n, far := float64(len(x)), math.Abs(want)
		ulp := math.Nextafter(far, math.Inf(1)) - far
		if bound := ulp + (n/8+3*math.Log(n)+6)*0x1p-53; math.Abs(got-want) > bound { // half an ulp is want's own
			t.Fatalf("got %v, want %v within %g", got, want, bound)
		}
	})
}

func TestReductionSpecials(t *testing.T) {
	negZero := math.Copysign(0, -1)
	if b := math.Float64bits(Max([]float64{negZero, negZero})); b != 0 {
		t.Errorf("the largest of negative zeros has bits %#x, want +0", b)
	}
	if b := math.Float64bits(Sum([]float64{negZero})); b != 0 {
		t.Errorf("the sum of a negative zero has bits %#x, want +0", b)
	}
	if b := math.Float64bits(Sum([]float64{math.Inf(1), math.Inf(-1)})); b != 0x7ff8000000000000 {
		t.Errorf("Inf - Inf has bits %#x, want the one NaN", b)
	}
	if v := Max([]float32{1, float32(math.NaN()), 2}); v == v {
		t.Errorf("Max with a NaN is %v", v)
	}
}

func TestSlicesAreScalars(t *testing.T) {
	x := []float64{-3, -0.25, 0, 0.5, 2, 40}
	for _, f := range functions {
		slice := map[string]func(dst, src []float64){"exp": Exp[float64], "expm1": Expm1[float64], "log": Log[float64],
			"log1p": Log1p[float64], "tanh": Tanh[float64], "sigmoid": Sigmoid[float64], "softplus": Softplus[float64]}[f.name]
		got := append([]float64(nil), x...)
		slice(got, got) // in place
		for i, v := range x {
			if math.Float64bits(got[i]) != math.Float64bits(f.f64(v)) {
				t.Errorf("%s(%g) is %g in a slice, %g alone", f.name, v, got[i], f.f64(v))
			}
		}
	}
	y := []float32{1, 2}
	Axpy(0.5, []float32{2, 4}, y)
	Scale(3, y)
	if y[0] != 6 || y[1] != 12 {
		t.Errorf("Axpy and Scale: %v, want [6 12]", y)
	}
}

func TestNoAllocation(t *testing.T) {
	x, y := make([]float32, 100), make([]float64, 100)
	var s float64
	if n := testing.AllocsPerRun(10, func() {
		Exp(x, x)
		Tanh(y, y)
		s += Sum(y) + Dot(y, y) + LogSumExp64(y)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLengthsMustAgree(t *testing.T) {
	defer func() {
		if got := recover(); got != "vec: Exp: slices differ in length: 3 and 4" {
			t.Errorf("panic %v", got)
		}
	}()
	Exp(make([]float64, 3), make([]float64, 4))
}
