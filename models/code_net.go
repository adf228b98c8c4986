package models

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// codeNet is the network of an amortised code: an MLP, or D-2D and two residual blocks,
//
//	h <- h + W2 act(W1 h + b1) + b2,   2D-3D-2D
//
// Or none: then heads are numbers of each datum's own.
type codeNet struct {
	mlp
	blocks [][2]layer
	heads  []head
	own    int // data, where there is no network
}

// head is a linear map of what the network makes of x, its bias starting at a number.
type head struct {
	name string
	layer
	at float64
}

func newCodeNet(c Code, rows, d int, act tape.Act) *codeNet {
	n := &codeNet{}
	switch c.Encoder {
	case "mlp":
		n.mlp = newMLP("inf/", d, c.Hidden, act)
		return n
	case "own":
		n.own = rows
		return n
	}
	n.mlp = newMLP("inf/", d, []int{2 * d}, act)
	for _, name := range []string{"inf/res0/", "inf/res1/"} {
		n.blocks = append(n.blocks, [2]layer{newLayer(name+"0", 2*d, 3*d), newLayer(name+"1", 3*d, 2*d)})
	}
	return n
}

// head adds a linear head of so many numbers.
func (n *codeNet) head(name string, out int, bias float64) {
	n.heads = append(n.heads, head{name, newLayer("inf/"+name, n.out, out), bias})
}

func (n *codeNet) layers() (all []layer) {
	all = append(all, n.mlp.layers...)
	for _, b := range n.blocks {
		all = append(all, b[0], b[1])
	}
	for _, h := range n.heads {
		all = append(all, h.layer)
	}
	return all
}

func (n *codeNet) params() (specs []vi.Spec) {
	if n.own > 0 {
		for _, h := range n.heads {
			specs = append(specs, vi.Spec{Name: "inf/" + h.name, Rows: n.own, Cols: h.out})
		}
		return specs
	}
	for _, l := range n.layers() {
		specs = append(specs, l.specs()...)
	}
	return specs
}

func (n *codeNet) start(key rng.Key, p *vi.Params) {
	if n.own == 0 {
		for _, l := range n.layers() {
			glorot(key, p, l)
		}
	}
	for _, h := range n.heads {
		at := h.bias
		if n.own > 0 {
			at = "inf/" + h.name
		}
		for b, i := p.Value(at), 0; i < b.Len(); i++ {
			b.Set(i, h.at)
		}
	}
}

// of is what the heads read, of the step's x.
func (n *codeNet) of(s *vi.Step) tape.Node {
	if n.own > 0 {
		return tape.Node{}
	}
	x := n.mlp.of(s, s.X)
	for _, b := range n.blocks {
		x = x.Add(b[1].of(s, b[0].of(s, x, n.act), tape.Linear))
	}
	return x
}

// read is one head's numbers, [B,out].
func (n *codeNet) read(s *vi.Step, h tape.Node, name string) tape.Node {
	if n.own > 0 {
		return s.Param("inf/" + name)
	}
	for _, x := range n.heads {
		if x.name == name {
			return x.of(s, h, tape.Linear)
		}
	}
	panic("models: no head " + name)
}

// atLeast is log(exp a + floor): a log scale that does not fall below log floor.
func atLeast(s *vi.Step, a tape.Node, floor float64) tape.Node {
	if floor == 0 {
		return a
	}
	rows, cols := a.Shape()
	value, slope := s.Blank(rows, cols), s.Blank(rows, cols)
	x, v, d := a.Value(), value.Value(), slope.Value()
	var e, l [256]float64
	for lo := 0; lo < rows*cols; lo += len(e) {
		hi := min(lo+len(e), rows*cols)
		e, l := x.Slice(lo, hi).AppendTo(e[:0]), l[:hi-lo]
		vec.Exp(e, e)
		for i, y := range e {
			l[i] = y + floor
			e[i] = y / l[i]
		}
		d.Slice(lo, hi).From(e)
		vec.Log(l, l)
		v.Slice(lo, hi).From(l)
	}
	return s.Tape.Known(value, a, slope)
}
