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
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// sparseVAE is one whose settings left empty are the usual ones.
func sparseVAE(t testing.TB, set map[string]any) models.SparseVAE {
	t.Helper()
	for _, m := range models.All() {
		if v, ok := m.(models.SparseVAE); ok {
			v, err := vi.With(v, set)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	panic("no sparse VAE")
}

// greys are [n,d] numbers in [0,1] as data.
func greys(n, d int) *vi.Data {
	x := make([]float64, n*d)
	rng.Init(8, "greys").Uniform64(x, 0)
	return &vi.Data{Name: "greys", N: n, D: d, X: x, Domain: vi.Real}
}

// pairs are the posteriors beside priors from which a KL is known.
var pairs = [][2]string{
	{"amortised", "laplace"}, {"amortised", "gaussian"}, {"lowrank", "laplace"}, {"lowrank", "gaussian"}, {"laplace", "laplace"},
	{"threshold-laplace", "laplace"}, {"threshold-gaussian", "gaussian"}, {"spike-slab", "spike-slab"},
}

// tiny has one hidden layer each way, 3 latents and smooth activations.
func tiny(t testing.TB, posterior, prior string, squash bool) *vi.Work {
	t.Helper()
	set := map[string]any{
		"latent": 3, "decoder": []int{4}, "hidden": []int{5}, "act": "tanh", "sigma": 0.7, "scale": 0.4, "sd": 0.5, "squash": squash,
		"prior": prior, "posterior": posterior,
	}
	if posterior == "lowrank" {
		set["rank"] = 2
	}
	w := workOn(t, tape.Float64, sparseVAE(t, set), greys(5, 6), 0)
	scatter(w.Params, 0.3)
	return w
}

// seen is E[x|z] of one code by the weights written out.
func seen(w *vi.Work, z []float64, squash bool) []float64 {
	layer := func(name string, x []float64) []float64 {
		weight, out := w.Params.Value("gen/"+name+"/W"), w.Params.Value("gen/"+name+"/b").AppendTo(nil)
		for i := range out {
			for j, v := range x {
				out[i] += weight.At(i*len(x)+j) * v
			}
		}
		return out
	}
	h := layer("0", z)
	for i, x := range h {
		h[i] = math.Tanh(x)
	}
	mean := layer("x", h)
	if squash {
		for i, x := range mean {
			mean[i] = 1 / (1 + math.Exp(-x))
		}
	}
	return mean
}

// The likelihood and the mean of x against the network written out.
func TestSparseVAELikelihood(t *testing.T) {
	for _, squash := range []bool{false, true} {
		w := tiny(t, "threshold-laplace", "laplace", squash)
		const k = 2
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(1, 0, 0), K: k})
		z := s.Posterior().Sample(s.Noise("z"), k)
		l, mean, code := s.LogLik(z).Float64s(), w.Model.(vi.Renderer).Render(s, z).Value(), z.Node.Value()
		for n := range w.Data.N {
			for j := range k {
				at := n*k + j
				f := seen(w, code.Slice(at*3, at*3+3).AppendTo(nil), squash)
				want := 0.0
				for i, m := range f {
					near(t, "mean of x", mean.At(at*6+i), m, 1e-12)
					r := (row(w.Data, n)[i] - m) / 0.7
					want -= 0.5*math.Log(2*math.Pi) + math.Log(0.7) + r*r/2
				}
				near(t, "log p(x|z)", l[n*k+j], want, 1e-11)
			}
		}
	}
}

// The direction of sparse-elbo is that of central differences of its value: for generative
// parameters whatever the posterior, for inference ones of posteriors that are smooth. (The straight-through
// ones are biased by design.)
func TestSparseVAEGradients(t *testing.T) {
	const k = 3
	for _, p := range pairs {
		for _, rule := range []string{"avg", "max"} {
			for _, squash := range []bool{false, true} {
				w := tiny(t, p[0], p[1], squash)
				src := func() vi.Source { return &vi.Keyed{Key: rng.Probe(2, 0, 0), K: k} }
				value := func() float64 {
					s := w.Step(0, w.All, src())
					q := s.Posterior()
					ll, sum := s.LogLik(q.Sample(s.Noise("z"), k)).Float64s(), 0.0
					for b := range w.Data.N {
						of := ll[b*k : b*k+k]
						if rule == "max" {
							sum += slices.Max(of)
						} else {
							sum += (of[0] + of[1] + of[2]) / k
						}
					}
					return sum/float64(w.Data.N) - s.BaseKL(q).Mean().Float()
				}
				smooth := !slices.Contains([]string{"threshold-laplace", "threshold-gaussian", "spike-slab"}, p[0])
				e := estimators.SparseELBO{K: k, Rule: rule, Pull: "ste-fix", Gamma: 1, Temper: 1}
				for _, spec := range w.Params.Specs() {
					if !smooth && strings.HasPrefix(spec.Name, "inf/") {
						continue
					}
					got := paramOf(w, e.Estimate(w.Step(0, w.All, src())), spec.Name)
					v := w.Params.Value(spec.Name)
					worst, size := 0.0, 0.0
					for i, x := range got {
						const h = 1e-5
						at := v.At(i)
						v.Set(i, at+h)
						up := value()
						v.Set(i, at-h)
						down := value()
						v.Set(i, at)
						worst, size = max(worst, math.Abs(x-(up-down)/(2*h))), max(size, math.Abs(x))
					}
					if !(worst < 1e-6*size) {
						t.Errorf("%v %s squash %v: %s: off by %g of %g", p, rule, squash, spec.Name, worst, size)
					}
				}
			}
		}
	}
}

// What the sheet says of every posterior, of both models: a path through which every
// parameter moves, a KL of the noise, moments where they are offered, a density where a score is.
func TestSparseSheets(t *testing.T) {
	for _, p := range pairs {
		set := map[string]any{"latent": 3, "prior": p[1], "posterior": p[0], "hidden": []int{4}}
		works := map[string]*vi.Work{"sparsevae": workOn(t, tape.Float64, sparseVAE(t, set), greys(5, 6), 0)}
		if p[1] == "spike-slab" {
			set["scales"] = "fixed"
		}
		works["sparsecoder"] = workOn(t, tape.Float64, coder(t, set), greys(5, 6), 0)
		for model, w := range works {
			name := fmt.Sprint(model, p)
			sheet := w.Model.Sheet()
			block := sheet.Blocks[0]
			q := w.Step(0, w.All, ramp{}).Posterior()
			is := map[vi.Cap]bool{}
			if m, ok := q.(dist.Moments); ok {
				_, _, is[vi.Moments] = m.Moments()
			}
			_, is[vi.Weak] = q.(dist.Weak)
			_, cut := q.(dist.Pulled)
			if _, gated := q.(*dist.SpikeSlab); gated {
				cut = true
			}
			if !slices.Contains(block.Offers, vi.Pull) || !slices.Contains(block.Offers, vi.BaseKL) || slices.Contains(block.Offers, vi.Path) == cut {
				t.Errorf("%s: offers %s; need pull and base-kl, and path where samples are not cut", name, vi.List(block.Offers))
			}
			for c, has := range is {
				if !has && slices.Contains(block.Offers, c) {
					t.Errorf("%s: offers %s; has no %s", name, vi.List(block.Offers), c)
				}
			}
			scatter(w.Params, 0.3) // away from codes of zeros
			d := estimators.SparseELBO{K: 20, Rule: "avg", Pull: "ste-fix", Gamma: 1}.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(5, 0, 0), K: 20}))
			for _, spec := range sheet.Params {
				if !slices.ContainsFunc(param(w, d, spec.Name), func(x float64) bool { return x != 0 }) {
					t.Errorf("%s: nothing moves %s", name, spec.Name)
				}
			}
		}
	}
}

// Dreams: z of the prior, x = f(z) + sigma e; second moments of z, and its share of zeros.
// Five standard errors a number, of 3 x 3 numbers: false alarm 5e-6. (Var z^2 is 2 l^4 of a
// Gaussian, 20 l^4 of a Laplace, and (3 a - a^2) l^4 of a spike and slab.)
func TestSparseVAEDreams(t *testing.T) {
	const n, h, scale, active = 6000, 3, 0.4, 0.1
	for _, c := range []struct {
		posterior, prior        string
		square, spread, nonzero float64
	}{
		{"laplace", "laplace", 2, 20, 1}, {"amortised", "gaussian", 1, 2, 1}, {"spike-slab", "spike-slab", active, 3*active - active*active, active},
	} {
		m := sparseVAE(t, map[string]any{"latent": h, "decoder": []int{4}, "hidden": []int{4}, "act": "tanh", "sigma": 0.7, "scale": scale, "prior": c.prior, "posterior": c.posterior})
		w := workOn(t, tape.Float64, m, greys(n, 6), 0)
		src := &vi.Keyed{Key: rng.Probe(3, 0, 0)}
		z, x := w.Step(0, w.All, src).Simulate()
		e := make([]float64, 6)
		square, nonzero := make([]float64, h), make([]float64, h)
		for i := range n {
			code := z.Node.Value().Slice(i*h, i*h+h).AppendTo(nil)
			for j, v := range code {
				square[j] += v * v / n
				if v != 0 {
					nonzero[j] += 1.0 / n
				}
			}
			if i >= 5 {
				continue
			}
			src.Normal("dream/x", uint64(i), tape.Float64s(e))
			for j, mean := range seen(w, code, false) {
				near(t, "x", x.Value().At(i*6+j), mean+0.7*e[j], 1e-12)
			}
		}
		for j := range h {
			if se := scale * scale * math.Sqrt(c.spread/n); math.Abs(square[j]-c.square*scale*scale) > 5*se {
				t.Errorf("%s: E z^2 = %g; want %g +- %.2g", c.prior, square[j], c.square*scale*scale, se)
			}
			if se := math.Sqrt(c.nonzero * (1 - c.nonzero) / n); math.Abs(nonzero[j]-c.nonzero) > 5*se+1e-9 {
				t.Errorf("%s: %g not zero; want %g", c.prior, nonzero[j], c.nonzero)
			}
		}
	}
}

// z = 0 starts at the data's mean.
func TestSparseVAEStart(t *testing.T) {
	for _, squash := range []bool{false, true} {
		d := greys(50, 6)
		w := workOn(t, tape.Float64, sparseVAE(t, map[string]any{"latent": 3, "decoder": []int{4}, "act": "tanh", "squash": squash}), d, 0)
		for i, x := range seen(w, make([]float64, 3), squash) {
			mean := 0.0
			for n := range d.N {
				mean += d.X[n*6+i] / float64(d.N)
			}
			near(t, "mean of x", x, mean, 1e-12)
		}
	}
}

// Every refusal, word for word.
func TestSparseVAERefusals(t *testing.T) {
	bright, bits := greys(2, 6), greys(2, 6)
	bright.X[7], bits.Domain = 1.5, vi.Binary
	for _, c := range []struct {
		set  map[string]any
		data *vi.Data
		want string
	}{
		{map[string]any{"posterior": "diagonal"}, nil, "model sparsevae: posterior: got diagonal, which has no network; have amortised, lowrank, laplace, spike-slab, threshold-laplace, threshold-gaussian"},
		{map[string]any{"posterior": "local-full"}, nil, "model sparsevae: posterior: got local-full, which has no network; have amortised, lowrank, laplace, spike-slab, threshold-laplace, threshold-gaussian"},
		{map[string]any{"posterior": "map"}, nil, "model sparsevae: posterior: got map, which has no network; have amortised, lowrank, laplace, spike-slab, threshold-laplace, threshold-gaussian"},
		{map[string]any{"posterior": "flow"}, nil, `model sparsevae: posterior: got "flow"; have amortised, diagonal, full, local, local-full, map, lowrank, laplace, threshold-laplace, threshold-gaussian, spike-slab`},
		{map[string]any{"encoder": "own"}, nil, "model sparsevae: encoder: got own, which is no network; have mlp, resnet"},
		{map[string]any{"prior": "cauchy"}, nil, `model sparsevae: prior: got "cauchy"; have laplace, gaussian, spike-slab`},
		{map[string]any{"prior": "spike-slab"}, nil, "model sparsevae: prior spike-slab beside posterior amortised: one is a spike and slab, the other is not, and no KL is known between them"},
		{map[string]any{"posterior": "threshold-gaussian"}, nil, "model sparsevae: posterior threshold-gaussian beside prior laplace; need prior gaussian"},
		{map[string]any{"posterior": "threshold-laplace", "prior": "gaussian"}, nil, "model sparsevae: posterior threshold-laplace beside prior gaussian; need prior laplace"},
		{map[string]any{"active": 0.3}, nil, "model sparsevae: active: given but not read; it needs prior spike-slab"},
		{map[string]any{"posterior": "spike-slab", "prior": "spike-slab", "active": 1.0}, nil, "model sparsevae: active: got 1; need a probability above 0 and below 1"},
		{map[string]any{"threshold": 0.3}, nil, "model sparsevae: threshold, learned: given but not read; it needs a posterior threshold-laplace or threshold-gaussian"},
		{map[string]any{"budget": 7}, nil, "model sparsevae: budget: given but not read; it needs a posterior of each datum's own"},
		{map[string]any{"sigma": math.Inf(1)}, nil, "model sparsevae: scale, sigma: got 1, +Inf; need finite numbers above 0"},
		{map[string]any{"scale": math.NaN()}, nil, "model sparsevae: scale, sigma: got NaN, 1; need finite numbers above 0"},
		{map[string]any{"latent": 0}, nil, "model sparsevae: latent: got a layer of width 0; need at least 1"},
		{map[string]any{"decoder": []int{0}}, nil, "model sparsevae: decoder: got a layer of width 0; need at least 1"},
		{map[string]any{"act": "swish"}, nil, `model sparsevae: act: got "swish"; have tanh, relu, softplus, sigmoid`},
		{nil, bits, `model sparsevae: explains real data, got binary data "greys"`},
		{map[string]any{"squash": true}, bright, `model sparsevae: squash keeps means in (0, 1); row 1 of "greys" holds 1.5`},
	} {
		if c.data == nil {
			c.data = greys(2, 6)
		}
		_, err := sparseVAE(t, c.set).For(c.data)
		if err == nil || err.Error() != c.want {
			t.Errorf("%v: got %v; want %s", c.set, err, c.want)
		}
	}
	if _, err := sparseVAE(t, map[string]any{"decoder": []int{}, "squash": true}).For(greys(2, 6)); err != nil {
		t.Errorf("an affine decoder: %v", err)
	}
}
