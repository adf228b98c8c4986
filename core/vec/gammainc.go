package vec

import "math"

// The incomplete gamma function P(a,x) and its complement Q are computed in one of three
// ways, each of which also gives the derivative in a:
//
//	series      P = D sum_n x^n / ((a+1)..(a+n))                                x < a+1
//	fraction    Q = a D / (x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ..)))        x > a+1
//	uniform     P = erfc(-eta sqrt(a/2))/2 - R                                  a >= 12, 0.3 a < x < 2.4 a
//
// with D = x^a e^-x / Gamma(a+1) and eta^2/2 = l - 1 - log l, eta of the sign of l - 1,
// l = x/a. The last is Temme's: R = exp(-a eta^2/2) / sqrt(2 pi a) S, and
//
//	eta S - S'/a = eta / ((l-1) G) - 1,  G = Gamma(a) sqrt(a/(2 pi)) (e/a)^a
//
// so that the coefficients of S = sum_n b_n eta^n / G follow from those of
// eta/(l-1) = sum_n d_n eta^n downwards, b_(n-1) = d_n + (n+1) b_(n+1)/a, and G = 1 + b_1/a
// (Gil, Segura and Temme, SIAM J. Sci. Comput. 34, 2012, section 2.3).
var temme = [...]float64{
	1, -0.33333333333333331, 0.083333333333333329, -0.014814814814814815,
	0.0011574074074074073, 0.00035273368606701942, -0.0001787551440329218, 3.9192631785224377e-05,
	-2.185448510679992e-06, -1.85406221071516e-06, 8.2967113409530865e-07, -1.7665952736826078e-07,
	6.7078535434014984e-09, 1.0261809784240309e-08, -4.3820360184533529e-09, 9.1476995822367902e-10,
	-2.5514193994946248e-11, -5.8307721325504256e-11, 2.4361948020667415e-11, -5.0276692801141755e-12,
	1.1004392031956135e-13, 3.3717632624009851e-13, -1.3923887224181621e-13, 2.8534893807047445e-14,
	-5.1391118342425723e-16, -1.9752288294349442e-15, 8.0995211567045613e-16, -1.6522531216398162e-16,
}

// incomplete is what one of the ways gives at (a, x).
type incomplete struct {
	lp, lq float64 // log P and log Q
	rate   float64 // a D = x dP/dx
	slope  float64 // -(dP/da) / (dP/dx)
}

// gammaAt computes all at 0 < x < Inf; log x is handed in because x may be rounded. The
// slope costs more than the rest, so that it is computed only where it is wanted.
func gammaAt(a, x, logx float64, slope bool) incomplete {
	mu := (x - a) / a
	if a >= 12 && mu > -0.7 && mu < 1.4 {
		return gammaUniform(a, x, mu, slope)
	}
	var logD float64 // log D
	if a < 1 {
		logD = float64(a*logx) - x - lgamma1p(a)
	} else if a < 12 {
		logD = float64(a*logx) - x - Lgamma64(a+1)
	} else { // x^a e^-x / Gamma(a+1) = exp(-a eta^2/2) / (G sqrt(2 pi a))
		half, _ := gammaEta(mu)
		_, g := temmeSum(a, 0, nil)
		logD = -float64(a*half) - Log64(g*math.Sqrt(float64(2*math.Pi*a)))
	}
	if x < a+1 {
		return gammaSeries(a, x, logD, logx, slope)
	}
	return gammaFraction(a, x, logD, logx, slope)
}

func gammaSeries(a, x, logD, logx float64, slope bool) (r incomplete) {
	s, t, ds, dt := 0.0, 1.0, 0.0, 0.0 // s is the sum less its first term
	for n := 1; n < 400; n++ {
		q := 1 / (a + float64(n))
		xq := float64(x * q)
		dt = float64(xq*dt) - float64(float64(xq*t)*q)
		t = float64(t * xq)
		s += t
		ds += dt
		if t < 0x1p-56*(1+s) && (!slope || -dt <= -0x1p-56*ds) {
			break
		}
	}
	r.lp = logD + Log1p64(s)
	if r.lp > 0 {
		r.lp = 0
	}
	r.lq = Log64(-Expm164(r.lp))
	r.rate = float64(a * Exp64(logD))
	if slope {
		l := logx - Digamma64(a+1)
		r.slope = -float64(x / a * (float64((1+s)*l) + ds))
	}
	return r
}

// gammaFraction takes the fraction from its end: as many terms as the least x wants.
func gammaFraction(a, x, logD, logx float64, slope bool) (r incomplete) {
	last := 20 + int(200/x)
	if a > 1 {
		last = 40 + int(float64(8*a)/(x-a)) // slow next to x = a
	}
	b := x + float64(2*last+1) - a
	f, df := b, -1.0
	for n := last; n >= 1; n-- {
		k := float64(n)
		c := float64(k * (k - a))
		b -= 2
		if slope {
			df = (k/f - 1) + float64(c/f*(df/f))
		}
		f = b - c/f
	}
	r.lq = logD + Log64(a/f)
	if r.lq > 0 {
		r.lq = 0
	}
	r.lp = Log1p64(-Exp64(r.lq))
	r.rate = float64(a * Exp64(logD))
	if slope { // Q = D a / f, and d(D a)/da = D a (log x - psi(a))
		r.slope = x / f * (logx - Digamma64(a) - df/f)
	}
	return r
}

// gammaEta is eta^2/2 = mu - log(1+mu) and eta/mu.
func gammaEta(mu float64) (half, ratio float64) {
	if mu < -0.4 || mu > 0.6 {
		half = mu - Log1p64(mu)
		return half, math.Sqrt(2*half) / math.Abs(mu)
	}
	// log(1+mu) = 2 atanh(s), s = mu/(2+mu); mu - 2s = mu s
	s := mu / (2 + mu)
	w, q := float64(s*s), 0.0
	for n := 14; n >= 1; n-- { // 1/3 + w/5 + ..
		q = float64(q*w) + 1/float64(2*n+1)
	}
	c := (1 - 2*float64(s*q)/(2+mu)) / (2 + mu) // eta^2 / (2 mu^2)
	return float64(float64(mu*mu) * c), math.Sqrt(2 * c)
}

// temmeSum is sum_n b_n eta^n and G; into d, where it is wanted, go the sum's derivatives
// in a and in eta and G's in a.
func temmeSum(a, eta float64, d *[3]float64) (sum, g float64) {
	const n = len(temme)
	var b, db [n + 2]float64
	for i := n - 1; i >= 1; i-- {
		k := float64(i+1) / a
		b[i-1] = temme[i] + float64(k*b[i+1])
		if d != nil {
			db[i-1] = float64(k * (db[i+1] - b[i+1]/a))
		}
	}
	var da, de float64
	for i := n - 2; i >= 0; i-- {
		if d != nil {
			da = float64(da*eta) + db[i]
			de = float64(de*eta) + sum
		}
		sum = float64(sum*eta) + b[i]
	}
	if d != nil {
		*d = [3]float64{da, de, (db[1] - b[1]/a) / a}
	}
	return sum, 1 + b[1]/a
}

func gammaUniform(a, x, mu float64, slope bool) (r incomplete) {
	half, ratio := gammaEta(mu)
	eta := float64(mu * ratio)
	var d [3]float64
	var want *[3]float64
	if slope {
		want = &d
	}
	s, g := temmeSum(a, eta, want)
	s /= g
	e := Exp64(-float64(a*half)) / math.Sqrt(float64(2*math.Pi*a))
	w := float64(eta * math.Sqrt(a/2))
	p, q := float64(0.5*Erfc64(-w))-float64(e*s), float64(0.5*Erfc64(w))+float64(e*s)
	if w < 0 {
		r.lp, r.lq = Log64(p), Log1p64(-p)
	} else {
		r.lp, r.lq = Log1p64(-q), Log64(q)
	}
	r.rate = float64(e*a) / g
	if slope {
		// eta eta' = -mu/a; log(e)' = log(1+mu) - 1/(2a)
		ds := (d[0] - float64(d[1]/(ratio*a)) - float64(s*d[2])) / g
		r.slope = float64(x/a*g) * (1/ratio - float64(0.5*eta) + float64(s*(Log1p64(mu)-0.5/a)) + ds)
	}
	return r
}

// GammaP64 is the regularised incomplete gamma function P(a,x), the probability that a
// Gamma variable of shape a and rate 1 is at most x, for shapes 1e-6 to 1e6: to 1e-12
// of itself where it is above 1e-45. NaN of a bad argument.
func GammaP64(a, x float64) float64 {
	p, _ := gammaPQ(a, x)
	return p
}

// GammaQ64 is 1 - P(a,x), to 1e-11 max(1, 1e-3/a) of itself where it is above 1e-45.
func GammaQ64(a, x float64) float64 {
	_, q := gammaPQ(a, x)
	return q
}

func gammaPQ(a, x float64) (p, q float64) {
	switch {
	case !(a > 0) || !(x >= 0) || a > math.MaxFloat64:
		return nan64(), nan64()
	case x == 0:
		return 0, 1
	case x > math.MaxFloat64:
		return 1, 0
	}
	r := gammaAt(a, x, Log64(x), false)
	return Exp64(r.lp), Exp64(r.lq)
}

// GammaSlope64 is the derivative in the shape of a Gamma variable of rate 1 with its
// uniform held, dx/da = -(dP/da)/(dP/dx) at 0 <= x < Inf: what reparameterises it
// implicitly. To 2e-13 max(1, 1e-3/a) of itself.
//
// Figurnov, Mohamed and Mnih 2018 (1805.08498).
func GammaSlope64(a, x float64) float64 {
	switch {
	case !(a > 0) || !(x >= 0) || a > math.MaxFloat64 || x > math.MaxFloat64:
		return nan64()
	case x == 0:
		return 0
	}
	return gammaAt(a, x, Log64(x), true).slope
}

// quantileSteps is more than Newton's method needs anywhere in the tested range.
const quantileSteps = 24

// GammaQuantile64 is the x with P(a,x) = u, 0 < u < 1, a > 0: a Gamma variable of shape a
// and rate 1 from one uniform, to 2e-13 max(1, 1e-3/a) of itself for shapes 1e-6 to 1e6. It is 0 where x is below the least float64, as nearly all
// draws are at shapes far below 1e-3; NaN of a bad argument.
//
// Newton's method in log x on log P below the median and on log Q above: both are
// concave, so that it converges from any start, from one side after the first step. The
// start is Wilson and Hilferty's from shape 1 on and the leading terms of P or Q below.
func GammaQuantile64(a, u float64) float64 {
	if !(a > 0) || !(u > 0 && u < 1) || a > math.MaxFloat64 {
		return nan64()
	}
	lower, split := u <= 0.5, 0.5
	var y float64 // log x
	if a < 1 {
		split = 1 - float64(a*(0.253+float64(0.12*a)))
		if lower = u < split; lower {
			y = (Log64(u) + lgamma1p(a)) / a // P <= x^a / Gamma(a+1): never above
			if y < -40 {
				return Exp64(y)
			}
		} else {
			y = Log64(1 - Log64((1-u)/(1-split)))
		}
	} else {
		s := math.Sqrt(1/a) / 3
		c := (1 - float64(s*s)) + float64(s*normalStart(u))
		y = Log64(a) + float64(3*Log64(max(c, 0.02)))
		if least := (Log64(u) + Lgamma64(a+1)) / a; y < least && a < 12 {
			y = least
		}
	}
	target := Log64(u)
	if !lower {
		target = Log64(1 - u)
	}
	x := Exp64(y)
	for range quantileSteps {
		r := gammaAt(a, x, y, false)
		over, steep := r.lp-target, r.rate/Exp64(r.lp)
		if !lower {
			over, steep = target-r.lq, r.rate/Exp64(r.lq)
		}
		step := min(max(-over/steep, -8), 8)
		y += step
		if math.Abs(step)*(1+steep) < 0x1p-26 { // steep bounds the curvature: the next is below 2^-53
			x *= 1 + step + float64(0.5*float64(step*step))
			break
		}
		x = Exp64(y)
	}
	return x
}

// normalStart is a standard normal quantile to 0.003 (Abramowitz and Stegun 26.2.22).
func normalStart(u float64) float64 {
	t := math.Sqrt(-2 * Log64(min(u, 1-u)))
	z := (2.30753+float64(0.27061*t))/(1+float64(t*(0.99229+float64(0.04481*t)))) - t
	if u > 0.5 {
		return -z
	}
	return z
}
