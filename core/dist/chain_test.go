package dist_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// chain is q(z1|x) q(z2|z1) against p(z2) p(z1|z2) p(x|z1), two layers of two
// Gaussians, where the second layer reads the first one's live sample.
type chain struct {
	t      *tape.Tape
	k      int
	q1, q2 dist.Normal
	z1, z2 dist.Value
	lp     tape.Node
}

var chainSpecs = []tape.Spec{
	{Name: "inf/1/W", Rows: 2, Cols: 2}, {Name: "inf/1/b", Rows: 1, Cols: 2}, {Name: "inf/1/s", Rows: 1, Cols: 2},
	{Name: "inf/2/W", Rows: 2, Cols: 2}, {Name: "inf/2/b", Rows: 1, Cols: 2}, {Name: "inf/2/S", Rows: 2, Cols: 2},
	{Name: "gen/V", Rows: 2, Cols: 2}, {Name: "gen/b", Rows: 1, Cols: 2},
	// A copy of the second layer's weights, for the test of Frozen.
	{Name: "own/2/W", Rows: 2, Cols: 2}, {Name: "own/2/b", Rows: 1, Cols: 2}, {Name: "own/2/S", Rows: 2, Cols: 2},
}

// second is q(z2|z1) with the weights under a prefix.
func second(t *tape.Tape, prefix string, rows int, z1 tape.Node) dist.Normal {
	return dist.Normal{T: t, B: rows,
		Mu:       t.Affine(z1, t.Param(prefix+"/2/W"), t.Param(prefix+"/2/b"), tape.Tanh),
		LogSigma: t.Affine(z1, t.Param(prefix+"/2/S"), tape.Node{}, tape.Tanh)}
}

func newChain(t *tape.Tape, k int, key rng.Key) chain {
	c := chain{t: t, k: k}
	x := leaf(t, 1, 2, 0.7)
	c.q1 = dist.Normal{T: t, B: 1, Mu: t.Affine(x, t.Param("inf/1/W"), t.Param("inf/1/b"), tape.Linear), LogSigma: t.Param("inf/1/s")}
	c.z1 = c.q1.Sample(keyed{key.Fold("z1")}, k)
	c.q2 = second(t, "inf", k, c.z1.Node)
	c.z2 = c.q2.Sample(keyed{key.Fold("z2")}, 1)
	c.z2.K = k
	unit := t.Leaf(1, 2)
	top := dist.Normal{T: t, B: 1, Mu: unit, LogSigma: unit}
	middle := dist.Normal{T: t, B: k, Mu: t.Affine(c.z2.Node, t.Param("gen/V"), t.Param("gen/b"), tape.Tanh), LogSigma: unit}
	c.lp = top.LogProb(c.z2).Add(middle.LogProb(c.z1)).Add(t.NormalLogProb(k, x, c.z1.Node, unit))
	return c
}

func (c chain) logQ(q1, q2 dist.Dist) tape.Node { return q1.LogProb(c.z1).Add(q2.LogProb(c.z2)) }

// iwae, dreg and the two mutants of dreg, as inference directions.
func (c chain) iwae() tape.Node {
	lw := c.lp.Sub(c.logQ(c.q1, c.q2))
	return lw.SoftmaxK().Stop().Mul(lw).Sum()
}

func (c chain) squared(q2 dist.Dist, power int) tape.Node {
	lw := c.lp.Sub(c.logQ(c.q1.Frozen(), q2))
	v := lw.SoftmaxK().Stop()
	if power == 2 {
		v = v.Mul(v)
	}
	return v.Mul(lw).Sum()
}

func (c chain) dreg() tape.Node { return c.squared(c.q2.Frozen(), 2) }

// stoppedValues freezes the values of q(z2|z1)'s parameters, and with them the
// path through z1: the mistake that Frozen must not make.
func (c chain) stoppedValues() tape.Node {
	return c.squared(dist.Normal{T: c.t, B: c.k, Mu: c.q2.Mu.Stop(), LogSigma: c.q2.LogSigma.Stop()}, 2)
}

func (c chain) firstPower() tape.Node { return c.squared(c.q2.Frozen(), 1) }

// Frozen stops weights and leaves samples live: the frozen density moves with the
// weights exactly as one whose weights are another network's copy.
func TestFrozenIsACopyOfTheWeights(t *testing.T) {
	p := params(t, tape.Float64, chainSpecs...)
	for _, name := range []string{"W", "b", "S"} {
		p.Value("own/2/" + name).Copy(p.Value("inf/2/" + name))
	}
	direction := func(copied bool) []float64 {
		tp := tape.New(p)
		c := newChain(tp, 3, rng.Root(1))
		q2 := c.q2.Frozen()
		if copied {
			q2 = second(tp, "own", c.k, c.z1.Node)
		}
		return tp.Ascend(tape.Surrogate{Inf: q2.LogProb(c.z2).Sum()})[tape.Inf].AppendTo(nil)
	}
	frozen, copied := direction(false), direction(true)
	for i, want := range copied {
		near(t, "direction", frozen[i], want, 1e-13)
	}
	_, lo, hi, _ := p.Range("inf/1/W")
	some := 0.0
	for _, x := range frozen[lo:hi] {
		some = math.Max(some, math.Abs(x))
	}
	if some < 1e-3 {
		t.Error("nothing reaches the first layer: the sample is not live")
	}
}

// On a chain the doubly reparameterised direction is unbiased for the gradient of
// the importance-weighted bound when Frozen freezes weights: paired differences
// from the plain direction, on the same draws, in each of 16 parameters. The same
// test rejects stopped values and the first power. |z| < 5.4 passes: false alarm 1.1e-6
// over the 16; a rejection needs 7.
func TestDoublyReparameterisedChain(t *testing.T) {
	const draws = 20000
	tp := tape.New(params(t, tape.Float64, chainSpecs...))
	worst := func(of func(chain) tape.Node) (z float64) {
		var s, ss []float64
		for r := range draws {
			tp.Reset()
			c := newChain(tp, 4, rng.Root(7).At(uint64(r)))
			d := tp.Ascend(tape.Surrogate{Inf: c.iwae()})[tape.Inf].AppendTo(nil)
			for i, y := range tp.Ascend(tape.Surrogate{Inf: of(c)})[tape.Inf].F64() {
				d[i] -= y
			}
			if s == nil {
				s, ss = make([]float64, len(d)), make([]float64, len(d))
			}
			for i, x := range d {
				s[i] += x
				ss[i] += x * x
			}
		}
		const n = float64(draws)
		for i := range s {
			z = math.Max(z, math.Abs(s[i])/math.Sqrt((ss[i]-s[i]*s[i]/n)*n/(n-1)))
		}
		return z
	}
	if z := worst(chain.dreg); z > 5.4 {
		t.Errorf("weights frozen: max |z| = %.1f; want unbiased", z)
	}
	if z := worst(chain.stoppedValues); z < 7 {
		t.Errorf("values stopped: max |z| = %.1f; the test should reject it", z)
	}
	if z := worst(chain.firstPower); z < 7 {
		t.Errorf("first power of the weights: max |z| = %.1f; the test should reject it", z)
	}
}
