package metrics_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// known is an estimator whose law is known: scale (mean + sd eps) in inf/b, with
// eps standard normals of a site of its own.
type known struct {
	name  string
	mean  []float64
	sd    float64
	scale float64
	site  string // same site, same noise
}

func (e known) Card() vi.Card { return vi.Card{Name: e.name, K: 1, Target: "elbo"} }

func (e known) Estimate(s *vi.Step) vi.Direction {
	x := make([]float64, len(e.mean))
	s.Noise(e.site).Normal(0, tape.Float64s(x))
	for i := range x {
		x[i] = e.scale * (e.mean[i] + e.sd*x[i])
	}
	return vi.Direction{Inf: vi.Update{Ascend: tape.Float64s(x)}}
}

// listed gives directions from a list, one after another.
type listed struct {
	at   *int
	list [][]float64
}

func (e listed) Card() vi.Card { return vi.Card{Name: "listed", K: 1} }

func (e listed) Estimate(*vi.Step) vi.Direction {
	x := e.list[*e.at%len(e.list)]
	*e.at++
	return vi.Direction{Inf: vi.Update{Ascend: tape.Float64s(x)}}
}

// bare is a model of n inference parameters and nothing to evaluate.
type bare struct{ n int }

func (m bare) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: 1}},
		Params: []vi.Spec{{Name: "gen/m", Rows: 1, Cols: 1}, {Name: "inf/b", Rows: 1, Cols: m.n}},
	}
}
func (bare) Init(rng.Key, *vi.Params)                  {}
func (bare) Prior(*vi.Step) dist.Dist                  { return nil }
func (bare) Posterior(*vi.Step) dist.Dist              { return nil }
func (bare) LogLik(*vi.Step, dist.Value) (n tape.Node) { return n }
func at(e vi.Estimator, n int, others ...vi.Estimator) *metrics.Eval {
	d := &vi.Data{Name: "hand", N: 1, D: 1, X: []float64{0}, Domain: vi.Real}
	w, err := vi.NewWork(bare{n}, nil, d, tape.Float64, rng.Key{})
	if err != nil {
		panic(err)
	}
	return moment(w, e, others...)
}

// moment is an evaluation of w with estimators that a probe may name.
func moment(w *vi.Work, e vi.Estimator, others ...vi.Estimator) *metrics.Eval {
	return &metrics.Eval{Context: context.Background(), Work: w, Seed: 5, Step: 3, Estimator: e,
		Resolve: func(name string) (vi.Estimator, error) {
			for _, o := range others {
				if o.Card().Name == name {
					return o, nil
				}
			}
			return nil, fmt.Errorf("got %q", name)
		}}
}

// toy is the linear-Gaussian model on its data, and its closed forms.
func toy(t testing.TB, perturb float64) (*vi.Work, models.Toy) {
	t.Helper()
	ds := datasets.LinearGaussian{Dim: 2, N: 4, Perturb: perturb}
	d, err := ds.Make(rng.Data(0, ds.Name(), "train"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.LinearGaussian{S: 2.0 / 3}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, nil, d, tape.Float64, rng.Init(0, "lineargaussian"))
	if err != nil {
		t.Fatal(err)
	}
	get := func(name string) []float64 { return w.Params.Value(name).AppendTo(nil) }
	return w, models.Toy{D: 2, S: 2.0 / 3, Mu: get("gen/mu"), A: get("inf/A"), B: get("inf/b")}
}

// probe runs one probe.
func probe(t testing.TB, e *metrics.Eval, p ...metrics.Probe) *metrics.Out {
	t.Helper()
	out := &metrics.Out{}
	if err := e.Probes(p, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// directions are an estimator's first r replicates in inf, by a way of their own.
func directions(e *metrics.Eval, est vi.Estimator, r int) [][]float64 {
	out := make([][]float64, r)
	for i := range out {
		s := e.Work.Step(e.Step, e.Work.All, &vi.Keyed{Key: rng.Probe(e.Seed, uint64(e.Step), uint64(i))})
		out[i] = est.Estimate(s).Inf.Ascend.AppendTo(nil)
	}
	return out
}

// meanAndVariance by two passes.
func meanAndVariance(x [][]float64) (mean, variance []float64) {
	n, d := float64(len(x)), len(x[0])
	mean, variance = make([]float64, d), make([]float64, d)
	for _, v := range x {
		for i := range mean {
			mean[i] += v[i] / n
		}
	}
	for _, v := range x {
		for i := range mean {
			variance[i] += (v[i] - mean[i]) * (v[i] - mean[i]) / (n - 1)
		}
	}
	return mean, variance
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func inner(x, y []float64) (s float64) {
	for i, v := range x {
		s += v * y[i]
	}
	return s
}

func value(t testing.TB, o *metrics.Out, name string) float64 {
	t.Helper()
	for _, v := range o.Values {
		if v.Name == name {
			if v.Reason != "" {
				t.Fatalf("%s is missing: %s", name, v.Reason)
			}
			return v.X
		}
	}
	t.Fatalf("no %s in %v", name, o.Values)
	return 0
}

func reason(t testing.TB, o *metrics.Out, name string) string {
	t.Helper()
	for _, v := range o.Values {
		if v.Name == name {
			return v.Reason
		}
	}
	t.Fatalf("no %s in %v", name, o.Values)
	return ""
}

func array(t testing.TB, o *metrics.Out, name string) []float64 {
	t.Helper()
	for _, a := range o.Arrays {
		if a.Name == name {
			return a.Data
		}
	}
	t.Fatalf("no array %s", name)
	return nil
}

func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
		t.Errorf("%s: got %.15g; want %.15g", what, got, want)
	}
}

func draws(r int) metrics.Replicates { return metrics.Replicates{R: r, Least: 2, Sums: true} }
