package tape

import (
	"math"
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
