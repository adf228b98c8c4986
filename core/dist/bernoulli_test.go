package dist_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// Log-probabilities against gonum's, with a row of logits a datum or a sample
// and observed bits with a row a datum or a sample.
func TestBernoulliLogProb(t *testing.T) {
	const b, d, k = 3, 4, 2
	for _, lrows := range []int{b, b * k} {
		for _, xrows := range []int{b, b * k} {
			if lrows == b && xrows == b {
				continue // no samples at all: K is then 1
			}
			tp := tape.New(params(t, tape.Float64))
			p := dist.Bernoulli{T: tp, B: b, Logits: leaf(tp, lrows, d, 0.4)}
			x := tp.Leaf(xrows, d)
			for i := range x.Value().Len() {
				x.Value().Set(i, float64(i*i%3%2))
			}
			for r, got := range p.LogProb(dist.Value{Node: x, K: k}).Float64s() {
				want := 0.0
				for j := range d {
					want += distuv.Bernoulli{P: 1 / (1 + math.Exp(-at(p.Logits, b*k, r, j)))}.LogProb(at(x, b*k, r, j))
				}
				near(t, "log p", got, want, 1e-13)
			}
		}
	}
}

// Logits so large that probabilities round to 0 or 1 keep their log-probabilities.
func TestBernoulliFarLogits(t *testing.T) {
	tp := tape.New(params(t, tape.Float64))
	p := dist.Bernoulli{T: tp, B: 4, Logits: tp.Leaf(4, 1)}
	x := tp.Leaf(4, 1)
	for i, c := range [][2]float64{{800, 1}, {800, 0}, {-800, 1}, {-800, 0}} {
		p.Logits.Value().Set(i, c[0])
		x.Value().Set(i, c[1])
	}
	for i, want := range []float64{0, -800, -800, 0} {
		near(t, "log p", p.LogProb(dist.Value{Node: x, K: 1}).Float64s()[i], want, 1e-15)
	}
}

// Bits are 1[u > 1-p] of the entry's own uniform, in either precision; they have no
// path, and no probability is lost: 12 z-scores at 5.3, false alarm 1.4e-6.
func TestBernoulliSamples(t *testing.T) {
	const b, d, k = 3, 2, 20000
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		ps := params(t, prec, tape.Spec{Name: "inf/w", Rows: b, Cols: d})
		tp := tape.New(ps)
		p := dist.Bernoulli{T: tp, B: b, Logits: tp.Param("inf/w")}
		noise := keyed{rng.Root(1)}
		z := p.Sample(noise, k)
		for n := range b {
			u := tape.NewVector(prec, k*d)
			noise.Uniform(n, u)
			for j := range d {
				ones, prob := 0.0, 1/(1+math.Exp(-at(p.Logits, b, n, j)))
				for i := range k {
					bit := z.Node.Value().At((n*k+i)*d + j)
					ones += bit
					want := 0.0
					if u.At(i*d+j) > 1-prob {
						want = 1
					}
					if bit != want && math.Abs(u.At(i*d+j)-(1-prob)) > 1e-6 {
						t.Fatalf("%s: bit %g for u = %g, 1-p = %g", prec, bit, u.At(i*d+j), 1-prob)
					}
				}
				if s := (ones - k*prob) / math.Sqrt(k*prob*(1-prob)); math.Abs(s) > 5.3 {
					t.Errorf("%s: datum %d, bit %d: z = %.2f", prec, n, j, s)
				}
			}
		}
		g := tp.Ascend(tape.Surrogate{Inf: z.Node.SumD(k).Sum()})[tape.Inf]
		for i := range g.Len() {
			if g.At(i) != 0 {
				t.Fatalf("a bit has a path: %g", g.At(i))
			}
		}
	}
}

// The score of a logit is x - p; a frozen one has none.
func TestBernoulliScore(t *testing.T) {
	ps := params(t, tape.Float64, tape.Spec{Name: "inf/w", Rows: 1, Cols: 3})
	tp := tape.New(ps)
	p := dist.Bernoulli{T: tp, B: 1, Logits: tp.Param("inf/w")}
	x := tp.Leaf(1, 3)
	x.Value().Set(1, 1)
	g := tp.Ascend(tape.Surrogate{Inf: p.LogProb(dist.Value{Node: x, K: 1}).Sum()})[tape.Inf]
	for j := range 3 {
		near(t, "score", g.At(j), x.Value().At(j)-1/(1+math.Exp(-p.Logits.Value().At(j))), 1e-14)
	}
	frozen := p.Frozen().LogProb(dist.Value{Node: x, K: 1}).Sum()
	near(t, "value", frozen.Float(), p.LogProb(dist.Value{Node: x, K: 1}).Sum().Float(), 0)
	g = tp.Ascend(tape.Surrogate{Inf: frozen})[tape.Inf]
	for j := range 3 {
		near(t, "frozen score", g.At(j), 0, 0)
	}
}

func TestSampleWantsRowsThatFit(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("sampled two of each of two data from three rows of logits")
		}
	}()
	tp := tape.New(params(t, tape.Float64))
	dist.Bernoulli{T: tp, B: 2, Logits: tp.Leaf(3, 1)}.Sample(keyed{}, 2)
}
