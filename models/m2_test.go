package models_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// classified is a small classifier on four data, of which the second and the last show
// their class.
func classified(t testing.TB, prec tape.Precision) *vi.Work {
	t.Helper()
	d, err := datasets.Bits{N: 4, Dim: 5, Latent: 2}.Make(rng.Data(0, "bits", "train"))
	if err != nil {
		t.Fatal(err)
	}
	d.Labels, d.Shown = []int{0, 2, 1, 1}, []bool{false, true, false, true}
	return moved(workOn(t, prec, models.M2{Classes: 3, Latent: 2, Hidden: 4, Alpha: 0.7}, d, 0))
}

// Densities against plain loops: log q(y|x), log q(z|x,y), log p(y) + log p(z) and log
// p(x|y,z) of data whose class is not shown.
func TestM2Densities(t *testing.T) {
	w := classified(t, tape.Float64)
	get := func(name string) []float64 { return w.Params.Value(name).AppendTo(nil) }
	affine := func(w, b string, x []float64) []float64 {
		wt := get(w)
		y := make([]float64, len(wt)/len(x))
		if b != "" {
			copy(y, get(b))
		}
		for i := range y {
			for j, v := range x {
				y[i] += wt[i*len(x)+j] * v
			}
		}
		return y
	}
	tanh := func(a ...[]float64) []float64 {
		h := make([]float64, len(a[0]))
		for i := range h {
			for _, x := range a {
				h[i] += x[i]
			}
			h[i] = math.Tanh(h[i])
		}
		return h
	}
	const k = 6
	rows := []int{0, 2}
	s := w.Step(0, rows, &vi.Keyed{Key: rng.Eval(0, 0)})
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), k)
	lq, lp, ll := q.LogProb(z).Float64s(), s.Prior().LogProb(z).Float64s(), s.LogLik(z).Float64s()
	seen := map[int]bool{}
	for r := range lq {
		x, y, u := row(w.Data, rows[r/k]), z.Block(0).Value().Slice(r*3, r*3+3).AppendTo(nil), z.Block(1).Value().Slice(r*2, r*2+2).AppendTo(nil)
		a := affine("inf/y/logits/W", "inf/y/logits/b", tanh(affine("inf/y/0/W", "inf/y/0/b", x)))
		norm := math.Log(math.Exp(a[0]) + math.Exp(a[1]) + math.Exp(a[2]))
		wantQ, wantP, wantL := 0.0, -math.Log(3), 0.0
		for i := range y {
			wantQ += y[i] * (a[i] - norm)
			seen[i] = seen[i] || y[i] == 1
		}
		h := tanh(affine("inf/z/x/W", "inf/z/x/b", x), affine("inf/z/y/W", "", y))
		mu, ls := affine("inf/z/mu/W", "inf/z/mu/b", h), affine("inf/z/logsigma/W", "inf/z/logsigma/b", h)
		for i := range u {
			e := (u[i] - mu[i]) / math.Exp(ls[i])
			wantQ += -0.5*math.Log(2*math.Pi) - ls[i] - e*e/2
			wantP += -0.5*math.Log(2*math.Pi) - u[i]*u[i]/2
		}
		h = tanh(affine("gen/z/W", "gen/z/b", u), affine("gen/y/W", "", y))
		for i, a := range affine("gen/x/W", "gen/x/b", h) {
			wantL += x[i]*a - math.Log1p(math.Exp(a))
		}
		near(t, "log q", lq[r], wantQ, 1e-12)
		near(t, "log p(y) p(z)", lp[r], wantP, 1e-12)
		near(t, "log p(x|y,z)", ll[r], wantL, 1e-12)
	}
	if len(seen) < 2 {
		t.Errorf("classes drawn: %v; the test is blind", seen)
	}
}

// Of a row whose class is shown, y is that class for certain, hard and relaxed, log
// q(y|x) is zero and its weights do not move by it; a row of other data has no class.
func TestM2KnownClass(t *testing.T) {
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		w := classified(t, prec)
		const k = 50
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Eval(1, 0)})
		q := s.Posterior()
		for what, d := range map[string]dist.Dist{
			"hard": q, "soft": q.(dist.Relaxer).Relax(dist.Relaxation{Tau: 1}), "cold": q.(dist.Relaxer).Relax(dist.Relaxation{Tau: 0.01}),
			"straight": q.(dist.Relaxer).Relax(dist.Relaxation{Tau: 0.5, Hard: true}),
		} {
			y := d.Sample(s.Noise("z"), k).Block(0).Value()
			for b, want := range []int{-1, 2, -1, 1} {
				for r := range k {
					at := y.Slice((b*k+r)*3, (b*k+r)*3+3).AppendTo(nil)
					if want >= 0 && at[want] != 1 {
						t.Fatalf("%s, %s: datum %d of class %d drawn as %v", prec, what, b, want, at)
					}
				}
			}
		}
		first := q.(dist.Hybrid)
		_, ly := first.Each(s.Noise("z"), 1)
		for b, want := range map[int]int{1: 2, 3: 1} {
			if p := ly.Exp().Float64s()[b*3+want]; p != 1 {
				t.Errorf("%s: datum %d has its class with probability %g", prec, b, p)
			}
		}
		other := w.On(&vi.Data{N: 1, D: 5, X: row(w.Data, 1), Domain: vi.Binary, Labels: []int{2}})
		s = other.Step(0, []int{0}, &vi.Keyed{Key: rng.Eval(1, 0)})
		_, ly = s.Posterior().(dist.Hybrid).Each(s.Noise("z"), 1)
		if p := ly.Exp().Float64s()[2]; p > 0.99 {
			t.Errorf("%s: a label that is not shown is read: probability %g", prec, p)
		}
	}
}

// What guides q(y|x) is alpha/B sum over known rows of log q(y|x), and it is raised by
// inf/ beside the bound: in value by hand, in gradient by central differences.
func TestM2Guide(t *testing.T) {
	w := classified(t, tape.Float64)
	value := func() float64 {
		s := w.Step(0, w.All, nil)
		a := w.Model.(vi.Classifier).Classify(s).Value()
		sum := 0.0
		for b, c := range map[int]int{1: 2, 3: 1} {
			norm := 0.0
			for i := range 3 {
				norm += math.Exp(a.At(b*3 + i))
			}
			sum += 0.7 / 4 * (a.At(b*3+c) - math.Log(norm))
		}
		return sum
	}
	s := w.Step(0, w.All, nil)
	near(t, "guide", w.Model.(vi.Guided).Guide(s).Float(), value(), 1e-13)
	d := s.Ascend(vi.Surrogate{Inf: s.Scalar(0)}).Inf.Ascend.AppendTo(nil)
	v := w.Params.Vector(tape.Inf)
	moved := 0
	for i := range v.Len() {
		const h = 1e-5
		x := v.At(i)
		v.Set(i, x+h)
		up := value()
		v.Set(i, x-h)
		down := value()
		v.Set(i, x)
		near(t, "guide's gradient", d[i], (up-down)/(2*h), 1e-9)
		if d[i] != 0 {
			moved++
		}
	}
	if moved == 0 {
		t.Error("nothing is guided")
	}
}

func TestM2Refusals(t *testing.T) {
	bits := &vi.Data{Name: "bits", N: 1, D: 2, X: []float64{0, 1}, Domain: vi.Binary}
	labelled := *bits
	labelled.Labels, labelled.Shown = []int{7}, []bool{true}
	for _, c := range []struct {
		m    models.M2
		d    *vi.Data
		want string
	}{
		{models.M2{Classes: 1, Latent: 1, Hidden: 1}, bits, "model m2: classes: got 1; need at least 2"},
		{models.M2{Classes: 2, Latent: 0, Hidden: 1}, bits, "model m2: latent and hidden: got a layer of width 0; need at least 1"},
		{models.M2{Classes: 2, Latent: 1, Hidden: 1, Alpha: -1}, bits, "model m2: alpha: got -1; need 0 or more"},
		{models.M2{Classes: 2, Latent: 1, Hidden: 1, Act: "step"}, bits, `model m2: act: got "step"; have `},
		{models.M2{Classes: 5, Latent: 1, Hidden: 1}, &labelled, `model m2: classes: got 5; row 0 of "bits" has class 7`},
		{models.M2{Classes: 2, Latent: 1, Hidden: 1}, &vi.Data{Name: "reals", N: 1, D: 2, X: []float64{0, 1}, Domain: vi.Real}, `model m2 explains binary data, got real data "reals"`},
	} {
		if _, err := c.m.For(c.d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v; want %q", c.m, err, c.want)
		}
	}
}
