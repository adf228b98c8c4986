package dist

import "github.com/vibench/bench/core/tape"

// Normal is a diagonal Gaussian N(mu, exp(logsigma)^2) of B data; Mu and LogSigma
// are [B,D] or [1,D], or [K*B,D] where they depend on K samples of another block:
// then a sample of it is of K, one each.
type Normal struct {
	T            *tape.Tape
	B            int
	Mu, LogSigma tape.Node

	pool *Pool // where Frozen puts its result; nil is the heap
}

// Sample is mu + sigma eps, live in mu and sigma.
func (q Normal) Sample(n Noise, k int) Value {
	_, d := q.Mu.Shape()
	eps := q.T.Blank(q.B*k, d)
	v := eps.Value()
	for b := range q.B {
		n.Normal(b, v.Slice(b*k*d, (b+1)*k*d))
	}
	return Value{Node: q.T.Reparam(q.Mu, q.LogSigma, eps), K: k}
}

// LogProb is the log-density of z, [K,B].
func (q Normal) LogProb(z Value) tape.Node {
	return q.T.NormalLogProb(z.K, z.Node, q.Mu, q.LogSigma)
}

// Frozen stops the weights of mu and sigma; samples that they depend on stay live.
func (q Normal) Frozen() Dist {
	q.Mu, q.LogSigma = q.Mu.Freeze(), q.LogSigma.Freeze()
	if q.pool != nil {
		return q.pool.Normal(q)
	}
	return q
}

// Means is mu.
func (q Normal) Means(Noise) []tape.Node { return []tape.Node{q.Mu} }

// KL is in closed form against another Normal, or a Laplace about zero.
func (q Normal) KL(p Dist) (tape.Node, bool) {
	o, ok := asNormal(p)
	if !ok {
		each, ok := q.fromLaplace(p)
		if ok {
			each = each.SumD(1)
		}
		return each, ok
	}
	mu := q.Mu
	if r, _ := mu.Shape(); r != q.B {
		mu = mu.Spread(q.B)
	}
	return q.T.KLNormal(1, mu, q.LogSigma, o.Mu, o.LogSigma), true
}
