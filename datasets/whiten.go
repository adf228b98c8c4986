package datasets

import (
	"math"

	"github.com/vibench/bench/core/vec"
)

// whitening is Olshausen and Field's filter, |f| against the 1/f of natural images
// and a low-pass:
//
//	R(f) = |f| exp(-(|f|/f0)^4),  f in cycles/pixel
//
// f0 = 0.39 are the 200 cycles a picture of 512 pixels of Olshausen and Field 1996.
func whitening(f0 float64) func(f2 float64) float64 {
	pass := lowPass(f0)
	return func(f2 float64) float64 { return float64(math.Sqrt(f2) * pass(f2)) }
}

// lowPass is exp(-(|f|/f0)^4), a function of f^2.
func lowPass(f0 float64) func(f2 float64) float64 {
	return func(f2 float64) float64 {
		q := f2 / float64(f0*f0)
		return vec.Exp64(-float64(q * q))
	}
}

// margin is how many pixels at least lie between a picture and its next copy when it
// is made periodic.
const margin = 64

// whiten filters a picture of any size. So that opposite borders do not meet in a
// false edge, it is continued by its mirror images beyond both, the one faded into the
// other, up to a period that is a power of two.
func whiten(p picture, f0 float64) picture {
	h, w := period(p.h), period(p.w)
	x := make([]float64, h*w)
	for r := range p.h {
		copy(x[r*w:], p.x[r*p.w:(r+1)*p.w])
		fade(x[r*w:(r+1)*w], p.w)
	}
	column := make([]float64, h)
	for c := range w {
		for r := range p.h {
			column[r] = x[r*w+c]
		}
		fade(column, p.h)
		for r := range h {
			x[r*w+c] = column[r]
		}
	}
	filter(x, h, w, whitening(f0))
	out := picture{name: p.name, h: p.h, w: p.w, x: make([]float64, p.h*p.w)}
	for r := range p.h {
		copy(out.x[r*p.w:(r+1)*p.w], x[r*w:])
	}
	return out
}

// period is the least power of two with a margin for n pixels.
func period(n int) int {
	p := 1
	for p < n+margin {
		p *= 2
	}
	return p
}

// fade continues the first n values over the whole of x, which goes round.
func fade(x []float64, n int) {
	mirror := func(i int) float64 {
		i = (i%(2*n) + 2*n) % (2 * n)
		return x[min(i, 2*n-1-i)]
	}
	for i := n; i < len(x); i++ {
		t := (float64(i-n) + 0.5) / float64(len(x)-n)
		x[i] = float64((1-t)*mirror(i)) + float64(t*mirror(i-len(x)))
	}
}
