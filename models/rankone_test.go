package models_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// C = R R' is (D + u u')^-1 and log det C = log eta - log det D, of one factor to five and
// of u from none to large; three factors have no best q that is known, two have.
func TestRankOne(t *testing.T) {
	for h := 1; h <= 5; h++ {
		for _, size := range []float64{0, 1e-4, 1, 30} {
			w := work(t, tape.Float64, models.FA{Latent: h, Cov: "rank1", Act: "tanh"}, datasets.LowRank{N: 5, Dim: 4, Latent: 2, Noise: 0.5}, 1)
			if _, ok := w.Model.(vi.GapParts); ok != (h <= 2) {
				t.Errorf("%d factors: both gaps are known: %v", h, ok)
			}
			logd, u := make([]float64, h), make([]float64, h)
			rng.Root(uint64(h)).Normal64(logd, 0)
			rng.Root(uint64(10+h)).Normal64(u, 0)
			precision, want, b := mat.NewSymDense(h, nil), 0.0, 0.0
			for i := range u {
				u[i] *= size
				precision.SetSym(i, i, math.Exp(logd[i]))
				want -= logd[i]
				b += u[i] * u[i] * math.Exp(-logd[i])
			}
			w.Params.Set("inf/logd", logd)
			w.Params.Set("inf/u", u)
			precision.SymRankOne(precision, 1, mat.NewVecDense(h, u))
			want -= math.Log(1 + b)

			_, cov := gaussiansOf(w)
			name := fmt.Sprintf("%d factors, u of size %g", h, size)
			var one mat.Dense
			one.Mul(precision, cov[0])
			for i := range h {
				for j := range h {
					e := 0.0
					if i == j {
						e = 1
					}
					near(t, name+": C (D + u u')", one.At(i, j), e, 1e-15*(1+mat.Max(precision)*float64(10*h)))
				}
			}
			logDet, _ := mat.LogDet(cov[0])
			near(t, name+": log det C", logDet, want, 1e-10)
			s := w.Step(0, w.All, constant(0))
			f := factorsOf(t, w)
			mu, _ := gaussiansOf(w)
			exact := 0.0
			for n := range mu {
				exact += closedELBO(f, row(w.Data, n), mu[n], cov[n]) / float64(w.Data.N)
			}
			near(t, name+": bound", w.Model.(vi.ClosedBound).Bound(w.Params, w.Data), exact, 1e-9)
			near(t, name+": bound on the tape", s.ClosedELBO().Mean().Float(), exact, 1e-9)
		}
	}
}
