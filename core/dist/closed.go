package dist

import (
	"math"
	"sync"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// inputs is the most that a closed form has.
const inputs = 5

// closed is a closed form of nodes entry by entry, [rows,D]: f gives it and its partial
// derivatives, in float64 whatever the tape's precision. Nodes have rows that spread.
func closed(rows int, f func(x [inputs]float64) (y float64, dy [inputs]float64), in ...tape.Node) tape.Node {
	y, pairs := partials(rows, f, nil, in)
	if len(pairs) == 0 {
		return y
	}
	return y.Tape().Known(y, pairs...)
}

// form is a closed form of many entries at once.
type form func(x *[inputs][]float64, y []float64, dy *[inputs][]float64)

// closedRows is closed of a form that takes many entries at once: x[j] are those of input
// j, y and dy[j] are to be set, and all are of one length.
func closedRows(rows int, f form, in ...tape.Node) tape.Node {
	y, pairs := partials(rows, nil, f, in)
	if len(pairs) == 0 {
		return y
	}
	return y.Tape().Known(y, pairs...)
}

// piece is how many entries of a row are taken at once: with their derivatives they stay in cache.
const piece = 256

// pieces are the numbers of a piece: its inputs, their derivatives, its value.
type pieces struct {
	x, dy  [inputs][]float64
	y      []float64
	inputs [inputs][piece]float64
	slopes [inputs][piece]float64
	value  [piece]float64
}

// each sets the value and the derivatives of n inputs entry by entry.
func (p *pieces) each(f func(x [inputs]float64) (y float64, dy [inputs]float64), n int) {
	for i := range p.y {
		var x [inputs]float64
		for j := range n {
			x[j] = p.x[j][i]
		}
		y, dy := f(x)
		p.y[i] = y
		for j := range n {
			p.dy[j][i] = dy[j]
		}
	}
}

var roomOfPieces = sync.Pool{New: func() any { return new(pieces) }}

// partials is the value of a form, by f or by many where f is nil, and pairs for Known.
func partials(rows int, f func(x [inputs]float64) (y float64, dy [inputs]float64), many form, in []tape.Node) (tape.Node, []tape.Node) {
	t := in[0].Tape()
	_, d := in[0].Shape()
	y := t.Blank(rows, d)
	pairs := t.Nodes(2 * len(in))[:0]
	var read, slope [inputs]tape.Vector
	var share [inputs]int // rows that share one
	for i, n := range in {
		own, _ := n.Shape()
		read[i], share[i] = n.Value(), rows/own
		if live(n) {
			s := t.Blank(rows, d)
			slope[i], pairs = s.Value(), append(pairs, n, s)
		}
	}
	p := roomOfPieces.Get().(*pieces)
	defer roomOfPieces.Put(p)
	v := y.Value()
	for r := range rows {
		for lo := 0; lo < d; lo += piece {
			size := min(piece, d-lo)
			p.y = p.value[:size]
			for j := range in {
				at := r/share[j]*d + lo
				p.x[j], p.dy[j] = read[j].Slice(at, at+size).AppendTo(p.inputs[j][:0]), p.slopes[j][:size]
			}
			if f != nil {
				p.each(f, len(in))
			} else {
				many(&p.x, p.y, &p.dy)
			}
			at := r*d + lo
			v.Slice(at, at+size).From(p.y)
			for j := range in {
				if !slope[j].Nil() {
					slope[j].Slice(at, at+size).From(p.dy[j])
				}
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
