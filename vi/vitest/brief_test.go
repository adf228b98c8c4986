package vitest_test

import (
	"testing"

	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// counted counts its estimates.
type counted struct {
	estimators.RELAX
	n *int
}

func (e counted) Estimate(s *vi.Step) vi.Direction {
	*e.n++
	return e.RELAX.Estimate(s)
}

// Who asks for a brief look waits for so many estimates and no more, but for the one each that
// tells what noise there is, and one rule of an axis, at which a sum is found to grow too long.
func TestBrief(t *testing.T) {
	for _, most := range []int{300, 1000, 6000} {
		n := 0
		r := vitest.Check(counted{estimators.RELAX{K: 1, Tau: 0.5, Hidden: 3}, &n}, vitest.Brief(most), vitest.Only("exact", "bias"))
		if !r.OK() || n > most+200 {
			t.Errorf("at most %d: %d estimates, ok %v", most, n, r.OK())
		}
		means := 0
		for _, x := range r.Results {
			if x.Exact != nil {
				means += x.Exact.Means
			}
		}
		if (most == 6000) != (means > 0) {
			t.Errorf("at most %d: %d exact means", most, means)
		}
	}
}
