package models_test

import (
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// What a sheet offers is what the model is, no less and no more: an interface a
// capability of the whole model, a closed form of q against the prior for
// analytic-kl, and a live sample for path.
func TestSheetsOfferWhatModelsAre(t *testing.T) {
	for _, m := range models.All() {
		var w *vi.Work
		for _, ds := range []vi.Dataset{datasets.LinearGaussian{Dim: 2, N: 2}, datasets.Bits{N: 2, Dim: 3, Latent: 1}} {
			d, err := ds.Make(rng.Data(0, ds.Name(), "train"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.For(d); err == nil {
				w = workOn(t, tape.Float64, m, d, 0)
			}
		}
		if w == nil {
			t.Errorf("%s suits no data set here", m.Name())
			continue
		}
		sheet := w.Model.Sheet()
		_, exact := w.Model.(vi.Evidence)
		_, largeK := w.Model.(vi.KLimits)
		_, simulates := w.Model.(vi.Simulator)
		for c, has := range map[vi.Cap]bool{vi.Exact: exact, vi.LargeK: largeK, vi.Simulate: simulates} {
			if slices.Contains(sheet.Offers, c) != has {
				t.Errorf("%s: its sheet offers %s: %v; it implements it: %v", m.Name(), c, !has, has)
			}
		}
		s := w.Step(0, w.All, ramp{})
		q := s.Posterior()
		closed := false
		if k, ok := q.(dist.KL); ok {
			_, closed = k.KL(s.Prior())
		}
		z := q.Sample(s.Noise("z"), 2)
		live := s.Ascend(vi.Surrogate{Inf: z.Node.SumD(2).Sum()}).Inf.Ascend.AppendTo(nil)
		path := slices.ContainsFunc(live, func(g float64) bool { return g != 0 })
		for _, b := range sheet.Blocks {
			for c, has := range map[vi.Cap]bool{vi.AnalyticKL: closed, vi.Path: path} {
				if slices.Contains(b.Offers, c) != has {
					t.Errorf("%s, block %s: its sheet offers %s: %v; it has it: %v", m.Name(), b.Name, c, !has, has)
				}
			}
		}
	}
}

// Dreams from their own noise, by hand, a dream for each datum of a batch: on
// the toy z = mu + e, x = z + e'; of the autoencoder z = e and a bit
// 1[u > 1-p], p by the decoder written out.
func TestDreams(t *testing.T) {
	gauss, _ := toyOn(t, 2.0/3, datasets.LinearGaussian{Dim: 3, N: 5, Perturb: 0.3}, 0)
	net, p := small(t, tape.Float64, "tanh", 4, 3)
	for name, c := range map[string]struct {
		w    *vi.Work
		want func(e, e2, u []float64) (z, x []float64)
	}{
		"lineargaussian": {gauss, func(e, e2, _ []float64) (z, x []float64) {
			mu := gauss.Params.Value("gen/mu").F64()
			for i := range e {
				z = append(z, mu[i]+e[i])
				x = append(x, z[i]+e2[i])
			}
			return z, x
		}},
		"vae": {net, func(e, _, u []float64) (z, x []float64) {
			h := e
			for _, l := range []string{"gen/0", "gen/1"} {
				h = p.layer(l, "tanh", h)
			}
			for i, prob := range p.layer("gen/x", "sigmoid", h) {
				bit := 0.0
				if u[i] > 1-prob {
					bit = 1
				}
				x = append(x, bit)
			}
			return e, x
		}},
	} {
		src := &vi.Keyed{Key: rng.Probe(3, 0, 0)}
		rows := []int{3, 0}
		s := c.w.Step(0, rows, src)
		z, x := s.Simulate()
		d, dz := c.w.Data.D, c.w.Model.Sheet().Blocks[0].Dim
		if r, cols := x.Shape(); r != 2 || cols != d || z.K != 1 {
			t.Fatalf("%s: x is [%d,%d], K = %d", name, r, cols, z.K)
		}
		for b, n := range rows {
			draw := func(of func(string, uint64, tape.Vector), site string, d int) []float64 {
				v := make([]float64, d)
				of(site, uint64(n), tape.Float64s(v))
				return v
			}
			wantZ, wantX := c.want(draw(src.Normal, "dream/z", dz), draw(src.Normal, "dream/x", d), draw(src.Uniform, "dream/x", d))
			for i, v := range wantZ {
				near(t, name+": z", z.Node.Value().At(b*dz+i), v, 1e-14)
			}
			for i, v := range wantX {
				near(t, name+": x", x.Value().At(b*d+i), v, 1e-14)
			}
		}
		// constants: no parameter moves them
		sum := x.SumD(1).Add(z.Node.SumD(1)).Sum()
		dir := s.Ascend(vi.Surrogate{Gen: sum, Inf: sum})
		for _, u := range []vi.Update{dir.Gen, dir.Inf} {
			if slices.ContainsFunc(u.Ascend.AppendTo(nil), func(g float64) bool { return g != 0 }) {
				t.Errorf("%s: a dream moves with parameters", name)
			}
		}
	}
}

// Bits dreamt from the zero code have the decoder's probabilities: 5 z-scores at
// 4.9, false alarm 5e-6.
func TestDreamtBits(t *testing.T) {
	const n = 4000
	w := work(t, tape.Float32, models.VAE{Latent: 2, Act: "tanh"}, datasets.Bits{N: n, Dim: 5, Latent: 2}, 0)
	w.Params.Set("gen/x/W", make([]float64, 10)) // whatever the code
	s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(4, 0, 0)})
	_, x := s.Simulate()
	for j := range 5 {
		ones, p := 0.0, 1/(1+math.Exp(-w.Params.Value("gen/x/b").At(j)))
		for i := range n {
			ones += x.Value().At(i*5 + j)
		}
		if z := (ones - n*p) / math.Sqrt(n*p*(1-p)); math.Abs(z) > 4.9 {
			t.Errorf("bit %d: %g ones of %d, z = %.1f", j, ones, n, z)
		}
	}
}
