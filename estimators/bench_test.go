package estimators_test

import (
	"fmt"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
)

// BenchmarkEstimate is the toy's cost per random number: replicate, datum,
// sample, dimension.
func BenchmarkEstimate(b *testing.B) {
	for _, c := range []struct{ n, d, k int }{{8, 2, 64}, {8, 2, 512}, {32, 20, 256}} {
		for _, e := range []vi.Estimator{estimators.IWAE{K: c.k}, estimators.DReG{K: c.k}, estimators.VIMCO{K: c.k}} {
			b.Run(fmt.Sprintf("%s/n=%d/d=%d/k=%d", e.Card().Name, c.n, c.d, c.k), func(b *testing.B) {
				w := toy(b, tape.Float64, c.d, c.n, 0.05)
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
