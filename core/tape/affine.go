package tape

import (
	"github.com/vibench/bench/core/blas"
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
	if n.in[2] == 0 {
		clear(y)
	} else {
		b := f.val[n.in[2]]
		for r := range n.rows {
			copy(row(y, r, n.cols), b)
		}
	}
	blas.Gemm(false, true, n.rows, n.cols, in, x, w, y) // y += x w'
	activate(n.act, y, y)
}

// pullAffine: with delta = g * act'(y), dx += delta W, dW += delta' (c x), db += delta' c.
// The factor c is rounded into the narrow side x, before the product.
func (f *floor[T]) pullAffine(id int32, n *node, ch channel[T]) {
	x, w, y := f.val[n.in[0]], f.val[n.in[1]], f.val[id]
	in := len(w) / n.cols
	delta := ch.g
	if n.act != Linear {
		delta = f.arena.take(len(y))
		deactivate(n.act, delta, ch.g, y)
	}
	f.each(n.in[0], ch, false, func(s sink[T]) {
		if s.fac == nil {
			blas.Gemm(false, false, n.rows, in, n.cols, delta, w, s.acc)
			return
		}
		u := f.arena.zeros(n.rows * in)
		blas.Gemm(false, false, n.rows, in, n.cols, delta, w, u)
		for r := range n.rows {
			if c := s.fac[r]; c != 0 {
				a, v := row(s.acc, r, in), row(u, r, in)
				for i := range a {
					a[i] += T(c * v[i])
				}
			}
		}
	})
	f.each(n.in[1], ch, true, func(s sink[T]) {
		h := x
		if s.fac != nil {
			h = f.arena.take(len(x))
			for r := range n.rows {
				c, u, v := s.fac[r], row(h, r, in), row(x, r, in)
				for i := range u {
					u[i] = c * v[i]
				}
			}
		}
		blas.Gemm(true, false, n.cols, in, n.rows, delta, h, s.acc)
	})
	if n.in[2] != 0 {
		f.each(n.in[2], ch, true, func(s sink[T]) {
			for r := range n.rows {
				v := row(delta, r, n.cols)
				if s.fac == nil {
					for i := range v {
						s.acc[i] += v[i]
					}
				} else if c := s.fac[r]; c != 0 {
					for i := range v {
						s.acc[i] += T(c * v[i])
					}
				}
			}
		})
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
		for i, v := range x {
			y[i] = max(v, 0)
		}
	}
}

// deactivate sets d to g * act', with act' written in the value y.
func deactivate[T real](a Act, d, g, y []T) {
	switch a {
	case Linear:
		copy(d, g)
	case Tanh:
		for i, v := range y {
			d[i] = g[i] * (1 - T(v*v))
		}
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
		for i, v := range y {
			d[i] = 0
			if v > 0 {
				d[i] = g[i]
			}
		}
	}
}
