package dist

import (
	"math"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// Correlated is a Gaussian by columns of a factor of its covariance and, where LogSigma is
// not nil, independent noise beside:
//
//	N(mu, S),  S = diag sigma^2 + sum_k l_k l_k'
//
// all [B,D]. Low rank is noise and few columns; a Cholesky factor is D columns without noise.
type Correlated struct {
	T            *tape.Tape
	B            int
	Mu, LogSigma tape.Node
	Columns      []tape.Node

	pool *Pool
}

func (q Correlated) keep() Dist {
	if q.pool != nil {
		return q.pool.Correlated(q)
	}
	return q
}

// Sample is mu + sum_k l_k xi_k + sigma eps, live in all. eps is of the site, xi of its
// first layer.
func (q Correlated) Sample(n Noise, k int) Value {
	_, d := q.Mu.Shape()
	rows, r := q.B*k, len(q.Columns)
	xi := q.T.Blank(1, max(k*r, 1)).Value().Slice(0, k*r)
	each := q.T.Nodes(r)
	for j := range each {
		each[j] = q.T.Blank(rows, d)
	}
	layer := n.Layer(0)
	for b := range q.B {
		layer.Normal(b, xi)
		for i := range k {
			for j, e := range each {
				v := e.Value()
				for h := range d {
					v.Set((b*k+i)*d+h, xi.At(i*r+j))
				}
			}
		}
	}
	z := q.Mu
	for j, l := range q.Columns {
		z = over(z, rows).Add(l.Mul(each[j]))
	}
	if !q.LogSigma.Nil() {
		eps := q.T.Blank(rows, d)
		for b, v := 0, eps.Value(); b < q.B; b++ {
			n.Normal(b, v.Slice(b*k*d, (b+1)*k*d))
		}
		return Value{Node: q.T.Reparam(z, q.LogSigma, eps), K: k}
	}
	return Value{Node: q.T.Through(z, z), K: k} // a sample, to whoever freezes
}

// precision is S^-1 and log det S of each datum, by its Cholesky factor; NaN where S is
// not positive.
func (q Correlated) precision() (inv, logDet []float64) {
	_, d := q.Mu.Shape()
	s, half := q.pool.floats(d*d), q.pool.floats(d*d)
	inv, logDet = q.pool.floats(q.B*d*d), q.pool.floats(q.B)
	for b := range q.B {
		clear(s)
		for _, l := range q.Columns {
			for i := range d {
				x := at(l, b, i)
				for j := range i + 1 {
					s[i*d+j] += float64(x * at(l, b, j))
				}
			}
		}
		if !q.LogSigma.Nil() {
			for i := range d {
				s[i*d+i] += vec.Exp64(2 * at(q.LogSigma, b, i))
			}
		}
		for i := range d { // S = R R', in place
			for j := range i + 1 {
				x := s[i*d+j] - vec.Dot(s[i*d:i*d+j], s[j*d:j*d+j])
				if i == j {
					s[i*d+i] = math.Sqrt(x)
					logDet[b] += vec.Log64(x)
				} else {
					s[i*d+j] = x / s[j*d+j]
				}
			}
		}
		clear(half) // R^-1, by rows
		for i := range d {
			half[i*d+i] = 1 / s[i*d+i]
			for j := range i {
				x := 0.0
				for k := j; k < i; k++ {
					x += float64(s[i*d+k] * half[k*d+j])
				}
				half[i*d+j] = -x / s[i*d+i]
			}
		}
		blas.Gemm(true, false, d, d, d, half, half, inv[b*d*d:(b+1)*d*d])
	}
	return inv, logDet
}

// at is entry i of datum b.
func at(n tape.Node, b, i int) float64 {
	rows, d := n.Shape()
	return n.Value().At(min(b, rows-1)*d + i)
}

// logDet is log det S of each datum, [1,B], live: its derivative is 2 S^-1 l_k in l_k,
// 2 sigma^2 (S^-1)_ii in log sigma_i.
func (q Correlated) logDet(inv, value []float64) tape.Node {
	_, d := q.Mu.Shape()
	var sum tape.Node
	join := func(n, slope tape.Node) {
		if x := n.Mul(slope).SumD(1); sum.Nil() {
			sum = x
		} else {
			sum = sum.Add(x)
		}
	}
	for _, l := range q.Columns {
		g := q.T.Blank(q.B, d)
		for b := range q.B {
			for i := range d {
				x := 0.0
				for j := range d {
					x += float64(inv[b*d*d+i*d+j] * at(l, b, j))
				}
				g.Value().Set(b*d+i, 2*x)
			}
		}
		join(l, g)
	}
	if !q.LogSigma.Nil() {
		g := q.T.Blank(q.B, d)
		for b := range q.B {
			for i := range d {
				g.Value().Set(b*d+i, 2*float64(vec.Exp64(2*at(q.LogSigma, b, i))*inv[b*d*d+i*d+i]))
			}
		}
		join(rowADatum(q.LogSigma, q.B), g)
	}
	return sum.Sub(sum.Stop()).Add(q.T.Const(1, q.B, value))
}

// LogProb is -1/2 [ (z-mu)'S^-1(z-mu) + log det S + D log 2 pi ], [K,B].
func (q Correlated) LogProb(z Value) tape.Node {
	_, d := q.Mu.Shape()
	rows := q.B * z.K
	inv, det := q.precision()
	e := z.Node.Sub(q.Mu)
	ev := e.Value()
	u := q.T.Blank(rows, d) // S^-1 (z - mu)
	quad := q.pool.floats(rows)
	for r := range rows {
		p := inv[r/z.K*d*d:][:d*d]
		for i := range d {
			x := 0.0
			for j := range d {
				x += float64(p[i*d+j] * ev.At(r*d+j))
			}
			u.Value().Set(r*d+i, x)
			quad[r] += float64(x * ev.At(r*d+i))
		}
	}
	// d quad = 2 u.de - 2 sum_k (u.l_k) u.dl_k - 2 sum_i u_i^2 sigma_i^2 dlog sigma_i
	sum := e.Mul(u).SumD(z.K).Scale(2)
	for _, l := range q.Columns {
		g := q.T.Blank(rows, d)
		for r := range rows {
			c := 0.0
			for i := range d {
				c += float64(u.Value().At(r*d+i) * at(l, r/z.K, i))
			}
			for i := range d {
				g.Value().Set(r*d+i, -2*float64(c*u.Value().At(r*d+i)))
			}
		}
		sum = sum.Add(over(rowADatum(l, q.B), rows).Mul(g).SumD(z.K))
	}
	if !q.LogSigma.Nil() {
		g := q.T.Blank(rows, d)
		for r := range rows {
			for i := range d {
				x := u.Value().At(r*d + i)
				g.Value().Set(r*d+i, -2*float64(float64(x*x)*vec.Exp64(2*at(q.LogSigma, r/z.K, i))))
			}
		}
		sum = sum.Add(over(rowADatum(q.LogSigma, q.B), rows).Mul(g).SumD(z.K))
	}
	sum = sum.Sub(sum.Stop()).Add(q.T.Const(z.K, q.B, quad))
	l := sum.Add(q.logDet(inv, det))
	return l.Add(l.Const(float64(d) * 2 * halfLog2Pi)).Scale(-0.5)
}

// Frozen stops the weights.
func (q Correlated) Frozen() Dist {
	q.Mu = q.Mu.Freeze()
	if !q.LogSigma.Nil() {
		q.LogSigma = q.LogSigma.Freeze()
	}
	columns := q.T.Nodes(len(q.Columns))
	for i, l := range q.Columns {
		columns[i] = l.Freeze()
	}
	q.Columns = columns
	return q.keep()
}

// Means is mu.
func (q Correlated) Means(Noise) []tape.Node {
	m := q.T.Nodes(1)
	m[0] = q.Mu
	return m
}

// variance is the diagonal of S, [B,D].
func (q Correlated) variance() (v tape.Node) {
	if !q.LogSigma.Nil() {
		v = rowADatum(q.LogSigma, q.B).Scale(2).Exp()
	}
	for _, l := range q.Columns {
		l = rowADatum(l, q.B)
		if x := l.Mul(l); v.Nil() {
			v = x
		} else {
			v = v.Add(x)
		}
	}
	return v
}

// Moments are mu and mu^2 + S_ii.
func (q Correlated) Moments() (mean, square tape.Node, ok bool) {
	mu := rowADatum(q.Mu, q.B)
	return mu, mu.Mul(mu).Add(q.variance()), true
}

// Scatter is tr(A S A') = sum_k ||A l_k||^2 + sum_i sigma_i^2 |a_i|^2.
func (q Correlated) Scatter(a tape.Node) (sum tape.Node) {
	join := func(x tape.Node) {
		if x = x.SumD(1); sum.Nil() {
			sum = x
		} else {
			sum = sum.Add(x)
		}
	}
	for _, l := range q.Columns {
		y := q.T.Affine(rowADatum(l, q.B), a, tape.Node{}, tape.Linear)
		join(y.Mul(y))
	}
	if !q.LogSigma.Nil() {
		join(q.T.Affine(rowADatum(q.LogSigma, q.B).Scale(2).Exp(), a.Mul(a), tape.Node{}, tape.Linear))
	}
	return sum
}

// AbsMoment is that of the marginals, N(mu_i, S_ii).
func (q Correlated) AbsMoment() tape.Node {
	return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) { // of mu and the variance
		s := math.Sqrt(x[1])
		far, around := vec.Erf64(x[0]/s*rootHalf), 2*phi(x[0]/s)
		return float64(s*around) + float64(x[0]*far), [inputs]float64{far, 0.5 * around / s}
	}, q.Mu, q.variance())
}

// Entropy is 1/2 log det S + D/2 log(2 pi e), [1,B].
func (q Correlated) Entropy() tape.Node {
	_, d := q.Mu.Shape()
	inv, det := q.precision()
	h := q.logDet(inv, det).Scale(0.5)
	return h.Add(h.Const(float64(d) * halfLog2PiE))
}
