package tape

import (
	"slices"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/cpu"
	"github.com/vibench/bench/core/vec"
)

// Affine is act(x W' + b): x [R,in], W [out,in], b [1,out] or nil. One operation,
// because products dominate and the rest should ride on them.
func (t *Tape) Affine(x, w, b Node, a Act) Node {
	rx, rw := *x.rec(), *w.rec()
	if rx.cols != rw.cols {
		panic("tape: Affine: x is " + x.describe() + ", w is " + w.describe() + ": inner sizes differ")
	}
	in := [5]int32{x.id, w.id}
	if !b.Nil() {
		if rb := b.rec(); rb.rows != 1 || rb.cols != rw.rows {
			panic("tape: Affine: w is " + w.describe() + ", b is " + b.describe() + ": widths differ")
		}
		in[2] = b.id
	}
	return t.bodyNode(node{op: opAffine, act: a, rows: rx.rows, cols: rw.rows, in: in})
}

func (f *floor[T]) affine(n *node, y []T) {
	x, w := f.val[n.in[0]], f.val[n.in[1]]
	in := len(w) / n.cols
	var b []T // none is zeros
	if n.in[2] != 0 {
		b = f.val[n.in[2]]
	}
	if turned := f.turned(n.in[1]); turned != nil {
		blas.GemmFrom(false, false, n.rows, n.cols, in, x, turned, b, y)
	} else {
		blas.GemmFrom(false, true, n.rows, n.cols, in, x, w, b, y) // y = b + x w'
	}
	if n.act != Linear {
		activate(n.act, y, y)
	}
}

// turned is W' of a weight that many blocks of a batch multiply by: transposed
// once for all of them, it need not be in every product. Nil where it is not worth that.
func (f *floor[T]) turned(id int32) []T {
	n := &f.t.nodes[id]
	if n.op != opParam || f.t.share > turnBelow {
		return nil
	}
	if f.t.lead != nil {
		lead := f.t.lead.body.(*floor[T])
		if lead.turns != nil && lead.turns[n.param].pass == lead.t.pass {
			return lead.turns[n.param].w
		}
	}
	if f.turns == nil {
		f.turns = make([]turn[T], len(f.t.params.specs))
	}
	u := &f.turns[n.param]
	if u.pass != f.t.pass {
		if u.w == nil {
			u.w = cpu.Make[T](n.rows * n.cols)
		}
		blas.Transpose(n.rows, n.cols, f.val[id], u.w)
		u.pass = f.t.pass
	}
	return u.w
}

// turn is a transposed weight and the pass over a batch it was made in.
type turn[T real] struct {
	w    []T
	pass uint64
}

// turnBelow is the share of a batch in a block from which on others are sure to follow.
const turnBelow = 0.4

// pullAffine: with delta = g * act'(y), dx += delta W, dW += delta' (c x), db += delta' c.
// The factor c is rounded into the narrow side x, before the product. Where most rows
// have a factor of zero for every role, as of samples of which the best counts, the
// products are of the other rows alone.
func (f *floor[T]) pullAffine(id int32, n *node, ch channel[T]) {
	x, w, y := f.val[n.in[0]], f.val[n.in[1]], f.val[id]
	in, rows, delta := len(w)/n.cols, n.rows, ch.g
	few, kept := f.few(ch.fac, n.rows), ch
	if few == nil {
		f.fill(id)
	} else {
		rows = len(few)
		x, delta = gather(&f.arena, few, x, in), gather(&f.arena, few, delta, n.cols)
		if n.act != Linear {
			y = gather(&f.arena, few, y, n.cols)
		}
		for r, fac := range ch.fac {
			if fac != nil {
				kept.fac[r] = gather(&f.arena, few, fac, 1)
			}
		}
	}
	if n.act != Linear {
		d := f.arena.take(len(delta))
		deactivate(n.act, d, delta, y[:len(delta)])
		delta = d
	}
	f.eachFresh(n.in[0], ch, false, func(s sink[T], fresh bool) {
		if s.fac == nil && few == nil {
			product(fresh, false, rows, in, n.cols, delta, w, s.acc)
			return
		}
		var u []T
		if onto := s.fac == nil && !fresh; onto {
			u = gather(&f.arena, few, s.acc, in)
			product(false, false, rows, in, n.cols, delta, w, u)
		} else {
			u = f.arena.take(rows * in)
			product(true, false, rows, in, n.cols, delta, w, u)
		}
		if fresh {
			f.blank(n.in[0], s, false)
		}
		for i := range rows {
			r := i
			if few != nil {
				r = int(few[i])
			}
			if s.fac == nil {
				copy(row(s.acc, r, in), row(u, i, in))
			} else if c := s.fac[r]; c != 0 {
				vec.Axpy(c, row(u, i, in), row(s.acc, r, in))
			}
		}
	})
	ch = kept
	if !f.wait(n.in[1], ch, rows, delta, x) {
		f.eachFresh(n.in[1], ch, true, func(s sink[T], fresh bool) {
			h := x
			if s.fac != nil {
				h = f.arena.take(rows * in)
				for r := range rows {
					vec.Scaled(row(h, r, in), s.fac[r], row(x, r, in))
				}
			}
			product(fresh, true, n.cols, in, rows, delta, h, s.acc)
		})
	}
	if n.in[2] != 0 {
		f.each(n.in[2], ch, true, func(s sink[T]) {
			for r := range rows {
				c := T(1)
				if s.fac != nil {
					c = s.fac[r]
				}
				if c != 0 {
					vec.Axpy(c, row(delta, r, n.cols), s.acc)
				}
			}
		})
	}
}

// few lists the rows that some role has a factor for, where they are at most half of
// all: a product over them alone is worth their copying. It has the bits of the product
// over all rows, of which each of the others adds 0 to a sum. The list holds until Reset.
func (f *floor[T]) few(fac [Roles][]T, rows int) []int32 {
	some := false
	needed := func(r int) bool {
		for _, fac := range fac {
			if fac != nil && fac[r] != 0 {
				return true
			}
		}
		return false
	}
	for _, fac := range fac {
		some = some || fac != nil
	}
	if !some {
		return nil // no factors: all rows
	}
	// Room is taken whether or not it is used: every step asks for the same.
	lo, most := len(f.rows), rows/2
	f.rows = slices.Grow(f.rows, most)[:lo+most]
	few := f.rows[lo : lo : lo+most]
	for r := range rows {
		if needed(r) {
			if len(few) == most {
				return nil
			}
			few = append(few, int32(r))
		}
	}
	return few
}

// gather copies rows of x together.
func gather[T real](a *arena[T], rows []int32, x []T, cols int) []T {
	y := a.take(len(rows) * cols)
	for i, r := range rows {
		copy(row(y, i, cols), row(x, int(r), cols))
	}
	return y
}

// product adds op(A) B to C, or sets C to it where C is fresh.
func product[T real](fresh, ta bool, m, n, k int, a, b, c []T) {
	if fresh {
		blas.GemmFrom(ta, false, m, n, k, a, b, nil, c)
	} else {
		blas.Gemm(ta, false, m, n, k, a, b, c)
	}
}

// activate sets y to act(x); y may be x.
func activate[T real](a Act, y, x []T) {
	switch a {
	case Linear:
		copy(y, x)
	case Tanh:
		vec.Tanh(y, x)
	case Sigmoid:
		vec.Sigmoid(y, x)
	case Softplus:
		vec.Softplus(y, x)
	case Exp:
		vec.Exp(y, x)
	case ReLU:
		vec.ReLU(y, x)
	}
}

// deactivate sets d to g * act', with act' written in the value y.
func deactivate[T real](a Act, d, g, y []T) {
	switch a {
	case Linear:
		copy(d, g)
	case Tanh:
		vec.TanhPull(d, g, y)
	case Sigmoid:
		for i, v := range y {
			d[i] = g[i] * T(v*(1-v))
		}
	case Softplus: // sigmoid(x) = 1 - exp(-softplus(x))
		for i, v := range y {
			d[i] = -v
		}
		vec.Exp(d, d)
		for i := range d {
			d[i] = g[i] * (1 - d[i])
		}
	case Exp:
		for i, v := range y {
			d[i] = g[i] * v
		}
	case ReLU:
		vec.ReLUPull(d, g, y)
	}
}
