package tape

import (
	"fmt"

	"github.com/vibench/bench/core/vec"
)

// Groups of n features stand for one variable with n categories each: [R, G*n].

// LogSoftmax is a - log sum exp a within each group of n features: the
// log-probabilities of categories from their logits.
func (n Node) LogSoftmax(size int) Node { return n.grouped(opLogSoft, size) }

// Softmax is exp(a) / sum exp a within each group of n features.
func (n Node) Softmax(size int) Node { return n.LogSoftmax(size).Apply(Exp) }

// GroupSum puts in place of each feature the sum of its group of n.
func (n Node) GroupSum(size int) Node { return n.grouped(opGroupSum, size) }

func (n Node) grouped(o op, size int) Node {
	r := n.rec()
	if r.head || size < 1 || r.cols%size != 0 {
		panic(fmt.Sprintf("tape: %s(%d) of %s: does not divide the features", o, size, n.describe()))
	}
	return n.t.bodyUnary(node{op: o, rows: r.rows, cols: r.cols, c: float64(size)}, n)
}

// logSoftmax sets y to the log-softmax of x within groups and returns the softmax.
func (f *floor[T]) logSoftmax(size int, y, x []T) (p []T) {
	for lo := 0; lo < len(x); lo += size {
		m := vec.Max(x[lo : lo+size])
		for i := lo; i < lo+size; i++ {
			y[i] = x[i] - m
		}
	}
	p, z := f.arena.take(len(x)), f.arena.take(len(x)/size)
	vec.Exp(p, y)
	for g := range z {
		q := p[g*size : (g+1)*size]
		z[g] = vec.Sum(q) // 1 at least: the largest term
		vec.Scale(1/z[g], q)
	}
	vec.Log(z, z)
	for i := range y {
		y[i] -= z[i/size]
	}
	return p
}

func groupSum[T real](size int, y, x []T) {
	for lo := 0; lo < len(x); lo += size {
		s := vec.Sum(x[lo : lo+size])
		for i := lo; i < lo+size; i++ {
			y[i] = s
		}
	}
}
