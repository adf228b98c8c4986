package estimators_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// deep is a small network of several stochastic layers at one datum, off its start.
func deep(t testing.TB, m models.SBN, e vi.Estimator) *vi.Work {
	w := work(t, tape.Float64, m, datasets.Bits{N: 2, Dim: 3, Latent: 2}, 0)
	for r := range tape.Own {
		v := w.Params.Vector(r)
		for i := range v.Len() {
			v.Set(i, v.At(i)+0.5*math.Sin(1.3*float64(i)+float64(r)))
		}
	}
	w = with(t, w, e)
	w.All = w.All[:1]
	return w
}

var (
	twoOfBits = models.SBN{Layers: []int{2, 2}}
	hidden    = models.SBN{Layers: []int{2, 1}, Hidden: []int{3}, Coding: "bits"}
	three     = models.SBN{Layers: []int{1, 2, 1}}
	twoOfCats = models.SBN{Layers: []int{1, 2}, Classes: 3, Coding: "bits"}
)

// enumerated is the ELBO's gradient, of p and of q, by all states.
func enumerated(w *vi.Work) (want [2][]float64) {
	d := estimators.Enumerate{}.Estimate(w.Step(0, w.All, nil))
	for r := range want {
		want[r] = d.Role(tape.Role(r)).Ascend.AppendTo(nil)
	}
	return want
}

// forced is the mean direction of an estimator that sees of its noise no more than one
// sample of each layer: a sum over all states, each drawn by noise that leaves no choice.
func forced(w *vi.Work, e vi.Estimator) (mean [2][]float64) {
	sheet := w.Model.Sheet()
	total := 0.0
	for state := range int(sheet.States()) {
		s, rest := script{}, state
		for _, b := range sheet.Blocks {
			u := make([]float64, b.Dim)
			n := max(b.Classes, 1)
			for v := 0; v < b.Dim; v += n {
				values := max(b.Classes, 2)
				x := rest % values
				rest /= values
				for i := range n {
					u[v+i] = 1e-12
				}
				if b.Classes > 0 {
					u[v+x] = 1 - 1e-12
				} else if x == 1 {
					u[v] = 1 - 1e-12
				}
			}
			s[b.Name] = u
		}
		step := w.Step(0, w.All, s)
		q := step.Posterior()
		weight := math.Exp(q.LogProb(q.Sample(step.Noise("z"), 1)).Float())
		total += weight
		d := e.Estimate(w.Step(0, w.All, s))
		for r := range mean {
			for i, x := range d.Role(tape.Role(r)).Ascend.F64() {
				if len(mean[r]) == i {
					mean[r] = append(mean[r], 0)
				}
				mean[r][i] += weight * x
			}
		}
	}
	if math.Abs(total-1) > 1e-12 {
		panic(fmt.Sprintf("states have probability %g", total))
	}
	return mean
}

// MuProp and REINFORCE on several layers, of bits and of categories, have the
// enumerated gradient in both networks, to rounding; straight-through, summed so too, does not.
func TestDeepByStates(t *testing.T) {
	for _, m := range []models.SBN{twoOfBits, hidden, three, twoOfCats} {
		for _, e := range []vi.Estimator{estimators.MuProp{K: 1}, estimators.Reinforce{K: 1, Baseline: "none"}} {
			w := deep(t, m, e)
			want, got := enumerated(w), forced(w, e)
			for r := range want {
				for i, x := range got[r] {
					close(t, fmt.Sprintf("%v, %s, %s[%d]", m.Layers, name(e), tape.Role(r), i), x, want[r][i], 1e-13)
				}
			}
		}
		w := deep(t, m, nil)
		want, got, off := enumerated(w), forced(w, estimators.StraightThrough{K: 1, Temperature: tau(1)}), 0.0
		for i, x := range got[tape.Inf] {
			off = max(off, math.Abs(x-want[tape.Inf][i]))
		}
		if off < 1e-3 {
			t.Errorf("%v: straight-through is within %g of exact: the sum has no power", m.Layers, off)
		}
	}
}

// thresholds are where some bit of a layer may flip as its uniform rises, given any sample
// of the layers before: p and 1-p.
func thresholds(w *vi.Work, l, bit int) (at []float64) {
	s := w.Step(0, w.All, nil)
	q := s.Posterior().(dist.Layered)
	a := q.Layer(l, q.(dist.Enumerable).Enumerate(int(w.Model.Sheet().States()), 1)).(dist.Discrete).Natural()
	_, d := a.Shape()
	for i := bit; i < a.Value().Len(); i += d {
		p := 1 / (1 + math.Exp(-a.Value().At(i)))
		at = append(at, p, 1-p)
	}
	slices.Sort(at)
	return slices.CompactFunc(at, func(x, y float64) bool { return math.Abs(y-x) < 1e-13 })
}

// between is the midpoints of the pieces that points cut the unit interval into: exact
// for what is linear between them.
func between(at []float64) (out []node) {
	lo := 0.0
	for _, hi := range append(slices.Clone(at), 1) {
		out = append(out, node{[]float64{(lo + hi) / 2}, hi - lo})
		lo = hi
	}
	return out
}

// ARM and DisARM on two layers have the enumerated gradient of q, to rounding, by all
// pieces of the noise on which they are constant or linear in it. A layer's own parameters
// see its pair, the layer before and the layers drawn anew after; other noise stands still.
func TestDeepPairs(t *testing.T) {
	for _, m := range []models.SBN{{Layers: []int{2, 1}}, {Layers: []int{1, 2}}, {Layers: []int{2, 1}, Hidden: []int{3}, Coding: "bits"}} {
		for _, e := range []vi.Estimator{estimators.ARM{K: 2}, estimators.DisARM{K: 2}} {
			w := deep(t, m, e)
			want := enumerated(w)[tape.Inf]
			cut := [2][][]node{}
			for l, d := range m.Layers {
				for i := range d {
					cut[l] = append(cut[l], between(thresholds(w, l, i)))
				}
			}
			for l, sites := range [][]string{{"z1", "z1/2"}, {"z1", "z2"}} {
				mean, _ := moments(w, e, func(site string, i int) []node {
					if !slices.Contains(sites, site) {
						return []node{{[]float64{0.3}, 1}}
					}
					layer := int(site[len(site)-1] - '1')
					return cut[layer][i%m.Layers[layer]]
				})
				seen := 0
				for _, spec := range w.Params.Specs() {
					if _, lo, hi, _ := w.Params.Range(spec.Name); strings.HasPrefix(spec.Name, fmt.Sprintf("inf/z%d/", l+1)) {
						for i := lo; i < hi; i++ {
							close(t, fmt.Sprintf("%v, %s, %s[%d]", m.Layers, name(e), spec.Name, i-lo), mean[i], want[i], 1e-13)
							seen++
						}
					}
				}
				if seen == 0 {
					t.Errorf("layer %d has no parameters", l+1)
				}
			}
		}
	}
}

// unheld is a q whose second layer draws its conditional noise without the derivative of
// its law: a mutant that biases a control variate at that layer alone.
type unheld struct{ vi.Latent }

func (m unheld) Posterior(s *vi.Step) dist.Dist {
	return unheldLayers{m.Latent.Posterior(s).(dist.Layered)}
}

type unheldLayers struct{ dist.Layered }

func (q unheldLayers) Layer(p int, z dist.Value) dist.Dist {
	if d := q.Layered.Layer(p, z); p == 0 {
		return d
	} else {
		return unheldBits{d.(dist.Bits)}
	}
}

type unheldBits struct{ dist.Bits }

func (b unheldBits) Given(z dist.Value, n dist.Noise) tape.Node { return b.Bits.Given(z, n).Stop() }

// farthest is the largest |z| of an estimator's mean in q's parameters from the enumerated.
func farthest(w *vi.Work, e vi.Estimator, draws int) (z float64) {
	want := enumerated(w)[tape.Inf]
	mean, se, _ := simulated(w, e, draws)
	for i, x := range mean {
		if off := math.Abs(x - want[i]); off > 1e-12 {
			z = max(z, off/se[i])
		}
	}
	return z
}

// REBAR and RELAX on several layers have the enumerated gradient: 13 to 34 z-scores
// each below 5.5, false alarm 1.3e-6 a case. The same limit rejects st-gumbel, and two
// mistakes where they are: no path through later layers in the first, and held
// conditional noise in the second.
func TestDeepControlVariates(t *testing.T) {
	draws := 3000
	for _, m := range []models.SBN{twoOfBits, hidden, three} {
		for _, e := range []vi.Estimator{
			estimators.REBAR{K: 1, Tau: 0.5, Eta: 1}, estimators.REBAR{K: 1, Tau: 1, Eta: 0.7, Modified: true}, estimators.RELAX{K: 1, Tau: 0.7, Hidden: 3},
		} {
			w := deep(t, m, e)
			own := w.Params.Vector(tape.Own)
			for i := range own.Len() {
				own.Set(i, own.At(i)+0.4*math.Sin(float64(i+1)))
			}
			z := farthest(w, e, draws)
			t.Logf("%v, %+v: largest z %.1f", m.Layers, e, z)
			if z > 5.5 {
				t.Errorf("%v, %+v: largest z is %.1f", m.Layers, e, z)
			}
		}
	}
	if z := farthest(deep(t, twoOfBits, nil), estimators.STGumbel{K: 1, Temperature: tau(2)}, draws); z < 5.5 {
		t.Errorf("st-gumbel: largest z is %.1f; the test has no power", z)
	}
	w := deep(t, twoOfBits, nil)
	want := enumerated(w)[tape.Inf]
	whole := w.Model.(vi.Latent)
	for biased, mutant := range []vi.Model{cut{whole}, unheld{whole}} { // in the first layer, in the second
		w.Model = mutant
		mean, se, _ := simulated(w, estimators.REBAR{K: 1, Tau: 0.5, Eta: 1}, 2*draws)
		var worst [2]float64
		for _, spec := range w.Params.Specs() {
			r, lo, hi, _ := w.Params.Range(spec.Name)
			for i := lo; r == tape.Inf && i < hi; i++ {
				l := 0
				if strings.HasPrefix(spec.Name, "inf/z2/") {
					l = 1
				}
				if off := math.Abs(mean[i] - want[i]); off > 1e-12 {
					worst[l] = max(worst[l], off/se[i])
				}
			}
		}
		t.Logf("%T: largest z %.1f in the first layer, %.1f in the second", mutant, worst[0], worst[1])
		if !(worst[biased] > 5.5 && worst[1-biased] < 5.5) {
			t.Errorf("%T: largest z %.1f in the first layer, %.1f in the second", mutant, worst[0], worst[1])
		}
	}
}

// A control variate's own parameters follow the fall of the squares of all layers'
// directions in their logits: of one sample of one datum, in a linear network, those in biases.
func TestDeepOwnParameters(t *testing.T) {
	for _, e := range []vi.Estimator{
		estimators.REBAR{K: 1, Tau: 0.7, Adapt: true}, estimators.REBAR{K: 1, Tau: 0.7, Adapt: true, Modified: true}, estimators.RELAX{K: 1, Tau: 0.7, Hidden: 3},
	} {
		for _, m := range []models.SBN{twoOfBits, three} {
			w := deep(t, m, e)
			own := w.Params.Vector(tape.Own)
			for i := range own.Len() {
				own.Set(i, own.At(i)+0.3*math.Sin(float64(2*i+1)))
			}
			square := func() (s float64) {
				d := estimate(w, e, 5).Inf.Ascend
				for _, spec := range w.Params.Specs() {
					if r, lo, hi, _ := w.Params.Range(spec.Name); r == tape.Inf && strings.HasSuffix(spec.Name, "logits/b") {
						for i := lo; i < hi; i++ {
							s -= d.At(i) * d.At(i)
						}
					}
				}
				return s
			}
			got := estimate(w, e, 5).Own.Ascend.AppendTo(nil)
			const h = 1e-5
			for i, g := range got {
				x := own.At(i)
				own.Set(i, x+h)
				up := square()
				own.Set(i, x-h)
				down := square()
				own.Set(i, x)
				if want := (up - down) / (2 * h); math.Abs(g-want) > 1e-6*(1+math.Abs(want)) {
					t.Errorf("%v, %+v, own[%d]: got %.10g, central difference %.10g", m.Layers, e, i, g, want)
				}
			}
		}
	}
}

// cut is a q whose layers read the samples before them without their path: a mutant of
// what goes through later layers.
type cut struct{ vi.Latent }

func (m cut) Posterior(s *vi.Step) dist.Dist {
	q := m.Latent.Posterior(s).(dist.Layered)
	return s.Chain(cutLayers{q}, q.Order())
}

type cutLayers struct{ dist.Layered }

func (q cutLayers) Layer(_ *vi.Step, i int, z dist.Value) dist.Dist {
	if i > 0 {
		z = z.Stop()
	}
	return q.Layered.Layer(i, z)
}

// Gumbel-Rao on several layers has st-gumbel's mean, of bits and of categories: paired
// differences below 5.5 standard errors, 13 to 34 coordinates, false alarm 1.3e-6 a case; and it
// has less variance. The same limit tells it from st-gumbel without the path
// through later layers.
func TestDeepGumbelRao(t *testing.T) {
	const draws = 10000
	for _, m := range []models.SBN{twoOfBits, three, twoOfCats} {
		st, rao := estimators.STGumbel{K: 1, Temperature: tau(0.5)}, estimators.GumbelRao{K: 1, R: 10, Temperature: tau(0.5)}
		w, mutant := deep(t, m, nil), deep(t, m, nil)
		mutant.Model = cut{w.Model.(vi.Latent)}
		var s, ss [2][]float64 // of gumbel-rao less st-gumbel, whole and cut
		for n := range draws {
			g := estimate(w, rao, n).Inf.Ascend.AppendTo(nil)
			for j, v := range []*vi.Work{w, mutant} {
				if n == 0 {
					s[j], ss[j] = make([]float64, len(g)), make([]float64, len(g))
				}
				for i, x := range estimate(v, st, n).Inf.Ascend.F64() {
					s[j][i] += g[i] - x
					ss[j][i] += (g[i] - x) * (g[i] - x)
				}
			}
		}
		var z [2]float64
		for j := range z {
			for i, x := range s[j] {
				if math.Abs(x) > 1e-12 {
					z[j] = max(z[j], math.Abs(x)/math.Sqrt(ss[j][i]-x*x/draws))
				}
			}
		}
		t.Logf("%v: largest z %.1f, with the path cut %.1f", m.Layers, z[0], z[1])
		if !(z[0] < 5.5 && z[1] > 5.5) {
			t.Errorf("%v: gumbel-rao and st-gumbel: largest z %.1f, with the path cut %.1f", m.Layers, z[0], z[1])
		}
		_, _, a := simulated(w, st, draws/4)
		_, _, b := simulated(w, rao, draws/4)
		if !(b < a) {
			t.Errorf("%v: tr Var of gumbel-rao %.4f, of st-gumbel %.4f", m.Layers, b, a)
		}
	}
}

// Densities evaluated for one datum on two layers, of p and of q together, are what
// the comments say; and darn, which is of one layer, says so.
func TestDeepCosts(t *testing.T) {
	for _, c := range []struct {
		e    vi.Estimator
		want int64
	}{
		{estimators.ARM{K: 4}, 2 * 2 * 4}, {estimators.DisARM{K: 2}, 2 * 2 * 2}, {estimators.MuProp{K: 3}, 2 * 4}, {estimators.GumbelRao{K: 3, R: 5, Temperature: tau(1)}, 2 * 3},
		{estimators.REBAR{K: 3, Tau: 1, Eta: 1}, 2 * (3 + 2*2*3)}, {estimators.RELAX{K: 1, Tau: 1, Hidden: 2}, 2 * (1 + 2*2)},
	} {
		w := deep(t, twoOfBits, c.e)
		w.Estimate(c.e, 0, w.All, script{"z1": {0.3}, "z2": {0.6}, "z1/2": {0.2}, "z/cond1": {0.4}, "z/cond2": {0.4}, "z/rao1": {0.4}, "z/rao2": {0.4}})
		if w.Evals != c.want {
			t.Errorf("%s: %d evaluations; want %d", name(c.e), w.Evals, c.want)
		}
	}
	w := deep(t, twoOfBits, nil)
	err := vi.Fit(estimators.DARN{K: 1}.Card(), w.Model.Sheet(), w.Data.Shape())
	if want := `estimator "darn" is of one stochastic layer; the model has 2: z1, z2`; err == nil || err.Error() != want {
		t.Errorf("got %v; want %s", err, want)
	}
}
