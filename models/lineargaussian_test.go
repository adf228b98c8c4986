package models_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// The densities on the tape against their definitions, sample by sample.
func TestLinearGaussianDensities(t *testing.T) {
	const k, s = 3, 0.7
	w, toy := toyOn(t, s, datasets.LinearGaussian{Dim: 2, N: 4, Perturb: 0.4}, 1)
	step := w.Step(0, w.All, ramp{})
	q := step.Posterior()
	z := q.Sample(step.Noise("z"), k)
	prior, lik, lq := step.Prior().LogProb(z).Float64s(), step.LogLik(z).Float64s(), q.LogProb(z).Float64s()
	joint := step.LogJoint(z).Float64s()
	for n := range w.Data.N {
		p := problem{toy, row(w.Data, n)}
		m := p.mean()
		eps := make([]float64, k*toy.D)
		ramp{}.Normal("z", uint64(n), tape.Float64s(eps))
		for j := range k {
			var a, b, c float64
			for i := range toy.D {
				v := m[i] + math.Sqrt(s)*eps[j*toy.D+i]
				near(t, "z", z.Node.Value().At((n*k+j)*toy.D+i), v, 1e-14)
				a += logNormal(v, p.Mu[i], 1)
				b += logNormal(p.x[i], v, 1)
				c += logNormal(v, m[i], s)
			}
			near(t, "log p(z)", prior[n*k+j], a, 1e-13)
			near(t, "log p(x|z)", lik[n*k+j], b, 1e-13)
			near(t, "log p(x,z)", joint[n*k+j], a+b, 1e-13)
			near(t, "log q(z|x)", lq[n*k+j], c, 1e-13)
		}
	}
	evidence, g2 := w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X), w.Model.(vi.KLimits).ChiSquare(w.Params, w.Data.X)
	for n := range w.Data.N {
		near(t, "evidence", evidence[n], toy.LogEvidence(row(w.Data, n)), 0)
		near(t, "g2", g2[n], toy.ChiSquare(row(w.Data, n)), 0)
	}
}

// Without a perturbation the start is the optimum, to the bit; with one, it lies
// one normal step of that size from it, and twice the size is twice the step.
func TestLinearGaussianStart(t *testing.T) {
	start := func(perturb float64, seed uint64) *vi.Work {
		w, _ := toyOn(t, 2.0/3, datasets.LinearGaussian{Dim: 3, N: 5, Perturb: perturb}, seed)
		return w
	}
	bits := func(w *vi.Work) []byte {
		return append(w.Params.Vector(tape.Gen).Bits(), w.Params.Vector(tape.Inf).Bits()...)
	}
	w := start(0, 3)
	best := models.Optimum(w.Data.X, 3, 2.0/3)
	for name, want := range map[string][]float64{"gen/mu": best.Mu, "inf/A": best.A, "inf/b": best.B} {
		if !bytes.Equal(w.Params.Value(name).Bits(), tape.Float64s(want).Bits()) {
			t.Errorf("%s does not start at the optimum: got %v; want %v", name, w.Params.Value(name).F64(), want)
		}
	}
	if !bytes.Equal(bits(start(0.1, 3)), bits(start(0.1, 3))) {
		t.Error("one seed gives two starts")
	}
	if bytes.Equal(bits(start(0.1, 3)), bits(start(0.1, 4))) {
		t.Error("two seeds give one start")
	}
	one, two := start(0.1, 3), start(0.2, 3)
	for _, spec := range w.Params.Specs() {
		o, a, b := w.Params.Value(spec.Name).F64(), one.Params.Value(spec.Name).F64(), two.Params.Value(spec.Name).F64()
		for i := range o {
			near(t, spec.Name, b[i]-o[i], 2*(a[i]-o[i]), 1e-14)
		}
	}
}

// The steps away from the optimum are standard normal in units of perturb: mean
// square over 3000 of them, false alarm 1e-6 (4.9 standard errors).
func TestLinearGaussianPerturbation(t *testing.T) {
	const dim, perturb = 54, 0.05
	w, _ := toyOn(t, 2.0/3, datasets.LinearGaussian{Dim: dim, N: 2, Perturb: perturb}, 0)
	best := models.Optimum(w.Data.X, dim, 2.0/3)
	s, ss, n := 0.0, 0.0, 0.0
	for name, o := range map[string][]float64{"gen/mu": best.Mu, "inf/A": best.A, "inf/b": best.B} {
		for i, v := range w.Params.Value(name).F64() {
			e := (v - o[i]) / perturb
			s, ss, n = s+e, ss+e*e, n+1
		}
	}
	if z := s / math.Sqrt(n); math.Abs(z) > 4.9 {
		t.Errorf("mean of the steps: z = %.2f", z)
	}
	if z := (ss - n) / math.Sqrt(2*n); math.Abs(z) > 4.9 {
		t.Errorf("mean square of the steps: z = %.2f", z)
	}
}

// The model's data come from the model: x - mean has variance 2, about a mu of
// variance 1 a coordinate. False alarm 2e-6 (4.9 standard errors, two tests).
func TestLinearGaussianData(t *testing.T) {
	make := func(seed uint64, dim, n int) *vi.Data {
		d, err := datasets.LinearGaussian{Dim: dim, N: n}.Make(rng.Data(seed, "lineargaussian", "train"))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := make(0, 3000, 3)
	within, between := 0.0, 0.0
	for i := range d.D {
		m := (d.X[i] + d.X[d.D+i] + d.X[2*d.D+i]) / 3
		between += m * m
		for n := range 3 {
			within += (d.X[n*d.D+i] - m) * (d.X[n*d.D+i] - m)
		}
	}
	f := float64(d.D)
	if z := (within/2 - 2*f) / math.Sqrt(4*f); math.Abs(z) > 4.9 {
		t.Errorf("variance within: %.3f; want 2 (z = %.1f)", within/(2*f), z)
	}
	if z := (between/(1+2.0/3) - f) / math.Sqrt(2*f); math.Abs(z) > 4.9 {
		t.Errorf("variance of means: %.3f; want 5/3 (z = %.1f)", between/f, z)
	}
	a, b, c := make(1, 2, 4), make(1, 2, 4), make(2, 2, 4)
	if a.Digest != b.Digest || a.Digest == c.Digest {
		t.Errorf("digests %s, %s of one seed and %s of another", a.Digest, b.Digest, c.Digest)
	}
}

func TestLinearGaussianRefusesBits(t *testing.T) {
	_, err := models.LinearGaussian{S: 0.5}.For(&vi.Data{Name: "bits", Domain: vi.Binary, N: 1, D: 1, X: []float64{1}})
	if err == nil || err.Error() != `model lineargaussian: explains real data, got binary data "bits"` {
		t.Errorf("got %v", err)
	}
}

// Where q's variance leaves the weights without one, the large-K limits say that
// they are not known; nor is there one for a generative parameter.
func TestLinearGaussianLimitIsKnown(t *testing.T) {
	for _, c := range []struct {
		s     float64
		param string
		ok    bool
	}{{2.0 / 3, "inf/b", true}, {2.0 / 3, "inf/A", true}, {2.0 / 3, "gen/mu", false}, {2.0 / 3, "inf/c", false}, {0.25, "inf/b", false}, {0.2, "inf/A", false}} {
		w, toy := toyOn(t, c.s, datasets.LinearGaussian{Dim: 2, N: 3, Perturb: 0.1}, 0)
		mean, variance, ok := w.Model.(vi.KLimits).Limit(w.Params, w.Data.X, c.param)
		if ok != c.ok {
			t.Errorf("s = %g, %s: ok is %v; want %v", c.s, c.param, ok, c.ok)
		}
		if ok && c.param == "inf/b" {
			m, v := toy.LimitB(w.Data.X)
			near(t, "variance", variance, v, 0)
			near(t, "mean", mean[0], m[0], 0)
		}
	}
}
