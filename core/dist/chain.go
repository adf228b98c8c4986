package dist

import (
	"fmt"

	"github.com/vibench/bench/core/tape"
)

// Given is the layers of a chain: the distribution of block i for a value of
// which the blocks drawn before it are set.
type Given interface {
	Given(i int, z Value) Dist
}

// Layered is a distribution of several blocks, drawn one after the other.
type Layered interface {
	Dist
	Order() []int                 // of blocks, as they are drawn
	Layer(p int, z Value) Dist    // of block Order()[p], for a value of which the blocks before are set
	Draw(p int, z Value, n Noise) // sets the blocks from Order()[p] on, each drawn given those before
}

// Chain is several stochastic layers as one distribution: block by block, each
// given those drawn before it.
//
//	q(z) = prod_i q(z_i | blocks drawn before i)
//
// A value of it has Parts. Block i draws at layer i of the site, whatever the
// order, so that sample k of K = 50 extends K = 5 in every layer.
type Chain struct {
	t     *tape.Tape
	of    Given
	order []int // blocks as they are drawn

	// What the layers are for the value last asked for: layers[p] is that of block
	// order[p], and before[:p] the blocks that it was given. A density of a sample
	// finds the layers that drew it, and the first layer is the same for any value.
	layers []Dist
	before []tape.Node
	views  shelf[view]
}

// Begin makes c the chain of these layers, drawn in an order of blocks; what it
// was before is forgotten, its memory kept.
func (c *Chain) Begin(t *tape.Tape, of Given, order []int) *Chain {
	c.t, c.of, c.order = t, of, order
	c.layers, c.before, c.views.used = c.layers[:0], c.before[:0], 0
	return c
}

// Order is that of the blocks as they are drawn.
func (c *Chain) Order() []int { return c.order }

// Layer is the distribution of block order[p] given the blocks of z before it.
func (c *Chain) Layer(p int, z Value) Dist {
	known := min(len(c.layers), 1)
	for known < len(c.layers) && c.before[known-1] == z.Parts[c.order[known-1]] {
		known++
	}
	if p < known {
		return c.layers[p]
	}
	c.layers, c.before = c.layers[:known], c.before[:max(known-1, 0)]
	for q := known; q <= p; q++ {
		if q > 0 {
			c.before = append(c.before, z.Parts[c.order[q-1]])
		}
		c.layers = append(c.layers, c.of.Given(c.order[q], z))
	}
	return c.layers[p]
}

// Sample draws K of each block, live where its layer has a path.
func (c *Chain) Sample(n Noise, k int) Value { return c.sample(n, k, view{}) }

func (c *Chain) sample(n Noise, k int, as view) Value {
	return c.draw(0, Value{Parts: c.t.Nodes(len(c.order)), K: k}, n, as)
}

// Draw sets the blocks of z from order[p] on, z.K of each, given those before.
func (c *Chain) Draw(p int, z Value, n Noise) { c.draw(p, z, n, view{}) }

func (c *Chain) draw(first int, z Value, n Noise, as view) Value {
	for p := first; p < len(c.order); p++ {
		i := c.order[p]
		v := as.of(c.Layer(p, z)).Sample(n.Layer(i), z.K)
		z.Parts[i] = v.Node
		if !v.Log.Nil() {
			if z.Logs == nil {
				z.Logs = c.t.Nodes(len(c.order))
			}
			z.Logs[i] = v.Log
		}
	}
	return z
}

// LogProb is the sum of the layers' log-densities, [K,B].
func (c *Chain) LogProb(z Value) tape.Node { return c.logProb(z, view{}) }

func (c *Chain) logProb(z Value, as view) (sum tape.Node) {
	if len(z.Parts) != len(c.order) {
		panic(fmt.Sprintf("dist: a chain of %d blocks, a value with %d parts", len(c.order), len(z.Parts)))
	}
	for p, i := range c.order {
		l := as.of(c.Layer(p, z)).LogProb(z.part(i))
		if p == 0 {
			sum = l
		} else {
			sum = sum.Add(l)
		}
	}
	return sum
}

// States is the product over blocks.
func (c *Chain) States() float64 {
	s := 1.0
	c.first(func(e Enumerable) { s *= e.States() })
	return s
}

// first looks at every layer given the first state of those before it.
func (c *Chain) first(see func(Enumerable)) {
	z := Value{Parts: c.t.Nodes(len(c.order)), K: 1}
	for p, i := range c.order {
		e, ok := c.Layer(p, z).(Enumerable)
		if !ok {
			panic(fmt.Sprintf("dist: block %d of a chain has no states to enumerate", i))
		}
		see(e)
		z.Parts[i] = e.Enumerate(1, 1).Node
	}
}

// Enumerate gives every combination of the blocks' states, that of the block drawn
// first running fastest.
func (c *Chain) Enumerate(k, stride int) Value {
	z, p := Value{Parts: c.t.Nodes(len(c.order)), K: k}, 0
	c.first(func(e Enumerable) {
		z.Parts[c.order[p]] = e.Enumerate(k, stride).Node
		stride *= int(e.States())
		p++
	})
	return z
}

// Hybrid is the capability of that name: a discrete block drawn first that is
// summed out, and others with a path given it.
type Hybrid interface {
	// Each gives k samples of the others for every state of the first, row j of a datum
	// with state j/k, and the log-probability of that state, [States*k,B].
	Each(n Noise, k int) (z Value, first tape.Node)
}

// Each is every state of the block drawn first with k samples of those after it.
func (c *Chain) Each(n Noise, k int) (Value, tape.Node) {
	z := Value{Parts: c.t.Nodes(len(c.order))}
	d := c.Layer(0, z)
	e, ok := d.(Enumerable)
	if !ok {
		panic(fmt.Sprintf("dist: block %d of a chain has no states to sum over", c.order[0]))
	}
	z.K = int(e.States()) * k
	states := e.Enumerate(z.K, k)
	z.Parts[c.order[0]] = states.Node
	for p, i := range c.order[1:] {
		z.Parts[i] = c.Layer(p+1, z).Sample(n.Layer(i), z.K).Node
	}
	return z, d.LogProb(states)
}

// Means are those of the layers, in the model's order of blocks, each given one
// sample of the blocks before it.
func (c *Chain) Means(n Noise) []tape.Node {
	z := Value{Parts: c.t.Nodes(len(c.order)), K: 1}
	means := c.t.Nodes(len(c.order))
	for p, i := range c.order {
		d := c.Layer(p, z)
		if m, ok := d.(Centred); ok {
			means[i] = m.Means(n)[0]
		} else {
			panic(fmt.Sprintf("dist: block %d of a chain does not know its mean", i))
		}
		if p < len(c.order)-1 {
			z.Parts[i] = d.Sample(n.Layer(i), 1).Node
		}
	}
	return means
}

// Frozen stops the weights of every layer. A layer's parameters still move with
// the samples that they were computed from: stopping the parameters' values would
// cut the path through those and bias every estimator that takes it.
func (c *Chain) Frozen() Dist { return c.see(view{frozen: true}) }

// Relax relaxes every discrete layer, a Gaussian has its path as it is; a layer reads
// relaxed samples of those before it.
func (c *Chain) Relax(r Relaxation) Dist { return c.see(view{relaxed: true, by: r}) }

// view is a chain with every layer seen in one way.
type view struct {
	*Chain
	frozen, relaxed bool
	by              Relaxation
}

// see keeps a view until Begin.
func (c *Chain) see(v view) *view {
	v.Chain = c
	return c.views.take(v)
}

func (v view) of(d Dist) Dist {
	if v.relaxed {
		switch r := d.(type) {
		case Relaxer:
			d = r.Relax(v.by)
		case Normal, *Normal:
		default:
			panic(fmt.Sprintf("dist: a layer of a chain, %T, cannot be relaxed", d))
		}
	}
	if v.frozen {
		d = d.Frozen()
	}
	return d
}

func (v *view) Sample(n Noise, k int) Value { return v.sample(n, k, *v) }

func (v *view) LogProb(z Value) tape.Node { return v.logProb(z, *v) }

func (v *view) Frozen() Dist {
	w := *v
	w.frozen = true
	return v.see(w)
}

func (v *view) Relax(r Relaxation) Dist {
	w := *v
	w.relaxed, w.by = true, r
	return v.see(w)
}
