package models_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

var activations = map[string]func(float64) float64{
	"tanh":     math.Tanh,
	"relu":     func(x float64) float64 { return math.Max(x, 0) },
	"sigmoid":  func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	"softplus": func(x float64) float64 { return math.Log1p(math.Exp(x)) },
	"":         func(x float64) float64 { return x },
}

// plain is the autoencoder written out: loops, package math, parameters by name.
type plain struct {
	w      *vi.Work
	hidden int
	act    string
}

func (p plain) layer(name, act string, x []float64) []float64 {
	w, b := p.w.Params.Value(name+"/W"), p.w.Params.Value(name+"/b")
	y := make([]float64, b.Len())
	for i := range y {
		y[i] = b.At(i)
		for j, v := range x {
			y[i] += w.At(i*len(x)+j) * v
		}
		y[i] = activations[act](y[i])
	}
	return y
}

func (p plain) posterior(x []float64) (mu, logsigma []float64) {
	for i := range p.hidden {
		x = p.layer(fmt.Sprintf("inf/%d", i), p.act, x)
	}
	return p.layer("inf/mu", "", x), p.layer("inf/logsigma", "", x)
}

func (p plain) logLik(x, z []float64) (l float64) {
	for i := range p.hidden {
		z = p.layer(fmt.Sprintf("gen/%d", i), p.act, z)
	}
	for i, a := range p.layer("gen/x", "", z) {
		l += x[i]*a - math.Log1p(math.Exp(a))
	}
	return l
}

// each calls f with every datum, its posterior and its k samples on a ramp.
func (p plain) each(k int, f func(n int, x, mu, logsigma []float64, z [][]float64)) {
	for n := range p.w.Data.N {
		x := row(p.w.Data, n)
		mu, ls := p.posterior(x)
		eps := make([]float64, k*len(mu))
		ramp{}.Normal("z", uint64(n), tape.Float64s(eps))
		z := make([][]float64, k)
		for j := range z {
			z[j] = make([]float64, len(mu))
			for i := range mu {
				z[j][i] = mu[i] + math.Exp(ls[i])*eps[j*len(mu)+i]
			}
		}
		f(n, x, mu, ls, z)
	}
}

// elbo is the mean over the data of -KL(q || N(0, I)) + 1/K sum log p(x|z).
func (p plain) elbo(k int) (total float64) {
	p.each(k, func(_ int, x, mu, ls []float64, z [][]float64) {
		for i := range mu {
			total += ls[i] + 0.5 - 0.5*(math.Exp(2*ls[i])+mu[i]*mu[i])
		}
		for j := range z {
			total += p.logLik(x, z[j]) / float64(k)
		}
	})
	return total / float64(p.w.Data.N)
}

// iwae is the mean over the data of L_K.
func (p plain) iwae(k int) (total float64) {
	p.each(k, func(_ int, x, mu, ls []float64, z [][]float64) {
		w := 0.0
		for j := range z {
			lw := p.logLik(x, z[j])
			for i, v := range z[j] {
				lw += logNormal(v, 0, 1) - logNormal(v, mu[i], math.Exp(2*ls[i]))
			}
			w += math.Exp(lw)
		}
		total += math.Log(w / float64(k))
	})
	return total / float64(p.w.Data.N)
}

// stir moves every parameter off its start, biases included.
func stir(w *vi.Work) {
	for r := range tape.Role(tape.Roles) {
		v := w.Params.Vector(r)
		for i := range v.Len() {
			v.Set(i, float64(float32(v.At(i)+0.4*math.Sin(2.3*float64(i)+float64(r)))))
		}
	}
}

func small(t testing.TB, prec tape.Precision, act string, hidden ...int) (*vi.Work, plain) {
	t.Helper()
	w := work(t, prec, models.VAE{Latent: 2, Hidden: hidden, Act: act}, datasets.Bits{N: 4, Dim: 5, Latent: 2}, 0)
	stir(w)
	return w, plain{w, len(hidden), act}
}

// The directions of both networks against central differences of the bounds as
// written out above, in every parameter, for every smooth activation and depth.
func TestVAEAgainstDifferences(t *testing.T) {
	for _, act := range []string{"tanh", "softplus", "sigmoid"} {
		for _, hidden := range [][]int{{}, {4}, {4, 3}} {
			w, p := small(t, tape.Float64, act, hidden...)
			for _, c := range []struct {
				e     vi.Estimator
				bound func(int) float64
			}{{estimators.ELBO{K: 3, Form: "sgvb-b"}, p.elbo}, {estimators.IWAE{K: 3}, p.iwae}} {
				d := c.e.Estimate(w.Step(0, w.All, ramp{}))
				for _, spec := range w.Params.Specs() {
					got, v := param(w, d, spec.Name), w.Params.Value(spec.Name)
					for i := range got {
						const h = 1e-5
						x := v.At(i)
						v.Set(i, x+h)
						up := c.bound(3)
						v.Set(i, x-h)
						down := c.bound(3)
						v.Set(i, x)
						near(t, fmt.Sprintf("%s, %v, %s, %s[%d]", act, hidden, c.e.Card().Name, spec.Name, i), got[i], (up-down)/(2*h), 2e-8)
					}
				}
			}
		}
	}
}

// The densities on the tape against the same written out, ReLU too.
func TestVAEDensities(t *testing.T) {
	for act := range activations {
		if act == "" {
			continue
		}
		const k = 3
		w, p := small(t, tape.Float64, act, 4, 3)
		s := w.Step(0, w.All, ramp{})
		q := s.Posterior()
		z := q.Sample(s.Noise("z"), k)
		prior, lik, lq := s.Prior().LogProb(z).Float64s(), s.LogLik(z).Float64s(), q.LogProb(z).Float64s()
		p.each(k, func(n int, x, mu, ls []float64, z [][]float64) {
			for j := range z {
				var a, b float64
				for i, v := range z[j] {
					a += logNormal(v, 0, 1)
					b += logNormal(v, mu[i], math.Exp(2*ls[i]))
				}
				near(t, act+": log p(z)", prior[n*k+j], a, 1e-12)
				near(t, act+": log q(z|x)", lq[n*k+j], b, 1e-12)
				near(t, act+": log p(x|z)", lik[n*k+j], p.logLik(x, z[j]), 1e-12)
			}
		})
	}
}

// Weights start within Glorot's limit and fill it (the largest of n is below 0.9
// of it with probability 0.9^n: 1e-9 for the 200 at least here), with mean square
// a third of its square (false alarm 1e-6 each, 4.9 standard errors); biases at zero.
func TestVAEStart(t *testing.T) {
	w := work(t, tape.Float64, models.VAE{Latent: 20, Hidden: []int{40, 30}, Act: "tanh"}, datasets.Bits{N: 50, Dim: 25, Latent: 2}, 0)
	for _, spec := range w.Params.Specs() {
		x := w.Params.Value(spec.Name).F64()
		if strings.HasSuffix(spec.Name, "/b") {
			if spec.Name != "gen/x/b" && slices.ContainsFunc(x, func(v float64) bool { return v != 0 }) {
				t.Errorf("%s does not start at zero", spec.Name)
			}
			continue
		}
		lim, largest, ss := math.Sqrt(6/float64(spec.Rows+spec.Cols)), 0.0, 0.0
		for _, v := range x {
			largest, ss = math.Max(largest, math.Abs(v)), ss+v*v/(lim*lim)
		}
		if largest > lim || largest < 0.9*lim {
			t.Errorf("%s [%d,%d]: largest weight %g; want just below %g", spec.Name, spec.Rows, spec.Cols, largest, lim)
		}
		n := float64(len(x))
		if z := (ss - n/3) / math.Sqrt(n*4/45); math.Abs(z) > 4.9 {
			t.Errorf("%s: mean square %.3f limit^2; want 1/3 (z = %.1f)", spec.Name, ss/n, z)
		}
	}
}

// The visible bias is the logit of the data's mean, clipped to [0.001, 0.999].
func TestVAEVisibleBias(t *testing.T) {
	d := &vi.Data{Name: "hand", N: 4, D: 3, Domain: vi.Binary, X: []float64{
		1, 0, 1,
		0, 0, 1,
		0, 0, 1,
		0, 0, 1}}
	w := workOn(t, tape.Float64, models.VAE{Latent: 1, Act: "tanh"}, d, 0)
	for i, mean := range []float64{0.25, 0.001, 0.999} {
		near(t, "visible bias", w.Params.Value("gen/x/b").At(i), math.Log(mean/(1-mean)), 1e-12)
	}
}

// A start is a function of the seed and of parameters' names: another width of
// one layer leaves the weights of the others.
func TestVAEStartIsNamed(t *testing.T) {
	at := func(seed uint64, hidden ...int) *vi.Work {
		return work(t, tape.Float64, models.VAE{Latent: 3, Hidden: hidden, Act: "tanh"}, datasets.Bits{N: 8, Dim: 6, Latent: 1}, seed)
	}
	same := func(a, b *vi.Work, name string) bool {
		return slices.Equal(a.Params.Value(name).F64(), b.Params.Value(name).F64())
	}
	a := at(1, 5, 4)
	if !same(a, at(1, 5, 4), "gen/x/W") || same(a, at(2, 5, 4), "gen/x/W") {
		t.Error("the start is not a function of the seed")
	}
	if !same(a, at(1, 5, 7), "inf/0/W") {
		t.Error("inf/0/W moves with the width of inf/1")
	}
}

func TestVAERefusals(t *testing.T) {
	bits := &vi.Data{Name: "hand", N: 1, D: 2, Domain: vi.Binary, X: []float64{0, 1}}
	real := &vi.Data{Name: "hand", N: 1, D: 2, Domain: vi.Real, X: []float64{0, 1}}
	for _, c := range []struct {
		m    models.VAE
		d    *vi.Data
		want string
	}{
		{models.VAE{Latent: 1, Act: "tanh"}, real, `model vae: explains binary data, got real data "hand"`},
		{models.VAE{Latent: 1, Act: "swish"}, bits, `model vae: act: got "swish"; have tanh, relu, softplus, sigmoid`},
		{models.VAE{Latent: 1, Act: "exp"}, bits, `model vae: act: got "exp"; have tanh, relu, softplus, sigmoid`},
		{models.VAE{Latent: 1, Act: ""}, bits, `model vae: act: got ""; have tanh, relu, softplus, sigmoid`},
	} {
		if _, err := c.m.For(c.d); err == nil || err.Error() != c.want {
			t.Errorf("got %v; want %s", err, c.want)
		}
	}
	m, err := models.VAE{Latent: 1, Hidden: []int{0}, Act: "tanh"}.For(bits)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vi.NewWork(m, nil, bits, tape.Float64, rng.Init(0, "vae")); err == nil {
		t.Error("a layer of no units was laid out")
	}
}

// Fifty steps of Adam on generated bits raise the bound, on evaluation draws that
// training never sees, whichever bound is raised and in either precision; the two precisions
// end close to each other.
func TestVAETrains(t *testing.T) {
	for _, e := range []vi.Estimator{estimators.ELBO{K: 1, Form: "sgvb-b"}, estimators.IWAE{K: 5}} {
		var ends []float64
		for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
			w := work(t, prec, models.VAE{Latent: 2, Hidden: []int{16}, Act: "tanh"}, datasets.Bits{N: 128, Dim: 12, Latent: 2}, 0)
			before := bound(w, 16)
			train(w, e, 50)
			after := bound(w, 16)
			if !(after > before+0.3) {
				t.Errorf("%s, %s: the bound went from %.3f to %.3f in 50 steps; want a rise of 0.3 nats", e.Card().Name, prec, before, after)
			}
			ends = append(ends, after)
		}
		if d := math.Abs(ends[0] - ends[1]); d > 1e-3 {
			t.Errorf("%s: float32 ends %g nats from float64", e.Card().Name, d)
		}
	}
}

func train(w *vi.Work, e vi.Estimator, steps int) {
	rule := optim.Adam{Rate: 0.02, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	roles := []tape.Role{tape.Gen, tape.Inf}
	var s64 [2]optim.State[float64]
	var s32 [2]optim.State[float32]
	for i, r := range roles {
		n := w.Params.Vector(r).Len()
		s64[i], s32[i] = optim.NewState[float64](rule, n), optim.NewState[float32](rule, n)
	}
	for step := range steps {
		d := e.Estimate(w.Step(step, w.All, &vi.Keyed{Key: rng.Noise(0, uint64(step))}))
		for i, r := range roles {
			theta, dir := w.Params.Vector(r), d.Role(r).Ascend
			if theta.F64() != nil {
				rule.Step64(theta.F64(), dir.F64(), s64[i], 1)
			} else {
				rule.Step32(theta.F32(), dir.F32(), s32[i], 1)
			}
		}
	}
}

// bound is L_K on draws of its own.
func bound(w *vi.Work, k int) float64 {
	s := w.Step(0, w.All, &vi.Keyed{Key: rng.Eval(0, 0)})
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), k)
	return s.LogJoint(z).Sub(q.LogProb(z)).LogMeanExpK().Mean().Float()
}

// The float32 direction lies within 64 eps (2^-23) of the float64 one, in units
// of its role's largest entry, on the same parameters and draws: a few hundred roundings in
// the longest chain, of random sign.
func TestFloat32FollowsFloat64(t *testing.T) {
	const multiple, eps = 64, 1.0 / (1 << 23)
	for _, e := range []vi.Estimator{
		estimators.ELBO{K: 5, Form: "sgvb-a"}, estimators.ELBO{K: 5, Form: "sgvb-b"}, estimators.IWAE{K: 5},
		estimators.DReG{K: 5}, estimators.PIWAE{M: 2, K: 3}, estimators.VIMCO{K: 5, Baseline: "geometric"},
	} {
		for _, act := range []string{"tanh", "relu", "softplus", "sigmoid"} {
			a, _ := small(t, tape.Float64, act, 6, 5)
			b, _ := small(t, tape.Float32, act, 6, 5)
			for r := range tape.Role(tape.Roles) { // the same parameters in both
				for i := range a.Params.Vector(r).Len() {
					a.Params.Vector(r).Set(i, b.Params.Vector(r).At(i))
				}
			}
			exact, round := e.Estimate(a.Step(0, a.All, ramp{})), e.Estimate(b.Step(0, b.All, ramp{}))
			for _, r := range []tape.Role{tape.Gen, tape.Inf} {
				x, y := exact.Role(r).Ascend, round.Role(r).Ascend
				largest, off := 0.0, 0.0
				for i := range x.Len() {
					largest = math.Max(largest, math.Abs(x.At(i)))
					off = math.Max(off, math.Abs(x.At(i)-y.At(i)))
				}
				if !(off <= multiple*eps*largest) {
					t.Errorf("%s, %s, %s: float32 is off by %.1f eps of the largest entry", e.Card().Name, act, r, off/largest/eps)
				}
				if off == 0 {
					t.Errorf("%s, %s, %s: float32 equals float64: it was not computed in float32", e.Card().Name, act, r)
				}
			}
		}
	}
}

// The decoder has the encoder's hidden widths in reverse.
func TestVAEShapes(t *testing.T) {
	w := work(t, tape.Float32, models.VAE{Latent: 2, Hidden: []int{4, 3}, Act: "tanh"}, datasets.Bits{N: 2, Dim: 5, Latent: 1}, 0)
	var got []string
	for _, s := range w.Params.Specs() {
		got = append(got, fmt.Sprintf("%s %dx%d", s.Name, s.Rows, s.Cols))
	}
	want := []string{
		"gen/0/W 3x2", "gen/0/b 1x3", "gen/1/W 4x3", "gen/1/b 1x4", "gen/x/W 5x4", "gen/x/b 1x5",
		"inf/0/W 4x5", "inf/0/b 1x4", "inf/1/W 3x4", "inf/1/b 1x3", "inf/logsigma/W 2x3", "inf/logsigma/b 1x2", "inf/mu/W 2x3", "inf/mu/b 1x2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v; want %v", got, want)
	}
}
