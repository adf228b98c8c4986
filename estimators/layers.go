package estimators

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// layers is q as its stochastic layers in the order in which they are drawn: one, or
// those of a chain. E f moves with q layer by layer, the samples before it held and those
// after it drawn from what it gives,
//
//	d E f = E sum_l d E[ f | z_1 .. z_l-1 ],   d of q(z_l | z_1 .. z_l-1) alone
//
// so what an estimator does with one layer it does with each.
type layers struct {
	dist.Dist
	s     *vi.Step
	chain dist.Layered // nil where there is one
}

func layered(s *vi.Step) layers { return layersOf(s, s.Posterior()) }

func layersOf(s *vi.Step, q dist.Dist) layers {
	c, _ := q.(dist.Layered)
	return layers{q, s, c}
}

func (q layers) depth() int {
	if q.chain == nil {
		return 1
	}
	return len(q.chain.Order())
}

// block is layer l's place in a value.
func (q layers) block(l int) int {
	if q.chain == nil {
		return 0
	}
	return q.chain.Order()[l]
}

// noise is layer l's at a site.
func (q layers) noise(site string, l int) dist.Noise {
	if q.chain == nil {
		return q.s.Noise(site)
	}
	return q.s.Noise(site).Layer(q.block(l))
}

// at is layer l given those of z before it.
func (q layers) at(l int, z dist.Value) dist.Discrete {
	if q.chain == nil {
		return q.Dist.(dist.Discrete)
	}
	return q.chain.Layer(l, z).(dist.Discrete)
}

// of is the rows of layer l.
func (q layers) of(z dist.Value, l int) tape.Node { return z.Block(q.block(l)) }

// none is a value of which nothing is drawn yet.
func (q layers) none(k int) dist.Value {
	z := dist.Value{K: k}
	if q.chain != nil {
		z.Parts = q.s.Nodes(q.depth())
	}
	return z
}

// with sets layer l.
func (q layers) with(z dist.Value, l int, x tape.Node) dist.Value {
	if q.chain == nil {
		z.Node = x
	} else {
		z.Parts[q.block(l)] = x
	}
	return z
}

// before is a value with the layers of z before l, each row n times.
func (q layers) before(l int, z dist.Value, n int) dist.Value {
	w := q.none(z.K * n)
	for m := range l {
		x := q.of(z, m)
		if n > 1 {
			x = x.Spread(n)
		}
		w = q.with(w, m, x)
	}
	return w
}

// plus is a + b, b where there is no a yet.
func plus(a, b tape.Node) tape.Node {
	if a.Nil() {
		return b
	}
	return a.Add(b)
}
