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

// At the true fa3 a rank-one precision is the posterior's, D + u u' = Lambda, and no gap is left. By that q a chain that
// draws z of the row as it is filled and then what is missing of x given z, here two of three (Rezende, Mohamed and
// Wierstra 2014, 1401.4082), has the conditional mean and covariance of what is missing by dense algebra:
// 4000 chains after 200 sweeps, of which each leaves 0.93 of what it started from, at 4.5 standard errors (7e-6 each of five).
func TestRankOneImputes(t *testing.T) {
	const n, sweeps = 4000, 200
	w := work(t, tape.Float64, models.FA{Latent: 2, Cov: "rank1", Act: "tanh", Start: "truth"}, datasets.FA3{N: n}, 1)
	f := factorsOf(t, w)
	u := []float64{math.Sqrt(56), 0} // between Lambda_12^2/Lambda_22 = 43.9 and Lambda_11 = 72.0
	u[1] = f.Lambda[1] / u[0]
	w.Params.Set("inf/u", u)
	w.Params.Set("inf/logd", []float64{math.Log(f.Lambda[0] - u[0]*u[0]), math.Log(f.Lambda[3] - u[1]*u[1])})
	code := make([]float64, 6)
	for j := range 3 {
		e := make([]float64, 3)
		e[j] = 1
		for i, v := range f.Mean(e) {
			code[3*i+j] = v
		}
	}
	w.Params.Set("inf/mu/W", code)
	family, encoder := w.Model.(vi.GapParts).Gaps(w.Params, w.Data.X[:30])
	for i := range family {
		near(t, "gap", family[i]+encoder[i], 0, 1e-11)
	}

	row := []float64{math.NaN(), 0.8, math.NaN()}
	x := make([]float64, 3*n)
	for i := range n {
		x[3*i+1] = row[1]
	}
	e := make([]float64, 3*n)
	for i := range sweeps {
		s := w.Step(i, w.All, &vi.Keyed{Key: rng.Noise(0, uint64(i))})
		at := s.Blank(n, 3)
		at.Value().From(x)
		s = s.At(at)
		z := s.Posterior().Sample(s.Noise("z"), 1).Node.Value()
		rng.Root(7).At(uint64(i)).Normal64(e, 0)
		for k := range n {
			for _, j := range []int{0, 2} {
				x[3*k+j] = f.W[2*j]*z.At(2*k) + f.W[2*j+1]*z.At(2*k+1) + math.Sqrt(f.Psi[j])*e[3*k+j]
			}
		}
	}
	mean, cov := normalOf(t, w)
	m, s, _ := given(t, row, mean, cov)
	var at [2]float64
	for k := range n {
		at[0] += x[3*k] / n
		at[1] += x[3*k+2] / n
	}
	for a := range 2 {
		if se := math.Sqrt(s.At(a, a) / n); math.Abs(at[a]-m[a]) > 4.5*se {
			t.Errorf("mean %d of the chains: %.4f +- %.4f; want %.4f", a, at[a], se, m[a])
		}
		for b := range a + 1 {
			got := 0.0
			for k := range n {
				got += (x[3*k+2*a] - m[a]) * (x[3*k+2*b] - m[b]) / n
			}
			if se := math.Sqrt((s.At(a, a)*s.At(b, b) + s.At(a, b)*s.At(a, b)) / n); math.Abs(got-s.At(a, b)) > 4.5*se {
				t.Errorf("covariance %d, %d of the chains: %.4f +- %.4f; want %.4f", a, b, got, se, s.At(a, b))
			}
		}
	}
}
