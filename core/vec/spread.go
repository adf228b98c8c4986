package vec

import "github.com/vibench/bench/core/cpu"

// A Spread walks matrices of rows of cols numbers that meet a row, or a column
// of factors, that stands for many. A short row does not fill vectors, but
// several do to the last lane: a tile. What is shared is laid out once as a
// tile; then all is elementwise, whatever the width of a row.
//
// It belongs to one goroutine.
type Spread[T Float] struct {
	cols  int
	rows  int // of a tile: four at least, at most as many as lanes
	isa   cpu.ISA
	index []uint32 // for each entry of a tile, its row, as the kernel's permutation wants it
	rooms [2][]T
}

// NewSpread is for rows of cols numbers.
func NewSpread[T Float](cols int) *Spread[T] { return &Spread[T]{cols: cols} }

// Cols is the number of numbers in a row.
func (s *Spread[T]) Cols() int { return s.cols }

// Reparam is dst[r][j] = mu[r][j] + sigma[r][j] eps[r][j]; dst and eps are whole.
func (s *Spread[T]) Reparam(dst []T, mu, sigma Rows[T], eps []T) {
	rows := s.whole("Reparam", len(dst))
	sameLen("Reparam", len(dst), len(eps))
	mu.check("Reparam", rows, s.cols)
	sigma.check("Reparam", rows, s.cols)
	if s.reparamKernel(dst, mu, sigma, eps, rows) {
		return
	}
	for r := range rows {
		d := dst[r*s.cols:][:s.cols]
		m, q, e := mu.row(r, s.cols)[:len(d)], sigma.row(r, s.cols)[:len(d)], eps[r*s.cols:][:len(d)]
		for j := range d {
			d[j] = m[j] + T(q[j]*e[j])
		}
	}
}

// Toward adds to each row of acc how a Gaussian density pulls own towards other,
// times the row's factor: acc[r][j] += c[r] ((other[r][j] - own[r][j]) q[r][j]),
// rows whose factor is zero left out. acc and own are whole.
func (s *Spread[T]) Toward(acc, c, own []T, other, q Rows[T]) {
	rows := s.whole("Toward", len(acc))
	sameLen("Toward", len(acc), len(own))
	sameLen("Toward", rows, len(c))
	other.check("Toward", rows, s.cols)
	q.check("Toward", rows, s.cols)
	if s.towardKernel(acc, c, own, other, q, rows) {
		return
	}
	for r, c := range c {
		if c == 0 {
			continue
		}
		a := acc[r*s.cols:][:s.cols]
		x, y, q := own[r*s.cols:][:len(a)], other.row(r, s.cols)[:len(a)], q.row(r, s.cols)[:len(a)]
		for j := range a {
			a[j] += T(c * T((y[j]-x[j])*q[j]))
		}
	}
}

func (s *Spread[T]) whole(name string, n int) (rows int) {
	if s.cols > 0 {
		rows = n / s.cols
	}
	sameLen(name, rows*s.cols, n)
	return rows
}

// wide is the number of columns from which a tile is one row, the rest of its
// last vector unused: there is little of it.
const wide = 64

// lay settles the tile for an instruction set of so many lanes.
func (s *Spread[T]) lay(isa cpu.ISA, lanes int) {
	if s.isa == isa {
		return
	}
	s.isa, s.rows = isa, 1
	for s.cols < wide && (s.rows < 4 || s.rows*s.cols%lanes != 0) {
		s.rows *= 2
	}
	var x T
	_, double := any(x).(float64)
	s.index = s.index[:0]
	for i := range (s.rows*s.cols + lanes - 1) / lanes * lanes {
		r := min(uint32(i/s.cols), uint32(s.rows-1))
		switch {
		case !double:
			s.index = append(s.index, r)
		case isa == cpu.AVX2: // moves halves of a float64
			s.index = append(s.index, 2*r, 2*r+1)
		default:
			s.index = append(s.index, r, 0)
		}
	}
	for i := range s.rooms {
		s.rooms[i] = make([]T, s.rows*s.cols)
	}
}

// tile is m from its first row on and how far on the next tile lies: a row for
// all is repeated in room i.
func (s *Spread[T]) tile(m Rows[T], i, rows int) (*T, int) {
	if m.Step != 0 {
		return &m.X[0], s.rows * s.cols
	}
	if s.rows == 1 {
		return &m.X[0], 0
	}
	x := s.rooms[i]
	n := copy(x, m.X[:s.cols])
	for want := min(rows, s.rows) * s.cols; n < want; {
		n += copy(x[n:want], x[:n])
	}
	return &x[0], 0
}
