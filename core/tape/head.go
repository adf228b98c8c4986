package tape

import (
	"fmt"

	"github.com/vibench/bench/core/vec"
)

// Const puts values on the head, datum-major: x[b*k+j] is sample j of datum b.
// They are shared until Reset, and nothing flows back to them.
func (t *Tape) Const(k, b int, x []float64) Node {
	if len(x) != k*b {
		panic(fmt.Sprintf("tape: Const: shape [%d,%d] wants %d values, got %d", k, b, k*b, len(x)))
	}
	return t.headNode(node{op: opConst, rows: k, cols: b}, x)
}

// Scalar is a constant [1,1].
func (t *Tape) Scalar(x float64) Node {
	v := t.arena.take(1)
	v[0] = x
	return t.headNode(node{op: opConst, rows: 1, cols: 1}, v)
}

func (t *Tape) headNode(n node, v []float64) Node {
	n.head = true
	m := t.record(n)
	t.vals[m.id] = v
	return m
}

// Float64s is a head node's value, datum-major, shared until Reset.
func (n Node) Float64s() []float64 {
	if !n.rec().head {
		panic("tape: Float64s of " + n.describe() + ": use Value for body nodes")
	}
	return n.t.vals[n.id]
}

// Float is the value of a scalar [1,1].
func (n Node) Float() float64 {
	v := n.Float64s()
	if len(v) != 1 {
		panic("tape: Float of " + n.describe() + ": not a scalar")
	}
	return v[0]
}

// pair brings two nodes of the head, or two of the body, to one shape. A
// dimension of one is spread over the other's; so is, in the body, a row a datum
// over the datum's samples.
func (t *Tape) pair(o op, a, b Node) (rows, cols int, head bool) {
	if a.t != t || b.t != t {
		panic("tape: " + o.String() + ": " + a.describe() + " and " + b.describe() + " are not on one tape")
	}
	x, y := a.rec(), b.rec()
	fit := func(p, q int) bool { return p == q || p == 1 || q == 1 }
	blocks := !x.head && (x.rows%y.rows == 0 || y.rows%x.rows == 0) // a row a datum, and one a sample of it
	if x.head != y.head || !fit(x.rows, y.rows) && !blocks || !fit(x.cols, y.cols) {
		panic("tape: " + o.String() + ": " + a.describe() + " and " + b.describe() + ": shapes differ")
	}
	return max(x.rows, y.rows), max(x.cols, y.cols), x.head
}

// column is where column c of a result starts in an operand of shape r, and how
// far a sample is from the next; a dimension of one stands for all.
func (r *node) column(c int) (at, stride int) {
	if r.cols == 1 {
		c = 0
	}
	if r.rows > 1 {
		stride = 1
	}
	return c * r.rows, stride
}

func (n Node) binary(o, bodyOp op, m Node) Node {
	t := n.t
	rows, cols, head := t.pair(o, n, m)
	if !head {
		return t.bodyBinary(bodyOp, n, m)
	}
	out := t.arena.take(rows * cols)
	a, b := t.vals[n.id], t.vals[m.id]
	ra, rb := n.rec(), m.rec()
	if len(a) == len(out) && len(b) == len(out) {
		switch o {
		case opAdd:
			vec.Axpy(1, b, copied(out, a))
		case opSub:
			vec.Axpy(-1, b, copied(out, a))
		case opMul:
			for i, x := range a {
				out[i] = x * b[i]
			}
		}
		return t.headNode(node{op: o, rows: rows, cols: cols, in: [5]int32{n.id, m.id}}, out)
	}
	for c := range cols {
		p, ps := ra.column(c)
		q, qs := rb.column(c)
		y := out[c*rows : (c+1)*rows]
		switch o {
		case opAdd:
			for k := range y {
				y[k] = a[p+k*ps] + b[q+k*qs]
			}
		case opSub:
			for k := range y {
				y[k] = a[p+k*ps] - b[q+k*qs]
			}
		case opMul:
			for k := range y {
				y[k] = a[p+k*ps] * b[q+k*qs]
			}
		}
	}
	return t.headNode(node{op: o, rows: rows, cols: cols, in: [5]int32{n.id, m.id}}, out)
}

func copied(dst, src []float64) []float64 {
	copy(dst, src)
	return dst
}

// Add is n + m, dimensions of one spread.
func (n Node) Add(m Node) Node { return n.binary(opAdd, opBAdd, m) }

// Sub is n - m, dimensions of one spread.
func (n Node) Sub(m Node) Node { return n.binary(opSub, opBSub, m) }

// Mul is n * m by element, dimensions of one spread.
func (n Node) Mul(m Node) Node { return n.binary(opMul, opBMul, m) }

// Scale is c n.
func (n Node) Scale(c float64) Node {
	r := n.rec()
	if !r.head {
		return n.t.bodyUnary(node{op: opBScale, rows: r.rows, cols: r.cols, c: c}, n)
	}
	return n.mapHead(opScale, c, func(dst, src []float64) { vec.Scale(c, copied(dst, src)) })
}

// Neg is -n.
func (n Node) Neg() Node { return n.Scale(-1) }

// Exp is e^n.
func (n Node) Exp() Node {
	if !n.rec().head {
		return n.Apply(Exp)
	}
	return n.mapHead(opExp, 0, vec.Exp[float64])
}

func (n Node) mapHead(o op, c float64, f func(dst, src []float64)) Node {
	t, r := n.t, *n.rec()
	src := t.vals[n.id]
	out := t.arena.take(len(src))
	f(out, src)
	return t.headNode(node{op: o, rows: r.rows, cols: r.cols, c: c, in: [5]int32{n.id}}, out)
}

// Const is a constant of the node's shape: coefficients that do not depend on
// the samples, such as 1/K.
func (n Node) Const(c float64) Node {
	r := n.rec()
	out := n.t.arena.take(r.rows * r.cols)
	for i := range out {
		out[i] = c
	}
	return n.t.headNode(node{op: opConst, rows: r.rows, cols: r.cols}, out)
}

// Map is f of every value, stopped: for coefficients without a derivative.
func (n Node) Map(f func(float64) float64) Node {
	r := n.rec()
	src := n.Float64s()
	out := n.t.arena.take(len(src))
	for i, x := range src {
		out[i] = f(x)
	}
	return n.t.headNode(node{op: opConst, rows: r.rows, cols: r.cols}, out)
}

// Sum adds up everything to a scalar.
func (n Node) Sum() Node {
	out := n.t.arena.take(1)
	out[0] = vec.Sum(n.Float64s())
	return n.t.headNode(node{op: opSum, rows: 1, cols: 1, in: [5]int32{n.id}}, out)
}

// Dot is the sum of n * m over everything, a scalar; shapes are equal.
func (n Node) Dot(m Node) Node {
	x, y := n.Float64s(), m.Float64s()
	if n.t != m.t || len(x) != len(y) || n.rec().rows != m.rec().rows {
		panic("tape: Dot: " + n.describe() + " and " + m.describe() + ": shapes differ")
	}
	out := n.t.arena.take(1)
	out[0] = vec.Dot(x, y)
	return n.t.headNode(node{op: opDot, rows: 1, cols: 1, in: [5]int32{n.id, m.id}}, out)
}

// Mean over K and B, a scalar.
func (n Node) Mean() Node {
	r := n.rec()
	return n.Sum().Scale(1 / float64(r.rows*r.cols))
}

// MeanB is the sum over K and the mean over B: what a surrogate of coefficients
// that already add up over K wants.
func (n Node) MeanB() Node { return n.Sum().Scale(1 / float64(n.rec().cols)) }

// reverseHead adds up the adjoints of one role in the head, from the scalar s.
func (t *Tape) reverseHead(role Role, s Node) {
	adj := t.adj[role]
	adj[s.id] = t.arena.take(1)
	adj[s.id][0] = t.share
	t.pullHeads(role, s.id)
}

// pullHeads takes the adjoints of one role down the head, from node id on.
func (t *Tape) pullHeads(role Role, id int32) {
	for ; id > 0; id-- {
		n := &t.nodes[id]
		if n.head && t.adj[role][id] != nil && n.reach.has(role) {
			t.pullHead(role, id)
		}
	}
}

// into returns the adjoint of an input to add to, or nil if the role's
// parameters do not lie above it.
func (t *Tape) into(role Role, id int32) []float64 {
	n := &t.nodes[id]
	if !n.reach.has(role) {
		return nil
	}
	if t.adj[role][id] == nil {
		t.adj[role][id] = t.arena.zeros(n.rows * n.cols)
	}
	return t.adj[role][id]
}

// send adds c x to the adjoint of an input of x's shape. The first to come is the
// adjoint: nothing is cleared for it.
func (t *Tape) send(role Role, id int32, c float64, x []float64) {
	switch a := &t.adj[role][id]; {
	case !t.nodes[id].reach.has(role):
	case *a != nil:
		vec.Axpy(c, x, *a)
	default:
		*a = copied(t.arena.take(len(x)), x)
		if c != 1 {
			vec.Scale(c, *a)
		}
	}
}

func (t *Tape) pullHead(role Role, id int32) {
	n := t.nodes[id]
	g, y := t.adj[role][id], t.vals[id]
	switch n.op {
	case opAdd, opSub, opMul:
		ra, rb := &t.nodes[n.in[0]], &t.nodes[n.in[1]]
		x, z := t.vals[n.in[0]], t.vals[n.in[1]]
		if n.op != opMul && len(x) == len(g) && len(z) == len(g) {
			sign := 1.0
			if n.op == opSub {
				sign = -1
			}
			t.send(role, n.in[0], 1, g)
			t.send(role, n.in[1], sign, g)
			return
		}
		a, b := t.into(role, n.in[0]), t.into(role, n.in[1])
		for c := range n.cols {
			p, ps := ra.column(c)
			q, qs := rb.column(c)
			g := g[c*n.rows : (c+1)*n.rows]
			switch {
			case a == nil:
			case n.op == opMul:
				for k, d := range g {
					a[p+k*ps] += float64(d * z[q+k*qs])
				}
			default:
				for k, d := range g {
					a[p+k*ps] += d
				}
			}
			switch {
			case b == nil:
			case n.op == opMul:
				for k, d := range g {
					b[q+k*qs] += float64(d * x[p+k*ps])
				}
			case n.op == opSub:
				for k, d := range g {
					b[q+k*qs] -= d
				}
			default:
				for k, d := range g {
					b[q+k*qs] += d
				}
			}
		}
	case opScale:
		t.send(role, n.in[0], n.c, g)
	case opExp:
		a := t.into(role, n.in[0])
		for i := range g {
			a[i] += float64(g[i] * y[i])
		}
	case opSum:
		a := t.into(role, n.in[0])
		for i := range a {
			a[i] += g[0]
		}
	case opDot:
		t.send(role, n.in[0], g[0], t.vals[n.in[1]])
		t.send(role, n.in[1], g[0], t.vals[n.in[0]])
	case opGroups:
		t.send(role, n.in[0], 1, g)
	case opSumK, opLSEK, opSoftK, opOthersK:
		t.pullOverK(&n, g, y, t.into(role, n.in[0]))
	case opNormal, opBernoulli, opKLNormal, opRowSum:
		// the frontier: the adjoint is the row factor with which the body is swept
	default:
		panic("tape: no pull for head " + n.op.String())
	}
}
