package tape

import (
	"slices"

	"github.com/vibench/bench/core/vec"
)

// Known has a value and partial derivatives that the caller computed, a closed form
// of few inputs by hand:
//
//	value,  d value / d at = slope
//
// pairs are at, slope, at, slope, ..: an at has rows that spread over value's, and so has
// its slope, or a nil slope, which is 1. Nothing flows back through value and the slopes
// but this, so that there is no Tangent through it: slopes are constants.
func (t *Tape) Known(value Node, pairs ...Node) Node { return t.known(value, 0, 0, pairs) }

// Drawn is Known for a sample with a path: Freeze leaves it alone.
func (t *Tape) Drawn(value Node, pairs ...Node) Node { return t.known(value, 1, drawn, pairs) }

func (t *Tape) known(value Node, c float64, mark reach, pairs []Node) Node {
	v := *value.rec()
	if v.head || len(pairs) == 0 || len(pairs)%2 != 0 {
		panic("tape: Known: " + value.describe() + " of inputs and slopes that are no pairs, or of the head")
	}
	for i, m := range pairs {
		if i%2 == 1 && m.Nil() {
			continue
		}
		if r := *m.rec(); r.head || r.cols != v.cols || v.rows%r.rows != 0 {
			panic("tape: Known: " + value.describe() + " and " + m.describe() + ": shapes differ")
		}
	}
	value = value.Stop()
	var y Node // two pairs a node; one of them is the node before, of slope 1
	for len(pairs) > 0 {
		n := node{op: opKnown, rows: v.rows, cols: v.cols, in: [5]int32{value.id}, c: c, reach: mark}
		at := 1
		if !y.Nil() {
			n.in[1], at = y.id, 3
		}
		for ; at < len(n.in) && len(pairs) > 0; at += 2 {
			n.in[at] = pairs[0].id
			if !pairs[1].Nil() {
				n.in[at+1] = pairs[1].Stop().id
			}
			pairs = pairs[2:]
		}
		y = t.bodyNode(n)
	}
	return y
}

// Active is a slope for Known, c + 1[z != 0], that has no Value: it is made a row at a
// time of the rows that anything flows back through, of samples of which the best counts
// the best.
func (t *Tape) Active(z Node, c float64) Node {
	r := *z.rec()
	return t.bodyNode(node{op: opActive, rows: r.rows, cols: r.cols, in: [5]int32{z.Stop().id}, c: c})
}

// slope is row r of a slope.
func (f *floor[T]) slope(id int32, r int) []T {
	n := &f.t.nodes[id]
	if n.op != opActive {
		return row(f.val[id], r, n.cols)
	}
	f.some = slices.Grow(f.some[:0], n.cols)[:n.cols]
	vec.Choose(f.some, row(f.val[n.in[0]], r, n.cols), T(n.c), T(n.c+1))
	return f.some
}

func (f *floor[T]) pullKnown(id int32, n *node, ch channel[T]) {
	for i := 1; i < len(n.in); i += 2 {
		if ch.all || n.in[i] != 0 && n.in[i+1] == 0 {
			f.fill(id)
			ch.only = nil
		}
	}
	var idle []bool // rows of zeros: samples that did not count
	if !ch.all {
		idle = f.empty(ch, n.rows)
	}
	for i := 1; i < len(n.in); i += 2 {
		at, by := n.in[i], n.in[i+1]
		switch {
		case at == 0:
		case by == 0:
			f.pullSum(at, n, ch)
		default:
			s := spread{n.rows, f.t.nodes[by].rows}
			f.pullRows(at, n, ch, func(r int, u, g []T) {
				if idle != nil && idle[r] {
					return
				}
				for j, v := range f.slope(by, s.of(r)) {
					u[j] += T(g[j] * v)
				}
			})
		}
	}
}

// empty says which rows are of zeros.
func (f *floor[T]) empty(ch channel[T], rows int) []bool {
	f.idle = slices.Grow(f.idle[:0], rows)[:rows]
	cols := len(ch.g) / rows
	for r := range rows {
		f.idle[r] = ch.only != nil || zeros(row(ch.g, r, cols))
	}
	for _, r := range ch.only {
		f.idle[r] = zeros(row(ch.g, int(r), cols))
	}
	return f.idle
}

func zeros[T real](x []T) bool {
	for ; len(x) >= 8; x = x[8:] {
		if x[0] != 0 || x[1] != 0 || x[2] != 0 || x[3] != 0 || x[4] != 0 || x[5] != 0 || x[6] != 0 || x[7] != 0 {
			return false
		}
	}
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}
