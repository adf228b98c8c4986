package models_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

var reals = datasets.LowRank{N: 40, Dim: 5, Latent: 3, Noise: 0.5}

// missed is the mean of ||x - f(h(x))||^2.
func missed(w *vi.Work) float64 {
	s := w.Step(0, w.All, nil)
	return -2 * s.LogLik(s.Posterior().Sample(nil, 1)).Mean().Float()
}

// PCA's step leaves the eigenvalues of the covariance that the code has no room for, by definition
// of the error; and no direction is left to go.
func TestAEIsPrincipal(t *testing.T) {
	for latent := 1; latent <= 5; latent++ {
		w := work(t, tape.Float64, models.AE{Latent: latent}, reals, 2)
		d := w.Estimate(estimators.PCA{}, 0, w.All, nil)
		w.Params.Vector(tape.Gen).Copy(d.Gen.Target)
		w.Params.Vector(tape.Inf).Copy(d.Inf.Target)
		n, dim := w.Data.N, w.Data.D
		cov := make([]float64, dim*dim)
		for i := range dim {
			for j := range dim {
				var x, y, xy float64
				for r := range n {
					a, b := w.Data.X[r*dim+i], w.Data.X[r*dim+j]
					x, y, xy = x+a/float64(n), y+b/float64(n), xy+a*b/float64(n)
				}
				cov[i*dim+j] = xy - x*y
			}
		}
		values, _, err := linalg.Symmetric(cov, dim)
		if err != nil {
			t.Fatal(err)
		}
		want := 0.0
		for _, l := range values[latent:] {
			want += l
		}
		if got := missed(w); math.Abs(got-want) > 1e-12*(1+want) {
			t.Errorf("%d: error %.15g, eigenvalues left out %.15g", latent, got, want)
		}
		e := estimators.ELBO{K: 1, Form: "sgvb-b"}
		u := w.Estimate(e, 0, w.All, nil)
		for _, v := range append(u.Gen.Ascend.AppendTo(nil), u.Inf.Ascend.AppendTo(nil)...) {
			if math.Abs(v) > 1e-10 {
				t.Errorf("%d: slope %g at the optimum", latent, v)
			}
		}
	}
}

// The error of an autoencoder, with hidden layers and without, goes down the way that it is
// said to: a small step along the direction changes it by minus the step times its square.
func TestAESlope(t *testing.T) {
	for _, hidden := range [][]int{nil, {4, 3}} {
		w := work(t, tape.Float64, models.AE{Latent: 2, Hidden: hidden, Act: "tanh"}, reals, 3)
		e := estimators.ELBO{K: 1, Form: "sgvb-b"}
		d := w.Estimate(e, 0, w.All, nil)
		gen, inf := d.Gen.Ascend.AppendTo(nil), d.Inf.Ascend.AppendTo(nil)
		square := 0.0
		for _, v := range append(append([]float64{}, gen...), inf...) {
			square += v * v
		}
		const h = 1e-6
		at := func(side float64) float64 {
			p := w.Params.Clone()
			for r, g := range map[tape.Role][]float64{tape.Gen: gen, tape.Inf: inf} {
				v := p.Vector(r)
				for i, x := range g {
					v.Set(i, v.At(i)+side*h*x)
				}
			}
			return -missed(w.At(p)) / 2
		}
		if got := (at(1) - at(-1)) / (2 * h); math.Abs(got-square) > 1e-6*square {
			t.Errorf("hidden %v: slope %.10g, want %.10g", hidden, got, square)
		}
	}
}

// Constant columns are no harm to the step; what cannot be is refused.
func TestAERefuses(t *testing.T) {
	x := []float64{1, 2, 5, 0, 2, 4, -1, 2, 5.5}
	d := &vi.Data{Name: "three", N: 3, D: 3, X: x, Domain: vi.Real}
	w := workOn(t, tape.Float64, models.AE{Latent: 3}, d, 0)
	u := w.Estimate(estimators.PCA{}, 0, w.All, nil)
	w.Params.Vector(tape.Gen).Copy(u.Gen.Target)
	w.Params.Vector(tape.Inf).Copy(u.Inf.Target)
	if got := missed(w); !(math.Abs(got) < 1e-25) {
		t.Errorf("error %g with a number for each dimension", got)
	}
	bits := *d
	bits.Domain = vi.Binary
	for _, c := range []struct {
		m    models.AE
		d    *vi.Data
		want string
	}{
		{models.AE{Latent: 4}, d, "latent: got 4 numbers of a code for the 3 of a row"},
		{models.AE{Latent: 2}, &bits, "explains real data"},
	} {
		if _, err := c.m.For(c.d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v; want %q", err, c.want)
		}
	}
	deep := workOn(t, tape.Float64, models.AE{Latent: 2, Hidden: []int{3}}, d, 0)
	if err := vi.Fit(estimators.PCA{}.Card(), deep.Model.Sheet(), d.Shape()); err == nil || !strings.Contains(err.Error(), "subspace") {
		t.Errorf("pca on hidden layers: %v", err)
	}
	if err := vi.Fit(estimators.IWAE{K: 2}.Card(), deep.Model.Sheet(), d.Shape()); err == nil || !strings.Contains(err.Error(), "prior") {
		t.Errorf("iwae: %v", err)
	}
}
