package models_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

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
	{Latent: 2, Noise: "diagonal", Cov: "full", Act: "tanh"},
	{Latent: 2, Noise: "isotropic", Sigma: 0.7, Cov: "full", Hidden: []int{3}, Act: "tanh"},
	{Latent: 2, Noise: "diagonal", Cov: "rank1", Act: "tanh"},
	{Latent: 2, Noise: "isotropic", Cov: "rank1", Act: "tanh"},
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

// gaussiansOf is q of every datum, as the tape has it: where noise of zeros goes, and the
// columns where noise of one goes beside.
func gaussiansOf(w *vi.Work) (mu [][]float64, cov []*mat.SymDense) {
	draw := func(src vi.Source) []float64 {
		s := w.Step(0, w.All, src)
		return s.Posterior().Sample(s.Noise("z"), 1).Node.Value().AppendTo(nil)
	}
	at := draw(constant(0))
	l := len(at) / w.Data.N
	for n := range w.Data.N {
		mu, cov = append(mu, at[n*l:(n+1)*l]), append(cov, mat.NewSymDense(l, nil))
	}
	for k := range l {
		up := draw(axis(k))
		for n, s := range cov {
			r := mat.NewVecDense(l, nil)
			r.SubVec(mat.NewVecDense(l, up[n*l:(n+1)*l]), mat.NewVecDense(l, mu[n]))
			s.SymRankOne(s, 1, r)
		}
	}
	return mu, cov
}

// axis is noise that is one at one place and zero elsewhere.
type axis int

func (a axis) Normal(_ string, _ uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, 0)
	}
	dst.Set(int(a), 1)
}
func (a axis) Uniform(site string, plate uint64, dst tape.Vector) { a.Normal(site, plate, dst) }

// closedELBO is the ELBO of q = N(m, S), with r = x - c - W m:
//
//	-1/2 [ D log 2 pi + log|Psi| + r'Psi^-1 r + tr(W'Psi^-1 W S) ] - 1/2 [ m'm + tr S ] + 1/2 [ L + log|S| ]
func closedELBO(f *models.Factors, x, m []float64, s *mat.SymDense) float64 {
	logDet, _ := mat.LogDet(s)
	out := float64(f.L) + logDet
	for j, v := range x {
		r, psi := v-f.C[j], f.Psi[j]
		w := mat.NewVecDense(f.L, f.W[j*f.L:(j+1)*f.L])
		r -= mat.Dot(w, mat.NewVecDense(f.L, m))
		out -= math.Log(2*math.Pi*psi) + (r*r+mat.Inner(w, s, w))/psi
	}
	for i, v := range m {
		out -= v*v + s.At(i, i)
	}
	return out / 2
}

func factorsOf(t testing.TB, w *vi.Work) *models.Factors {
	t.Helper()
	get := func(name string) []float64 { return w.Params.Value(name).AppendTo(nil) }
	psi, ls := make([]float64, w.Data.D), []float64{math.Log(0.7)} // held, in analyses
	if _, _, _, ok := w.Params.Range("gen/logsigma"); ok {
		ls = get("gen/logsigma")
	}
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
				mu, s := gaussiansOf(w)
				for n := range mu {
					total += closedELBO(f, row(w.Data, n), mu[n], s[n]) / float64(w.Data.N)
				}
				return total
			}
			near(t, "bound", w.Model.(vi.ClosedBound).Bound(w.Params, w.Data), exact(), 1e-11)
			near(t, "closed ELBO on the tape", w.Step(0, w.All, constant(0)).ClosedELBO().Mean().Float(), exact(), 1e-11)
			for form, e := range map[string]vi.Estimator{
				"sgvb-a": estimators.ELBO{K: 4, Form: "sgvb-a"}, "sgvb-b": estimators.ELBO{K: 4, Form: "sgvb-b"}, "closed": estimators.AnalyticELBO{Beta: 1},
			} {
				d := e.Estimate(w.Step(0, w.All, signs{}))
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
			mu, s := gaussiansOf(w)
			logp := w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X)
			approximation, amortisation := w.Model.(vi.GapParts).Gaps(w.Params, w.Data.X)
			if len(logp) != w.Data.N || len(approximation) != w.Data.N || len(amortisation) != w.Data.N {
				t.Fatalf("%d evidences, %d and %d gaps of %d data", len(logp), len(approximation), len(amortisation), w.Data.N)
			}
			for n := range w.Data.N {
				x := row(w.Data, n)
				near(t, "log p(x)", logp[n], f.LogEvidence(x), 1e-12)
				if m.Cov == "shared" || m.Cov == "free" {
					s2 := []float64{s[n].At(0, 0), s[n].At(1, 1)}
					near(t, "approximation gap", approximation[n], f.ApproximationGap(), 1e-12)
					near(t, "amortisation gap", amortisation[n], f.AmortisationGap(x, mu[n], s2), tol)
				} else {
					near(t, "any q of two factors is in the family", approximation[n], 0, 0)
				}
				near(t, "sum", logp[n], closedELBO(f, x, mu[n], s[n])+approximation[n]+amortisation[n], tol)
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
	known := &vi.Data{Name: "known", N: 2, D: 2, Domain: vi.Real, X: []float64{0, 1, 2, 3}, Atoms: []float64{1, 0, 0, 1}, Noise: []float64{1, 2}}
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
		{models.FA{Latent: 1, Act: "tanh", Cov: "wide"}, reals, `model fa: cov: got "wide"; have shared, free, full, rank1`},
		{models.FA{Latent: 1, Act: "tanh", Start: "top"}, reals, `model fa: start: got "top"; have data, truth`},
		{models.FA{Latent: 1, Act: "tanh", Sigma: 0.5}, reals, `model fa: sigma: got 0.5 with noise diagonal; need noise: isotropic`},
		{models.FA{Latent: 1, Act: "tanh", Sigma: -1, Noise: "isotropic"}, reals, `model fa: sigma: got -1; need an sd above 0, or 0 to learn it`},
		{models.FA{Latent: 2, Act: "tanh"}, reals, `model fa: latent: got 2 factors for 1 data; need as many data at least`},
		{models.FA{Latent: 1, Act: "tanh", Start: "truth"}, reals, `model fa: start truth: data "hand" do not say where they come from; need start: data, or generated data such as fa3`},
		{models.FA{Latent: 1, Act: "tanh", Start: "truth"}, known, `model fa: start truth: got 1 factors, data "known" come from 2`},
		{models.FA{Latent: 2, Act: "tanh", Start: "truth", Noise: "isotropic"}, known, `model fa: start truth: the noise of data "known" is not isotropic; need noise: diagonal`},
	} {
		if _, err := c.m.For(c.d); err == nil || err.Error() != c.want {
			t.Errorf("got %v; want %s", err, c.want)
		}
	}
}
