package dist

import (
	"math"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// Laplace has independent entries with density exp(-|z-mu|/b) / (2b), b = exp(logscale),
// of B data; Mu and LogScale are [B,D] or [1,D], or a row a sample as a Normal's.
type Laplace struct {
	T            *tape.Tape
	B            int
	Mu, LogScale tape.Node
	Clamp        float64 // least value of 1 - 2|u| in Sample; 0 is none

	pool *Pool
}

func (q Laplace) keep() Dist {
	if q.pool != nil {
		return q.pool.Laplace(q)
	}
	return q
}

// Sample is mu + b e, e = -sign(u) log(1 - 2|u|), u + 1/2 the uniform of the entry; live
// in mu and b. The argument of the logarithm is exact: the tail ends where the uniform's
// resolution does, at |e| = 36.0 in float64 and 15.9 in float32, or with Clamp at -log Clamp
// (13.8 for the 1e-6 of published code).
func (q Laplace) Sample(n Noise, k int) Value {
	return Value{Node: q.T.Reparam(q.Mu, q.LogScale, laplaces(q.T, q.B, q.Mu, n, k, q.Clamp)), K: k}
}

// laplaces is noise of scale 1, [K*B,D].
func laplaces(t *tape.Tape, b int, like tape.Node, n Noise, k int, clamp float64) tape.Node {
	e := uniforms(t, b, like, n, k)
	tmp := t.Blank(e.Shape())
	laplace(e.Value().F64(), tmp.Value().F64(), clamp)
	laplace(e.Value().F32(), tmp.Value().F32(), float32(clamp))
	return e
}

func laplace[T vec.Float](u, l []T, clamp T) {
	for i, x := range u {
		l[i] = max(2*min(x, 1-x), clamp)
	}
	vec.Log(l, l)
	for i, x := range u {
		if u[i] = l[i]; x > 0.5 {
			u[i] = -l[i]
		}
	}
}

// LogProb is -sum_d |z-mu|/b + log 2b, [K,B].
func (q Laplace) LogProb(z Value) tape.Node {
	a := absolute(z.Node.Sub(q.Mu).Mul(q.LogScale.Neg().Exp())).Add(q.LogScale)
	_, d := a.Shape()
	l := over(a, q.B*z.K).SumD(z.K)
	return l.Add(l.Const(float64(d) * logTwo)).Neg()
}

// Frozen stops the weights of mu and the scale.
func (q Laplace) Frozen() Dist {
	q.Mu, q.LogScale = q.Mu.Freeze(), q.LogScale.Freeze()
	return q.keep()
}

// Means is mu.
func (q Laplace) Means(Noise) []tape.Node {
	m := q.T.Nodes(1)
	m[0] = q.Mu
	return m
}

// Moments are mu and mu^2 + 2 b^2.
func (q Laplace) Moments() (mean, square tape.Node, ok bool) {
	mu := rowADatum(q.Mu, q.B)
	return mu, mu.Mul(mu).Add(q.LogScale.Scale(2).Exp().Scale(2)), true
}

// AbsMoment is E |z| = |mu| + b exp(-|mu|/b).
func (q Laplace) AbsMoment() tape.Node {
	return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
		a, b := math.Abs(x[0]), vec.Exp64(x[1])
		r := a / b
		e := float64(b * vec.Exp64(-r))
		return a + e, [inputs]float64{-sign(x[0]) * vec.Expm164(-r), float64(e * (1 + r))}
	}, q.Mu, q.LogScale)
}

// Entropy is sum_d log(2 e b).
func (q Laplace) Entropy() tape.Node { return summed(q.LogScale, q.B, 1+logTwo) }

// KL is in closed form against another Laplace.
func (q Laplace) KL(p Dist) (tape.Node, bool) {
	kl, ok := q.BaseKL(p)
	if !ok {
		return kl, false
	}
	return kl.SumD(1), true
}

// BaseKL is KL entry by entry: of m = mu - nu and the other's scale c,
//
//	|m|/c + log(c/b) - 1 + (b/c) exp(-|m|/b)
func (q Laplace) BaseKL(p Dist) (tape.Node, bool) {
	var o Laplace
	switch p := p.(type) {
	case Laplace:
		o = p
	case *Laplace:
		o = *p
	default:
		return tape.Node{}, false
	}
	return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
		a, b, ic := math.Abs(x[0]), vec.Exp64(x[1]), vec.Exp64(-x[2])
		r := a / b
		e, f := float64(float64(b*ic)*vec.Exp64(-r)), float64(a*ic)
		return (f + (x[2] - x[1])) + (e - 1),
			[inputs]float64{-sign(x[0]) * float64(ic*vec.Expm164(-r)), float64(e*(1+r)) - 1, 1 - (f + e)}
	}, q.Mu.Sub(o.Mu), q.LogScale, o.LogScale), true
}
