package dist

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// Bernoulli has independent bits with logits [R,D]: a row for all data, a row a
// datum or, where they depend on a sample of another block, a row a sample.
type Bernoulli struct {
	T      *tape.Tape
	B      int
	Logits tape.Node

	pool *Pool
}

func (p Bernoulli) keep() Dist {
	if p.pool != nil {
		return p.pool.Bernoulli(p)
	}
	return p
}

// Sample draws bits 1[u > 1-p], u the uniform of the entry: constants, since a
// bit has no path.
func (p Bernoulli) Sample(n Noise, k int) Value {
	z := uniforms(p.T, p.B, p.Logits, n, k)
	each(z, p.Logits.Stop().Apply(tape.Sigmoid), func(u, prob float64) float64 { return bit(u > 1-prob) })
	return Value{Node: z, K: k}
}

// uniforms is a leaf [K*B,D] of a site's draws for logits [R,D].
func uniforms(t *tape.Tape, b int, logits tape.Node, n Noise, k int) tape.Node {
	u, d := blank(t, b, logits, k)
	v := u.Value()
	for i := range b {
		n.Uniform(i, v.Slice(i*k*d, (i+1)*k*d))
	}
	return u
}

// blank is room for k samples of each of b data, [b*k,d], of a distribution of logits.
func blank(t *tape.Tape, b int, logits tape.Node, k int) (x tape.Node, d int) {
	rows, d := logits.Shape()
	if rows != 1 && (rows%b != 0 || b*k%rows != 0) {
		panic("dist: logits have neither a row a datum nor rows that spread over its samples")
	}
	return t.Blank(b*k, d), d
}

// each sets every entry of u to f of it and of the entry of m that spreads over it.
func each(u, m tape.Node, f func(u, m float64) float64) {
	rows, d := u.Shape()
	own, _ := m.Shape()
	v, w, size := u.Value(), m.Value(), rows/own*d // entries that share a row of m
	for i := range v.Len() {
		v.Set(i, f(v.At(i), w.At(i/size*d+i%d)))
	}
}

func bit(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// LogProb is sum_d x a - softplus(a), [K,B]; x may have one row a datum. It is
// linear in x, which may lie between 0 and 1.
func (p Bernoulli) LogProb(x Value) tape.Node {
	return p.T.BernoulliLogProb(x.K, x.Node, p.Logits)
}

// Frozen stops the weights above the logits.
func (p Bernoulli) Frozen() Dist {
	p.Logits = p.Logits.Freeze()
	return p.keep()
}

// Natural are the logits.
func (p Bernoulli) Natural() tape.Node { return p.Logits }

// Means are the probabilities.
func (p Bernoulli) Means(Noise) []tape.Node {
	m := p.T.Nodes(1)
	m[0] = p.Logits.Apply(tape.Sigmoid)
	return m
}

// KL is in closed form against another Bernoulli: log-probabilities are linear in
// the bits, so their expectation is their value at the mean.
func (p Bernoulli) KL(o Dist) (tape.Node, bool) {
	var q Bernoulli
	switch o := o.(type) {
	case Bernoulli:
		q = o
	case *Bernoulli:
		q = *o
	default:
		return tape.Node{}, false
	}
	mean := Value{Node: rowADatum(p.Logits.Apply(tape.Sigmoid), p.B), K: 1}
	return p.LogProb(mean).Sub(q.LogProb(mean)), true
}

// rowADatum spreads a row for all.
func rowADatum(n tape.Node, b int) tape.Node {
	if r, _ := n.Shape(); r != b {
		return n.Spread(b)
	}
	return n
}

// States is 2^D, the number of values a datum may have; +Inf counts as too many.
func (p Bernoulli) States() float64 {
	_, d := p.Logits.Shape()
	return power(2, d)
}

func power(n, d int) float64 {
	s := 1.0
	for range d {
		s *= float64(n)
	}
	return s
}

// Enumerate gives row k of every datum state (k/stride) mod 2^D: bit j of it is bit j.
func (p Bernoulli) Enumerate(k, stride int) Value {
	_, d := p.Logits.Shape()
	z := p.T.Blank(p.B*k, d)
	v := z.Value()
	for i := range v.Len() {
		v.Set(i, float64(i/d%k/stride>>(i%d)&1))
	}
	return Value{Node: z, K: k}
}

// Perturb is the logits with logistic noise, phi + logit(u), live: its sign is the
// bit that Sample draws from the same noise.
func (p Bernoulli) Perturb(n Noise, k int) tape.Node {
	u := uniforms(p.T, p.B, p.Logits, n, k)
	logit(u.Value(), p.T.Blank(u.Shape()).Value())
	return p.Logits.Add(u)
}

// logit sets u to log u - log(1-u); tmp has its length.
func logit(u, tmp tape.Vector) {
	logs(u, tmp)
	for i := range u.Len() {
		u.Set(i, u.At(i)-tmp.At(i))
	}
}

// logs sets u to log u and v to log(1-u).
func logs(u, v tape.Vector) {
	for i := range u.Len() {
		v.Set(i, 1-u.At(i)) // exact: u is an odd multiple of half its resolution
	}
	vec.Log(u.F64(), u.F64())
	vec.Log(u.F32(), u.F32())
	vec.Log(v.F64(), v.F64())
	vec.Log(v.F32(), v.F32())
}

// Given is phi + logit(v'), v' the uniform given the bits: v p + 1-p where the bit
// is one and v (1-p) where it is zero, v of the noise. It is live in phi through
// both, which a control variate needs to be unbiased. With w = v and s = 1 for a
// one, w = 1-v and s = -1 for a zero,
//
//	phi + logit(v') = s ( softplus(s phi + log w) - log(1-w) )
func (p Bernoulli) Given(z Value, n Noise) tape.Node {
	w := uniforms(p.T, p.B, p.Logits, n, z.K)
	rows, d := w.Shape()
	s, rest := p.T.Blank(rows, d), p.T.Blank(rows, d)
	logs(w.Value(), rest.Value())
	for i, b, s, w, r := 0, z.Node.Value(), s.Value(), w.Value(), rest.Value(); i < b.Len(); i++ {
		s.Set(i, 1)
		if b.At(i) == 0 {
			s.Set(i, -1)
			x, y := w.At(i), r.At(i)
			w.Set(i, y)
			r.Set(i, x)
		}
	}
	return s.Mul(p.Logits.Mul(s).Add(w).Apply(tape.Softplus).Sub(rest))
}

// Soften is the relaxed bits of perturbed logits y at a temperature, sigmoid(y/tau).
func (p Bernoulli) Soften(y tape.Node, k int, tau float64) Value {
	y = y.Scale(1 / tau)
	return Value{Node: y.Apply(tape.Sigmoid), Log: y, K: k}
}

// Relax is these bits by another way of sampling.
func (p Bernoulli) Relax(r Relaxation) Dist {
	c := BinaryConcrete{Bernoulli: p, Relaxation: r}
	if p.pool != nil {
		return p.pool.binary.take(c)
	}
	return c
}
