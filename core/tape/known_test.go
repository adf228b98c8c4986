package tape

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
)

// Freeze stops the weights of a closed form and leaves a sample's path alone; neither
// changes a value.
func TestKnownFrozen(t *testing.T) {
	tp := New(testParams(t, Float64, Spec{"gen/a", 1, 3}, Spec{"inf/m", 1, 3}))
	z := tp.Reparam(tp.Param("inf/m"), tp.Leaf(1, 3), leaf(tp, 4, 3, 5))
	slope := leaf(tp, 4, 3, 2)
	closed := tp.Known(leaf(tp, 4, 3, 1), tp.Param("gen/a"), Node{}, z, slope)
	sample := tp.Drawn(leaf(tp, 4, 3, 1), tp.Param("gen/a"), Node{})
	if sample.Freeze() != sample {
		t.Error("Freeze cuts a sample")
	}
	c := closed.Freeze()
	for i := range 12 {
		if c.Value().At(i) != closed.Value().At(i) {
			t.Fatal("another value")
		}
	}
	s := c.SumD(4).Sum()
	d := tp.Ascend(Surrogate{Gen: s, Inf: s})
	for j := range 3 {
		want := 0.0
		for r := range 4 {
			want += slope.Value().At(r*3 + j)
		}
		if got := d[Inf].At(j); d[Gen].At(j) != 0 || math.Abs(got-want) > 1e-15 {
			t.Errorf("entry %d: %g through the weight, want 0; %g through the sample, want %g", j, d[Gen].At(j), got, want)
		}
	}
}

func TestNoTangentThroughKnown(t *testing.T) {
	tp := New(testParams(t, Float64, Spec{"gen/a", 2, 3}))
	a := tp.Param("gen/a")
	y := tp.Known(leaf(tp, 2, 3, 1), a, leaf(tp, 2, 3, 2))
	if g := Grad(y.SumD(1), a); g.Value().At(4) != leaf(tp, 2, 3, 2).Value().At(4) {
		t.Error("Grad is not the slope")
	}
	defer func() {
		if recover() == nil {
			t.Error("a tangent of constants")
		}
	}()
	Tangent(y.SumD(1), a, a)
}

// Of samples of which one a datum counts the others add nothing, whatever memory holds:
// the direction has the bits of the winners' alone, and by Active those of its numbers.
func TestKnownOfFewRows(t *testing.T) {
	const b, k, d = 4, 5, 19
	r := rand.New(rand.NewPCG(7, 8))
	fill := func(v Vector) {
		for i := range v.Len() {
			v.Set(i, r.NormFloat64())
		}
	}
	for _, prec := range []Precision{Float32, Float64} {
		p := testParams(t, prec, Spec{"gen/A", d, d}, Spec{"inf/m", b, d}, Spec{"inf/s", 1, d})
		for _, name := range []string{"gen/A", "inf/m", "inf/s"} {
			fill(p.Value(name))
		}
		z, e, x := NewVector(prec, b*k*d), NewVector(prec, b*k*d), NewVector(prec, b*d)
		fill(e)
		fill(x)
		for i := range z.Len() {
			if r.IntN(3) > 0 {
				z.Set(i, r.NormFloat64())
			}
		}
		best := make([]int, b)
		for i := range best {
			best[i] = r.IntN(k)
		}
		tp := New(p)
		// through, m's slope is 1; twice, the sample counts on a second way
		direction := func(of int, active, through, twice bool) (out [2][]byte) {
			for range 2 { // Reset grows the memory, then keeps it
				junk := tp.Leaf(40*b*k, d).Value()
				for i := range junk.Len() {
					junk.Set(i, math.NaN())
				}
				tp.Reset()
			}
			zs, es, slope, w := tp.Leaf(b*of, d), tp.Leaf(b*of, d), tp.Leaf(b*of, d), make([]float64, of*b)
			for i := range b {
				for j := range of {
					from := i*k + j
					if of == 1 {
						from = i*k + best[i]
					}
					zs.Value().Slice((i*of+j)*d, (i*of+j+1)*d).Copy(z.Slice(from*d, (from+1)*d))
					es.Value().Slice((i*of+j)*d, (i*of+j+1)*d).Copy(e.Slice(from*d, (from+1)*d))
					if from == i*k+best[i] {
						w[i*of+j] = 1 + float64(i)
					}
				}
			}
			for i := range slope.Value().Len() {
				slope.Value().Set(i, 1)
				if zs.Value().At(i) != 0 {
					slope.Value().Set(i, 2)
				}
			}
			if active {
				slope = tp.Active(zs, 1)
			}
			if through {
				slope = Node{}
			}
			y := tp.Drawn(zs, tp.Param("inf/m"), slope, tp.Param("inf/s"), es)
			obs := tp.Leaf(b, d)
			obs.Value().Copy(x)
			l := tp.NormalLogProb(of, obs, tp.Affine(y, tp.Param("gen/A"), Node{}, Linear), tp.Leaf(1, d))
			if twice {
				l = l.Add(y.SumD(of))
			}
			s := l.Mul(tp.Const(of, b, w)).Sum()
			dir := tp.Ascend(Surrogate{Gen: s, Inf: s})
			return [2][]byte{dir[Gen].Bits(), dir[Inf].Bits()}
		}
		for _, twice := range []bool{false, true} {
			for _, through := range []bool{false, true} {
				want := direction(1, false, through, twice)
				for _, active := range []bool{false, true} {
					got := direction(k, active, through, twice)
					for role := range got {
						if !bytes.Equal(got[role], want[role]) {
							t.Errorf("%s, %s, active %t, through %t, twice %t: other bits than of the winners alone", prec, Role(role), active, through, twice)
						}
					}
				}
			}
		}
	}
}
