package estimators_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
)

// largestZ compares the means of two estimators' inference directions on the
// same draws: the largest |mean difference| / standard error over coordinates. One in which
// the two never differ says nothing and is left out, one that is not finite fails, and so
// does a comparison of which no coordinate is left.
func largestZ(t *testing.T, w *vi.Work, a, b vi.Estimator, draws int) (z float64, coords int) {
	var s, ss []float64
	for r := range draws {
		x := estimate(w, a, r).Inf.Ascend.AppendTo(nil)
		y := estimate(w, b, r).Inf.Ascend.F64()
		if s == nil {
			s, ss = make([]float64, len(x)), make([]float64, len(x))
		}
		for i := range x {
			d := x[i] - y[i]
			s[i] += d
			ss[i] += d * d
		}
	}
	n := float64(draws)
	for i := range s {
		if ss[i] == 0 {
			continue
		}
		se := math.Sqrt(max(0, ss[i]/n-s[i]/n*s[i]/n) / (n - 1))
		x := math.Abs(s[i]/n) / se // +Inf of a difference that is always the same
		if math.IsNaN(x) {
			t.Fatalf("coordinate %d of %s and %s: a difference that is not finite", i, name(a), name(b))
		}
		z, coords = math.Max(z, x), coords+1
	}
	if coords == 0 {
		t.Fatalf("%s and %s have the same direction in every draw: their means are not compared by z-scores", name(a), name(b))
	}
	return z, coords
}

// Who shares a mean and who does not (E1, E2, E3), on the two-dimensional toy
// well off its optimum. All same-mean comparisons together raise a false alarm
// once in a thousand keys (Bonferroni over comparisons and coordinates, normal
// quantile); each different-mean comparison must reject at 1e-6, so that the
// test is known to see a bias of that size: z is 31 and more at these draws. Means at
// fewer samples are the conformance kit's, which sums them exactly.
func TestMeans(t *testing.T) {
	const draws = 20000
	w := toy(t, tape.Float64, 2, 2, 0.5)
	type comparison struct{ a, b vi.Estimator }
	var same []comparison
	for _, k := range []int{4, 16} {
		dreg := estimators.DReG{K: k}
		for _, e := range []vi.Estimator{
			estimators.IWAE{K: k}, estimators.VIMCO{K: k, Baseline: "arithmetic"}, estimators.VIMCO{K: k, Baseline: "geometric"},
			estimators.ScoreFunction{K: k}, estimators.OVIS{K: k},
		} {
			same = append(same, comparison{e, dreg})
		}
		same = append(same, comparison{estimators.RWS{K: k}, estimators.RWSDReG{K: k}},
			comparison{estimators.JVI{K: k}, estimators.JVIDReG{K: k}})
	}
	same = append(same, comparison{estimators.ELBO{K: 2, Form: "sgvb-a"}, estimators.ELBO{K: 2, Form: "sgvb-b"}},
		comparison{estimators.ELBO{K: 1, Form: "sgvb-a"}, estimators.STL{K: 1}},
		comparison{estimators.MIWAE{M: 2, K: 4}, estimators.DReG{K: 4}},
		comparison{estimators.PIWAE{M: 2, K: 4}, estimators.DReG{K: 4}},
		comparison{estimators.VRAlpha{K: 4, Alpha: 0.5}, estimators.VRIWAEDReG{K: 4, Alpha: 0.5}},
		comparison{estimators.VRAlpha{K: 8, Alpha: 0.9}, estimators.VRIWAEDReG{K: 8, Alpha: 0.9}},
		comparison{estimators.TVO{K: 4, J: 1}, estimators.ELBO{K: 4, Form: "sgvb-a"}})
	for _, c := range same {
		t.Run(name(c.a)+"="+name(c.b), func(t *testing.T) {
			z, coords := largestZ(t, w, c.a, c.b, draws)
			limit := distuv.UnitNormal.Quantile(1 - 1e-3/2/float64(len(same)*coords))
			if z > limit {
				t.Errorf("largest z of a difference of means is %.2f; want at most %.2f", z, limit)
			}
		})
	}
	for _, c := range []comparison{
		{estimators.STL{K: 8}, estimators.DReG{K: 8}},
		{estimators.RWS{K: 8}, estimators.DReG{K: 8}},
		{estimators.OVIS{K: 8, Gamma: 1}, estimators.DReG{K: 8}},
		{estimators.JVI{K: 8}, estimators.DReG{K: 8}},
		{estimators.JVIDReG{K: 8}, estimators.DReG{K: 8}},
		{estimators.VRAlpha{K: 8, Alpha: 0.5}, estimators.VRIWAEDReG{K: 8, Alpha: 0.4}},
		{estimators.TVO{K: 8, J: 5, B1: 0.03}, estimators.ELBO{K: 8, Form: "sgvb-a"}},
	} {
		t.Run(name(c.a)+"!="+name(c.b), func(t *testing.T) {
			z, coords := largestZ(t, w, c.a, c.b, draws)
			if limit := distuv.UnitNormal.Quantile(1 - 1e-6/2/float64(coords)); z < limit {
				t.Errorf("largest z of a difference of means is %.2f; want at least %.2f, else the test has no power", z, limit)
			}
		})
	}
}

func name(e vi.Estimator) string { c := e.Card(); return fmt.Sprint(c.Name, "@", c.K) }
