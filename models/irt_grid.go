package models

import (
	"math"

	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// irt is the test with theta summed out.
type irt struct{ test }

// grid is 41 abilities of equal spacing on [-8, 8] and the logs of their weights, which sum to
// one: by them the sum over all patterns of answers is one as well.
var grid, gridLog = gridFor(1)

// gridFor is a grid for so many items: 41 points for up to 20, of whom a posterior's sd is about
// 0.4, and spacing that falls as it does, 1/sqrt(items). A normal of sd s is summed to a part in exp(2 pi^2 s^2/h^2)
// at spacing h.
func gridFor(items int) (theta, logs []float64) {
	parts := int(math.Ceil(math.Sqrt(float64(items) / 20)))
	for i := range 40*parts + 1 {
		t := float64(i-20*parts) * 0.4 / float64(parts)
		theta, logs = append(theta, t), append(logs, -0.5*float64(t*t))
	}
	z := vec.LogSumExp64(logs)
	for i := range logs {
		logs[i] -= z
	}
	return theta, logs
}

// curves are the log odds of every item at abilities theta, [D,Q].
func (m *test) curves(p *vi.Params, theta []float64) []float64 {
	a, b, guess := m.feature(p, "a"), m.feature(p, "b"), m.feature(p, "guess")
	var out []float64
	for j := range b {
		aj, gj := 1.0, math.Inf(-1)
		if a != nil {
			aj = a[j]
		}
		if guess != nil {
			gj = guess[j]
		}
		for _, t := range theta {
			out = append(out, response(aj, b[j], gj, t))
		}
	}
	return out
}

// weigh gives f, person by person, log p(x) and the posterior over the grid (f's until it
// returns). A person without an answer has log p(x) = 0 and the prior.
func (m *test) weigh(p *vi.Params, x []float64, f func(n int, evidence float64, posterior []float64)) {
	q, d := len(m.theta), m.data.D
	right := m.curves(p, m.theta)
	wrong := make([]float64, len(right)) // log(1-P) = -softplus(log odds), log P = log(1-P) + log odds
	vec.Softplus(wrong, right)
	vec.Scale(-1, wrong)
	for i, w := range wrong {
		right[i] += w
	}
	l := make([]float64, q)
	for n := range len(x) / d {
		copy(l, m.logs)
		for j, v := range x[n*d : (n+1)*d] {
			switch v {
			case 1:
				vec.Axpy(1, right[j*q:(j+1)*q], l)
			case 0:
				vec.Axpy(1, wrong[j*q:(j+1)*q], l)
			}
		}
		z := vec.LogSumExp64(l)
		for i := range l {
			l[i] -= z
		}
		vec.Exp(l, l)
		f(n, z, l)
	}
}

// evidence is log p(x) of each row.
func (m *test) evidence(p *vi.Params, x []float64) []float64 {
	out := make([]float64, len(x)/m.data.D)
	m.weigh(p, x, func(n int, e float64, _ []float64) { out[n] = e })
	return out
}

func (m *irt) LogEvidence(p *vi.Params, x []float64) []float64 { return m.evidence(p, x) }

// Abilities are the posterior's means, EAP.
func (m *irt) Abilities(p *vi.Params, x []float64) []float64 {
	out := make([]float64, len(x)/m.data.D)
	m.weigh(p, x, func(n int, _ float64, w []float64) { out[n] = vec.Dot(w, m.theta) })
	return out
}

// Chances are means under the posterior.
func (m *irt) Chances(p *vi.Params, x []float64) []float64 {
	right := m.curves(p, m.theta)
	vec.Sigmoid(right, right)
	var out []float64
	m.weigh(p, x, func(_ int, _ float64, w []float64) {
		for j := range m.data.D {
			out = append(out, vec.Dot(w, right[j*len(m.theta):(j+1)*len(m.theta)]))
		}
	})
	return out
}

// mostNewton is how many steps an item takes in one of EM.
const mostNewton = 10

// Maximise is EM's step by the posterior on the grid: of item j, r_q right ones of n_q
// expected answers at ability theta_q, and what is to be raised
//
//	Q_j = sum_q r_q log P_j(theta_q) + (n_q - r_q) log(1 - P_j(theta_q))
//
// goes up by Fisher scoring with steps halved until it does: no maximum where a
// guess is in it, but never down, and so a generalised EM, of which log p(x) never falls either.
//
// Bock and Aitkin 1981; generalised, Dempster, Laird and Rubin 1977.
func (m *irt) Maximise(s *vi.Step, target tape.Vector) {
	p, d, q := s.Params(), m.data.D, len(m.theta)
	n, r := make([]float64, d*q), make([]float64, d*q)
	x := s.X.Value().AppendTo(nil)
	m.weigh(p, x, func(i int, _ float64, w []float64) {
		for j, v := range x[i*d : (i+1)*d] {
			if v == v {
				vec.Axpy(1, w, n[j*q:(j+1)*q])
				vec.Axpy(v, w, r[j*q:(j+1)*q])
			}
		}
	})
	names := m.features()
	to, from := make([]tape.Vector, len(names)), make([][]float64, len(names))
	for i, f := range names {
		to[i], from[i] = s.Of(target, "gen/"+f), m.feature(p, f)
	}
	for j := range d {
		var at []float64
		for i := range names {
			at = append(at, from[i][j])
		}
		at = item{names, m.theta, n[j*q : (j+1)*q], r[j*q : (j+1)*q]}.raise(at)
		for i := range names {
			to[i].Set(j, at[i])
		}
	}
}

// item is expected answers to one, n of which r are right, at the abilities of the grid.
type item struct {
	features []string
	theta    []float64
	n, r     []float64
}

// read is a, b and guess of a vector of features.
func (f item) read(at []float64) (a, b, guess float64) {
	a, guess = 1, math.Inf(-1)
	for i, name := range f.features {
		switch name {
		case "a":
			a = at[i]
		case "b":
			b = at[i]
		case "guess":
			guess = at[i]
		}
	}
	return a, b, guess
}

// value is Q, slope its gradient and Fisher's information [F,F].
func (f item) value(at []float64) (v float64) {
	a, b, guess := f.read(at)
	for i, t := range f.theta {
		o := response(a, b, guess, t)
		v += float64(f.r[i]*o) - float64(f.n[i]*vec.Softplus64(o))
	}
	return v
}

func (f item) slope(at []float64) (g, info []float64) {
	k := len(at)
	a, b, guess := f.read(at)
	g, info = make([]float64, k), make([]float64, k*k)
	v := make([]float64, k)
	for i, t := range f.theta {
		e := float64(a*t) - b
		chance := vec.Sigmoid64(response(a, b, guess, t))
		byGuess := 0.0 // d log odds / d guess
		if !math.IsInf(guess, -1) {
			byGuess = vec.Sigmoid64(guess + vec.Softplus64(-e))
		}
		byE := 1 - float64(byGuess*vec.Sigmoid64(-e))
		for c, name := range f.features {
			switch name {
			case "a":
				v[c] = byE * t
			case "b":
				v[c] = -byE
			case "guess":
				v[c] = byGuess
			}
		}
		miss, weight := f.r[i]-float64(f.n[i]*chance), f.n[i]*chance*(1-chance)
		for c := range v {
			g[c] += float64(miss * v[c])
			for l := range v {
				info[c*k+l] += float64(weight * v[c] * v[l])
			}
		}
	}
	return g, info
}

// raise takes steps up from at, in the box, until none is found. A feature that stands at an end of
// the box and would leave it stays, and the others go their own way.
func (f item) raise(at []float64) []float64 {
	now := f.value(at)
	for range mostNewton {
		step := f.step(at)
		next, better := make([]float64, len(at)), false
		for range 30 {
			for i, name := range f.features {
				box := irtBox[name]
				next[i] = min(max(at[i]+step[i], box[0]), box[1])
			}
			if v := f.value(next); v > now {
				now, better = v, true
				break
			}
			vec.Scale(0.5, step)
		}
		if !better {
			return at
		}
		at = next
	}
	return at
}

// step is Fisher's, info^-1 g, of the features that are free to move; the diagonal is raised by a part in
// 1e9, which is what there is to go by where answers tell of nothing.
func (f item) step(at []float64) []float64 {
	g, info := f.slope(at)
	var free []int
	for i, name := range f.features {
		if box := irtBox[name]; g[i] > 0 && at[i] < box[1] || g[i] < 0 && at[i] > box[0] {
			free = append(free, i)
		}
	}
	a, b := make([]float64, len(free)*len(free)), make([]float64, len(free))
	for r, i := range free {
		for c, j := range free {
			a[r*len(free)+c] = info[i*len(at)+j]
		}
		a[r*len(free)+r] += float64(1e-9 * a[r*len(free)+r])
		b[r] = g[i]
	}
	out := make([]float64, len(at))
	chol, err := linalg.NewCholesky(a, len(free), 1e-14)
	if err != nil {
		return out
	}
	chol.Solve(b)
	for r, i := range free {
		out[i] = b[r]
	}
	return out
}
