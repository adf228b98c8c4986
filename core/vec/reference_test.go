package vec

import (
	"math"
	"math/big"
)

// The reference: series in 300-bit arithmetic, and nothing of package math.

const prec = 300

func bigf(x float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(x) }
func zero() *big.Float          { return new(big.Float).SetPrec(prec) }

func bigConst(s string) *big.Float {
	f, _, err := big.ParseFloat(s, 10, prec, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	return f
}

// To 100 digits: OEIS A002162 and A000796.
var (
	bigLn2 = bigConst("0.6931471805599453094172321214581765680755001343602552541206800094933936219696947156058633269964186875")
	bigPi  = bigConst("3.1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679")
)

// series adds term(n) for n = 0, 1, ... until they no longer count.
func series(term func(n int) *big.Float) *big.Float {
	sum := zero()
	for n := 0; ; n++ {
		t := term(n)
		if t.Sign() == 0 {
			return sum
		}
		sum.Add(sum, t)
		if sum.Sign() != 0 && t.MantExp(nil) < sum.MantExp(nil)-prec {
			return sum
		}
	}
}

func bigExpm1(x *big.Float) *big.Float {
	// x = n ln 2 + r; expm1(x) = 2^n (expm1(r) + 1) - 1
	q, _ := zero().Quo(x, bigLn2).Float64()
	n := int(math.RoundToEven(q))
	r := zero().Sub(x, zero().Mul(bigf(float64(n)), bigLn2))
	t := bigf(1)
	p := series(func(i int) *big.Float {
		t.Mul(t, r)
		t.Quo(t, bigf(float64(i+1)))
		return zero().Set(t)
	})
	if n == 0 {
		return p
	}
	p.Add(p, bigf(1))
	p.SetMantExp(p, n)
	return p.Sub(p, bigf(1))
}

func bigExp(x *big.Float) *big.Float {
	half := zero().Quo(x, bigf(2)) // expm1 + 1 loses nothing unless x is very negative
	e := bigExpm1(half)
	if x.Sign() < 0 {
		e = bigExpm1(half.Neg(half))
		e.Add(e, bigf(1))
		e.Mul(e, e)
		return e.Quo(bigf(1), e)
	}
	e.Add(e, bigf(1))
	return e.Mul(e, e)
}

func bigLog(x *big.Float) *big.Float {
	m := zero()
	e := x.MantExp(m) // m in [1/2, 1)
	if v, _ := m.Float64(); v < math.Sqrt2/2 {
		m.SetMantExp(m, 1)
		e--
	}
	l := bigLog1p(m.Sub(m, bigf(1)))
	return l.Add(l, zero().Mul(bigf(float64(e)), bigLn2))
}

func bigLog1p(x *big.Float) *big.Float {
	if v, _ := x.Float64(); v < -0.3 || v > 0.5 {
		return bigLog(zero().Add(x, bigf(1)))
	}
	s := zero().Quo(x, zero().Add(x, bigf(2)))
	w := zero().Mul(s, s)
	t := zero().Set(s)
	l := series(func(i int) *big.Float {
		v := zero().Quo(t, bigf(float64(2*i+1)))
		t.Mul(t, w)
		return v
	})
	return l.Mul(l, bigf(2))
}

func bigTanh(x *big.Float) *big.Float {
	e := bigExpm1(zero().Mul(x, bigf(2)))
	return zero().Quo(e, zero().Add(e, bigf(2)))
}

func bigSigmoid(x *big.Float) *big.Float {
	e := bigExp(zero().Neg(x))
	return zero().Quo(bigf(1), e.Add(e, bigf(1)))
}

func bigSoftplus(x *big.Float) *big.Float { return bigLog1p(bigExp(x)) }

// bigSinCos2Pi takes |u| <= 1: the series converges without reduction.
func bigSinCos2Pi(u *big.Float) (sin, cos *big.Float) {
	a := zero().Mul(zero().Mul(u, bigf(2)), bigPi)
	w := zero().Mul(a, a)
	w.Neg(w)
	power := func(t *big.Float, first int) *big.Float {
		return series(func(i int) *big.Float {
			v := zero().Set(t)
			t.Mul(t, w)
			t.Quo(t, bigf(float64((2*i+first)*(2*i+first+1))))
			return v
		})
	}
	return power(zero().Set(a), 2), power(bigf(1), 1)
}

// ulps is |got - want| in units of the spacing of float64 at want.
func ulps(got float64, want *big.Float) float64 {
	inf, _ := want.Float64()
	if math.IsInf(inf, 0) {
		if got == inf {
			return 0
		}
		return math.Inf(1)
	}
	if math.IsNaN(got) || math.IsInf(got, 0) {
		return math.Inf(1)
	}
	d := zero().Sub(bigf(got), want)
	d.SetMantExp(d, -max(want.MantExp(nil)-53, -1074))
	v, _ := d.Float64()
	return math.Abs(v)
}

// ulps32 is |got - want| in units of the spacing of float32 at want.
func ulps32(got float32, want float64) float64 {
	if math.IsNaN(want) {
		if math.IsNaN(float64(got)) {
			return 0
		}
		return math.Inf(1)
	}
	if float32(want) == got {
		return 0 // also both infinite
	}
	if math.IsNaN(float64(got)) || math.IsInf(float64(got), 0) {
		return math.Inf(1)
	}
	_, e := math.Frexp(want)
	return math.Abs(math.Ldexp(float64(got)-want, -max(e-24, -149)))
}
