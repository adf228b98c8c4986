package tape

import "slices"

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

func (f *floor[T]) pullKnown(n *node, ch channel[T]) {
	var idle []bool // rows of zeros: samples that did not count
	if !ch.all {
		idle = f.empty(ch.g, n.rows)
	}
	for i := 1; i < len(n.in); i += 2 {
		at, by := n.in[i], n.in[i+1]
		switch {
		case at == 0:
		case by == 0:
			f.pullSum(at, n, ch)
		default:
			q := f.val[by]
			s := spread{n.rows, len(q) / n.cols}
			f.pullRows(at, n, ch, func(r int, u, g []T) {
				if idle != nil && idle[r] {
					return
				}
				for j, v := range row(q, s.of(r), n.cols) {
					u[j] += T(g[j] * v)
				}
			})
		}
	}
}

// empty says which rows are of zeros.
func (f *floor[T]) empty(x []T, rows int) []bool {
	f.idle = slices.Grow(f.idle[:0], rows)[:rows]
	cols := len(x) / rows
	for r := range rows {
		f.idle[r] = zeros(row(x, r, cols))
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
