package models_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// coder is a sparse coder whose settings left empty are the usual ones.
func coder(t testing.TB, set map[string]any) models.SparseCoder {
	t.Helper()
	for _, m := range models.All() {
		if c, ok := m.(models.SparseCoder); ok {
			c, err := vi.With(c, set)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
	}
	panic("no sparse coder")
}

// normals are [n,d] draws as data.
func normals(n, d int) *vi.Data {
	x := make([]float64, n*d)
	rng.Init(7, "sparse").Normal64(x, 0)
	return &vi.Data{Name: "normals", N: n, D: d, X: x, Domain: vi.Real}
}

// scatter moves every parameter by normal draws.
func scatter(p *vi.Params, sd float64) {
	for _, s := range p.Specs() {
		v := p.Value(s.Name)
		e := make([]float64, v.Len())
		rng.Init(11, s.Name).Normal64(e, 0)
		for i := range e {
			v.Set(i, v.At(i)+sd*e[i])
		}
	}
}

var usualWeights = vi.Weights{Prior: 1, Posterior: 1, Noise: 1}

// entropySum is L at a step, by a tape.
func entropySum(s *vi.Step, g vi.Weights) float64 {
	h := s.Entropies(g)
	return g.Posterior*h.Q.Mean().Float() - g.Prior*h.Z.Float() - g.Noise*h.X.Float()
}

// All three weights by schedules: at each step the direction is the gradient of the sum with
// the weights written here, by central differences, and from the end on that of plain
// entropy-elbo to the bit.
func TestAnnealedWeights(t *testing.T) {
	for _, ramp := range []bool{false, true} {
		e := estimators.EntropyELBO{
			Prior: []float64{1.8, 1.2}, PosteriorAnneal: []float64{0.9, 0.8, 0.95}, NoiseAnneal: []float64{0.25}, Every: 4, Ramp: ramp, Posterior: 1, Noise: 1,
		}
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
		want := map[int]vi.Weights{ // by step
			0: {Prior: 1.8, Posterior: 0.9, Noise: 0.25}, 3: {Prior: 1.8, Posterior: 0.9, Noise: 0.25}, 4: {Prior: 1.2, Posterior: 0.8, Noise: 1},
			7: {Prior: 1.2, Posterior: 0.8, Noise: 1}, 9: {Prior: 1, Posterior: 0.95, Noise: 1}, 11: {Prior: 1, Posterior: 0.95, Noise: 1},
		}
		if ramp {
			want[3] = vi.Weights{Prior: 1.35, Posterior: 0.825, Noise: 0.8125}
			want[7] = vi.Weights{Prior: 1.05, Posterior: 0.9125, Noise: 1}
			want[9] = vi.Weights{Prior: 1, Posterior: 0.9625, Noise: 1}
			want[11] = vi.Weights{Prior: 1, Posterior: 0.9875, Noise: 1}
		}
		for _, posterior := range []string{"diagonal", "full"} {
			w := workOn(t, tape.Float64, coder(t, map[string]any{"latent": 3, "posterior": posterior}), normals(5, 6), 0)
			scatter(w.Params, 0.3)
			for _, step := range []int{0, 3, 4, 7, 9, 11} {
				entropyDifferences(t, fmt.Sprint(posterior, " ramp ", ramp, " step ", step), w, e, step, want[step])
			}
			plain := estimators.EntropyELBO{Every: 1, Posterior: 1, Noise: 1}
			for _, step := range []int{12, 13, 1000} {
				var all [2][]float64
				for i, x := range []estimators.EntropyELBO{e, plain} {
					d := x.Estimate(w.Step(step, w.All, nil))
					for _, v := range []tape.Vector{d.Gen.Ascend, d.Gen.Target, d.Inf.Ascend} {
						all[i] = append(all[i], v.AppendTo(nil)...)
					}
				}
				for i, x := range all[0] {
					if math.Float64bits(x) != math.Float64bits(all[1][i]) {
						t.Fatalf("%s ramp %v step %d: %g at the end; plain %g", posterior, ramp, step, x, all[1][i])
					}
				}
			}
		}
	}
}

// The gradient of the weighted sum of entropies is that of central differences of its value,
// in every parameter, of every family that has one and both priors.
func TestEntropyGradients(t *testing.T) {
	for _, posterior := range []string{"diagonal", "full", "amortised", "lowrank"} {
		for _, prior := range []string{"laplace", "gaussian"} {
			for _, g := range []vi.Weights{usualWeights, {Prior: 1.7, Posterior: 0.8, Noise: 0.6}} {
				set := map[string]any{"latent": 3, "prior": prior, "posterior": posterior}
				if posterior == "amortised" || posterior == "lowrank" {
					set["hidden"], set["act"] = []int{4}, "tanh"
				}
				if posterior == "lowrank" {
					set["rank"] = 2
				}
				w := workOn(t, tape.Float64, coder(t, set), normals(5, 6), 0)
				scatter(w.Params, 0.3)
				e := estimators.EntropyELBO{Prior: []float64{g.Prior}, Every: 1, Posterior: g.Posterior, Noise: g.Noise}
				entropyDifferences(t, fmt.Sprintf("%s %s %+v", posterior, prior, g), w, e, 0, g)
			}
		}
	}
}

// entropyDifferences holds the direction of a step against central differences of the sum with these
// weights, in all but the scales: to 1e-6 of the largest of a parameter.
func entropyDifferences(t *testing.T, name string, w *vi.Work, e vi.Estimator, step int, g vi.Weights) {
	t.Helper()
	d := e.Estimate(w.Step(step, w.All, nil))
	for _, spec := range w.Params.Specs() {
		if spec.Name == "gen/logscale" || spec.Name == "gen/logsigma" {
			continue
		}
		role, lo, hi, _ := w.Params.Range(spec.Name)
		got := d.Role(role).Ascend.Slice(lo, hi).AppendTo(nil)
		v := w.Params.Value(spec.Name)
		worst, size := 0.0, 0.0
		for i, x := range got {
			const h = 1e-5
			at := v.At(i)
			v.Set(i, at+h)
			up := entropySum(w.Step(step, w.All, nil), g)
			v.Set(i, at-h)
			down := entropySum(w.Step(step, w.All, nil), g)
			v.Set(i, at)
			worst, size = max(worst, math.Abs(x-(up-down)/(2*h))), max(size, math.Abs(x))
			e.Estimate(w.Step(step, w.All, nil)) // the vectors of d are gone: got is a copy
		}
		if !(worst < 1e-6*size) || size == 0 && !(spec.Name == "inf/logsd") {
			t.Errorf("%s: %s: off by %g of %g", name, spec.Name, worst, size)
		}
	}
}

// Solve is a second implementation: same value, same gradient.
func TestSolveIsTheTape(t *testing.T) {
	const n, d, h = 5, 6, 3
	for _, full := range []bool{false, true} {
		for _, prior := range []string{"laplace", "gaussian"} {
			for _, g := range []vi.Weights{usualWeights, {Prior: 1.7, Posterior: 0.8, Noise: 0.6}} {
				name := map[bool]string{false: "diagonal", true: "full"}[full]
				w := workOn(t, tape.Float64, coder(t, map[string]any{"latent": h, "prior": prior, "posterior": name}), normals(n, d), 0)
				scatter(w.Params, 0.3)
				e := estimators.EntropyELBO{Prior: []float64{g.Prior}, Every: 1, Posterior: g.Posterior, Noise: g.Noise}
				dir := e.Estimate(w.Step(0, w.All, nil))
				want := append(paramOf(w, dir, "inf/mu"), paramOf(w, dir, "inf/logsd")...)
				value := entropySum(w.Step(0, w.All, nil), g)

				phi := append(w.Params.Value("inf/mu").AppendTo(nil), w.Params.Value("inf/logsd").AppendTo(nil)...)
				p := models.Solve{D: d, H: h, X: w.Data.X, A: w.Params.Value("gen/A").AppendTo(nil), Gaussian: prior == "gaussian", Full: full, Weights: g}
				grad := make([]float64, len(phi))
				got := -p.Value(phi, grad)
				if n := testing.AllocsPerRun(3, func() { p.Value(phi, grad) }); n != 0 {
					t.Errorf("%s %s: %g allocations", name, prior, n)
				}
				if math.Abs(got-value) > 1e-12*(1+math.Abs(value)) {
					t.Errorf("%s %s: value %.15g; the tape has %.15g", name, prior, got, value)
				}
				for i := range grad {
					if math.Abs(-grad[i]-want[i]) > 1e-12 {
						t.Errorf("%s %s: derivative %d: %g; the tape has %g", name, prior, i, -grad[i], want[i])
						break
					}
				}
			}
		}
	}
}

func paramOf(w *vi.Work, d vi.Direction, name string) []float64 {
	r, lo, hi, _ := w.Params.Range(name)
	return d.Role(r).Ascend.Slice(lo, hi).AppendTo(nil)
}

// With scales at their best the ELBO, by likelihood and KL, is the sum of entropies, and with any others less; the
// whole objective is unchanged where columns grow and codes shrink, but for gP - gQ (the gauge).
func TestEntropySumIsTheBestELBO(t *testing.T) {
	for _, posterior := range []string{"diagonal", "full"} {
		for _, prior := range []string{"laplace", "gaussian"} {
			w := workOn(t, tape.Float64, coder(t, map[string]any{"latent": 3, "prior": prior, "posterior": posterior}), normals(50, 6), 0)
			scatter(w.Params, 0.3)
			s := w.Step(0, w.All, nil)
			h := s.Entropies(usualWeights)
			sum := h.Q.Mean().Float() - h.Z.Float() - h.X.Float()
			for _, name := range h.Scales {
				w.Params.Value(name).Copy(w.Params.Of(h.Target, name))
			}
			elbo := func() float64 {
				s := w.Step(0, w.All, nil)
				return s.ClosedELBO().Mean().Float()
			}
			if got := elbo(); math.Abs(got-sum) > 1e-9*(1+math.Abs(sum)) {
				t.Errorf("%s %s: ELBO %.12g at the best scales; sum of entropies %.12g", posterior, prior, got, sum)
			}
			best := w.Params.Clone()
			for i := range 100 {
				for j, name := range h.Scales {
					v := w.Params.Value(name)
					e := make([]float64, v.Len())
					rng.Init(uint64(i), fmt.Sprint(j)).Normal64(e, 0)
					for k := range e {
						v.Set(k, best.Value(name).At(k)+0.05*e[k])
					}
				}
				if got := elbo(); !(got < sum) {
					t.Errorf("%s %s: ELBO %.12g at other scales; the sum is %.12g", posterior, prior, got, sum)
				}
			}
		}
	}
}

// The ELBO in closed form is the mean of its samples: 100000 of them, within 4.5 standard errors (7e-6 each, eight of them).
func TestClosedELBOIsTheMean(t *testing.T) {
	for _, posterior := range []string{"diagonal", "full", "lowrank", "amortised"} {
		for _, prior := range []string{"laplace", "gaussian"} {
			set := map[string]any{"latent": 3, "prior": prior, "posterior": posterior}
			switch posterior {
			case "lowrank":
				set["hidden"], set["rank"] = []int{4}, 2
			case "amortised":
				set["hidden"] = []int{4}
			}
			w := workOn(t, tape.Float64, coder(t, set), normals(20, 6), 0)
			scatter(w.Params, 0.3)
			want := w.Step(0, w.All, nil).ClosedELBO().Float64s()
			closed := append([]float64(nil), want...)
			const k = 5000
			s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(3, 0, 0), K: k})
			q := s.Posterior()
			lw := s.LogW(q, q.Sample(s.Noise("z"), k)).Float64s()
			sum, square := 0.0, 0.0
			for i, x := range lw {
				d := x - closed[i/k]
				sum, square = sum+d, square+d*d
			}
			n := float64(len(lw))
			if se := math.Sqrt(square/n) / math.Sqrt(n); math.Abs(sum/n) > 4.5*se {
				t.Errorf("%s %s: samples less the closed form: %g, %g standard errors", posterior, prior, sum/n, sum/n/se)
			}
		}
	}
}

// Rows that were not trained on get a q by Infer: of local posteriors the same as of rows trained on, and better
// the larger the budget.
func TestInfer(t *testing.T) {
	for _, posterior := range []string{"diagonal", "full", "local", "local-full"} {
		last := math.Inf(-1)
		for _, budget := range []int{1, 5, 100} {
			w := workOn(t, tape.Float64, coder(t, map[string]any{"latent": 3, "posterior": posterior, "budget": budget}), normals(12, 6), 0)
			if whole := posterior == "diagonal" || posterior == "full"; w.Infers(true) == whole || !w.Infers(false) {
				t.Fatalf("%s: infers rows trained on %v, others %v", posterior, w.Infers(true), w.Infers(false))
			}
			d := normals(12, 6)
			d.X, d.N = d.X[:6*7], 7
			o, err := w.Infer(d)
			if err != nil {
				t.Fatal(err)
			}
			elbo := o.Step(0, o.All, nil).ClosedELBO().Mean().Float()
			if !(elbo > last) {
				t.Errorf("%s: budget %d ends at %g, a smaller one at %g", posterior, budget, elbo, last)
			}
			last = elbo
			alone := *d
			alone.X, alone.N = d.X[6*3:6*4], 1
			one, err := w.Infer(&alone)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"inf/mu", "inf/logsd"} {
				all, by := o.Params.Value(name), one.Params.Value(name)
				for i := range by.Len() {
					if all.At(3*by.Len()+i) != by.At(i) {
						t.Errorf("%s: %s of a row depends on its neighbours", posterior, name)
						break
					}
				}
			}
		}
	}
}

// map's codes are minima: A'(x - A z) is lambda sign z where z is not zero, and no larger where it is.
func TestModes(t *testing.T) {
	const lambda = 0.3 * 0.3 / 0.5
	w := workOn(t, tape.Float64, coder(t, map[string]any{
		"latent": 8, "posterior": "map", "scales": "fixed", "noise": "fixed", "scale": 0.5, "sigma": 0.3, "budget": 5000,
	}), normals(10, 6), 0)
	s := w.Step(0, w.All, nil)
	z := s.Posterior().Sample(nil, 1).Node.Value()
	a := w.Params.Value("gen/A")
	zeros := 0
	for n := range w.Data.N {
		for k := range 8 {
			c := 0.0
			for d := range 6 {
				r := w.Data.X[n*6+d]
				for j := range 8 {
					r -= a.At(d*8+j) * z.At(n*8+j)
				}
				c += a.At(d*8+k) * r
			}
			switch x := z.At(n*8 + k); {
			case x == 0:
				zeros++
				c = max(0, math.Abs(c)-lambda)
			default:
				c -= math.Copysign(lambda, x)
			}
			if math.Abs(c) > 1e-4 {
				t.Errorf("row %d, latent %d: off the optimum by %g", n, k, c)
			}
		}
	}
	if zeros == 0 || zeros == 80 {
		t.Errorf("%d of 80 codes are zero", zeros)
	}
}
