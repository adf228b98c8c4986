package estimators_test

import (
	"testing"

	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// cooler says that its prior is at another temperature than it is.
type cooler struct{ estimators.Concrete }

func (e cooler) Card() vi.Card {
	said := e.Concrete
	said.TauP *= 0.99
	return said.Card()
}

// Through relaxed bits of two layers the mean direction is exact: the second bit's logit is at
// the relaxed first, and the first owes it what it moves.
func TestRelaxedChain(t *testing.T) {
	for _, e := range []vi.Estimator{
		estimators.Concrete{K: 1, Temperature: tau(2. / 3), TauP: 0.5, KL: "dens"}, estimators.Concrete{K: 1, Temperature: tau(0.8), TauP: 0.5, KL: "mass"},
		estimators.GumbelSoftmax{K: 1, Temperature: tau(1), KL: "mass"},
	} {
		r := vitest.Check(e, vitest.OnlyOn(vitest.BitChain()), vitest.Only("exact"))
		if !r.OK() {
			t.Errorf("%+v: %v", e, r.Failed())
		}
		means := 0
		for _, x := range r.Results {
			t.Log(x)
			if x.Exact != nil {
				means += x.Exact.Means
			}
		}
		if means < 2 {
			t.Errorf("%+v: %d exact means; want both networks'", e, means)
		}
	}
	wrong := vitest.Check(cooler{estimators.Concrete{K: 1, Temperature: tau(1), TauP: 0.5, KL: "dens"}}, vitest.OnlyOn(vitest.BitChain()), vitest.Only("exact"))
	if wrong.OK() {
		t.Error("a prior temperature one per cent off passes")
	}
}
