package tape

import (
	"bytes"
	"fmt"
	"testing"
)

// amortised is a log weight of b data, k samples each, whose encoder sees a row a
// datum and whose weights are met twice, with another operation on one in between.
func amortised(t *Tape, b, k, block int) Surrogate {
	at := float64(block)
	layer := func(x Node) Node {
		h := t.Affine(x, t.Param("inf/W"), t.Param("inf/b"), Tanh)
		return t.Affine(h, t.Param("inf/M"), Node{}, Linear)
	}
	x := leaf(t, b, 5, 0.4+at)
	mu := layer(x)
	m := t.Param("inf/M")
	decay := m.Mul(m).SumD(1).Sum()
	mu = mu.Add(layer(leaf(t, b, 5, 2.1+at)))
	z := t.Reparam(mu, t.Param("inf/s"), leaf(t, k*b, 3, 1.2+at))
	g := t.Affine(z, t.Param("gen/V"), t.Param("gen/c"), Tanh)
	lp := t.BernoulliLogProb(k, x, t.Affine(g, t.Param("gen/W"), Node{}, Linear))
	lw := lp.Sub(t.NormalLogProb(k, z, mu, t.Param("inf/s")))
	v := lw.SoftmaxK().Stop()
	return Surrogate{Gen: v.Mul(lp).MeanB(), Inf: v.Mul(v).Mul(lw).MeanB().Sub(decay)}
}

var amortisedSpecs = []Spec{{"inf/W", 7, 5}, {"inf/b", 1, 7}, {"inf/M", 3, 7}, {"inf/s", 1, 3},
	{"gen/V", 6, 3}, {"gen/c", 1, 6}, {"gen/W", 5, 6}, {"inf/idle", 2, 2}}

// Gradients of few rows that wait for the last block have the bits of those that are
// added at once, block by block, whatever else their weights are given.
func TestWaitingChangesNoBit(t *testing.T) {
	for _, prec := range []Precision{Float32, Float64} {
		p := testParams(t, prec, amortisedSpecs...)
		waits, plain := New(p), New(p)
		for _, b := range []int{1, 2, 3, 17, fewRows, fewRows + 1} {
			for _, k := range []int{1, 2, 5, 50} {
				for _, blocks := range []int{1, 2, 3, 7, 40} {
					name := fmt.Sprintf("%s, %d blocks of %d data, K = %d", prec, blocks, b, k)
					var got, want [Roles]Vector
					for block := range blocks {
						first, last := block == 0, block+1 == blocks
						waits.Reset()
						waits.Part(1/float64(blocks), first, last)
						got = waits.Ascend(amortised(waits, b, k, block))
						if kept := waiting(waits) > 0; kept != (b <= fewRows && !last) {
							t.Errorf("%s: after block %d, rows wait: %v", name, block, kept)
						}
						plain.Reset()
						plain.Part(1/float64(blocks), first, true)
						want = plain.Ascend(amortised(plain, b, k, block))
					}
					if !bytes.Equal(bitsOf(got), bitsOf(want)) {
						t.Errorf("%s: rows that waited give other bits", name)
					}
				}
			}
		}
	}
}

// What waited in a batch that was broken off is not in the next.
func TestBrokenOffBatchLeavesNothing(t *testing.T) {
	p := testParams(t, Float64, amortisedSpecs...)
	tp, fresh := New(p), New(p)
	tp.Part(0.5, true, false)
	tp.Ascend(amortised(tp, 2, 3, 0))
	if waiting(tp) == 0 {
		t.Fatal("nothing waits")
	}
	tp.Reset()
	want := bitsOf(fresh.Ascend(amortised(fresh, 2, 3, 1)))
	if !bytes.Equal(bitsOf(tp.Ascend(amortised(tp, 2, 3, 1))), want) {
		t.Error("rows of a batch that was broken off came into the next")
	}
}

// waiting is how many rows a tape has put off.
func waiting(t *Tape) (rows int) {
	switch f := t.body.(type) {
	case *floor[float32]:
		for _, l := range f.lates {
			rows += l.rows
		}
	case *floor[float64]:
		for _, l := range f.lates {
			rows += l.rows
		}
	}
	return rows
}
