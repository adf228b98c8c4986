package models_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func allRows(d int) []float64 {
	var x []float64
	for i := range 1 << d {
		for j := range d {
			x = append(x, float64(i>>j&1))
		}
	}
	return x
}

// The compiled circuit is a distribution: over all 2^D rows it sums to one, at any number of points.
func TestContinuousMixtureSumsToOne(t *testing.T) {
	for _, points := range []int{1, 2, 7, 64, 1024} {
		w := work(t, tape.Float64, models.ContinuousMixture{Latent: 3, Hidden: []int{5}, Act: "tanh", SD: 1, N: points}, datasets.Bits{N: 4, Dim: 10, Latent: 2}, 1)
		sum := 0.0
		for _, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, allRows(10)) {
			sum += math.Exp(l)
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("%d points: sums to %.15f", points, sum)
		}
	}
}

// decoded are the chances of bits at z by a forward pass of its own.
func decoded(w *vi.Work, z []float64, hidden int) []float64 {
	get := func(name string) []float64 { return w.Params.Value(name).AppendTo(nil) }
	w0, b0, w1, b1 := get("gen/h0/W"), get("gen/h0/b"), get("gen/logits/W"), get("gen/logits/b")
	out := make([]float64, len(b1))
	for d := range out {
		a := b1[d]
		for h := range hidden {
			s := b0[h]
			for j, v := range z {
				s += w0[h*len(z)+j] * v
			}
			a += w1[d*hidden+h] * math.Tanh(s)
		}
		out[d] = 1 / (1 + math.Exp(-a))
	}
	return out
}

// With one cause the circuit of many points comes to the integral, by Gauss-Hermite in z; with
// the sum of all points taken in another order it is the same to rounding.
func TestContinuousMixtureIsItsIntegral(t *testing.T) {
	m := models.ContinuousMixture{Latent: 1, Hidden: []int{4}, Act: "tanh", SD: 1, N: 1 << 16}
	w := work(t, tape.Float64, m, datasets.Bits{N: 6, Dim: 5, Latent: 2}, 2)
	got := w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X)
	x, wt := make([]float64, 120), make([]float64, 120)
	quad.Hermite{}.FixedLocations(x, wt, math.Inf(-1), math.Inf(1))
	for n := range w.Data.N {
		p := 0.0
		for i, z := range x {
			q := wt[i] / math.Sqrt(math.Pi)
			for d, c := range decoded(w, []float64{z * math.Sqrt2}, 4) {
				if row(w.Data, n)[d] == 1 {
					q *= c
				} else {
					q *= 1 - c
				}
			}
			p += q
		}
		// the midpoints of 2^16 cells in u leave about 1e-6, as z is steep at the ends
		if math.Abs(got[n]-math.Log(p)) > 3e-6 {
			t.Errorf("row %d: log p %.10f, by quadrature %.10f", n, got[n], math.Log(p))
		}
	}
}

// Any marginal and conditional by sums over the bits left out, against the circuit's own, the
// shares of points that explain the rest.
func TestContinuousMixtureConditionals(t *testing.T) {
	const points, dim = 16, 4
	w := work(t, tape.Float64, models.ContinuousMixture{Latent: 2, Hidden: []int{3}, Act: "tanh", SD: 1, N: points}, datasets.Bits{N: 2, Dim: dim, Latent: 2}, 3)
	all := allRows(dim)
	l := w.Model.(vi.Evidence).LogEvidence(w.Params, all)
	u := make([]float64, points*2)
	rng.Sobol(u, 2, []float64{0.5 / points, 0.5 / points})
	one, both := 0.0, 0.0 // p(x_0 = 1), p(x_0 = 1, x_3 = 0)
	for i := range points {
		c := decoded(w, []float64{vec.NormalQuantile64(u[2*i]), vec.NormalQuantile64(u[2*i+1])}, 3)
		one += c[0] / points
		both += c[0] * (1 - c[3]) / points
	}
	a, b := 0.0, 0.0
	for i := range l {
		x := all[i*dim : (i+1)*dim]
		if x[0] == 1 {
			a += math.Exp(l[i])
			if x[3] == 0 {
				b += math.Exp(l[i])
			}
		}
	}
	if math.Abs(a-one) > 1e-13 || math.Abs(b/a-both/one) > 1e-13 {
		t.Errorf("p(x0=1) = %.15f, p(x3=0|x0=1) = %.15f; the circuit says %.15f and %.15f", a, b/a, one, both/one)
	}
}

// Points of one's own begin where the circuit's are, to the bit; the direction of rqmc with own is theirs, the slope of the circuit's own
// likelihood by central differences, and for the decoder that of rqmc without, to the bit.
func TestContinuousMixtureOwnPoints(t *testing.T) {
	m := models.ContinuousMixture{Latent: 2, Hidden: []int{3}, Act: "tanh", SD: 1, N: 6}
	ds := datasets.Bits{N: 9, Dim: 5, Latent: 2}
	plain := work(t, tape.Float64, m, ds, 3)
	m.Own = true
	w := work(t, tape.Float64, m, ds, 3)
	if !slices.Equal(plain.Model.(vi.Evidence).LogEvidence(plain.Params, w.Data.X), w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X)) {
		t.Error("points that have not moved are not the circuit's")
	}
	z := w.Params.Value("gen/z")
	for i := range z.Len() {
		z.Set(i, z.At(i)+0.2*math.Sin(float64(i)))
	}
	value := func() (sum float64) {
		for _, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X) {
			sum += l / float64(w.Data.N)
		}
		return sum
	}
	still := w.Model.(vi.OwnPoints).Unmoved(w.Params, w.Data.X)
	if !slices.Equal(still, plain.Model.(vi.Evidence).LogEvidence(plain.Params, w.Data.X)) {
		t.Error("where points began has moved")
	}
	noise := &vi.Keyed{Key: rng.Noise(1, 2)}
	g := w.Estimate(estimators.RQMC{K: 4, Points: "sobol", Own: true}, 0, w.All, noise).Gen.Ascend
	of := func(w *vi.Work, g tape.Vector, name string) []float64 {
		_, lo, hi, _ := w.Params.Range(name)
		return g.Slice(lo, hi).AppendTo(nil)
	}
	other := plain.Estimate(estimators.RQMC{K: 4, Points: "sobol"}, 0, w.All, noise).Gen.Ascend
	for _, s := range plain.Params.Specs() {
		if !slices.Equal(of(w, g, s.Name), of(plain, other, s.Name)) {
			t.Errorf("%s gets another direction", s.Name)
		}
	}
	for i, got := range of(w, g, "gen/z") {
		const h = 1e-5
		at := z.At(i)
		z.Set(i, at+h)
		up := value()
		z.Set(i, at-h)
		down := value()
		z.Set(i, at)
		near(t, "slope", got, (up-down)/(2*h), 1e-8)
	}
	if err := (estimators.RQMC{K: 4, Own: true}).Suits(plain.Model.Sheet()); err == nil || !strings.Contains(err.Error(), "no points of its own") {
		t.Errorf("own on a model without points: %v", err)
	}
}

// One point is independent bits; a bit that never varies leaves everything finite.
func TestContinuousMixtureEdges(t *testing.T) {
	d := &vi.Data{Name: "constant", N: 3, D: 2, X: []float64{1, 0, 1, 1, 1, 0}, Domain: vi.Binary}
	w := workOn(t, tape.Float64, models.ContinuousMixture{Latent: 2, Hidden: []int{3}, Act: "tanh", N: 1}, d, 0)
	l := w.Model.(vi.Evidence).LogEvidence(w.Params, allRows(2))
	if off := l[0] + l[3] - l[1] - l[2]; math.Abs(off) > 1e-13 { // log p00 p11 / p01 p10
		t.Errorf("one point: bits are not independent, log odds ratio %g", off)
	}
	if _, err := (models.ContinuousMixture{Latent: 17, Act: "tanh", N: 4}).For(d); err == nil || !strings.Contains(err.Error(), "latent: got 17; need 1 to 16") {
		t.Errorf("17 causes: %v", err)
	}
	if _, err := (models.ContinuousMixture{Latent: 2}).For(d); err == nil || !strings.Contains(err.Error(), "components: got 0") {
		t.Errorf("no points: %v", err)
	}
	real := &vi.Data{Name: "reals", N: 1, D: 1, X: []float64{0.3}, Domain: vi.Real}
	if _, err := (models.ContinuousMixture{Latent: 2, N: 4}).For(real); err == nil {
		t.Error("real data are taken")
	}
}
