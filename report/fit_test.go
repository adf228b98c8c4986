package report

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/suites"
)

func TestFitPrintsWhatItCouldHaveSeen(t *testing.T) {
	l := newLab(1)
	l.seeds("a", "m", around8(0, 1)...)
	l.claim("C", 8, suites.Part{Kind: "fit", Metric: "m", To: "normal(0, 1)"})
	v := l.judge()[0]
	if v.State != Open || len(v.Warnings) != 1 || !strings.Contains(v.Warnings[0], "8 seeds see a departure of") || v.Family != 0 {
		t.Errorf("got %s, warnings %q, family %d", v.State, v.Warnings, v.Family)
	}
	l.plan.Claims[0].Parts[0].To = "cauchy(0,1)"
	v = l.judge()[0]
	if v.State != Open || v.Reason != `report: distribution, got "cauchy(0,1)"; have normal(mean,sd), uniform(a,b), chi2(k)` {
		t.Errorf("got %s: %q", v.State, v.Reason)
	}
	for _, bad := range []string{"", "normal", "normal(0)", "normal(0,-1)", "normal(0,NaN)", "uniform(1,0)", "chi2()", "chi2(0)", "chi2(3", "chi2(3))"} {
		if _, err := distribution(bad); err == nil {
			t.Errorf("distribution %q is accepted", bad)
		}
	}
}

// D = 1/16 for eight values in the middles of eighths; the band reaches 1/2 at
// the level 2 exp(-2·8·(7/16)²) = 0.0935.
func TestFitWithinHasAnEquivalenceP(t *testing.T) {
	l := newLab(1)
	for seed := range 8 {
		l.log(l.cell("g", "a", seed), "m", (float64(seed)+0.5)/8)
	}
	l.claim("C", 8, suites.Part{Kind: "fit", Metric: "m", To: "uniform(0,1)", Within: ptr(0.5)})
	if v := l.judge()[0]; v.State != Open || math.Abs(v.Effect-1./16) > 1e-12 || math.Abs(v.P-0.0935) > 1e-4 || v.Family != 1 {
		t.Errorf("got %s, distance %g, p %g", v.State, v.Effect, v.P)
	}
}
