package dist_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

var chainSpecs = []tape.Spec{
	{Name: "inf/1/W", Rows: 2, Cols: 2}, {Name: "inf/1/b", Rows: 1, Cols: 2}, {Name: "inf/1/s", Rows: 1, Cols: 2},
	{Name: "inf/2/W", Rows: 2, Cols: 2}, {Name: "inf/2/b", Rows: 1, Cols: 2}, {Name: "inf/2/S", Rows: 2, Cols: 2},
	{Name: "gen/V", Rows: 2, Cols: 2}, {Name: "gen/b", Rows: 1, Cols: 2},
	// A copy of the second layer's weights, for the test of Frozen.
	{Name: "own/2/W", Rows: 2, Cols: 2}, {Name: "own/2/b", Rows: 1, Cols: 2}, {Name: "own/2/S", Rows: 2, Cols: 2},
}

// up is q(z1|x) q(z2|z1), two layers of two Gaussians for b data: the second
// reads the live sample of the first.
type up struct {
	t     *tape.Tape
	b     int
	x     tape.Node
	stops bool // the mutant: Frozen stops the values of q(z2|z1)'s parameters
	calls *int
}

func (q up) Given(i int, z dist.Value) dist.Dist {
	if q.calls != nil {
		*q.calls++
	}
	if i == 0 {
		return dist.Normal{T: q.t, B: q.b, Mu: q.t.Affine(q.x, q.t.Param("inf/1/W"), q.t.Param("inf/1/b"), tape.Linear), LogSigma: q.t.Param("inf/1/s")}
	}
	d := second(q.t, "inf", q.b, z.Block(0))
	if q.stops {
		return stopper{d}
	}
	return d
}

// second is q(z2|z1) with the weights under a prefix.
func second(t *tape.Tape, prefix string, b int, z1 tape.Node) dist.Normal {
	return dist.Normal{T: t, B: b,
		Mu:       t.Affine(z1, t.Param(prefix+"/2/W"), t.Param(prefix+"/2/b"), tape.Tanh),
		LogSigma: t.Affine(z1, t.Param(prefix+"/2/S"), tape.Node{}, tape.Tanh)}
}

// stopper freezes the values of a layer's parameters, and with them the path
// through earlier samples: the mistake that Frozen must not make.
type stopper struct{ dist.Normal }

func (s stopper) Frozen() dist.Dist {
	return dist.Normal{T: s.T, B: s.B, Mu: s.Mu.Stop(), LogSigma: s.LogSigma.Stop()}
}

// down is p(z2) p(z1|z2).
type down struct {
	t *tape.Tape
	b int
}

func (p down) Given(i int, z dist.Value) dist.Dist {
	unit := p.t.Leaf(1, 2)
	if i == 1 {
		return dist.Normal{T: p.t, B: p.b, Mu: unit, LogSigma: unit}
	}
	return dist.Normal{T: p.t, B: p.b, Mu: p.t.Affine(z.Block(1), p.t.Param("gen/V"), p.t.Param("gen/b"), tape.Tanh), LogSigma: unit}
}

// chain is q against p(z2) p(z1|z2) p(x|z1) at K samples a datum.
type chain struct {
	q  *dist.Chain
	z  dist.Value
	lp tape.Node
}

func newChain(t *tape.Tape, b, k int, key rng.Key, stops bool) chain {
	x := leaf(t, b, 2, 0.7)
	q := new(dist.Chain).Begin(t, up{t: t, b: b, x: x, stops: stops}, []int{0, 1})
	z := q.Sample(keyed{key}, k)
	p := new(dist.Chain).Begin(t, down{t, b}, []int{1, 0})
	return chain{q, z, p.LogProb(z).Add(t.NormalLogProb(k, x, z.Block(0), t.Leaf(1, 2)))}
}

// iwae is the plain direction, powered the path term with a power of the weights
// and q frozen: doubly reparameterised at 2.
func (c chain) iwae() tape.Node {
	lw := c.lp.Sub(c.q.LogProb(c.z))
	return lw.SoftmaxK().Stop().Mul(lw).Sum()
}

func (c chain) powered(power int) tape.Node {
	lw := c.lp.Sub(c.q.Frozen().LogProb(c.z))
	v := lw.SoftmaxK().Stop()
	if power == 2 {
		v = v.Mul(v)
	}
	return v.Mul(lw).Sum()
}

// A chain's density is the sum of its layers', whatever the order of drawing,
// and its layers' own when they are looked at one by one.
func TestChainSumsLayers(t *testing.T) {
	const b, k = 3, 4
	tp := tape.New(params(t, tape.Float64, chainSpecs...))
	x := leaf(tp, b, 2, 0.7)
	q := new(dist.Chain).Begin(tp, up{t: tp, b: b, x: x}, []int{0, 1})
	z := q.Sample(keyed{rng.Root(3)}, k)
	if z.K != k || len(z.Parts) != 2 || z.Block(1) != z.Parts[1] {
		t.Fatalf("a sample of %d parts, K = %d", len(z.Parts), z.K)
	}
	one := up{t: tp, b: b, x: x}
	want := one.Given(0, z).LogProb(dist.Value{Node: z.Parts[0], K: k}).Add(one.Given(1, z).LogProb(dist.Value{Node: z.Parts[1], K: k})).Float64s()
	for name, got := range map[string]tape.Node{"live": q.LogProb(z), "frozen": q.Frozen().LogProb(z), "stopped": q.LogProb(z.Stop())} {
		if r, c := got.Shape(); r != k || c != b {
			t.Fatalf("%s: shape [%d,%d]; want [%d,%d]", name, r, c, k, b)
		}
		for i, v := range got.Float64s() {
			near(t, name, v, want[i], 1e-15)
		}
	}
	g := tp.Ascend(tape.Surrogate{Inf: z.Stop().Block(1).SumD(k).Sum()})[tape.Inf]
	for i := range g.Len() {
		if g.At(i) != 0 {
			t.Errorf("a stopped value has a path: %g", g.At(i))
		}
	}
}

// Layers are computed once for a sample, and the first, which reads no sample,
// once in all.
func TestChainRemembersLayers(t *testing.T) {
	calls := 0
	tp := tape.New(params(t, tape.Float64, chainSpecs...))
	q := new(dist.Chain).Begin(tp, up{t: tp, b: 2, x: leaf(tp, 2, 2, 0.7), calls: &calls}, []int{0, 1})
	z := q.Sample(keyed{rng.Root(3)}, 2)
	q.LogProb(z)
	q.Frozen().LogProb(z)
	if calls != 2 {
		t.Errorf("a sample and its densities took %d layers; want 2", calls)
	}
	other := z.Stop()
	q.LogProb(other)
	q.LogProb(other)
	if calls != 3 {
		t.Errorf("the density of another value took %d layers; want one more than 2", calls)
	}
	q.LogProb(z)
	if calls != 4 {
		t.Errorf("back at the first value: %d layers; want 4", calls)
	}
}

func TestChainWantsItsParts(t *testing.T) {
	defer func() {
		if got := recover(); got != "dist: a chain of 2 blocks, a value with 0 parts" {
			t.Errorf("panic %v", got)
		}
	}()
	tp := tape.New(params(t, tape.Float64, chainSpecs...))
	new(dist.Chain).Begin(tp, down{tp, 1}, []int{1, 0}).LogProb(dist.Value{Node: tp.Leaf(1, 2), K: 1})
}

// More samples extend fewer in every layer, and a layer draws the same whichever
// is drawn first.
func TestChainSamplesExtend(t *testing.T) {
	const d = 2
	draw := func(b, k int) dist.Value {
		tp := tape.New(params(t, tape.Float64, chainSpecs...))
		return new(dist.Chain).Begin(tp, up{t: tp, b: b, x: leaf(tp, b, 2, 0.7)}, []int{0, 1}).Sample(keyed{rng.Root(2)}, k)
	}
	few, many := draw(2, 5), draw(3, 50)
	for i := range 2 {
		for n := range 2 {
			if !bytes.Equal(few.Block(i).Value().Slice(n*5*d, (n+1)*5*d).Bits(), many.Block(i).Value().Slice(n*50*d, (n*50+5)*d).Bits()) {
				t.Errorf("block %d, datum %d: 5 samples are not the first of 50", i, n)
			}
		}
	}
	tp := tape.New(params(t, tape.Float64, chainSpecs...))
	z := new(dist.Chain).Begin(tp, down{tp, 1}, []int{1, 0}).Sample(keyed{rng.Root(2)}, 3)
	eps := dist.Normal{T: tp, B: 1, Mu: tp.Leaf(1, d), LogSigma: tp.Leaf(1, d)}.Sample(keyed{rng.Root(2)}.Layer(1), 3)
	if !bytes.Equal(z.Block(1).Value().Bits(), eps.Node.Value().Bits()) {
		t.Error("block 1 does not draw at its own layer of the site")
	}
}

// Drawn anew from a layer on, a value keeps the blocks before and has of its noise what
// a whole sample has.
func TestChainDrawsAnew(t *testing.T) {
	tp := tape.New(params(t, tape.Float64, chainSpecs...))
	q := new(dist.Chain).Begin(tp, up{t: tp, b: 2, x: leaf(tp, 2, 2, 0.7)}, []int{0, 1})
	whole := q.Sample(keyed{rng.Root(2)}, 3)
	other := q.Sample(keyed{rng.Root(5)}, 3)
	z := dist.Value{Parts: []tape.Node{whole.Block(0), other.Block(1)}, K: 3}
	q.Draw(1, z, keyed{rng.Root(2)})
	if z.Block(0) != whole.Block(0) || !bytes.Equal(z.Block(1).Value().Bits(), whole.Block(1).Value().Bits()) {
		t.Error("not the sample of its noise")
	}
	if bytes.Equal(z.Block(1).Value().Bits(), other.Block(1).Value().Bits()) {
		t.Error("the block was not drawn anew")
	}
}

// Frozen stops weights and leaves samples live: the frozen density moves with the
// weights exactly as one whose weights are another network's copy.
func TestFrozenIsACopyOfTheWeights(t *testing.T) {
	p := params(t, tape.Float64, chainSpecs...)
	for _, name := range []string{"W", "b", "S"} {
		p.Value("own/2/" + name).Copy(p.Value("inf/2/" + name))
	}
	direction := func(copied bool) []float64 {
		tp := tape.New(p)
		c := newChain(tp, 1, 3, rng.Root(1), false)
		lq := c.q.Frozen().LogProb(c.z)
		if copied {
			first := up{t: tp, b: 1, x: leaf(tp, 1, 2, 0.7)}.Given(0, c.z).Frozen()
			lq = first.LogProb(dist.Value{Node: c.z.Parts[0], K: 3}).Add(second(tp, "own", 1, c.z.Parts[0]).LogProb(dist.Value{Node: c.z.Parts[1], K: 3}))
		}
		return tp.Ascend(tape.Surrogate{Inf: lq.Sum()})[tape.Inf].AppendTo(nil)
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
	worst := func(power int, stops bool) (z float64) {
		var s, ss []float64
		for r := range draws {
			tp.Reset()
			c := newChain(tp, 1, 4, rng.Root(7).At(uint64(r)), stops)
			d := tp.Ascend(tape.Surrogate{Inf: c.iwae()})[tape.Inf].AppendTo(nil)
			for i, y := range tp.Ascend(tape.Surrogate{Inf: c.powered(power)})[tape.Inf].F64() {
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
	if z := worst(2, false); z > 5.4 {
		t.Errorf("weights frozen: max |z| = %.1f; want unbiased", z)
	}
	if z := worst(2, true); z < 7 {
		t.Errorf("values stopped: max |z| = %.1f; the test should reject it", z)
	}
	if z := worst(1, false); z < 7 {
		t.Errorf("first power of the weights: max |z| = %.1f; the test should reject it", z)
	}
}
