package models

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// chained is the test with a table of particles, each every person's theta and then every
// item's b, a and guess: draws from p(theta, items | x) where chains make them.
//
//	log p(w, x) = sum_n log N(theta_n; 0, 1) + sum_j sum_f log N(f_j; 0, 1) + sum_nj log p(x_nj | theta_n, item_j)
//
// (theta, a) and (-theta, -a) are as probable: of the two a particle is kept at the one whose discriminations
// have a sum above zero.
type chained struct{ test }

const irtParticles = "inf/w" // [Chains, N + F D]

// startSpread is the sd of particles' items about the start: wider than their posterior, so
// that chains which agree have forgotten it.
const startSpread = 0.5

func (m *chained) width() int { return m.data.N + m.data.D*len(m.features()) }

func (m *chained) Sheet() vi.Sheet {
	return vi.Sheet{
		Params: []vi.Spec{{Name: irtParticles, Rows: m.Count, Cols: m.width()}},
		Offers: []vi.Cap{vi.Answers, vi.Particles, vi.Unknowns}, Data: m.data.Domain, Whole: true,
	}
}

// Init draws abilities from the prior, and items about where those that are parameters start.
func (m *chained) Init(key rng.Key, p *vi.Params) {
	w, at := make([]float64, m.Count*m.width()), m.start()
	key.Fold(irtParticles).Normal64(w, 0)
	for i := range m.Count {
		items := w[i*m.width()+m.data.N : (i+1)*m.width()]
		for c, f := range m.features() {
			for j := range m.data.D {
				e := &items[c*m.data.D+j]
				*e = at[f][j] + float64(startSpread**e)
			}
		}
	}
	p.Set(irtParticles, w)
}

// Project turns particles whose discriminations have a sum below zero. Chains whose moves know no side of
// zero, such as those of hmc and sgld, are then chains on the half.
func (m *chained) Project(p *vi.Params) {
	w, n, d := p.Value(irtParticles), m.data.N, m.data.D
	at := slices.Index(m.features(), "a")
	if at < 0 {
		return
	}
	a := n + at*d
	for i := 0; i < w.Len(); i += m.width() {
		sum := 0.0
		for j := range d {
			sum += w.At(i + a + j)
		}
		if !(sum < 0) {
			continue
		}
		for j := range n {
			w.Set(i+j, -w.At(i+j))
		}
		for j := range d {
			w.Set(i+a+j, -w.At(i+a+j))
		}
	}
}

func (m *chained) Particles() string { return irtParticles }

// LogDensity has log p(x_n|theta_n, items) + log p(theta_n) in person n's column and log p of a feature in
// its own, and the slope of the sum of them all by hand: with o the log odds, e = a theta - b and
// s = sigmoid(guess + softplus(-e)), which is d o / d guess and zero without one,
//
//	d log p(x|o) / d o = x - sigmoid(o),   d o / d e = 1 - s sigmoid(-e)
func (m *chained) LogDensity(s *vi.Step, w tape.Node) tape.Node {
	rows, width := w.Shape()
	value, slope := s.Blank(rows, width), s.Blank(rows, width)
	at, v, g := make([]float64, width), make([]float64, width), make([]float64, width)
	l := m.answered()
	for i := range rows {
		copy(at, w.Value().Slice(i*width, (i+1)*width).AppendTo(v[:0]))
		l.density(at, v, g)
		value.Value().Slice(i*width, (i+1)*width).From(v)
		slope.Value().Slice(i*width, (i+1)*width).From(g)
	}
	return s.Tape.Known(value, w, slope).SumD(1)
}

// answered are the answers by item, 0 where there is none, and 1 where there is one, [D,N].
func (m *chained) answered() *answered {
	n, d := m.data.N, m.data.D
	l := &answered{n: n, d: d, features: m.features(), x: make([]float64, n*d), there: make([]float64, n*d)}
	for i, x := range m.data.X {
		if x == x {
			l.x[i%d*n+i/d], l.there[i%d*n+i/d] = x, 1
		}
	}
	for i := range l.room {
		l.room[i] = make([]float64, n)
	}
	return l
}

type answered struct {
	n, d     int
	features []string
	x, there []float64
	room     [5][]float64
}

// density sets v to terms of log p(w, x) and g to its gradient.
func (l *answered) density(w, v, g []float64) {
	for i, x := range w {
		v[i], g[i] = float64(-0.5*float64(x*x))-0.5*log2Pi, -x
	}
	n, theta := l.n, w[:l.n]
	at := map[string]int{} // of a feature's item 0 in w
	for c, f := range l.features {
		at[f] = n + c*l.d
	}
	aAt, hasA := at["a"]
	guessAt, guesses := at["guess"]
	e, o, soft, chance, by := l.room[0], l.room[1], l.room[2], l.room[3], l.room[4]
	for j := range l.d {
		x, there := l.x[j*n:(j+1)*n], l.there[j*n:(j+1)*n]
		a, bAt := 1.0, at["b"]+j
		if hasA {
			a = w[aAt+j]
		}
		for i, t := range theta {
			e[i] = float64(a*t) - w[bAt]
		}
		copy(o, e)
		if guesses {
			guess := w[guessAt+j]
			for i := range e {
				e[i] = -e[i]
			}
			vec.Softplus(by, e)
			for i := range by {
				by[i] += guess
			}
			vec.Softplus(soft, by)
			vec.Axpy(1, soft, o)
			vec.Sigmoid(by, by)
			vec.Sigmoid(e, e) // sigmoid(-e)
		}
		vec.Softplus(soft, o)
		vec.Sigmoid(chance, o)
		var da, db, dguess float64
		for i, on := range there {
			v[i] += float64(on * (float64(x[i]*o[i]) - soft[i]))
			r := on * (x[i] - chance[i])
			if guesses {
				dguess += float64(r * by[i])
				r *= 1 - float64(by[i]*e[i])
			}
			g[i] += float64(r * a)
			da += float64(r * theta[i])
			db -= r
		}
		g[bAt] += db
		if hasA {
			g[aAt+j] += da
		}
		if guesses {
			g[guessAt+j] += dguess
		}
	}
}

// each gives f every particle: theta, and a, b and guess of every item, guess -Inf where there is none.
func (m *chained) each(p *vi.Params, f func(theta, a, b, guess []float64)) {
	n, d, w := m.data.N, m.data.D, p.Value(irtParticles).AppendTo(nil)
	for ; len(w) > 0; w = w[m.width():] {
		of := map[string][]float64{"a": repeated(1, d), "guess": repeated(math.Inf(-1), d)}
		for c, name := range m.features() {
			of[name] = w[n+c*d : n+(c+1)*d]
		}
		f(w[:n], of["a"], of["b"], of["guess"])
	}
}

// Unknowns are the items' features, in the form's order.
func (m *chained) Unknowns(p *vi.Params) vi.Beliefs {
	out := vi.Beliefs{L: 1, M: m.width() - m.data.N}
	for w := p.Value(irtParticles).AppendTo(nil); len(w) > 0; w = w[m.width():] {
		out.Particles = append(out.Particles, w[m.data.N:m.width()]...)
	}
	return out
}

// Abilities are means over particles.
func (m *chained) Abilities(p *vi.Params, _ []float64) []float64 {
	out := make([]float64, m.data.N)
	m.each(p, func(theta, _, _, _ []float64) { vec.Axpy(1/float64(m.Count), theta, out) })
	return out
}

// Chances are means over particles.
func (m *chained) Chances(p *vi.Params, _ []float64) []float64 {
	n, d := m.data.N, m.data.D
	out, odds := make([]float64, n*d), make([]float64, d)
	m.each(p, func(theta, a, b, guess []float64) {
		for i, t := range theta {
			for j := range odds {
				odds[j] = response(a[j], b[j], guess[j], t)
			}
			vec.Sigmoid(odds, odds)
			vec.Axpy(1/float64(m.Count), odds, out[i*d:(i+1)*d])
		}
	})
	return out
}

// Items are means over particles.
func (m *chained) Items(p *vi.Params) []float64 {
	out := make([]float64, 3*m.data.D)
	m.each(p, func(_, a, b, guess []float64) {
		for j := range b {
			for c, x := range []float64{a[j], b[j], vec.Sigmoid64(guess[j])} {
				out[3*j+c] += x / float64(m.Count)
			}
		}
	})
	return out
}
