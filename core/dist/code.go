package dist

import "github.com/vibench/bench/core/tape"

// Code is a posterior of sparse codes whose expectations in an entropy-based ELBO are
// closed.
type Code interface {
	Moments
	Absolute
	Entropic
}

// Scattered is a distribution whose entries are correlated: Scatter is tr(A Cov A') of
// each datum, [1,B], for A [O,D], its diagonal weighed by [1,O] or nil for 1.
type Scattered interface {
	Scatter(a, weight tape.Node) tape.Node
}

// Weighed is sum_o weight_o each_o of rows each [B,O], [1,B]; a nil weight is 1.
func Weighed(each, weight tape.Node) tape.Node {
	if !weight.Nil() {
		each = each.Mul(weight)
	}
	return each.SumD(1)
}

// LearnedThreshold is a distribution that draws its thresholds: ThresholdKL is their KL
// against their prior, entry by entry; ok is false where they are fixed.
type LearnedThreshold interface {
	ThresholdKL() (each tape.Node, ok bool)
}

// Point is the constant z, [B,D] or [1,D]: no distribution that has a density.
type Point struct {
	T *tape.Tape
	B int
	Z tape.Node
}

// Sample is z, k times.
func (q Point) Sample(_ Noise, k int) Value {
	rows, _ := q.Z.Shape()
	return Value{Node: q.Z.Spread(q.B * k / rows), K: k}
}

// LogProb panics: a point has no density, and whoever offers it says so.
func (q Point) LogProb(Value) tape.Node { panic("dist: Point has no density") }

// Frozen stops the weights above z.
func (q Point) Frozen() Dist {
	q.Z = q.Z.Freeze()
	return q
}

// Means is z.
func (q Point) Means(Noise) []tape.Node { return []tape.Node{q.Z} }

// crossEntropy is -E_q log p(z) of a q that knows its moments, [1,B]: of p a Normal or a Laplace about zero.
//
//	laplace:  sum_d log 2b + E|z|/b        normal:  sum_d log tau + (1/2) log 2 pi + E z^2 / (2 tau^2)
func crossEntropy(q Code, p Dist) (h tape.Node, ok bool) {
	switch p := p.(type) {
	case *Laplace:
		return crossEntropy(q, *p)
	case *Normal:
		return crossEntropy(q, *p)
	case Laplace:
		if live(p.Mu) || !zero(p.Mu) {
			return h, false
		}
		m := q.AbsMoment()
		_, d := m.Shape()
		h = m.Mul(p.LogScale.Neg().Exp()).Add(p.LogScale).SumD(1)
		return h.Add(h.Const(float64(d) * logTwo)), true
	case Normal:
		if live(p.Mu) || !zero(p.Mu) {
			return h, false
		}
		_, m, _ := q.Moments()
		_, d := m.Shape()
		h = m.Mul(p.LogSigma.Scale(-2).Exp()).Scale(0.5).Add(p.LogSigma).SumD(1)
		return h.Add(h.Const(float64(d) * halfLog2Pi)), true
	}
	return h, false
}

// zero says that all of a node is.
func zero(n tape.Node) bool {
	v := n.Value()
	for i := range v.Len() {
		if v.At(i) != 0 {
			return false
		}
	}
	return true
}

// KL is in closed form against a Normal or a Laplace about zero.
func (q Correlated) KL(p Dist) (tape.Node, bool) {
	h, ok := crossEntropy(q.keep().(Code), p)
	if !ok {
		return h, false
	}
	return h.Sub(q.Entropy()), true
}

// fromLaplace is KL of a Normal from a Laplace about zero, entry by entry:
//
//	log 2b + E|z|/b - log sigma - (1/2) log(2 pi e)
func (q Normal) fromLaplace(p Dist) (each tape.Node, ok bool) {
	o, ok := p.(Laplace)
	if at, is := p.(*Laplace); is {
		o, ok = *at, true
	}
	if !ok || live(o.Mu) || !zero(o.Mu) {
		return each, false
	}
	each = q.AbsMoment().Mul(o.LogScale.Neg().Exp()).Add(o.LogScale).Sub(q.LogSigma)
	_, d := each.Shape()
	c := q.T.Blank(1, d)
	for i, v := 0, c.Value(); i < d; i++ {
		v.Set(i, logTwo-halfLog2PiE)
	}
	return each.Add(c), true
}
