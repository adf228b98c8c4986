package estimators_test

import (
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// work builds a model on its data in a precision.
func work(t testing.TB, prec tape.Precision, m vi.Maker, ds vi.Dataset, seed uint64) *vi.Work {
	t.Helper()
	d, err := ds.Make(rng.Data(seed, ds.Name(), "train"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := m.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(model, nil, d, prec, rng.Init(seed, m.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// toy is the linear-Gaussian model some way from its optimum.
func toy(t testing.TB, prec tape.Precision, dim, n int, perturb float64) *vi.Work {
	return work(t, prec, models.LinearGaussian{S: 2.0 / 3}, datasets.LinearGaussian{Dim: dim, N: n, Perturb: perturb}, 0)
}

// vae is a small network on generated bits.
func vae(t testing.TB, prec tape.Precision) *vi.Work {
	return work(t, prec, models.VAE{Latent: 3, Hidden: []int{7, 5}, Act: "tanh"}, datasets.Bits{N: 6, Dim: 9, Latent: 2}, 0)
}

// twoLayers is a small network of two stochastic layers.
func twoLayers(t testing.TB, prec tape.Precision) *vi.Work {
	return work(t, prec, models.VAE{Latent: 4, Hidden: []int{7, 5}, Latent2: 2, Hidden2: []int{3}, Act: "tanh"}, datasets.Bits{N: 6, Dim: 9, Latent: 2}, 0)
}

// estimate is one estimate on all the data, from the replicate's key.
func estimate(w *vi.Work, e vi.Estimator, replicate int) vi.Direction {
	return e.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(0, 0, uint64(replicate))}))
}

func bits(u vi.Update) string { return string(u.Ascend.Bits()) }

// atPosterior is the toy at its optimum with s = 1/2: q is the posterior.
func atPosterior(t testing.TB) *vi.Work {
	return work(t, tape.Float64, models.LinearGaussian{S: 0.5}, datasets.LinearGaussian{Dim: 3, N: 4}, 0)
}
