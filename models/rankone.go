package models

import (
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// A Gaussian whose precision is a diagonal and one direction, C^-1 = D + u u'. With
// b = u'D^-1 u and eta = 1/(1+b),
//
//	C = D^-1 - eta D^-1 u u'D^-1,   log det C = log eta - log det D
//	C = R R',  R = D^-1/2 - c D^-1 u u'D^-1/2,  c = (1 - sqrt eta)/b = 1/(r + r^2),  r = sqrt(1+b)
//
// u and -u are the same, and of two dimensions it is any covariance.
//
// Rezende, Mohamed and Wierstra 2014 (1401.4082), section 4.3.

// rankOne is it by mu [B,H], log D and u [1,H], as a distribution of the step: the columns
// of R.
func rankOne(s *vi.Step, mu, logd, u tape.Node) dist.Dist {
	_, h := mu.Shape()
	root := logd.Scale(-0.5).Exp()
	w := u.Mul(root) // D^-1/2 u
	v := w.Mul(root).Mul(shrink(s, across(s, w.Mul(w), 0, h)))
	columns := s.Nodes(h)
	for k := range columns {
		on := s.Leaf(1, h)
		on.Value().Set(k, 1)
		columns[k] = root.Mul(on).Sub(v.Mul(across(s, w, k, k+1)))
	}
	return s.Gaussian(mu, tape.Node{}, columns)
}

// across is the sum of columns lo to hi of x [1,H] in each of H columns.
func across(s *vi.Step, x tape.Node, lo, hi int) tape.Node {
	_, h := x.Shape()
	ones := s.Leaf(h, h)
	for i, v := 0, ones.Value(); i < h; i++ {
		for j := lo; j < hi; j++ {
			v.Set(i*h+j, 1)
		}
	}
	return s.Affine(x, ones, tape.Node{}, tape.Linear)
}

// shrink is 1/(r + r^2), r = sqrt(1+b), of each entry.
func shrink(s *vi.Step, b tape.Node) tape.Node {
	_, h := b.Shape()
	value, slope := s.Blank(1, h), s.Blank(1, h)
	x, y, dy := b.Value(), value.Value(), slope.Value()
	for i := range h {
		r := math.Sqrt(1 + x.At(i))
		c := 1 / (r + float64(r*r))
		y.Set(i, c)
		dy.Set(i, -c*c*(0.5/r+1))
	}
	return s.Tape.Known(value, b, slope)
}

// rankOneCovariance is C [H,H] and log det C as numbers.
func rankOneCovariance(logd, u []float64) (c []float64, logDet float64) {
	h, b := len(u), 0.0
	d, v := make([]float64, h), make([]float64, h) // D^-1, D^-1 u
	for i, l := range logd {
		d[i] = vec.Exp64(-l)
		v[i] = d[i] * u[i]
		b += float64(u[i] * v[i])
		logDet -= l
	}
	c = make([]float64, h*h)
	for i := range h {
		for j := range h {
			c[i*h+j] = -v[i] * v[j] / (1 + b)
		}
		c[i*h+i] += d[i]
	}
	return c, logDet - vec.Log64(1+b)
}
