package models

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// variational is the test with a q of theta, or a point.
type variational struct{ test }

// judged is one whose items are parameters, so that log p(x) is a sum over the grid.
type judged struct{ variational }

func (m *judged) LogEvidence(p *vi.Params, x []float64) []float64 { return m.evidence(p, x) }

// Prior is N(0, 1), of a point none.
func (m *variational) Prior(s *vi.Step) dist.Dist {
	if m.Ability == "point" {
		return nil
	}
	return s.Normal(s.Leaf(1, 1), s.Leaf(1, 1))
}

func (m *variational) Posterior(s *vi.Step) dist.Dist {
	switch m.Ability {
	case "own":
		return s.Normal(m.rows(s, ownMu), m.rows(s, ownSpread))
	case "point":
		return s.Point(m.rows(s, irtTheta))
	}
	return m.net.of(s, m.coded(s))
}

// rows are those of a parameter [N,1] that the step is of: of all data the parameter, of
// some, at which an evaluation looks, constants.
func (m *variational) rows(s *vi.Step, name string) tape.Node {
	if s.B() == m.data.N {
		return s.Param(name)
	}
	out, v := s.Blank(s.B(), 1), s.Params().Value(name)
	for b, n := range s.Index {
		out.Value().Set(b, v.At(n))
	}
	return out
}

// coded is answers as +1, -1 and 0.
func (m *variational) coded(s *vi.Step) tape.Node {
	out := s.Blank(s.B(), m.data.D)
	x, v := s.X.Value(), out.Value()
	for i := range v.Len() {
		v.Set(i, code(x.At(i)))
	}
	return out
}

func code(x float64) float64 {
	if x != x {
		return 0
	}
	return float64(2*x) - 1
}

// LogLik is the sum over answers that there are; of items with a prior, less KL(q || p)/N.
func (m *variational) LogLik(s *vi.Step, z dist.Value) tape.Node {
	f := map[string]tape.Node{}
	var kl tape.Node
	for _, name := range m.features() {
		if m.IRT.Items == "point" {
			f[name] = s.Param("gen/" + name)
			continue
		}
		mu, logsd := s.Param("shared/"+name), s.Param("shared/"+name+"/logsd")
		rows, cols := mu.Shape()
		eps := s.Blank(rows, cols)
		s.Plates("items/"+name).Normal(0, eps.Value())
		f[name] = s.Reparam(mu, logsd, eps)
		k := s.KLNormal(1, mu, logsd, s.Leaf(1, cols), s.Leaf(1, cols)).Sum()
		if kl.Nil() {
			kl = k
		} else {
			kl = kl.Add(k)
		}
	}
	a, ok := f["a"]
	if !ok {
		a = s.Blank(m.data.D, 1)
		for v, j := a.Value(), 0; j < m.data.D; j++ {
			v.Set(j, 1)
		}
	}
	odds := s.Affine(z.Node, a, f["b"].Neg(), tape.Linear)
	if guess, ok := f["guess"]; ok {
		odds = odds.Add(guess.Add(odds.Neg().Apply(tape.Softplus)).Apply(tape.Softplus))
	}
	x, there, none := m.masked(s)
	if !there.Nil() { // log odds of zero are log 1/2, which none gives back
		odds = odds.Mul(there.Spread(z.K))
	}
	l := s.BernoulliLogProb(z.K, x, odds)
	if !there.Nil() {
		l = l.Add(none)
	}
	if !kl.Nil() {
		l = l.Sub(kl.Scale(1 / float64(s.N)))
	}
	return l
}

// masked is x with 0 for what is not there, or plays no part; 1 where it does, [B,D]; and log 2
// for each that does not, [1,B]. The last two are nil where all do.
func (m *variational) masked(s *vi.Step) (x, there, none tape.Node) {
	b, d := s.B(), m.data.D
	if m.data.Domain != vi.Answer && m.Ability != "point" {
		return s.X, there, none
	}
	x, there = s.Blank(b, d), s.Blank(b, d)
	void := make([]float64, b)
	row := make([]float64, 0, d)
	for i := range b {
		row = s.X.Value().Slice(i*d, (i+1)*d).AppendTo(row[:0])
		drop := false
		if m.Ability == "point" {
			_, drop = alike(row)
		}
		out := 0.0
		for j, v := range row {
			on := 1.0
			if v != v || drop {
				v, on = 0, 0
				out += ln2
			}
			x.Value().Set(i*d+j, v)
			there.Value().Set(i*d+j, on)
		}
		void[i] = out
	}
	return x, there, s.Const(1, b, void)
}

// alike says whether answers are all the same, or none, and what: 1, -1, or 0 of none.
func alike(x []float64) (sign float64, yes bool) {
	for _, v := range x {
		switch c := code(v); {
		case c == 0:
		case sign == 0:
			sign = c
		case sign != c:
			return 0, false
		}
	}
	return sign, true
}

// q is a person's mean and sd of theta, in float64 whatever the precision; a point's sd is 0.
func (m *variational) q(p *vi.Params, n int, x []float64) (mu, sd float64) {
	switch m.Ability {
	case "own":
		return p.Value(ownMu).At(n), vec.Exp64(p.Value(ownSpread).At(n))
	case "point":
		if sign, yes := alike(x); yes {
			return sign * m.Reach, 0
		}
		return p.Value(irtTheta).At(n), 0
	}
	h := make([]float64, len(x))
	for j, v := range x {
		h[j] = code(v)
	}
	for _, l := range m.net.layers {
		h = l.at(p, h)
		activate(m.net.act, h)
	}
	return m.net.mu.at(p, h)[0], vec.Exp64(m.net.logsigma.at(p, h)[0])
}

// Abilities are q's means.
func (m *variational) Abilities(p *vi.Params, x []float64) []float64 {
	var out []float64
	for n := range len(x) / m.data.D {
		mu, _ := m.q(p, n, x[n*m.data.D:(n+1)*m.data.D])
		out = append(out, mu)
	}
	return out
}

// Chances are means under q of theta, by the grid, at q's means of items.
func (m *variational) Chances(p *vi.Params, x []float64) []float64 {
	d, w := m.data.D, make([]float64, len(grid))
	vec.Exp(w, gridLog)
	theta := make([]float64, len(grid))
	var out []float64
	for n := range len(x) / d {
		mu, sd := m.q(p, n, x[n*d:(n+1)*d])
		at := theta
		for i, t := range grid {
			theta[i] = mu + float64(sd*t)
		}
		if sd == 0 {
			at = theta[:1]
		}
		odds := m.curves(p, at)
		vec.Sigmoid(odds, odds)
		for j := range d {
			if sd == 0 {
				out = append(out, odds[j])
				continue
			}
			out = append(out, vec.Dot(w, odds[j*len(grid):(j+1)*len(grid)]))
		}
	}
	return out
}
