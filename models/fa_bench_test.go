package models_test

import (
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// A hundred steps of EM on 10000 data of 20 coordinates, five factors, from the start: the
// moments of the data are had in the first of them.
func BenchmarkFAEM(b *testing.B) {
	const steps = 100
	ds := datasets.LowRank{Dim: 20, Latent: 5, N: 10000, Noise: 0.5}
	d, err := ds.Make(rng.Data(0, ds.Name(), "train"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w := workOn(b, tape.Float64, models.FA{Latent: 5, Act: "tanh"}, d, 0)
		theta := w.Params.Vector(tape.Gen)
		for i := range steps {
			theta.Copy(w.Estimate(estimators.EM{}, i, w.All, &vi.Keyed{}).Gen.Target)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*steps), "us/step")
}
