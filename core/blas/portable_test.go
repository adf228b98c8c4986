package blas

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// fmaBig is x*y + z in exact arithmetic, rounded once; the operands are finite.
func fmaBig(x, y, z float32) float32 {
	b := func(v float32) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(float64(v)) }
	s := b(x)
	s.Mul(s, b(y))
	s.Add(s, b(z))
	f, _ := s.Float32()
	return f
}

// TestFMA32 compares with exact arithmetic where rounding twice goes wrong:
// sums next to the middle of two float32 values, normal and denormal, and
// overflow.
func TestFMA32(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	naive, n := 0, 0
	check := func(x, y, z float32) {
		if x*y == 0 && z == 0 { // big.Float has its own rule for signs of zero
			return
		}
		want, got := fmaBig(x, y, z), fma32(x, y, z)
		if math.Float32bits(got) != math.Float32bits(want) && (got != 0 || want != 0) {
			t.Fatalf("fma32(%x, %x, %x) is %x, want %x", x, y, z, got, want)
		}
		if float32(float64(x)*float64(y)+float64(z)) != want {
			naive++
		}
		n++
	}
	for range 60000 {
		// z, a product that is half an ulp of z (or of the denormals), and a
		// little more or less: an odd 24-bit factor times a near power of two.
		e := r.IntN(250) - 145
		z := float32(math.Ldexp(float64(1<<23+r.IntN(1<<23)), e-23))
		half := math.Ldexp(0.5, max(e-23, -149))
		x := float32(math.Ldexp(1+float64(r.IntN(3)-1)*0x1p-23, -r.IntN(20)))
		y := float32(half / float64(x))
		s := float32(1 - 2*r.IntN(2))
		check(x, s*y, z)
		check(math.Float32frombits(r.Uint32()&0xbfffffff), math.Float32frombits(r.Uint32()&0xbfffffff), math.Float32frombits(r.Uint32()&0xbfffffff))
		check(float32(math.Ldexp(r.Float64(), r.IntN(40)-80)), float32(math.Ldexp(r.Float64(), r.IntN(40)-80)), float32(math.Ldexp(r.Float64(), -130-r.IntN(20))))
	}
	if naive == 0 {
		t.Errorf("none of %d sums is rounded wrongly by rounding twice: the test is too easy", n)
	}
	inf := float32(math.Inf(1))
	for _, c := range []struct{ x, y, z, want float32 }{
		{inf, 1, 0, inf}, {inf, -1, 5, -inf}, {1, 1, inf, inf}, {math.MaxFloat32, 2, 0, inf}, {math.MaxFloat32, 2, -math.MaxFloat32, math.MaxFloat32},
	} {
		if got := fma32(c.x, c.y, c.z); got != c.want {
			t.Errorf("fma32(%g, %g, %g) is %g, want %g", c.x, c.y, c.z, got, c.want)
		}
	}
	for _, c := range [][3]float32{{inf, 0, 1}, {inf, 1, -inf}, {float32(math.NaN()), 1, 1}} {
		if got := fma32(c[0], c[1], c[2]); got == got {
			t.Errorf("fma32(%v) is %g, want NaN", c, got)
		}
	}
	if z := float32(math.Copysign(0, -1)); math.Float32bits(fma32(z, 1, z)) != 1<<31 || math.Float32bits(fma32(z, 1, 0)) != 0 {
		t.Error("-0 is lost or made")
	}
}
