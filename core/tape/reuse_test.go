package tape

import (
	"bytes"
	"math"
	"testing"
)

// decoder is a log-likelihood whose logits both networks reach, so that their
// adjoint is factored.
func decoder(t *Tape) Node { return likelihood(t, leaf(t, 2, 5, 0.4)) }

func likelihood(t *Tape, x Node) Node {
	const k, b = 3, 2
	z := t.Reparam(t.Param("inf/b"), t.Param("inf/s"), leaf(t, k*b, 4, 1.2))
	h := t.Affine(z, t.Param("gen/V"), t.Param("gen/c"), Tanh)
	return t.BernoulliLogProb(k, x, t.Affine(h, t.Param("gen/W"), t.Param("gen/b"), Linear))
}

// weighted is a surrogate with coefficients of which some are zero: others for
// another shift.
func weighted(lp Node, shift int) Surrogate {
	t, r := lp.t, lp.rec()
	c := t.arena.take(r.rows * r.cols)
	for i := range c {
		c[i] = float64((i + shift) % 3)
	}
	s := lp.Mul(t.Const(r.rows, r.cols, c)).Sum()
	return Surrogate{Gen: s, Inf: s}
}

func decoderParams(t *testing.T, prec Precision) *Params {
	return testParams(t, prec, Spec{"gen/W", 5, 7}, Spec{"gen/b", 1, 5}, Spec{"gen/V", 7, 4}, Spec{"gen/c", 1, 7},
		Spec{"gen/idle", 2, 2}, Spec{"inf/b", 1, 4}, Spec{"inf/s", 1, 4})
}

func bitsOf(v [Roles]Vector) []byte { return append(v[Gen].Bits(), v[Inf].Bits()...) }

// A sweep leaves nothing behind that the next one on the same nodes would meet,
// and sets all of a direction, what it does not reach included.
func TestSweepAgain(t *testing.T) {
	for _, prec := range []Precision{Float32, Float64} {
		p := decoderParams(t, prec)
		fresh := New(p)
		want := bitsOf(fresh.Ascend(weighted(decoder(fresh), 1)))
		tp := New(p)
		for r := range tp.dir {
			fill(tp.dir[r], 9)
		}
		lp := decoder(tp)
		first, second := weighted(lp, 0), weighted(lp, 1)
		tp.Ascend(first)
		tp.Ascend(second)
		tp.Ascend(first)
		if got := bitsOf(tp.Ascend(second)); !bytes.Equal(got, want) {
			t.Errorf("%s: the fourth sweep of a tape differs from the first of another", prec)
		}
	}
}

// Blocks of a batch multiply by a weight transposed once: the bits are those of
// blocks that do not, and a parameter that moved is seen by the next batch.
func TestTurnedWeights(t *testing.T) {
	for _, prec := range []Precision{Float32, Float64} {
		p := decoderParams(t, prec)
		tp, follower := New(p), New(p)
		for batch := range 2 {
			for r := range p.vec {
				fill(p.vec[r], float64(batch))
			}
			var got []byte
			for block := range 3 {
				tp.Reset()
				tp.Part(turnBelow/2, block == 0, block == 2)
				got = bitsOf(tp.Ascend(weighted(decoder(tp), block)))
			}
			var want []byte
			plain := New(p)
			for block := range 3 {
				plain.Reset()
				plain.Part(1, block == 0, block == 2) // as if alone: no weight is turned
				s := weighted(decoder(plain), block)
				plain.share = turnBelow / 2
				want = bitsOf(plain.Ascend(s))
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s, batch %d: turned weights change bits", prec, batch)
			}
			follower.Reset()
			follower.Part(turnBelow/2, true, true)
			follower.Follow(tp)
			plain.Reset()
			plain.Part(1, true, true)
			s := weighted(decoder(plain), 0)
			plain.share = turnBelow / 2
			if got := bitsOf(follower.Ascend(weighted(decoder(follower), 0))); !bytes.Equal(got, bitsOf(plain.Ascend(s))) {
				t.Errorf("%s, batch %d: another tape's turned weights change bits", prec, batch)
			}
		}
	}
}

// A row of weight zero passes nothing on, not even the NaN of its data.
func TestIdleRowsPassNothingOn(t *testing.T) {
	tp := New(decoderParams(t, Float32))
	x := leaf(tp, 2, 5, 0.4)
	x.Value().Set(9, math.NaN())
	lp := likelihood(tp, x)
	s := lp.Mul(tp.Const(3, 2, []float64{1, 2, 3, 0, 0, 0})).Sum()
	d := tp.Ascend(Surrogate{Gen: s, Inf: s})
	if !d[Gen].Finite() || !d[Inf].Finite() {
		t.Error("a direction is not finite")
	}
}
