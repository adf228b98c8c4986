package models_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func bernoullis(t *testing.T, k int) *vi.Work {
	t.Helper()
	w := work(t, tape.Float64, models.BernoulliMixture{K: k, SD: 1}, datasets.TreeBits{N: 60, Dim: 5, Flip: 0.2}, 1)
	pi := w.Params.Value("gen/logpi")
	for i := range k {
		pi.Set(i, 0.7*math.Sin(float64(i+1)))
	}
	return w
}

// parts are pi_k p(x|k) by the definition.
func parts(w *vi.Work, k int, x []float64) []float64 {
	out, all := make([]float64, k), 0.0
	for i := range out {
		out[i] = math.Exp(w.Params.Value("gen/logpi").At(i))
		all += out[i]
	}
	for i := range out {
		out[i] /= all
		for j, v := range x {
			p := 1 / (1 + math.Exp(-w.Params.Value("gen/logits").At(i*len(x)+j)))
			out[i] *= v*p + (1-v)*(1-p)
		}
	}
	return out
}

// log p(x) is the sum over components, over all rows one; a step of EM is its definition datum by datum; and the gradient is that
// of the mean log p(x).
func TestBernoulliMixtureByItsDefinition(t *testing.T) {
	const k, d = 3, 5
	w := bernoullis(t, k)
	sum := 0.0
	all := allRows(d)
	for i, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, all) {
		p := parts(w, k, all[i*d:(i+1)*d])
		near(t, "log p(x)", l, math.Log(p[0]+p[1]+p[2]), 1e-13)
		sum += math.Exp(l)
	}
	near(t, "sum of p", sum, 1, 1e-13)

	g := w.Estimate(estimators.ML{}, 0, w.All, nil).Gen.Ascend.AppendTo(nil)
	v := w.Params.Vector(tape.Gen)
	value := func() (sum float64) {
		for _, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X) {
			sum += l / float64(w.Data.N)
		}
		return sum
	}
	for i := range g {
		const h = 1e-5
		at := v.At(i)
		v.Set(i, at+h)
		up := value()
		v.Set(i, at-h)
		down := value()
		v.Set(i, at)
		near(t, "gradient", g[i], (up-down)/(2*h), 1e-8)
	}

	r, rx := make([]float64, k), make([]float64, k*d)
	for n := range w.Data.N {
		p := parts(w, k, row(w.Data, n))
		for i := range p {
			q := p[i] / (p[0] + p[1] + p[2])
			r[i] += q
			for j, x := range row(w.Data, n) {
				rx[i*d+j] += q * x
			}
		}
	}
	em(t, w, 1)
	for i := range k {
		near(t, "pi", math.Exp(w.Params.Value("gen/logpi").At(i)), r[i]/float64(w.Data.N), 1e-13)
		for j := range d {
			near(t, "chance", 1/(1+math.Exp(-w.Params.Value("gen/logits").At(i*d+j))), rx[i*d+j]/r[i], 1e-12)
		}
	}
}

// No step of EM lowers the evidence: components too many, a bit that never varies, one that no datum is of.
func TestBernoulliMixtureEMNeverFalls(t *testing.T) {
	for seed := range uint64(4) {
		for _, k := range []int{1, 3, 40} {
			d, err := datasets.TreeBits{N: 60, Dim: 6, Flip: 0.1}.Make(rng.Data(seed, "tree-bits", "train"))
			if err != nil {
				t.Fatal(err)
			}
			for n := range d.N {
				d.X[n*6+2] = 1
			}
			w := workOn(t, tape.Float64, models.BernoulliMixture{K: k, SD: 1}, d, seed)
			if k == 3 {
				w.Params.Value("gen/logpi").Set(1, -1e3)
			}
			trace := em(t, w, 100)
			neverFalls(t, "bernoulli mixture", trace)
			if last := trace[100]; last-last != 0 || !(last > trace[0]) {
				t.Errorf("%d components: from %g to %g", k, trace[0], last)
			}
		}
	}
	real := &vi.Data{Name: "reals", N: 1, D: 1, X: []float64{0.3}, Domain: vi.Real}
	if _, err := (models.BernoulliMixture{K: 2}).For(real); err == nil || !strings.Contains(err.Error(), "explains binary data, got real data") {
		t.Errorf("real data: %v", err)
	}
	if _, err := (models.BernoulliMixture{}).For(&vi.Data{Name: "bits", Domain: vi.Binary}); err == nil || !strings.Contains(err.Error(), "k: got 0") {
		t.Errorf("no components: %v", err)
	}
}
