package models_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// answers is a few people's, with some of each held out.
func answers(form string, hide float64) vi.Dataset {
	return datasets.IRT{Kind: form, N: 60, Dim: 6, Spread: 0.5, Hide: hide}
}

var forms = []string{"1pl", "2pl", "3pl"}

// scattered moves every parameter to a place of its own.
func scattered(p *vi.Params) {
	for _, spec := range p.Specs() {
		v := p.Value(spec.Name)
		for i := range v.Len() {
			v.Set(i, v.At(i)+0.4*math.Sin(float64(3*i+len(spec.Name))))
		}
	}
}

// fewItems is a grid of three items, of a = (1, 1.5, 0.7) and difficulties b/a = (0, 0.5, -1).
func fewItems(t *testing.T) *vi.Work {
	t.Helper()
	x := []float64{1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0}
	w := workOn(t, tape.Float64, models.IRT{Form: "2pl", Ability: "grid"}, &vi.Data{Name: "three", N: 4, D: 3, X: x, Domain: vi.Binary}, 0)
	w.Params.Set("gen/a", []float64{1, 1.5, 0.7})
	w.Params.Set("gen/b", []float64{0, 1.5 * 0.5, -0.7})
	return w
}

// The digits of one pattern of answers: its probability, the posterior's mean, and, from the
// change of log p with one more item like a, its variance by way of chances.
func TestIRTGolden(t *testing.T) {
	w := fewItems(t)
	if got := w.Model.(vi.Evidence).LogEvidence(w.Params, []float64{1, 0, 1})[0]; math.Abs(got+1.761762459) > 5e-10 {
		t.Errorf("log p = %.12g", got)
	}
	mean := w.Model.(vi.Respondents).Abilities(w.Params, []float64{1, 0, 1})[0]
	if math.Abs(mean-0.117974) > 5e-7 {
		t.Errorf("posterior mean %.9g", mean)
	}
	// d E[theta | x] / d tilt of theta is the variance; a tilt t is the likelihood exp(t theta), which an answer
	// to an item of small a is: log sigmoid(a theta) = -log 2 + a theta/2 - a^2 theta^2/8 + O(a^4).
	const a = 1e-3
	with := workOn(t, tape.Float64, models.IRT{Form: "2pl", Ability: "grid"}, &vi.Data{Name: "four", N: 2, D: 4, X: []float64{1, 0, 1, 1, 0, 1, 0, 0}, Domain: vi.Binary}, 0)
	with.Params.Set("gen/a", []float64{1, 1.5, 0.7, a})
	with.Params.Set("gen/b", []float64{0, 1.5 * 0.5, -0.7, 0})
	m := with.Model.(vi.Respondents).Abilities(with.Params, []float64{1, 0, 1, 1, 1, 0, 1, 0})
	if v := (m[0] - m[1]) / a; math.Abs(v-0.572935) > 1e-6 {
		t.Errorf("posterior variance %.9g", v)
	}
	// An item's chance given no answers is that of the prior, 1/2 by symmetry at b = 0.
	nan := math.NaN()
	if p := w.Model.(vi.Respondents).Chances(w.Params, []float64{nan, nan, nan})[0]; math.Abs(p-0.5) > 1e-14 {
		t.Errorf("chance of no answers %g", p)
	}
	if l := w.Model.(vi.Evidence).LogEvidence(w.Params, []float64{nan, nan, nan})[0]; math.Abs(l) > 1e-14 {
		t.Errorf("log p of no answers %g", l)
	}
}

// Of many items a posterior is narrow, and the grid still resolves it: log p and abilities are those of sums of
// many more points.
func TestIRTGridOfManyItems(t *testing.T) {
	for _, items := range []int{20, 100, 500} {
		w := work(t, tape.Float64, models.IRT{Form: "2pl", Ability: "grid"}, datasets.IRT{Kind: "2pl", N: 400, Dim: items, Spread: 0.3}, 4)
		w.Params.Set("gen/a", feature(w.Data.Items, 0))
		w.Params.Set("gen/b", feature(w.Data.Items, 1))
		got := w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X[:5*items])
		abilities := w.Model.(vi.Respondents).Abilities(w.Params, w.Data.X[:5*items])
		for n := range 5 {
			const h = 0.01
			top, sum, mean := math.Inf(-1), 0.0, 0.0
			for pass := range 2 {
				for i := -800; i <= 800; i++ {
					theta := h * float64(i)
					l := logNormal(theta, 0, 1)
					for j, x := range row(w.Data, n) {
						e := w.Data.Items[3*j]*theta - w.Data.Items[3*j+1]
						l -= math.Log1p(math.Exp((1 - 2*x) * e))
					}
					if pass == 0 {
						top = math.Max(top, l)
						continue
					}
					sum += h * math.Exp(l-top)
					mean += h * math.Exp(l-top) * theta
				}
			}
			if want := top + math.Log(sum); math.Abs(got[n]-want) > 1e-3 || math.Abs(abilities[n]-mean/sum) > 1e-3 {
				t.Errorf("%d items, person %d: log p %.6f, want %.6f; ability %.6f, want %.6f", items, n, got[n], want, abilities[n], mean/sum)
			}
		}
	}
}

// feature is column c of items.
func feature(items []float64, c int) (out []float64) {
	for i := c; i < len(items); i += 3 {
		out = append(out, items[i])
	}
	return out
}

// The chances of all patterns sum to one, whatever the items.
func TestIRTPatterns(t *testing.T) {
	for _, form := range forms {
		const j = 12
		w := work(t, tape.Float64, models.IRT{Form: form, Ability: "grid"}, datasets.IRT{Kind: form, N: 200, Dim: j, Spread: 0.5}, 1)
		scattered(w.Params)
		x := make([]float64, j<<j)
		for i := range x {
			x[i] = float64(i / j >> (i % j) & 1)
		}
		sum := 0.0
		for _, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, x) {
			sum += math.Exp(l)
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("%s: sum %.15g", form, sum)
		}
	}
}

// Of 1PL the posterior knows the score alone; of 2PL which items were right as well.
func TestIRTScore(t *testing.T) {
	for _, form := range []string{"1pl", "2pl"} {
		w := work(t, tape.Float64, models.IRT{Form: form, Ability: "grid"}, answers(form, 0), 1)
		scattered(w.Params)
		m := w.Model.(vi.Respondents).Abilities(w.Params, []float64{1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1})
		if same := math.Abs(m[0]-m[1]) < 1e-13; same != (form == "1pl") {
			t.Errorf("%s: %g, %g", form, m[0], m[1])
		}
	}
}

// log p(x|theta) is the definition, answer by answer, in both ways of writing it, and those that
// are not there have no part in it.
func TestIRTLikelihood(t *testing.T) {
	for _, form := range forms {
		for _, hide := range []float64{0, 0.3} {
			for _, ability := range []string{"own", "amortised"} {
				w := work(t, tape.Float64, models.IRT{Form: form, Ability: ability, Hidden: []int{3}}, answers(form, hide), 2)
				scattered(w.Params)
				items := w.Model.(vi.Respondents).Items(w.Params)
				s := w.Step(0, w.All, ramp{})
				const k = 3
				z := s.Posterior().Sample(s.Noise("z"), k)
				got, d := s.LogLik(z).Float64s(), w.Data.D
				for i, l := range got {
					want, theta := 0.0, z.Node.Value().At(i)
					for j, x := range w.Data.X[i/k*d : (i/k+1)*d] {
						a, b, g := items[3*j], items[3*j+1], items[3*j+2]
						if x == 1 {
							want += math.Log(g + (1-g)/(1+math.Exp(b-a*theta)))
						} else if x == 0 {
							want += math.Log((1 - g) / (1 + math.Exp(a*theta-b)))
						}
					}
					if math.Abs(l-want) > 1e-12*(1+math.Abs(want)) {
						t.Fatalf("%s, %s, hide %g: row %d: got %g, want %g", form, ability, hide, i, l, want)
					}
				}
			}
		}
	}
}

// nodes are the points of an even grid in place of noise.
type nodes struct{}

func (nodes) Normal(_ string, _ uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, float64(i-40)*0.2)
	}
}
func (n nodes) Uniform(site string, plate uint64, dst tape.Vector) { n.Normal(site, plate, dst) }

// At fixed items the ELBO, its expectation by quadrature, is below log p by the KL to the
// posterior: never above, and close where q has the posterior's mean and variance.
func TestIRTBoundIsBelowEvidence(t *testing.T) {
	for _, form := range forms {
		w := work(t, tape.Float64, models.IRT{Form: form, Ability: "own"}, answers(form, 0.2), 3)
		evidence := w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X)
		elbo := func() []float64 {
			s := w.Step(0, w.All, nodes{})
			q := s.Posterior()
			lw := s.LogW(q, q.Sample(s.Noise("z"), 81)).Float64s()
			out := make([]float64, w.Data.N)
			for i, l := range lw {
				e := float64(i%81-40) * 0.2
				out[i/81] += 0.2 * math.Exp(-e*e/2) / math.Sqrt(2*math.Pi) * l
			}
			return out
		}
		mu, spread := w.Params.Value("inf/mu"), w.Params.Value("inf/logsd")
		for i := range w.Data.N {
			mu.Set(i, 0.5*math.Sin(float64(i)))
			spread.Set(i, -0.3+0.3*math.Sin(float64(2*i)))
		}
		for i, l := range elbo() {
			if !(l < evidence[i]) {
				t.Errorf("%s: person %d: bound %g, log p %g", form, i, l, evidence[i])
			}
		}
		grid := workOn(t, tape.Float64, models.IRT{Form: form, Ability: "grid"}, w.Data, 0)
		for i, m := range grid.Model.(vi.Respondents).Abilities(grid.Params, w.Data.X) {
			mu.Set(i, m)
			spread.Set(i, math.Log(0.75)) // about what six items leave
		}
		worst := 0.0
		for i, l := range elbo() {
			worst = math.Max(worst, evidence[i]-l)
			if l > evidence[i]+1e-9 {
				t.Errorf("%s: person %d: bound %g, log p %g", form, i, l, evidence[i])
			}
		}
		if worst > 0.1 {
			t.Errorf("%s: %g below log p", form, worst)
		}
	}
}

// The bound counts the KL of items once whatever the batch: halves of the people have a mean
// direction that is the whole's, on the same draws; with KL/B a datum they would not.
func TestIRTItemsWeighOnce(t *testing.T) {
	w := work(t, tape.Float64, models.IRT{Form: "3pl", Ability: "amortised", Items: "gaussian", Hidden: []int{3}}, answers("3pl", 0.2), 5)
	scattered(w.Params)
	e := estimators.ELBO{K: 2, Form: "sgvb-b"}
	src := &vi.Keyed{Key: rng.Noise(5, 0)}
	at := func(rows []int) []float64 {
		d := w.Estimate(e, 0, rows, src)
		return append(d.Gen.Ascend.AppendTo(nil), d.Inf.Ascend.AppendTo(nil)...)
	}
	whole, n := at(w.All), w.Data.N
	a, b := at(w.All[:n/2]), at(w.All[n/2:])
	for i, v := range whole {
		if math.Abs(v-(a[i]+b[i])/2) > 1e-13 {
			t.Fatalf("parameter %d: %g of all, %g and %g of halves", i, v, a[i], b[i])
		}
	}
	// and it is the KL: at answers that tell of nothing, all not there, what is left of the direction is
	// the prior's pull, -mu/N.
	none := *w.Data
	none.X = make([]float64, len(none.X))
	for i := range none.X {
		none.X[i] = math.NaN()
	}
	o := w.On(&none)
	d := o.Estimate(e, 0, o.All, src)
	mu, r := w.Params.Value("shared/b"), param(o, d, "shared/b")
	for j, v := range r {
		if want := -mu.At(j) / float64(n); math.Abs(v-want) > 1e-15 {
			t.Errorf("pull of item %d: %g, want %g", j, v, want)
		}
	}
}

// EM never goes down, answers held out or not, and ends where the slope of log p is zero in all
// that is not at an end of its box: by differences, no line of it is the step's.
func TestIRTEM(t *testing.T) {
	for _, form := range forms {
		for _, hide := range []float64{0, 0.2} {
			w := work(t, tape.Float64, models.IRT{Form: form, Ability: "grid"}, datasets.IRT{Kind: form, N: 300, Dim: 6, Spread: 0.5, Hide: hide}, 6)
			trace := em(t, w, map[string]int{"1pl": 50, "2pl": 250, "3pl": 60}[form])
			for i := 1; i < len(trace); i++ {
				if trace[i] < trace[i-1]-1e-12*(1+math.Abs(trace[i])) {
					t.Errorf("%s, hide %g: step %d: from %.15g to %.15g", form, hide, i, trace[i-1], trace[i])
				}
			}
			if form == "3pl" {
				continue // near a flat ridge it creeps
			}
			for _, spec := range w.Params.Specs() {
				v := w.Params.Value(spec.Name)
				for i := range v.Len() {
					was, sum := v.At(i), 0.0
					for _, side := range []float64{1, -1} {
						v.Set(i, was+side*1e-4)
						for _, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X) {
							sum += side * l / 2e-4 / float64(w.Data.N)
						}
					}
					v.Set(i, was)
					if math.Abs(sum) > 1e-5 {
						t.Errorf("%s, hide %g: slope %g in %s %d", form, hide, sum, spec.Name, i)
					}
				}
			}
		}
	}
}

// Marginal maximum likelihood of the two tests has the published digits: of R package ltm (Rizopoulos
// 2006, doi 10.18637/jss.v017.i05) 1PL and 2PL on LSAT 6, of mirt (Chalmers 2012, doi
// 10.18637/jss.v048.i06) 2PL and 3PL on LSAT 7, both by their own quadrature.
func TestIRTPublished(t *testing.T) {
	difficulties := []float64{-3.3597, -1.3696, -0.2799, -1.8659, -3.1236}
	for _, c := range []struct {
		d      vi.Dataset
		form   string
		logLik float64
		a, b   []float64
		by     string // what b is there: the difficulty b/a, or the intercept -b
	}{
		{datasets.LSAT6{}, "1pl", -2473.054, []float64{1, 1, 1, 1, 1}, []float64{-2.8720, -1.0630, -0.2576, -1.3881, -2.2188}, "difficulty"},
		{datasets.LSAT6{}, "2pl", -2466.653, []float64{0.8254, 0.7229, 0.8905, 0.6886, 0.6575}, difficulties, "difficulty"},
		{datasets.LSAT7{}, "3pl", -2658.055, nil, nil, ""}, // its items lie on a ridge, its likelihood does not
		{datasets.LSAT7{}, "2pl", -2658.805, []float64{0.988, 1.081, 1.706, 0.765, 0.736}, []float64{1.856, 0.808, 1.804, 0.486, 1.855}, "intercept"},
	} {
		w := work(t, tape.Float64, models.IRT{Form: c.form, Ability: "grid"}, c.d, 0)
		trace := em(t, w, 120)
		if got := 1000 * trace[len(trace)-1]; math.Abs(got-c.logLik) > 1.5e-3 {
			t.Errorf("%s %s: log likelihood %.6f, want %g", c.d.Name(), c.form, got, c.logLik)
		}
		items := w.Model.(vi.Respondents).Items(w.Params)
		for j := range c.a {
			a, b := items[3*j], -items[3*j+1]
			if c.by == "difficulty" {
				b = -b / a
			}
			if math.Abs(a-c.a[j]) > 2e-3 || math.Abs(b-c.b[j]) > 5e-3 {
				t.Errorf("%s %s: item %d: %.4f, %.4f; want %g, %g", c.d.Name(), c.form, j+1, a, b, c.a[j], c.b[j])
			}
		}
	}
}

// Joint maximum likelihood is a cost by a point: its direction is the slope of the joint
// likelihood, r - P, of those who have a maximum; the others have no part in it, and their ability
// is the reach.
func TestIRTJoint(t *testing.T) {
	x := []float64{1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0}
	w := workOn(t, tape.Float64, models.IRT{Form: "1pl", Ability: "point", Reach: 3}, &vi.Data{Name: "four", N: 4, D: 3, X: x, Domain: vi.Binary}, 0)
	scattered(w.Params)
	theta, b := w.Params.Value("inf/theta"), w.Params.Value("gen/b")
	d := w.Estimate(estimators.ELBO{K: 1, Form: "sgvb-b"}, 0, w.All, ramp{})
	by, items := param(w, d, "inf/theta"), param(w, d, "gen/b")
	for j := range 3 {
		want := 0.0
		for _, n := range []int{0, 3} {
			want -= (x[3*n+j] - 1/(1+math.Exp(b.At(j)-theta.At(n)))) / 4
		}
		if math.Abs(items[j]-want) > 1e-15 {
			t.Errorf("item %d: %g, want %g", j, items[j], want)
		}
	}
	if by[1] != 0 || by[2] != 0 || by[0] == 0 {
		t.Errorf("directions of abilities %v", by)
	}
	theta.Set(0, 50)
	w.Model.(vi.Constrained).Project(w.Params)
	got := w.Model.(vi.Respondents).Abilities(w.Params, x)
	if got[0] != 3 || got[1] != 3 || got[2] != -3 || got[3] != theta.At(3) {
		t.Errorf("abilities %v", got)
	}
	for _, p := range w.Model.(vi.Respondents).Chances(w.Params, x) {
		if !(p > 0 && p < 1) {
			t.Errorf("chance %g", p)
		}
	}
	if err := vi.Fit(estimators.IWAE{K: 2}.Card(), w.Model.Sheet(), w.Data.Shape()); err == nil {
		t.Error("iwae fits a point")
	}
}

// What q says of a person is what the tape has, and chances are means under it.
func TestIRTChances(t *testing.T) {
	for _, ability := range []string{"own", "amortised"} {
		w := work(t, tape.Float64, models.IRT{Form: "3pl", Ability: ability, Hidden: []int{3}}, answers("3pl", 0.2), 7)
		scattered(w.Params)
		at := func(e float64) []float64 {
			s := w.Step(0, w.All, constant(e))
			return s.Posterior().Sample(s.Noise("z"), 1).Node.Value().AppendTo(nil)
		}
		r, items := w.Model.(vi.Respondents), w.Model.(vi.Respondents).Items(w.Params)
		mu, one := at(0), at(1)
		chances := r.Chances(w.Params, w.Data.X)
		for n, m := range r.Abilities(w.Params, w.Data.X) {
			if math.Abs(m-mu[n]) > 1e-13 {
				t.Errorf("%s: person %d: %g, by the tape %g", ability, n, m, mu[n])
			}
			for j := range w.Data.D {
				want := 0.0
				for i := range 1601 {
					e := float64(i-800) * 0.01
					want += 0.01 * math.Exp(-e*e/2) / math.Sqrt(2*math.Pi) * (items[3*j+2] + (1-items[3*j+2])/(1+math.Exp(items[3*j+1]-items[3*j]*(m+e*(one[n]-m)))))
				}
				// Points of spacing h = 0.4 sd miss what is analytic for pi/a about the line by exp(-2 pi^2/(a h)).
				miss := 10 * math.Exp(-2*math.Pi*math.Pi/(0.4*math.Abs(items[3*j])*(one[n]-m)))
				if got := chances[n*w.Data.D+j]; math.Abs(got-want) > 1e-9+miss {
					t.Errorf("%s: person %d, item %d: %g, want %g", ability, n, j, got, want)
				}
			}
		}
	}
}

// What cannot be is said, not fitted.
func TestIRTRefuses(t *testing.T) {
	bits := func(x ...float64) *vi.Data {
		return &vi.Data{Name: "odd", N: len(x) / 2, D: 2, X: x, Domain: vi.Binary}
	}
	ok := bits(1, 0, 0, 1)
	held := *ok
	held.Test = ok
	missing := bits(1, 0, 0, math.NaN())
	answer := *missing
	answer.Domain = vi.Answer
	real := *ok
	real.Domain = vi.Real
	for _, c := range []struct {
		m    models.IRT
		d    *vi.Data
		want string
	}{
		{models.IRT{}, bits(1, 1, 0, 1), "item 2: 2 of 2 answers are right; its difficulty has no maximum"},
		{models.IRT{}, bits(1, 0, 0, 0.5), "answer 2 of row 2: got 0.5; have 0, 1"},
		{models.IRT{}, bits(1, 0, 2, 1), "answer 1 of row 2: got 2; have 0, 1"},
		{models.IRT{}, missing, "answer 2 of row 2: got NaN"},
		{models.IRT{}, &answer, "item 2: 0 of 1 answers are right"},
		{models.IRT{}, &real, "explains binary and answer data"},
		{models.IRT{Items: "gaussian"}, ok, "items: got gaussian beside ability: grid"},
		{models.IRT{Ability: "own"}, &held, "people held out"},
		{models.IRT{Form: "4pl"}, ok, "form: got \"4pl\"; have 1pl, 2pl, 3pl"},
	} {
		if _, err := c.m.For(c.d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v; want %q", err, c.want)
		}
	}
	if _, err := (models.IRT{Ability: "own", Items: "gaussian"}).For(bits(1, 1, 0, 1)); err != nil {
		t.Errorf("a prior has no need of answers of both kinds: %v", err)
	}
	w := workOn(t, tape.Float64, models.IRT{}, ok, 0)
	for _, c := range []struct {
		e    vi.Estimator
		m    vi.Model
		want string
	}{
		{estimators.EM{}, workOn(t, tape.Float64, models.IRT{Ability: "own"}, ok, 0).Model, "needs m-step"},
		{estimators.PCA{}, w.Model, "needs subspace"},
		{estimators.IWAE{K: 2}, workOn(t, tape.Float64, models.IRT{Ability: "own", Items: "gaussian"}, ok, 0).Model, "shared"},
	} {
		if err := vi.Fit(c.e.Card(), c.m.Sheet(), w.Data.Shape()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v; want %q", c.e.Card().Name, err, c.want)
		}
	}
}

// Every form by every way with theta has a direction in either precision, the same in both, and
// chances that are some, on answers of which a third are not there.
func TestIRTPrecisions(t *testing.T) {
	for _, form := range forms {
		for _, m := range []models.IRT{
			{Ability: "own"}, {Ability: "amortised", Hidden: []int{3}}, {Ability: "point", Reach: 4},
			{Ability: "own", Items: "gaussian"}, {Ability: "amortised", Items: "gaussian"},
		} {
			m.Form = form
			var was []float64
			for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
				w := work(t, prec, m, answers(form, 0.3), 8)
				scattered(w.Params)
				d := w.Estimate(estimators.ELBO{K: 2, Form: "sgvb-b"}, 0, w.All, ramp{})
				now := append(d.Gen.Ascend.AppendTo(nil), d.Inf.Ascend.AppendTo(nil)...)
				for i, v := range was {
					if !(math.Abs(v-now[i]) < 1e-5) {
						t.Errorf("%s, %+v: parameter %d: %g, in float32 %g", form, m, i, v, now[i])
					}
				}
				was = now
				for _, p := range w.Model.(vi.Respondents).Chances(w.Params, w.Data.X) {
					if !(p >= 0 && p <= 1) {
						t.Fatalf("%s, %+v: chance %g", form, m, p)
					}
				}
			}
		}
	}
}
