package vec

import "math"

// The logarithm is that of Sun's fdlibm (e_log.c) and of FreeBSD's msun
// (e_logf.c): x = 2^k m, m in [sqrt(1/2), sqrt(2)), f = m - 1, s = f/(2+f) and
// log(m) = f - (f^2/2 - s (f^2/2 + R(s^2))), where R is a minimax polynomial
// with |error| < 2^-58 (2^-34).
const (
	logR1 = 6.666666666666735130e-01
	logR2 = 3.999999999940941908e-01
	logR3 = 2.857142874366239149e-01
	logR4 = 2.222219843214978396e-01
	logR5 = 1.818357216161805012e-01
	logR6 = 1.531383769920937332e-01
	logR7 = 1.479819860511658591e-01

	logR1f = 0xaaaaaa.0p-24
	logR2f = 0xccce13.0p-25
	logR3f = 0x91e9ee.0p-25
	logR4f = 0xf89e26.0p-26

	// ln 2 in two parts for float32; k times the first is exact.
	logLn2Hi32 = 6.9313812256e-01
	logLn2Lo32 = 9.0580006145e-06

	sqrtHalf64 = 0x3fe6a09e667f3bcd // bits of sqrt(1/2)
	sqrtHalf32 = 0x3f3504f3
)

func logR64(z float64) float64 {
	w := float64(z * z)
	a := float64(w * (logR2 + float64(w*(logR4+float64(w*logR6)))))
	b := float64(z * (logR1 + float64(w*(logR3+float64(w*(logR5+float64(w*logR7)))))))
	return a + b
}

func logR32(z float32) float32 {
	w := float32(z * z)
	a := float32(w * (logR2f + float32(w*logR4f)))
	b := float32(z * (logR1f + float32(w*logR3f)))
	return a + b
}

// Log64 is the natural logarithm, to 1 ulp over all positive float64; -Inf at
// zero of either sign, NaN below.
func Log64(x float64) float64 {
	var k int64
	b := math.Float64bits(x)
	if b-1<<52 >= 0x7ff0000000000000-1<<52 { // zero, denormal, negative, Inf or NaN
		switch {
		case x == 0:
			return -inf64()
		case !(x > 0):
			return nan64()
		case x > math.MaxFloat64:
			return inf64()
		}
		b = math.Float64bits(float64(x * 0x1p54))
		k = -54
	}
	t := b - sqrtHalf64
	kf := float64(k + int64(t)>>52)
	f := math.Float64frombits(b-t&(0xfff<<52)) - 1
	s := f / (2 + f)
	h := float64(float64(0.5*f) * f)
	u := float64(s*(h+logR64(float64(s*s)))) + float64(kf*ln2Lo64)
	return float64(kf*ln2Hi64) - ((h - u) - f)
}

// Log32 is the natural logarithm, to 1 ulp over all positive float32; -Inf at
// zero of either sign, NaN below.
func Log32(x float32) float32 {
	var k int32
	b := math.Float32bits(x)
	if b-1<<23 >= 0x7f800000-1<<23 {
		switch {
		case x == 0:
			return -inf32()
		case !(x > 0):
			return nan32()
		case x > math.MaxFloat32:
			return inf32()
		}
		b = math.Float32bits(float32(x * 0x1p25))
		k = -25
	}
	t := b - sqrtHalf32
	kf := float32(k + int32(t)>>23)
	f := math.Float32frombits(b-t&(0x1ff<<23)) - 1
	s := f / (2 + f)
	h := float32(float32(0.5*f) * f)
	u := float32(s*(h+logR32(float32(s*s)))) + float32(kf*logLn2Lo32)
	return float32(kf*logLn2Hi32) - ((h - u) - f)
}

// Log1p64 is log(1+x), to 2 ulp over all float64 above -1; -Inf at -1, NaN below.
//
// u = 1 + x rounds off a residue c, which moves log(1+f) by c/(1+f); where
// 1 + x needs no power of two, f is x itself and nothing is lost.
func Log1p64(x float64) float64 {
	switch {
	case !(x > -1):
		if x == -1 {
			return -inf64()
		}
		return nan64()
	case x > math.MaxFloat64:
		return inf64()
	case math.Abs(x) < 0x1p-54:
		return x
	}
	var kf, c float64
	f := x
	if x < -0x1.2bec333018866p-2 || x > 0x1.a827999fcef32p-2 { // sqrt(1/2) - 1, sqrt(2) - 1
		u := 1 + x
		if x < 1 {
			c = (x - (u - 1)) / u
		} else {
			c = (1 - (u - x)) / u
		}
		b := math.Float64bits(u)
		t := b - sqrtHalf64
		kf = float64(int64(t) >> 52)
		f = math.Float64frombits(b-t&(0xfff<<52)) - 1
	}
	s := f / (2 + f)
	h := float64(float64(0.5*f) * f)
	v := float64(s*(h+logR64(float64(s*s)))) + (float64(kf*ln2Lo64) + c)
	return float64(kf*ln2Hi64) - ((h - v) - f)
}

// Log1p32 is log(1+x), to 1 ulp over all float32 above -1; -Inf at -1, NaN
// below. It is Log1p64 in float32.
func Log1p32(x float32) float32 {
	switch {
	case !(x > -1):
		if x == -1 {
			return -inf32()
		}
		return nan32()
	case x > math.MaxFloat32:
		return inf32()
	case abs32(x) < 0x1p-25:
		return x
	}
	var kf, c float32
	f := x
	if x < -0x1.2bec34p-2 || x > 0x1.a8279ap-2 {
		u := 1 + x
		if x < 1 {
			c = (x - (u - 1)) / u
		} else {
			c = (1 - (u - x)) / u
		}
		b := math.Float32bits(u)
		t := b - sqrtHalf32
		kf = float32(int32(t) >> 23)
		f = math.Float32frombits(b-t&(0x1ff<<23)) - 1
	}
	s := f / (2 + f)
	h := float32(float32(0.5*f) * f)
	v := float32(s*(h+logR32(float32(s*s)))) + (float32(kf*logLn2Lo32) + c)
	return float32(kf*logLn2Hi32) - ((h - v) - f)
}
