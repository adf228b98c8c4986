package dist

import (
	"math"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// inputs is the most that a closed form has.
const inputs = 5

// closed is a closed form of nodes entry by entry, [rows,D]: f gives it and its partial
// derivatives, in float64 whatever the tape's precision. Nodes have rows that spread.
func closed(rows int, f func(x [inputs]float64) (y float64, dy [inputs]float64), in ...tape.Node) tape.Node {
	y, pairs := partials(rows, f, in)
	if len(pairs) == 0 {
		return y
	}
	return y.Tape().Known(y, pairs...)
}

// drawn is closed for a sample.
func drawn(rows int, f func(x [inputs]float64) (y float64, dy [inputs]float64), in ...tape.Node) tape.Node {
	y, pairs := partials(rows, f, in)
	if len(pairs) == 0 {
		return y
	}
	return y.Tape().Drawn(y, pairs...)
}

func partials(rows int, f func(x [inputs]float64) (y float64, dy [inputs]float64), in []tape.Node) (tape.Node, []tape.Node) {
	t := in[0].Tape()
	_, d := in[0].Shape()
	y := t.Blank(rows, d)
	pairs := t.Nodes(2 * len(in))[:0]
	var read, slope [inputs]tape.Vector
	var share [inputs]int // entries that share a row
	for i, n := range in {
		own, _ := n.Shape()
		read[i], share[i] = n.Value(), rows/own*d
		if live(n) {
			s := t.Blank(rows, d)
			slope[i], pairs = s.Value(), append(pairs, n, s)
		}
	}
	v := y.Value()
	for i := range v.Len() {
		var x [inputs]float64
		for j := range in {
			x[j] = read[j].At(i/share[j]*d + i%d)
		}
		value, dy := f(x)
		v.Set(i, value)
		for j := range in {
			if !slope[j].Nil() {
				slope[j].Set(i, dy[j])
			}
		}
	}
	return y, pairs
}

// live reports whether anything may flow back from a node.
func live(n tape.Node) bool { return n.Stop() != n }

// absolute is |a|.
func absolute(a tape.Node) tape.Node {
	rows, _ := a.Shape()
	return closed(rows, func(x [inputs]float64) (y float64, dy [inputs]float64) {
		return math.Abs(x[0]), [inputs]float64{sign(x[0])}
	}, a)
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

const (
	rootHalf     = 0.70710678118654752440 // 1/sqrt 2
	invRootTwoPi = 0.39894228040143267794 // 1/sqrt(2 pi)
	halfLog2PiE  = 1.41893853320467274178 // (1/2) log(2 pi e)
	halfLog2Pi   = 0.91893853320467274178
	logTwo       = 0.69314718055994530942
)

// phi and upper are the standard normal density and upper tail.
func phi(x float64) float64   { return float64(invRootTwoPi * vec.Exp64(-float64(0.5*float64(x*x)))) }
func upper(x float64) float64 { return float64(0.5 * vec.Erfc64(x*rootHalf)) }
