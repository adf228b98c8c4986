package metrics_test

import (
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// held is the toy with its last two data held out.
func held(t *testing.T) *metrics.Eval {
	t.Helper()
	w, _ := toy(t, 0.3)
	all := w.Data
	cut := func(lo, hi int) *vi.Data {
		d := *all
		d.N, d.X = hi-lo, all.X[lo*d.D:hi*d.D]
		return &d
	}
	e := moment(w.On(cut(0, 2)), nil)
	e.Test = w.On(cut(2, 4))
	return e
}

// An evaluation sees held-out data unless it is told otherwise, the first of them
// if so told, and draws of its own on each split.
func TestOn(t *testing.T) {
	e := held(t)
	test, train := weights(e.Test, e.Step, 40, rng.Eval(e.Seed, uint64(e.Step))), weights(e.Work, e.Step, 40, rng.Eval(e.Seed, uint64(e.Step)).Fold("train"))
	for _, c := range []struct {
		on   metrics.On
		name string
		lw   [][]float64
	}{
		{metrics.On{}, "iwae@40", test},
		{metrics.On{Split: "test"}, "iwae@40", test},
		{metrics.On{Split: "train"}, "train/iwae@40", train},
		{metrics.On{Split: "test", First: 1}, "iwae@40", test[:1]},
		{metrics.On{Split: "train", First: 9}, "train/iwae@40", train},
	} {
		m := metrics.IWAE{K: 40, R: 1, On: c.on}
		if got := m.Emits(vi.Sheet{}); !slices.Equal(got, []string{c.name}) {
			t.Errorf("%+v emits %v; want %s", c.on, got, c.name)
		}
		near(t, c.name, value(t, measure(e, m), c.name), average(c.lw, bound), 1e-12)
	}
	// Where nothing is held out, both splits are the data, with the same draws.
	w, _ := toy(t, 0.3)
	a, b := moment(w, nil), moment(w, nil)
	if !slices.Equal(a.LogWeights(metrics.On{Split: "train"}, 3)[1], b.LogWeights(metrics.On{}, 3)[1]) {
		t.Error("nothing is held out, and yet the splits differ")
	}
}

// More log weights than are kept are drawn anew, a few at a time, and are the same:
// the mean log-likelihood of 5000 samples by NLL against one step of all of them.
func TestNLL(t *testing.T) {
	e := held(t)
	const k = 5000
	lw := weights(e.Test, e.Step, k, rng.Eval(e.Seed, uint64(e.Step)))
	out := measure(e, metrics.NLL{K: k})
	near(t, "nll", value(t, out, "nll@5000"), -average(lw, bound), 1e-12)
	near(t, "drop", value(t, out, "nll@5000/drop"), average(lw, bound)-average(lw, func(x []float64) float64 { return bound(x[:k/5]) }), 1e-10)
	near(t, "kept", arithmetic(array(t, out, "nll@5000")), average(lw, bound), 1e-12)
	spent := e.Evals
	measure(e, metrics.KL{K: 64, PHat: k})
	if e.Evals != spent {
		t.Error("kl draws again what nll has drawn")
	}
}

// A_u against the closed form of the toy, whose posterior means are A x + b.
func TestActiveUnits(t *testing.T) {
	w, form := toy(t, 0.3)
	e := moment(w, nil)
	n := w.Data.N
	var want [2]float64
	for u := range want {
		mean, ss := 0.0, 0.0
		for i := range n {
			m := form.B[u]
			for j := range 2 {
				m += form.A[u*2+j] * w.Data.X[i*2+j]
			}
			mean += m / float64(n)
			ss += m * m / float64(n)
		}
		want[u] = ss - mean*mean
	}
	for _, c := range []struct{ least, count float64 }{{0, 2}, {(want[0] + want[1]) / 2, 1}, {1e6, 0}} {
		out := measure(e, metrics.ActiveUnits{Least: c.least})
		if got := value(t, out, "active-units"); got != c.count {
			t.Errorf("above %g: %g units active; want %g", c.least, got, c.count)
		}
		for u, a := range array(t, out, "active-units") {
			near(t, "A_u", a, want[u], 1e-10)
		}
	}
	if got := reason(t, measure(at(nil, 1), metrics.ActiveUnits{}), "active-units"); got != "the posterior does not know its mean" {
		t.Errorf("got %q", got)
	}
}

// The gaps of the toy in closed form: its posterior is N((x+mu)/2, I/2), a diagonal
// Gaussian, so q* leaves no gap and amortisation has it all:
// D (s - 1/2 - (1/2) log 2s) + |delta|^2.
func TestGap(t *testing.T) {
	e := held(t)
	_, form := toy(t, 0.3)
	want := 0.0
	for n := range 2 {
		x := e.Test.Data.X[2*n : 2*n+2]
		want += 2 * (2.0/3 - 0.5 - 0.5*math.Log(4.0/3)) / 2
		for j := range 2 {
			m := form.B[j]
			for l := range 2 {
				m += form.A[j*2+l] * x[l]
			}
			d := m - (x[j]+form.Mu[j])/2
			want += d * d / 2
		}
	}
	out := measure(e, metrics.Gap{K: 200000, PHat: 100, Steps: 800, Samples: 10, Rate: 0.1})
	// L of 200000 samples: standard errors below 0.002, so 0.01 is missed by chance below 1e-6.
	for name, w := range map[string]float64{"gap/inference": want, "gap/approximation": 0, "gap/amortization": want} {
		if got := value(t, out, name); math.Abs(got-w) > 0.01 {
			t.Errorf("%s: got %.4f; in closed form %.4f", name, got, w)
		}
	}
	if sum := value(t, out, "gap/approximation") + value(t, out, "gap/amortization") - value(t, out, "gap/inference"); math.Abs(sum) > 1e-12 {
		t.Errorf("the parts miss the whole by %g", sum)
	}
}

// The gaps of factor analysis, whose posterior no diagonal Gaussian is, against
// their closed forms: within 0.01 nat.
func TestGapOfFactorAnalysis(t *testing.T) {
	d, err := datasets.LowRank{N: 12, Dim: 6, Latent: 2, Noise: 0.6}.Make(rng.Data(3, "lowrank", "train"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.FA{Latent: 2, Act: "tanh"}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, nil, d, tape.Float64, rng.Init(3, "fa"))
	if err != nil {
		t.Fatal(err)
	}
	// Factors that are far from orthogonal, Psi = 0.36 I: the posterior's precision is
	// Lambda = I + W'W/0.36, and no diagonal q comes nearer than (1/2) log 2 = 0.3466
	// nat. q is near the best one, a little wide and beside it.
	l11, l22, l12 := 7.0, 5.04, 4.2
	var gen, inf []float64
	for _, w2 := range []float64{1, 1, 1, 1, 0.2, 0} {
		gen = append(gen, 0.6, 0.6*w2)
	}
	det := l11*l22 - l12*l12
	for _, row := range [][2]float64{{l22 / det, -l12 / det}, {-l12 / det, l11 / det}} { // Lambda^-1 W'/0.36
		for j := range 6 {
			inf = append(inf, (row[0]*gen[2*j]+row[1]*gen[2*j+1])/0.36)
		}
	}
	w.Params.Set("gen/W", gen)
	w.Params.Set("gen/c", make([]float64, 6))
	w.Params.Set("gen/logsigma", slices.Repeat([]float64{math.Log(0.6)}, 6))
	w.Params.Set("inf/mu/W", inf)
	w.Params.Set("inf/mu/b", []float64{0.1, -0.1})
	w.Params.Set("inf/logsigma", []float64{0.1 - 0.5*math.Log(l11), 0.1 - 0.5*math.Log(l22)})

	approximation, amortization := w.Model.(vi.GapParts).Gaps(w.Params, w.Data.X)
	near(t, "approximation gap by hand", arithmetic(approximation), math.Ln2/2, 1e-9)
	out := measure(moment(w, nil), metrics.Gap{K: 40000, PHat: 1, Steps: 1000, Samples: 20, Rate: 0.1})
	// Standard errors of the two means are below 0.0015: 0.01 is missed by chance below 1e-9.
	for name, want := range map[string]float64{"gap/approximation": arithmetic(approximation), "gap/amortization": arithmetic(amortization)} {
		if got := value(t, out, name); math.Abs(got-want) > 0.01 {
			t.Errorf("%s: got %.4f; in closed form %.4f", name, got, want)
		}
	}
	if miss := value(t, out, "gap/miss"); miss > 0.01 {
		t.Errorf("gap/miss is %g", miss)
	}
}

// Units of both layers of a chain are counted.
func TestActiveUnitsOfAChain(t *testing.T) {
	d, err := datasets.Bits{N: 30, Dim: 6, Latent: 2}.Make(rng.Data(0, "bits", "train"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.VAE{Latent: 3, Hidden: []int{4}, Latent2: 2, Hidden2: []int{4}, Act: "tanh"}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, nil, d, tape.Float64, rng.Init(0, "vae"))
	if err != nil {
		t.Fatal(err)
	}
	if a := array(t, measure(moment(w, nil), metrics.ActiveUnits{Least: 0.01}), "active-units"); len(a) != 5 || slices.Min(a) <= 0 {
		t.Errorf("A_u of 3 + 2 units: %v", a)
	}
}

// A probe of a batch sees the first data alone, beside one of all of them.
func TestProbeOfABatch(t *testing.T) {
	w, _ := toy(t, 0.3)
	e := moment(w, bound1{}, bound1{})
	of := func(batch int) float64 {
		r := draws(20)
		r.Batch = batch
		return value(t, probe(t, e, metrics.GradVar{Replicates: r}), "gradvar/inf/b")
	}
	first := *w.Data
	first.N, first.X = 2, first.X[:4]
	small := moment(w.On(&first), bound1{})
	want := value(t, probe(t, small, metrics.GradVar{Replicates: draws(20)}), "gradvar/inf/b")
	near(t, "gradvar of a batch", of(2), want, 1e-12)
	if all := of(0); all == want || all != of(4) {
		t.Errorf("a batch of all has %g, all have %g, half of them %g", of(4), all, want)
	}
	r := draws(20)
	r.Batch = 2
	both := probe(t, e, metrics.GradVar{Replicates: r}, metrics.Slope{Replicates: draws(20), Reference: "bound1"})
	near(t, "gradvar of a batch beside a slope of all", value(t, both, "gradvar/inf/b"), want, 1e-12)
}

// bound1 is the one-sample ELBO.
type bound1 struct{}

func (bound1) Card() vi.Card { return vi.Card{Name: "bound1", K: 1, Target: "elbo", PerDatum: true} }
func (bound1) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(1)
	c := w.LogW.Const(1)
	return w.Raise(c, c, c.Neg())
}
