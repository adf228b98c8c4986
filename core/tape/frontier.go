package tape

import (
	"github.com/vibench/bench/core/vec"
)

// The frontier: one float64 a row. Terms are formed in the body's precision and
// added up in float64, feature by feature.

const halfLog2Pi = 0.91893853320467274178 // (1/2) log 2 pi

func (o op) frontier() bool { return o >= opNormal }

// reduce records a row reduction of shape [k, rows/k]. Rows stored datum-major
// are the head's layout already.
func (t *Tape) reduce(o op, k, rows int, in ...Node) Node {
	if k < 1 || rows%k != 0 {
		panic("tape: " + o.String() + ": rows do not divide into samples")
	}
	n := node{op: o, head: true, rows: k, cols: rows / k}
	for i, m := range in {
		n.in[i] = m.id
		r := m.rec()
		if r.head || rows%r.rows != 0 || r.cols != in[0].rec().cols {
			panic("tape: " + o.String() + ": " + in[0].describe() + " and " + m.describe() + ": shapes differ")
		}
	}
	m := t.record(n)
	t.vals[m.id] = t.arena.take(rows)
	t.body.forward(m.id)
	return m
}

func rowsOf(in ...Node) int {
	rows := 0
	for _, n := range in {
		rows = max(rows, n.rec().rows)
	}
	return rows
}

// NormalLogProb is log N(z; mu, exp(logsigma)^2) summed over features, [k,B],
// with k samples a datum. Operands with fewer rows are spread.
func (t *Tape) NormalLogProb(k int, z, mu, logsigma Node) Node {
	return t.reduce(opNormal, k, rowsOf(z, mu, logsigma), z, mu, logsigma)
}

// BernoulliLogProb is log Bernoulli(x; logits) = sum_d x a - softplus(a), [k,B].
func (t *Tape) BernoulliLogProb(k int, x, logits Node) Node {
	return t.reduce(opBernoulli, k, rowsOf(x, logits), x, logits)
}

// KLNormal is KL(N(mu, sigma^2) || N(nu, tau^2)) summed over features, in closed
// form, [k,B]: sum log tau - log sigma + (sigma^2 + (mu-nu)^2) / (2 tau^2) - 1/2.
func (t *Tape) KLNormal(k int, mu, logsigma, nu, logtau Node) Node {
	return t.reduce(opKLNormal, k, rowsOf(mu, logsigma, nu, logtau), mu, logsigma, nu, logtau)
}

// SumD is the sum over features, [k,B].
func (n Node) SumD(k int) Node { return n.t.reduce(opRowSum, k, n.rec().rows, n) }

// operand is an input of a row-wise operation over rows rows: it has one row for
// each of them, one for each block of them (a datum's samples), or one for all.
type operand[T real] struct {
	x         []T
	rows, own int
	cols      int
}

func (f *floor[T]) operand(n *node, i, rows int) operand[T] {
	r := &f.t.nodes[n.in[i]]
	return operand[T]{f.val[n.in[i]], rows, r.rows, r.cols}
}

// at is the operand from row lo of the operation on, and how far a row is from
// the next: 0 within a block that shares one.
func (o operand[T]) at(lo int) (x []T, stride int) {
	switch o.own {
	case o.rows:
		return o.x[lo*o.cols:], o.cols
	case 1:
		return o.x, 0
	}
	return o.x[lo/(o.rows/o.own)*o.cols:], 0
}

// period is the length of the blocks within which every operand has a constant stride.
func (f *floor[T]) period(n *node, rows int) int {
	p := rows
	for _, id := range n.in {
		if id != 0 {
			if own := f.t.nodes[id].rows; own > 1 && own < rows {
				p = min(p, rows/own)
			}
		}
	}
	return p
}

// expOf is exp(c x) of an operand, at the operand's own rows.
func (f *floor[T]) expOf(o operand[T], c T) operand[T] {
	y := f.arena.take(len(o.x))
	for i, v := range o.x {
		y[i] = c * v
	}
	vec.Exp(y, y)
	o.x = y
	return o
}

func (f *floor[T]) forwardFrontier(id int32) {
	n := f.t.nodes[id]
	out := f.t.vals[id]
	rows := len(out)
	a := f.operand(&n, 0, rows)
	p, cols := f.period(&n, rows), a.cols
	switch n.op {
	case opNormal: // -(1/2) sum d^2 - sum log sigma - (D/2) log 2 pi, d = (z-mu)/sigma
		mu, ls := f.operand(&n, 1, rows), f.operand(&n, 2, rows)
		inv := f.expOf(ls, -1)
		f.aux[id] = inv.x
		c := float64(halfLog2Pi * float64(cols))
		for lo := 0; lo < rows; lo += p {
			z, zs := a.at(lo)
			m, ms := mu.at(lo)
			l, ss := ls.at(lo)
			q, _ := inv.at(lo)
			y, base := out[lo:lo+p], c
			for i := range y {
				z := z[i*zs : i*zs+cols]
				m, q := m[i*ms:][:len(z)], q[i*ss:][:len(z)]
				s := 0.0
				for j, x := range z {
					d := (x - m[j]) * q[j]
					s += float64(T(d * d))
				}
				if i == 0 || ss > 0 {
					base = c
					for _, x := range l[i*ss:][:cols] {
						base += float64(x)
					}
				}
				y[i] = float64(-0.5*s) - base
			}
		}
	case opBernoulli:
		lg := f.operand(&n, 1, rows)
		if lg.own == rows { // a decoder's: value and derivative in one pass
			d := f.arena.take(len(lg.x))
			f.aux[id] = d
			for r := range out {
				x, xs := a.at(r / p * p)
				out[r] = vec.Bernoulli(x[r%p*xs:][:cols], row(lg.x, r, cols), row(d, r, cols))
			}
			break
		}
		so := lg
		so.x = f.arena.take(len(lg.x))
		vec.Softplus(so.x, lg.x)
		for lo := 0; lo < rows; lo += p {
			x, xs := a.at(lo)
			l, ls := lg.at(lo)
			q, _ := so.at(lo)
			for i := range p {
				s := 0.0
				u, v, w := x[i*xs:i*xs+cols], l[i*ls:i*ls+cols], q[i*ls:i*ls+cols]
				for j := range u {
					s += float64(T(u[j]*v[j]) - w[j])
				}
				out[lo+i] = s
			}
		}
	case opKLNormal:
		ls, nu, lt := f.operand(&n, 1, rows), f.operand(&n, 2, rows), f.operand(&n, 3, rows)
		v, iv := f.expOf(ls, 2), f.expOf(lt, -2)
		for lo := 0; lo < rows; lo += p {
			m, ms := a.at(lo)
			l, ss := ls.at(lo)
			u, us := nu.at(lo)
			t, ts := lt.at(lo)
			s2, _ := v.at(lo)
			it, _ := iv.at(lo)
			for i := range p {
				s := 0.0
				for j := range cols {
					d := m[i*ms+j] - u[i*us+j]
					s += float64(t[i*ts+j]) - float64(l[i*ss+j]) + float64(0.5*float64(T((s2[i*ss+j]+T(d*d))*it[i*ts+j]))) - 0.5
				}
				out[lo+i] = s
			}
		}
	case opRowSum:
		for r := range out {
			s := 0.0
			for _, x := range row(a.x, r, cols) {
				s += float64(x)
			}
			out[r] = s
		}
	}
}

// pullFrontier adds, for every input, factor times the derivative of the row's number.
func (f *floor[T]) pullFrontier(id int32, n *node, ch channel[T]) {
	rows := n.rows * n.cols
	cols := f.t.nodes[n.in[0]].cols
	switch n.op {
	case opNormal:
		z, mu, ls := f.operand(n, 0, rows), f.operand(n, 1, rows), f.operand(n, 2, rows)
		inv := ls
		inv.x = f.aux[id]
		for i, sign := range []T{-1, 1} { // d/dz = -(z-mu)/sigma^2 = -d/dmu
			f.pullUnit(n, i, ch, func(lo, hi int, s sink[T], u []T, us int) {
				z, zs := z.at(lo)
				m, ms := mu.at(lo)
				q, qs := inv.at(lo)
				for r := lo; r < hi; r++ {
					if c, ok := s.at(r); ok {
						i := r - lo
						c *= sign
						z := z[i*zs : i*zs+cols]
						m, q, w := m[i*ms:][:len(z)], q[i*qs:][:len(z)], u[i*us:][:len(z)]
						for j, x := range z {
							w[j] += T(c * T(T((x-m[j])*q[j])*q[j]))
						}
					}
				}
			})
		}
		f.pullUnit(n, 2, ch, func(lo, hi int, s sink[T], u []T, us int) { // d/dlog sigma = ((z-mu)/sigma)^2 - 1
			z, zs := z.at(lo)
			m, ms := mu.at(lo)
			q, qs := inv.at(lo)
			for r := lo; r < hi; r++ {
				if c, ok := s.at(r); ok {
					for i, j := r-lo, 0; j < cols; j++ {
						d := (z[i*zs+j] - m[i*ms+j]) * q[i*qs+j]
						u[i*us+j] += T(c * (T(d*d) - 1))
					}
				}
			}
		})
	case opBernoulli:
		x, lg := f.operand(n, 0, rows), f.operand(n, 1, rows)
		f.pullUnit(n, 0, ch, func(lo, hi int, s sink[T], u []T, us int) { // d/dx = a
			l, ls := lg.at(lo)
			for r := lo; r < hi; r++ {
				if c, ok := s.at(r); ok {
					for j := range cols {
						u[(r-lo)*us+j] += T(c * l[(r-lo)*ls+j])
					}
				}
			}
		})
		if d := f.aux[id]; d != nil && f.adopt(n.in[1], ch, d) {
			f.aux[id] = nil // another sweep would compute it anew
			break
		}
		if d := f.aux[id]; d != nil {
			f.pullUnit(n, 1, ch, func(lo, hi int, s sink[T], u []T, us int) {
				for r := lo; r < hi; r++ {
					if c, ok := s.at(r); ok {
						w := u[(r-lo)*us:][:cols]
						for j, g := range row(d, r, cols) {
							w[j] += T(c * g)
						}
					}
				}
			})
		} else if f.t.nodes[n.in[1]].reach.any() {
			q := lg
			q.x = f.arena.take(len(lg.x))
			vec.Sigmoid(q.x, lg.x)
			f.pullUnit(n, 1, ch, func(lo, hi int, s sink[T], u []T, us int) { // d/da = x - sigmoid(a)
				v, vs := x.at(lo)
				w, ws := q.at(lo)
				for r := lo; r < hi; r++ {
					if c, ok := s.at(r); ok {
						i := r - lo
						d, y, g := u[i*us:i*us+cols], v[i*vs:i*vs+cols], w[i*ws:i*ws+cols]
						for j := range d {
							d[j] += T(c * (y[j] - g[j]))
						}
					}
				}
			})
		}
	case opKLNormal:
		m, ls, nu, lt := f.operand(n, 0, rows), f.operand(n, 1, rows), f.operand(n, 2, rows), f.operand(n, 3, rows)
		v, iv := f.expOf(ls, 2), f.expOf(lt, -2)
		pull := func(i int, d func(mu, nu, s2, it T) T) {
			f.pullUnit(n, i, ch, func(lo, hi int, s sink[T], u []T, us int) {
				a, as := m.at(lo)
				b, bs := nu.at(lo)
				s2, ss := v.at(lo)
				it, is := iv.at(lo)
				for r := lo; r < hi; r++ {
					if c, ok := s.at(r); ok {
						for i, j := r-lo, 0; j < cols; j++ {
							u[i*us+j] += T(c * d(a[i*as+j], b[i*bs+j], s2[i*ss+j], it[i*is+j]))
						}
					}
				}
			})
		}
		pull(0, func(mu, nu, s2, it T) T { return T((mu - nu) * it) })                 // (mu-nu)/tau^2
		pull(1, func(mu, nu, s2, it T) T { return T(s2*it) - 1 })                      // sigma^2/tau^2 - 1
		pull(2, func(mu, nu, s2, it T) T { return T((nu - mu) * it) })                 // (nu-mu)/tau^2
		pull(3, func(mu, nu, s2, it T) T { return 1 - T((s2+T((mu-nu)*(mu-nu)))*it) }) // 1 - (sigma^2+(mu-nu)^2)/tau^2
	case opRowSum:
		f.pullUnit(n, 0, ch, func(lo, hi int, s sink[T], u []T, us int) {
			for r := lo; r < hi; r++ {
				if c, ok := s.at(r); ok {
					for j := range cols {
						u[(r-lo)*us+j] += c
					}
				}
			}
		})
	}
}

// pullUnit calls add for every sink of an input and every block of rows lo to hi;
// row r of the sink's accumulator starts at u[(r-lo)*us].
func (f *floor[T]) pullUnit(n *node, i int, ch channel[T], add func(lo, hi int, s sink[T], u []T, us int)) {
	m := f.t.nodes[n.in[i]]
	rows := n.rows * n.cols
	p := f.period(n, rows)
	f.each(n.in[i], ch, m.rows != rows, func(s sink[T]) {
		acc := operand[T]{s.acc, rows, m.rows, m.cols}
		for lo := 0; lo < rows; lo += p {
			u, us := acc.at(lo)
			add(lo, lo+p, s, u, us)
		}
	})
}
