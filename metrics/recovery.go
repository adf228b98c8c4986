package metrics

import (
	"math"

	"github.com/vibench/bench/vi"
)

// Recovery is how well the learned atoms of a linear generator are those that the data
// were made with: |cosine| of the pairs of the best one-to-one matching, the one of the
// largest sum; its mean over true atoms, the least (/min) and the share of them that have
// at least least (/found). An atom of norm below 1e-6 has cosine 0 with all, and so has
// a true atom that none is left for. Each true atom's is kept.
//
// Of dictionaries of one size, /amari is the Amari index of P = pinv(W) A, W the true and
// A the learned columns made of unit norm: 0 where they are the same up to order and
// sign, 1 at worst.
//
//	1/(2H(H-1)) [ sum_i ( sum_j |P_ij| / max_j |P_ij| - 1 ) + sum_j ( sum_i |P_ij| / max_i |P_ij| - 1 ) ]
//
// A row or column with nothing above 1e-6 counts as the worst, H - 1. Of one atom the
// index is 0, or 1 if P is no more than that. Where W has not rank H, as bars have not, it says nothing, and there is
// a reason instead of a number.
//
// Amari, Cichocki and Yang 1996 (NIPS 8), here between 0 and 1 and of unit columns.
type Recovery struct {
	Least float64 `name:"least" min:"0" max:"1" doc:"cosine from which an atom is found"`
}

func (Recovery) Name() string    { return "recovery" }
func (Recovery) Better() string  { return "higher" }
func (Recovery) Unit() string    { return "" }
func (Recovery) Needs() []vi.Cap { return []vi.Cap{vi.Atoms} }
func (Recovery) Emits(vi.Sheet) []string {
	return []string{"recovery", "recovery/min", "recovery/found", "recovery/amari"}
}

func (m Recovery) Measure(e *Eval, o *Out) {
	missing := func(why string) {
		for _, name := range m.Emits(vi.Sheet{}) {
			o.Missing(name, "%s", why)
		}
	}
	data, learned := e.Work.Data, atoms(e.Work)
	d := data.D
	switch {
	case learned == nil:
		missing(noAtoms)
		return
	case data.Atoms == nil:
		missing("the data have no true dictionary")
		return
	case len(learned)%d != 0 || len(learned) == 0 || len(data.Atoms)%d != 0:
		missing("the dictionaries are not of the data's dimension")
		return
	}
	for _, x := range learned {
		if x-x != 0 {
			missing("a learned atom is not finite")
			return
		}
	}
	ht, hl := len(data.Atoms)/d, len(learned)/d
	w, a := unit(data.Atoms, ht), unit(learned, hl)
	c := make([]float64, ht*hl)
	for i := range ht {
		for j := range hl {
			s := 0.0
			for l := range d {
				s += float64(w[l*ht+i] * a[l*hl+j])
			}
			c[i*hl+j] = min(1, math.Abs(s))
		}
	}
	cosine := make([]float64, ht)
	for i, j := range match(c, ht, hl) {
		if j >= 0 {
			cosine[i] = c[i*hl+j]
		}
	}
	worst, found := 1.0, 0
	for _, x := range cosine {
		worst = min(worst, x)
		if x >= m.Least {
			found++
		}
	}
	o.Put("recovery", mean(cosine))
	o.Put("recovery/min", worst)
	o.Put("recovery/found", float64(found)/float64(ht))
	o.Keep("recovery", cosine)
	if ht != hl {
		o.Missing("recovery/amari", "%d true atoms and %d learned: the index is of as many of each", ht, hl)
		return
	}
	p, ok := unmix(w, a, d, ht)
	if !ok {
		o.Missing("recovery/amari", "the true dictionary, %d atoms of %d numbers, has not rank %d", ht, d, ht)
		return
	}
	o.Put("recovery/amari", amari(p, ht))
}

// tiny is what an atom's norm, and a line of P, must have to be more than rounding.
const tiny = 1e-6

// unit are the columns of a, [D,H], made of unit norm; those shorter than tiny zeros.
func unit(a []float64, h int) []float64 {
	out, n := make([]float64, len(a)), norms(a, h)
	for i, x := range a {
		if s := n[i%h]; s >= tiny {
			out[i] = x / s
		}
	}
	return out
}

// match pairs every row of the n x m scores with a column of its own, and where rows are
// more, as many as there are columns, so that the sum of scores is largest: of each row
// its column, or -1. It is the Hungarian method by shortest paths with potentials, n^3.
//
// Kuhn 1955; Jonker and Volgenant 1987.
func match(score []float64, n, m int) []int {
	if n > m {
		turned := make([]float64, len(score))
		for i := range n {
			for j := range m {
				turned[j*n+i] = score[i*m+j]
			}
		}
		out := make([]int, n)
		for i := range out {
			out[i] = -1
		}
		for j, i := range match(turned, m, n) {
			out[i] = j
		}
		return out
	}
	// Rows and columns count from 1; column 0 holds the row that is being placed.
	u, v := make([]float64, n+1), make([]float64, m+1)
	row, from := make([]int, m+1), make([]int, m+1)
	slack, seen := make([]float64, m+1), make([]bool, m+1)
	for i := 1; i <= n; i++ {
		for j := range slack {
			slack[j], seen[j] = math.Inf(1), false
		}
		row[0] = i
		at := 0
		for row[at] != 0 {
			seen[at] = true
			r, nearest, next := row[at], math.Inf(1), 0
			for j := 1; j <= m; j++ {
				if seen[j] {
					continue
				}
				if c := -score[(r-1)*m+j-1] - u[r] - v[j]; c < slack[j] {
					slack[j], from[j] = c, at
				}
				if slack[j] < nearest {
					nearest, next = slack[j], j
				}
			}
			for j := range seen {
				if seen[j] {
					u[row[j]] += nearest
					v[j] -= nearest
				} else {
					slack[j] -= nearest
				}
			}
			at = next
		}
		for at != 0 {
			row[at] = row[from[at]]
			at = from[at]
		}
	}
	out := make([]int, n)
	for j := 1; j <= m; j++ {
		if row[j] != 0 {
			out[row[j]-1] = j - 1
		}
	}
	return out
}

// unmix is pinv(W) A of W and A [D,H], [H,H] row-major, by W = Q R, Gram-Schmidt done
// twice over; false where W has not rank H.
func unmix(w, a []float64, d, h int) (p []float64, ok bool) {
	if d < h {
		return nil, false
	}
	q, r := make([]float64, h*d), make([]float64, h*h) // q: a row a direction
	for k := range h {
		x := q[k*d : (k+1)*d]
		for l := range d {
			x[l] = w[l*h+k]
		}
		for range 2 {
			for i := range k {
				c := dot(q[i*d:(i+1)*d], x)
				r[i*h+k] += c
				for l, v := range q[i*d : (i+1)*d] {
					x[l] -= float64(c * v)
				}
			}
		}
		norm := math.Sqrt(dot(x, x))
		if norm < 1e-8 { // of columns of norm one
			return nil, false
		}
		r[k*h+k] = norm
		for l := range x {
			x[l] /= norm
		}
	}
	p = make([]float64, h*h)
	for i := h - 1; i >= 0; i-- {
		for j := range h {
			s := 0.0
			for l := range d {
				s += float64(q[i*d+l] * a[l*h+j])
			}
			for k := i + 1; k < h; k++ {
				s -= float64(r[i*h+k] * p[k*h+j])
			}
			p[i*h+j] = s / r[i*h+i]
		}
	}
	return p, true
}

// amari is the index of P, [h,h].
func amari(p []float64, h int) float64 {
	if h == 1 {
		if math.Abs(p[0]) < tiny {
			return 1
		}
		return 0
	}
	total := 0.0
	line := func(from, by int) {
		sum, most := 0.0, 0.0
		for k := range h {
			x := math.Abs(p[from+k*by])
			sum += x
			most = max(most, x)
		}
		if most < tiny {
			total += float64(h - 1)
			return
		}
		total += sum/most - 1
	}
	for i := range h {
		line(i*h, 1)
		line(i, h)
	}
	return total / float64(2*h*(h-1))
}
