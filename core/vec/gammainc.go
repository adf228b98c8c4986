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

// Gamma is a variable of a shape, set by Reset, and rate 1: what its quantiles of many
// uniforms, and their slopes, share.
type Gamma struct {
	a, lgamma float64             // log Gamma(a+1)
	psi       float64             // psi(a+1), 0 where it is not known yet
	terms     int                 // of inverse that are known
	inverse   [64]float64         // 1/(a+n), n from 1
	b, db     [len(temme)]float64 // Temme's, of a >= 12, and their derivatives
	g, dg     float64
	slopes    bool // db and dg are known
}

// Reset makes it one of shape a > 0.
func (s *Gamma) Reset(a float64) {
	s.a, s.psi, s.terms, s.slopes = a, 0, 0, false
	switch {
	case a < 1:
		s.lgamma = lgamma1p(a)
	case a < 12:
		s.lgamma = Lgamma64(a + 1)
	default:
		s.temme(false)
	}
}

// part is what is wanted at (a, x): the logarithm of P or of Q with its derivative in log
// x, or the slope -(dP/da) / (dP/dx), which costs more than either.
type part int

const (
	wantP part = iota
	wantQ
	wantSlope
)

// incomplete is log P or log Q and the size of its derivative in log x, or the slope.
type incomplete struct{ l, steep, slope float64 }

// at is a part at 0 < x < Inf; log x is handed in because x may be rounded.
func (s *Gamma) at(x, logx float64, want part) incomplete {
	a := s.a
	mu := (x - a) / a
	if a >= 12 && mu > -0.7 && mu < 1.4 {
		return s.uniform(x, mu, want)
	}
	var logD float64 // log D
	if a < 12 {
		logD = float64(a*logx) - x - s.lgamma
	} else { // x^a e^-x / Gamma(a+1) = exp(-a eta^2/2) / (G sqrt(2 pi a))
		half, _ := gammaEta(mu)
		logD = -float64(a*half) - Log64(s.g*math.Sqrt(float64(2*math.Pi*a)))
	}
	if x < a+1 || a >= 1 && a < 12 && x < float64(1.5*a)+2.5 { // there the series is the shorter, and Q not yet small
		return s.series(x, logD, logx, want)
	}
	return s.fraction(x, logD, logx, want)
}

// digamma is psi(a+1).
func (s *Gamma) digamma() float64 {
	if s.psi == 0 {
		s.psi = Digamma64(s.a + 1)
	}
	return s.psi
}

// over is 1/(a+n).
func (s *Gamma) over(n int) float64 {
	q := 1 / (s.a + float64(n))
	if n == s.terms+1 && n <= len(s.inverse) {
		s.inverse[s.terms] = q
		s.terms++
	}
	return q
}

func (s *Gamma) series(x, logD, logx float64, want part) (r incomplete) {
	a, q := s.a, 0.0
	sum, t, ds, dt := 0.0, 1.0, 0.0, 0.0 // sum is less its first term
	for n := 1; n < 400; n++ {
		if n <= s.terms {
			q = s.inverse[n-1]
		} else {
			q = s.over(n)
		}
		xq := float64(x * q)
		if want == wantSlope {
			dt = float64(xq*dt) - float64(float64(xq*t)*q)
			ds += dt
		}
		t = float64(t * xq)
		sum += t
		if t < 0x1p-56*(1+sum) && (want != wantSlope || -dt <= -0x1p-56*ds) {
			break
		}
	}
	switch want {
	case wantP:
		r.l, r.steep = min(logD+Log1p64(sum), 0), a/(1+sum)
	case wantQ:
		d := Exp64(logD)
		p := min(float64(d*(1+sum)), 1)
		r.l, r.steep = Log1p64(-p), float64(a*d)/(1-p)
	case wantSlope:
		r.slope = -float64(x / a * (float64((1+sum)*(logx-s.digamma())) + ds))
	}
	return r
}

// fraction is taken from its end: as many terms as the least x wants.
func (s *Gamma) fraction(x, logD, logx float64, want part) (r incomplete) {
	a := s.a
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
		if want == wantSlope {
			df = (k/f - 1) + float64(c/f*(df/f))
		}
		f = b - c/f
	}
	switch want {
	case wantQ:
		r.l, r.steep = min(logD+Log64(a/f), 0), f
	case wantP:
		q := min(Exp64(logD+Log64(a/f)), 1)
		r.l, r.steep = Log1p64(-q), float64(q*f)/(1-q)
	case wantSlope: // Q = D a / f, and d(D a)/da = D a (log x - psi(a))
		r.slope = x / f * (logx - (s.digamma() - 1/a) - df/f)
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

// temme finds the b_n and G, and with slopes their derivatives in a.
func (s *Gamma) temme(slopes bool) {
	a, n := s.a, len(temme)
	at := func(x *[len(temme)]float64, i int) float64 {
		if i < n {
			return x[i]
		}
		return 0
	}
	s.b[n-1], s.db[n-1] = 0, 0
	for i := n - 1; i >= 1; i-- {
		k := float64(i+1) / a
		s.b[i-1] = temme[i] + float64(k*at(&s.b, i+1))
		if slopes {
			s.db[i-1] = float64(k * (at(&s.db, i+1) - at(&s.b, i+1)/a))
		}
	}
	s.g, s.dg, s.slopes = 1+s.b[1]/a, (s.db[1]-s.b[1]/a)/a, slopes
}

func (s *Gamma) uniform(x, mu float64, want part) (r incomplete) {
	a := s.a
	half, ratio := gammaEta(mu)
	eta := float64(mu * ratio)
	if want == wantSlope && !s.slopes {
		s.temme(true)
	}
	var sum, da, de float64
	for i := len(temme) - 2; i >= 0; i-- {
		if want == wantSlope {
			da = float64(da*eta) + s.db[i]
			de = float64(de*eta) + sum
		}
		sum = float64(sum*eta) + s.b[i]
	}
	sum /= s.g
	if want == wantSlope {
		// eta eta' = -mu/a; log(e)' = log(1+mu) - 1/(2a)
		ds := (da - float64(de/(ratio*a)) - float64(sum*s.dg)) / s.g
		r.slope = float64(x/a*s.g) * (1/ratio - float64(0.5*eta) + float64(sum*(Log1p64(mu)-0.5/a)) + ds)
		return r
	}
	e := Exp64(-float64(a*half)) / math.Sqrt(float64(2*math.Pi*a))
	w, rate := float64(eta*math.Sqrt(a/2)), float64(e*a)/s.g
	lower := want == wantP
	var p float64 // P below, Q above: the one that is not near 1
	if w < 0 {
		p = float64(0.5*Erfc64(-w)) - float64(e*sum)
	} else {
		p = float64(0.5*Erfc64(w)) + float64(e*sum)
	}
	if lower == (w < 0) {
		r.l, r.steep = Log64(p), rate/p
	} else {
		r.l, r.steep = Log1p64(-p), rate/(1-p)
	}
	return r
}

// GammaP64 is the regularised incomplete gamma function P(a,x), the probability that a
// Gamma variable of shape a and rate 1 is at most x, for shapes 1e-6 to 1e6: to 1e-12
// of itself where it is above 1e-45. NaN of a bad argument.
func GammaP64(a, x float64) float64 { return gammaPart(a, x, 0, wantP) }

// GammaQ64 is 1 - P(a,x), to 1e-11 max(1, 1e-3/a) of itself where it is above 1e-45.
func GammaQ64(a, x float64) float64 { return gammaPart(a, x, 1, wantQ) }

// gammaPart is P or Q, of which at0 is the value at x = 0.
func gammaPart(a, x, at0 float64, want part) float64 {
	switch {
	case !(a > 0) || !(x >= 0) || a > math.MaxFloat64:
		return nan64()
	case x == 0:
		return at0
	case x > math.MaxFloat64:
		return 1 - at0
	}
	var g Gamma
	g.Reset(a)
	return Exp64(g.at(x, Log64(x), want).l)
}

// GammaSlope64 is the derivative in the shape of a Gamma variable of rate 1 with its
// uniform held, dx/da = -(dP/da)/(dP/dx) at 0 <= x < Inf: what reparameterises it
// implicitly. To 2e-13 max(1, 1e-3/a) of itself.
//
// Figurnov, Mohamed and Mnih 2018 (1805.08498).
func GammaSlope64(a, x float64) float64 {
	if !(a > 0) || a > math.MaxFloat64 {
		return nan64()
	}
	var g Gamma
	g.Reset(a)
	return g.Slope(x)
}

// Slope is GammaSlope64 of the shape at x.
func (s *Gamma) Slope(x float64) float64 {
	switch {
	case !(x >= 0) || x > math.MaxFloat64:
		return nan64()
	case x == 0:
		return 0
	}
	return s.at(x, Log64(x), wantSlope).slope
}

// quantileSteps is more than the method needs anywhere in the tested range.
const quantileSteps = 24

// GammaQuantile64 is the x with P(a,x) = u, 0 < u < 1, a > 0: a Gamma variable of shape a
// and rate 1 from one uniform, to 2e-13 max(1, 1e-3/a) of itself for shapes 1e-6 to 1e6. It is 0 where x is below the least float64, as nearly all
// draws are at shapes far below 1e-3; NaN of a bad argument.
func GammaQuantile64(a, u float64) float64 {
	if !(a > 0) || a > math.MaxFloat64 {
		return nan64()
	}
	var g Gamma
	g.Reset(a)
	return g.Quantile(u)
}

// Quantile is GammaQuantile64 of the shape.
func (s *Gamma) Quantile(u float64) float64 { return s.quantile(u, 0x1p-18, 0x1p-26) }

// Quantile32 is Quantile to 2^-27 of itself: what a float32 can show, and cheaper.
func (s *Gamma) Quantile32(u float64) float64 { return s.quantile(u, 0x1p-8, 0x1p-14) }

// quantile is by Halley's method in log x on log P below the median and on log Q above,
// and by Newton's where that is far: both are concave, so that Newton's converges from
// any start, from one side after the first step. With c = f”/f' and f/f' the step of
// Newton's, Halley's is that over 1 - c f/(2 f'). The start is Wilson and Hilferty's from
// shape 1 on and the leading terms of P or Q below. A step that is less than near, of
// Halley's, or nearer, of Newton's, is the last.
func (s *Gamma) quantile(u, near, nearer float64) float64 {
	a := s.a
	if !(u > 0 && u < 1) {
		return nan64()
	}
	lower, split := u <= 0.5, 0.5
	var y float64 // log x
	if a < 1 {
		split = 1 - float64(a*(0.253+float64(0.12*a)))
		if lower = u < split; lower {
			y = (Log64(u) + s.lgamma) / a // P <= x^a / Gamma(a+1): never above
			if y < -40 {
				return Exp64(y)
			}
		} else {
			y = Log64(1 - Log64((1-u)/(1-split)))
		}
	} else {
		h := math.Sqrt(1/a) / 3
		c := (1 - float64(h*h)) + float64(h*normalStart(u))
		y = Log64(a) + float64(3*Log64(max(c, 0.02)))
		if a < 12 && c < 0.5 {
			y = max(y, (Log64(u)+s.lgamma)/a)
		}
	}
	want, target := wantP, 0.0
	if lower {
		target = Log64(u)
	} else {
		want, target = wantQ, Log64(1-u)
	}
	x := Exp64(y)
	for range quantileSteps {
		r := s.at(x, y, want)
		newton, c := (target-r.l)/r.steep, (a-x)-r.steep
		if !lower {
			newton, c = -newton, (a-x)+r.steep
		}
		step, last := min(max(newton, -8), 8), nearer
		if bend := float64(newton * c); math.Abs(newton) < 0.25 && math.Abs(bend) < 0.5 {
			step, last = newton/(1+float64(0.5*bend)), near
		}
		y += step
		if math.Abs(step)*(1+r.steep+math.Abs(c)) < last { // these bound the curvature
			x *= 1 + float64(step*(1+float64(step*(0.5+float64(step/6)))))
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
