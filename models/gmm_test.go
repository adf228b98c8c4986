package models_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func usualGMM(k int) models.GMM {
	return models.GMM{K: k, Cov: "full", Sigma: 1, Weights: "learned", Assign: "soft", Floor: 1e-6}
}

// densities are pi_k N(x; mu_k, Sigma_k) by gonum, with package math.
func densities(w *vi.Work, k int, x []float64) []float64 {
	d := w.Data.D
	logits, mu, l := w.Params.Value("gen/logpi"), w.Params.Value("gen/mu"), w.Params.Value("gen/L").AppendTo(nil)
	out, total := make([]float64, k), 0.0
	for i := range k {
		total += math.Exp(logits.At(i))
	}
	for i := range k {
		root := mat.NewDense(d, d, slices.Clone(l[i*d*d:(i+1)*d*d]))
		var sigma, inv mat.Dense
		sigma.Mul(root, root.T())
		if err := inv.Inverse(&sigma); err != nil {
			panic(err)
		}
		q := 0.0
		for a := range d {
			for b := range d {
				q += (x[a] - mu.At(i*d+a)) * inv.At(a, b) * (x[b] - mu.At(i*d+b))
			}
		}
		out[i] = math.Exp(logits.At(i)) / total * math.Exp(-q/2) / math.Sqrt(math.Pow(2*math.Pi, float64(d))*mat.Det(&sigma))
	}
	return out
}

// A mixture moved away from its start: two steps of EM, and uneven means.
func mixture(t testing.TB, k, d, n int) *vi.Work {
	t.Helper()
	w := work(t, tape.Float64, usualGMM(k), datasets.Blobs{K: k, Dim: d, Sep: 2, N: n}, 4)
	em(t, w, 2)
	mu := w.Params.Value("gen/mu")
	for i := range mu.Len() {
		mu.Set(i, mu.At(i)+0.3*math.Sin(float64(i)))
	}
	return w
}

// One step of EM is its definition, datum by datum in dense algebra; log p(x) and the
// logits of a class are the densities' own. More rows than a block are gone through in blocks.
func TestGMMMaximisesItsDefinition(t *testing.T) {
	const k, d = 3, 2
	w := mixture(t, k, d, 600)
	n := w.Data.N
	r, mu, cov := make([]float64, k), make([]float64, k*d), make([]float64, k*d*d)
	logp, free := w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X), 0.0
	classes := w.Model.(vi.Classifier).Classify(w.Step(0, w.All, nil)).Value().AppendTo(nil)
	all := [][]float64{}
	for i := range n {
		p := densities(w, k, row(w.Data, i))
		sum := p[0] + p[1] + p[2]
		near(t, "log p(x)", logp[i], math.Log(sum), 1e-11)
		ones := 0.0
		for c := range k {
			near(t, "logit", classes[i*k+c], math.Log(p[c]), 1e-10)
			q := p[c] / sum
			ones += q
			// F = E_q[log q - log p(x, z)] is -log p(x) right after an E step.
			free += q * (math.Log(q) - math.Log(p[c]))
			r[c] += q
			for a := range d {
				mu[c*d+a] += q * row(w.Data, i)[a]
			}
			p[c] = q
		}
		near(t, "responsibilities", ones, 1, 1e-12)
		all = append(all, p)
	}
	sum := 0.0
	for _, v := range logp {
		sum += v
	}
	near(t, "free energy", free/float64(n), -sum/float64(n), 1e-9)
	for i := range mu {
		mu[i] /= r[i/d]
	}
	for i, p := range all {
		for c, q := range p {
			for a := range d {
				for b := range d {
					cov[(c*d+a)*d+b] += q * (row(w.Data, i)[a] - mu[c*d+a]) * (row(w.Data, i)[b] - mu[c*d+b]) / r[c]
				}
			}
		}
	}
	em(t, w, 1)
	logits, l := w.Params.Value("gen/logpi"), w.Params.Value("gen/L")
	for c := range k {
		near(t, "pi", math.Exp(logits.At(c)), r[c]/float64(n), 1e-12)
		for a := range d {
			near(t, "mu", w.Params.Value("gen/mu").At(c*d+a), mu[c*d+a], 1e-11)
			for b := range d {
				got := 0.0
				for j := range d {
					got += l.At((c*d+a)*d+j) * l.At((c*d+b)*d+j)
				}
				near(t, "Sigma", got, cov[(c*d+a)*d+b], 1e-11)
			}
		}
	}
}

// The gradient is that of the mean log p(x), by central differences, of all that moves; above
// L's diagonal nothing does.
func TestGMMGradient(t *testing.T) {
	w := mixture(t, 3, 2, 300)
	d := w.Estimate(estimators.ML{}, 0, w.All, nil).Gen.Ascend.AppendTo(nil)
	v := w.Params.Vector(tape.Gen)
	value := func() (sum float64) {
		for _, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X) {
			sum += l / float64(w.Data.N)
		}
		return sum
	}
	upper := map[int]bool{}
	_, lo, _, _ := w.Params.Range("gen/L")
	for i := range 3 {
		upper[lo+i*4+1] = true
	}
	for i := range d {
		const h = 1e-5
		at := v.At(i)
		v.Set(i, at+h)
		up := value()
		v.Set(i, at-h)
		down := value()
		v.Set(i, at)
		if upper[i] {
			if d[i] != 0 {
				t.Errorf("entry %d above the diagonal moves by %g", i, d[i])
			}
			continue
		}
		near(t, "gradient", d[i], (up-down)/(2*h), 1e-8)
	}
}

// neverFalls holds a trace of EM to its promise.
func neverFalls(t *testing.T, name string, trace []float64) {
	t.Helper()
	for i, v := range trace[1:] {
		if last := trace[i]; !(v >= last-1e-10*(1+math.Abs(last))) {
			t.Errorf("%s: step %d goes from %.15g to %.15g", name, i, last, v)
		}
	}
}

// No step of EM lowers the evidence: overlapping blobs, a component that shrinks onto few
// data, one more than there are clouds, a constant column, data far from the origin.
func TestGMMEMNeverFalls(t *testing.T) {
	for seed := range uint64(4) {
		for name, c := range map[string]struct {
			k    int
			blob datasets.Blobs
			make func(x []float64)
		}{
			"overlapping": {3, datasets.Blobs{K: 3, Dim: 2, Sep: 2, N: 300}, nil},
			"few data":    {6, datasets.Blobs{K: 3, Dim: 2, Sep: 4, N: 12}, nil},
			"constant column": {2, datasets.Blobs{K: 2, Dim: 3, Sep: 3, N: 50}, func(x []float64) {
				for i := 2; i < len(x); i += 3 {
					x[i] = 7
				}
			}},
			"far away": {3, datasets.Blobs{K: 3, Dim: 2, Sep: 4, N: 100}, func(x []float64) {
				for i := range x {
					x[i] += 1e5
				}
			}},
			"two values": {3, datasets.Blobs{K: 2, Dim: 1, Sep: 3, N: 40}, func(x []float64) {
				for i := range x {
					x[i] = float64(i % 2)
				}
			}},
		} {
			d, err := c.blob.Make(rng.Data(seed, "blobs", "train"))
			if err != nil {
				t.Fatal(err)
			}
			if c.make != nil {
				c.make(d.X)
			}
			trace := em(t, workOn(t, tape.Float64, usualGMM(c.k), d, seed), 200)
			if last := trace[200]; last-last != 0 || !(last > trace[0]) {
				t.Errorf("%s: from %g to %g", name, trace[0], last)
			}
			neverFalls(t, name, trace)
		}
	}
}

// A component without data keeps its mean and covariance, at a weight of 1e-12.
func TestGMMEmptyComponent(t *testing.T) {
	w := work(t, tape.Float64, usualGMM(2), datasets.Blobs{K: 2, Dim: 2, Sep: 3, N: 100}, 0)
	w.Params.Value("gen/mu").Set(2, 1e6)
	before := w.Params.Value("gen/L").AppendTo(nil)[4:]
	trace := em(t, w, 3)
	if got := w.Params.Value("gen/mu").At(2); got != 1e6 || trace[3]-trace[3] != 0 {
		t.Errorf("its mean goes to %g, log p(x) to %g", got, trace[3])
	}
	if got := w.Params.Value("gen/L").AppendTo(nil)[4:]; !slices.Equal(got, before) {
		t.Errorf("its covariance goes from %v to %v", before, got)
	}
	near(t, "its weight", math.Exp(w.Params.Value("gen/logpi").At(1)), 1e-12, 1e-20)
}

// Of data of two values, of which one is rare, two means start at both, whatever the seed.
func TestMeansStartApart(t *testing.T) {
	d := &vi.Data{Name: "two values", N: 30, D: 1, X: make([]float64, 30), Domain: vi.Real}
	d.X[17] = 1
	for seed := range uint64(5) {
		if mu := workOn(t, tape.Float64, usualGMM(2), d, seed).Params.Value("gen/mu"); mu.At(0) == mu.At(1) {
			t.Errorf("seed %d: both means of the mixture start at %g", seed, mu.At(0))
		}
		if mu := workOn(t, tape.Float64, usualMix(2), d, seed).Params.Value("inf/mean"); mu.At(0) == mu.At(1) {
			t.Errorf("seed %d: both means of q start at %g", seed, mu.At(0))
		}
	}
	if mu := workOn(t, tape.Float64, usualGMM(3), d, 0).Params.Value("gen/mu"); mu.At(0)+mu.At(1)+mu.At(2) != 1 {
		t.Errorf("three means of two values: %v", mu)
	}
}

// With equal weights and one small variance, EM is Lloyd's algorithm: the same means, step by
// step, and the same assignments from the same start, soft or hard.
func TestGMMIsKMeansInTheLimit(t *testing.T) {
	const k, d, steps = 3, 2, 15
	for seed := range uint64(5) {
		for _, assign := range []string{"soft", "hard"} {
			m := models.GMM{K: k, Cov: "fixed", Sigma: 1e-5, Weights: "equal", Assign: assign, Floor: 1e-6}
			w := work(t, tape.Float64, m, datasets.Blobs{K: 3, Dim: d, Sep: 2, N: 600}, seed)
			mu := w.Params.Value("gen/mu").AppendTo(nil)
			for range steps {
				next, count := make([]float64, k*d), make([]float64, k)
				for i := range w.Data.N {
					x, best, least := row(w.Data, i), 0, math.Inf(1)
					for c := range k {
						if s := math.Hypot(x[0]-mu[c*d], x[1]-mu[c*d+1]); s < least {
							best, least = c, s
						}
					}
					count[best]++
					next[best*d] += x[0]
					next[best*d+1] += x[1]
				}
				for i := range mu {
					mu[i] = next[i] / count[i/d]
				}
				em(t, w, 1)
				for i, want := range mu {
					near(t, assign+" mean", w.Params.Value("gen/mu").At(i), want, 1e-11)
				}
			}
			a := w.Model.(vi.Classifier).Classify(w.Step(0, w.All, nil)).Value()
			for i := range w.Data.N {
				x, best, nearest := row(w.Data, i), 0, 0
				for c := range k {
					if a.At(i*k+c) > a.At(i*k+best) {
						best = c
					}
					if math.Hypot(x[0]-mu[c*d], x[1]-mu[c*d+1]) < math.Hypot(x[0]-mu[nearest*d], x[1]-mu[nearest*d+1]) {
						nearest = c
					}
				}
				if best != nearest {
					t.Errorf("seed %d, %s: datum %d is of component %d and nearest to %d", seed, assign, i, best, nearest)
				}
			}
		}
	}
}

func TestGMMRefuses(t *testing.T) {
	d, err := datasets.Blobs{K: 1, Dim: 2, Sep: 1, N: 3}.Make(rng.Data(0, "blobs", "train"))
	if err != nil {
		t.Fatal(err)
	}
	binary := *d
	binary.Domain = vi.Binary
	for want, c := range map[string]struct {
		m vi.Maker
		d *vi.Data
	}{
		"k: got 4 components for 3 data": {usualGMM(4), d},
		"explains real data":             {usualGMM(2), &binary},
		"floor 0":                        {models.GMM{K: 2, Sigma: 1}, d},
		`cov: got "round"`:               {models.GMM{K: 2, Cov: "round", Sigma: 1, Floor: 1}, d},
	} {
		if _, err := c.m.For(c.d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want %q", err, want)
		}
	}
	if w := workOn(t, tape.Float64, usualGMM(3), d, 0); !(em(t, w, 20)[20] < math.Inf(1)) {
		t.Error("a component a datum: no finite likelihood")
	}
}

// A step of EM on 100,000 data of 10 coordinates with 16 components; speed/peers has scikit-learn's.
func BenchmarkGMMStep(b *testing.B) {
	w := work(b, tape.Float64, usualGMM(16), datasets.Blobs{K: 16, Dim: 10, Sep: 3, N: 100000}, 0)
	em(b, w, 1)
	target := w.Step(0, w.All, nil).Target(tape.Gen)
	s := w.Step(0, w.All, nil)
	for b.Loop() {
		w.Model.(vi.Maximiser).Maximise(s, target)
	}
}
