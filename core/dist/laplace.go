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
	e, d := blank(t, b, like, k)
	for i := range b {
		laplace(n, i, e.Value().Slice(i*k*d, (i+1)*k*d), clamp)
	}
	return e
}

// laplace is noise of datum i.
func laplace(n Noise, i int, dst tape.Vector, clamp float64) {
	n.Uniform(i, dst)
	vec.Laplace(dst.F64(), clamp)
	vec.Laplace(dst.F32(), float32(clamp))
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
	m := q.Mu.Sub(o.Mu)
	return closedRows(q.B, laplaceKL, m, q.LogScale, o.LogScale), true
}

// laplaceKL is the KL of two Laplace distributions and its derivatives in m and both log scales.
func laplaceKL(x *[inputs][]float64, y []float64, dy *[inputs][]float64) {
	m, logb, logc, dm, db, dc := x[0], x[1], x[2], dy[0], dy[1], dy[2]
	// y, dm, db and dc hold b, exp(-|m|/b), expm1(-|m|/b) and 1/c until they are known
	vec.Exp(y, logb)
	for i := range y {
		dm[i], dc[i] = -(math.Abs(m[i]) / y[i]), -logc[i]
	}
	vec.Expm1(db, dm)
	vec.Exp(dm, dm)
	vec.Exp(dc, dc)
	for i, b := range y {
		a, er, em, ic := math.Abs(m[i]), dm[i], db[i], dc[i]
		r := a / b
		e, f := float64(float64(b*ic)*er), float64(a*ic)
		y[i] = (f + (logc[i] - logb[i])) + (e - 1)
		dm[i], db[i], dc[i] = -sign(m[i])*float64(ic*em), float64(e*(1+r))-1, 1-(f+e)
	}
}
