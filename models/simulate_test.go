package models_test

import (
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// Dreams from their own noise, by hand, a dream for each datum of a batch: on
// the toy z = mu + e, x = z + e'; of the autoencoder z = e and a bit
// 1[u > 1-p], p by the decoder written out.
func TestDreams(t *testing.T) {
	gauss, _ := toyOn(t, 2.0/3, datasets.LinearGaussian{Dim: 3, N: 5, Perturb: 0.3}, 0)
	net, p := small(t, tape.Float64, models.VAE{Latent: 2, Hidden: []int{4, 3}, Act: "tanh"})
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

// Dreams of two layers and of Gaussian decoders, by the networks written out:
// z2 = e2, z1 = mu(z2) + sigma(z2) e1 from sites of their own, x from z1, all constants.
func TestDeeperDreams(t *testing.T) {
	for name, m := range networks {
		if m.Latent2 == 0 && m.Likelihood != "gaussian" {
			continue
		}
		w, p := small(t, tape.Float64, m)
		src := &vi.Keyed{Key: rng.Probe(3, 0, 0)}
		s := w.Step(0, w.All, src)
		z, x := s.Simulate()
		sum := x.SumD(1).Add(z.Block(0).SumD(1)).Sum()
		dir := s.Ascend(vi.Surrogate{Gen: sum, Inf: sum})
		for _, u := range []vi.Update{dir.Gen, dir.Inf} {
			if slices.ContainsFunc(u.Ascend.AppendTo(nil), func(g float64) bool { return g != 0 }) {
				t.Errorf("%s: a dream moves with parameters", name)
			}
		}
		for n := range w.Data.N {
			normal := func(site string, d int) []float64 {
				v := make([]float64, d)
				src.Normal(site, uint64(n), tape.Float64s(v))
				return v
			}
			check := func(what string, got tape.Node, want []float64) {
				for i, v := range want {
					near(t, name+": "+what, got.Value().At(n*len(want)+i), v, 1e-12)
				}
			}
			var code []float64
			if m.Latent2 == 0 {
				code = normal("dream/z", m.Latent)
			} else {
				top := normal("dream/z2", m.Latent2)
				check("z2", z.Block(1), top)
				mu, ls := p.heads("gen/z1/", len(m.Hidden2), top)
				for i, e := range normal("dream/z1", m.Latent) {
					code = append(code, mu[i]+math.Exp(ls[i])*e)
				}
			}
			check("z", z.Block(0), code)
			mean, sd := p.seen(code)
			want := normal("dream/x", w.Data.D)
			u := make([]float64, w.Data.D)
			src.Uniform("dream/x", uint64(n), tape.Float64s(u))
			for i := range want {
				want[i] = mean[i] + sd[i]*want[i]
				if m.Likelihood != "gaussian" {
					want[i] = 0
					if u[i] > 1-mean[i] {
						want[i] = 1
					}
				}
			}
			check("x", x, want)
		}
	}
}

// The toy of factors dreams x of covariance W W' + Psi about c: mean squares of
// four coordinates and one cross moment at 4.9 standard errors, false alarm 5e-6.
func TestFADreams(t *testing.T) {
	const n = 4000
	w := work(t, tape.Float64, models.FA{Latent: 2, Noise: "diagonal", Act: "tanh"}, datasets.LowRank{N: n, Dim: 4, Latent: 2, Noise: 0.5}, 0)
	f := factorsOf(t, w)
	_, x := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(4, 0, 0)}).Simulate()
	cov := func(i, j int) (c float64) {
		for l := range f.L {
			c += f.W[i*f.L+l] * f.W[j*f.L+l]
		}
		if i == j {
			c += f.Psi[i]
		}
		return c
	}
	for _, c := range [][2]int{{0, 0}, {1, 1}, {2, 2}, {3, 3}, {0, 3}} {
		i, j := c[0], c[1]
		sum := 0.0
		for k := range n {
			sum += (x.Value().At(k*4+i) - f.C[i]) * (x.Value().At(k*4+j) - f.C[j])
		}
		se := math.Sqrt((cov(i, i)*cov(j, j) + cov(i, j)*cov(i, j)) / n)
		if z := (sum/n - cov(i, j)) / se; math.Abs(z) > 4.9 {
			t.Errorf("covariance of %d and %d: %g; want %g (z = %.1f)", i, j, sum/n, cov(i, j), z)
		}
	}
}
