package vitest_test

import (
	"testing"

	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// A weight of the KL is in the target's name, and the direction is the gradient with that
// weight and no other.
func TestBeta(t *testing.T) {
	for _, beta := range []float64{0, 2.5} {
		exact := 0
		for _, r := range vitest.Check(estimators.AnalyticELBO{Beta: beta}, vitest.Only("exact")).Results {
			if r.Verdict == vitest.Fails {
				t.Errorf("beta %g: %s", beta, r)
			}
			if r.Exact != nil {
				exact++
			}
		}
		if exact == 0 {
			t.Errorf("beta %g: no oracle has an exact mean", beta)
		}
		if r := vitest.Check(misnamed{estimators.AnalyticELBO{Beta: beta}}, vitest.Only("exact")); !failing(r.Results) {
			t.Errorf("beta %g passes for the ELBO", beta)
		}
	}
}

// misnamed says that it is the ELBO.
type misnamed struct{ estimators.AnalyticELBO }

func (m misnamed) Card() vi.Card {
	c := m.AnalyticELBO.Card()
	c.Target = "analytic-elbo"
	return c
}

func failing(results []vitest.Result) bool {
	for _, r := range results {
		if r.Verdict == vitest.Fails {
			return true
		}
	}
	return false
}
