package estimators_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// Networks at the sizes of the papers: their weights, and of each estimator that is to
// run on them one step in float32, finite and not zero in every matrix of both networks.
// Estimators by bits are refused on categories, with what fits.
func TestPapersSizes(t *testing.T) {
	train := []vi.Estimator{
		estimators.GumbelSoftmax{K: 1, Temperature: tau(1), KL: "disc"}, estimators.Concrete{K: 1, Temperature: tau(2. / 3), TauP: 0.5, KL: "dens"},
		estimators.STGumbel{K: 1, Temperature: tau(1)}, estimators.NVIL{K: 1, Hidden: 100, Decay: 0.8}, estimators.VIMCO{K: 5},
		estimators.REBAR{K: 1, Tau: 0.5, Eta: 1}, estimators.DisARM{K: 2}, estimators.MuProp{K: 1}, estimators.StraightThrough{K: 1, Temperature: tau(1)},
	}
	const deep = "whatever is of one layer alone"
	for _, c := range []struct {
		name    string
		m       vi.Maker
		weights string
		refused string // of the estimators above
	}{
		{"784-200-784", models.SBN{Layers: []int{200}}, "inf/logits 200x784, gen/x/logits 784x200", ""},
		{"784-(20x10)-784", models.SBN{Layers: []int{20}, Classes: 10, Coding: "bits", Prior: "uniform"},
			"inf/logits 200x784, gen/x/logits 784x200", "rebar disarm"},
		{"784-(20x10)-200-784", models.SBN{Layers: []int{20}, Classes: 10, Coding: "bits", Prior: "uniform", Hidden: []int{200}},
			"inf/0 200x784, inf/logits 200x200, gen/x/0 200x200, gen/x/logits 784x200", "rebar disarm"},
		{"392-200-200-392", models.Halves{Layers: []int{200, 200}},
			"inf/z1/logits 200x392, inf/z2/logits 200x200, gen/x/logits 392x200", deep},
		{"392-(20x10)-(20x10)-392", models.Halves{Layers: []int{20, 20}, Classes: 10, Coding: "bits"},
			"inf/z1/logits 200x392, inf/z2/logits 200x200, gen/x/logits 392x200", deep},
	} {
		w := work(t, tape.Float32, c.m, datasets.Bits{N: 6, Dim: 784, Latent: 3}, 0)
		var weights, refused []string
		for _, s := range w.Model.Sheet().Params {
			if name, ok := strings.CutSuffix(s.Name, "/W"); ok {
				weights = append(weights, fmt.Sprintf("%s %dx%d", name, s.Rows, s.Cols))
			}
		}
		if got := strings.Join(weights, ", "); got != c.weights {
			t.Errorf("%s: got %s; want %s", c.name, got, c.weights)
		}
		for _, e := range train {
			if err := vi.Fit(e.Card(), w.Model.Sheet(), w.Data.Shape()); err != nil {
				refused = append(refused, e.Card().Name)
				continue
			}
			v := with(t, w, e)
			d := v.Estimate(e, 0, v.All, &vi.Keyed{Key: rng.Noise(0, 0)})
			for _, s := range v.Params.Specs() {
				r, lo, hi, _ := v.Params.Range(s.Name)
				sum, finite := 0.0, true
				for _, x := range d.Role(r).Ascend.F32()[lo:hi] {
					sum += math.Abs(float64(x))
				}
				finite = sum-sum == 0
				if own := r == tape.Own; !finite || sum == 0 && !own {
					t.Errorf("%s on %s: %s moves by %g in all", e.Card().Name, c.name, s.Name, sum)
				}
			}
		}
		if got := strings.Join(refused, " "); c.refused != deep && got != c.refused {
			t.Errorf("%s: refuses %q; want %q", c.name, got, c.refused)
		}
	}
}
