package metrics_test

import (
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// weights are log p(x,z) - log q(z|x) from a key, in one step.
func weights(w *vi.Work, step, k int, key rng.Key) [][]float64 {
	s := w.Step(step, w.All, &vi.Keyed{Key: key})
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), k)
	lw := slices.Clone(s.LogJoint(z).Sub(q.LogProb(z)).Float64s())
	return slices.Collect(slices.Chunk(lw, k))
}

func measure(e *metrics.Eval, m metrics.Evaluation) *metrics.Out {
	out := &metrics.Out{}
	m.Measure(e, out)
	return out
}

func average(x [][]float64, f func([]float64) float64) (s float64) {
	for _, v := range x {
		s += f(v) / float64(len(x))
	}
	return s
}

func arithmetic(x []float64) float64 { return sum(x) / float64(len(x)) }

func bound(x []float64) (l float64) {
	for _, v := range x {
		l += math.Exp(v) / float64(len(x))
	}
	return math.Log(l)
}

// Every evaluation against its definition, on the draws of the evaluation's key.
func TestBounds(t *testing.T) {
	w, form := toy(t, 0.2)
	e := moment(w, nil)
	lw := weights(w, e.Step, 60, rng.Eval(e.Seed, uint64(e.Step)))
	first := func(k int) [][]float64 {
		out := make([][]float64, len(lw))
		for n := range lw {
			out[n] = lw[n][:k]
		}
		return out
	}
	logpx := 0.0
	for n := range w.Data.N {
		logpx += form.LogEvidence(w.Data.X[n*2:n*2+2]) / float64(w.Data.N)
	}
	iwae := 0.0
	for r := range 3 {
		iwae += average(lw, func(x []float64) float64 { return bound(x[r*20 : (r+1)*20]) }) / 3
	}
	for _, c := range []struct {
		m    metrics.Evaluation
		name string
		want float64
	}{
		{metrics.ELBO{K: 7}, "elbo", average(first(7), arithmetic)},
		{metrics.IWAE{K: 20, R: 3}, "iwae@20", iwae},
		{metrics.IWAE{K: 60, R: 1}, "iwae@60", average(lw, bound)},
		{metrics.LogPX{}, "logpx", logpx},
		{metrics.KL{K: 1, PHat: 5}, "kl@1", logpx - average(first(1), bound)},
		{metrics.KL{K: 8, PHat: 5}, "kl@8", logpx - average(first(8), bound)},
		{metrics.ESS{K: 60}, "ess@60", average(lw, func(x []float64) float64 {
			s, ss := 0.0, 0.0
			for _, v := range x {
				s += math.Exp(v)
				ss += math.Exp(2 * v)
			}
			return s * s / ss
		})},
	} {
		for _, name := range c.m.Emits(w.Model.Sheet()) {
			if name != c.name && name != c.name+"/log" {
				t.Errorf("emits %q; want %q", name, c.name)
			}
		}
		near(t, c.name, value(t, measure(e, c.m), c.name), c.want, 1e-12)
	}
	if ess := value(t, measure(e, metrics.ESS{K: 1}), "ess@1"); math.Abs(ess-1) > 1e-12 {
		t.Errorf("ess@1 = %g", ess)
	}
}

// hidden is a model whose evidence is not to be asked for.
type hidden struct{ vi.Latent }

// Without a closed evidence there is none to log, and KL takes the bound of many
// samples in its place.
func TestWithoutEvidence(t *testing.T) {
	w, _ := toy(t, 0.2)
	w.Model = hidden{w.Model.(vi.Latent)}
	e := moment(w, nil)
	lw := weights(w, e.Step, 50, rng.Eval(e.Seed, uint64(e.Step)))
	near(t, "kl", value(t, measure(e, metrics.KL{K: 2, PHat: 50}), "kl@2"),
		average(lw, bound)-average(lw, func(x []float64) float64 { return bound(x[:2]) }), 1e-12)
	if got := reason(t, measure(e, metrics.LogPX{}), "logpx"); got != "the model has no closed evidence" {
		t.Errorf("logpx: got %q", got)
	}
	if got := reason(t, measure(e, metrics.BoundLaw{K: 2, R: 2}), "bound-law@2"); got != "the model does not know its large-K limits" {
		t.Errorf("bound-law: got %q", got)
	}
}

// Sample j of k is sample j of any larger k, whichever was asked for first and
// however many data fit into one step; and an evaluation draws on keys of its own.
func TestLogWeightsExtend(t *testing.T) {
	w, _ := toy(t, 0.2)
	a, b := moment(w, nil), moment(w, nil)
	large := a.LogWeights(metrics.On{}, 3000) // more rows than one step holds: two data, then two
	spent := a.Evals
	small := b.LogWeights(metrics.On{}, 5)
	for n := range large {
		if !slices.Equal(small[n], large[n][:5]) || !slices.Equal(small[n], a.LogWeights(metrics.On{}, 5)[n]) {
			t.Fatalf("datum %d: 5 samples are not the first of 3000", n)
		}
	}
	for n, x := range b.LogWeights(metrics.On{}, 3000) {
		if !slices.Equal(x, large[n]) {
			t.Fatalf("datum %d: 3000 samples after 5 are others", n)
		}
	}
	if spent != 2*4*3000 || a.Evals != spent {
		t.Errorf("%d density evaluations, then %d; want 24000 of p and q, once", spent, a.Evals)
	}
	other := moment(w, nil)
	other.Step++
	if slices.Equal(other.LogWeights(metrics.On{}, 5)[0], small[0]) {
		t.Error("two steps share their evaluation draws")
	}
	other.Step, other.Seed = a.Step, a.Seed+1
	if fresh := moment(w, nil); slices.Equal(fresh.Replicate(0, 5, nil)[:5], small[0]) {
		t.Error("a probe draws on the evaluation's keys")
	}
}

// Nested against its definition, and zero to rounding because log is concave.
func TestNested(t *testing.T) {
	w, _ := toy(t, 0.5)
	e := moment(w, nil)
	if x := value(t, measure(e, metrics.Nested{K: 64, R: 20}), "nested@64"); x < 0 || x > 1e-12 {
		t.Errorf("the bound of nested samples falls by %g", x)
	}
	worst := math.Inf(-1) // the inequality is not an equality here: the metric had something to see
	for _, x := range weights(w, e.Step, 64, rng.Probe(e.Seed, uint64(e.Step), 0)) {
		worst = math.Max(worst, (bound(x[:32])+bound(x[32:]))/2-bound(x))
	}
	if worst > -1e-6 {
		t.Errorf("halves reach within %g of the whole on every datum", worst)
	}
}

// BoundLaw by its formula; and it meets its law, which a wrong evidence does not.
func TestBoundLaw(t *testing.T) {
	const k, r = 64, 400
	w, form := toy(t, 0.1)
	e := moment(w, nil)
	s, ss := 0.0, 0.0
	for i := range r {
		x := average(weights(w, e.Step, k, rng.Probe(e.Seed, uint64(e.Step), uint64(i))), bound)
		s, ss = s+x, ss+x*x
	}
	mean := s / r
	se := math.Sqrt((ss/r - mean*mean) / (r - 1))
	law, next := 0.0, 0.0
	for n := range 4 {
		x := w.Data.X[2*n : 2*n+2]
		g := form.ChiSquare(x)
		law += (form.LogEvidence(x) - form.BoundBias(x, k)) / 4
		next += g * g / (k * k) / 4
	}
	got := value(t, measure(e, metrics.BoundLaw{K: k, R: r}), "bound-law@64")
	near(t, "bound-law", got, math.Abs(mean-law)/(3*se+next), 1e-7)
	if got > 5.0/3 { // 5 standard errors: false alarm 6e-7
		t.Errorf("the law is missed by %.2f of what it allows", got)
	}
	w.Model = shifted{w.Model.(vi.Latent), w.Model.(vi.Evidence), w.Model.(vi.KLimits)}
	if got := value(t, measure(e, metrics.BoundLaw{K: k, R: r}), "bound-law@64"); got < 2 {
		t.Errorf("an evidence that is wrong by 0.05 nats meets the law: %.2f", got)
	}
}

// shifted states an evidence that is wrong by 0.05 nats.
type shifted struct {
	vi.Latent
	e vi.Evidence
	vi.KLimits
}

func (m shifted) LogEvidence(p *vi.Params, x []float64) []float64 {
	l := m.e.LogEvidence(p, x)
	for i := range l {
		l[i] += 0.05
	}
	return l
}

// P11: the encoder sees bits, the decoder is scored on grey levels. A step has one
// matrix for both, of zeros and ones, and the evidence is that of the same bits: with
// all states looked at, the bound of one sample of each is log p(x) and no other number.
func TestGreyDataAreOneMatrix(t *testing.T) {
	const n, dim = 5, 6
	grey := &vi.Data{Name: "grey", N: n, D: dim, Domain: vi.Binary, Grey: true, X: make([]float64, n*dim)}
	for i := range grey.X {
		grey.X[i] = float64(i%7) / 7
	}
	m, err := models.SBN{Layers: []int{3}}.For(grey)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, nil, grey, tape.Float64, rng.Init(0, "sbn"))
	if err != nil {
		t.Fatal(err)
	}
	w.Bits = rng.HeldBits(0, "grey", "train")
	s := w.Step(0, w.All, &vi.Keyed{Key: rng.Eval(0, 0)})
	for i, x := range w.Rows(n) {
		if x != 0 && x != 1 || x != s.X.Value().At(i) {
			t.Fatalf("x[%d]: got %g read as rows, %g in a step; want one bit", i, x, s.X.Value().At(i))
		}
	}
	z := s.Posterior().(dist.Enumerable).Enumerate(8, 1)
	want := s.LogJoint(z).LogSumExpK().Float64s()
	e := moment(w, nil)
	got, ok := e.Evidence(metrics.On{Split: "train"})
	if !ok {
		t.Fatal("no evidence")
	}
	for b := range got {
		if math.Abs(got[b]-want[b]) > 1e-12 {
			t.Errorf("datum %d: evidence %.12g; its bits' %.12g", b, got[b], want[b])
		}
	}
}

// A structured prediction has both forms that papers report: elbo is the mean of the
// logs, iwae@m and minus nll@m the log of the mean, never below it of the same draws;
// with many draws the second is log p(bottom|top).
func TestBothFormsOfAPrediction(t *testing.T) {
	d, err := datasets.Bits{N: 4, Dim: 8, Latent: 2}.Make(rng.Data(0, "bits", "train"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.Halves{Layers: []int{3, 2}}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, nil, d, tape.Float64, rng.Init(0, "halves"))
	if err != nil {
		t.Fatal(err)
	}
	const k = 20000
	e := moment(w, nil)
	one := func(m metrics.Evaluation) float64 { return measure(e, m).Values[0].X }
	meanlog, logmean := one(metrics.ELBO{K: k}), one(metrics.IWAE{K: k, R: 1})
	nll, exact := one(metrics.NLL{K: k}), one(metrics.LogPX{})
	if !(meanlog < logmean) || nll != -logmean {
		t.Errorf("mean of the logs %g, log of the mean %g, nll %g", meanlog, logmean, nll)
	}
	// log of a mean of K weights: variance 1/ESS - 1/K a datum, to first order; 6 standard
	// errors, false alarm 2e-9.
	variance := 0.0
	for _, lw := range e.LogWeights(metrics.On{}, k) {
		var s, ss float64
		for _, l := range lw {
			s += math.Exp(l)
			ss += math.Exp(2 * l)
		}
		variance += ss/(s*s) - 1.0/k
	}
	if se := math.Sqrt(variance) / 4; math.Abs(logmean-exact) > 6*se || se > 0.02 {
		t.Errorf("log of the mean %g, log p(bottom|top) %g, standard error %g", logmean, exact, se)
	}
}
