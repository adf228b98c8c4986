package dist

import (
	"math"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// SpikeSlab is z = y s, independent in its entries: a gate y that is on or off and a
// Gaussian slab s ~ N(mu, exp(logvar)). Nodes are [B,D] or [1,D]. The gate's activity is
//
//	log g = -relu(-Gate),  g held within 1e-6 and 1 - 1e-6 (without a derivative beyond)
//
// and its samples are straight-through Concrete bits, of the derivative of
//
//	sigmoid( (logit u + l) / Tau ),  l = log g as published, log g - log(1-g) corrected
//
// As published the gate is on with probability g/(1+g), at most one half, while the KL
// says g; Active, Means, Moments and LogProb are of the samples, BaseKL is of g.
//
// The concrete baseline of Fallah and Rozell 2022 (2205.03665); as a prior, Gate is the
// log of its activity.
type SpikeSlab struct {
	T                *tape.Tape
	B                int
	Gate, Mu, LogVar tape.Node
	Tau              float64 // temperature, above 0
	Corrected        bool
	Warm             float64 // w: samples have slabs N(w mu, (w sigma + sqrt(1-w))^2); 0 is 1

	pool *Pool
}

func (q SpikeSlab) keep() Dist {
	if q.pool != nil {
		return q.pool.SpikeSlab(q)
	}
	return q
}

const (
	gateLeast = -logLimit                  // log 1e-6
	gateMost  = -1.0000005000003333333e-06 // log (1 - 1e-6)
)

// activity is log g of a gate, g, 1-g and dlog g/dgate.
func activity(s float64) (l, g, not, dl float64) {
	l = min(s, 0)
	if l > gateLeast && l < gateMost {
		dl = 1
	}
	l = min(max(l, gateLeast), gateMost)
	return l, vec.Exp64(l), -vec.Expm164(l), dl
}

func (q SpikeSlab) warm() float64 {
	if q.Warm == 0 {
		return 1
	}
	return q.Warm
}

// slab is the mean and the log of the standard deviation of a sample's slab.
func (q SpikeSlab) slab() (mu, logsigma tape.Node) {
	w := q.warm()
	if w == 1 {
		return q.Mu, q.LogVar.Scale(0.5)
	}
	rest := math.Sqrt(1 - w)
	return q.Mu.Scale(w), closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
		s := float64(w * vec.Exp64(0.5*x[0]))
		return vec.Log64(s + rest), [inputs]float64{float64(0.5 * (s / (s + rest)))}
	}, q.LogVar)
}

// logit is l.
func (q SpikeSlab) logit() tape.Node {
	return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
		l, _, not, dl := activity(x[0])
		if q.Corrected {
			return l - vec.Log64(not), [inputs]float64{dl / not}
		}
		return l, [inputs]float64{dl}
	}, q.Gate)
}

// Sample is live in the slab where the gate is on, and in the gate by its relaxation.
// Uniforms are of the site, the slab's noise of its first layer.
func (q SpikeSlab) Sample(n Noise, k int) Value {
	_, d := q.Mu.Shape()
	gate := Bernoulli{T: q.T, B: q.B, Logits: q.logit()}.Perturb(n, k)
	soft := gate.Scale(1 / q.Tau).Apply(tape.Sigmoid)
	eps := q.T.Blank(q.B*k, d)
	layer := n.Layer(0)
	for b, v := 0, eps.Value(); b < q.B; b++ {
		layer.Normal(b, v.Slice(b*k*d, (b+1)*k*d))
	}
	mu, logsigma := q.slab()
	slab := q.T.Reparam(mu, logsigma, eps)
	hard, z := q.T.Blank(q.B*k, d), q.T.Blank(q.B*k, d)
	for i, g, s, h, v := 0, gate.Value(), slab.Value(), hard.Value(), z.Value(); i < v.Len(); i++ {
		on := bit(g.At(i) > 0)
		h.Set(i, on)
		v.Set(i, 0)
		if on == 1 {
			v.Set(i, s.At(i))
		}
	}
	return Value{Node: q.T.Drawn(z, slab, hard, soft, slab), K: k}
}

// LogProb is the log-density by Lebesgue measure and a point mass at 0, [K,B].
func (q SpikeSlab) LogProb(z Value) tape.Node {
	p, _ := q.Active()
	mu, logsigma := q.slab()
	return closed(q.B*z.K, func(x [inputs]float64) (float64, [inputs]float64) {
		if x[0] == 0 {
			return vec.Log1p64(-x[3]), [inputs]float64{3: -1 / (1 - x[3])}
		}
		is := vec.Exp64(-x[2])
		u := float64((x[0] - x[1]) * is)
		return vec.Log64(x[3]) - float64(0.5*float64(u*u)) - x[2] - halfLog2Pi,
			[inputs]float64{-float64(u * is), float64(u * is), float64(u*u) - 1, 1 / x[3]}
	}, z.Node, mu, logsigma, p).SumD(z.K)
}

// Frozen stops the weights.
func (q SpikeSlab) Frozen() Dist {
	q.Gate, q.Mu, q.LogVar = q.Gate.Freeze(), q.Mu.Freeze(), q.LogVar.Freeze()
	return q.keep()
}

// Active is the probability that a sample's gate is on: g/(1+g), or g corrected.
func (q SpikeSlab) Active() (p tape.Node, ok bool) {
	return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
		_, g, _, dl := activity(x[0])
		if q.Corrected {
			return g, [inputs]float64{float64(g * dl)}
		}
		p := g / (1 + g)
		return p, [inputs]float64{float64(p / (1 + g) * dl)}
	}, q.Gate), true
}

// Moments are p m and p (m^2 + s^2) of a sample's slab N(m, s^2).
func (q SpikeSlab) Moments() (mean, square tape.Node, ok bool) {
	p, _ := q.Active()
	mu, logsigma := q.slab()
	mean = p.Mul(mu)
	return mean, mean.Mul(mu).Add(p.Mul(logsigma.Scale(2).Exp())), true
}

// Means is p m.
func (q SpikeSlab) Means(Noise) []tape.Node {
	m := q.T.Nodes(1)
	m[0], _, _ = q.Moments()
	return m
}

// BaseKL is KL against another SpikeSlab with exact gates, of activities g and a, and the
// slabs' own parameters whatever Warm:
//
//	g KL(slab || slab) + g log(g/a) + (1-g) log((1-g)/(1-a))
func (q SpikeSlab) BaseKL(p Dist) (tape.Node, bool) {
	var o SpikeSlab
	switch p := p.(type) {
	case SpikeSlab:
		o = p
	case *SpikeSlab:
		o = *p
	default:
		return tape.Node{}, false
	}
	return closed(q.B, func(x [inputs]float64) (float64, [inputs]float64) {
		lg, g, ng, dg := activity(x[0])
		la, a, na, da := activity(x[3])
		ic := vec.Exp64(-x[4])
		d, v := float64(x[1]*ic), vec.Exp64(x[2]-x[4])
		e := float64(x[1] * d)
		slab := float64(0.5 * ((x[4] - x[2]) + (v + e - 1)))
		on, off := lg-la, vec.Log64(ng/na)
		return float64(g*(slab+on)) + float64(ng*off), [inputs]float64{
			float64(float64(g*(slab+on-off)) * dg), float64(g * d), float64(0.5 * float64(g*(v-1))),
			float64((float64(ng*a)/na - g) * da), float64(0.5 * float64(g*(1-(v+e))))}
	}, q.Gate, q.Mu.Sub(o.Mu), q.LogVar, o.Gate, o.LogVar), true
}

// KL is BaseKL summed, [1,B]; ok is false as published, whose samples have other gates,
// and during warm-up.
func (q SpikeSlab) KL(p Dist) (tape.Node, bool) {
	if o, ok := p.(*SpikeSlab); ok {
		p = *o
	}
	if o, ok := p.(SpikeSlab); !ok || !q.Corrected || !o.Corrected || q.warm() != 1 || o.warm() != 1 {
		return tape.Node{}, false
	}
	kl, _ := q.BaseKL(p)
	return kl.SumD(1), true
}
