package dist

import "github.com/vibench/bench/core/tape"

// Pair is antithetic bits: two from each uniform u, both of probability p and as
// unlike as they can be,
//
//	b1 = 1[u > 1-p],  b2 = 1[u < p]
type Pair struct {
	Z       Value     // K = 2 pairs a datum: samples 2j and 2j+1 are pair j, and 2j is sample j of Sample
	Centred tape.Node // u - 1/2, [pairs*B, D]
	Given   tape.Node // E[u - 1/2 | b1, b2] = (b1 - b2) max(p, 1-p) / 2, [pairs*B, D]
}

// Bits is the capability of that name: a Discrete whose variables are bits.
type Bits interface {
	Discrete
	Pair(n Noise, pairs int) Pair
}

// Pair draws pairs, constants.
func (p Bernoulli) Pair(n Noise, pairs int) Pair {
	u := uniforms(p.T, p.B, p.Logits, n, pairs)
	rows, d := u.Shape()
	prob := p.Logits.Stop().Apply(tape.Sigmoid)
	own, _ := prob.Shape()
	z, c, g := p.T.Blank(2*rows, d), p.T.Blank(rows, d), p.T.Blank(rows, d)
	for i, u, p, z, c, g := 0, u.Value(), prob.Value(), z.Value(), c.Value(), g.Value(); i < u.Len(); i++ {
		r, j := i/d, i%d
		x, q := u.At(i), p.At(r/(rows/own)*d+j)
		b1, b2 := bit(x > 1-q), bit(x < q)
		z.Set(2*r*d+j, b1)
		z.Set((2*r+1)*d+j, b2)
		c.Set(i, x-0.5)
		g.Set(i, 0.5*(b1-b2)*max(q, 1-q))
	}
	return Pair{Value{Node: z, K: 2 * pairs}, c, g}
}
