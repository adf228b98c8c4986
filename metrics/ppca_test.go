package metrics_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func analysis(t testing.TB, m models.FA, ds vi.Dataset, seed uint64) *vi.Work {
	t.Helper()
	d, err := ds.Make(rng.Data(seed, ds.Name(), "train"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := m.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(model, nil, d, tape.Float64, rng.Init(seed, m.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// principal sets a linear autoencoder to the optimum of the ELBO with noise s2, by gonum's
// eigenvectors of the data's covariance: W = U (lambda - s2)^1/2 where that is real and else
// zero, and q the posterior there, which is diagonal. It returns the eigenvalues, falling.
func principal(t testing.TB, w *vi.Work, l int, s2 float64) []float64 {
	t.Helper()
	d, n := w.Data.D, w.Data.N
	mean := make([]float64, d)
	for i, x := range w.Data.X {
		mean[i%d] += x / float64(n)
	}
	cov := mat.NewSymDense(d, nil)
	for r := range n {
		row := mat.NewVecDense(d, append([]float64{}, w.Data.X[r*d:(r+1)*d]...))
		row.SubVec(row, mat.NewVecDense(d, mean))
		cov.SymRankOne(cov, 1/float64(n), row)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(cov, true) {
		t.Fatal("no eigenvectors")
	}
	var u mat.Dense
	eigen.VectorsTo(&u)
	values := eigen.Values(nil)
	loadings, code, shift, logsigma := make([]float64, d*l), make([]float64, l*d), make([]float64, l), make([]float64, l)
	for k := range l {
		v := values[d-1-k]
		root := math.Sqrt(max(0, v-s2))
		precision := 1 + root*root/s2
		logsigma[k] = -0.5 * math.Log(precision)
		for i := range d {
			x := root * u.At(i, d-1-k)
			loadings[i*l+k] = x
			code[k*d+i] = x / s2 / precision
			shift[k] -= code[k*d+i] * mean[i]
		}
	}
	w.Params.Set("gen/W", loadings)
	w.Params.Set("gen/c", mean)
	w.Params.Set("inf/mu/W", code)
	w.Params.Set("inf/mu/b", shift)
	w.Params.Set("inf/logsigma", logsigma)
	falling := make([]float64, d)
	for i, v := range values {
		falling[d-1-i] = v
	}
	return falling
}

// At the optimum of noise beta s2 the gradient of the objective with beta and noise s2 is
// zero: a beta-VAE that is linear is one of larger noise. There it has as many active units
// as eigenvalues above beta s2: of 4, 2, 1, 0.5, 0.25, 0.25 and s2 = 0.3, four, three, two,
// one at beta 1, 2.5, 5, 10.
func TestPPCACollapse(t *testing.T) {
	for seed := range uint64(3) {
		for beta, want := range map[float64]float64{1: 4, 2.5: 3, 5: 2, 10: 1} {
			w := analysis(t, models.FA{Latent: 4, Noise: "isotropic", Cov: "shared", Act: "tanh", Sigma: math.Sqrt(0.3)},
				datasets.Spectrum{Lambda: []float64{4, 2, 1, 0.5, 0.25, 0.25}, N: 2000}, seed)
			values := principal(t, w, 4, beta*0.3)
			d := estimators.AnalyticELBO{Beta: beta}.Estimate(w.Step(0, w.All, &vi.Keyed{}))
			for i, x := range append(d.Gen.Ascend.AppendTo(nil), d.Inf.Ascend.AppendTo(nil)...) {
				near(t, fmt.Sprintf("beta %g: direction %d", beta, i), x, 0, 1e-11)
			}
			e := moment(w, nil)
			e.Last = true
			out := measure(e, metrics.PPCA{Beta: beta, Least: 0.01})
			near(t, "units", value(t, out, "ppca/units"), want, 0)
			near(t, "miss", value(t, out, "ppca/miss"), 0, 0)
			kept := map[string][]float64{}
			for _, a := range out.Arrays {
				kept[a.Name] = a.Data
			}
			near(t, "threshold", kept["ppca/threshold"][0], beta*0.3, 1e-12)
			for i, v := range kept["ppca/spectrum"] {
				near(t, "eigenvalue", v, values[i], 1e-11)
			}
			if v := kept["ppca/variance"]; len(v) != 4 || v[0] < 0.01 || (v[3] > 0.01) != (want == 4) {
				t.Errorf("beta %g: variances of the units %v", beta, v)
			}
		}
	}
}

// At the optimum over noise too the ELBO is the largest log-likelihood of probabilistic PCA,
// and below it anywhere else. Data of lost rank have none.
func TestPPCAShort(t *testing.T) {
	w := analysis(t, models.FA{Latent: 2, Noise: "isotropic", Cov: "shared", Act: "tanh"}, datasets.LowRank{Dim: 5, Latent: 2, N: 300, Noise: 0.5}, 1)
	short := func() float64 {
		return value(t, measure(moment(w, nil), metrics.PPCA{Beta: 1, Least: 0.01}), "ppca/short")
	}
	values := principal(t, w, 2, 1)
	s2 := (values[2] + values[3] + values[4]) / 3
	w.Params.Set("gen/logsigma", []float64{math.Log(s2) / 2})
	principal(t, w, 2, s2)
	near(t, "short", short(), 0, 1e-11)
	near(t, "log-likelihood", value(t, measure(moment(w, nil), metrics.LogPX{}), "logpx"), value(t, measure(moment(w, nil), metrics.ClosedELBO{}), "closed-elbo"), 1e-11)
	for _, name := range []string{"gen/W", "gen/c", "gen/logsigma", "inf/mu/W", "inf/logsigma"} {
		v := w.Params.Value(name)
		at := v.At(0)
		v.Set(0, at+0.1)
		if x := short(); !(x > 1e-4) {
			t.Errorf("%s moved: short by %g", name, x)
		}
		v.Set(0, at)
	}
	w = analysis(t, models.FA{Latent: 2, Noise: "isotropic", Cov: "shared", Act: "tanh"}, datasets.Spectrum{Lambda: []float64{1, 0.5, 0, 0}, N: 20}, 1)
	out := measure(moment(w, nil), metrics.PPCA{Beta: 1, Least: 0.01})
	if why := reason(t, out, "ppca/short"); why != "the covariance of the data has lost rank: the likelihood has no largest value" {
		t.Errorf("got %q", why)
	}
	w = analysis(t, models.FA{Latent: 2, Cov: "shared", Act: "tanh"}, datasets.FA3{N: 20}, 1)
	if why := reason(t, measure(moment(w, nil), metrics.PPCA{Beta: 1}), "ppca/units"); why != "the noise has 3 variances; need isotropic noise" {
		t.Errorf("got %q", why)
	}
}

// On the true fa3 with q at its best, the gaps are 0.471264 and nothing; rate and distortion
// add up to the ELBO; of three factors by rank one the whole gap is known alone.
func TestGapsAndRate(t *testing.T) {
	w := analysis(t, models.FA{Latent: 2, Cov: "shared", Act: "tanh", Start: "truth"}, datasets.FA3{N: 40}, 2)
	f, err := models.NewFactors(2, w.Data.Atoms, make([]float64, 3), w.Data.Noise)
	if err != nil {
		t.Fatal(err)
	}
	code := make([]float64, 6)
	for j := range 3 {
		unit := make([]float64, 3)
		unit[j] = 1
		for i, m := range f.Mean(unit) {
			code[i*3+j] = m
		}
	}
	w.Params.Set("inf/mu/W", code)
	w.Params.Set("inf/logsigma", []float64{-0.5 * math.Log(f.Lambda[0]), -0.5 * math.Log(f.Lambda[3])})
	look := func(w *vi.Work) *metrics.Out {
		out := &metrics.Out{}
		for _, m := range []metrics.Evaluation{metrics.Gaps{}, metrics.Rate{}, metrics.ClosedELBO{}, metrics.LogPX{}} {
			m.Measure(moment(w, nil), out)
		}
		return out
	}
	out := look(w)
	near(t, "approximation", value(t, out, "gaps/approximation"), 0.471264, 1e-6)
	near(t, "amortization", value(t, out, "gaps/amortization"), 0, 1e-12)
	near(t, "inference", value(t, out, "gaps/inference"), 0.471264, 1e-6)
	w.Params.Set("inf/mu/b", []float64{0.3, -0.2})
	wide := analysis(t, models.FA{Latent: 3, Cov: "rank1", Act: "tanh"}, datasets.FA3{N: 40}, 2)
	for _, w := range []*vi.Work{w, wide} {
		out := look(w)
		elbo := value(t, out, "closed-elbo")
		near(t, "rate and distortion", -value(t, out, "rate")-value(t, out, "rate/distortion"), elbo, 1e-12)
		near(t, "inference", value(t, out, "gaps/inference"), value(t, out, "logpx")-elbo, 1e-10)
		if w == wide {
			if e := (metrics.Gaps{}).Emits(w.Model.Sheet()); len(e) != 1 {
				t.Errorf("emits %v", e)
			}
			continue
		}
		near(t, "sum", value(t, out, "gaps/inference"), value(t, out, "gaps/approximation")+value(t, out, "gaps/amortization"), 1e-8)
	}
}
