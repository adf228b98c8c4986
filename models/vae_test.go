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
	w *vi.Work
	m models.VAE
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

func (p plain) hidden(prefix string, n int, x []float64) []float64 {
	for i := range n {
		x = p.layer(fmt.Sprint(prefix, i), p.m.Act, x)
	}
	return x
}

// heads are the mean and log sigma of a Gaussian layer.
func (p plain) heads(prefix string, n int, x []float64) (mu, logsigma []float64) {
	h := p.hidden(prefix, n, x)
	return p.layer(prefix+"mu", "", h), p.layer(prefix+"logsigma", "", h)
}

// seen is the mean of x given z, and its sd where it is Gaussian.
func (p plain) seen(z []float64) (mean, sd []float64) {
	down := len(p.m.Decoder)
	if down == 0 {
		down = len(p.m.Hidden)
	}
	h := p.hidden("gen/", down, z)
	act := "sigmoid"
	if p.m.Likelihood == "gaussian" && !p.m.Squash {
		act = ""
	}
	mean = p.layer("gen/x", act, h)
	ls := make([]float64, len(mean))
	switch {
	case p.m.Noise == "network":
		ls = p.layer("gen/logsigma", "", h)
	case p.m.Noise == "free":
		ls = p.w.Params.Value("gen/logsigma").AppendTo(nil)
	case p.m.Noise == "fixed":
		for i := range ls {
			ls[i] = math.Log(p.m.Sigma)
		}
	}
	for i := range ls {
		ls[i] = math.Exp(ls[i])
	}
	return mean, ls
}

func (p plain) logLik(x, z []float64) (l float64) {
	mean, sd := p.seen(z)
	for i, m := range mean {
		if p.m.Likelihood == "gaussian" {
			l += logNormal(x[i], m, sd[i]*sd[i])
		} else {
			l += x[i]*math.Log(m) + (1-x[i])*math.Log1p(-m)
		}
	}
	return l
}

// sample is one sample of one datum with its log-densities.
type sample struct{ prior, lik, q float64 }

// each calls f with every datum's first-layer posterior and its k samples on a ramp.
func (p plain) each(k int, f func(n int, mu, logsigma []float64, samples []sample)) {
	for n := range p.w.Data.N {
		x := row(p.w.Data, n)
		draw := func(site string, j int, mu, ls []float64) (z []float64, logq float64) {
			eps := make([]float64, k*len(mu))
			ramp{}.Normal(site, uint64(n), tape.Float64s(eps))
			for i := range mu {
				z = append(z, mu[i]+math.Exp(ls[i])*eps[j*len(mu)+i])
				logq += logNormal(z[i], mu[i], math.Exp(2*ls[i]))
			}
			return z, logq
		}
		var out []sample
		for j := range k {
			var s sample
			unit := func(z []float64) {
				for _, v := range z {
					s.prior += logNormal(v, 0, 1)
				}
			}
			if p.m.Latent2 == 0 {
				mu, ls := p.heads("inf/", len(p.m.Hidden), x)
				z, lq := draw("z", j, mu, ls)
				unit(z)
				s.lik, s.q = p.logLik(x, z), lq
			} else {
				mu, ls := p.heads("inf/z1/", len(p.m.Hidden), x)
				z1, l1 := draw("z1", j, mu, ls)
				mu, ls = p.heads("inf/z2/", len(p.m.Hidden2), z1)
				z2, l2 := draw("z2", j, mu, ls)
				unit(z2)
				mu, ls = p.heads("gen/z1/", len(p.m.Hidden2), z2)
				for i, v := range z1 {
					s.prior += logNormal(v, mu[i], math.Exp(2*ls[i]))
				}
				s.lik, s.q = p.logLik(x, z1), l1+l2
			}
			out = append(out, s)
		}
		var mu, ls []float64
		if p.m.Latent2 == 0 {
			mu, ls = p.heads("inf/", len(p.m.Hidden), x)
		}
		f(n, mu, ls, out)
	}
}

// elbo is the mean over the data of -KL(q || N(0, I)) + 1/K sum log p(x|z).
func (p plain) elbo(k int) (total float64) {
	p.each(k, func(_ int, mu, ls []float64, samples []sample) {
		for i := range mu {
			total += ls[i] + 0.5 - 0.5*(math.Exp(2*ls[i])+mu[i]*mu[i])
		}
		for _, s := range samples {
			total += s.lik / float64(k)
		}
	})
	return total / float64(p.w.Data.N)
}

// iwae is the mean over the data of L_K.
func (p plain) iwae(k int) (total float64) {
	p.each(k, func(_ int, _, _ []float64, samples []sample) {
		w := 0.0
		for _, s := range samples {
			w += math.Exp(s.prior + s.lik - s.q)
		}
		total += math.Log(w / float64(k))
	})
	return total / float64(p.w.Data.N)
}

// stir moves every parameter off its start, biases included; log sigmas stay
// of everyday size.
func stir(w *vi.Work) {
	defer func() {
		for _, spec := range w.Params.Specs() {
			if v := w.Params.Value(spec.Name); strings.Contains(spec.Name, "logsigma") {
				for i := range v.Len() {
					v.Set(i, v.At(i)/4)
				}
			}
		}
	}()
	for r := range tape.Role(tape.Roles) {
		v := w.Params.Vector(r)
		for i := range v.Len() {
			v.Set(i, float64(float32(v.At(i)+0.4*math.Sin(2.3*float64(i)+float64(r)))))
		}
	}
}

// small is a network of given settings on a few small data of its domain: bits,
// or reals in [0, 1].
func small(t testing.TB, prec tape.Precision, m models.VAE) (*vi.Work, plain) {
	t.Helper()
	const n, d = 4, 5
	bits, err := datasets.Bits{N: n, Dim: d, Latent: 2}.Make(rng.Data(0, "bits", "train"))
	if err != nil {
		t.Fatal(err)
	}
	if m.Likelihood == "gaussian" {
		bits.Domain = vi.Real
		for i := range bits.X {
			bits.X[i] = float64((11*i)%17) / 16
		}
	}
	w := workOn(t, prec, m, bits, 0)
	stir(w)
	return w, plain{w, m}
}

// networks are one of every kind: one and two stochastic layers, each likelihood,
// mirrored and not, with hidden layers and without.
var networks = map[string]models.VAE{
	"one":                {Latent: 2, Hidden: []int{4, 3}, Act: "tanh"},
	"one, linear":        {Latent: 2, Act: "tanh"},
	"one, decoder":       {Latent: 2, Hidden: []int{4}, Decoder: []int{3, 4, 2}, Act: "sigmoid"},
	"two":                {Latent: 3, Hidden: []int{4, 3}, Latent2: 2, Hidden2: []int{3, 4}, Act: "tanh"},
	"two, linear":        {Latent: 3, Latent2: 2, Act: "tanh"},
	"two, decoder":       {Latent: 2, Hidden: []int{4}, Latent2: 2, Hidden2: []int{3}, Decoder: []int{5, 3}, Act: "softplus"},
	"gaussian":           {Latent: 2, Hidden: []int{4, 3}, Act: "tanh", Likelihood: "gaussian", Noise: "network", Sigma: 0.7},
	"gaussian, squash":   {Latent: 2, Hidden: []int{4}, Act: "softplus", Likelihood: "gaussian", Noise: "network", Squash: true, Sigma: 0.7},
	"gaussian, free":     {Latent: 2, Hidden: []int{4}, Act: "tanh", Likelihood: "gaussian", Noise: "free", Sigma: 0.7},
	"gaussian, fixed":    {Latent: 2, Hidden: []int{4}, Act: "sigmoid", Likelihood: "gaussian", Noise: "fixed", Sigma: 0.7},
	"two, gaussian":      {Latent: 3, Hidden: []int{4}, Latent2: 2, Hidden2: []int{3}, Act: "tanh", Likelihood: "gaussian", Noise: "network", Squash: true, Sigma: 0.7},
	"two, gaussian free": {Latent: 3, Hidden: []int{4}, Latent2: 2, Hidden2: []int{3}, Act: "tanh", Likelihood: "gaussian", Noise: "free", Sigma: 0.7},
}

// The directions of both networks against central differences of the bounds as
// written out above, in every parameter, for every kind of network.
func TestVAEAgainstDifferences(t *testing.T) {
	for name, m := range networks {
		t.Run(name, func(t *testing.T) {
			w, p := small(t, tape.Float64, m)
			differences(t, w, estimators.IWAE{K: 3}, p.iwae)
			if m.Latent2 == 0 {
				differences(t, w, estimators.ELBO{K: 3, Form: "sgvb-b"}, p.elbo)
			}
		})
	}
	for _, act := range []string{"tanh", "softplus", "sigmoid"} {
		w, p := small(t, tape.Float64, models.VAE{Latent: 2, Hidden: []int{4, 3}, Act: act})
		differences(t, w, estimators.IWAE{K: 3}, p.iwae)
	}
}

func differences(t *testing.T, w *vi.Work, e vi.Estimator, bound func(k int) float64) {
	t.Helper()
	k := e.Card().K
	d := e.Estimate(w.Step(0, w.All, ramp{}))
	for _, spec := range w.Params.Specs() {
		got, v := param(w, d, spec.Name), w.Params.Value(spec.Name)
		for i := range got {
			const h = 1e-5
			x := v.At(i)
			v.Set(i, x+h)
			up := bound(k)
			v.Set(i, x-h)
			down := bound(k)
			v.Set(i, x)
			near(t, fmt.Sprintf("%s, %s[%d]", e.Card().Name, spec.Name, i), got[i], (up-down)/(2*h), 2e-8)
		}
	}
}

// The densities on the tape against the same written out, ReLU too.
func TestVAEDensities(t *testing.T) {
	const k = 3
	check := func(name string, m models.VAE) {
		w, p := small(t, tape.Float64, m)
		s := w.Step(0, w.All, ramp{})
		q := s.Posterior()
		z := q.Sample(s.Noise("z"), k)
		prior, lik, lq := s.Prior().LogProb(z).Float64s(), s.LogLik(z).Float64s(), q.LogProb(z).Float64s()
		p.each(k, func(n int, _, _ []float64, samples []sample) {
			for j, want := range samples {
				near(t, name+": log p(z)", prior[n*k+j], want.prior, 1e-12)
				near(t, name+": log q(z|x)", lq[n*k+j], want.q, 1e-12)
				near(t, name+": log p(x|z)", lik[n*k+j], want.lik, 1e-12)
			}
		})
	}
	for name, m := range networks {
		check(name, m)
	}
	for act := range activations {
		if act != "" {
			check(act, models.VAE{Latent: 2, Hidden: []int{4, 3}, Act: act})
			check("two, "+act, models.VAE{Latent: 2, Hidden: []int{4, 3}, Latent2: 3, Hidden2: []int{4}, Act: act})
		}
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
	if slices.Equal(w.Params.Value("inf/mu/W").F64(), w.Params.Value("inf/logsigma/W").F64()) {
		t.Error("layers of one shape start alike")
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
	reals := &vi.Data{Name: "hand", N: 2, D: 2, Domain: vi.Real, X: []float64{0, 1, 0.5, 1.5}}
	for _, c := range []struct {
		m    models.VAE
		d    *vi.Data
		want string
	}{
		{models.VAE{Latent: 1, Act: "tanh"}, reals, `model vae: likelihood bernoulli explains binary data, got real data "hand"; gaussian explains real data`},
		{models.VAE{Latent: 1, Act: "tanh", Likelihood: "gaussian"}, bits, `model vae: likelihood gaussian explains real data, got binary data "hand"; bernoulli explains binary data`},
		{models.VAE{Latent: 1, Act: "tanh", Likelihood: "gaussian", Squash: true}, reals, `model vae: squash keeps means in (0, 1); row 1 of "hand" holds 1.5`},
		{models.VAE{Latent: 1, Act: "tanh", Hidden2: []int{3}}, bits, "model vae: hidden2: given but not read; it needs latent2 above 0"},
		{models.VAE{Latent: 1, Act: "tanh", Squash: true}, bits, "model vae: squash: given but not read; it needs likelihood gaussian"},
		{models.VAE{Latent: 1, Act: "tanh", Noise: "free"}, bits, "model vae: noise: given but not read; it needs likelihood gaussian"},
		{models.VAE{Latent: 1, Act: "tanh", Sigma: 0.5}, bits, "model vae: sigma: given but not read; it needs likelihood gaussian"},
		{models.VAE{Latent: 1, Act: "tanh", SD: 0.7}, bits, "model vae: sd: given but not read; it needs init normal"},
		{models.VAE{Latent: 1, Act: "swish"}, bits, `model vae: act: got "swish"; have tanh, relu, softplus, sigmoid`},
		{models.VAE{Latent: 1, Act: "exp"}, bits, `model vae: act: got "exp"; have tanh, relu, softplus, sigmoid`},
		{models.VAE{Latent: 1, Act: ""}, bits, `model vae: act: got ""; have tanh, relu, softplus, sigmoid`},
		{models.VAE{Latent: 1, Act: "tanh", Likelihood: "laplace"}, bits, `model vae: likelihood: got "laplace"; have bernoulli, gaussian`},
		{models.VAE{Latent: 1, Act: "tanh", Noise: "shared"}, bits, `model vae: noise: got "shared"; have network, free, fixed`},
		{models.VAE{Latent: 1, Act: "tanh", Start: "zero"}, bits, `model vae: init: got "zero"; have glorot, normal`},
		{models.VAE{Latent: 0, Act: "tanh"}, bits, `model vae: latent: got a layer of width 0; need at least 1`},
		{models.VAE{Latent: 1, Hidden: []int{3, 0}, Act: "tanh"}, bits, `model vae: hidden: got a layer of width 0; need at least 1`},
		{models.VAE{Latent: 1, Latent2: -1, Act: "tanh"}, bits, `model vae: latent2: got -1; need 0 (one stochastic layer) or more`},
		{models.VAE{Latent: 1, Sigma: -1, Act: "tanh"}, bits, `model vae: sigma: got -1; need an sd above 0`},
		{models.VAE{Latent: 1, Latent2: 2, Hidden2: []int{-4}, Act: "tanh"}, bits, `model vae: hidden2: got a layer of width -4; need at least 1`},
		{models.VAE{Latent: 1, Decoder: []int{0}, Act: "tanh"}, bits, `model vae: decoder: got a layer of width 0; need at least 1`},
	} {
		if _, err := c.m.For(c.d); err == nil || err.Error() != c.want {
			t.Errorf("got %v; want %s", err, c.want)
		}
	}
}

// Fifty steps of Adam raise the bound, on evaluation draws that training never
// sees, whichever bound is raised and in either precision, with one stochastic layer and
// with two, on bits and on reals; the two precisions end close to each other.
func TestVAETrains(t *testing.T) {
	bits := datasets.Bits{N: 128, Dim: 12, Latent: 2}
	reals := datasets.LinearGaussian{N: 128, Dim: 6}
	one, two := models.VAE{Latent: 2, Hidden: []int{16}, Act: "tanh"}, models.VAE{Latent: 4, Hidden: []int{16}, Latent2: 2, Hidden2: []int{8}, Act: "tanh"}
	real1, real2 := one, two
	real1.Likelihood, real2.Likelihood, real2.Noise = "gaussian", "gaussian", "free"
	for _, c := range []struct {
		e  vi.Estimator
		m  models.VAE
		ds vi.Dataset
	}{
		{estimators.ELBO{K: 1, Form: "sgvb-b"}, one, bits}, {estimators.IWAE{K: 5}, one, bits}, {estimators.IWAE{K: 5}, two, bits}, {estimators.DReG{K: 5}, two, bits},
		{estimators.IWAE{K: 5}, real1, reals}, {estimators.ELBO{K: 2, Form: "sgvb-a"}, real2, reals},
	} {
		var ends []float64
		for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
			w := work(t, prec, c.m, c.ds, 0)
			before := bound(w, 16)
			train(w, c.e, 50)
			after := bound(w, 16)
			if !(after > before+0.3) {
				t.Errorf("%s, %s, %+v: the bound went from %.3f to %.3f in 50 steps; want a rise of 0.3 nats", c.e.Card().Name, prec, c.m, before, after)
			}
			ends = append(ends, after)
		}
		if d := math.Abs(ends[0] - ends[1]); d > 1e-3 {
			t.Errorf("%s: float32 ends %g nats from float64", c.e.Card().Name, d)
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
	all := map[string]models.VAE{"two, relu": {Latent: 4, Hidden: []int{6, 5}, Latent2: 3, Hidden2: []int{5}, Act: "relu"}}
	for _, act := range []string{"tanh", "relu", "softplus", "sigmoid"} {
		all[act] = models.VAE{Latent: 2, Hidden: []int{6, 5}, Act: act}
	}
	for name, m := range networks {
		all[name] = m
	}
	const multiple, eps = 64, 1.0 / (1 << 23)
	for name, m := range all {
		for _, e := range []vi.Estimator{
			estimators.ELBO{K: 5, Form: "sgvb-a"}, estimators.ELBO{K: 5, Form: "sgvb-b"}, estimators.IWAE{K: 5},
			estimators.DReG{K: 5}, estimators.PIWAE{M: 2, K: 3}, estimators.VIMCO{K: 5, Baseline: "geometric"},
		} {
			a, _ := small(t, tape.Float64, m)
			b, _ := small(t, tape.Float32, m)
			if vi.Fit(e.Card(), a.Model.Sheet(), a.Data.Shape()) != nil {
				continue // no closed KL
			}
			for r := range tape.Role(tape.Roles) { // the same parameters in both
				for i := range a.Params.Vector(r).Len() {
					a.Params.Vector(r).Set(i, b.Params.Vector(r).At(i))
				}
			}
			for i, x := range a.Data.X { // and the same data
				a.Data.X[i] = float64(float32(x))
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
					t.Errorf("%s, %s, %s: float32 is off by %.1f eps of the largest entry", e.Card().Name, name, r, off/largest/eps)
				}
				if off == 0 {
					t.Errorf("%s, %s, %s: float32 equals float64: it was not computed in float32", e.Card().Name, name, r)
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
