package vec

// The logarithm of the gamma function is that of Sun's fdlibm (e_lgamma_r.c), rational
// or polynomial in the distance from 1, from its minimum or from 2.
var (
	lgammaA1 = [...]float64{7.72156649015328655494e-02, 6.73523010531292681824e-02, 7.38555086081402883957e-03, 1.19270763183362067845e-03, 2.20862790713908385557e-04, 2.52144565451257326939e-05}
	lgammaA2 = [...]float64{3.22467033424113591611e-01, 2.05808084325167332806e-02, 2.89051383673415629091e-03, 5.10069792153511336608e-04, 1.08011567247583939954e-04, 4.48640949618915160150e-05}
	lgammaT1 = [...]float64{4.83836122723810047042e-01, -3.27885410759859649565e-02, 6.10053870246291332635e-03, -1.40346469989232843813e-03, 3.15632070903625950361e-04}
	lgammaT2 = [...]float64{-1.47587722994593911752e-01, 1.79706750811820387126e-02, -3.68452016781138256760e-03, 8.81081882437654011382e-04, -3.12754168375120860518e-04}
	lgammaT3 = [...]float64{6.46249402391333854778e-02, -1.03142241298341437450e-02, 2.25964780900612472250e-03, -5.38595305356740546715e-04, 3.35529192635519073543e-04}
	lgammaU  = [...]float64{-7.72156649015328655494e-02, 6.32827064025093366517e-01, 1.45492250137234768737e+00, 9.77717527963372745603e-01, 2.28963728064692451092e-01, 1.33810918536787660377e-02}
	lgammaV  = [...]float64{1.0, 2.45597793713041134822e+00, 2.12848976379893395361e+00, 7.69285150456672783825e-01, 1.04222645593369134254e-01, 3.21709242282423911810e-03}
	lgammaS  = [...]float64{-7.72156649015328655494e-02, 2.14982415960608852501e-01, 3.25778796408930981787e-01, 1.46350472652464452805e-01, 2.66422703033638609560e-02, 1.84028451407337715652e-03, 3.19475326584100867617e-05}
	lgammaR  = [...]float64{1.0, 1.39200533467621045958e+00, 7.21935547567138069525e-01, 1.71933865632803078993e-01, 1.86459191715652901344e-02, 7.77942496381893596434e-04, 7.32668430744625636189e-06}
	lgammaW  = [...]float64{4.18938533204672725052e-01, 8.33333333333329678849e-02, -2.77777777728775536470e-03, 7.93650558643019558500e-04, -5.95187557450339963135e-04, 8.36339918996282139126e-04, -1.63092934096575273989e-03}
)

const (
	lgammaAt = 1.46163214496836224576 // where it is least, as float64
	lgammaIs = -1.21486290535849611461e-01
	lgammaLo = -3.63867699703950536541e-18 // what rounding the value lost
)

// lgamma1p is log Gamma(1+y), 0 <= y <= 1: exact where 1+y is not.
func lgamma1p(y float64) float64 {
	switch {
	case y >= 0.7316: // near 2, by 1 - y
		z := 1 - y
		w := float64(z * z)
		return (float64(z*horner(w, lgammaA1[:])) + float64(w*horner(w, lgammaA2[:]))) - float64(0.5*z)
	case y >= 0.2316:
		z := y - (lgammaAt - 1)
		w := float64(z * z)
		v := float64(w * z)
		p := float64(w*horner(v, lgammaT1[:])) - (lgammaLo - float64(v*(horner(v, lgammaT2[:])+float64(z*horner(v, lgammaT3[:])))))
		return lgammaIs + p
	}
	return float64(y*horner(y, lgammaU[:]))/horner(y, lgammaV[:]) - float64(0.5*y)
}

// Lgamma64 is log Gamma(x) of x > 0, to 6 ulp of max(1, |log Gamma|); +Inf at 0, NaN below.
func Lgamma64(x float64) float64 {
	switch {
	case !(x > 0):
		if x == 0 {
			return inf64()
		}
		return nan64()
	case x < 0x1p-70:
		return -Log64(x)
	case x < 1:
		return lgamma1p(x) - Log64(x)
	case x <= 2:
		return lgamma1p(x - 1)
	case x < 8:
		i := float64(int(x))
		y, z := x-i, 1.0
		p := float64(y*horner(y, lgammaS[:])) / horner(y, lgammaR[:])
		for n := i - 1; n >= 2; n-- {
			z *= y + n
		}
		return float64(0.5*y) + p + Log64(z)
	case x < 0x1p58:
		z := 1 / x
		w := float64(lgammaW[0]) + float64(z*horner(float64(z*z), lgammaW[1:]))
		return float64((x-0.5)*(Log64(x)-1)) + w
	}
	return float64(x * (Log64(x) - 1))
}

// Bernoulli numbers B_2n: of log Gamma's asymptotic series, as its derivatives take them.
var bernoulliNumbers = [...]float64{1. / 6, -1. / 30, 1. / 42, -1. / 30, 5. / 66, -691. / 2730, 7. / 6}

// psiFrom is where the series of Digamma64 and Trigamma64 are good to 2^-54.
const psiFrom = 12

// Digamma64 is psi(x) = d log Gamma(x)/dx of x > 0, to 6 ulp of max(1, |psi|); NaN elsewhere.
//
//	psi(x) = log x - 1/(2x) - sum_n B_2n / (2n x^2n),  psi(x) = psi(x+1) - 1/x
func Digamma64(x float64) float64 {
	if !(x > 0) {
		return nan64()
	}
	down, first := 0.0, 1/x // the largest term last
	y := x
	if y < psiFrom {
		for y++; y < psiFrom; y++ {
			down += 1 / y
		}
	} else {
		first = 0
	}
	w := 1 / float64(y*y)
	s := 0.0
	for n := len(bernoulliNumbers); n >= 1; n-- {
		s = float64(w * (s + bernoulliNumbers[n-1]/float64(2*n)))
	}
	return ((Log64(y) - (0.5/y + s)) - down) - first
}

// Trigamma64 is psi'(x) of x > 0, to 6 ulp; NaN elsewhere.
//
//	psi'(x) = 1/x + 1/(2x^2) + sum_n B_2n / x^(2n+1),  psi'(x) = psi'(x+1) + 1/x^2
func Trigamma64(x float64) float64 {
	if !(x > 0) {
		return nan64()
	}
	up, first := 0.0, 1/float64(x*x)
	y := x
	if y < psiFrom {
		for y++; y < psiFrom; y++ {
			up += 1 / float64(y*y)
		}
	} else {
		first = 0
	}
	w := 1 / float64(y*y)
	s := 0.0
	for n := len(bernoulliNumbers) - 1; n >= 0; n-- {
		s = float64(w * (s + bernoulliNumbers[n]))
	}
	return ((1+s+0.5/y)/y + up) + first
}
