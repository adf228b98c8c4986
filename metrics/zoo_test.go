package metrics_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// zoo is a model of discrete latents on n data that it does not read.
func zoo(t testing.TB, m vi.Maker, e vi.Estimator, n int, others ...vi.Estimator) *metrics.Eval {
	t.Helper()
	d := &vi.Data{Name: "none", N: n, D: 1, X: make([]float64, n), Domain: vi.Binary}
	model, err := m.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(model, e, d, tape.Float64, rng.Init(0, m.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return moment(w, e, others...)
}

// One bit at p = 1/2 and t = 0.499: the variances in closed form, by draws and by
// directions of many draws; five standard errors of a variance each, of bounded
// directions: false alarm 6e-7 a number. DisARM is exact on every draw.
func TestOneBitVariances(t *testing.T) {
	form := models.OneBit{T: 0.499}
	const r = 4000
	for _, c := range []struct {
		e    vi.Estimator
		want float64
		cost float64
	}{
		{estimators.Reinforce{K: 1, Baseline: "none"}, form.VarianceScore(0), 1},
		{estimators.LOO{K: 2}, form.VarianceLOO(0), 2},
		{estimators.ARM{K: 2}, form.VarianceARM(0), 2},
		{estimators.DisARM{K: 2}, 0, 2},
		{estimators.REBAR{K: 1, Tau: 0.5, Eta: 1}, 0.0223, 3}, // by two million draws of another program
	} {
		for _, n := range []int{1, 20} {
			out := probe(t, zoo(t, form, c.e, n, estimators.Enumerate{}), metrics.GradVar{Replicates: draws(r)},
				metrics.GradVarCost{Replicates: draws(r)}, metrics.Bias{Replicates: draws(r), Reference: "enumerate", Z: 4.5}, metrics.Cosine{Replicates: draws(r), Reference: "enumerate"})
			v := value(t, out, "gradvar/inf")
			if math.Abs(v*float64(n)-c.want) > 5*c.want*math.Sqrt(2.0/r)+1e-16 {
				t.Errorf("%T, %d data: variance %g; want %g/%d", c.e, n, v, c.want, n)
			}
			near(t, "at equal cost", value(t, out, "gradvar-cost/inf"), c.cost*v, 1e-12)
			if z := value(t, out, "bias/inf/z"); z > 5 {
				t.Errorf("%T, %d data: z = %g of an unbiased estimator", c.e, n, z)
			}
			if c.want == 0 {
				near(t, "cosine", value(t, out, "cosine/inf"), 1, 1e-12)
			}
		}
	}
}

// The instrument sees what there is: of four bits, straight-through is off by 0.062
// of a norm of 0.416, by enumeration, and one that is exact by nothing.
func TestFourBitsBias(t *testing.T) {
	_, g := models.FourBit{}.Exact([]float64{0.3, -1, 1.5, 0})
	e := zoo(t, models.FourBit{}, estimators.StraightThrough{K: 1, Temperature: estimators.Temperature{Tau: 1}}, 50, estimators.Enumerate{})
	const r = 2000
	out := probe(t, e, metrics.Bias{Replicates: draws(r), Reference: "enumerate", Z: 4.5})
	if want := 0.062 / math.Sqrt(inner(g, g)); math.Abs(value(t, out, "bias/inf")-want) > 0.02 {
		t.Errorf("bias %g; want %.3f", value(t, out, "bias/inf"), want)
	}
	if z := value(t, out, "bias/inf/z"); z < 10 {
		t.Errorf("z = %g", z)
	}
	if want := int64(r*50*1 + 50*16); e.Evals != want { // the exact reference is taken once
		t.Errorf("%d density evaluations; want %d", e.Evals, want)
	}
	e = zoo(t, models.FourBit{}, estimators.Enumerate{}, 1, estimators.Enumerate{})
	near(t, "bias of the reference", value(t, probe(t, e, metrics.Bias{Replicates: draws(3), Reference: "enumerate"}), "bias/inf"), 0, 0)
}

// Gumbel-Rao's variance is a/(B K) + c/B in B samples of K draws of noise: two
// numbers fit nine variances with R^2 above 0.99.
func TestGumbelRaoLaw(t *testing.T) {
	var y, u, v []float64
	for _, b := range []int{1, 4, 16} {
		for _, k := range []int{1, 4, 16} {
			e := estimators.GumbelRao{K: b, R: k, Temperature: estimators.Temperature{Tau: 0.1}}
			out := probe(t, zoo(t, models.ThreeWay{}, e, 1), metrics.GradVar{Replicates: draws(6000 / b * 2)})
			y = append(y, value(t, out, "gradvar/inf"))
			u, v = append(u, 1/float64(b*k)), append(v, 1/float64(b))
		}
	}
	uu, uv, vv, uy, vy := inner(u, u), inner(u, v), inner(v, v), inner(u, y), inner(v, y)
	a, c := (uy*vv-vy*uv)/(uu*vv-uv*uv), (vy*uu-uy*uv)/(uu*vv-uv*uv)
	rest, total := 0.0, 0.0
	for i := range y {
		rest += math.Pow(y[i]-a*u[i]-c*v[i], 2)
		total += math.Pow(y[i]-sum(y)/float64(len(y)), 2)
	}
	if r2 := 1 - rest/total; r2 < 0.99 || a <= 0 || c <= 0 {
		t.Errorf("a = %.3f, c = %.3f, R^2 = %.4f of %v", a, c, r2, y)
	}
}

// At temperature one and p = 1/2 a relaxed bit is uniform: E(X - t)^2 = 1/3 - t + t^2,
// where a hard one has 1/2 - t + t^2. A million draws, five standard errors.
func TestRelaxedCost(t *testing.T) {
	const target = 0.45
	e := zoo(t, models.OneBit{T: target}, nil, 10)
	m := metrics.Relaxed{K: 1, R: 100000, Tau: 1, PriorTau: 1}
	out := measure(e, m)
	soft, hard := -(1.0/3 - target + target*target), -(0.5 - target + target*target)
	if got := value(t, out, "relaxed@1"); math.Abs(got-soft) > 5*0.08/1000 {
		t.Errorf("relaxed %g; want %g", got, soft)
	}
	if got := value(t, out, "relaxed@1/gap"); math.Abs(got-(soft-hard)) > 5*0.1/1000 {
		t.Errorf("gap %g; want %g", got, soft-hard)
	}
	near(t, "q-mean", value(t, measure(e, metrics.QMean{}), "q-mean"), 0.5, 1e-12)
	if err := (metrics.Relaxed{K: 2}).Check(e.Work.Model.Sheet()); err == nil {
		t.Error("two samples of a cost were taken")
	}
}

// coin is a bit with logit d against a fair prior, and nothing to explain.
type coin struct{ d float64 }

func (coin) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "binary", Dim: 1, Offers: []vi.Cap{vi.Score, vi.Logits, vi.Bits, vi.Relax}}},
		Params: []vi.Spec{{Name: "inf/d", Rows: 1, Cols: 1}}, Data: vi.Binary,
	}
}
func (c coin) Init(_ rng.Key, p *vi.Params) { p.Set("inf/d", []float64{c.d}) }
func (coin) Prior(s *vi.Step) dist.Dist     { return s.Bernoulli(s.Leaf(1, 1)) }
func (coin) Posterior(s *vi.Step) dist.Dist { return s.Bernoulli(s.Param("inf/d")) }
func (coin) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.Const(z.K, s.B(), make([]float64, z.K*s.B()))
}

// Of a coin the relaxed bound at one temperature is -(d coth(d/2) - 2) whatever the
// temperature, below the discrete one; with many samples both come to log p = 0,
// from below. 200000 draws, five standard errors from the draws.
func TestRelaxedBound(t *testing.T) {
	const d = 3.0
	for _, tau := range []float64{0.3, 2} {
		data := &vi.Data{Name: "none", N: 1, D: 1, X: []float64{0}, Domain: vi.Binary}
		w, err := vi.NewWork(coin{d}, nil, data, tape.Float64, rng.Key{})
		if err != nil {
			t.Fatal(err)
		}
		e := moment(w, nil)
		out := measure(e, metrics.Relaxed{K: 1, R: 200000, Tau: tau, PriorTau: tau})
		soft, p := -(d/math.Tanh(d/2) - 2), 1/(1+math.Exp(-d))
		hard := -(p*math.Log(2*p) + (1-p)*math.Log(2*(1-p)))
		if got := value(t, out, "relaxed@1"); math.Abs(got-soft) > 5*2/math.Sqrt(200000) {
			t.Errorf("tau %g: relaxed %g; want %g", tau, got, soft)
		}
		if got := value(t, out, "relaxed@1/gap"); math.Abs(got-(soft-hard)) > 5*2.5/math.Sqrt(200000) {
			t.Errorf("tau %g: gap %g; want %g", tau, got, soft-hard)
		}
		out = measure(e, metrics.Relaxed{K: 1000, R: 50, Tau: tau, PriorTau: tau})
		if got := value(t, out, "relaxed@1000"); got > 0.01 || got < -0.1 {
			t.Errorf("tau %g: %g with a thousand samples; want about 0, from below", tau, got)
		}
	}
}

// Moving averages by the recurrence, from sums of their own; bias-corrected, so
// that the first direction alone has no variance; and all of it is in the state.
func TestVarEMA(t *testing.T) {
	const beta, steps = 0.9, 40
	w := at(truth, len(ten)).Work
	watch := metrics.VarEMA{Beta: beta}.Watch(w.Params)
	out := &metrics.Out{}
	watch.Measure(out)
	if why := reason(t, out, "var-ema@0.9/inf"); why != "no step has been taken" {
		t.Errorf("got %q", why)
	}
	e := moment(w, truth)
	list := directions(e, truth, steps)
	var weight float64
	m, s := make([]float64, len(ten)), make([]float64, len(ten))
	for i, x := range list {
		watch.See(vi.Direction{Inf: vi.Update{Ascend: tape.Float64s(x)}})
		share := math.Pow(beta, float64(steps-1-i))
		weight += share
		for j, v := range x {
			m[j] += share * v
			s[j] += share * v * v
		}
		if i == 0 {
			out = &metrics.Out{}
			watch.Measure(out)
			near(t, "of one direction", value(t, out, "var-ema@0.9/inf"), 0, 1e-12)
		}
	}
	want := 0.0
	for j := range m {
		want += s[j]/weight - m[j]/weight*m[j]/weight
	}
	again := metrics.VarEMA{Beta: beta}.Watch(w.Params)
	copy(again.State(), watch.State())
	for _, x := range []metrics.Watching{watch, again} {
		out = &metrics.Out{}
		x.Measure(out)
		near(t, "var-ema", value(t, out, "var-ema@0.9/inf/b"), want, 1e-12)
		near(t, "var-ema", value(t, out, "var-ema@0.9/inf"), want, 1e-12)
		near(t, "var-ema of gen, which stands still", value(t, out, "var-ema@0.9/gen"), 0, 0)
	}
}
