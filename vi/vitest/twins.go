package vitest

import "reflect"

// twins are groups of axes that do the same: an estimate does not change where the numbers
// of two of them are exchanged. Draws that are averaged are: since groups add up within a
// cell, f = c + sum_g h(x_g), and all of a list of twins have one h, the mean of the list is
// that of its first group as many times,
//
//	E f = f(anchor) + sum_lists |list| ( E_first f - f(anchor) ),   all of a list at one anchor
type twins [][]int

// twins finds them, of one piece an axis, by exchanges at random points.
func (in *integral) twins(groups [][]int) (lists []twins) {
	for _, g := range groups {
		n := 0
		for n < len(lists) && !in.exchanges(lists[n][0], g) {
			n++
		}
		if n == len(lists) {
			lists = append(lists, nil)
		}
		lists[n] = append(lists[n], g)
	}
	return lists
}

func (in *integral) exchanges(g, h []int) bool {
	if len(g) != len(h) {
		return false
	}
	for n := range g {
		if a, b := in.axes[g[n]].rule, in.axes[h[n]].rule; len(a) > 1 || !reflect.DeepEqual(a, b) {
			return false
		}
	}
	for range trials {
		in.somewhere()
		straight := in.eval()
		for n := range g {
			a, b := in.axes[g[n]], in.axes[h[n]]
			for j := range a.rule[0].Nodes[0] {
				x, y := &in.x[a.first+j], &in.x[b.first+j]
				*x, *y = *y, *x
			}
		}
		if crossed := in.eval(); !in.goes() || in.differs(straight, crossed) {
			return false
		}
	}
	return true
}

// equal gives all of a list the rules of its first group.
func (in *integral) equal(lists []twins) {
	for _, l := range lists {
		for _, g := range l {
			for n, i := range g {
				in.axes[i].rule = in.axes[l[0][n]].rule
			}
		}
	}
}
