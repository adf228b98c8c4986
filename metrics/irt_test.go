package metrics_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func answering(t *testing.T, m models.IRT, ds vi.Dataset) *metrics.Eval {
	t.Helper()
	d, err := ds.Make(rng.Data(1, ds.Name(), "train"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := m.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(model, nil, d, tape.Float64, rng.Init(1, "irt"))
	if err != nil {
		t.Fatal(err)
	}
	return moment(w, nil)
}

func numbers(t *testing.T, o *metrics.Out) (x map[string]float64, why map[string]string) {
	t.Helper()
	x, why = map[string]float64{}, map[string]string{}
	for _, v := range o.Values {
		if v.Reason != "" {
			why[v.Name] = v.Reason
			continue
		}
		if v.X-v.X != 0 {
			t.Errorf("%s is %g", v.Name, v.X)
		}
		x[v.Name] = v.X
	}
	return x, why
}

// With abilities -2 theta the correlation is 1; items of a = -1/2 and b = 3 b + 1 have their slopes;
// and held-out answers have the chances of the model's own definition.
func TestIRTMetric(t *testing.T) {
	e := answering(t, models.IRT{Form: "2pl", Ability: "point", Reach: 8}, datasets.IRT{Kind: "2pl", N: 400, Dim: 20, Spread: 0.3, Hide: 0.2})
	p, d := e.Work.Params, e.Work.Data
	theta, a, b := p.Value("inf/theta"), p.Value("gen/a"), p.Value("gen/b")
	lone := map[int]float64{} // who answers all alike has no ability of their own
	for n := range d.N {
		var sum, count float64
		for _, x := range d.X[20*n : 20*n+20] {
			if x == x {
				sum, count = sum+x, count+1
			}
		}
		theta.Set(n, -2*d.Codes[n])
		if sum == 0 {
			lone[n] = -8
		} else if sum == count {
			lone[n] = 8
		}
	}
	truth := append([]float64{}, d.Codes...)
	for n, x := range lone {
		d.Codes[n] = -x / 2
	}
	for j := range d.D {
		a.Set(j, -0.5*d.Items[3*j])
		b.Set(j, 3*d.Items[3*j+1]+1)
	}
	e.Last = true
	out := measure(e, metrics.IRT{When: "always"})
	x, _ := numbers(t, out)
	if len(out.Arrays) != 2 || out.Arrays[0].Name != "irt/items" || out.Arrays[1].Name != "irt/items/true" || len(out.Arrays[0].Data) != 60 {
		t.Fatalf("got arrays %v", out.Arrays)
	}
	for j, y := range out.Arrays[0].Data {
		if z := []float64{-0.5 * d.Items[j], 3*d.Items[j] + 1, 0}[j%3]; y != z || out.Arrays[1].Data[j] != d.Items[j] {
			t.Errorf("item %d: kept %g beside %g, want %g", j/3+1, y, out.Arrays[1].Data[j], z)
		}
	}
	total, right, n := 0.0, 0.0, 0.0
	for i, v := range d.X {
		if v == v {
			continue
		}
		m := -2 * truth[i/20]
		if l, ok := lone[i/20]; ok {
			m = l
		}
		chance := 1 / (1 + math.Exp(b.At(i%20)-a.At(i%20)*m))
		if d.Hidden[i] == 0 {
			chance = 1 - chance
		}
		n, total = n+1, total+math.Log(chance)
		if chance > 0.5 {
			right++
		}
	}
	for name, want := range map[string]float64{"irt/ability": 1, "irt/slope": 3, "irt/scale": 0.5, "irt/held": total / n, "irt/accuracy": right / n} {
		if got, ok := x[name]; !ok || math.Abs(got-want) > 1e-10 {
			t.Errorf("%s: got %.12g, want %.12g", name, got, want)
		}
	}
}

// Where nothing is known, held out or different there is a reason in place of a number.
func TestIRTMetricMissing(t *testing.T) {
	x, why := numbers(t, measure(answering(t, models.IRT{Ability: "grid"}, datasets.LSAT6{}), metrics.IRT{When: "always"}))
	if len(x) != 0 || len(why) != 5 {
		t.Errorf("lsat6: numbers %v, reasons %v", x, why)
	}
	// a point starts with all abilities alike
	x, why = numbers(t, measure(answering(t, models.IRT{Form: "1pl", Ability: "own"}, datasets.IRT{Kind: "1pl", N: 50, Dim: 4}), metrics.IRT{When: "always"}))
	if why["irt/ability"] == "" || why["irt/held"] == "" || x["irt/scale"] != 1 {
		t.Errorf("alike: numbers %v, reasons %v", x, why)
	}
}

// A code along the first eigenvectors has nothing to lose; turned by a known angle out of their span it
// has its sine; and without room for a direction there is a reason.
func TestSubspace(t *testing.T) {
	ds := datasets.LowRank{N: 60, Dim: 5, Latent: 3, Noise: 0.5}
	d, err := ds.Make(rng.Data(1, ds.Name(), "train"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.AE{Latent: 2}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, nil, d, tape.Float64, rng.Init(1, "ae"))
	if err != nil {
		t.Fatal(err)
	}
	e := moment(w, nil)
	s := w.Step(0, w.All, nil)
	gen, inf := s.Target(tape.Gen), s.Target(tape.Inf)
	m.(vi.Spanning).Span(s, gen, inf)
	w.Params.Vector(tape.Gen).Copy(gen)
	w.Params.Vector(tape.Inf).Copy(inf)
	x, _ := numbers(t, measure(e, metrics.Subspace{When: "always"}))
	if math.Abs(x["subspace/excess"]) > 1e-13 || x["subspace/sine"] > 1e-13 {
		t.Errorf("at the principal subspace: %v", x)
	}
	// A vector across the span, by Gram and Schmidt, in part in place of the second column; both columns
	// then mixed and scaled, which changes no span.
	v := w.Params.Value("gen/x/W")
	first, second, other := make([]float64, 5), make([]float64, 5), []float64{1, -2, 0.5, 1, 3}
	for j := range 5 {
		first[j], second[j] = v.At(2*j), v.At(2*j+1)
	}
	for _, u := range [][]float64{first, second} {
		c := 0.0
		for j := range u {
			c += u[j] * other[j]
		}
		for j := range u {
			other[j] -= c * u[j]
		}
	}
	norm := 0.0
	for _, o := range other {
		norm += o * o
	}
	const angle = 0.3
	for j := range 5 {
		turned := math.Cos(angle)*second[j] + math.Sin(angle)*other[j]/math.Sqrt(norm)
		v.Set(2*j, 2*first[j]-turned)
		v.Set(2*j+1, 7*turned+first[j])
	}
	x, _ = numbers(t, measure(e, metrics.Subspace{When: "always"}))
	if math.Abs(x["subspace/sine"]-math.Sin(angle)) > 1e-13 || !(x["subspace/excess"] > 0) {
		t.Errorf("at an angle of %g: %v", angle, x)
	}
	for j := range 5 {
		v.Set(2*j+1, -3*v.At(2*j))
	}
	if _, why := numbers(t, measure(e, metrics.Subspace{When: "always"})); why["subspace/sine"] == "" {
		t.Error("two atoms alike span a plane")
	}
}
