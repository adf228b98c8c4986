package dist

import (
	"fmt"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// Categorical has independent variables of N categories each, one-hot, by logits
// [R, G*N]: rows as a Bernoulli's. Logits that differ by a constant within a group
// are the same distribution.
type Categorical struct {
	T      *tape.Tape
	B      int
	Logits tape.Node
	N      int

	pool *Pool
}

func (p Categorical) keep() Dist {
	if p.pool != nil {
		return p.pool.Categorical(p)
	}
	return p
}

// Sample draws the category of the largest logit + Gumbel noise, -log(-log u), the
// first of equals: constants, since a category has no path.
func (p Categorical) Sample(n Noise, k int) Value {
	z := p.gumbels(n, k)
	each(z, p.Logits, func(g, a float64) float64 { return a + g })
	largest(z.Value(), p.N)
	return Value{Node: z, K: k}
}

// largest sets each group of v to the one-hot of its largest entry.
func largest(v tape.Vector, n int) {
	for lo := 0; lo < v.Len(); lo += n {
		at := lo
		for i := lo + 1; i < lo+n; i++ {
			if v.At(i) > v.At(at) {
				at = i
			}
		}
		for i := lo; i < lo+n; i++ {
			v.Set(i, bit(i == at))
		}
	}
}

// gumbels is -log E, [K*B, G*N].
func (p Categorical) gumbels(n Noise, k int) tape.Node {
	u := p.exponentials(n, k)
	v := u.Value()
	for i := range v.Len() {
		v.Set(i, -v.At(i))
	}
	return u
}

// exponentials is log E, E = -log u exponential: u is never 0 nor 1, so it is finite.
func (p Categorical) exponentials(n Noise, k int) tape.Node {
	u := uniforms(p.T, p.B, p.Logits, n, k)
	v := u.Value()
	vec.Log(v.F64(), v.F64())
	vec.Log(v.F32(), v.F32())
	for i := range v.Len() {
		v.Set(i, -v.At(i))
	}
	vec.Log(v.F64(), v.F64())
	vec.Log(v.F32(), v.F32())
	return u
}

// LogProb is sum_d x log-softmax(a), [K,B]; linear in x, which may be any point of
// the simplex.
func (p Categorical) LogProb(x Value) tape.Node {
	return over(x.Node.Mul(p.Logits.LogSoftmax(p.N)), p.B*x.K).SumD(x.K)
}

// over spreads rows to so many.
func over(n tape.Node, rows int) tape.Node {
	if r, _ := n.Shape(); r != rows {
		return n.Spread(rows / r)
	}
	return n
}

// Frozen stops the weights above the logits.
func (p Categorical) Frozen() Dist {
	p.Logits = p.Logits.Freeze()
	return p.keep()
}

// Natural are the logits.
func (p Categorical) Natural() tape.Node { return p.Logits }

// Means are the probabilities.
func (p Categorical) Means(Noise) []tape.Node {
	m := p.T.Nodes(1)
	m[0] = p.Logits.Softmax(p.N)
	return m
}

// KL is in closed form against another Categorical: log-probabilities are linear
// in the one-hot code.
func (p Categorical) KL(o Dist) (tape.Node, bool) {
	var q Categorical
	switch o := o.(type) {
	case Categorical:
		q = o
	case *Categorical:
		q = *o
	default:
		return tape.Node{}, false
	}
	if q.N != p.N {
		return tape.Node{}, false
	}
	mean := Value{Node: rowADatum(p.Logits.Softmax(p.N), p.B), K: 1}
	return p.LogProb(mean).Sub(q.LogProb(mean)), true
}

// States is N^G.
func (p Categorical) States() float64 {
	_, d := p.Logits.Shape()
	return power(p.N, d/p.N)
}

// Enumerate gives row k of every datum state (k/stride) mod N^G: digit g to base N
// of it is the category of variable g.
func (p Categorical) Enumerate(k, stride int) Value {
	_, d := p.Logits.Shape()
	z := p.T.Blank(p.B*k, d)
	v := z.Value()
	for r := range p.B * k {
		s := r % k / stride
		for g := 0; g < d; g += p.N {
			for i := range p.N {
				v.Set(r*d+g+i, bit(i == s%p.N))
			}
			s /= p.N
		}
	}
	return Value{Node: z, K: k}
}

// Perturb is the logits with Gumbel noise, live: its largest entry is the category
// that Sample draws from the same noise.
func (p Categorical) Perturb(n Noise, k int) tape.Node { return p.Logits.Add(p.gumbels(n, k)) }

// Given is the perturbed logits given the categories: with E exponential, i the
// category drawn and Z = sum exp theta,
//
//	-log E_i + log Z  at i,  -log( E_j / exp theta_j + E_i / Z )  elsewhere
//
// live in theta through both. Stopped, it is what Gumbel-Rao averages over.
func (p Categorical) Given(z Value, n Noise) tape.Node {
	ratio := p.exponentials(n, z.K)
	rows, d := ratio.Shape()
	own, others := p.T.Blank(rows, d), p.T.Blank(rows, d) // log E_i in all its group; one at those not drawn
	b, e, o, m := z.Node.Value(), ratio.Value(), own.Value(), others.Value()
	if b.Len() != e.Len() {
		panic(fmt.Sprintf("dist: Categorical.Given: a sample of %d numbers; need %d", b.Len(), e.Len()))
	}
	for lo := 0; lo < e.Len(); lo += p.N {
		at := lo
		for i := lo; i < lo+p.N; i++ {
			if b.At(i) > b.At(at) {
				at = i
			}
		}
		x := e.At(at)
		for i := lo; i < lo+p.N; i++ {
			o.Set(i, x)
			m.Set(i, bit(i != at))
			e.Set(i, e.At(i)-x)
		}
	}
	l := p.Logits.LogSoftmax(p.N)
	logZ := p.Logits.Sub(l)
	return logZ.Sub(own).Sub(others.Mul(ratio.Sub(l).Apply(tape.Softplus)))
}

// Soften is the relaxed categories of perturbed logits y at a temperature,
// softmax(y/tau).
func (p Categorical) Soften(y tape.Node, k int, tau float64) Value {
	y = y.Scale(1 / tau).LogSoftmax(p.N)
	return Value{Node: y.Apply(tape.Exp), Log: y, K: k}
}

// Relax is these categories by another way of sampling.
func (p Categorical) Relax(r Relaxation) Dist {
	c := ExpConcrete{Categorical: p, Relaxation: r}
	if p.pool != nil {
		return p.pool.simplex.take(c)
	}
	return c
}
