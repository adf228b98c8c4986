package models

import (
	"math"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Solve finds Gaussian codes of some rows without a tape: minus the weighted sum of
// entropies, or minus the ELBO where the scales are held, with its gradient, for L-BFGS.
// With gP, gQ, gL the weights of prior, posterior and noise, l and s^2 the scales held or at
// their best, a row gives
//
//	mu:   gL A'(A mu - x)/s^2 + gP erf(mu/(t sqrt 2))/l
//	t:    gL t |a_h|^2/s^2 + gP sqrt(2/pi) exp(-mu^2/2t^2)/l - gQ/t
//	L:    gL (A'A L)/s^2 + gP sqrt(2/pi) exp(-mu^2/2t^2) L_hk/(t_h l_h) - gQ/L_hh on the diagonal,   t_h^2 = sum_k L_hk^2
//
// each over B, and for a gaussian prior gP mu/l^2, gP t/l^2, gP L_hk/l_h^2 in place of
// the terms with gP. Diagonals are kept as logs; what stands above L's is not read.
//
// Velychko, Damm, Fischer and Luecke 2024 (2311.01888); derived anew.
type Solve struct {
	D, H     int
	X        []float64 // [B,D]
	A        []float64 // [D,H]
	Gaussian bool      // the prior, else laplace
	Full     bool      // L of each row, else its diagonal
	Held     bool      // scales are those given, else the best for these rows
	Scale    []float64 // l [H]
	S2       float64
	Weights  vi.Weights

	gram, norm []float64 // A'A [H,H], its diagonal
	res, back  []float64 // [B,D], [B,H]
	sums, at   []float64 // of E|z| or E z^2 over rows, and the derivative of H[p(z)] in their means, [H]
	l, gl      []float64 // L and A'A L of a row, [H,H]
	t, dt      []float64 // t_h and the derivative of E|z_h| in it, or of E z_h^2, of each row, [B,H]: of a full L
}

// Rows is B.
func (p *Solve) Rows() int { return len(p.X) / p.D }

// Width is how many numbers a row of q has beside its mean.
func (p *Solve) Width() int {
	return spreadWidth(p.H, p.Full)
}

// Start is mu = 0 and t = sd, [B,H] and then [B,Width].
func (p *Solve) Start(sd float64) []float64 {
	b := p.Rows()
	phi := make([]float64, b*(p.H+p.Width()))
	for n := range b {
		r := phi[b*p.H+n*p.Width():][:p.Width()]
		for h := range p.H {
			r[diagonal(h, p.H, p.Full)] = vec.Log64(sd)
		}
	}
	return phi
}

func (p *Solve) ready() {
	if p.gram != nil {
		return
	}
	b := p.Rows()
	p.gram, p.norm = make([]float64, p.H*p.H), make([]float64, p.H)
	blas.Gemm(true, false, p.H, p.H, p.D, p.A, p.A, p.gram)
	for h := range p.H {
		p.norm[h] = p.gram[h*p.H+h]
	}
	p.res, p.back = make([]float64, b*p.D), make([]float64, b*p.H)
	p.sums, p.at = make([]float64, p.H), make([]float64, p.H)
	if p.Full {
		p.l, p.gl = make([]float64, p.H*p.H), make([]float64, p.H*p.H)
		p.t, p.dt = make([]float64, b*p.H), make([]float64, b*p.H)
	}
}

// Value is minus the objective at phi; grad has its length. It allocates nothing after the first.
func (p *Solve) Value(phi, grad []float64) float64 {
	p.ready()
	b, w, fb := p.Rows(), p.Width(), float64(p.Rows())
	mu, sd := phi[:b*p.H], phi[b*p.H:]
	dmu, dsd := grad[:b*p.H], grad[b*p.H:]
	clear(p.res)
	blas.Gemm(false, true, b, p.D, p.H, mu, p.A, p.res)
	s := 0.0
	for i, x := range p.X {
		p.res[i] -= x
		s += float64(p.res[i] * p.res[i])
	}
	// moments: E|z| or E z^2 over rows, entropies, tr(A Cov A'); derivatives of E|z|, and A'A L, kept in grad
	a, entropy := p.sums, 0.0
	clear(a)
	for n := range b {
		m, r, dm, dr := mu[n*p.H:][:p.H], sd[n*w:][:w], dmu[n*p.H:][:p.H], dsd[n*w:][:w]
		if p.Full {
			p.unpack(r)
			clear(p.gl)
			blas.Gemm(false, false, p.H, p.H, p.H, p.gram, p.l, p.gl)
		}
		for h := range p.H {
			d := diagonal(h, p.H, p.Full)
			entropy += r[d]
			var t float64
			if p.Full {
				v := 0.0
				for k := range h + 1 {
					x, g := p.l[h*p.H+k], p.gl[h*p.H+k]
					v += float64(x * x)
					s += float64(x * g)
					dr[k*p.H+h] = g
				}
				t = math.Sqrt(v)
			} else {
				t = vec.Exp64(r[d])
				s += float64(float64(t*t) * p.norm[h])
			}
			var e, dt float64
			if p.Gaussian {
				e, dm[h], dt = float64(m[h]*m[h])+float64(t*t), 2*m[h], 2*t
			} else {
				e, dm[h], dt = absMoment(m[h], t)
			}
			a[h] += e
			if p.Full {
				p.t[n*p.H+h], p.dt[n*p.H+h] = t, dt
			} else {
				dr[d] = dt
			}
		}
	}
	s /= fb
	scale, s2, value := p.objective(a, s, entropy/fb)
	// derivatives
	clear(p.back)
	blas.Gemm(false, false, b, p.H, p.D, p.res, p.A, p.back)
	gl0 := p.Weights.Noise / (fb * s2)
	for n := range b {
		r, dm, dr := sd[n*w:][:w], dmu[n*p.H:][:p.H], dsd[n*w:][:w]
		for h := range p.H {
			d, c := diagonal(h, p.H, p.Full), p.Weights.Prior*scale[h]/fb
			dm[h] = float64(gl0*p.back[n*p.H+h]) + float64(c*dm[h])
			if !p.Full {
				t := vec.Exp64(r[d])
				dt := float64(gl0*float64(t*p.norm[h])) + float64(c*dr[d])
				dr[d] = float64(t*dt) - p.Weights.Posterior/fb
				continue
			}
			c *= p.dt[n*p.H+h] / p.t[n*p.H+h]
			for k := range h {
				dr[k*p.H+h] = float64(gl0*dr[k*p.H+h]) + float64(c*r[k*p.H+h])
			}
			l := vec.Exp64(r[d])
			x := float64(gl0*dr[d]) + float64(c*l)
			dr[d] = float64(x*l) - p.Weights.Posterior/fb
		}
	}
	return value
}

// objective is minus the weighted sum for mean moments; scale is the derivative of H[p(z)] in
// them, 1/l or 1/(2 l^2).
func (p *Solve) objective(sums []float64, s, entropy float64) (scale []float64, s2, value float64) {
	fb, d := float64(p.Rows()), float64(p.D)
	scale = p.at
	hz := 0.0
	for h, a := range sums {
		a /= fb
		l := a // l, or l^2
		switch {
		case p.Held && p.Gaussian:
			l = float64(p.Scale[h] * p.Scale[h])
		case p.Held:
			l = p.Scale[h]
		}
		if p.Gaussian {
			scale[h] = 0.5 / l
			hz += float64(0.5*(log2Pi+vec.Log64(l))) + float64(scale[h]*a)
			continue
		}
		scale[h] = 1 / l
		hz += ln2 + vec.Log64(l) + float64(scale[h]*a)
	}
	if s2 = s / d; p.Held {
		s2 = p.S2
	}
	hx := float64(0.5*d*(log2Pi+vec.Log64(s2))) + 0.5*s/s2
	hq := entropy + float64(0.5*float64(p.H)*(log2Pi+1))
	return scale, s2, float64(p.Weights.Prior*hz) + float64(p.Weights.Noise*hx) - float64(p.Weights.Posterior*hq)
}

// unpack writes a row's L from its columns, the diagonal from logs. What stands above it is zero.
func (p *Solve) unpack(r []float64) {
	l := p.l
	for h := range p.H {
		for k := range h {
			l[h*p.H+k] = r[k*p.H+h]
		}
		l[h*p.H+h] = vec.Exp64(r[h*p.H+h])
	}
}

// absMoment is E|z| of z ~ N(m, t^2) and its derivatives in m and t.
func absMoment(m, t float64) (e, dm, dt float64) {
	u := m / t
	dm = vec.Erf64(u * (math.Sqrt2 / 2))
	dt = sqrt2OverPi * vec.Exp64(-0.5*float64(u*u))
	return float64(t*dt) + float64(m*dm), dm, dt
}

const sqrt2OverPi = 0.79788456080286535588

// Find minimises from a start for so many iterations of L-BFGS, history 20.
func (p *Solve) Find(phi []float64, iterations int) (value float64) {
	value, _ = optim.LBFGS{History: 20, Iterations: iterations, Gradient: 1e-9, Change: 1e-13}.Minimise(p.Value, phi)
	return value
}
