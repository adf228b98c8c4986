package dist

import (
	"fmt"
	"slices"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// Pulls are the backward passes of a Thresholded. The value is the thresholded one in
// all; with I = 1[active] and e = b eps the noise, z's derivatives are taken to be
//
//	          in mu   in log b   in lambda
//	ste       1       e          0                     straight through the threshold
//	ste-code  1 + I   e          -I sign e             as the published code stands
//	ste-fix   1       e          -I sign e             the same without mu's second path
//	subgrad   I       I e        -I sign e             of the value itself, but for the jump at |e| = lambda
//
// All are biased: none knows that the probability of being active depends on b and lambda.
var Pulls = []string{"ste", "ste-code", "ste-fix", "subgrad"}

// Pulled is the capability of that name: samples whose backward pass is a choice.
type Pulled interface {
	Dist
	WithPull(pull string) Dist
}

// Thresholded is noise of a base through a soft threshold, then a shift, independent in
// its entries:
//
//	z = mu + sign(e) (|e| - lambda)  where |e| > lambda,  exactly 0 elsewhere
//
// with e = b eps of a Laplace base, or a Gaussian one, b = exp(logscale). Nodes are [B,D]
// or [1,D]. The threshold is Lambda >= 0 or, drawn anew for each entry of each sample, a
// Gamma variable of shape exp(LogShape) and rate exp(LogRate), reparameterised implicitly;
// shape and rate are held within 1e-6 and 1e6, without a derivative beyond.
//
// Of a Laplace base, whose tail has no memory, this is the spike and slab
// (1-g) delta_0 + g Laplace(mu, b), g = E exp(-lambda/b).
//
// Fallah and Rozell 2022 (2205.03665).
type Thresholded struct {
	T                 *tape.Tape
	B                 int
	Mu, LogScale      tape.Node
	Lambda            tape.Node // nil where the threshold is drawn
	LogShape, LogRate tape.Node // nil where it is not
	PriorShape        float64   // of a threshold that is drawn, and its prior's rate
	PriorRate         float64
	Gaussian          bool
	Pull              string  // of Pulls; empty is ste-fix
	Warm              float64 // scales the noise of a sample, not BaseKL; 0 is 1
	Clamp             float64 // of a Laplace base

	pool *Pool
}

func (q Thresholded) keep() Dist {
	if q.pool != nil {
		return q.pool.Thresholded(q)
	}
	return q
}

// WithPull is the same distribution by another backward pass.
func (q Thresholded) WithPull(pull string) Dist {
	q.Pull = pull
	q.pull()
	return q.keep()
}

// pull is the backward pass, checked.
func (q Thresholded) pull() string {
	if q.Pull == "" {
		return "ste-fix"
	}
	if !slices.Contains(Pulls, q.Pull) {
		panic(fmt.Sprintf("dist: Thresholded: pull %q; have %q", q.Pull, Pulls))
	}
	return q.Pull
}

// base is what is thresholded.
func (q Thresholded) base() Dist {
	if q.Gaussian {
		n := Normal{T: q.T, B: q.B, Mu: q.Mu, LogSigma: q.LogScale, pool: q.pool}
		if q.pool != nil {
			return q.pool.Normal(n)
		}
		return n
	}
	return Laplace{T: q.T, B: q.B, Mu: q.Mu, LogScale: q.LogScale, Clamp: q.Clamp, pool: q.pool}.keep()
}

func (q Thresholded) random() bool { return q.Lambda.Nil() }

// warm is log Warm.
func (q Thresholded) warm() float64 {
	if q.Warm == 0 {
		return 0
	}
	return vec.Log64(q.Warm)
}

// Sample is live by Pull. The base's noise is of the site, the thresholds' of its first
// layer.
func (q Thresholded) Sample(n Noise, k int) Value {
	t, lambda := q.T, q.Lambda
	if q.random() {
		lambda = q.thresholds(n.Layer(0), k)
	}
	scale := q.LogScale.Stop().Exp()
	if q.Warm != 0 && q.Warm != 1 {
		scale = scale.Scale(q.Warm)
	}
	pull := q.pull()
	e, d := blank(t, q.B, q.Mu, k)
	z := t.Blank(q.B*k, d)
	var inMu, inLambda tape.Node
	if pull != "ste" && live(lambda) {
		inLambda = t.Blank(q.B*k, d)
	}
	for b := range q.B { // one datum at a time, whose samples stay in cache
		lo, hi := b*k, (b+1)*k
		noise := e.Value().Slice(lo*d, hi*d)
		if q.Gaussian {
			n.Normal(b, noise)
		} else {
			laplace(n, b, noise, q.Clamp)
		}
		if noise.F64() != nil {
			threshold(pull, lo, hi, z, e, q.Mu, scale, lambda, inLambda, tape.Vector.F64)
		} else {
			threshold(pull, lo, hi, z, e, q.Mu, scale, lambda, inLambda, tape.Vector.F32)
		}
	}
	switch pull { // a latent is active where z is not 0, but for |e| - lambda = -mu, of probability 0
	case "ste-code":
		inMu = t.Active(z, 1)
	case "subgrad":
		inMu = t.Active(z, 0)
	}
	if inLambda.Nil() {
		return Value{Node: t.Drawn(z, q.Mu, inMu, q.LogScale, e), K: k}
	}
	return Value{Node: t.Drawn(z, q.Mu, inMu, q.LogScale, e, lambda, inLambda), K: k}
}

// threshold sets rows from to end of z, and of e, which holds eps, and of inLambda where
// it is not nil the derivatives.
func threshold[T vec.Float](pull string, from, end int, z, e, mu, scale, lambda, inLambda tape.Node, of func(tape.Vector) []T) {
	rows, d := z.Shape()
	get := func(n tape.Node) (x []T, share int) {
		if n.Nil() {
			return nil, 0
		}
		own, _ := n.Shape()
		return of(n.Value()), rows / own
	}
	zs, _ := get(z)
	es, _ := get(e)
	ms, mshare := get(mu)
	bs, bshare := get(scale)
	ls, lshare := get(lambda)
	ils, _ := get(inLambda)
	for r := from; r < end; r++ {
		lo, hi := r*d, (r+1)*d
		z, e, l := zs[lo:hi], es[lo:hi], ls[r/lshare*d:][:d]
		vec.Threshold(z, e, ms[r/mshare*d:][:d], bs[r/bshare*d:][:d], l)
		if ils != nil {
			for j, y := range z {
				s := T(0)
				if on := y != 0; on && e[j] > 0 {
					s = -1
				} else if on {
					s = 1
				}
				ils[lo+j] = s
			}
		}
		if pull == "subgrad" {
			for j, x := range e {
				if !(x > l[j] || x < -l[j]) {
					e[j] = 0
				}
			}
		}
	}
}

// logLimit is log 1e6, the most that shape and rate may be and the inverse of the least.
const logLimit = 13.815510557964274104

// held is exp(x) held within limits, and the factor of its derivative in x: itself or 0.
func held(x float64) (y, dy float64) {
	y = vec.Exp64(min(max(x, -logLimit), logLimit))
	if x > -logLimit && x < logLimit {
		dy = y
	}
	return
}

// thresholds are Gamma draws, [K*B,D], live.
func (q Thresholded) thresholds(n Noise, k int) tape.Node {
	t := q.T
	u := uniforms(t, q.B, q.Mu, n, k)
	rows, d := u.Shape()
	y, pairs := t.Blank(rows, d), t.Nodes(4)[:0]
	read := func(n tape.Node) (v, slope tape.Vector, share int) {
		own, _ := n.Shape()
		if live(n) {
			by := t.Blank(rows, d)
			slope, pairs = by.Value(), append(pairs, n, by)
		}
		return n.Value(), slope, rows / own
	}
	logShape, inShape, share := read(q.LogShape)
	logRate, inRate, shareRate := read(q.LogRate)
	v, w, single := y.Value(), u.Value(), t.Precision() == tape.Float32
	var g vec.Gamma
	for lo := 0; lo < rows; lo += share {
		for j := range d {
			a, da := held(logShape.At(lo/share*d + j))
			g.Reset(a)
			var rate, dr float64
			for r := lo; r < lo+share; r++ {
				if r == lo || r%shareRate == 0 {
					rate, dr = held(logRate.At(r/shareRate*d + j))
				}
				i := r*d + j
				var drawn float64
				if single {
					drawn = g.Quantile32(w.At(i))
				} else {
					drawn = g.Quantile(w.At(i))
				}
				v.Set(i, drawn/rate)
				if !inShape.Nil() {
					inShape.Set(i, float64(da*g.Slope(drawn))/rate)
				}
				if !inRate.Nil() {
					inRate.Set(i, -float64(drawn/rate*(dr/rate)))
				}
			}
		}
	}
	if len(pairs) == 0 {
		return y
	}
	return t.Drawn(y, pairs...)
}

// LogProb is the log-density by Lebesgue measure and a point mass at 0, at the samples'
// scale, [K,B]. Of a Gaussian base with a drawn threshold there is none in closed form.
func (q Thresholded) LogProb(z Value) tape.Node {
	p, ok := q.Active()
	if !ok {
		panic("dist: Thresholded: no density of a Gaussian base with a drawn threshold")
	}
	rows, warm := q.B*z.K, q.warm()
	if q.Gaussian { // z - mu = e -+ lambda
		return closed(rows, func(x [inputs]float64) (float64, [inputs]float64) {
			if x[0] == 0 {
				return vec.Log1p64(-x[4]), [inputs]float64{4: -1 / (1 - x[4])}
			}
			d, is := x[0]-x[1], vec.Exp64(-(x[2] + warm))
			s := sign(d)
			u := float64((d + float64(s*x[3])) * is)
			return -float64(0.5*float64(u*u)) - (x[2] + warm) - halfLog2Pi,
				[inputs]float64{-float64(u * is), float64(u * is), float64(u*u) - 1, -float64(float64(s*u) * is)}
		}, z.Node, q.Mu, q.LogScale, q.Lambda, p).SumD(z.K)
	}
	return closed(rows, func(x [inputs]float64) (float64, [inputs]float64) {
		if x[0] == 0 {
			return vec.Log1p64(-x[3]), [inputs]float64{3: -1 / (1 - x[3])}
		}
		d, ib := x[0]-x[1], vec.Exp64(-(x[2] + warm))
		a, s := float64(sign(d)*float64(d*ib)), sign(d)*ib
		return vec.Log64(x[3]) - a - (x[2] + warm) - logTwo, [inputs]float64{-s, s, a - 1, 1 / x[3]}
	}, z.Node, q.Mu, q.LogScale, p).SumD(z.K)
}

// Frozen stops the weights.
func (q Thresholded) Frozen() Dist {
	for _, n := range []*tape.Node{&q.Mu, &q.LogScale, &q.Lambda, &q.LogShape, &q.LogRate} {
		if !n.Nil() {
			*n = n.Freeze()
		}
	}
	return q.keep()
}

// Active is P(z != 0), g: with x = lambda/b
//
//	Laplace   exp(-x), of a drawn threshold (1 + 1/(rate b))^-shape
//	Gaussian  erfc(x/sqrt 2)
func (q Thresholded) Active() (p tape.Node, ok bool) {
	warm := q.warm()
	switch {
	case q.random() && q.Gaussian:
		return p, false
	case q.random():
		return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
			return drawnActive(x[0]+warm, x[1], x[2])
		}, q.LogScale, q.LogShape, q.LogRate), true
	case q.Gaussian:
		return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
			is := vec.Exp64(-(x[0] + warm))
			y := float64(x[1] * is)
			f := float64(2 * phi(y))
			return 2 * upper(y), [inputs]float64{float64(f * y), -float64(f * is)}
		}, q.LogScale, q.Lambda), true
	}
	return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
		ib := vec.Exp64(-(x[0] + warm))
		y := float64(x[1] * ib)
		g := vec.Exp64(-y)
		return g, [inputs]float64{float64(g * y), -float64(g * ib)}
	}, q.LogScale, q.Lambda), true
}

// drawnActive is E exp(-lambda/b) over a Gamma threshold.
func drawnActive(logb, logshape, lograte float64) (p float64, dp [inputs]float64) {
	a, da := held(logshape)
	r, dr := held(lograte)
	w := 1 / float64(r*vec.Exp64(logb))
	l := vec.Log1p64(w)
	p = vec.Exp64(-float64(a * l))
	d := float64(float64(p*a) * (w / (1 + w)))
	return p, [inputs]float64{d, -float64(float64(p*l) * da), float64(d * (dr / r))}
}

// softSquare is E soft(e)^2: with x = lambda/b
//
//	Laplace   2 b^2 g
//	Gaussian  2 b^2 [(1 + x^2) Phi(-x) - x phi(x)]
func (q Thresholded) softSquare() tape.Node {
	warm := q.warm()
	switch {
	case q.random():
		return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
			p, d := drawnActive(x[0]+warm, x[1], x[2])
			c := float64(2 * vec.Exp64(2*(x[0]+warm)))
			return float64(c * p), [inputs]float64{float64(c * (float64(2*p) + d[0])), float64(c * d[1]), float64(c * d[2])}
		}, q.LogScale, q.LogShape, q.LogRate)
	case q.Gaussian:
		return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
			s := vec.Exp64(x[0] + warm)
			y := x[1] / s
			u, f := upper(y), phi(y)
			v := float64(2 * float64(float64(s*s)*(float64((1+float64(y*y))*u)-float64(y*f))))
			d := float64(4 * float64(s*(float64(y*u)-f)))
			return v, [inputs]float64{float64(2*v) - float64(x[1]*d), d}
		}, q.LogScale, q.Lambda)
	}
	return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
		b := vec.Exp64(x[0] + warm)
		y := x[1] / b
		g := vec.Exp64(-y)
		return float64(2 * float64(float64(b*b)*g)), [inputs]float64{float64(2 * float64(float64(float64(b*b)*g)*(2+y))), -float64(2 * float64(b*g))}
	}, q.LogScale, q.Lambda)
}

// Moments are g mu and g mu^2 + E soft(e)^2, of the samples' scale; there are none of a
// Gaussian base with a drawn threshold.
func (q Thresholded) Moments() (mean, square tape.Node, ok bool) {
	g, ok := q.Active()
	if !ok {
		return mean, square, false
	}
	mean = g.Mul(q.Mu)
	return mean, mean.Mul(q.Mu).Add(q.softSquare()), true
}

// Means is g mu. Of a Gaussian base with a drawn threshold it is that at the mean threshold,
// shape/rate, and not the mean.
func (q Thresholded) Means(Noise) []tape.Node {
	if q.random() && q.Gaussian {
		q.Lambda = closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
			a, da := held(x[0])
			r, dr := held(x[1])
			return a / r, [inputs]float64{da / r, -float64(a / r * (dr / r))}
		}, q.LogShape, q.LogRate)
	}
	g, _ := q.Active()
	m := q.T.Nodes(1)
	m[0] = g.Mul(q.Mu)
	return m
}

// BaseKL is that of the base, at its own scale whatever Warm. The prior may be the base's
// kind or another Thresholded, of which its base counts.
func (q Thresholded) BaseKL(p Dist) (tape.Node, bool) {
	switch o := p.(type) {
	case Thresholded:
		p = o.base()
	case *Thresholded:
		p = o.base()
	}
	return q.base().(BaseKL).BaseKL(p)
}

// ThresholdKL is the KL of a drawn threshold from its Gamma prior, [B,D]: with shapes a, c
// and rates r, s
//
//	(a-c) psi(a) - log G(a) + log G(c) + c (log r - log s) + a (s-r)/r
//
// ok is false of a fixed one. It is to 1e-15 (1 + a log a) or so: its terms cancel at large
// shapes.
func (q Thresholded) ThresholdKL() (each tape.Node, ok bool) {
	if q.random() {
		c, s := q.PriorShape, q.PriorRate
		base := vec.Lgamma64(c) - float64(c*vec.Log64(s))
		return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
			a, da := held(x[0])
			r, dr := held(x[1])
			kl := (float64((a-c)*vec.Digamma64(a)) - vec.Lgamma64(a)) + (base + float64(c*vec.Log64(r))) + float64(a*(s-r))/r
			return kl, [inputs]float64{float64(da * ((float64((a-c)*vec.Trigamma64(a)) - 1) + s/r)), float64(dr / r * (c - float64(a*s)/r))}
		}, q.LogShape, q.LogRate), true
	}
	return each, false
}
