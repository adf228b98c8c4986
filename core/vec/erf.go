package vec

import "math"

// The error function is that of Sun's fdlibm (s_erf.c), rational in four ranges;
// from 1.25 on, with w = 1/x^2,
//
//	erfc(x) = exp(-x^2 - 0.5625 + R(w)/S(w)) / x
var (
	erfP  = [...]float64{1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02, -5.77027029648944159157e-03, -2.37630166566501626084e-05}
	erfQ  = [...]float64{1, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03, 1.32494738004321644526e-04, -3.96022827877536812320e-06}
	erfPa = [...]float64{-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01, 3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03}
	erfQa = [...]float64{1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02, 1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02}
	erfRa = [...]float64{-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01, -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01, -9.81432934416914548592e+00}
	erfSa = [...]float64{1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02, 6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00, -6.04244152148580987438e-02}
	erfRb = [...]float64{-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01, -1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02}
	erfSb = [...]float64{1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03, 3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01}
)

const erfAtOne = 8.45062911510467529297e-01 // erf(1), in float32

// horner is c[0] + x (c[1] + x (c[2] + ..)).
func horner(x float64, c []float64) float64 {
	y := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		y = float64(y*x) + c[i]
	}
	return y
}

// erfNear is erf(x)/x - 1, |x| < 0.84375.
func erfNear(x float64) float64 {
	w := float64(x * x)
	return horner(w, erfP[:]) / horner(w, erfQ[:])
}

// erfMiddle is erf(x) - erfAtOne, 0.84375 <= x < 1.25.
func erfMiddle(x float64) float64 {
	s := x - 1
	return horner(s, erfPa[:]) / horner(s, erfQa[:])
}

// erfcFar is log(x erfcx(x)) + 0.5625, x >= 1.25.
func erfcFar(x float64) float64 {
	w := 1 / float64(x*x)
	if x < 1/0.35 {
		return horner(w, erfRa[:]) / horner(w, erfSa[:])
	}
	return horner(w, erfRb[:]) / horner(w, erfSb[:])
}

// erfcTail is erfc(x), x >= 1.25. The square is taken in two parts, the first exact.
func erfcTail(x float64) float64 {
	if x > 28 {
		return 0
	}
	z := math.Float64frombits(math.Float64bits(x) &^ (1<<32 - 1))
	return Exp64(-float64(z*z)-0.5625) * Exp64(float64((z-x)*(z+x))+erfcFar(x)) / x
}

// Erf64 is (2/sqrt pi) int_0^x exp(-t^2) dt, to 1 ulp over all float64. It is odd to
// the bit.
func Erf64(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a < 0x1p-28: // below, 1 + 2^-56 is 1, and (8 + 8 c) x / 8 a denormal rounded once
		return 0.125 * (float64(8*x) + float64(8*erfP[0]*x))
	case a < 0.84375:
		return x + float64(x*erfNear(x))
	case a < 1.25:
		return copysign64(erfAtOne+erfMiddle(a), x)
	case a < 6:
		return copysign64(1-erfcTail(a), x)
	case x != x:
		return nan64()
	}
	return copysign64(1, x)
}

// Erfc64 is 1 - erf(x) without the cancellation, to 3 ulp.
func Erfc64(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x:
		return nan64()
	case a < 0x1p-56:
		return 1
	case x < 0.25 && a < 0.84375:
		return 1 - (x + float64(x*erfNear(x)))
	case a < 0.84375:
		return 0.5 - ((x - 0.5) + float64(x*erfNear(x)))
	case a < 1.25:
		if x < 0 {
			return 1 + (erfAtOne + erfMiddle(a))
		}
		return (1 - erfAtOne) - erfMiddle(a)
	case x > 0:
		return erfcTail(x)
	case x > -6:
		return 2 - erfcTail(a)
	}
	return 2
}

// Erfcx64 is exp(x^2) erfc(x), to 4 ulp: Mills' ratio of a Gaussian is
// sqrt(pi/2) erfcx(x/sqrt 2). +Inf from -26.7 down.
func Erfcx64(x float64) float64 {
	switch {
	case x != x:
		return nan64()
	case x >= 0x1p53: // and Inf
		return 0.56418958354775628695 / x // 1/sqrt pi
	case x >= 1.25:
		return Exp64(erfcFar(x)-0.5625) / x
	case x < -27:
		return inf64()
	}
	z := math.Float64frombits(math.Float64bits(x) &^ (1<<32 - 1))
	low := float64((x - z) * (x + z)) // x^2 - z^2, small
	e := Exp64(float64(z * z))
	e += float64(e * Expm164(low))
	return float64(e * Erfc64(x))
}
