package vitest

import (
	"math"
	"math/cmplx"

	"github.com/vibench/bench/core/tape"
)

// codeValues are a sparse oracle's parameters at its first row as complex numbers, so that
// derivatives of what is closed in them are had to rounding.
type codeValues struct {
	o                  *sparse
	A                  [sparseD]complex128
	logscale, logsigma complex128
	m, logb            complex128
	lambda, gate       complex128
}

// gradient of a value in the parameters of a role, by steps along the imaginary axis.
func (o *sparse) gradient(role tape.Role, of func(*codeValues) complex128) (d []float64) {
	const h = 1e-40
	x := sparseXs[:sparseD]
	by := func(step func(c *codeValues)) {
		c := codeValues{
			o: o, logscale: complex(o.logscale, 0), logsigma: complex(o.logsigma, 0),
			m: complex(dot(o.a, x)+o.b, 0), logb: complex(o.logb, 0), lambda: complex(o.lambda, 0), gate: complex(o.gate, 0),
		}
		for i, a := range o.A {
			c.A[i] = complex(a, 0)
		}
		step(&c)
		d = append(d, imag(of(&c))/h)
	}
	if role == tape.Gen {
		for i := range o.A {
			by(func(c *codeValues) { c.A[i] += complex(0, h) })
		}
		by(func(c *codeValues) { c.logscale += complex(0, h) })
		by(func(c *codeValues) { c.logsigma += complex(0, h) })
		return d
	}
	for _, v := range append(append([]float64{}, x...), 1) {
		by(func(c *codeValues) { c.m += complex(0, h*v) })
	}
	if o.family == "spike-slab" {
		by(func(c *codeValues) { c.gate += complex(0, h) })
	}
	if o.cuts() {
		by(func(c *codeValues) { c.lambda += complex(0, h) })
	}
	by(func(c *codeValues) { c.logb += complex(0, h) })
	return d
}

// moments are E z and Var z.
func (c *codeValues) moments() (mean, variance complex128) {
	b := cmplx.Exp(c.logb)
	y := c.lambda / b
	var g, square complex128 // probability of not being zero, E z^2
	switch c.o.family {
	case "normal":
		return c.m, b * b
	case "laplace":
		return c.m, 2 * b * b
	case "threshold-laplace":
		g = cmplx.Exp(-y)
		square = g * (c.m*c.m + 2*b*b)
	case "threshold-normal":
		tail, density := (1-erf(y/math.Sqrt2))/2, cmplx.Exp(-y*y/2)/complex(math.Sqrt(2*math.Pi), 0)
		g = 2 * tail
		square = g*c.m*c.m + 2*((b*b+c.lambda*c.lambda)*tail-c.lambda*b*density)
	case "spike-slab":
		g = cmplx.Exp(c.gate)
		square = g * (c.m*c.m + b*b)
	}
	mean = g * c.m
	return mean, square - mean*mean
}

// missed is E |x - A z|^2.
func (c *codeValues) missed() (sum complex128) {
	mean, variance := c.moments()
	for i, a := range c.A {
		r := complex(sparseXs[i], 0) - a*mean
		sum += r*r + a*a*variance
	}
	return sum
}

// loglik is E log p(x|z).
func (c *codeValues) loglik() complex128 {
	return -c.missed()*cmplx.Exp(-2*c.logsigma)/2 - sparseD*(c.logsigma+complex(0.5*math.Log(2*math.Pi), 0))
}

// away is E|z| of a normal.
func (c *codeValues) away() complex128 {
	b := cmplx.Exp(c.logb)
	u := c.m / b
	return b*complex(math.Sqrt(2/math.Pi), 0)*cmplx.Exp(-u*u/2) + c.m*erf(u/math.Sqrt2)
}

// kl is that of q's noise from the prior.
func (c *codeValues) kl() complex128 {
	b, l := cmplx.Exp(c.logb), cmplx.Exp(c.logscale)
	normals := c.logscale - c.logb + ((b*b+c.m*c.m)/(l*l)-1)/2
	switch c.o.family {
	case "normal":
		return complex(math.Log(2), 0) + c.logscale + c.away()/l - c.entropy()
	case "threshold-normal":
		return normals
	case "spike-slab":
		g := cmplx.Exp(c.gate)
		return g*(normals+c.gate-complex(math.Log(slabShare), 0)) + (1-g)*(cmplx.Log(1-g)-complex(math.Log(1-slabShare), 0))
	}
	m := c.m
	if real(m) < 0 {
		m = -m
	}
	return m/l + c.logscale - c.logb - 1 + b/l*cmplx.Exp(-m/b)
}

// entropy is that of a normal.
func (c *codeValues) entropy() complex128 { return c.logb + complex(0.5*math.Log(2*math.Pi*math.E), 0) }

// erf is the error function next to the real axis.
func erf(z complex128) complex128 {
	x := real(z)
	return complex(math.Erf(x), imag(z)*2/math.Sqrt(math.Pi)*math.Exp(-x*x))
}
