package dist

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// Relaxation is a way to give a discrete sample a path.
//
//	soft            sigmoid or softmax of (logits + noise)/tau: the Concrete distribution
//	hard            the discrete sample of that noise, with soft's derivative: straight-through Gumbel-softmax
//	hard and mean   the discrete sample, with the derivative of the softened mean: straight-through
//	mean            the softened mean itself, without noise
//
// Soft samples are exact for a relaxed model and the hard ones' path is a fiction:
// as estimates of the discrete gradient all are biased.
type Relaxation struct {
	Tau        float64 // temperature, above 0
	Hard, Mean bool
}

// BinaryConcrete is bits relaxed. Y = (phi + logit u)/tau is logistic, X = sigmoid(Y)
// the sample; densities are those of Y, of which nothing saturates.
//
// Maddison, Mnih and Teh 2017 (1611.00712).
type BinaryConcrete struct {
	Bernoulli
	Relaxation
}

// Sample is X with Y as its Log; live. A hard one has the bits of Bernoulli.Sample.
func (c BinaryConcrete) Sample(n Noise, k int) Value {
	y := c.Logits
	if !c.Mean {
		y = c.Perturb(n, k)
	}
	z := c.Soften(y, k, c.Tau)
	return through(c.T, z, c.Relaxation, c.B, func() Value { return c.Bernoulli.Sample(n, k) })
}

// through makes a soft value a sample, hard if so wanted.
func through(t *tape.Tape, z Value, r Relaxation, b int, hard func() Value) Value {
	value := z.Node
	if r.Hard {
		value = hard().Node
	} else if r.Mean {
		z.Node = over(z.Node, b*z.K)
		z.Log = over(z.Log, b*z.K)
		value = z.Node
	}
	z.Node = t.Through(value, z.Node)
	return z
}

// LogProb is the log-density of Y, of a hard sample its log-probability:
//
//	sum_d log tau + a - 2 softplus(a),  a = phi - tau y
func (c BinaryConcrete) LogProb(z Value) tape.Node {
	if c.Hard {
		return c.Bernoulli.LogProb(z)
	}
	logOf(z)
	_, d := c.Logits.Shape()
	a := c.Logits.Sub(z.Log.Scale(c.Tau))
	l := over(a.Sub(a.Apply(tape.Softplus).Scale(2)), c.B*z.K).SumD(z.K)
	return l.Add(l.Const(float64(d) * vec.Log64(c.Tau)))
}

func logOf(z Value) {
	if z.Log.Nil() {
		panic("dist: a relaxed density of a value without its logits: draw it from a relaxed distribution")
	}
}

// Frozen stops the weights above the logits.
func (c BinaryConcrete) Frozen() Dist {
	c.Logits = c.Logits.Freeze()
	return c.Bernoulli.Relax(c.Relaxation)
}

// ExpConcrete is categories relaxed. Y = log-softmax((theta + G)/tau), X = exp(Y) the
// sample; densities are those of Y.
//
// Maddison, Mnih and Teh 2017 (1611.00712); Gumbel-softmax, Jang, Gu and Poole 2017 (1611.01144).
type ExpConcrete struct {
	Categorical
	Relaxation
}

// Sample is X with Y as its Log; live. A hard one has the categories of Categorical.Sample.
func (c ExpConcrete) Sample(n Noise, k int) Value {
	y := c.Logits
	if !c.Mean {
		y = c.Perturb(n, k)
	}
	z := c.Soften(y, k, c.Tau)
	return through(c.T, z, c.Relaxation, c.B, func() Value { return c.Categorical.Sample(n, k) })
}

// LogProb is the log-density of Y, of a hard sample its log-probability: for each
// variable of n categories
//
//	log (n-1)! + (n-1) log tau + sum_i log-softmax_i(theta - tau y)
func (c ExpConcrete) LogProb(z Value) tape.Node {
	if c.Hard {
		return c.Categorical.LogProb(z)
	}
	logOf(z)
	_, d := c.Logits.Shape()
	l := over(c.Logits.Sub(z.Log.Scale(c.Tau)).LogSoftmax(c.N), c.B*z.K).SumD(z.K)
	each := float64(c.N-1) * vec.Log64(c.Tau)
	for i := 2; i < c.N; i++ {
		each += vec.Log64(float64(i))
	}
	return l.Add(l.Const(float64(d/c.N) * each))
}

// Frozen stops the weights above the logits.
func (c ExpConcrete) Frozen() Dist {
	c.Logits = c.Logits.Freeze()
	return c.Categorical.Relax(c.Relaxation)
}
