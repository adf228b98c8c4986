package tape

import (
	"github.com/vibench/bench/core/vec"
)

// A weight that sees one row a datum, as an encoder's does, gets from a block of few
// data a gradient of few rows, and adding that is a pass over all of the weight's
// direction. Such rows wait for those of the blocks to come. Every entry of a product
// is one chain of additions in the order of rows, and goes on from what is there
// (core/blas), so one product over the rows of many blocks has the bits of one a block.

const (
	fewRows  = 32 // of a product that waits
	manyRows = 64 // that wait no longer
)

// late are rows of delta' x that a weight's direction has yet to be given.
type late[T real] struct {
	delta, x []T
	rows     int
	fresh    bool // nothing is in the direction before them
}

// wait keeps the rows of delta' (c x), what channel ch gives weight id, where
// they are few and other blocks follow; it reports whether it did.
func (f *floor[T]) wait(id int32, ch channel[T], rows int, delta, x []T) bool {
	n := &f.t.nodes[id]
	r, ok := n.reach.single()
	if n.op != opParam || !ok || rows > fewRows {
		return false
	}
	fac := ch.fac[r]
	if ch.all && fac == nil || !ch.all && ch.role != r {
		return false // nothing for this weight
	}
	if f.lates == nil {
		f.lates = make([]late[T], len(f.t.params.specs))
	}
	l := &f.lates[n.param]
	if l.rows == 0 && f.t.last {
		return false // no block follows, none is waiting
	}
	if _, fresh := f.adjointOf(id, r); l.rows == 0 {
		l.fresh = fresh
	}
	l.rows += rows
	l.delta = append(l.delta, delta...)
	at := len(l.x)
	l.x = append(l.x, x...)
	if fac != nil {
		for i := range rows {
			vec.Scaled(row(l.x[at:], i, n.cols), fac[i], row(x, i, n.cols))
		}
	}
	if l.rows >= manyRows {
		f.give(n.param)
	}
	return true
}

// give adds the rows that wait to a parameter's direction.
func (f *floor[T]) give(param int32) {
	if f.lates == nil || f.lates[param].rows == 0 {
		return
	}
	p, l := f.t.params, &f.lates[param]
	s, lo := p.specs[param], p.off[param]
	product(l.fresh, true, s.Rows, s.Cols, l.rows, l.delta, l.x, f.dir[p.role[param]][lo:lo+s.Rows*s.Cols])
	l.forget()
}

// giveAll leaves nothing waiting.
func (f *floor[T]) giveAll() {
	for param := range f.lates {
		f.give(int32(param))
	}
}

func (l *late[T]) forget() { l.rows, l.delta, l.x = 0, l.delta[:0], l.x[:0] }
