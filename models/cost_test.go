package models_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func onToy(t testing.TB, m vi.Maker) *vi.Work {
	return work(t, tape.Float64, m, datasets.Bits{N: 1, Dim: 1, Latent: 1}, 0)
}

// means of a toy over all states on the tape: E f.
func means(w *vi.Work) float64 {
	s := w.Step(0, w.All, nil)
	q := s.Posterior()
	z := q.(dist.Enumerable).Enumerate(int(w.Model.Sheet().States()), 1)
	return q.LogProb(z).Exp().Mul(s.LogLik(z)).Sum().Float()
}

// The toys' values and gradients: as given to many digits where an enumeration by
// another program gave them, and against central differences of the tape's own sums.
func TestToysExactly(t *testing.T) {
	value, grad := models.FourBit{}.Exact([]float64{0.3, -1, 1.5, 0})
	near(t, "four bits, E f", value, 2.6238197846509115, 1e-15)
	for i, want := range []float64{0.3792719444240013, -0.015992627426110184, -0.06338312683540633, 0.15638584933714594} {
		near(t, "four bits, gradient", grad[i], want, 1e-15)
	}
	three, tgrad := models.ThreeWay{}.Exact([]float64{0.2, -0.5, 1})
	for i, want := range []float64{0.158181, -0.121571, -0.036610} {
		near(t, "three ways, gradient", tgrad[i], want, 5e-7)
	}
	one := models.OneBit{T: 0.45, Phi: 0.7}
	for name, c := range map[string]struct {
		m     vi.Maker
		value float64
		grad  []float64
	}{
		"fourbit":  {models.FourBit{}, value, grad},
		"threeway": {models.ThreeWay{}, three, tgrad},
		"onebit":   {one, math.NaN(), []float64{one.Gradient(0.7)}},
	} {
		w := onToy(t, c.m)
		if got := means(w); !math.IsNaN(c.value) {
			near(t, name+", E f", got, c.value, 1e-14)
		}
		v := w.Params.Value("inf/logits")
		const h = 1e-5
		for i, want := range c.grad {
			x := v.At(i)
			v.Set(i, x+h)
			up := means(w)
			v.Set(i, x-h)
			down := means(w)
			v.Set(i, x)
			near(t, name+", gradient", (up-down)/(2*h), want, 1e-9)
		}
	}
}

// The closed forms of one bit at the start of RELAX's toy, to the digits given.
func TestOneBitClosedForms(t *testing.T) {
	m := models.OneBit{T: 0.499}
	near(t, "gradient", m.Gradient(0), -5.0e-4, 1e-12)
	near(t, "score", m.VarianceScore(0), 0.0156251, 5e-8)
	near(t, "LOO", m.VarianceLOO(0), 2.5e-7, 1e-12)
	near(t, "ARM", m.VarianceARM(0), 8.33e-8, 4e-3)
	near(t, "DisARM", m.VarianceDisARM(0), 0, 0)
	for _, phi := range []float64{-3, -0.4, 0.1, 2} { // DisARM is ARM with u integrated out
		if m.VarianceDisARM(phi) > m.VarianceARM(phi) {
			t.Errorf("phi = %g: DisARM %g above ARM %g", phi, m.VarianceDisARM(phi), m.VarianceARM(phi))
		}
	}
}

// A cost has no prior: its joint is its f, its log weight too, on a view of the step as well.
func TestCostHasNoPrior(t *testing.T) {
	w := onToy(t, models.FourBit{})
	s := w.Step(0, w.All, ramp{})
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), 3)
	for _, s := range []*vi.Step{s, s.At(s.X)} {
		for i, want := range s.LogLik(z).Float64s() {
			b := z.Node.Value().Slice(4*i, 4*i+4).AppendTo(nil)
			near(t, "f", want, models.FourBit{}.Cost(b), 1e-14)
			near(t, "joint", s.LogJoint(z).Float64s()[i], want, 0)
			near(t, "weight", s.LogW(q, z).Float64s()[i], want, 0)
		}
	}
}
