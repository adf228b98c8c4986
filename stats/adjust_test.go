package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The fifteen p values of Benjamini and Hochberg's example (J. R. Statist. Soc. B
// 57, 1995, section 4.1): of them Bonferroni's and Hochberg's procedures keep
// three at 5 %, as Holm's does, and theirs keeps four.
var thrombolysis = []float64{
	0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
}

func kept(q []float64, level float64) int {
	n := 0
	for _, v := range q {
		if v <= level {
			n++
		}
	}
	return n
}

func TestAdjustThrombolysis(t *testing.T) {
	if got := kept(Holm(thrombolysis, 15), 0.05); got != 3 {
		t.Errorf("holm keeps %d, want 3", got)
	}
	if got := kept(BenjaminiHochberg(thrombolysis, 15), 0.05); got != 4 {
		t.Errorf("benjamini-hochberg keeps %d, want 4", got)
	}
	near(t, "fourth, holm", Holm(thrombolysis, 15)[3], 12*0.0095, 1e-15)
	near(t, "fourth, benjamini-hochberg", BenjaminiHochberg(thrombolysis, 15)[3], 15*0.0095/4, 1e-15)
}

// Worked by hand from the definitions, in an order that is not sorted.
func TestAdjustByHand(t *testing.T) {
	p := []float64{0.01, 0.04, 0.03, 0.005}
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} {
		near(t, "holm", Holm(p, 4)[i], want, 1e-15)
	}
	for i, want := range []float64{0.02, 0.04, 0.04, 0.02} {
		near(t, "benjamini-hochberg", BenjaminiHochberg(p, 4)[i], want, 1e-15)
	}
	for i, want := range []float64{0.05, 0.12, 0.12, 0.03} { // six claims, two of which did not run
		near(t, "holm, family 6", Holm(p, 6)[i], want, 1e-15)
	}
	near(t, "benjamini-hochberg, one of three ran", BenjaminiHochberg([]float64{0.5}, 3)[0], 1, 0)
	for i, want := range []float64{0.03, 0.06, 0.06, 0.03} {
		near(t, "benjamini-hochberg, family 6", BenjaminiHochberg(p, 6)[i], want, 1e-15)
	}
}

func TestAdjustOddInput(t *testing.T) {
	for name, adjust := range map[string]func([]float64, int) []float64{"holm": Holm, "bh": BenjaminiHochberg} {
		if got := adjust(nil, 3); len(got) != 0 {
			t.Errorf("%s of nothing: %v", name, got)
		}
		got := adjust([]float64{math.NaN(), 0.01, -1, 7}, 0)
		if got[0] != 1 || got[2] != 0 || got[3] != 1 {
			t.Errorf("%s: got %v, want NaN and 7 as 1, -1 as 0", name, got)
		}
	}
}

// Closed testing is Holm's proof: a claim stands when every subset of claims that
// holds it is rejected by Bonferroni. Here all subsets are formed.
func TestHolmIsClosedBonferroni(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 0.3), 1, 7).Draw(t, "p")
		family := len(p) + rapid.IntRange(0, 2).Draw(t, "not run")
		all := append(slices.Clone(p), slices.Repeat([]float64{1}, family-len(p))...)
		want := make([]float64, len(p))
		for set := 1; set < 1<<family; set++ {
			least, size := 1.0, 0.0
			for i, v := range all {
				if set>>i&1 == 1 {
					least = math.Min(least, v)
					size++
				}
			}
			for i := range p {
				if set>>i&1 == 1 {
					want[i] = math.Max(want[i], math.Min(1, size*least))
				}
			}
		}
		for i, q := range Holm(p, family) {
			if math.Abs(q-want[i]) > 1e-14 {
				t.Fatalf("%v, family %d: got %v at %d, closed testing %v", p, family, q, i, want[i])
			}
		}
	})
}

// The step-up rule as the paper words it: reject the k smallest for the largest k
// with p_(k) <= k q / m.
func TestBenjaminiHochbergIsStepUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 20).Draw(t, "p")
		family := len(p) + rapid.IntRange(0, 5).Draw(t, "not run")
		level := rapid.Float64Range(0.01, 0.99).Draw(t, "level")
		sorted := slices.Sorted(slices.Values(p))
		want := 0
		for k := 1; k <= len(sorted); k++ {
			edge := float64(k) * level / float64(family)
			if math.Abs(sorted[k-1]-edge) < 1e-12 {
				t.Skip("on an edge")
			}
			if sorted[k-1] <= edge {
				want = k
			}
		}
		if got := kept(BenjaminiHochberg(p, family), level); got != want {
			t.Errorf("%v at %v, family %d: keeps %d, step-up %d", p, level, family, got, want)
		}
	})
}

func TestAdjustIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 20).Draw(t, "p")
		holm, bh := Holm(p, len(p)), BenjaminiHochberg(p, len(p))
		wider, wide := Holm(p, len(p)+1), BenjaminiHochberg(p, len(p)+1)
		for i := range p {
			if !(p[i] <= bh[i] && bh[i] <= holm[i] && holm[i] <= 1) {
				t.Errorf("p %v, bh %v, holm %v are not in order", p[i], bh[i], holm[i])
			}
			if wider[i] < holm[i] || wide[i] < bh[i] {
				t.Errorf("a larger family makes p %v smaller", p[i])
			}
			for j := range p {
				if p[i] < p[j] && (holm[i] > holm[j] || bh[i] > bh[j]) {
					t.Errorf("p %v < %v, adjusted the other way", p[i], p[j])
				}
			}
		}
	})
}
