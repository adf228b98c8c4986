package models_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// em takes steps of EM on all data and returns log p(x) before each and at the end, the
// mean over the data.
func em(t testing.TB, w *vi.Work, steps int) (trace []float64) {
	t.Helper()
	look := func() {
		sum := 0.0
		for _, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X) {
			sum += l / float64(w.Data.N)
		}
		trace = append(trace, sum)
	}
	for i := range steps {
		look()
		w.Params.Vector(tape.Gen).Copy(w.Estimate(estimators.EM{}, i, w.All, signs{}).Gen.Target)
	}
	look()
	return trace
}

// One step of EM is its definition, datum by datum in dense algebra.
func TestFAMaximisesItsDefinition(t *testing.T) {
	for _, noise := range []string{"diagonal", "isotropic"} {
		w := factorAnalysis(t, tape.Float64, models.FA{Latent: 2, Noise: noise, Cov: "shared", Act: "tanh"})
		c := w.Params.Value("gen/c")
		c.Set(0, c.At(0)+0.7) // away from the data's mean
		d, n := w.Data.D, w.Data.N
		f := factorsOf(t, w)
		var precision mat.Dense
		if err := precision.Inverse(mat.NewDense(2, 2, f.Lambda)); err != nil {
			t.Fatal(err)
		}
		zz, xz, xx := mat.NewDense(3, 3, nil), mat.NewDense(d, 3, nil), make([]float64, d)
		for i := range n {
			x := w.Data.X[i*d : (i+1)*d]
			z := append(f.Mean(x), 1)
			for a := range 3 {
				for b := range 3 {
					v := z[a] * z[b]
					if a < 2 && b < 2 {
						v += precision.At(a, b)
					}
					zz.Set(a, b, zz.At(a, b)+v)
				}
				for j := range d {
					xz.Set(j, a, xz.At(j, a)+x[j]*z[a])
				}
			}
			for j := range d {
				xx[j] += x[j] * x[j]
			}
		}
		var inv, want mat.Dense
		if err := inv.Inverse(zz); err != nil {
			t.Fatal(err)
		}
		want.Mul(xz, &inv)
		psi, all := make([]float64, d), 0.0
		for j := range d {
			psi[j] = xx[j] / float64(n)
			for a := range 3 {
				psi[j] -= want.At(j, a) * xz.At(j, a) / float64(n)
			}
			all += psi[j] / float64(d)
		}
		em(t, w, 1)
		got := factorsOf(t, w)
		for j := range d {
			near(t, noise+" c", got.C[j], want.At(j, 2), 1e-10)
			for a := range 2 {
				near(t, noise+" W", got.W[j*2+a], want.At(j, a), 1e-10)
			}
			if noise == "isotropic" {
				psi[j] = all
			}
			near(t, noise+" Psi", got.Psi[j], psi[j], 1e-10)
		}
	}
}

// No step of EM lowers the evidence, from any of several starts.
func TestFAEMNeverFalls(t *testing.T) {
	for seed := range uint64(6) {
		for _, m := range []models.FA{
			{Latent: 2, Noise: "diagonal", Cov: "shared", Act: "tanh"}, {Latent: 3, Noise: "isotropic", Cov: "shared", Act: "tanh"},
			{Latent: 6, Noise: "diagonal", Cov: "shared", Act: "tanh"}, // more than the data have: variances reach their floor
		} {
			w := work(t, tape.Float64, m, datasets.LowRank{Dim: 5, Latent: 2, N: 30, Noise: 0.3}, seed)
			trace := em(t, w, 300)
			for i, v := range trace[1:] {
				if last := trace[i]; !(v >= last-1e-10*(1+math.Abs(last))) {
					t.Errorf("seed %d, %+v: step %d goes from %.15g to %.15g", seed, m, i, last, v)
				}
			}
			if !(trace[300] > trace[0]+0.1) {
				t.Errorf("seed %d, %+v: from %g to %g", seed, m, trace[0], trace[300])
			}
		}
	}
}

// With isotropic noise the maximum is known: W W' + s2 I has the data's top eigenvalues
// and the mean of the others.
func TestFAEMReachesPPCA(t *testing.T) {
	const d, l = 6, 2
	w := work(t, tape.Float64, models.FA{Latent: l, Noise: "isotropic", Cov: "shared", Act: "tanh"}, datasets.LowRank{Dim: d, Latent: l, N: 200, Noise: 0.5}, 3)
	em(t, w, 3000)
	cov, mean := make([]float64, d*d), make([]float64, d)
	for i, x := range w.Data.X {
		mean[i%d] += x / float64(w.Data.N)
	}
	for n := range w.Data.N {
		for i := range d {
			for j := range d {
				cov[i*d+j] += (w.Data.X[n*d+i] - mean[i]) * (w.Data.X[n*d+j] - mean[j]) / float64(w.Data.N)
			}
		}
	}
	values, _, err := linalg.Symmetric(cov, d)
	if err != nil {
		t.Fatal(err)
	}
	s2 := 0.0
	for _, v := range values[l:] {
		s2 += v / (d - l)
	}
	f := factorsOf(t, w)
	model := make([]float64, d*d)
	for i := range d {
		for j := range d {
			for k := range l {
				model[i*d+j] += f.W[i*l+k] * f.W[j*l+k]
			}
		}
		model[i*d+i] += f.Psi[i]
	}
	got, _, err := linalg.Symmetric(model, d)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		want := s2
		if i < l {
			want = values[i]
		}
		near(t, "eigenvalue", v, want, 1e-9)
	}
}

// Data that are poor leave numbers: a coordinate that is constant, one that is another's copy,
// so that a factor explains both altogether, one of zeros, and as few rows as factors. EM never
// lowers their likelihood and variances stay at the floor, 1e-6, or above.
func TestFAEMOfPoorData(t *testing.T) {
	for name, spoil := range map[string]func(d *vi.Data){
		"constant": func(d *vi.Data) {
			for n := range d.N {
				d.X[n*d.D] = 3
			}
		},
		"copy": func(d *vi.Data) {
			for n := range d.N {
				d.X[n*d.D] = d.X[n*d.D+1]
			}
		},
		"zeros": func(d *vi.Data) { clear(d.X) },
		"few":   func(d *vi.Data) { d.N, d.X = 2, d.X[:2*d.D] },
	} {
		for _, noise := range []string{"diagonal", "isotropic"} {
			ds := datasets.LowRank{Dim: 4, Latent: 2, N: 30, Noise: 0.5}
			d, err := ds.Make(rng.Data(0, ds.Name(), "train"))
			if err != nil {
				t.Fatal(err)
			}
			spoil(d)
			w := workOn(t, tape.Float64, models.FA{Latent: 2, Noise: noise, Act: "tanh"}, d, 0)
			trace := em(t, w, 500)
			for i, v := range trace[1:] {
				if last := trace[i]; !(v >= last-1e-10*(1+math.Abs(last))) {
					t.Errorf("%s, %s: step %d goes from %.15g to %.15g", name, noise, i, last, v)
				}
			}
			for j, v := range factorsOf(t, w).Psi {
				if !(v >= 1e-6*(1-1e-12)) {
					t.Errorf("%s, %s: variance %d is %g", name, noise, j, v)
				}
			}
			out := w.Model.(vi.ClosedBound).Bound(w.Params, w.Data)
			if out-out != 0 {
				t.Errorf("%s, %s: the bound is %g", name, noise, out)
			}
		}
	}
}
