package optim

import (
	"math"
	"testing"
)

func TestStages(t *testing.T) {
	s := Stages{Rates: []float64{1, 0.5, 0.25}, Lengths: []int{2, 1, 3}}
	for step, want := range []float64{1, 1, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25} {
		if got := s.Factor(step); got != want {
			t.Errorf("step %d: %v, want %v", step, got, want)
		}
	}
}

func TestAlternate(t *testing.T) {
	for step, want := range []float64{1, 1, 1, 0, 0, 0, 1, 1, 1, 0} {
		first, second := Alternate{Of: Constant(0.5), Block: 3}.Factor(step), Alternate{Of: Constant(0.5), Block: 3, Second: true}.Factor(step)
		if first != want/2 || second != (1-want)/2 {
			t.Errorf("step %d: %v and %v, want %v and %v", step, first, second, want/2, (1-want)/2)
		}
	}
	if (Alternate{Of: Constant(1)}).Check() == nil || (Alternate{Of: Constant(-1), Block: 1}).Check() == nil {
		t.Error("blocks of no steps, or a rate below 0, are taken")
	}
}

func TestCosine(t *testing.T) {
	c := Cosine{From: 0.7, To: 0.1, Steps: 90}
	for step := -1; step < 100; step++ {
		p := min(max(float64(step)/90, 0), 1)
		near(t, "factor", c.Factor(step), 0.1+0.6*(1+math.Cos(math.Pi*p))/2, 1e-15)
	}
	if c.Factor(0) != 0.7 || c.Factor(90) != 0.1 || c.Factor(1000) != 0.1 {
		t.Errorf("ends are %v and %v, want exactly 0.7 and 0.1", c.Factor(0), c.Factor(90))
	}
}

// A running product, once every three steps.
func TestGeometric(t *testing.T) {
	g := Geometric{Ratio: 0.97, Each: 3}
	want := 1.0
	for step := range 1000 {
		if step > 0 && step%3 == 0 {
			want *= 0.97
		}
		near(t, "factor", g.Factor(step)/want, 1, 1e-13)
	}
	if g.Factor(2) != 1 || g.Factor(3) != 0.97 {
		t.Errorf("got %v and %v; want exactly 1 and 0.97", g.Factor(2), g.Factor(3))
	}
	for _, bad := range []Geometric{{0, 1}, {1.01, 1}, {math.NaN(), 1}, {0.9, 0}} {
		if bad.Check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}

func TestConstant(t *testing.T) {
	if got := Constant(0.3).Factor(12345); got != 0.3 {
		t.Errorf("got %v, want 0.3", got)
	}
}

func TestPower(t *testing.T) {
	p := Power{Kappa: 0.7, Tau: 10}
	for _, step := range []int{0, 1, 7, 1000} {
		near(t, "factor", p.Factor(step), math.Pow(float64(step)+10, -0.7), 1e-14)
	}
	if (Power{Tau: 1}).Factor(5) != 1 {
		t.Error("kappa 0 is not constant")
	}
	for _, bad := range []Power{{Kappa: -0.1, Tau: 1}, {Kappa: 1.1, Tau: 1}, {Kappa: 1, Tau: 0.5}, {Kappa: 1, Tau: math.NaN()}} {
		if bad.Check() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
