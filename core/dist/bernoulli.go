package dist

import "github.com/vibench/bench/core/tape"

// Bernoulli has independent bits with logits [R,D]; R is B or K*B rows, as for a
// decoder that reads a sample.
type Bernoulli struct {
	T      *tape.Tape
	B      int
	Logits tape.Node
}

// Sample draws bits 1[u > 1-p], u the uniform of the entry: constants, since a
// bit has no path. The logits need one row a datum.
func (p Bernoulli) Sample(n Noise, k int) Value {
	rows, d := p.Logits.Shape()
	if rows != p.B {
		panic("dist: Bernoulli.Sample: logits have a row a sample; need a row a datum")
	}
	z, prob := p.T.Leaf(p.B*k, d), p.Logits.Stop().Apply(tape.Sigmoid).Value()
	v := z.Value()
	for b := range p.B {
		w := v.Slice(b*k*d, (b+1)*k*d)
		n.Uniform(b, w)
		for i := range w.Len() {
			bit := 0.0
			if w.At(i) > 1-prob.At(b*d+i%d) {
				bit = 1
			}
			w.Set(i, bit)
		}
	}
	return Value{Node: z, K: k}
}

// LogProb is sum_d x a - softplus(a), [K,B]; x may have one row a datum.
func (p Bernoulli) LogProb(x Value) tape.Node {
	return p.T.BernoulliLogProb(x.K, x.Node, p.Logits)
}

// Frozen stops the weights above the logits.
func (p Bernoulli) Frozen() Dist {
	p.Logits = p.Logits.Freeze()
	return p
}
