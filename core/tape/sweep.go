package tape

import (
	"slices"

	"github.com/vibench/bench/core/vec"
)

// Surrogate is one scalar a role, to be raised. Nil leaves a role alone.
type Surrogate struct{ Gen, Inf, Own Node }

// Ascend reverses the tape: for each role with a scalar, the gradient of that
// scalar with respect to the role's parameters, flat in the layout of Params.
// A role without a scalar gets a nil Vector. The vectors are the tape's own and
// hold until the next Ascend.
func (t *Tape) Ascend(s Surrogate) [Roles]Vector {
	var out [Roles]Vector
	t.stats = Stats{}
	for r, n := range [Roles]Node{s.Gen, s.Inf, s.Own} {
		clear(t.adj[r])
		t.adj[r] = slices.Grow(t.adj[r][:0], len(t.nodes))[:len(t.nodes)]
		clear(t.adj[r])
		if n.Nil() {
			continue
		}
		if n.t != t || !n.rec().head || len(n.Float64s()) != 1 {
			panic("tape: Ascend: the " + Role(r).String() + " surrogate is " + n.describe() + "; need a scalar of this tape's head")
		}
		t.reverseHead(Role(r), n)
		out[r] = t.dir[r]
	}
	t.body.seed(&t.dir)
	t.body.sweep()
	if !t.add {
		t.body.settle()
	}
	if t.last {
		t.body.giveAll()
	}
	return out
}

// adjoint is what has reached a node: either factored, adjoint(role) =
// diag(fac[role]) base, or multiplied out, one matrix a role. A node below one
// role only is always multiplied out: its factor has nowhere further to go.
type adjoint[T real] struct {
	base []T
	fac  [Roles][]T
	role [Roles][]T
	only []int32 // rows of its one matrix that are written, where they are few: the others are zero in name
}

// split says that some role's matrix is there already.
func (a *adjoint[T]) split() bool {
	return a.role[Gen] != nil || a.role[Inf] != nil || a.role[Own] != nil
}

// channel is one matrix on its way down: with all roles' factors, or a single
// role's (fac nil throughout). At the frontier g is nil: a unit cotangent.
type channel[T real] struct {
	g    []T
	fac  [Roles][]T
	role Role
	all  bool    // carries every role with a factor; else role alone
	only []int32 // as an adjoint's
}

// sink is where a pull adds: acc[row] += fac[row] * local derivative. Rows whose
// factor is zero are not swept, so a weight of zero never meets a NaN of its row.
// Of a body channel fac may be nil: all are one.
type sink[T real] struct{ acc, fac []T }

func (f *floor[T]) seed(dir *[Roles]Vector) {
	for r := range dir {
		f.dir[r] = unwrap[T](dir[r])
	}
	if !f.t.add {
		for i := range f.lates {
			f.lates[i].forget() // of a batch that was broken off
		}
	}
	f.adj = slices.Grow(f.adj[:0], len(f.t.nodes))[:len(f.t.nodes)]
	clear(f.adj)
}

func (f *floor[T]) sweep() {
	for id := int32(len(f.t.nodes) - 1); id > 0; id-- {
		n := f.t.nodes[id]
		switch {
		case !n.reach.any():
		case n.op.frontier():
			if ch, ok := f.unit(id, &n); ok {
				f.pullFrontier(id, &n, ch)
			}
		case !n.head && n.op != opParam:
			if n.op != opAffine && n.op != opKnown {
				f.fill(id)
			}
			a := f.adj[id]
			if a.base != nil {
				f.pull(id, &n, channel[T]{g: a.base, fac: a.fac, all: true, only: a.only})
			}
			for r, g := range a.role {
				if g != nil {
					f.pull(id, &n, channel[T]{g: g, role: Role(r), only: a.only})
				}
			}
		}
	}
}

// least32 is the least size of a row factor in float32. A smaller one (a sample
// 55 nats below the best) could not show in any sum, but its products would be
// denormal, and those cost processors a hundred times a product's time.
const least32 = 0x1p-80

// unit opens a channel at a frontier node: the head's adjoints, rounded once to
// the body's precision, are the row factors; in float32 those below least32 are zero.
func (f *floor[T]) unit(id int32, n *node) (ch channel[T], ok bool) {
	ch.all = true
	for r := range ch.fac {
		g := f.t.adj[r][id]
		if g == nil || !n.reach.has(Role(r)) {
			continue
		}
		ok = true
		if same, is := any(g).([]T); is {
			ch.fac[r] = same
			continue
		}
		ch.fac[r] = f.arena.take(len(g))
		vec.Narrow(any(ch.fac[r]).([]float32), g, least32)
	}
	return ch, ok
}

// live is, at the frontier, one for rows that some role needs and zero for others.
func (f *floor[T]) live(ch channel[T]) []T {
	if ch.g != nil {
		return nil // the base is zero where no role needs it
	}
	var live []T
	for _, fac := range ch.fac {
		if live == nil && fac != nil {
			live = f.arena.zeros(len(fac))
		}
		for i, c := range fac {
			if c != 0 {
				live[i] = 1
			}
		}
	}
	return live
}

// each calls pull for every place where channel ch adds to the adjoint of node
// id. mixes says that the operation sums rows, so that factors must be applied now.
func (f *floor[T]) each(id int32, ch channel[T], mixes bool, pull func(sink[T])) {
	f.eachFresh(id, ch, mixes, func(s sink[T], fresh bool) {
		if fresh {
			f.blank(id, s, mixes)
		}
		pull(s)
	})
}

// blank makes zeros of an accumulator that holds nothing yet. Where few of its rows
// have a factor, as of samples of which the best counts, it writes those alone:
// pulls add to no other, and fill writes the others for whoever reads them.
func (f *floor[T]) blank(id int32, s sink[T], mixes bool) {
	n, a := &f.t.nodes[id], &f.adj[id]
	if _, one := n.reach.single(); !mixes && s.fac != nil && n.op != opParam && (one || a.base != nil) {
		a.only = f.few([Roles][]T{s.fac}, n.rows)
	}
	if a.only == nil {
		clear(s.acc)
	}
	for _, r := range a.only {
		clear(row(s.acc, int(r), n.cols))
	}
}

// fill writes the rows of zeros that blank did not.
func (f *floor[T]) fill(id int32) {
	a, n := &f.adj[id], &f.t.nodes[id]
	if a.only == nil {
		return
	}
	x := a.base
	for _, g := range a.role {
		if g != nil {
			x = g
		}
	}
	for r, only := 0, a.only; r < n.rows; r++ {
		if len(only) > 0 && int(only[0]) == r {
			only = only[1:]
		} else {
			clear(row(x, r, n.cols))
		}
	}
	a.only = nil
}

// eachFresh is each for a pull that, where nothing has been added yet and memory
// holds whatever it held, sets all of s.acc instead of adding to it.
func (f *floor[T]) eachFresh(id int32, ch channel[T], mixes bool, pull func(s sink[T], fresh bool)) {
	n := &f.t.nodes[id]
	if id == 0 || !n.reach.any() {
		return
	}
	f.fill(id) // what was added before
	a := &f.adj[id]
	if !ch.all {
		if n.reach.has(ch.role) {
			f.multiplyOut(id)
			acc, fresh := f.accumulator(id, ch.role)
			pull(sink[T]{acc: acc}, fresh)
		}
		return
	}
	_, one := n.reach.single()
	split := a.split()
	if !one && !mixes && !split {
		fresh := a.base == nil
		if fresh {
			if !f.reached(n, ch) {
				return
			}
			a.base, a.fac = f.arena.take(n.rows*n.cols), ch.fac
		}
		if same(a.fac, ch.fac) {
			pull(sink[T]{acc: a.base, fac: f.live(ch)}, fresh)
			return
		}
	}
	if !one && a.base == nil && !split && f.reached(n, ch) {
		f.t.stats.Split++
	}
	f.multiplyOut(id)
	for r, fac := range ch.fac {
		if fac != nil && n.reach.has(Role(r)) {
			acc, fresh := f.accumulator(id, Role(r))
			pull(sink[T]{acc: acc, fac: fac}, fresh)
		}
	}
}

func (f *floor[T]) reached(n *node, ch channel[T]) bool {
	for r, fac := range ch.fac {
		if fac != nil && n.reach.has(Role(r)) {
			return true
		}
	}
	return false
}

// multiplyOut turns a factored adjoint into one matrix a role.
func (f *floor[T]) multiplyOut(id int32) {
	a := &f.adj[id]
	if a.base == nil {
		return
	}
	n := &f.t.nodes[id]
	base, fac := a.base, a.fac
	a.base, a.fac = nil, [Roles][]T{}
	f.t.stats.Split++
	for r := range fac {
		if fac[r] == nil || !n.reach.has(Role(r)) {
			continue
		}
		acc, fresh := f.accumulator(id, Role(r))
		if fresh {
			clear(acc)
		}
		for i := range n.rows {
			if c := fac[r][i]; c != 0 {
				u, v := row(acc, i, n.cols), row(base, i, n.cols)
				for j := range u {
					u[j] += T(c * v[j])
				}
			}
		}
	}
}

// accumulator is a role's adjoint matrix at a node; a parameter's lies in the
// direction itself, with all that waited. Fresh, it holds nothing yet, not even zeros.
func (f *floor[T]) accumulator(id int32, r Role) (acc []T, fresh bool) {
	if n := &f.t.nodes[id]; n.op == opParam {
		f.give(n.param)
	}
	return f.adjointOf(id, r)
}

// adjointOf is accumulator whatever waits.
func (f *floor[T]) adjointOf(id int32, r Role) (acc []T, fresh bool) {
	a := &f.adj[id]
	if a.role[r] == nil {
		n := &f.t.nodes[id]
		if n.op == opParam {
			lo := f.t.params.off[n.param]
			a.role[r], fresh = f.dir[r][lo:lo+n.rows*n.cols], !f.t.add
		} else {
			a.role[r], fresh = f.arena.take(n.rows*n.cols), true
		}
	}
	return a.role[r], fresh
}

// settle clears the directions of parameters that nothing was added to.
func (f *floor[T]) settle() {
	p := f.t.params
	for i, s := range p.specs {
		r := p.role[i]
		if id := f.t.paramN[i]; id == 0 || f.adj[id].role[r] == nil {
			clear(f.dir[r][p.off[i] : p.off[i]+s.Rows*s.Cols])
		}
	}
}

// adopt makes x, the derivative of all rows of node id, the node's adjoint as it
// is, where it would be the first thing added to it and factors go on. Rows that
// no role needs become zero, and x is the node's own from here on.
func (f *floor[T]) adopt(id int32, ch channel[T], x []T) bool {
	n, a := &f.t.nodes[id], &f.adj[id]
	if _, one := n.reach.single(); one || a.base != nil || a.split() || !f.reached(n, ch) {
		return false
	}
	for r := range n.rows {
		live := false
		for _, fac := range ch.fac {
			live = live || fac != nil && fac[r] != 0
		}
		if !live {
			clear(row(x, r, n.cols))
		}
	}
	a.base, a.fac = x, ch.fac
	return true
}

// same compares factors by value: which of two equal sums a node takes then
// depends on the numbers alone.
func same[T real](a, b [Roles][]T) bool {
	for r := range a {
		if (a[r] == nil) != (b[r] == nil) || !slices.Equal(a[r], b[r]) {
			return false
		}
	}
	return true
}

// pull takes a channel at a node of the body on to its inputs.
func (f *floor[T]) pull(id int32, n *node, ch channel[T]) {
	in := n.in
	switch n.op {
	case opAffine:
		f.pullAffine(id, n, ch)
	case opBAdd, opBSub:
		f.pullSum(in[0], n, ch)
		sign := T(1)
		if n.op == opBSub {
			sign = -1
		}
		f.pullRows(in[1], n, ch, func(r int, u, g []T) { addTo(u, g, sign) })
	case opBMul:
		for i := range 2 {
			o := f.val[in[1-i]]
			s := spread{n.rows, len(o) / n.cols}
			f.pullRows(in[i], n, ch, func(r int, u, g []T) {
				for j, v := range row(o, s.of(r), n.cols) {
					u[j] += T(g[j] * v)
				}
			})
		}
	case opBScale:
		f.pullRows(in[0], n, ch, func(r int, u, g []T) { addTo(u, g, T(n.c)) })
	case opApply:
		y := f.val[id]
		d := f.arena.take(len(y))
		deactivate(n.act, d, ch.g, y)
		ch.g = d
		f.pullRows(in[0], n, ch, func(r int, u, g []T) { addTo(u, g, 1) })
	case opSpread:
		f.pullSum(in[0], n, ch)
	case opCols:
		lo := int(n.c)
		f.pullRows(in[0], n, ch, func(r int, u, g []T) { addTo(u[lo:lo+n.cols], g, 1) })
	case opCentre:
		f.pullCentre(n, ch)
	case opReparam:
		sd, eps := f.aux[id], f.val[in[2]]
		s := spread{n.rows, len(sd) / n.cols}
		f.pullSum(in[0], n, ch)
		f.pullRows(in[1], n, ch, func(r int, u, g []T) { // d z/d logsigma = sigma eps
			e, q := row(eps, r, n.cols), row(sd, s.of(r), n.cols)
			for j := range u {
				u[j] += T(g[j] * T(q[j]*e[j]))
			}
		})
	case opLogSoft: // d/dx_j = g_j - softmax_j sum of g over the group
		size, p := int(n.c), f.aux[id]
		f.pullRows(in[0], n, ch, func(r int, u, g []T) {
			q := row(p, r, n.cols)
			for lo := 0; lo < n.cols; lo += size {
				all := vec.Sum(g[lo : lo+size])
				for j := lo; j < lo+size; j++ {
					u[j] += g[j] - T(q[j]*all)
				}
			}
		})
	case opGroupSum:
		size := int(n.c)
		f.pullRows(in[0], n, ch, func(r int, u, g []T) {
			for lo := 0; lo < n.cols; lo += size {
				all := vec.Sum(g[lo : lo+size])
				for j := lo; j < lo+size; j++ {
					u[j] += all
				}
			}
		})
	case opThrough:
		f.pullSum(in[1], n, ch)
	case opKnown:
		f.pullKnown(id, n, ch)
	case opStop, opLeaf:
	default:
		panic("tape: no pull for " + n.op.String())
	}
}

func addTo[T real](u, g []T, c T) {
	for j, v := range g {
		u[j] += T(c * v)
	}
}

// pullRows pulls a row-wise operation: add is given a row of the input's
// adjoint and the row of the cotangent that reaches it, factor applied. An input
// with fewer rows collects several, which mixes rows.
func (f *floor[T]) pullRows(id int32, n *node, ch channel[T], add func(r int, u, g []T)) {
	if id == 0 {
		return
	}
	m := f.t.nodes[id]
	p := f.period(n, n.rows)
	var scaled []T
	f.each(id, ch, m.rows != n.rows, func(k sink[T]) {
		acc := operand[T]{k.acc, n.rows, m.rows, m.cols}
		for lo := 0; lo < n.rows; lo += p {
			u, us := acc.at(lo)
			for i := range p {
				r := lo + i
				g := row(ch.g, r, n.cols)
				if k.fac != nil {
					c := k.fac[r]
					if c == 0 {
						continue
					}
					if scaled == nil {
						scaled = f.arena.take(n.cols)
					}
					for j, v := range g {
						scaled[j] = c * v
					}
					g = scaled
				}
				add(r, u[i*us:i*us+m.cols], g)
			}
		}
	})
}

// pullSum pulls a sum back to one of its terms: the cotangent itself, or the sum
// of all rows that the term was spread over.
func (f *floor[T]) pullSum(id int32, n *node, ch channel[T]) {
	m := &f.t.nodes[id]
	if m.rows == n.rows || ch.all {
		f.pullRows(id, n, ch, func(r int, u, g []T) { addTo(u, g, 1) })
		return
	}
	size := len(ch.g) / m.rows
	f.each(id, ch, true, func(s sink[T]) {
		for r := range m.rows {
			vec.SumRows(row(s.acc, r, n.cols), row(ch.g, r, size))
		}
	})
}

// pullCentre: dx = g - mean over rows of g, with the factors applied first.
func (f *floor[T]) pullCentre(n *node, ch channel[T]) {
	f.each(n.in[0], ch, true, func(k sink[T]) {
		g := ch.g
		if k.fac != nil {
			g = f.arena.take(len(ch.g))
			for r := range n.rows {
				c, u, v := k.fac[r], row(g, r, n.cols), row(ch.g, r, n.cols)
				for j := range u {
					u[j] = c * v[j]
				}
			}
		}
		m := f.arena.zeros(n.cols)
		colMean(m, g, n.rows)
		for r := range n.rows {
			u, v := row(k.acc, r, n.cols), row(g, r, n.cols)
			for j := range u {
				u[j] += v[j] - m[j]
			}
		}
	})
}
