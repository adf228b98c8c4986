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
				s := w.Step(0, w.All, nil)
				d := e.Estimate(s)
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
						up := entropySum(w.Step(0, w.All, nil), g)
						v.Set(i, at-h)
						down := entropySum(w.Step(0, w.All, nil), g)
						v.Set(i, at)
						worst, size = max(worst, math.Abs(x-(up-down)/(2*h))), max(size, math.Abs(x))
						e.Estimate(w.Step(0, w.All, nil)) // the vectors of d are gone: got is a copy
					}
					if !(worst < 1e-6*size) || size == 0 && !(spec.Name == "inf/logsd") {
						t.Errorf("%s %s %+v: %s: off by %g of %g", posterior, prior, g, spec.Name, worst, size)
					}
				}
			}
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
