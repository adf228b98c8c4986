package metrics_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/vi"
)

// recorder is a probe that keeps the directions it is shown.
type recorder struct {
	metrics.Replicates
	with       []string
	self, ref  *[][]float64
	order, end *[]int
}

func newRecorder(r int, with ...string) recorder {
	return recorder{draws(r), with, new([][]float64), new([][]float64), new([]int), new([]int)}
}

func (recorder) Name() string                      { return "recorder" }
func (recorder) Better() string                    { return "" }
func (recorder) Unit() string                      { return "" }
func (recorder) Emits(vi.Sheet) []string           { return nil }
func (p recorder) With() []string                  { return p.with }
func (p recorder) Open(*metrics.Eval) metrics.Fold { return p }
func (p recorder) Close(*metrics.Out)              { *p.end = append(*p.end, len(*p.self)) }
func (p recorder) Add(r int, self []float64, with [][]float64) {
	*p.order = append(*p.order, r)
	*p.self = append(*p.self, slices.Clone(self))
	for _, x := range with {
		*p.ref = append(*p.ref, slices.Clone(x))
	}
}

func same(t *testing.T, what string, a, b [][]float64) {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%s: %d and %d replicates", what, len(a), len(b))
	}
	for i := range a {
		for j := range a[i] {
			if math.Float64bits(a[i][j]) != math.Float64bits(b[i][j]) {
				t.Fatalf("%s: replicate %d differs in entry %d: %g and %g", what, i, j, a[i][j], b[i][j])
			}
		}
	}
}

// Replicate r has the same bits whatever R is, whichever probes run beside it and
// whichever other estimators are measured on its draws; each probe sees as many as it
// asked for; and it is the estimate from the key probe/step/r, roles end to end.
func TestReplicatesDoNotDependOnTheProbe(t *testing.T) {
	w, _ := toy(t, 0.3)
	e := moment(w, estimators.IWAE{K: 6}, estimators.DReG{K: 6}, estimators.VIMCO{K: 3})
	few, many, beside := newRecorder(5), newRecorder(9), newRecorder(4, "dreg", "vimco")
	probe(t, e, few)
	probe(t, e, many, beside)
	if len(*few.self) != 5 || len(*many.self) != 9 || len(*beside.self) != 4 || !slices.Equal(*many.end, []int{9}) {
		t.Fatalf("%d, %d and %d replicates; want 5, 9 and 4", len(*few.self), len(*many.self), len(*beside.self))
	}
	same(t, "5 of 9", *few.self, (*many.self)[:5])
	same(t, "beside others", *beside.self, (*few.self)[:4])
	if !slices.Equal(*many.order, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("replicates come in order %v", *many.order)
	}
	by := func(est vi.Estimator) (out [][]float64) {
		for r := range 4 {
			d := est.Estimate(w.Step(e.Step, w.All, &vi.Keyed{Key: rng.Probe(e.Seed, uint64(e.Step), uint64(r))}))
			out = append(out, d.Inf.Ascend.AppendTo(d.Gen.Ascend.AppendTo(nil)))
		}
		return out
	}
	same(t, "iwae by hand", *beside.self, by(estimators.IWAE{K: 6}))
	dreg, vimco := by(estimators.DReG{K: 6}), by(estimators.VIMCO{K: 3})
	for r := range 4 {
		same(t, "dreg beside iwae", (*beside.ref)[2*r:2*r+1], dreg[r:r+1])
		same(t, "vimco of another K", (*beside.ref)[2*r+1:2*r+2], vimco[r:r+1])
	}
	if same := slices.Equal((*few.self)[0], (*few.self)[1]); same {
		t.Error("two replicates are one")
	}
	other := newRecorder(1)
	e.Step++
	probe(t, e, other)
	if slices.Equal((*other.self)[0], (*few.self)[0]) {
		t.Error("two steps share their replicates")
	}
}

// A probe leaves parameters and state alone, counts what it spends, stops when it
// is told to and passes on that an estimator is not to be had.
func TestProbesManners(t *testing.T) {
	w, _ := toy(t, 0.3)
	before := slices.Clone(w.Params.Value("inf/A").F64())
	e := moment(w, estimators.IWAE{K: 6}, estimators.DReG{K: 6})
	probe(t, e, newRecorder(3, "dreg"))
	if !slices.Equal(before, w.Params.Value("inf/A").F64()) {
		t.Error("a probe moved parameters")
	}
	want := int64(0)
	for _, est := range []vi.Estimator{estimators.IWAE{K: 6}, estimators.DReG{K: 6}} {
		s := w.Step(0, w.All, &vi.Keyed{})
		est.Estimate(s)
		want += 3 * s.Evals
	}
	if e.Evals != want || want < 3*2*2*4*6 { // at least log p and log q of 6 samples of 4 data
		t.Errorf("%d density evaluations; want %d", e.Evals, want)
	}
	if err := e.Probes([]metrics.Probe{newRecorder(1, "nobody")}, &metrics.Out{}); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e.Context = ctx
	if err := e.Probes([]metrics.Probe{newRecorder(1)}, &metrics.Out{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// The laws are ratios to the model's own limits, by hand; where the limit is zero
// there is no ratio.
func TestLawsByHand(t *testing.T) {
	const k, r = 16, 50
	w, form := toy(t, 0.3)
	est := estimators.DReG{K: k}
	e := moment(w, est)
	out := probe(t, e, metrics.MeanLaw{Replicates: draws(r)}, metrics.SNRLaw{SNR: metrics.SNR{Replicates: draws(r)}})
	mean, variance := meanAndVariance(directions(e, est, r))
	for name, limit := range map[string]func([]float64) ([]float64, float64){"inf/A": form.LimitA, "inf/b": form.LimitB} {
		_, lo, hi, _ := w.Params.Range(name)
		lim, v := limit(w.Data.X)
		m, noise := mean[lo:hi], sum(variance[lo:hi])
		near(t, "mean-law/"+name, value(t, out, "mean-law/"+name), k*inner(m, lim)/inner(lim, lim), 1e-10)
		snr := math.Sqrt((inner(m, m) - noise/r) / noise)
		near(t, "snr-law/"+name, value(t, out, "snr-law/"+name), math.Sqrt(k)*snr/math.Sqrt(inner(lim, lim)/v), 1e-9)
	}
	best, _ := toy(t, 0)
	out = probe(t, moment(best, est), metrics.MeanLaw{Replicates: draws(r)}, metrics.SNRLaw{SNR: metrics.SNR{Replicates: draws(r)}})
	for _, v := range out.Values {
		if v.Reason == "" {
			t.Errorf("%s at the optimum is %g; want none, with a reason", v.Name, v.X)
		}
	}
}

// Every built-in metric logs, or says that it cannot log, each number that it
// announces, and no number twice.
func TestMetricsKeepTheirWord(t *testing.T) {
	w, _ := toy(t, 0.1)
	e := moment(w, estimators.IWAE{K: 4}, estimators.DReG{K: 4})
	sheet := w.Model.Sheet()
	for _, m := range metrics.All() {
		if m, ok := m.(metrics.Probe); ok && m.Draws(1<<20, 1<<20, 1<<20) < 2 {
			t.Errorf("%s draws fewer than two replicates", m.Name())
		}
		values := map[string]any{}
		for _, s := range vi.Settings(m) {
			switch s.Name {
			case "r":
				values["r"] = 20
			case "reference":
				values["reference"] = "dreg"
			}
		}
		m, err := vi.With(m, values)
		if err != nil {
			t.Fatal(err)
		}
		out := &metrics.Out{}
		switch m := m.(type) {
		case metrics.Evaluation:
			m.Measure(e, out)
		case metrics.Probe:
			if err := e.Probes([]metrics.Probe{m}, out); err != nil {
				t.Fatal(err)
			}
		case metrics.Watch:
			x := m.Watch(w.Params)
			x.See(e.Estimator.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(0, 0, 0)})))
			x.Measure(out)
		default:
			t.Errorf("%s is neither an evaluation nor a probe nor a watch", m.Name())
		}
		logged := map[string]int{}
		for _, v := range out.Values {
			logged[v.Name]++
			if x := v.X; v.Reason == "" && x-x != 0 {
				t.Errorf("%s: %s is %g without a reason", m.Name(), v.Name, v.X)
			}
		}
		for _, name := range m.Emits(sheet) {
			if logged[name] == 0 {
				t.Errorf("%s announces %s and does not log it; logged %v", m.Name(), name, logged)
			}
		}
		for name, n := range logged {
			if n > 1 || !strings.HasPrefix(name, m.Name()) {
				t.Errorf("%s logs %s %d times", m.Name(), name, n)
			}
		}
	}
}

// An estimator that is its own signal is estimated once, and its ratio is the one
// that needs no signal.
func TestOwnSignalIsOneDirection(t *testing.T) {
	w, _ := toy(t, 0.3)
	est := estimators.DReG{K: 6}
	alone, own := moment(w, est), moment(w, est, est)
	a := probe(t, alone, metrics.SNR{Replicates: draws(20)})
	b := probe(t, own, metrics.SNR{Replicates: draws(20), Signal: "dreg"})
	if x, y := value(t, a, "snr/inf"), value(t, b, "snr/inf"); x != y {
		t.Errorf("snr %g alone, %g with itself as signal", x, y)
	}
	if alone.Evals != own.Evals {
		t.Errorf("%d density evaluations alone, %d with itself as signal", alone.Evals, own.Evals)
	}
}
