// Package dist holds distributions over rows of a tape: what models hand to
// estimators. A distribution has one row a datum (or one for all); a Value holds
// K samples of each, datum-major.
package dist

import "github.com/vibench/bench/core/tape"

// Noise is the draws of one site. Entry i of a plate is a pure function of the
// site, the plate and i, so sample k of K = 50 extends K = 5. plate is the row's
// place in the batch; the source knows which datum that is.
type Noise interface {
	Normal(plate int, dst tape.Vector)
	Uniform(plate int, dst tape.Vector)
	Layer(i int) Noise // of block i of a chain, from 0: a site of its own
}

// Value is a sample: K rows for each of B data, of one latent block or of several.
type Value struct {
	Node  tape.Node   // [K*B, D]; nil where there are several blocks
	Parts []tape.Node // a [K*B, D_i] for each of several blocks, in the model's order; nil where there is one
	Log   tape.Node   // of relaxed bits their logit, of relaxed categories their log; nil of other samples
	Logs  []tape.Node // a Log for each of several blocks
	K     int
}

// part is block i as a value of its own.
func (v Value) part(i int) Value {
	w := Value{Node: v.Parts[i], K: v.K}
	if v.Logs != nil {
		w.Log = v.Logs[i]
	}
	return w
}

// Block is the rows of block i, from 0.
func (v Value) Block(i int) tape.Node {
	if v.Parts == nil && i == 0 {
		return v.Node
	}
	return v.Parts[i]
}

// Stop is the value as a constant: no path leads through it.
func (v Value) Stop() Value {
	stop := func(n tape.Node) tape.Node {
		if n.Nil() {
			return n
		}
		return n.Stop()
	}
	all := func(nodes []tape.Node) []tape.Node {
		if nodes == nil {
			return nil
		}
		stopped := v.Parts[0].Tape().Nodes(len(nodes))
		for i, n := range nodes {
			stopped[i] = stop(n)
		}
		return stopped
	}
	return Value{Node: stop(v.Node), Parts: all(v.Parts), Log: stop(v.Log), Logs: all(v.Logs), K: v.K}
}

// Dist is a distribution with one row a datum.
type Dist interface {
	Sample(n Noise, k int) Value // live where the distribution has a path
	LogProb(z Value) tape.Node   // [K,B], features summed
	Frozen() Dist                // weights stopped, samples live
}

// Centred is a distribution that knows its means: of each block, [B,D] (or [1,D]
// where all data share it), a deeper block's given one sample of those before it.
type Centred interface {
	Means(n Noise) []tape.Node
}

// KL is implemented by pairs with a closed form.
type KL interface {
	KL(p Dist) (kl tape.Node, ok bool) // KL(receiver || p), [1,B]; ok is false for a pair without one
}

// Relaxer is the capability Relax: the same variables by a way of sampling that
// has a path.
type Relaxer interface {
	Relax(r Relaxation) Dist
}

// Enumerable is the capability Enumerate.
type Enumerable interface {
	States() float64               // that a datum's value may have
	Enumerate(k, stride int) Value // sample j of each datum is state (j/stride) mod States
}

// Discrete is the capability Logits: independent bits or categories of one block
// by their logits, and what is drawn on the way to a sample.
type Discrete interface {
	Dist
	Centred
	Natural() tape.Node                           // the logits, [R,D]
	Perturb(n Noise, k int) tape.Node             // logits + noise, live; it decides the sample that Sample draws from that noise
	Given(z Value, n Noise) tape.Node             // the same given the sample, from noise of its own; live
	Soften(y tape.Node, k int, tau float64) Value // the relaxed sample of perturbed logits
}
