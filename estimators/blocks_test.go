package estimators_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
)

// An estimator that says PerDatum gives a batch cut into blocks the direction of
// the whole, to rounding: a datum has its own noise and its own dream wherever
// it stands.
func TestBlocksMakeTheWhole(t *testing.T) {
	w := toy(t, tape.Float64, 3, 900, 0.4)
	src := &vi.Keyed{Key: rng.Probe(0, 0, 5)}
	for _, e := range append(estimators.All(), estimators.WakeSleep{K: 64, Wake: "weighted"}) {
		if !e.Card().PerDatum {
			continue
		}
		d := e.Estimate(w.Step(0, w.All, src))
		var whole [2][]float64
		for r := range whole {
			whole[r] = d.Role(tape.Role(r)).Ascend.AppendTo(nil)
		}
		d = w.Estimate(e, 0, w.All, src)
		for r, want := range whole {
			for i, x := range d.Role(tape.Role(r)).Ascend.F64() {
				if math.Abs(x-want[i]) > 1e-11*(1+math.Abs(want[i])) {
					t.Errorf("%s, %s[%d]: %.15g in blocks, %.15g at once", e.Card().Name, tape.Role(r), i, x, want[i])
				}
			}
		}
	}
}
