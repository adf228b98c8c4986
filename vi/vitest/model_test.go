package vitest_test

import (
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// exactly is a model whose densities, evidence and their gradient may be spoilt.
type exactly interface {
	vi.Latent
	vi.Evidence
}

// deaf has a likelihood that says nothing to gen/.
type deaf struct{ exactly }

func (m deaf) LogLik(s *vi.Step, z dist.Value) tape.Node { return m.exactly.LogLik(s, z).Stop() }

// stuck has a posterior whose mean says nothing to inf/ in its density, but for its samples.
type stuck struct{ exactly }

func (m stuck) Posterior(s *vi.Step) dist.Dist { return m.exactly.Posterior(s).Frozen() }

// lofty has an evidence that is a little too high.
type lofty struct{ exactly }

func (m lofty) LogEvidence(p *vi.Params, x []float64) []float64 {
	out := m.exactly.LogEvidence(p, x)
	for i := range out {
		out[i] += 1e-6
	}
	return out
}

// shallow has too small a gradient of log p(x).
type shallow struct {
	vi.Model
	vi.Evidence
	vi.Differentiable
}

func (m shallow) Gradient(s *vi.Step, to tape.Vector) {
	m.Differentiable.Gradient(s, to)
	to.Set(0, to.At(0)+1e-3)
}

func modelOn(t *testing.T, mk vi.Maker, ds vi.Dataset) (vi.Model, *vi.Data) {
	t.Helper()
	d, err := ds.Make(rng.Data(1, ds.Name(), "train"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mk.For(d)
	if err != nil {
		t.Fatal(err)
	}
	return m, d
}

// Each proof rejects the model that is made to break it, and no other does.
func TestModelMutants(t *testing.T) {
	toy, data := modelOn(t, models.LinearGaussian{S: 2.0 / 3}, datasets.LinearGaussian{Dim: 2, N: 4, Perturb: 0.3})
	bits, grey := modelOn(t, models.SBN{Layers: []int{6}, Classes: 2, Hidden: []int{}, Act: "tanh", Coding: "signs", Prior: "learned"},
		fixed8())
	mix, points := modelOn(t, models.GMM{K: 2, Cov: "full", Sigma: 1, Weights: "learned", Assign: "soft", Floor: 1e-6}, datasets.LinearGaussian{Dim: 2, N: 40, Perturb: 0.3})
	for _, c := range []struct {
		name  string
		m     vi.Model
		d     *vi.Data
		fails string // "" if none does
		of    []string
	}{
		{"toy", toy, data, "", []string{"gradients", "evidence"}},
		{"bits", bits, grey, "", []string{"gradients", "evidence"}},
		{"mixture", mix, points, "", []string{"slope"}},
		{"deaf toy", deaf{toy.(exactly)}, data, "gradients", nil},
		{"stuck toy", stuck{toy.(exactly)}, data, "gradients", nil},
		{"stuck bits", stuck{bits.(exactly)}, grey, "gradients", nil},
		{"deaf bits", deaf{bits.(exactly)}, grey, "gradients", nil},
		{"lofty toy", lofty{toy.(exactly)}, data, "evidence", nil},
		{"lofty bits", lofty{bits.(exactly)}, grey, "evidence", nil},
		{"shallow mixture", shallow{mix, mix.(vi.Evidence), mix.(vi.Differentiable)}, points, "slope", nil},
	} {
		verdicts := map[string]vitest.Verdict{}
		for _, r := range vitest.Model(c.m, c.d) {
			verdicts[r.Check] = r.Verdict
			if fails := r.Verdict == vitest.Fails; fails != (r.Check == c.fails) || r.Crash {
				t.Errorf("%s: %s; want %q to fail", c.name, r, c.fails)
			}
		}
		for _, name := range c.of {
			if verdicts[name] != vitest.Passes {
				t.Errorf("%s: %s is %s; want it to pass", c.name, name, verdicts[name])
			}
		}
	}
}

// fixed8 are small digits whose bits are the same at every look.
func fixed8() vi.Dataset {
	for _, d := range datasets.All() {
		if d.Name() == "digits8" {
			if d, err := vi.With(d, map[string]any{"binarise": "fixed"}); err == nil {
				return d
			}
		}
	}
	return nil
}
