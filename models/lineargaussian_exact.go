package models

import (
	"math"

	"github.com/vibench/bench/core/vec"
)

var inf, nan = math.Inf(1), math.NaN()

// Toy is LinearGaussian as numbers: p(z) = N(Mu, I), p(x|z) = N(z, I),
// q(z|x) = N(A x + B, S I), in D dimensions; A is [D,D] row-major. Its methods
// are the closed forms, for one x of D values unless they say otherwise. All
// are in nats; g2 and what rests on it are finite only for S > 1/4.
type Toy struct {
	D        int
	S        float64
	Mu, A, B []float64
}

const (
	log4Pi  = 2.5310242469692907930
	postVar = 0.5 // of the posterior N((x+mu)/2, I/2)
)

// Optimum is the toy at the best (Mu, A, B) for data x [N,D], the same for every
// K: Mu = mean x, A = I/2, B = Mu/2.
func Optimum(x []float64, d int, s float64) Toy {
	t := Toy{D: d, S: s, Mu: make([]float64, d), A: make([]float64, d*d), B: make([]float64, d)}
	for i, v := range x {
		t.Mu[i%d] += v
	}
	for i := range d {
		t.Mu[i] /= float64(len(x) / d)
		t.A[i*d+i] = 0.5
		t.B[i] = t.Mu[i] / 2
	}
	return t
}

// each applies f to the rows of x [N,D].
func (t Toy) each(x []float64, f func(Toy, []float64) float64) []float64 {
	out := make([]float64, len(x)/t.D)
	for n := range out {
		out[n] = f(t, x[n*t.D:(n+1)*t.D])
	}
	return out
}

// LogEvidence is log p(x) = -(D/2) log 4 pi - |x-mu|^2/4.
func (t Toy) LogEvidence(x []float64) float64 {
	s := 0.0
	for i, v := range x {
		d := v - t.Mu[i]
		s += float64(d * d)
	}
	return float64(-0.5*log4Pi*float64(t.D)) - float64(s/4)
}

// Delta is A x + b - (x+mu)/2: how far q's mean lies from the posterior's.
func (t Toy) Delta(x []float64) []float64 {
	d := make([]float64, t.D)
	for i := range d {
		m := t.B[i]
		for j, v := range x {
			m += float64(t.A[i*t.D+j] * v)
		}
		d[i] = m - float64((x[i]+t.Mu[i])/2)
	}
	return d
}

func sumSq(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += float64(v * v)
	}
	return s
}

// KL is KL(q || posterior) = D (s - 1/2 - (1/2) log 2s) + |delta|^2.
func (t Toy) KL(x []float64) float64 {
	return float64(float64(t.D)*(t.S-0.5-float64(0.5*vec.Log64(2*t.S)))) + sumSq(t.Delta(x))
}

// ELBO is log p(x) - KL.
func (t Toy) ELBO(x []float64) float64 { return t.LogEvidence(x) - t.KL(x) }

// ELBOGradient is d/dmu = m - mu, d/dA = -2 delta x', d/db = -2 delta.
func (t Toy) ELBOGradient(x []float64) (mu, a, b []float64) {
	mu, a, b = make([]float64, t.D), make([]float64, t.D*t.D), make([]float64, t.D)
	for i, d := range t.Delta(x) {
		b[i] = -2 * d
		for j, v := range x {
			a[i*t.D+j] = -2 * d * v
		}
		mu[i] = d + float64((x[i]+t.Mu[i])/2) - t.Mu[i]
	}
	return mu, a, b
}

// ChiSquare is g2 = Var_q[w] / Z^2 =
// [s / sqrt((1/2)(2s-1/2))]^D exp(|delta|^2/(2s-1/2)) - 1, +Inf for s <= 1/4.
func (t Toy) ChiSquare(x []float64) float64 {
	c := float64(2*t.S) - 0.5
	if c <= 0 {
		return inf
	}
	return vec.Exp64(float64(float64(t.D)*(vec.Log64(t.S)-float64(0.5*vec.Log64(0.5*c))))+sumSq(t.Delta(x))/c) - 1
}

// BoundBias is the leading term of log p(x) - E[L_K], g2/(2K).
func (t Toy) BoundBias(x []float64, k int) float64 { return t.ChiSquare(x) / float64(2*k) }

// LargeKB is, for one x, the limit of K E[dL_K/db] = -(2/(4s-1)) (1+g2) delta and
// of K Var[dL_K/db_d] = (1+g2) (4/tau + (2 delta_d/(4s-1))^2), tau = 4 - 1/s,
// summed over d. For A multiply the mean by x'.
func (t Toy) LargeKB(x []float64) (mean []float64, variance float64) {
	g, c, tau := 1+t.ChiSquare(x), 2/(float64(4*t.S)-1), 4-1/t.S
	mean = t.Delta(x)
	for i, d := range mean {
		e := c * d
		variance += float64(g * (4/tau + float64(e*e)))
		mean[i] = -c * g * d
	}
	return mean, variance
}

// LargeKMu is the limit of E[dL_K/dmu] = (x-mu)/2 and of K times its variance,
// (1+g2) (1/tau + (delta_d/(s tau))^2), summed over d.
func (t Toy) LargeKMu(x []float64) (mean []float64, variance float64) {
	g, tau := 1+t.ChiSquare(x), 4-1/t.S
	mean = make([]float64, t.D)
	for i, d := range t.Delta(x) {
		e := d / (t.S * tau)
		variance += float64(g * (1/tau + float64(e*e)))
		mean[i] = (x[i] - t.Mu[i]) / 2
	}
	return mean, variance
}

// LimitB and LimitA are LargeKB of the mean bound over data x [N,D], in b and in
// A: means average, variances add up over N^2. |mean| / sqrt(variance) is the
// limit of sqrt(K) SNR.
func (t Toy) LimitB(x []float64) (mean []float64, variance float64) {
	return t.limit(x, func([]float64) []float64 { return []float64{1} })
}

// LimitA: a datum's gradient in A is that in b times x'.
func (t Toy) LimitA(x []float64) (mean []float64, variance float64) {
	return t.limit(x, func(x []float64) []float64 { return x })
}

func (t Toy) limit(x []float64, times func([]float64) []float64) (mean []float64, variance float64) {
	n := len(x) / t.D
	for i := range n {
		xi := x[i*t.D : (i+1)*t.D]
		m, v := t.LargeKB(xi)
		f := times(xi)
		if mean == nil {
			mean = make([]float64, len(m)*len(f))
		}
		for j := range m {
			for l := range f {
				mean[j*len(f)+l] += float64(m[j]*f[l]) / float64(n)
			}
		}
		variance += float64(v*sumSq(f)) / float64(n*n)
	}
	return mean, variance
}

// WakePhi is the large-K direction of RWS in b, -delta/s: it does not vanish with K.
func (t Toy) WakePhi(x []float64) []float64 {
	d := t.Delta(x)
	for i := range d {
		d[i] /= -t.S
	}
	return d
}

// VarianceA, VarianceB and VarianceSTL are the variances of dELBO/db_d from one
// sample: the whole log weight 4s, the analytic KL s, sticking the landing (1-2s)^2/s.
func (t Toy) VarianceA() float64   { return 4 * t.S }
func (t Toy) VarianceB() float64   { return t.S }
func (t Toy) VarianceSTL() float64 { c := 1 - float64(2*t.S); return float64(c*c) / t.S }

// Renyi is the variational Renyi bound of order alpha, alpha != 1:
// log p(x) + 1/(1-alpha) log J, J = int post^l q^(1-l), l = 1-alpha; a dimension
// gives v^(-l/2) s^(-(1-l)/2) tau^(-1/2) exp(-(1/2) l(1-l) delta^2/((1-l) v + l s)),
// v = 1/2, tau = l/v + (1-l)/s. NaN where tau <= 0: the integral diverges.
func (t Toy) Renyi(x []float64, alpha float64) float64 {
	l := 1 - alpha
	tau := l/postVar + (1-l)/t.S
	mix := float64((1-l)*postVar) + float64(l*t.S)
	if tau <= 0 || l == 0 {
		return nan
	}
	logJ := 0.0
	for _, d := range t.Delta(x) {
		logJ -= float64(0.5 * (float64(l*vec.Log64(postVar)) + float64((1-l)*vec.Log64(t.S)) + vec.Log64(tau) + float64(l*(1-l)*d)*d/mix))
	}
	return t.LogEvidence(x) + logJ/l
}

// Path is E[log w] at b on the path from q to the posterior, pi_b ~ q w^b: the
// integrand of the thermodynamic integral int_0^1 Path db = log p(x), which rises
// from the ELBO at 0. A dimension of pi_b is Gaussian of precision
// tau = b/v + (1-b)/s, v = 1/2, (1-b) delta/(s tau) off the posterior's mean and
// -b delta/(v tau) off q's:
//
//	Path = log p(x) + D/2 (log(s/v) + (1/s - 1/v)/tau) + |delta|^2/2 ( (b/(v tau))^2 / s - ((1-b)/(s tau))^2 / v )
func (t Toy) Path(x []float64, b float64) float64 {
	p, q := b/postVar, (1-b)/t.S
	tau := p + q
	p, q = p/tau, q/tau
	level := vec.Log64(t.S/postVar) + (1/t.S-1/postVar)/tau
	slope := float64(p*p)/t.S - float64(q*q)/postVar
	return t.LogEvidence(x) + float64(0.5*float64(float64(t.D)*level)) + float64(0.5*float64(sumSq(t.Delta(x))*slope))
}

// TVO are the Riemann sums of Path over nodes from 0 to 1, by the left and by the
// right ends: left <= log p(x) <= right.
func (t Toy) TVO(x, nodes []float64) (left, right float64) {
	for j, b := range nodes[:len(nodes)-1] {
		width := nodes[j+1] - b
		left += float64(width * t.Path(x, b))
		right += float64(width * t.Path(x, nodes[j+1]))
	}
	return left, right
}

// Sleep is the mean over the model's own data, x ~ N(mu, 2 I), of
// KL(posterior || q) = D/2 (v/s - 1 - log(v/s)) + |delta|^2/(2s), v = 1/2, in which
// E|delta|^2 = 2 |A - I/2|^2 + |A mu + b - mu|^2.
func (t Toy) Sleep() float64 {
	r := postVar / t.S
	square := sumSq(t.Delta(t.Mu))
	for i, a := range t.A {
		if i%(t.D+1) == 0 {
			a -= 0.5
		}
		square += float64(2 * float64(a*a))
	}
	return float64(float64(t.D)/2*(r-1-vec.Log64(r))) + square/(2*t.S)
}

// SleepGradient is that of -Sleep, d/db = -c/s and d/dA = -(2A - I + c mu')/s with
// c = A mu + b - mu.
func (t Toy) SleepGradient() (a, b []float64) {
	a, b = make([]float64, t.D*t.D), make([]float64, t.D)
	for i, c := range t.Delta(t.Mu) {
		b[i] = -c / t.S
		for j, m := range t.Mu {
			g := float64(2*t.A[i*t.D+j]) + float64(c*m)
			if i == j {
				g--
			}
			a[i*t.D+j] = -g / t.S
		}
	}
	return a, b
}
