package estimators_test

import (
	"testing"

	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// Equal targets, equal means: what moves the mean is in a target, what nothing reads is
// not, and the schedule of a temperature is.
func TestTargetsOfTemperatures(t *testing.T) {
	still, falls := tau(1), estimators.Temperature{Tau: 1, Rate: 1e-3, Floor: 0.5, Every: 100}
	seen := map[string]bool{}
	for _, at := range []estimators.Temperature{still, falls, {Tau: 1, Rate: 1e-3, Floor: 0.5, Every: 1}, {Tau: 1, Rate: 1e-3, Floor: 0.1, Every: 100}, {Tau: 1, Rate: 1e-4, Floor: 0.5, Every: 100}} {
		for _, e := range []vi.Estimator{
			estimators.GumbelSoftmax{K: 1, Temperature: at, KL: "disc"}, estimators.STGumbel{K: 1, Temperature: at}, estimators.StraightThrough{K: 1, Temperature: at},
			estimators.Concrete{K: 1, Temperature: at, TauP: 0.5, KL: "disc"}, estimators.Concrete{K: 1, Temperature: at, TauP: 0.5, KL: "dens"},
			estimators.Concrete{K: 1, Temperature: at, TauP: 0.5, RateP: 1e-3, FloorP: 0.1, KL: "dens"},
		} {
			name := e.Card().Target
			if _, known := vitest.Known(name); seen[name] || !known {
				t.Errorf("%+v: target %q is another's, or unknown to the kit", e, name)
			}
			seen[name] = true
		}
		if a, b := (estimators.GumbelRao{K: 1, R: 3, Temperature: at}).Card().Target, (estimators.STGumbel{K: 2, Temperature: at}).Card().Target; a != b {
			t.Errorf("gumbel-rao has %q, st-gumbel %q; want one mean", a, b)
		}
	}
	for _, kl := range []string{"disc", "mass", "dens"} {
		a, b := estimators.Concrete{K: 1, Temperature: still, TauP: 0.5, KL: kl}, estimators.Concrete{K: 1, Temperature: still, TauP: 0.7, KL: kl}
		if (a.Card().Target == b.Card().Target) != (kl != "dens") {
			t.Errorf("%s: targets %q and %q of two prior temperatures", kl, a.Card().Target, b.Card().Target)
		}
	}
}

// A setting that another leaves unread is refused: two cells that differ in it alone
// would be one cell's numbers twice.
func TestUnreadSettings(t *testing.T) {
	for _, c := range []struct {
		e    vi.Checked
		want string
	}{
		{estimators.VRAlpha{K: 2, Alpha: 0.1, Max: true}, "alpha: got 0.1 beside max, which is the order -inf; give one of them"},
		{estimators.VRAlpha{K: 2, Max: true}, ""},
		{estimators.VRAlpha{K: 2, Alpha: 0.1}, ""},
		{estimators.TVO{K: 2, J: 1, B1: 0.2}, "b1: got 0.2; j = 1 has no node between 0 and 1"},
		{estimators.TVO{K: 2, J: 2, B1: 0.2}, ""},
		{estimators.Concrete{K: 1, Temperature: tau(1), TauP: 0.7, KL: "disc"}, "prior_tau: got 0.7 with kl: disc, which has no prior temperature; leave it out, or say kl: dens"},
		{estimators.Concrete{K: 1, Temperature: tau(1), TauP: 0.5, KL: "mass"}, ""},
		{estimators.Concrete{K: 1, Temperature: tau(1), TauP: 0.7, KL: "dens"}, ""},
		{estimators.REBAR{K: 1, Tau: 1, Eta: 0.3, Adapt: true}, "eta: got 0.3 with adapt, by which it starts from 1; give one of them"},
		{estimators.REBAR{K: 1, Tau: 1, Eta: 1, Adapt: true}, ""},
		{estimators.REBAR{K: 1, Tau: 1, Eta: 0.3}, ""},
		{estimators.FISTA{MAP: estimators.MAP{Lambda: 20, Steps: 1, Ramp: 1, Rate: 1e-4}}, "ramp_rate: got 0.0001 with ramp 1, which is all of lambda already; need ramp below 1"},
		{estimators.ISTA{MAP: estimators.MAP{Lambda: 20, Steps: 1, Ramp: 0.1}}, "ramp: got 0.1 with ramp_rate 0, by which it never ends; need a rate above 0, or lambda: 2"},
		{estimators.ISTA{MAP: estimators.MAP{Lambda: 20, Steps: 1, Ramp: 0.1, Rate: 1e-4}}, ""},
	} {
		got := ""
		if err := c.e.Check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%+v: got %q; want %q", c.e, got, c.want)
		}
	}
	for _, e := range estimators.All() {
		if k, ok := e.(vi.Checked); ok && k.Check() != nil {
			t.Errorf("%s: its defaults are refused: %v", e.Card().Name, k.Check())
		}
	}
}
