package tape

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/vec"
)

// columns calls f on the K values of every datum and on the datum's place in the
// result.
func (n Node) columns(out []float64, k int, f func(dst, src []float64)) {
	r, src := n.rec(), n.Float64s()
	for b := range r.cols {
		f(out[b*k:(b+1)*k], src[b*r.rows:(b+1)*r.rows])
	}
}

func (n Node) overK(o op, k int, f func(dst, src []float64)) Node {
	r := *n.rec()
	out := n.t.arena.take(k * r.cols)
	n.columns(out, k, f)
	return n.t.headNode(node{op: o, rows: k, cols: r.cols, in: [5]int32{n.id}}, out)
}

// SumK is the sum over the samples, [1,B].
func (n Node) SumK() Node {
	return n.overK(opSumK, 1, func(dst, src []float64) { dst[0] = vec.Sum(src) })
}

// MeanK is the mean over the samples, [1,B].
func (n Node) MeanK() Node { return n.SumK().Scale(1 / float64(n.rec().rows)) }

// SoftmaxK normalises exp over the samples of each datum: v_k = w_k / sum_j w_j.
func (n Node) SoftmaxK() Node { return n.overK(opSoftK, n.rec().rows, softmax) }

func softmax(dst, src []float64) {
	m := vec.Max(src)
	for i, x := range src {
		dst[i] = x - m
	}
	vec.Exp(dst, dst)
	s := vec.Sum(dst)
	for i := range dst {
		dst[i] /= s
	}
}

// LogSumExpK is log sum_k exp, [1,B].
func (n Node) LogSumExpK() Node {
	return n.overK(opLSEK, 1, func(dst, src []float64) { dst[0] = vec.LogSumExp64(src) })
}

// LogMeanExpK is log (1/K) sum_k exp, [1,B]: L_K of log weights.
func (n Node) LogMeanExpK() Node {
	r := n.rec()
	if r.rows == 1 {
		return n.LogSumExpK()
	}
	return n.LogSumExpK().Sub(n.t.Scalar(vec.Log64(float64(r.rows))))
}

// OthersMeanK is, for each sample, the mean of the K-1 others of its datum.
func (n Node) OthersMeanK() Node {
	k := n.rec().rows
	if k < 2 {
		panic("tape: OthersMeanK of " + n.describe() + ": need K >= 2")
	}
	return n.overK(opOthersK, k, func(dst, src []float64) { others(dst, src, 1/float64(k-1)) })
}

// others sets dst_k to c times the sum of the other values; sums from both ends
// are joined, so a large value never has to be taken away again.
func others(dst, src []float64, c float64) {
	pre := 0.0
	for i, x := range src {
		dst[i] = pre
		pre += x
	}
	suf := 0.0
	for i := len(src) - 1; i >= 0; i-- {
		dst[i] = c * (dst[i] + suf)
		suf += src[i]
	}
}

// OthersLogSumExpK is, for each sample, log sum_{j != k} exp over the others of
// its datum: log (w_1 + .. + w_K - w_k) without the cancellation. Stopped:
// estimators use it in coefficients.
func (n Node) OthersLogSumExpK() Node {
	r := *n.rec()
	if r.rows < 2 {
		panic("tape: OthersLogSumExpK of " + n.describe() + ": need K >= 2")
	}
	out := n.t.arena.take(r.rows * r.cols)
	e := n.t.arena.take(r.rows)
	n.columns(out, r.rows, func(dst, src []float64) { othersLogSumExp(dst, src, e) })
	return n.t.headNode(node{op: opConst, rows: r.rows, cols: r.cols}, out)
}

func othersLogSumExp(dst, src, e []float64) {
	m, at := math.Inf(-1), 0
	for i, x := range src {
		if x > m || i == 0 {
			m, at = x, i
		}
	}
	for i, x := range src {
		e[i] = x - m
	}
	vec.Exp(e, e)
	others(dst, e, 1)
	vec.Log(dst, dst)
	for i := range dst {
		dst[i] += m
	}
	// Without its largest term a sum may lie hundreds of nats lower: take it anew.
	copy(e, src)
	e[at] = math.Inf(-1)
	dst[at] = vec.LogSumExp64(e)
}

// Groups cuts K = m*k samples into m groups of k: [M*K,B] becomes [K,M*B]. The
// values stay where they are, because storage is datum-major.
func (n Node) Groups(m int) Node {
	r := *n.rec()
	if m < 1 || r.rows%m != 0 {
		panic(fmt.Sprintf("tape: Groups(%d) of %s: does not divide K", m, n.describe()))
	}
	if m == 1 {
		return n
	}
	return n.regroup(r.rows/m, r.cols*m)
}

// Ungroup joins m groups again: [K,M*B] becomes [M*K,B].
func (n Node) Ungroup(m int) Node {
	r := *n.rec()
	if m < 1 || r.cols%m != 0 {
		panic(fmt.Sprintf("tape: Ungroup(%d) of %s: does not divide B", m, n.describe()))
	}
	if m == 1 {
		return n
	}
	return n.regroup(r.rows*m, r.cols/m)
}

func (n Node) regroup(rows, cols int) Node {
	return n.t.headNode(node{op: opGroups, rows: rows, cols: cols, in: [5]int32{n.id}}, n.Float64s())
}

func (t *Tape) pullOverK(n *node, g, y, a []float64) {
	x := t.vals[n.in[0]]
	k := t.nodes[n.in[0]].rows
	for b := range n.cols {
		lo, hi := b*k, (b+1)*k
		switch n.op {
		case opSumK:
			for i := lo; i < hi; i++ {
				a[i] += g[b]
			}
		case opLSEK: // d/dx_k = softmax_k
			if math.IsInf(y[b], -1) {
				continue // no weight at all: no direction to give; a NaN goes on as a NaN
			}
			for i := lo; i < hi; i++ {
				a[i] += float64(g[b] * vec.Exp64(x[i]-y[b]))
			}
		case opSoftK: // v_k (g_k - sum_j v_j g_j)
			dot := 0.0
			for i := lo; i < hi; i++ {
				dot += float64(y[i] * g[i])
			}
			for i := lo; i < hi; i++ {
				a[i] += float64(y[i] * (g[i] - dot))
			}
		case opOthersK: // the same sum of others, of the adjoints
			tmp := t.arena.take(k)
			others(tmp, g[lo:hi], 1/float64(k-1))
			for i := range tmp {
				a[lo+i] += tmp[i]
			}
		}
	}
}

// LogAddExp is log(e^n + e^m) by element, stopped: max + log1p(e^-|n-m|).
func (n Node) LogAddExp(m Node) Node {
	r := *n.rec()
	a, b := n.Float64s(), m.Float64s()
	if len(a) != len(b) {
		panic("tape: LogAddExp: " + n.describe() + " and " + m.describe() + ": shapes differ")
	}
	out := n.t.arena.take(len(a))
	for i, x := range a {
		y := b[i]
		if x < y {
			x, y = y, x
		}
		out[i] = x
		if x > math.Inf(-1) {
			out[i] += vec.Log1p64(vec.Exp64(y - x))
		}
	}
	return n.t.headNode(node{op: opConst, rows: r.rows, cols: r.cols}, out)
}

// CovK is v_k (f_k - sum_j v_j f_j) of weights v that add up to one over the
// samples: summed against g_k it is the covariance of f and g under v. Stopped.
func (n Node) CovK(f Node) Node {
	r, m := *n.rec(), *f.rec()
	if r.rows != m.rows || r.cols != m.cols {
		panic("tape: CovK: " + n.describe() + " and " + f.describe() + ": shapes differ")
	}
	x := f.Float64s()
	out := n.t.arena.take(len(x))
	n.columns(out, r.rows, func(dst, v []float64) {
		mean := vec.Dot(v, x[:len(v)])
		for k := range v {
			dst[k] = v[k] * (x[k] - mean)
		}
		x = x[len(v):]
	})
	return n.t.headNode(node{op: opConst, rows: r.rows, cols: r.cols}, out)
}

// LargestK is 1 at the largest value of each datum, the first of equals, and 0
// elsewhere; one that is not a number counts as largest, lest it be passed over.
// Stopped.
func (n Node) LargestK() Node {
	r := *n.rec()
	out := n.t.arena.zeros(r.rows * r.cols)
	n.columns(out, r.rows, func(dst, src []float64) {
		at := 0
		for k, x := range src {
			if x > src[at] || x != x {
				at = k
			}
			if x != x {
				break
			}
		}
		dst[at] = 1
	})
	return n.t.headNode(node{op: opConst, rows: r.rows, cols: r.cols}, out)
}
