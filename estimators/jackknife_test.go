package estimators

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/tape"
)

// The jackknife's weights add up to K - (K-1) = 1, whatever the spread of the log
// weights and however far they lie from zero.
func TestJackknifeAddsUpToOne(t *testing.T) {
	p, err := tape.NewParams(tape.Float64, []tape.Spec{{Name: "gen/x", Rows: 1, Cols: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func(k int) float64{
		"ordinary": func(k int) float64 { return 3 * math.Sin(float64(k)) },
		"low":      func(k int) float64 { return -5000 + math.Sin(float64(k)) },
		"equal":    func(int) float64 { return -123.456 },
		"dominant": func(k int) float64 { return 90 * float64(1-min(k, 1)) },
		"spread":   func(k int) float64 { return 1400 * math.Sin(float64(k)) },
	} {
		for _, k := range []int{2, 3, 64} {
			lw := make([]float64, k)
			for i := range lw {
				lw[i] = f(i)
			}
			sum := jackknife(tape.New(p).Const(k, 1, lw), 1).SumK().Float()
			if !(math.Abs(sum-1) < 1e-14*float64(k*k)) {
				t.Errorf("%s, K = %d: the weights add up to %.17g", name, k, sum)
			}
		}
	}
}
