package models_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// predictions are small networks of every kind.
var predictions = map[string]models.Halves{
	"one":        {Layers: []int{3}},
	"two":        {Layers: []int{3, 2}, Hidden: []int{0, 4}},
	"three":      {Layers: []int{2, 3, 2}, Coding: "bits"},
	"categories": {Layers: []int{2, 2}, Classes: 4},
	"threes":     {Layers: []int{1, 2}, Classes: 3, Coding: "bits", Hidden: []int{5}},
}

func prediction(t testing.TB, prec tape.Precision, m models.Halves) *vi.Work {
	t.Helper()
	return moved(work(t, prec, m, datasets.Bits{N: 3, Dim: 6, Latent: 2}, 0))
}

// moved is w with its parameters off their start.
func moved(w *vi.Work) *vi.Work {
	for r := range tape.Own {
		v := w.Params.Vector(r)
		for i := range v.Len() {
			v.Set(i, v.At(i)+0.3*math.Sin(1.3*float64(i)+float64(r)))
		}
	}
	return w
}

// A prediction of bits by plain loops, from its halves: log p(z|top) and log p(bottom|z)
// of one datum, the first by the top alone, the other by the last layer alone.
func predicted(w *vi.Work, m models.Halves, x []float64, z [][]float64) (logp, loglik float64) {
	get := func(name string) []float64 { return w.Params.Value(name).AppendTo(nil) }
	affine := func(name string, x []float64) []float64 {
		wt, y := get(name+"/W"), get(name+"/b")
		for i := range y {
			for j, v := range x {
				y[i] += wt[i*len(x)+j] * v
			}
		}
		return y
	}
	logits := func(prefix string, x []float64) []float64 {
		for i := range m.Hidden {
			x = affine(fmt.Sprint(prefix, i), x)
			for j := range x {
				x[j] = math.Tanh(x[j])
			}
		}
		return affine(prefix+"logits", x)
	}
	lp := func(b, a []float64) (s float64) {
		for i := range b {
			s += b[i]*a[i] - math.Log1p(math.Exp(a[i]))
		}
		return s
	}
	half := len(x) / 2
	in := slices.Clone(x[:half])
	for j := range in {
		for n := range w.Data.N {
			in[j] -= w.Data.X[n*w.Data.D+j] / float64(w.Data.N)
		}
	}
	for i, b := range z {
		name := "inf/"
		if len(z) > 1 {
			name = fmt.Sprintf("inf/z%d/", i+1)
		}
		logp += lp(b, logits(name, in))
		in = slices.Clone(b)
		if m.Coding != "bits" {
			for j := range in {
				in[j] = 2*b[j] - 1
			}
		}
	}
	return logp, lp(x[half:], logits("gen/x/", in))
}

// Densities against plain loops; the log weight is the log-likelihood; and log
// p(bottom|top), summed over one layer after the other, against the sum over all paths.
func TestHalvesDensities(t *testing.T) {
	for name, m := range predictions {
		w := prediction(t, tape.Float64, m)
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Eval(0, 0)})
		q := s.Posterior()
		if m.Classes < 3 {
			const k = 4
			z := q.Sample(s.Noise("z"), k)
			lq, ll, lw := q.LogProb(z).Float64s(), s.LogLik(z).Float64s(), s.LogW(q, z).Float64s()
			for r := range lq {
				var b [][]float64
				for i, d := range m.Layers {
					b = append(b, z.Block(i).Value().Slice(r*d, (r+1)*d).AppendTo(nil))
				}
				a, l := predicted(w, m, row(w.Data, r/k), b)
				near(t, name+", log p(z|top)", lq[r], a, 1e-12)
				near(t, name+", log p(bottom|z)", ll[r], l, 1e-12)
				near(t, name+", log weight", lw[r], l, 1e-12)
			}
		}
		z := q.(dist.Enumerable).Enumerate(int(w.Model.Sheet().States()), 1)
		want := q.LogProb(z).Add(s.LogLik(z)).LogSumExpK().Float64s()
		low := prediction(t, tape.Float32, m)
		less := low.Model.(vi.Evidence).LogEvidence(low.Params, low.Data.X)
		for n, got := range w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X) {
			near(t, name+", log p(bottom|top)", got, want[n], 1e-12)
			near(t, name+", in float32", less[n], want[n], 1e-5)
		}
	}
}

// A mistake that a network of one half could hide: the bottom does not enter p(z|top),
// nor the top p(bottom|z).
func TestHalvesReadTheirOwn(t *testing.T) {
	w := prediction(t, tape.Float64, predictions["two"])
	density := func(x []float64) (lq, ll float64) {
		s := w.On(&vi.Data{N: 1, D: 6, X: x, Domain: vi.Binary}).Step(0, []int{0}, ramp{})
		q := s.Posterior()
		z := q.(dist.Enumerable).Enumerate(32, 1)
		return q.LogProb(z).Float64s()[7], s.LogLik(z).Float64s()[7]
	}
	lq, ll := density([]float64{1, 0, 1, 0, 0, 1})
	bq, bl := density([]float64{1, 0, 1, 1, 0, 1})
	tq, tl := density([]float64{0, 0, 1, 0, 0, 1})
	if bq != lq || bl == ll || tq == lq || tl != ll {
		t.Errorf("log p(z|top) %g, with another bottom %g, another top %g; log p(bottom|z) %g, %g, %g", lq, bq, tq, ll, bl, tl)
	}
}

// The direction of Enumerate is the derivative of E log p(bottom|z), by central
// differences of its enumeration, in every parameter of both networks.
func TestHalvesGradient(t *testing.T) {
	for name, m := range predictions {
		w := prediction(t, tape.Float64, m)
		elbo := func() float64 {
			s := w.Step(0, w.All, nil)
			q := s.Posterior()
			z := q.(dist.Enumerable).Enumerate(int(w.Model.Sheet().States()), 1)
			return q.LogProb(z).Exp().Mul(s.LogLik(z)).MeanB().Float()
		}
		d := estimators.Enumerate{}.Estimate(w.Step(0, w.All, nil))
		got := [2][]float64{d.Gen.Ascend.AppendTo(nil), d.Inf.Ascend.AppendTo(nil)}
		for r := range got {
			v := w.Params.Vector(tape.Role(r))
			for i := range v.Len() {
				const h = 1e-5
				x := v.At(i)
				v.Set(i, x+h)
				up := elbo()
				v.Set(i, x-h)
				down := elbo()
				v.Set(i, x)
				near(t, fmt.Sprintf("%s, %s[%d]", name, tape.Role(r), i), got[r][i], (up-down)/(2*h), 1e-9)
			}
		}
	}
}

// The mean of the logs is below the log of the mean of the same draws, L_m rises with m
// in the mean, and all are below log p(bottom|top): for the first two no draw can be
// otherwise, for the last the mean over 4000 draws a datum is, by 6 standard errors at most.
func TestHalvesBounds(t *testing.T) {
	w := prediction(t, tape.Float64, predictions["two"])
	const draws, m = 4000, 4
	s := w.Step(0, w.All, &vi.Keyed{Key: rng.Eval(3, 0)})
	q := s.Posterior()
	lw := s.LogW(q, q.Sample(s.Noise("z"), draws*m)).Float64s()
	for n, exact := range w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X) {
		var one, many, many2 float64
		for g := range draws {
			of := lw[(n*draws+g)*m:][:m]
			meanlog, logmean := vec.Sum(of)/m, vec.LogSumExp64(of)-math.Log(m)
			if meanlog > logmean+1e-12 {
				t.Fatalf("mean of the logs %g, log of the mean %g", meanlog, logmean)
			}
			one += meanlog / draws
			many += logmean / draws
			many2 += logmean * logmean / draws
		}
		if se := math.Sqrt((many2 - many*many) / draws); !(one < many) || many > exact+6*se {
			t.Errorf("datum %d: L_1 %g, L_%d %g (se %g), log p %g", n, one, m, many, se, exact)
		}
	}
}

// Sizes of the papers, and where the evidence is summed: 8-8 has 65,536 paths, three
// layers of 8 more, but two in turn have no more.
func TestHalvesShapes(t *testing.T) {
	for _, c := range []struct {
		m      models.Halves
		d      int
		want   string
		summed bool
	}{
		{models.Halves{Layers: []int{200, 200}}, 784, "inf/z1/logits/W 200x392, inf/z2/logits/W 200x200, gen/x/logits/W 392x200", false},
		{models.Halves{Layers: []int{20, 20}, Classes: 10, Coding: "bits"}, 784, "inf/z1/logits/W 200x392, inf/z2/logits/W 200x200, gen/x/logits/W 392x200", false},
		{models.Halves{Layers: []int{240, 240, 240}}, 784, "inf/z1/logits/W 240x392, inf/z2/logits/W 240x240, inf/z3/logits/W 240x240, gen/x/logits/W 392x240", false},
		{models.Halves{Layers: []int{80, 80}, Classes: 8}, 784, "inf/z1/logits/W 640x392, inf/z2/logits/W 640x240, gen/x/logits/W 392x240", false},
		{models.Halves{Layers: []int{16, 16}}, 64, "inf/z1/logits/W 16x32, inf/z2/logits/W 16x16, gen/x/logits/W 32x16", false},
		{models.Halves{Layers: []int{8, 8}, Classes: 4}, 64, "inf/z1/logits/W 32x32, inf/z2/logits/W 32x16, gen/x/logits/W 32x16", false},
		{models.Halves{Layers: []int{8, 8}}, 64, "inf/z1/logits/W 8x32, inf/z2/logits/W 8x8, gen/x/logits/W 32x8", true},
		{models.Halves{Layers: []int{8, 8, 8}, Hidden: []int{0}}, 64, "inf/z1/0/W 32x32, inf/z1/logits/W 8x32, inf/z2/0/W 8x8, inf/z2/logits/W 8x8, inf/z3/0/W 8x8, inf/z3/logits/W 8x8, gen/x/0/W 8x8, gen/x/logits/W 32x8", true},
		{models.Halves{Layers: []int{16}}, 64, "inf/logits/W 16x32, gen/x/logits/W 32x16", true},
	} {
		model, err := c.m.For(&vi.Data{Name: "hand", N: 1, D: c.d, Domain: vi.Binary, X: make([]float64, c.d)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range model.Sheet().Params {
			if strings.HasSuffix(s.Name, "/W") {
				got = append(got, fmt.Sprintf("%s %dx%d", s.Name, s.Rows, s.Cols))
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%+v: got %s; want %s", c.m, strings.Join(got, ", "), c.want)
		}
		if _, summed := model.(vi.Evidence); summed != c.summed {
			t.Errorf("%+v: evidence %v", c.m, summed)
		}
	}
}

// A picture has the given half as it is and the mean of the other below.
func TestHalvesRender(t *testing.T) {
	w := prediction(t, tape.Float64, predictions["one"])
	s := w.Step(0, w.All, nil)
	z := s.Posterior().(dist.Enumerable).Enumerate(8, 1)
	x := w.Model.(vi.Renderer).Render(s, z).Value()
	if x.Len() != 3*8*6 {
		t.Fatalf("%d numbers", x.Len())
	}
	for r := range 3 * 8 {
		for j := range 3 {
			near(t, "given", x.At(r*6+j), w.Data.X[r/8*6+j], 0)
			a := w.Params.Value("gen/x/logits/b").At(j)
			for i := range 3 {
				a += w.Params.Value("gen/x/logits/W").At(j*3+i) * float64(2*(r%8>>i&1)-1)
			}
			near(t, "mean", x.At(r*6+3+j), 1/(1+math.Exp(-a)), 1e-12)
		}
	}
}

func TestHalvesRefusals(t *testing.T) {
	bits := &vi.Data{Name: "bits", N: 1, D: 2, X: []float64{0, 1}, Domain: vi.Binary}
	for _, c := range []struct {
		m    models.Halves
		d    *vi.Data
		want string
	}{
		{models.Halves{}, bits, "model halves: layers: got none; need at least one stochastic layer"},
		{models.Halves{Layers: []int{2}, Classes: 10}, bits, "model halves: coding signs puts categories on the corners of a cube, got 10 classes"},
		{models.Halves{Layers: []int{2}, Hidden: []int{-1}}, bits, "model halves: hidden: got a layer of width -1; need 0 or more"},
		{models.Halves{Layers: []int{2}}, &vi.Data{Name: "reals", N: 1, D: 2, X: []float64{0, 1}, Domain: vi.Real}, `model halves explains binary data, got real data "reals"`},
		{models.Halves{Layers: []int{2}}, &vi.Data{Name: "odd", N: 1, D: 3, X: []float64{0, 1, 1}, Domain: vi.Binary}, `model halves: data "odd": got 3 numbers a datum in 1 rows; need an even number of both`},
		{models.Halves{Layers: []int{2}}, &vi.Data{Name: "tall", N: 1, D: 6, Image: [2]int{3, 2}, X: make([]float64, 6), Domain: vi.Binary}, `model halves: data "tall": got 6 numbers a datum in 3 rows; need an even number of both`},
	} {
		if _, err := c.m.For(c.d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v; want %q", c.m, err, c.want)
		}
	}
	model, err := models.Halves{Layers: []int{2}}.For(bits)
	if err != nil {
		t.Fatal(err)
	}
	for e, want := range map[vi.Estimator]string{
		estimators.RWS{K: 4}:                  `estimator "rws" weighs q against a prior; of this model q is the prior`,
		estimators.WakeSleep{K: 1}:            `estimator "wake-sleep" weighs q against a prior; of this model q is the prior`,
		estimators.VIMCO{K: 4}:                "",
		estimators.ScoreFunction{K: 4}:        "",
		estimators.DisARM{K: 2}:               "",
		estimators.Concrete{K: 5, KL: "disc"}: "",
	} {
		got := ""
		if err := vi.Fit(e.Card(), model.Sheet(), bits.Shape()); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q; want %q", e.Card().Name, got, want)
		}
	}
}
