package tape

import (
	"fmt"

	"github.com/vibench/bench/core/vec"
)

type real interface{ float32 | float64 }

// body is a floor in one precision.
type body interface {
	reset()
	alias(id, of int32)
	forward(id int32)         // computes a node's value from its record
	twin(id int32) bool       // takes a row reduction's value from an equal one, if there is one
	vector(id int32) Vector   // a node's value, shared
	grad(at int32) Vector     // the adjoint of one node, from those of the head
	place(id int32, v Vector) // makes v a node's value
	seed(dir *[Roles]Vector)  // where the parameters' adjoints go
	sweep()                   // the reverse pass
	settle()                  // clears what it did not reach
	giveAll()                 // adds what waits for the last block
}

// floor holds the values and adjoints of the body's nodes.
type floor[T real] struct {
	t       *Tape
	arena   arena[T]
	val     [][]T
	aux     [][]T // what a forward keeps for its pull
	adj     []adjoint[T]
	dir     [Roles][]T
	turns   []turn[T]        // of parameters
	lates   []late[T]        // of parameters
	spreads []*vec.Spread[T] // of every width met
	rows    []int32          // lists of few
	idle    []bool           // rows that a pull does not go over
	some    []T              // a row of a slope
}

// spread walks rows of cols numbers.
func (f *floor[T]) spread(cols int) *vec.Spread[T] {
	for _, s := range f.spreads {
		if s.Cols() == cols {
			return s
		}
	}
	s := vec.NewSpread[T](cols)
	f.spreads = append(f.spreads, s)
	return s
}

func (f *floor[T]) reset() {
	f.arena.reset()
	f.val, f.aux, f.rows = f.val[:0], f.aux[:0], f.rows[:0]
}

// grow makes room for the node last recorded; nodes of the head keep nil here.
func (f *floor[T]) grow(id int32) {
	for int(id) >= len(f.val) {
		f.val = append(f.val, nil)
		f.aux = append(f.aux, nil)
	}
}

func (f *floor[T]) alias(id, of int32) {
	f.grow(id)
	f.val[id] = f.val[of]
}

// wrap and unwrap join slices of T and tagged vectors.
func wrap[T real](x []T) Vector {
	switch y := any(x).(type) {
	case []float64:
		return Vector{f64: y}
	case []float32:
		return Vector{f32: y}
	}
	return Vector{}
}

func unwrap[T real](v Vector) []T {
	var zero T
	if _, ok := any(zero).(float64); ok {
		return any(v.f64).([]T)
	}
	return any(v.f32).([]T)
}

func (f *floor[T]) vector(id int32) Vector { return wrap(f.val[id]) }

// Value is a body node's matrix, row-major, shared until Reset.
func (n Node) Value() Vector {
	if n.rec().head {
		panic("tape: Value of " + n.describe() + ": use Float64s for head nodes")
	}
	return n.t.body.vector(n.id)
}

// bodyNode records an operation of the body and computes it.
func (t *Tape) bodyNode(n node) Node {
	m := t.record(n)
	t.body.forward(m.id)
	return m
}

// Leaf is a constant matrix of zeros for the caller to fill: data, noise.
func (t *Tape) Leaf(rows, cols int) Node {
	n := t.Blank(rows, cols)
	v := n.Value()
	clear(v.f32)
	clear(v.f64)
	return n
}

// Blank is a Leaf whose values are not set: for a caller who sets all of them.
func (t *Tape) Blank(rows, cols int) Node {
	return t.bodyNode(node{op: opLeaf, rows: rows, cols: cols})
}

// Param is a parameter of the tape's Params, as it stands. The same name gives
// the same node.
func (t *Tape) Param(name string) Node {
	i, ok := t.params.index[name]
	if !ok {
		panic(fmt.Sprintf("tape: parameter %q is not declared", name))
	}
	if t.paramN[i] == 0 {
		s := t.params.specs[i]
		n := t.bodyNode(node{op: opParam, rows: s.Rows, cols: s.Cols, param: int32(i), reach: bit(t.params.role[i])})
		t.paramN[i] = n.id
	}
	return Node{t, t.paramN[i]}
}

func (t *Tape) bodyUnary(n node, a Node) Node {
	n.in[0] = a.id
	return t.bodyNode(n)
}

func (t *Tape) bodyBinary(o op, a, b Node) Node {
	ra, rb := *a.rec(), *b.rec()
	if ra.cols != rb.cols {
		panic("tape: " + o.String() + ": " + a.describe() + " and " + b.describe() + ": features differ")
	}
	rows := max(ra.rows, rb.rows)
	if rows%ra.rows != 0 || rows%rb.rows != 0 {
		panic("tape: " + o.String() + ": " + a.describe() + " and " + b.describe() + ": rows do not spread")
	}
	return t.bodyNode(node{op: o, rows: rows, cols: ra.cols, in: [5]int32{a.id, b.id}})
}

// Apply is an activation by element.
func (n Node) Apply(a Act) Node {
	r := n.rec()
	return n.t.bodyUnary(node{op: opApply, act: a, rows: r.rows, cols: r.cols}, n)
}

// Spread repeats each of B rows K times: row b becomes rows b*K .. b*K+K-1.
func (n Node) Spread(k int) Node {
	r := n.rec()
	return n.t.bodyUnary(node{op: opSpread, rows: r.rows * k, cols: r.cols}, n)
}

// Centre subtracts from each feature its mean over all rows (the half of batch
// normalisation that mixes rows).
func (n Node) Centre() Node {
	r := n.rec()
	return n.t.bodyUnary(node{op: opCentre, rows: r.rows, cols: r.cols}, n)
}

// Cols is features lo to hi.
func (n Node) Cols(lo, hi int) Node {
	r := n.rec()
	if lo < 0 || hi > r.cols || lo >= hi {
		panic(fmt.Sprintf("tape: Cols(%d,%d) of %s", lo, hi, n.describe()))
	}
	return n.t.bodyUnary(node{op: opCols, rows: r.rows, cols: hi - lo, c: float64(lo)}, n)
}

// Reparam is mu + exp(logsigma) * eps, the reparameterised sample: mu and
// logsigma have rows that spread over those of eps.
func (t *Tape) Reparam(mu, logsigma, eps Node) Node {
	m, s, e := *mu.rec(), *logsigma.rec(), *eps.rec()
	if m.cols != e.cols || s.cols != e.cols || e.rows%m.rows != 0 || e.rows%s.rows != 0 {
		panic("tape: Reparam: " + mu.describe() + ", " + logsigma.describe() + ", " + eps.describe() + ": shapes differ")
	}
	return t.bodyNode(node{op: opReparam, rows: e.rows, cols: e.cols, in: [5]int32{mu.id, logsigma.id, eps.id}, reach: drawn})
}

func (f *floor[T]) forward(id int32) {
	f.grow(id)
	n := f.t.nodes[id]
	size := n.rows * n.cols
	var a []T
	if n.in[0] != 0 {
		a = f.val[n.in[0]]
	}
	switch n.op {
	case opLeaf:
		f.val[id] = f.arena.take(size)
		return
	case opParam:
		p := f.t.params
		f.val[id] = unwrap[T](p.vec[p.role[n.param]])[p.off[n.param] : p.off[n.param]+size]
		return
	case opStop, opThrough, opKnown:
		f.val[id] = a
		return
	case opActive:
		return
	}
	if n.op.frontier() {
		f.forwardFrontier(id)
		return
	}
	y := f.arena.take(size)
	f.val[id] = y
	switch n.op {
	case opAffine:
		f.affine(&n, y)
	case opApply:
		activate(n.act, y, a)
	case opBScale:
		c := T(n.c)
		for i, x := range a {
			y[i] = c * x
		}
	case opBAdd, opBSub, opBMul:
		oa, ob := f.operand(&n, 0, n.rows), f.operand(&n, 1, n.rows)
		p, cols := f.period(&n, n.rows), n.cols
		for lo := 0; lo < n.rows; lo += p {
			u, us := oa.at(lo)
			v, vs := ob.at(lo)
			w := y[lo*cols:]
			for i := range p {
				for j := range cols {
					x, z := u[i*us+j], v[i*vs+j]
					switch n.op {
					case opBAdd:
						x += z
					case opBSub:
						x -= z
					case opBMul:
						x *= z
					}
					w[i*cols+j] = x
				}
			}
		}
	case opSpread:
		s := spread{n.rows, len(a) / n.cols}
		for r := range n.rows {
			copy(row(y, r, n.cols), row(a, s.of(r), n.cols))
		}
	case opCentre:
		m := f.arena.zeros(n.cols)
		colMean(m, a, n.rows)
		for r := range n.rows {
			u, w := row(a, r, n.cols), row(y, r, n.cols)
			for i := range w {
				w[i] = u[i] - m[i]
			}
		}
	case opCols:
		in := f.t.nodes[n.in[0]].cols
		for r := range n.rows {
			copy(row(y, r, n.cols), row(a, r, in)[int(n.c):])
		}
	case opLogSoft:
		f.aux[id] = f.logSoftmax(int(n.c), y, a)
	case opGroupSum:
		groupSum(int(n.c), y, a)
	case opReparam:
		om, sd, eps := f.operand(&n, 0, n.rows), f.expOf(f.operand(&n, 1, n.rows), 1), f.val[n.in[2]]
		f.aux[id] = sd.x
		p, cols := f.period(&n, n.rows), n.cols
		for lo := 0; lo < n.rows; lo += p {
			at := lo * cols
			f.spread(cols).Reparam(y[at:at+p*cols], om.from(lo), sd.from(lo), eps[at:at+p*cols])
		}
	default:
		panic("tape: no forward for " + n.op.String())
	}
}

func row[T any](x []T, r, cols int) []T { return x[r*cols : (r+1)*cols : (r+1)*cols] }

// spread maps a row of rows to the row of an operand that has fewer: 1, B or all.
type spread struct{ rows, of1 int }

func (s spread) of(r int) int {
	switch s.of1 {
	case s.rows:
		return r
	case 1:
		return 0
	}
	return r / (s.rows / s.of1)
}

func colMean[T real](m, x []T, rows int) {
	for r := range rows {
		for i, v := range row(x, r, len(m)) {
			m[i] += v
		}
	}
	for i := range m {
		m[i] /= T(rows)
	}
}
