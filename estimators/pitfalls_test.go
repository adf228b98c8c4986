package estimators_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// Mistakes of published code, each with a test that has it in mind.

// Masses at relaxed samples in the place of densities, or one temperature for q and
// the prior. Concrete's direction is the derivative, at fixed noise, of the objective
// written out in plain numbers, Z = sigmoid(y), y = (phi + logit u)/tau,
//
//	dens: log p(x|Z) + log k(y; a, tauP) - log k(y; phi, tau),   log k(y; a, t) = log t + a - t y - 2 softplus(a - t y)
//	mass: log p(x|Z) + Z (a - phi) - softplus(a) + softplus(phi)
//
// and not that of the other, nor that with the temperatures in each other's place.
func TestConcreteByHand(t *testing.T) {
	const q, p = 0.7, 0.4
	w := sbn(t, tape.Float64, nets["bits"])
	softplus := func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
	objective := func(mode string, tau, tauP float64) func() float64 {
		return func() float64 {
			s := w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(2, 0)})
			phi, prior := s.Posterior().(dist.Bits).Natural().Value(), w.Params.Value("gen/prior")
			u, z := make([]float64, 3), s.Blank(w.Data.N, 3)
			sum := 0.0
			for b := range w.Data.N {
				s.Noise("z").Uniform(b, tape.Float64s(u))
				for i := range u {
					f, a := phi.At(b*3+i), prior.At(i)
					y := (f + math.Log(u[i]) - math.Log1p(-u[i])) / tau
					x := 1 / (1 + math.Exp(-y))
					z.Value().Set(b*3+i, x)
					k := func(a, t float64) float64 { return math.Log(t) + a - t*y - 2*softplus(a-t*y) }
					if mode == "dens" {
						sum += k(a, tauP) - k(f, tau)
					} else {
						sum += x*(a-f) - softplus(a) + softplus(f)
					}
				}
			}
			return s.LogLik(dist.Value{Node: z, K: 1}).Mean().Float() + sum/float64(w.Data.N)
		}
	}
	farthest := func(mode string, want [2][]float64) (off float64) {
		d := estimators.Concrete{K: 1, Temperature: tau(q), TauP: p, KL: mode}.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(2, 0)}))
		for r := range want {
			for i, x := range d.Role(tape.Role(r)).Ascend.F64() {
				off = max(off, math.Abs(x-want[r][i]))
			}
		}
		return off
	}
	dens, mass := differences(w, objective("dens", q, p)), differences(w, objective("mass", q, p))
	for what, off := range map[string]float64{"dens": farthest("dens", dens), "mass": farthest("mass", mass)} {
		if off > 1e-8 {
			t.Errorf("%s: %g from the derivative of its objective", what, off)
		}
	}
	for what, off := range map[string]float64{
		"masses for densities (P5)":    farthest("dens", mass),
		"densities for masses (P5)":    farthest("mass", dens),
		"temperatures changed (P6)":    farthest("dens", differences(w, objective("dens", p, q))),
		"one temperature for two (P6)": farthest("dens", differences(w, objective("dens", q, q))),
	} {
		if off < 1e-3 {
			t.Errorf("%s: the test cannot tell (%g)", what, off)
		}
	}
	// The mode is part of the name of what is raised (P5); both temperatures are settings, and not alike (P6).
	if a, b := (estimators.Concrete{K: 1, Temperature: tau(q), TauP: p, KL: "dens"}).Card().Target, (estimators.Concrete{K: 1, Temperature: tau(q), TauP: p, KL: "mass"}).Card().Target; a == b {
		t.Errorf("dens and mass both raise %s", a)
	}
	at := map[string]any{}
	for _, s := range vi.Settings(estimators.All()[slices.IndexFunc(estimators.All(), func(e vi.Estimator) bool { return e.Card().Name == "concrete" })]) {
		at[s.Name] = s.Default
	}
	if at["tau"] != 2.0/3 || at["prior_tau"] != 0.5 {
		t.Errorf("temperatures of bits: got %v and %v; want 2/3 and 1/2", at["tau"], at["prior_tau"])
	}
}

// P7: KL in closed form with a sign turned or a log left out. Against a uniform prior of ten
// categories it is log 10 a variable of a point mass and nothing of a uniform q.
func TestKLAgainstUniform(t *testing.T) {
	w := work(t, tape.Float64, models.SBN{Layers: []int{20}, Classes: 10, Coding: "bits", Prior: "uniform"}, datasets.Bits{N: 3, Dim: 8, Latent: 2}, 0)
	s := w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(0, 0)})
	z := s.Posterior().Sample(s.Noise("z"), 2)
	for _, l := range s.Prior().LogProb(z).Float64s() {
		close(t, "log p(z)", l, -20*math.Log(10), 1e-11)
	}
	for logit, want := range map[float64]float64{0: 0, 60: 20 * math.Log(10)} {
		a := s.Leaf(3, 200)
		for v, i := a.Value(), 0; i < v.Len(); i += 10 {
			v.Set(i+3, logit)
		}
		kl, ok := s.Categorical(a, 10).(dist.KL).KL(s.Prior())
		if !ok {
			t.Fatal("no KL")
		}
		for _, got := range kl.Float64s() {
			close(t, fmt.Sprint("KL at logit ", logit), got, want, 1e-10)
		}
	}
}

// P9: a temperature of zero. No estimator takes one: its settings have a least value
// above zero, and those that can fall are checked for where to.
func TestNoTemperatureOfZero(t *testing.T) {
	n := 0
	for _, e := range estimators.All() {
		for _, s := range vi.Settings(e) {
			if s.Name != "tau" && !strings.HasSuffix(s.Name, "_tau") {
				continue
			}
			n++
			if s.Min == nil || !(*s.Min > 0) {
				t.Errorf("%s: %s may be zero", e.Card().Name, s.Name)
			}
		}
	}
	if n < 8 {
		t.Errorf("%d temperatures found", n)
	}
	for _, x := range []float64{0, -1, math.NaN()} {
		for _, e := range []vi.Checked{
			estimators.GumbelSoftmax{K: 1, Temperature: tau(x)}, estimators.STGumbel{K: 1, Temperature: tau(x)}, estimators.GumbelRao{K: 1, Temperature: tau(x)},
			estimators.StraightThrough{K: 1, Temperature: tau(x)}, estimators.Concrete{K: 1, Temperature: tau(x), TauP: 1, KL: "dens"}, estimators.Concrete{K: 1, Temperature: tau(1), TauP: x, KL: "dens"},
			estimators.GumbelSoftmax{K: 1, Temperature: estimators.Temperature{Tau: 1, Rate: 0.1, Floor: x}},
		} {
			if e.Check() == nil {
				t.Errorf("%+v is taken", e)
			}
		}
	}
}

// P14: one network's gradient summed over the batch, the other's averaged. A batch that
// has every datum twice has the direction of the batch that has it once, in every role.
func TestTwiceTheBatch(t *testing.T) {
	on := map[string]*vi.Work{
		"bits": sbn(t, tape.Float64, nets["bits"]), "categories": sbn(t, tape.Float64, nets["categories"]), "two layers": sbn(t, tape.Float64, nets["two layers"]),
		"halves": halves(t, tape.Float64, predictions["bits"]), "halves, two layers": halves(t, tape.Float64, predictions["two layers"]),
	}
	for net, w0 := range on {
		for _, e := range estimators.All() {
			w := with(t, w0, e)
			if vi.Fit(e.Card(), w.Model.Sheet(), w.Data.Shape()) != nil {
				continue
			}
			var want [3][]float64
			d := e.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(1, 0)}))
			for r := range want {
				if u := d.Role(tape.Role(r)); !u.Nil() {
					want[r] = u.Ascend.AppendTo(nil)
				}
			}
			d = e.Estimate(w.Step(0, append(slices.Clone(w.All), w.All...), &vi.Keyed{Key: rng.Noise(1, 0)}))
			for r := range want {
				for i, x := range want[r] {
					if got := d.Role(tape.Role(r)).Ascend.At(i); math.Abs(got-x) > 1e-10*(1+math.Abs(x)) {
						t.Errorf("%s on %s: %s[%d] is %.12g of the batch, %.12g of it twice", e.Card().Name, net, tape.Role(r), i, x, got)
						break
					}
				}
			}
		}
	}
}
