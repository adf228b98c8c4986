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

// work builds the toy.
func work(t testing.TB, e vi.Estimator, m vi.Maker, ds vi.Dataset, seed uint64) *vi.Work {
	t.Helper()
	d, err := ds.Make(rng.Data(seed, ds.Name(), "train"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := m.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(model, e, d, tape.Float64, rng.Init(seed, m.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// BenchmarkEstimate is the toy's cost per random number: replicate, datum,
// sample, dimension.
func BenchmarkEstimate(b *testing.B) {
	for _, c := range []struct{ n, d, k int }{{8, 2, 64}, {8, 2, 512}, {32, 20, 256}} {
		for _, e := range []vi.Estimator{estimators.IWAE{K: c.k}, estimators.DReG{K: c.k}, estimators.VIMCO{K: c.k}} {
			b.Run(fmt.Sprintf("%s/n=%d/d=%d/k=%d", e.Card().Name, c.n, c.d, c.k), func(b *testing.B) {
				w := work(b, e, models.LinearGaussian{S: 2.0 / 3}, datasets.LinearGaussian{Dim: c.d, N: c.n, Perturb: 0.05}, 0)
				src := &vi.Keyed{}
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					src.Key = rng.Probe(0, 0, uint64(i))
					e.Estimate(w.Step(0, w.All, src))
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.n*c.d*c.k), "ns/number")
			})
		}
	}
}
