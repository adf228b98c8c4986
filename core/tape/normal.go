package tape

import "github.com/vibench/bench/core/vec"

const halfLog2Pi = 0.91893853320467274178 // (1/2) log 2 pi

// NormalLogProb is log N(z; mu, exp(logsigma)^2) summed over features, [k,B],
// with k samples a datum. Operands with fewer rows are spread.
func (t *Tape) NormalLogProb(k int, z, mu, logsigma Node) Node {
	return t.reduce(opNormal, k, rowsOf(z, mu, logsigma), z, mu, logsigma)
}

// forwardNormal: -(1/2) sum d^2 - sum log sigma - (D/2) log 2 pi, d = (z-mu)/sigma.
func (f *floor[T]) forwardNormal(id int32, n *node, out []float64) {
	rows := len(out)
	z, mu, ls := f.operand(n, 0, rows), f.operand(n, 1, rows), f.operand(n, 2, rows)
	inv := f.expOf(ls, -1)
	f.aux[id] = inv.x
	p, c := f.period(n, rows), float64(halfLog2Pi*float64(z.cols))
	for lo := 0; lo < rows; lo += p {
		y, l := out[lo:lo+p], ls.from(lo)
		base := 0.0
		if l.Step == 0 {
			base = c + total(l.X[:z.cols])
		}
		vec.Gauss(y, z.from(lo), mu.from(lo), inv.from(lo), z.cols, base)
		if l.Step != 0 {
			for i := range y {
				y[i] -= c + total(row(l.X, i, z.cols))
			}
		}
	}
}

// total adds up a row in float64, in order.
func total[T real](x []T) float64 {
	s := 0.0
	for _, v := range x {
		s += float64(v)
	}
	return s
}

func (f *floor[T]) pullNormal(id int32, n *node, ch channel[T]) {
	rows := n.rows * n.cols
	z, mu, inv := f.operand(n, 0, rows), f.operand(n, 1, rows), f.operand(n, 2, rows)
	inv.x = f.aux[id]
	cols := z.cols
	precision := inv
	if f.t.nodes[n.in[0]].reach.any() || f.t.nodes[n.in[1]].reach.any() {
		precision.x = f.arena.take(len(inv.x))
		for i, q := range inv.x {
			precision.x[i] = q * q
		}
	}
	minus := precision // for sums over rows that are themselves drawn
	minus.x = nil
	// d/dz = (mu-z)/sigma^2 and d/dmu = (z-mu)/sigma^2: each is drawn to the other.
	for i, o := range [2][2]operand[T]{{z, mu}, {mu, z}} {
		into := f.mover(n.in[i])
		if into != n.in[i] && minus.x == nil {
			minus.x = f.arena.take(len(precision.x))
			for i, q := range precision.x {
				minus.x[i] = -q
			}
		}
		f.pullInto(into, n, ch, func(lo, hi int, s sink[T], u []T, us int) {
			own, other, q := o[0].from(lo), o[1].from(lo), precision.from(lo)
			c, size := s.fac[lo:hi], (hi-lo)*cols
			switch {
			case us > 0 && own.Step > 0 && mostly(c):
				for i := range c {
					if c[i] != 0 {
						f.spread(cols).Toward(u[i*us:][:cols], c[i:i+1], own.X[i*own.Step:][:cols], only(other, i), only(q, i))
					}
				}
			case us > 0 && own.Step > 0:
				f.spread(cols).Toward(u[:size], c, own.X[:size], other, q)
			case us == 0 && own.Step == 0 && other.Step > 0 && q.Step == 0:
				vec.WeighRows(u[:cols], c, other.X[:size], own.X[:cols], q.X[:cols])
			case us == 0 && own.Step > 0 && other.Step == 0 && q.Step == 0:
				vec.WeighRows(u[:cols], c, own.X[:size], other.X[:cols], minus.from(lo).X[:cols])
			default:
				for i, c := range c {
					if c != 0 {
						u, x, y, q := u[i*us:], own.X[i*own.Step:], other.X[i*other.Step:], q.X[i*q.Step:]
						for j := range cols {
							u[j] += T(c * T((y[j]-x[j])*q[j]))
						}
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
			if c := s.fac[r]; c != 0 {
				for i, j := r-lo, 0; j < cols; j++ {
					d := (z[i*zs+j] - m[i*ms+j]) * q[i*qs+j]
					u[i*us+j] += T(c * (T(d*d) - 1))
				}
			}
		}
	})
}

// mover is the node whose adjoint a pull on node id adds to: of samples with a fixed
// scale their mean, for it moves them one to one, and of others the node itself.
func (f *floor[T]) mover(id int32) int32 {
	if n := &f.t.nodes[id]; n.op == opReparam && !f.t.nodes[n.in[1]].reach.any() {
		return n.in[0]
	}
	return id
}

// mostly says that more than half of the factors are zero.
func mostly[T real](c []T) bool {
	zeros := 0
	for _, x := range c {
		if x == 0 {
			zeros++
		}
	}
	return 2*zeros > len(c)
}

// only is row i alone.
func only[T real](m vec.Rows[T], i int) vec.Rows[T] { return vec.Rows[T]{X: m.X[i*m.Step:]} }
