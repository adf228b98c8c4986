package models_test

import (
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

// What a model's sheet says is what the model does: capabilities against the
// interfaces that they stand for, blocks against samples, and every parameter moves the
// network that it is named after.
func TestSheets(t *testing.T) {
	works := map[string]*vi.Work{}
	for name, m := range networks {
		works["vae "+name], _ = small(t, tape.Float64, m)
	}
	for _, m := range models.All() { // the defaults, on data of whichever kind suits
		for _, ds := range []vi.Dataset{datasets.Cubature{}, datasets.Bits{N: 30, Dim: 6, Latent: 2}, datasets.LowRank{N: 3, Dim: 4, Latent: 2, Noise: 0.5}, datasets.Normals{N: 3, SD: 1}, datasets.HMMStrings{States: 2, Symbols: 3, Length: 4, N: 3}} {
			d, err := ds.Make(rng.Data(0, ds.Name(), "train"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.For(d); err == nil {
				works[m.Name()] = work(t, tape.Float64, m, ds, 0)
			}
		}
		if works[m.Name()] == nil {
			t.Errorf("%s explains no data", m.Name())
		}
	}
	for name, m := range beliefs {
		works["sbn "+name] = work(t, tape.Float64, m, datasets.Bits{N: 3, Dim: 6, Latent: 2}, 0)
	}
	for name, m := range predictions {
		works["halves "+name] = work(t, tape.Float64, m, datasets.Bits{N: 3, Dim: 6, Latent: 2}, 0)
	}
	for _, m := range analyses {
		works["fa "+m.Noise+m.Cov] = factorAnalysis(t, tape.Float64, m)
	}
	for name, w := range works {
		sheet := w.Model.Sheet()
		if sheet.Data != w.Data.Domain {
			t.Errorf("%s: explains %s data", name, sheet.Data)
		}
		is := map[vi.Cap]bool{}
		_, is[vi.Exact] = w.Model.(vi.Evidence)
		_, is[vi.Gaps] = w.Model.(vi.GapParts)
		_, is[vi.MStep] = w.Model.(vi.Maximiser)
		_, is[vi.Answers] = w.Model.(vi.Respondents)
		_, is[vi.Subspace] = w.Model.(vi.Spanning)
		_, is[vi.LargeK] = w.Model.(vi.KLimits)
		_, is[vi.Classify] = w.Model.(vi.Classifier)
		_, is[vi.Render] = w.Model.(vi.Renderer)
		_, is[vi.Simulate] = w.Model.(vi.Simulator)
		_, is[vi.Renyi] = w.Model.(vi.ClosedRenyi)
		_, is[vi.Gaussian] = w.Model.(vi.OneGaussian)
		_, is[vi.Complete] = w.Model.(vi.Completer)
		_, is[vi.Density] = w.Model.(vi.Densed)
		_, is[vi.Normal] = w.Model.(vi.Marginal)
		for c, has := range is {
			if has != slices.Contains(sheet.Offers, c) {
				t.Errorf("%s: offers %s; implements %s: %v", name, vi.List(sheet.Offers), c, has)
			}
		}
		if _, ok := w.Model.(vi.Latent); !ok {
			continue
		}

		// What an offer stands for is there; some have it and offer it by a setting.
		_, is[vi.MStep] = w.Model.(vi.Maximiser)
		_, is[vi.Gradient] = w.Model.(vi.Differentiable)
		_, is[vi.Bound] = w.Model.(vi.ClosedBound)
		_, is[vi.Conjugate] = w.Model.(vi.Coordinates)
		_, is[vi.Conditions] = w.Model.(vi.Conditionals)
		_, is[vi.Unknowns] = w.Model.(vi.Uncertain)
		_, is[vi.ClosedPosterior] = w.Model.(vi.Posterior)
		for c, has := range is {
			if !has && slices.Contains(sheet.Offers, c) {
				t.Errorf("%s: offers %s and has none", name, c)
			}
		}
		if _, ok := w.Model.(vi.Latent); !ok || slices.ContainsFunc(sheet.Blocks, func(b vi.Block) bool { return b.Cut }) {
			continue // no posterior, or one without a density
		}

		const k = 2
		s := w.Step(0, w.All, ramp{})
		q := s.Posterior()
		z := q.Sample(s.Noise("z"), k)
		if one := len(sheet.Blocks) == 1; one != (z.Parts == nil) || !one && len(z.Parts) != len(sheet.Blocks) {
			t.Fatalf("%s: %d blocks, a sample of %d parts", name, len(sheet.Blocks), len(z.Parts))
		}
		closed := false
		if kl, ok := q.(dist.KL); ok {
			_, closed = kl.KL(s.Prior())
		}
		for i, b := range sheet.Blocks {
			if rows, cols := z.Block(i).Shape(); rows != k*w.Data.N || cols != b.Dim {
				t.Errorf("%s: block %s has %d dimensions; its samples are [%d,%d]", name, b.Name, b.Dim, rows, cols)
			}
			if closed != slices.Contains(b.Offers, vi.AnalyticKL) {
				t.Errorf("%s: block %s offers %s; KL in closed form: %v", name, b.Name, vi.List(b.Offers), closed)
			}
			moved := func(of tape.Node) bool {
				d := s.Ascend(vi.Surrogate{Inf: of.Sum()}).Inf.Ascend.F64()
				return slices.ContainsFunc(d, func(x float64) bool { return x != 0 })
			}
			if slices.Contains(b.Offers, vi.Path) != moved(z.Block(i).SumD(k)) {
				t.Errorf("%s: block %s has no path, or does not say so", name, b.Name)
			}
			if !slices.Contains(b.Offers, vi.Score) || !moved(q.LogProb(z.Stop())) {
				t.Errorf("%s: block %s has no score, or does not say so", name, b.Name)
			}
		}
		offers := func(c vi.Cap) bool {
			return !slices.ContainsFunc(sheet.Blocks, func(b vi.Block) bool { return !slices.Contains(b.Offers, c) })
		}
		is = map[vi.Cap]bool{vi.Logits: true, vi.Bits: true, vi.Relax: true} // a chain has what its layers have
		layers := []dist.Dist{q}
		if c, ok := q.(dist.Layered); ok {
			layers = layers[:0]
			for p := range c.Order() {
				layers = append(layers, c.Layer(p, z))
			}
		}
		for _, d := range layers {
			if _, ok := d.(dist.Discrete); !ok {
				is[vi.Logits] = false
			}
			if _, ok := d.(dist.Bits); !ok {
				is[vi.Bits] = false
			}
		}
		is[vi.Relax] = slices.ContainsFunc(layers, func(d dist.Dist) bool { _, ok := d.(dist.Relaxer); return ok }) // others keep their path
		_, is[vi.Weak] = q.(dist.Weak)
		if e, ok := q.(dist.Enumerable); ok && offers(vi.Enumerate) {
			if is[vi.Enumerate] = true; e.States() != sheet.States() {
				t.Errorf("%s: %g states; its sheet says %g", name, e.States(), sheet.States())
			}
		}
		for c, has := range is {
			if has != offers(c) {
				t.Errorf("%s: every block offers %s: %v; its q implements it: %v", name, c, offers(c), has)
			}
		}
		if without := sheet.Cost || sheet.Predicts; (s.Prior() == nil) != without {
			t.Errorf("%s: no prior: %v; by its sheet: %v", name, s.Prior() == nil, without)
		}
		var e vi.Estimator = estimators.IWAE{K: 3}
		if !offers(vi.Path) {
			e = estimators.RWS{K: 3}
		}
		d := e.Estimate(w.Step(0, w.All, ramp{}))
		for _, spec := range sheet.Params {
			if strings.HasPrefix(spec.Name, "shared/") {
				continue
			}
			if !slices.ContainsFunc(param(w, d, spec.Name), func(x float64) bool { return x != 0 }) {
				t.Errorf("%s: nothing moves %s", name, spec.Name)
			}
		}
	}
}
