package metrics_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// The gain of points that have not moved is none; of ones that have, the difference of the two circuits' means.
func TestGain(t *testing.T) {
	d, err := datasets.TreeBits{N: 12, Dim: 5, Flip: 0.1}.Make(rng.Data(1, "tree-bits", "train"))
	if err != nil {
		t.Fatal(err)
	}
	m := models.ContinuousMixture{Latent: 2, Hidden: []int{3}, Act: "tanh", SD: 1, N: 4}
	of := func(m models.ContinuousMixture) *vi.Work {
		x, err := m.For(d)
		if err != nil {
			t.Fatal(err)
		}
		w, err := vi.NewWork(x, nil, d, tape.Float64, rng.Init(1, "cm"))
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	still := of(m)
	m.Own = true
	w := of(m)
	g := metrics.Gain{On: metrics.On{Split: "test", When: "end"}}
	near(t, "no gain", value(t, measure(moment(w, nil), g), "gain"), 0, 0)
	w.Params.Value("gen/z").Set(0, 2)
	w.Params.Value("gen/z").Set(3, -1)
	want := 0.0
	before := still.Model.(vi.Evidence).LogEvidence(still.Params, d.X)
	for i, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, d.X) {
		want += (l - before[i]) / 12
	}
	if math.Abs(want) < 1e-3 {
		t.Fatalf("gain %g: nothing has moved", want)
	}
	near(t, "gain", value(t, measure(moment(w, nil), g), "gain"), want, 1e-13)
}
