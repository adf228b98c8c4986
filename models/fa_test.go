package models_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

var analyses = []models.FA{
	{Latent: 2, Noise: "diagonal", Cov: "shared", Act: "tanh"},
	{Latent: 2, Noise: "isotropic", Cov: "free", Act: "tanh"},
	{Latent: 2, Noise: "isotropic", Cov: "shared", Hidden: []int{3, 2}, Act: "softplus"},
	{Latent: 2, Noise: "diagonal", Cov: "free", Hidden: []int{3}, Act: "sigmoid"},
}

func factorAnalysis(t testing.TB, prec tape.Precision, m models.FA) *vi.Work {
	t.Helper()
	w := work(t, prec, m, datasets.LowRank{N: 5, Dim: 4, Latent: 2, Noise: 0.5}, 0)
	stir(w)
	return w
}

// signs is noise of four samples of two dimensions at (+-1, +-1): the mean over
// them of anything quadratic in the noise is its expectation.
type signs struct{}

func (signs) Normal(_ string, _ uint64, dst tape.Vector) {
	for i, v := range []float64{1, 1, 1, -1, -1, 1, -1, -1} {
		dst.Set(i, v)
	}
}

func (s signs) Uniform(site string, plate uint64, dst tape.Vector) { s.Normal(site, plate, dst) }

// posteriorOf is q of every datum, as the tape has it.
func posteriorOf(w *vi.Work) (mu, s2 [][]float64) {
	s := w.Step(0, w.All, constant(0))
	at := s.Posterior().Sample(s.Noise("z"), 1).Node.Value().AppendTo(nil)
	s = w.Step(0, w.All, constant(1))
	up := s.Posterior().Sample(s.Noise("z"), 1).Node.Value().AppendTo(nil)
	l := len(at) / w.Data.N
	for n := range w.Data.N {
		m, v := at[n*l:(n+1)*l], make([]float64, l)
		for i := range v {
			v[i] = math.Pow(up[n*l+i]-m[i], 2)
		}
		mu, s2 = append(mu, m), append(s2, v)
	}
	return mu, s2
}

func factorsOf(t testing.TB, w *vi.Work) *models.Factors {
	t.Helper()
	get := func(name string) []float64 { return w.Params.Value(name).AppendTo(nil) }
	psi, ls := make([]float64, w.Data.D), get("gen/logsigma")
	for i := range psi {
		psi[i] = math.Exp(2 * ls[i%len(ls)])
	}
	f, err := models.NewFactors(len(get("gen/W"))/w.Data.D, get("gen/W"), get("gen/c"), psi)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The ELBO's direction in every parameter of both networks, without dice: on
// noise of signs it is the exact expectation, to be compared with differences of the closed
// form, mean over the data.
func TestFAIsItsClosedForm(t *testing.T) {
	for _, m := range analyses {
		t.Run(fmt.Sprintf("%+v", m), func(t *testing.T) {
			w := factorAnalysis(t, tape.Float64, m)
			exact := func() (total float64) {
				f := factorsOf(t, w)
				mu, s2 := posteriorOf(w)
				for n := range mu {
					total += f.ELBO(row(w.Data, n), mu[n], s2[n]) / float64(w.Data.N)
				}
				return total
			}
			for _, form := range []string{"sgvb-a", "sgvb-b"} {
				d := estimators.ELBO{K: 4, Form: form}.Estimate(w.Step(0, w.All, signs{}))
				got := map[string][]float64{}
				for _, spec := range w.Params.Specs() {
					got[spec.Name] = param(w, d, spec.Name)
				}
				for name, g := range got {
					v := w.Params.Value(name)
					for i := range g {
						const h = 1e-5
						x := v.At(i)
						v.Set(i, x+h)
						up := exact()
						v.Set(i, x-h)
						down := exact()
						v.Set(i, x)
						near(t, fmt.Sprintf("%s, %s[%d]", form, name, i), g[i], (up-down)/(2*h), 1e-7)
					}
				}
			}
			s := w.Step(0, w.All, signs{})
			q := s.Posterior()
			z := q.Sample(s.Noise("z"), 4)
			near(t, "ELBO", s.LogJoint(z).Sub(q.LogProb(z)).Mean().Float(), exact(), 1e-11)
		})
	}
}

// Evidence and gaps that the model reports are those of its parameters as
// numbers, in either precision, and add up: log p(x) = ELBO + both gaps.
func TestFAReports(t *testing.T) {
	for _, m := range analyses {
		for prec, tol := range map[tape.Precision]float64{tape.Float64: 1e-10, tape.Float32: 1e-4} {
			w := factorAnalysis(t, prec, m)
			f := factorsOf(t, w)
			mu, s2 := posteriorOf(w)
			logp := w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X)
			approximation, amortisation := w.Model.(vi.GapParts).Gaps(w.Params, w.Data.X)
			if len(logp) != w.Data.N || len(approximation) != w.Data.N || len(amortisation) != w.Data.N {
				t.Fatalf("%d evidences, %d and %d gaps of %d data", len(logp), len(approximation), len(amortisation), w.Data.N)
			}
			for n := range w.Data.N {
				x := row(w.Data, n)
				near(t, "log p(x)", logp[n], f.LogEvidence(x), 1e-12)
				near(t, "approximation gap", approximation[n], f.ApproximationGap(), 1e-12)
				near(t, "amortisation gap", amortisation[n], f.AmortisationGap(x, mu[n], s2[n]), tol)
				near(t, "sum", logp[n], f.ELBO(x, mu[n], s2[n])+approximation[n]+amortisation[n], tol)
			}
		}
	}
	w := factorAnalysis(t, tape.Float64, analyses[0])
	w.Params.Set("gen/logsigma", []float64{0, math.Inf(1), 0, 0})
	if x := w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X); len(x) != w.Data.N || !math.IsNaN(x[0]) {
		t.Errorf("parameters that are no numbers have an evidence: %v", x)
	}
}

// With p fixed, a linear encoder of shared variances ends at the best diagonal q
// for every datum, so that only the family's gap is left; one of a single hidden unit
// cannot. The noise of signs makes each step the exact gradient: no dice.
func TestFAEncoders(t *testing.T) {
	fit := func(hidden ...int) (approximation, amortisation float64) {
		w := work(t, tape.Float64, models.FA{Latent: 2, Noise: "diagonal", Cov: "shared", Hidden: hidden, Act: "tanh"}, datasets.LowRank{N: 40, Dim: 4, Latent: 2, Noise: 0.7}, 0)
		rule := optim.Adam{Rate: 0.03, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
		phi := w.Params.Vector(tape.Inf)
		st := optim.NewState[float64](rule, phi.Len())
		for i := range 3000 {
			d := estimators.ELBO{K: 4, Form: "sgvb-b"}.Estimate(w.Step(i, w.All, signs{}))
			rule.Step64(phi.F64(), d.Inf.Ascend.F64(), st, 1/(1+float64(i)/300))
		}
		a, b := w.Model.(vi.GapParts).Gaps(w.Params, w.Data.X)
		for n := range a {
			approximation += a[n] / float64(len(a))
			amortisation += b[n] / float64(len(b))
		}
		return approximation, amortisation
	}
	a, linear := fit()
	if a < 1e-3 {
		t.Fatalf("an approximation gap of %g shows nothing", a)
	}
	if linear > 1e-6 {
		t.Errorf("a linear encoder is left with an amortisation gap of %g; want none", linear)
	}
	if _, narrow := fit(1); narrow < 0.05 {
		t.Errorf("an encoder of one hidden unit has an amortisation gap of %g; want one above 0.05", narrow)
	}
}

// It starts at the data's mean and variances.
func TestFAStart(t *testing.T) {
	d := &vi.Data{Name: "hand", N: 4, D: 2, Domain: vi.Real, X: []float64{0, 1, 2, 1, 4, 1, 6, 1}}
	w := workOn(t, tape.Float64, models.FA{Latent: 1, Act: "tanh"}, d, 0)
	for i, want := range []float64{3, 1} {
		near(t, "c", w.Params.Value("gen/c").At(i), want, 1e-15)
	}
	for i, want := range []float64{math.Log(5) / 2, math.Log(1e-6) / 2} {
		near(t, "log sigma", w.Params.Value("gen/logsigma").At(i), want, 1e-12)
	}
	w = workOn(t, tape.Float64, models.FA{Latent: 1, Noise: "isotropic", Act: "tanh"}, d, 0)
	near(t, "log sigma of all", w.Params.Value("gen/logsigma").At(0), math.Log(2.5)/2, 1e-12)
}

func TestFARefusals(t *testing.T) {
	bits := &vi.Data{Name: "hand", N: 1, D: 2, Domain: vi.Binary, X: []float64{0, 1}}
	reals := &vi.Data{Name: "hand", N: 1, D: 2, Domain: vi.Real, X: []float64{0, 1}}
	for _, c := range []struct {
		m    models.FA
		d    *vi.Data
		want string
	}{
		{models.FA{Latent: 1, Act: "tanh"}, bits, `model fa: explains real data, got binary data "hand"`},
		{models.FA{Latent: 0, Act: "tanh"}, reals, `model fa: latent: got a layer of width 0; need at least 1`},
		{models.FA{Latent: 1, Hidden: []int{0}, Act: "tanh"}, reals, `model fa: hidden: got a layer of width 0; need at least 1`},
		{models.FA{Latent: 1, Act: "exp"}, reals, `model fa: act: got "exp"; have tanh, relu, softplus, sigmoid`},
		{models.FA{Latent: 1, Act: "tanh", Noise: "full"}, reals, `model fa: noise: got "full"; have diagonal, isotropic`},
		{models.FA{Latent: 1, Act: "tanh", Cov: "full"}, reals, `model fa: cov: got "full"; have shared, free`},
	} {
		if _, err := c.m.For(c.d); err == nil || err.Error() != c.want {
			t.Errorf("got %v; want %s", err, c.want)
		}
	}
}
