package estimators_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// An estimator that says PerDatum gives a batch cut into blocks the direction of
// the whole, to rounding: a datum has its own noise and its own dream wherever
// it stands.
func TestBlocksMakeTheWhole(t *testing.T) {
	src := &vi.Keyed{Key: rng.Probe(0, 0, 5)}
	two := work(t, tape.Float64, models.SBN{Layers: []int{3, 2}}, datasets.Bits{N: 5000, Dim: 16, Latent: 2}, 0)
	for _, e := range append(estimators.All(), estimators.WakeSleep{K: 64, Wake: "weighted"}, estimators.Reinforce{K: 9, Baseline: "none"}) {
		if !e.Card().PerDatum {
			continue
		}
		on := []*vi.Work{toy(t, tape.Float64, 3, 900, 0.4)}
		if vi.Fit(e.Card(), on[0].Model.Sheet(), on[0].Data.Shape()) != nil {
			on[0] = work(t, tape.Float64, models.SBN{Layers: []int{6}}, datasets.Bits{N: 9000, Dim: 16, Latent: 2}, 0)
			if vi.Fit(e.Card(), two.Model.Sheet(), two.Data.Shape()) == nil {
				on = append(on, two)
			}
		}
		if vi.Fit(e.Card(), on[0].Model.Sheet(), on[0].Data.Shape()) != nil {
			on[0] = classifier(t, tape.Float64, 9000, 3)
		}
		for _, w := range on {
			w = with(t, w, e)
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
}
