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

// beliefs are small networks of every kind.
var beliefs = map[string]models.SBN{
	"linear":      {Layers: []int{3}},
	"nonlinear":   {Layers: []int{3}, Hidden: []int{0, 4}, Prior: "uniform"},
	"two layers":  {Layers: []int{3, 2}, Hidden: []int{0}},
	"three":       {Layers: []int{2, 3, 2}, Coding: "bits"},
	"categories":  {Layers: []int{2}, Classes: 4},
	"categories2": {Layers: []int{2, 1}, Classes: 3, Coding: "bits", Hidden: []int{5}},
}

func belief(t testing.TB, prec tape.Precision, m models.SBN) *vi.Work {
	t.Helper()
	w := work(t, prec, m, datasets.Bits{N: 3, Dim: 6, Latent: 2}, 0)
	for r := range tape.Own { // off its start, where biases and the prior are zero
		v := w.Params.Vector(r)
		for i := range v.Len() {
			v.Set(i, v.At(i)+0.3*math.Sin(1.3*float64(i)+float64(r)))
		}
	}
	return w
}

// bitsOf is a network of bits by plain loops: log q(z|x), log p(z) and log p(x|z) of
// one datum and the bits of every layer.
func bitsOf(w *vi.Work, m models.SBN, x []float64, z [][]float64) (logq, logp, loglik float64) {
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
			x = affine(prefix+string(rune('0'+i)), x)
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
	code := func(b []float64) []float64 {
		c := make([]float64, len(b))
		for i := range b {
			c[i] = b[i]
			if m.Coding != "bits" {
				c[i] = 2*b[i] - 1
			}
		}
		return c
	}
	in := make([]float64, len(x))
	for j := range in {
		mean := 0.0
		for n := range w.Data.N {
			mean += w.Data.X[n*w.Data.D+j] / float64(w.Data.N)
		}
		in[j] = x[j] - mean
	}
	name := func(net string, i int) string {
		if len(z) == 1 {
			return net
		}
		return net + "z" + string(rune('1'+i)) + "/"
	}
	for i, b := range z {
		logq += lp(b, logits(name("inf/", i), in))
		in = code(b)
	}
	top := make([]float64, len(z[len(z)-1]))
	if m.Prior != "uniform" {
		top = get("gen/prior")
	}
	logp = lp(z[len(z)-1], top)
	for i := len(z) - 2; i >= 0; i-- {
		logp += lp(z[i], logits(name("gen/", i), code(z[i+1])))
	}
	return logq, logp, lp(x, logits("gen/x/", code(z[0])))
}

// Densities of networks of bits against plain loops; and of every network, all
// states of p and of q add up to one, and the evidence to what they explain.
func TestSBNDensities(t *testing.T) {
	for name, m := range beliefs {
		w := belief(t, tape.Float64, m)
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Eval(0, 0)})
		q := s.Posterior()
		if m.Classes < 3 {
			const k = 4
			z := q.Sample(s.Noise("z"), k)
			lq, lp, ll := q.LogProb(z).Float64s(), s.Prior().LogProb(z).Float64s(), s.LogLik(z).Float64s()
			for r := range lq {
				var b [][]float64
				for i, d := range m.Layers {
					b = append(b, z.Block(i).Value().Slice(r*d, (r+1)*d).AppendTo(nil))
				}
				a, p, l := bitsOf(w, m, row(w.Data, r/k), b)
				near(t, name+", log q", lq[r], a, 1e-12)
				near(t, name+", log p(z)", lp[r], p, 1e-12)
				near(t, name+", log p(x|z)", ll[r], l, 1e-12)
			}
		}
		states := int(w.Model.Sheet().States())
		z := q.(dist.Enumerable).Enumerate(states, 1)
		for b := range w.Data.N {
			near(t, name+", sum of q", q.LogProb(z).Exp().SumK().Float64s()[b], 1, 1e-12)
			near(t, name+", sum of p", s.Prior().LogProb(z).Exp().SumK().Float64s()[b], 1, 1e-12)
		}
		// log p(x) = ELBO + KL(q || posterior), both by enumeration.
		want := s.LogJoint(z).LogSumExpK().Float64s()
		for n, got := range w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X) {
			near(t, name+", evidence", got, want[n], 1e-12)
		}
	}
}

// Everything about a network works in float32 and follows float64.
func TestSBNFloat32(t *testing.T) {
	for name, m := range beliefs {
		w, v := belief(t, tape.Float64, m), belief(t, tape.Float32, m)
		a, b := w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X), v.Model.(vi.Evidence).LogEvidence(v.Params, v.Data.X)
		for n := range a {
			near(t, name, b[n], a[n], 1e-5)
		}
	}
}

// Coding signs puts 2^m categories on the corners of a cube, the digits of the
// category to base two; the visible start is the data's mean.
func TestSBNCoding(t *testing.T) {
	w := work(t, tape.Float64, models.SBN{Layers: []int{2}, Classes: 4}, datasets.Bits{N: 5, Dim: 6, Latent: 2}, 0)
	weights := w.Params.Value("gen/x/logits/W")
	if weights.Len() != 6*4 {
		t.Fatalf("%d weights; want 6 for each of 2 x 2 corners", weights.Len())
	}
	s := w.Step(0, w.All[:1], nil)
	z := s.Posterior().(dist.Enumerable).Enumerate(16, 1)
	l := w.Model.(vi.Renderer).Render(s, z).Value()
	bias := w.Params.Value("gen/x/logits/b")
	for state := range 16 {
		corner := []float64{float64(2*(state&1) - 1), float64(2*(state>>1&1) - 1), float64(2*(state>>2&1) - 1), float64(2*(state>>3&1) - 1)}
		for j := range 6 {
			a := bias.At(j)
			for i, c := range corner {
				a += weights.At(j*4+i) * c
			}
			near(t, "mean of x", l.At(state*6+j), 1/(1+math.Exp(-a)), 1e-12)
		}
	}
}

// Dreams have the moments of the model's own distribution by enumeration: 18 means
// at z-scores below 5, false alarm 1e-5.
func TestSBNDreams(t *testing.T) {
	for _, name := range []string{"two layers", "categories", "linear"} {
		w := belief(t, tape.Float64, beliefs[name])
		s := w.Step(0, w.All[:1], nil)
		states := int(w.Model.Sheet().States())
		z := s.Prior().(dist.Enumerable).Enumerate(states, 1)
		p, mean := s.Prior().LogProb(z).Exp().Float64s(), w.Model.(vi.Renderer).Render(s, z).Value()
		want := make([]float64, 6)
		for i := range states {
			for j := range want {
				want[j] += p[i] * mean.At(i*6+j)
			}
		}
		const n = 4000
		got := make([]float64, 6)
		for r := range n {
			s := w.Step(0, w.All[:1], &vi.Keyed{Key: rng.Probe(0, 0, uint64(r))})
			_, x := s.Simulate()
			for j := range got {
				got[j] += x.Value().At(j) / n
			}
		}
		for j := range got {
			if z := (got[j] - want[j]) / math.Sqrt(want[j]*(1-want[j])/n); math.Abs(z) > 5 {
				t.Errorf("%s, x_%d: dreamt %.4f, mean %.4f, z = %.1f", name, j, got[j], want[j], z)
			}
		}
	}
}

func TestSBNRefusals(t *testing.T) {
	bits := &vi.Data{Name: "bits", N: 1, D: 2, X: []float64{0, 1}, Domain: vi.Binary}
	for _, c := range []struct {
		m    models.SBN
		d    *vi.Data
		want string
	}{
		{models.SBN{}, bits, "model sbn: layers: got none; need at least one stochastic layer"},
		{models.SBN{Layers: []int{2, 0}}, bits, "model sbn: layers: got a layer of width 0; need at least 1"},
		{models.SBN{Layers: []int{2}, Classes: 1}, bits, "model sbn: classes: got 1; need at least 2"},
		{models.SBN{Layers: []int{2}, Classes: 10}, bits, "need a power of two, or coding bits"},
		{models.SBN{Layers: []int{2}, Hidden: []int{-1}}, bits, "model sbn: hidden: got a layer of width -1; need 0 or more"},
		{models.SBN{Layers: []int{2}, Prior: "flat"}, bits, `model sbn: prior: got "flat"; have learned, uniform`},
		{models.SBN{Layers: []int{2}}, &vi.Data{Name: "reals", N: 1, D: 2, X: []float64{0, 1}, Domain: vi.Real}, `model sbn explains binary data, got real data "reals"`},
	} {
		if _, err := c.m.For(c.d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v; want %q", c.m, err, c.want)
		}
	}
	if _, err := (models.OneBit{T: math.NaN()}).For(bits); err == nil {
		t.Error("onebit takes a target that is no number")
	}
}

// A network too large to enumerate offers no evidence, and a small one does.
func TestSBNEvidenceWhereItIsSmall(t *testing.T) {
	for layers, want := range map[int]bool{12: true, 16: true, 17: false, 200: false} {
		w := work(t, tape.Float32, models.SBN{Layers: []int{layers}}, datasets.Bits{N: 3, Dim: 6, Latent: 2}, 0)
		if _, got := w.Model.(vi.Evidence); got != want {
			t.Errorf("%d bits: evidence %v", layers, got)
		}
	}
}
