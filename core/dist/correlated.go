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
	LogDiag      tape.Node // where the columns are a lower triangle without noise beside, the logs of its diagonal; else nil

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

// factor is the columns l_k and the variances of the noise as numbers, each [B,D].
type factor struct {
	b, d, k  int
	columns  []float64 // k of them, one after the other
	variance []float64 // nil where there is no noise
	pool     *Pool
}

func (f factor) column(k int) []float64 { return f.columns[k*f.b*f.d:][:f.b*f.d] }

func (q Correlated) factor() factor {
	_, d := q.Mu.Shape()
	f := factor{b: q.B, d: d, k: len(q.Columns), pool: q.pool, columns: q.pool.floats(q.B * d * len(q.Columns))}
	for k, l := range q.Columns {
		read(l, f.column(k))
	}
	if !q.LogSigma.Nil() {
		f.variance = q.pool.floats(q.B * d)
		read(q.LogSigma, f.variance)
		for i, l := range f.variance {
			f.variance[i] = vec.Exp64(2 * l)
		}
	}
	return f
}

// read writes a node's numbers, a row for all as often as there are rows.
func read(n tape.Node, x []float64) {
	for y := n.Value().AppendTo(x[:0]); len(y) < len(x); {
		y = append(y, y[:min(len(y), len(x)-len(y))]...)
	}
}

// precision is S^-1 and log det S of each datum, by its Cholesky factor; NaN where S is
// not positive.
func (f factor) precision(b int) (inv, logDet []float64) {
	d := f.d
	s, half := f.pool.floats(d*d), f.pool.floats(d*d)
	inv, logDet = f.pool.floats(b*d*d), f.pool.floats(b)
	for n := range b {
		clear(s)
		for k := range f.k {
			l := f.column(k)[n*d:][:d]
			for i, x := range l {
				if x != 0 {
					vec.Axpy(x, l[:i+1], s[i*d:][:i+1])
				}
			}
		}
		if f.variance != nil {
			for i, v := range f.variance[n*d:][:d] {
				s[i*d+i] += v
			}
		}
		for i := range d { // S = R R', in place
			for j := range i + 1 {
				x := s[i*d+j] - vec.Dot(s[i*d:i*d+j], s[j*d:j*d+j])
				if i == j {
					s[i*d+i] = math.Sqrt(x)
					logDet[n] += vec.Log64(x)
				} else {
					s[i*d+j] = x / s[j*d+j]
				}
			}
		}
		clear(half) // R^-1, by rows
		for i := range d {
			row := half[i*d:][:i]
			for k := range i {
				vec.Axpy(s[i*d+k], half[k*d:][:k+1], row[:k+1])
			}
			for j := range row {
				row[j] = -row[j] / s[i*d+i]
			}
			half[i*d+i] = 1 / s[i*d+i]
		}
		blas.Gemm(true, false, d, d, d, half, half, inv[n*d*d:(n+1)*d*d])
	}
	return inv, logDet
}

// solve sets u to S^-1 e of datum n by its triangle, L w = e and L'u = w, and gives e'S^-1 e
// = |w|^2: no worse conditioned than L.
func (f factor) solve(n int, e, u []float64) float64 {
	at := func(i, k int) float64 { return f.column(k)[n*f.d+i] }
	for i := range u {
		u[i] = e[i]
		for k := range i {
			u[i] -= float64(at(i, k) * u[k])
		}
		u[i] /= at(i, i)
	}
	quad := vec.SumSq(u)
	for i := len(u) - 1; i >= 0; i-- {
		for k := i + 1; k < len(u); k++ {
			u[i] -= float64(at(k, i) * u[k])
		}
		u[i] /= at(i, i)
	}
	return quad
}

// logDet is log det S of each datum, [1,B], live: its derivative is 2 S^-1 l_k in l_k,
// 2 sigma_i^2 (S^-1)_ii in log sigma_i.
func (q Correlated) logDet(f factor, inv, value []float64) tape.Node {
	d := f.d
	var sum tape.Node
	join := func(n tape.Node, slope []float64) {
		g := q.T.Blank(q.B, d)
		g.Value().From(slope)
		if x := rowADatum(n, q.B).Mul(g).SumD(1); sum.Nil() {
			sum = x
		} else {
			sum = sum.Add(x)
		}
	}
	slope := f.pool.floats(q.B * d)
	for k := range f.k {
		l := f.column(k)
		for n := range q.B {
			for i := range d {
				slope[n*d+i] = 2 * vec.Dot(inv[(n*d+i)*d:][:d], l[n*d:][:d])
			}
		}
		join(q.Columns[k], slope)
	}
	if f.variance != nil {
		for n := range q.B {
			for i := range d {
				slope[n*d+i] = 2 * float64(f.variance[n*d+i]*inv[(n*d+i)*d+i])
			}
		}
		join(q.LogSigma, slope)
	}
	return sum.Sub(sum.Stop()).Add(q.T.Const(1, q.B, value))
}

// LogProb is -1/2 [ (z-mu)'S^-1(z-mu) + log det S + D log 2 pi ], [K,B].
func (q Correlated) LogProb(z Value) tape.Node {
	rows, f := q.B*z.K, q.factor()
	d := f.d
	var inv, det []float64
	if q.LogDiag.Nil() {
		inv, det = f.precision(q.B)
	}
	e := z.Node.Sub(q.Mu)
	at := e.Value().AppendTo(f.pool.floats(rows * d)[:0])
	u := f.pool.floats(rows * d) // S^-1 (z - mu)
	quad := f.pool.floats(rows)
	for r := range rows {
		if inv == nil {
			quad[r] = f.solve(r/z.K, at[r*d:][:d], u[r*d:][:d])
			continue
		}
		for i := range d {
			u[r*d+i] = vec.Dot(inv[(r/z.K*d+i)*d:][:d], at[r*d:][:d])
		}
		quad[r] = vec.Dot(u[r*d:][:d], at[r*d:][:d])
	}
	// d quad = 2 u.de - 2 sum_k (u.l_k) u.dl_k - 2 sum_i u_i^2 sigma_i^2 dlog sigma_i
	g := q.T.Blank(rows, d)
	g.Value().From(u)
	sum := e.Mul(g).SumD(z.K).Scale(2)
	join := func(n tape.Node, slope []float64) {
		g := q.T.Blank(rows, d)
		g.Value().From(slope)
		sum = sum.Add(over(rowADatum(n, q.B), rows).Mul(g).SumD(z.K))
	}
	slope := f.pool.floats(rows * d)
	for k := range f.k {
		l := f.column(k)
		for r := range rows {
			c := -2 * vec.Dot(u[r*d:][:d], l[r/z.K*d:][:d])
			for i := range d {
				slope[r*d+i] = c * u[r*d+i]
			}
		}
		join(q.Columns[k], slope)
	}
	if f.variance != nil {
		for i, x := range u {
			slope[i] = -2 * float64(float64(x*x)*f.variance[i/(z.K*d)*d+i%d])
		}
		join(q.LogSigma, slope)
	}
	sum = sum.Sub(sum.Stop()).Add(q.T.Const(z.K, q.B, quad))
	l := sum
	if inv == nil {
		l = l.Add(summed(q.LogDiag, q.B, 0).Scale(2))
	} else {
		l = l.Add(q.logDet(f, inv, det))
	}
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
	if !q.LogDiag.Nil() {
		q.LogDiag = q.LogDiag.Freeze()
	}
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
func (q Correlated) Scatter(a, weight tape.Node) (sum tape.Node) {
	join := func(x tape.Node) {
		if x = Weighed(x, weight); sum.Nil() {
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
	if !q.LogDiag.Nil() {
		return summed(q.LogDiag, q.B, halfLog2PiE)
	}
	f := q.factor()
	inv, det := f.precision(q.B)
	h := q.logDet(f, inv, det).Scale(0.5)
	return h.Add(h.Const(float64(f.d) * halfLog2PiE))
}
