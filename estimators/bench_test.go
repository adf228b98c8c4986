package estimators_test

import (
	"fmt"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
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
