package estimators_test

import (
	"fmt"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// BenchmarkEstimate is the toy's cost per random number (replicate, datum, sample,
// dimension), at the sizes of iwae_snr and at the paper's.
func BenchmarkEstimate(b *testing.B) {
	for _, prec := range []tape.Precision{tape.Float32, tape.Float64} {
		for _, c := range []struct{ n, d, k int }{{8, 2, 64}, {8, 2, 512}, {32, 20, 256}, {1024, 20, 100}} {
			for _, e := range []vi.Estimator{estimators.IWAE{K: c.k}, estimators.DReG{K: c.k}, estimators.VIMCO{K: c.k}} {
				b.Run(fmt.Sprintf("%s/%s/n=%d/d=%d/k=%d", prec, e.Card().Name, c.n, c.d, c.k), func(b *testing.B) {
					w := toy(b, prec, c.d, c.n, 0.05)
					src := &vi.Keyed{}
					b.ReportAllocs()
					for i := 0; b.Loop(); i++ {
						src.Key = rng.Probe(0, 0, uint64(i))
						w.Estimate(e, 0, w.All, src)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.n*c.d*c.k), "ns/number")
				})
			}
		}
	}
}

// BenchmarkClasses is what a sum over the classes costs beside one relaxed sample, in
// networks 64-64-32. Measured on two cores: 1.8 times at 2 classes, 6.8 at 10, about 32
// at 50, about 71 at 100; the paper has 2 at 10 and 9.9 at 100, on a GPU, which a batch
// that grows fills first. No test times it: TestCostOfClasses counts densities.
func BenchmarkClasses(b *testing.B) {
	d, err := datasets.Bits{N: 100, Dim: 64, Latent: 2}.Make(rng.Data(0, "bits", "train"))
	if err != nil {
		b.Fatal(err)
	}
	for _, k := range []int{2, 10, 50, 100} {
		m, err := models.M2{Classes: k, Latent: 32, Hidden: 64}.For(d)
		if err != nil {
			b.Fatal(err)
		}
		w, err := vi.NewWork(m, nil, d, tape.Float32, rng.Init(0, "m2"))
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range []vi.Estimator{estimators.Marginal{K: 1}, estimators.GumbelSoftmax{K: 1, Temperature: tau(1), KL: "mass"}} {
			b.Run(fmt.Sprintf("%s/classes=%d", e.Card().Name, k), func(b *testing.B) {
				for b.Loop() {
					w.Estimate(e, 0, w.All, &vi.Keyed{Key: rng.Noise(0, 0)})
				}
			})
		}
	}
}

// BenchmarkInference is codes of 1000 data of 256 numbers in the 256 atoms that made them, a tenth of them active: of the
// published network (256-512-1024-512-256) a sample each, beside FISTA to 500 steps or a change of 1e-6, lambda 0.32.
func BenchmarkInference(b *testing.B) {
	const n, d, h = 1000, 256, 256
	of := datasets.NewSparseLin()
	of.Dim, of.Latent, of.N, of.Test = d, h, n, 0
	data, err := of.Make(rng.Data(0, "sparselin", "train"))
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range models.All() {
		if m.Name() != "sparsecoder" {
			continue
		}
		for name, set := range map[string]map[string]any{
			"network": {"posterior": "threshold-laplace", "threshold": 0.25, "scales": "fixed", "noise": "fixed", "hidden": []int{512, 1024, 512, 256}},
			"fista":   {"posterior": "map", "budget": 500, "scales": "fixed", "noise": "fixed", "scale": 0.5, "sigma": 0.4},
		} {
			b.Run(name, func(b *testing.B) {
				set["latent"], set["start"] = h, "truth"
				c, err := vi.With(m.(models.SparseCoder), set)
				if err != nil {
					b.Fatal(err)
				}
				w := workOf(b, c, data)
				for b.Loop() {
					s := w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(0, 0)})
					s.Posterior().Sample(s.Noise("z"), 1)
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "us/datum")
			})
		}
	}
}

// workOf builds a model on data in float32.
func workOf(t testing.TB, m vi.Maker, d *vi.Data) *vi.Work {
	t.Helper()
	model, err := m.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(model, nil, d, tape.Float32, rng.Init(0, m.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return w
}
