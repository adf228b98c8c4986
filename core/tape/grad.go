package tape

import "slices"

// Grad is the derivative of the sum of f over all its rows in a node of the body,
// sum_r df_r/dat, as a constant of at's shape: a reverse pass of its own over what
// lies between the two, at any time while the tape records.
func Grad(f, at Node) Node {
	t := f.t
	if at.t != t || !f.rec().head || at.rec().head {
		panic("tape: Grad of " + f.describe() + " in " + at.describe() + ": need a head node and a body node of one tape")
	}
	// For this pass the nodes that depend on at, and they alone, have parameters
	// above them; at is where they lie. One role is as good as another.
	rec := *at.rec()
	t.held = t.held[:0]
	for i := range t.nodes {
		n := &t.nodes[i]
		t.held = append(t.held, n.reach)
		n.reach = 0
		for _, in := range n.in {
			if int32(i) > at.id && in != 0 && t.nodes[in].reach.any() {
				n.reach = bit(Gen)
			}
		}
		if int32(i) == at.id {
			n.op, n.reach = opLeaf, bit(Gen)
		}
	}
	for r := range t.adj {
		t.adj[r] = slices.Grow(t.adj[r][:0], len(t.nodes))[:len(t.nodes)]
		clear(t.adj[r])
	}
	if f.rec().reach.any() {
		ones := t.arena.take(len(f.Float64s()))
		for i := range ones {
			ones[i] = 1
		}
		t.adj[Gen][f.id] = ones
		t.pullHeads(Gen, f.id)
	}
	g := t.body.grad(at.id)
	for i, m := range t.held {
		t.nodes[i].reach = m
	}
	t.nodes[at.id].op = rec.op
	n := t.record(node{op: opLeaf, rows: rec.rows, cols: rec.cols})
	t.body.place(n.id, g)
	return n
}

func (f *floor[T]) grad(at int32) Vector {
	f.adj = slices.Grow(f.adj[:0], len(f.t.nodes))[:len(f.t.nodes)]
	clear(f.adj)
	n := &f.t.nodes[at]
	g := f.arena.zeros(n.rows * n.cols)
	f.adj[at].role[Gen] = g
	f.sweep()
	return wrap(g)
}

func (f *floor[T]) place(id int32, v Vector) {
	f.grow(id)
	f.val[id] = unwrap[T](v)
}
