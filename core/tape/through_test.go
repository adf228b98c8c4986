package tape

import (
	"math"
	"testing"
)

// exp by Known is exp by Apply: value, gradient, tangent, frozen and live.
func TestKnownIsTheFunction(t *testing.T) {
	p, err := NewParams(Float64, []Spec{{Name: "inf/a", Rows: 2, Cols: 3}, {Name: "gen/w", Rows: 1, Cols: 3}})
	if err != nil {
		t.Fatal(err)
	}
	p.Set("inf/a", []float64{0.3, -1, 0.5, 0.25, 2, -0.5})
	p.Set("gen/w", []float64{1, -2, 0.5})
	known := func(tp *Tape, a Node) Node {
		r, c := a.Shape()
		v := tp.Blank(r, c)
		for i := range r * c {
			v.Value().Set(i, math.Exp(a.Value().At(i)))
		}
		return tp.Known(v, a.Mul(v))
	}
	applied := func(_ *Tape, a Node) Node { return a.Apply(Exp) }
	run := func(exp func(*Tape, Node) Node, freeze, sample bool) (out []float64) {
		tp := New(p)
		a := tp.Param("inf/a")
		if sample { // exp of a sample that moves with a
			eps := tp.Leaf(2, 3)
			a = tp.Reparam(a, tp.Leaf(1, 3), eps)
		}
		y := exp(tp, a)
		if freeze {
			y = y.Freeze()
		}
		f := y.Mul(tp.Param("gen/w")).Mul(y).SumD(1)
		d := tp.Ascend(Surrogate{Gen: f.Sum(), Inf: f.Sum()})
		out = append(d[Gen].AppendTo(out), d[Inf].AppendTo(nil)...)
		out = append(out, Tangent(f, a, tp.Param("gen/w")).Float64s()...)
		return append(out, y.Value().AppendTo(nil)...)
	}
	for _, c := range []struct{ freeze, sample bool }{{}, {true, false}, {false, true}, {true, true}} {
		got, want := run(known, c.freeze, c.sample), run(applied, c.freeze, c.sample)
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-13*(1+math.Abs(want[i])) {
				t.Errorf("%+v: number %d: got %g; want %g", c, i, got[i], want[i])
			}
		}
	}
}
