package models_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

var regressed = datasets.LowRank{N: 40, Dim: 4, Latent: 2, Noise: 0.5}

func linearly(t *testing.T, q string, particles int) *vi.Work {
	t.Helper()
	return work(t, tape.Float64, models.LinearRegression{Q: q, Alpha: 0.7, Beta: 2.5, SD: 0.5, Count: particles}, regressed, 1)
}

// logJoint is log p(y, w) by the definition, term by term.
func logJoint(d *vi.Data, alpha, beta float64, w []float64) float64 {
	normal := func(x, m, prec float64) float64 { return 0.5 * (math.Log(prec/(2*math.Pi)) - prec*(x-m)*(x-m)) }
	l := 0.0
	for _, x := range w {
		l += normal(x, 0, alpha)
	}
	for n := range d.N {
		m := 0.0
		for j, x := range w {
			m += row(d, n)[j] * x
		}
		l += normal(row(d, n)[d.D-1], m, beta)
	}
	return l
}

// The posterior is Lambda = alpha I + beta U'U and beta Lambda^-1 U'y, by gonum; it is also where
// log p(y, w) is level, and how it bends.
func TestRegressionPosterior(t *testing.T) {
	w := linearly(t, "mean-field", 2)
	mean, precision := w.Model.(vi.NormalPosterior).NormalPosterior()
	d := w.Data
	u, y := mat.NewDense(d.N, 3, nil), mat.NewVecDense(d.N, nil)
	for n := range d.N {
		u.SetRow(n, row(d, n)[:3])
		y.SetVec(n, row(d, n)[3])
	}
	var l mat.Dense
	l.Mul(u.T(), u)
	l.Scale(2.5, &l)
	for i := range 3 {
		l.Set(i, i, l.At(i, i)+0.7)
	}
	var uy, m mat.VecDense
	uy.MulVec(u.T(), y)
	uy.ScaleVec(2.5, &uy)
	if err := m.SolveVec(&l, &uy); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if math.Abs(mean[i]-m.AtVec(i)) > 1e-12 {
			t.Errorf("mean %d: %g, want %g", i, mean[i], m.AtVec(i))
		}
		for j := range 3 {
			if math.Abs(precision[3*i+j]-l.At(i, j)) > 1e-10 {
				t.Errorf("precision %d %d: %g, want %g", i, j, precision[3*i+j], l.At(i, j))
			}
		}
		at := func(h float64) float64 {
			w := slices.Clone(mean)
			w[i] += h
			return logJoint(d, 0.7, 2.5, w)
		}
		if slope := at(0.5) - at(-0.5); math.Abs(slope) > 1e-10 { // exact of a parabola
			t.Errorf("log p(y, w) has slope %g in w_%d at the mean", slope, i)
		}
		if bend := -4 * (at(0.5) + at(-0.5) - 2*at(0)); math.Abs(bend-precision[4*i]) > 1e-9 {
			t.Errorf("log p(y, w) bends by %g in w_%d, want %g", bend, i, precision[4*i])
		}
	}
}

// A particle's density is the definition's, on all data and, on average over batches, on those.
func TestRegressionDensity(t *testing.T) {
	w := linearly(t, "particles", 6)
	table := w.Params.Value("inf/w").AppendTo(nil)
	density := func(rows []int) []float64 {
		s := w.Step(0, rows, &vi.Keyed{})
		x := s.Blank(6, 3)
		x.Value().From(table)
		return s.Model().(vi.Ensemble).LogDensity(s, x).Float64s()
	}
	all := slices.Clone(density(w.All))
	sum := make([]float64, 6)
	for lo := 0; lo < w.Data.N; lo += 8 {
		for i, l := range density(w.All[lo : lo+8]) {
			sum[i] += l / 5
		}
	}
	for i, l := range all {
		want := logJoint(w.Data, 0.7, 2.5, table[3*i:3*i+3])
		if math.Abs(l-want) > 1e-11*math.Abs(want) || math.Abs(sum[i]-want) > 1e-11*math.Abs(want) {
			t.Errorf("particle %d: %.12f, over batches %.12f, want %.12f", i, l, sum[i], want)
		}
	}
}

// The bound is E_q log p(y, w) - E_q log q, by Gauss-Hermite's three points a weight, over N; the mean direction of
// its estimator, whose draws it is linear or quadratic in, is its gradient; it is largest at the posterior's mean
// and variances 1/Lambda_ii.
func TestRegressionBound(t *testing.T) {
	w := linearly(t, "mean-field", 2)
	w.Params.Set("inf/mu", []float64{0.3, -0.2, 0.5})
	w.Params.Set("inf/logsd", []float64{-1, -0.4, -1.7})
	bound := func(p *vi.Params) float64 { return w.Model.(vi.ClosedBound).Bound(p, w.Data) }
	mu, ls := w.Params.Value("inf/mu").AppendTo(nil), w.Params.Value("inf/logsd").AppendTo(nil)
	want := 0.0
	nodes, weights := []float64{-math.Sqrt(3), 0, math.Sqrt(3)}, []float64{1. / 6, 2. / 3, 1. / 6}
	for i := range 27 {
		c, z := 1.0, make([]float64, 3)
		for j, k := range []int{i % 3, i / 3 % 3, i / 9} {
			z[j] = mu[j] + math.Exp(ls[j])*nodes[k]
			c *= weights[k]
		}
		want += c * logJoint(w.Data, 0.7, 2.5, z)
	}
	for _, l := range ls {
		want += l + 0.5*math.Log(2*math.Pi*math.E)
	}
	if got := bound(w.Params) * float64(w.Data.N); math.Abs(got-want) > 1e-10*math.Abs(want) {
		t.Errorf("bound of all data %.10f, want %.10f", got, want)
	}

	// all signs of e = +-1 have a normal's moments up to the third: their mean is exact of a square
	e := estimators.ELBO{K: 1, Form: "sgvb-b"}
	mean := make([]float64, 6)
	for combination := range 8 {
		for i, g := range e.Estimate(w.Step(0, w.All, eitherSide(combination))).Inf.Ascend.AppendTo(nil) {
			mean[i] += g / 8
		}
	}
	for _, name := range []string{"inf/logsd", "inf/mu"} {
		for i := range 3 {
			at := func(h float64) float64 {
				p := w.Params.Clone()
				v := p.Value(name)
				v.Set(i, v.At(i)+h)
				return bound(p)
			}
			fd := (8*(at(1e-3)-at(-1e-3)) - (at(2e-3) - at(-2e-3))) / 12e-3
			role, lo, _, _ := w.Params.Range(name)
			if got := mean[lo+i]; role != tape.Inf || math.Abs(got-fd) > 1e-8*max(1, math.Abs(fd)) {
				t.Errorf("%s[%d]: direction %.10f, the bound's slope %.10f", name, i, got, fd)
			}
		}
	}

	best, precision := w.Model.(vi.NormalPosterior).NormalPosterior()
	var logs []float64
	for i := range best {
		logs = append(logs, -0.5*math.Log(precision[4*i]))
	}
	w.Params.Set("inf/mu", best)
	w.Params.Set("inf/logsd", logs)
	top := bound(w.Params)
	for _, name := range []string{"inf/mu", "inf/logsd"} {
		for i := range 3 {
			for _, h := range []float64{-1e-3, 1e-3} {
				p := w.Params.Clone()
				v := p.Value(name)
				v.Set(i, v.At(i)+h)
				if bound(p) >= top {
					t.Errorf("%s[%d] + %g is no worse than the posterior's mean and 1/Lambda_ii", name, i, h)
				}
			}
		}
	}
}

// eitherSide is a normal's noise of +-1, the sign of entry i a binary digit.
type eitherSide int

func (n eitherSide) Normal(_ string, _ uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, float64(2*(int(n)>>i&1)-1))
	}
}
func (n eitherSide) Uniform(_ string, _ uint64, dst tape.Vector) { n.Normal("", 0, dst) }

// leapt are leapfrog steps of every particle, from momenta of a key.
func leapt(w *vi.Work, key rng.Key, size float64, leaps int, back bool) (from, to, momenta []float64, gain []float64) {
	s := w.Step(0, w.All, &vi.Keyed{})
	m := s.Model().(vi.Ensemble)
	x := s.Param(m.Particles())
	n, d := x.Shape()
	r := s.Blank(n, d)
	v := make([]float64, n*d)
	key.Normal64(v, 0)
	r.Value().From(v)
	a := estimators.Leapfrog(s, m, x, r, size, leaps)
	gain = slices.Clone(a.Gain)
	if back {
		turned := s.Blank(n, d)
		for i := range n * d {
			turned.Value().Set(i, -a.R.Value().At(i))
		}
		a = estimators.Leapfrog(s, m, a.W, turned, size, leaps)
	}
	return x.Value().AppendTo(nil), a.W.Value().AppendTo(nil), append(v, a.R.Value().AppendTo(nil)...), gain
}

// Leapfrog steps, with the momentum turned, lead back to where they came from.
func TestLeapfrogIsReversible(t *testing.T) {
	w := linearly(t, "particles", 20)
	from, to, r, _ := leapt(w, rng.Root(5), 0.05, 25, true)
	for i := range from {
		if math.Abs(to[i]-from[i]) > 1e-10 || math.Abs(r[i]+r[len(from)+i]) > 1e-10 {
			t.Fatalf("entry %d: %g becomes %g, momentum %g becomes %g", i, from[i], to[i], r[i], r[len(from)+i])
		}
	}
}

// The error of the energy after a stretch of time falls as the square of the step: the slope of its
// logarithm, over halvings, is in (1.8, 2.2).
func TestLeapfrogEnergy(t *testing.T) {
	w := linearly(t, "particles", 50)
	var logs []float64
	for leaps := 16; leaps <= 128; leaps *= 2 {
		_, _, _, gain := leapt(w, rng.Root(6), 0.5/float64(leaps), leaps, false)
		sum := 0.0
		for _, g := range gain {
			sum += math.Abs(g)
		}
		logs = append(logs, math.Log2(sum))
	}
	for i := range len(logs) - 1 {
		if slope := logs[i] - logs[i+1]; slope < 1.8 || slope > 2.2 {
			t.Errorf("halving the step from %d takes 2^%.3f off the energy's error", 16<<i, slope)
		}
	}
}

// HMC leaves the posterior alone: from draws of it one big proposal, of which many are refused, leaves
// means and variances where they are. Twelve z-scores below 4.5: a false alarm in 12000 runs.
func TestHMCKeepsThePosterior(t *testing.T) {
	const particles = 20000
	w := linearly(t, "particles", particles)
	mean, precision := w.Model.(vi.NormalPosterior).NormalPosterior()
	var chol mat.Cholesky
	if !chol.Factorize(mat.NewSymDense(3, precision)) {
		t.Fatal("the precision is not positive")
	}
	var l mat.TriDense
	chol.UTo(&l) // precision = U'U: U^-1 e has the covariance
	x := make([]float64, 3*particles)
	rng.Root(7).Normal64(x, 0)
	for i := 0; i < len(x); i += 3 {
		var z mat.VecDense
		if err := z.SolveVec(&l, mat.NewVecDense(3, x[i:i+3])); err != nil {
			t.Fatal(err)
		}
		for j := range 3 {
			x[i+j] = mean[j] + z.AtVec(j)
		}
	}
	e := estimators.HMC{Step: 0.1, Leaps: 3}
	w, err := vi.NewWork(w.Model, e, w.Data, tape.Float64, rng.Init(1, "chains"))
	if err != nil {
		t.Fatal(err)
	}
	w.Params.Set("inf/w", x)
	y := e.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(7, 0)})).Inf.Target.AppendTo(nil)
	stay := 0
	for i := range particles {
		if slices.Equal(y[3*i:3*i+3], x[3*i:3*i+3]) {
			stay++
		}
	}
	if share := float64(stay) / particles; share < 0.05 || share > 0.8 {
		t.Errorf("%.2f of proposals refused: not the test that it was", share)
	}
	var cov mat.SymDense
	if err := chol.InverseTo(&cov); err != nil {
		t.Fatal(err)
	}
	for _, table := range [][]float64{x, y} { // the draws themselves too
		for j := range 3 {
			m, v := 0.0, 0.0
			for i := range particles {
				r := table[3*i+j] - mean[j]
				m += r / particles
				v += r * r / particles
			}
			c := cov.At(j, j)
			if z := m / math.Sqrt(c/particles); math.Abs(z) > 4.5 {
				t.Errorf("mean %d is off by %.1f standard errors", j, z)
			}
			if z := (v/c - 1) * math.Sqrt(particles/2); math.Abs(z) > 4.5 {
				t.Errorf("variance %d is off by %.1f standard errors", j, z)
			}
		}
	}
}

// A column of zeros leaves its weight to the prior, one row and two equal columns leave a proper posterior; what
// is no regression is refused.
func TestRegressionEdges(t *testing.T) {
	d := &vi.Data{Name: "flat", N: 1, D: 4, X: []float64{0, 1, 1, 2}, Domain: vi.Real}
	w := workOn(t, tape.Float64, models.LinearRegression{Q: "mean-field", Alpha: 4, Beta: 1, SD: 1}, d, 0)
	mean, precision := w.Model.(vi.NormalPosterior).NormalPosterior()
	if precision[0] != 4 || mean[0] != 0 || math.Abs(mean[1]-mean[2]) > 1e-15 || mean[1]-mean[1] != 0 {
		t.Errorf("mean %v, precision %v", mean, precision)
	}
	for want, m := range map[string]models.LinearRegression{
		`q: got "none"; have mean-field, particles`: {Q: "none", Alpha: 1, Beta: 1, SD: 1},
		"alpha: got 0; need a number above 0":       {Q: "mean-field", Beta: 1, SD: 1},
		"beta: got NaN":                             {Q: "mean-field", Alpha: 1, Beta: math.NaN(), SD: 1},
		"particles: got 1; need at least 2":         {Q: "particles", Alpha: 1, Beta: 1, SD: 1, Count: 1},
	} {
		if _, err := m.For(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	one := &vi.Data{Name: "one", N: 1, D: 1, X: []float64{1}, Domain: vi.Real}
	if _, err := (models.LinearRegression{Q: "mean-field", Alpha: 1, Beta: 1, SD: 1}).For(one); err == nil {
		t.Error("one column is taken")
	}
	// bounds of weights want a q beside a prior, and chains have no q to draw from
	for e, on := range map[vi.Estimator]string{estimators.IWAE{K: 2}: "mean-field", estimators.ELBO{K: 1, Form: "sgvb-a"}: "mean-field", estimators.ELBO{K: 2, Form: "sgvb-b"}: "particles", estimators.HMC{Step: 1, Leaps: 1}: "mean-field"} {
		w := linearly(t, on, 2)
		if vi.Fit(e.Card(), w.Model.Sheet(), w.Data.Shape()) == nil {
			t.Errorf("%s fits %s", e.Card().Name, on)
		}
	}
}
