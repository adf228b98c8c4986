package estimators_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
)

// Estimators that coincide on paper coincide to the bit on the same draws,
// whichever file they come from: the family is one kernel over log weights, and
// the tape always factors.
func TestReductions(t *testing.T) {
	elbo := func(k int) vi.Estimator { return estimators.ELBO{K: k, Form: "sgvb-a"} }
	iwae := func(k int) vi.Estimator { return estimators.IWAE{K: k} }
	for _, c := range []struct {
		name     string
		a        vi.Estimator
		gen, inf vi.Estimator
	}{
		{"IWAE(1) = ELBO", iwae(1), elbo(1), elbo(1)},
		{"MIWAE(1,6) = IWAE(6)", estimators.MIWAE{M: 1, K: 6}, iwae(6), iwae(6)},
		{"MIWAE(6,1) = ELBO(6)", estimators.MIWAE{M: 6, K: 1}, elbo(6), elbo(6)},
		{"CIWAE(0) = IWAE(6)", estimators.CIWAE{K: 6, Beta: 0}, iwae(6), iwae(6)},
		{"CIWAE(1) = ELBO(6)", estimators.CIWAE{K: 6, Beta: 1}, elbo(6), elbo(6)},
		{"PIWAE(1,6) = IWAE(6)", estimators.PIWAE{M: 1, K: 6}, iwae(6), iwae(6)},
		{"PIWAE(6,1) = ELBO for phi, IWAE(6) for theta", estimators.PIWAE{M: 6, K: 1}, iwae(6), elbo(6)},
		{"PIWAE(2,3) = MIWAE for phi, IWAE(6) for theta", estimators.PIWAE{M: 2, K: 3}, iwae(6), estimators.MIWAE{M: 2, K: 3}},
		{"DReG(1) = STL(1)", estimators.DReG{K: 1}, estimators.STL{K: 1}, estimators.STL{K: 1}},
		{"theta of DReG = IWAE", estimators.DReG{K: 6}, iwae(6), estimators.DReG{K: 6}},
		{"DReG-alpha(0) = DReG", estimators.DReGAlpha{K: 6}, estimators.DReG{K: 6}, estimators.DReG{K: 6}},
		{"DReG-alpha(1) = RWS-DReG", estimators.DReGAlpha{K: 6, Alpha: 1}, estimators.RWSDReG{K: 6}, estimators.RWSDReG{K: 6}},
		{"VR-alpha(0) = IWAE(6)", estimators.VRAlpha{K: 6, Alpha: 0}, iwae(6), iwae(6)},
		{"VR-alpha(1) = ELBO(6)", estimators.VRAlpha{K: 6, Alpha: 1}, elbo(6), elbo(6)},
		{"VR-max(1) = ELBO", estimators.VRAlpha{K: 1, Max: true}, elbo(1), elbo(1)},
		{"VR-alpha(-1e9) = VR-max", estimators.VRAlpha{K: 6, Alpha: -1e9}, estimators.VRAlpha{K: 6, Max: true}, estimators.VRAlpha{K: 6, Max: true}},
		{"VR-IWAE-DReG(0) = DReG", estimators.VRIWAEDReG{K: 6, Alpha: 0}, estimators.DReG{K: 6}, estimators.DReG{K: 6}},
		{"theta of VR-IWAE-DReG = VR-alpha", estimators.VRIWAEDReG{K: 6, Alpha: 0.3}, estimators.VRAlpha{K: 6, Alpha: 0.3}, estimators.VRIWAEDReG{K: 6, Alpha: 0.3}},
		{"JVI(2) = 2 L_2 - ELBO(2) = CIWAE(-1)", estimators.JVI{K: 2}, estimators.CIWAE{K: 2, Beta: -1}, estimators.CIWAE{K: 2, Beta: -1}},
		{"theta of JVI-DReG = JVI", estimators.JVIDReG{K: 6}, estimators.JVI{K: 6}, estimators.JVIDReG{K: 6}},
		{"theta of TVO(J=1) = ELBO(6)", estimators.TVO{K: 6, J: 1}, elbo(6), estimators.TVO{K: 6, J: 1, B1: 0.5}},
		{"theta of wake-sleep = ELBO(6)", estimators.WakeSleep{K: 6, Wake: "equal"}, elbo(6), estimators.WakeSleep{K: 6, Wake: "weighted"}},
		{"theta of wake-sleep, weighted = RWS", estimators.WakeSleep{K: 6, Wake: "weighted"}, estimators.RWS{K: 6}, estimators.WakeSleep{K: 1, Wake: "equal"}},
		{"theta of VIMCO = IWAE", estimators.VIMCO{K: 6}, iwae(6), estimators.VIMCO{K: 6}},
	} {
		for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
			for _, w := range []*vi.Work{toy(t, prec, 3, 4, 0.4), vae(t, prec), twoLayers(t, prec)} {
				for r := range 3 {
					a := estimate(w, c.a, r)
					gen, inf := bits(a.Gen), bits(a.Inf)
					if bits(estimate(w, c.gen, r).Gen) != gen {
						t.Errorf("%s, %s: gen differs", c.name, prec)
					}
					if bits(estimate(w, c.inf, r).Inf) != inf {
						t.Errorf("%s, %s: inf differs", c.name, prec)
					}
				}
			}
		}
	}
	w := toy(t, tape.Float64, 3, 4, 0.4)
	for i, x := range estimate(w, estimators.RWSDReG{K: 1}, 0).Inf.Ascend.F64() {
		if x != 0 {
			t.Errorf("RWS-DReG at K = 1: inf[%d] = %g; want 0", i, x)
		}
	}
}

// JVI-DReG of two samples: leaving out either leaves a weight of one, so that its
// path term is twice DReG's less the mean path of both.
func TestJackknifeOfTwo(t *testing.T) {
	w := toy(t, tape.Float64, 3, 4, 0.4)
	inf := func(e vi.Estimator) []float64 { return estimate(w, e, 0).Inf.Ascend.AppendTo(nil) }
	twice, dreg, one := inf(estimators.JVIDReG{K: 2}), inf(estimators.DReG{K: 2}), inf(estimators.VRIWAEDReG{K: 2, Alpha: 1})
	for i := range twice {
		if want := 2*dreg[i] - one[i]; math.Abs(twice[i]-want) > 1e-13 {
			t.Errorf("JVI-DReG[%d] = %.17g; twice DReG less the mean path is %.17g", i, twice[i], want)
		}
	}
}

// Where q is the posterior every log weight is the same, and the estimators
// without a score term are zero on every draw (E6); the total derivative is not.
func TestZeroAtThePosterior(t *testing.T) {
	w := atPosterior(t)
	for _, e := range []vi.Estimator{estimators.STL{K: 5}, estimators.DReG{K: 5}, estimators.RWSDReG{K: 5},
		estimators.JVIDReG{K: 5}, estimators.VRIWAEDReG{K: 5, Alpha: 0.3}, estimators.DReGAlpha{K: 5, Alpha: 0.3}} {
		for r := range 200 {
			for i, x := range estimate(w, e, r).Inf.Ascend.F64() {
				if x > 1e-12 || x < -1e-12 {
					t.Fatalf("%s, draw %d: inf[%d] = %g; want 0 to 1e-12", e.Card().Name, r, i, x)
				}
			}
		}
	}
	some := 0.0
	for _, x := range estimate(w, estimators.IWAE{K: 5}, 0).Inf.Ascend.F64() {
		some = max(some, x, -x)
	}
	if some < 1e-3 {
		t.Errorf("iwae at the posterior: largest entry %g; it should not vanish on a draw", some)
	}
}
