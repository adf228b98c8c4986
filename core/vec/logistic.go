package vec

import "math"

// Tanh64 is the hyperbolic tangent, to 3 ulp over all float64, by
// e = expm1(2|x|), e/(e+2). It is odd to the bit.
func Tanh64(x float64) float64 {
	a := math.Abs(x)
	if !(a < 22) {
		if x != x {
			return nan64()
		}
		return copysign64(1, x)
	}
	e := Expm164(2 * a)
	return copysign64(e/(e+2), x)
}

// Tanh32 is the hyperbolic tangent, to 3 ulp over all float32. It is odd to the bit.
func Tanh32(x float32) float32 {
	a := abs32(x)
	if !(a < 10) {
		if x != x {
			return nan32()
		}
		return copysign32(1, x)
	}
	e := Expm132(2 * a)
	return copysign32(e/(e+2), x)
}

// Sigmoid64 is 1/(1+e^-x), to 3 ulp over all float64.
func Sigmoid64(x float64) float64 {
	e := Exp64(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// Sigmoid32 is 1/(1+e^-x), to 3 ulp over all float32.
func Sigmoid32(x float32) float32 {
	e := Exp32(-abs32(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// Softplus64 is log(1+e^x), to 3 ulp over all float64, as
// max(x, 0) + log1p(e^-|x|).
func Softplus64(x float64) float64 {
	l := Log1p64(Exp64(-math.Abs(x)))
	if x > 0 {
		return x + l
	}
	return l
}

// Softplus32 is log(1+e^x), to 2 ulp over all float32.
func Softplus32(x float32) float32 {
	l := Log1p32(Exp32(-abs32(x)))
	if x > 0 {
		return x + l
	}
	return l
}
