package estimators_test

import (
	"slices"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// An estimate allocates nothing once its arenas have grown. A step that a model has in
// closed form, a target, is the model's algebra, on all data and a few hundred times a cell.
func TestEstimatesAllocateNothing(t *testing.T) {
	reals := datasets.LowRank{N: 6, Dim: 5, Latent: 2, Noise: 0.5}
	all := map[string]*vi.Work{
		"toy": toy(t, tape.Float64, 3, 4, 0.4), "vae": vae(t, tape.Float32), "vae of two layers": twoLayers(t, tape.Float32),
		"gaussian vae": work(t, tape.Float32, models.VAE{Latent: 2, Hidden: []int{4}, Act: "relu", Likelihood: "gaussian", Noise: "fixed"}, reals, 0),
		"bits":         sbn(t, tape.Float32, nets["bits"]), "categories": sbn(t, tape.Float64, nets["categories"]), "two layers of bits": sbn(t, tape.Float32, nets["two layers"]),
		"halves": halves(t, tape.Float32, predictions["two layers"]), "m2": classifier(t, tape.Float32, 3, 3),
		"cost": onToy(t, models.FourBit{}, nil), "survey": onToy(t, models.Survey{Cost: "cos", K: 2, Mu: 1, Sigma: 1}, nil),
		"fa": work(t, tape.Float64, models.FA{Latent: 2, Noise: "isotropic", Hidden: []int{3}, Act: "tanh"}, reals, 0),
	}
	for name, set := range coders() {
		all["coder "+name] = coder(t, tape.Float32, 5, 6, set)
	}
	for name, on := range all {
		for _, e := range append(estimators.All(), estimators.ELBO{K: 2, Form: "sgvb-b"}) {
			if slices.ContainsFunc(e.Card().Needs, closedStep) || vi.Fit(e.Card(), on.Model.Sheet(), on.Data.Shape()) != nil {
				continue
			}
			w := with(t, on, e)
			src := &vi.Keyed{Key: rng.Noise(0, 0)}
			step := func() { e.Estimate(w.Step(0, w.All, src)) }
			step()
			step()
			if n := testing.AllocsPerRun(10, step); n != 0 {
				t.Errorf("%s on %s: %v allocations an estimate; want none", e.Card().Name, name, n)
			}
		}
	}
}

func closedStep(c vi.Cap) bool { return c == vi.MStep || c == vi.Conjugate || c == vi.Conditions }
