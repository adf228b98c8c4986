package estimators_test

import (
	"math"
	"slices"
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
// it stands. Rows are as many as make three blocks.
func TestBlocksMakeTheWhole(t *testing.T) {
	src := &vi.Keyed{Key: rng.Probe(0, 0, 5)}
	const n, dim, classes = 9000, 16, 3
	data := datasets.Bits{N: n, Dim: dim, Latent: 2}
	two, reals := work(t, tape.Float64, models.SBN{Layers: []int{3, 2}}, data, 0), toy(t, tape.Float64, dim, n, 0.4)
	for _, e := range append(estimators.All(), estimators.WakeSleep{K: 64, Wake: "weighted"}, estimators.Reinforce{K: 9, Baseline: "none"}) {
		if !e.Card().PerDatum || slices.Contains(e.Card().Needs, vi.Density) { // of rows with holes there is a test of its own
			continue
		}
		on := []*vi.Work{reals}
		if vi.Fit(e.Card(), on[0].Model.Sheet(), on[0].Data.Shape()) != nil {
			on[0] = work(t, tape.Float64, models.SBN{Layers: []int{6}}, data, 0)
			if vi.Fit(e.Card(), two.Model.Sheet(), two.Data.Shape()) == nil {
				on = append(on, two)
			}
		}
		if vi.Fit(e.Card(), on[0].Model.Sheet(), on[0].Data.Shape()) != nil {
			on[0] = classifier(t, tape.Float64, n, classes)
		}
		if vi.Fit(e.Card(), on[0].Model.Sheet(), on[0].Data.Shape()) != nil {
			on[0] = coder(t, tape.Float64, 64, n, map[string]any{"latent": 3, "posterior": "threshold-laplace", "hidden": []int{5}})
		}
		for _, last := range []func() *vi.Work{
			func() *vi.Work {
				return work(t, tape.Float64, models.RBM{Hidden: 4, SD: 1}, datasets.Bits{N: 2 * n, Dim: 9, Latent: 2}, 0)
			},
			func() *vi.Work {
				return work(t, tape.Float64, models.Dirac{Start: 0.7}, datasets.Dirac{Dim: 16, At: 0.2, N: n}, 0)
			},
			func() *vi.Work {
				return work(t, tape.Float64, models.Diffusion{Steps: 20, Variance: 1, SNR: 8, Start: "exact"}, datasets.LowRank{Dim: 3, Latent: 1, N: 2 * n, Noise: 0.5}, 0)
			},
		} {
			if vi.Fit(e.Card(), on[0].Model.Sheet(), on[0].Data.Shape()) != nil {
				on[0] = last()
			}
		}
		for _, w := range on {
			w = with(t, w, e)
			each := e.Card().K // rows a datum
			switch needs := e.Card().Needs; {
			case slices.Contains(needs, vi.Enumerate):
				each = int(w.Model.Sheet().States())
			case slices.Contains(needs, vi.Hybrid):
				each = classes
			}
			rows := 2*w.Fit()/each + 7
			if n := w.Data.N; rows > n {
				t.Fatalf("%s: three blocks take %d rows; have %d", e.Card().Name, rows, n)
			}
			all := w.All[:rows]
			d := e.Estimate(w.Step(0, all, src))
			var whole [2][]float64
			for r := range whole {
				whole[r] = d.Role(tape.Role(r)).Ascend.AppendTo(nil)
			}
			d = w.Estimate(e, 0, all, src)
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
