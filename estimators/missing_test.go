package estimators_test

import (
	"math"
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

// gappy is factor analysis of rows of which a share is missing, with an estimator on it.
func gappy(t testing.TB, e vi.Estimator, n int, missing float64) *vi.Work {
	t.Helper()
	return with(t, work(t, tape.Float64, models.FA{Latent: 2, Noise: "diagonal", Cov: "shared", Act: "tanh"}, datasets.FA6{N: n, Test: 1, Missing: missing}, 1), e)
}

// Who reads every value of a row is refused where some are missing; so is a model that does.
func TestMissingIsRefused(t *testing.T) {
	w := gappy(t, estimators.EM{}, 10, 0.5)
	takes := map[string]bool{}
	for _, e := range estimators.All() {
		err := vi.Fit(e.Card(), w.Model.Sheet(), w.Data.Shape())
		if takes[e.Card().Name] = err == nil; err != nil && vi.Fit(e.Card(), w.Model.Sheet(), vi.Shape{N: 10, D: 6, Domain: vi.Real}) == nil &&
			!strings.Contains(err.Error(), "reads every value of a row; values of these data are missing") {
			t.Errorf("%s: %v", e.Card().Name, err)
		}
	}
	for name, yes := range takes {
		if want := name == "em" || name == "mcem" || name == "impute" || name == "vgi"; yes != want {
			t.Errorf("%s takes missing values: %v", name, yes)
		}
	}
	sheet := w.Model.Sheet()
	sheet.Offers = []vi.Cap{vi.MStep}
	if err := vi.Fit(estimators.EM{}.Card(), sheet, w.Data.Shape()); err == nil || !strings.Contains(err.Error(), "need one that offers masked") {
		t.Errorf("a model that reads every value: %v", err)
	}
}

// filledBy are the rows that impute takes for whole.
func filledBy(t *testing.T, how string, n int, missing float64) (w *vi.Work, x []float64) {
	t.Helper()
	w = gappy(t, estimators.Impute{How: how, Sweeps: 10}, n, missing)
	x = w.State["impute/x"].Data
	for i, v := range w.Data.X {
		if v == v && v != x[i] || x[i]-x[i] != 0 {
			t.Fatalf("%s: entry %d is %g; data %g", how, i, x[i], v)
		}
	}
	return w, x
}

// Means are those of what is seen; draws are values seen, and all of them alike: the mean and the mean square of what
// is drawn against those of what is seen, at 5 standard errors (6e-7 each).
func TestImpute(t *testing.T) {
	const d = 6
	w, means := filledBy(t, "mean", 4000, 0.5)
	_, draws := filledBy(t, "draw", 4000, 0.5)
	for j := range d {
		seen, all := map[float64]bool{}, 0.0
		var v, u []float64
		for n := range w.Data.N {
			if x := w.Data.X[n*d+j]; x == x {
				seen[x] = true
				all += x
				v = append(v, x)
			}
		}
		all /= float64(len(v))
		for n := range w.Data.N {
			if x := w.Data.X[n*d+j]; x != x {
				nearly(t, "mean", means[n*d+j], all, 1e-9)
				if u = append(u, draws[n*d+j]); !seen[draws[n*d+j]] {
					t.Fatalf("column %d has %g, which nobody has", j, draws[n*d+j])
				}
			}
		}
		for p := 1.0; p <= 2; p++ {
			m, q, got := 0.0, 0.0, 0.0
			for _, x := range v {
				m += math.Pow(x-all, p) / float64(len(v))
				q += math.Pow(x-all, 2*p) / float64(len(v))
			}
			for _, x := range u {
				got += math.Pow(x-all, p) / float64(len(u))
			}
			if se := math.Sqrt((q - m*m) / float64(len(u))); math.Abs(got-m) > 5*se {
				t.Errorf("column %d, moment %g of draws: %g +- %g; want %g", j, p, got, se, m)
			}
		}
	}
}

// A column all of whose values seen are 0.1 has that for its mean and 1 for its unit: a sum of 0.1 thirty times is
// not 3, and a sd of its rounding would be no unit for rows that have other values. Nor does it take the others'
// regressions away, which keep the covariance of the first two, -20.
func TestConstantColumn(t *testing.T) {
	d, err := datasets.FA6{N: 4000, Test: 1, Missing: 0.5}.Make(rng.Root(1))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range d.X {
		if i%6 == 2 && v == v {
			d.X[i] = 0.1
		}
	}
	for _, how := range []string{"mean", "draw", "chained"} {
		e := estimators.Impute{How: how, Sweeps: 3}
		_, _, st := e.Start(vi.Sheet{}, vi.Shape{N: d.N, D: d.D}, rng.Key{})
		e.Look(d, rng.Root(2), nil, st)
		for i, x := range st["impute/x"].Data {
			if x-x != 0 || i%6 == 2 && math.Abs(x-0.1) > 1e-9 {
				t.Fatalf("%s: entry %d is %g", how, i, x)
			}
		}
		rows, cov := mat.NewDense(d.N, 6, st["impute/x"].Data), 0.0
		a, b := mat.Sum(rows.ColView(0))/float64(d.N), mat.Sum(rows.ColView(1))/float64(d.N)
		for n := range d.N {
			cov += (rows.At(n, 0) - a) * (rows.At(n, 1) - b) / float64(d.N)
		}
		if chained := how == "chained"; (cov < -14) != chained { // -20 by regressions, -5 without; a standard error is 1
			t.Errorf("%s: the covariance is %g", how, cov)
		}
	}
	e := estimators.VGI{K: 1}
	_, _, st := e.Start(vi.Sheet{}, vi.Shape{N: d.N, D: d.D}, rng.Key{})
	e.Look(d, rng.Root(2), nil, st)
	if c := st["vgi/columns"].Data; c[2] != 0.1 || c[8] != 1 {
		t.Errorf("mean %.17g and unit %g; want 0.1 and 1", c[2], c[8])
	}
}

// Chained regressions give what is filled the covariance of the data where draws of the columns lose it:
// errors of Frobenius' norm over seeds are 0.09 with an sd of 0.02 and 0.34 with 0.005.
func TestImputeChained(t *testing.T) {
	off := func(how string) float64 {
		w, x := filledBy(t, how, 4000, 0.5)
		cov := mat.NewSymDense(6, nil)
		rows := mat.NewDense(w.Data.N, 6, x)
		var mean [6]float64
		for j := range 6 {
			mean[j] = mat.Sum(rows.ColView(j)) / float64(w.Data.N)
		}
		e, a := 0.0, 0.0
		for i := range 6 {
			for j := range i + 1 {
				s := 0.0
				for n := range w.Data.N {
					s += (x[n*6+i] - mean[i]) * (x[n*6+j] - mean[j]) / float64(w.Data.N)
				}
				cov.SetSym(i, j, s)
			}
		}
		for i := range 6 {
			for j := range 6 {
				want := w.Data.Cov[i*6+j]
				e, a = e+math.Pow(cov.At(i, j)-want, 2), a+want*want
			}
		}
		return math.Sqrt(e / a)
	}
	if c, d := off("chained"), off("draw"); c > 0.2 || d < 0.28 {
		t.Errorf("errors of the covariance: chained %g, draw %g", c, d)
	}
}

// exactConditionals sets vgi's q to the model's own: x_j | the others ~ N(x_j - (K r)_j/K_jj, 1/K_jj).
func exactConditionals(t *testing.T, w *vi.Work) (mean []float64, cov *mat.SymDense) {
	t.Helper()
	mean, c := w.Model.(vi.Marginal).Marginal(w.Params)
	cov = mat.NewSymDense(6, c)
	var k mat.Dense
	if err := k.Inverse(cov); err != nil {
		t.Fatal(err)
	}
	m, sd := w.State["vgi/columns"].Data[:6], w.State["vgi/columns"].Data[6:]
	a, b, s := w.Params.Value("own/A"), w.Params.Value("own/b"), w.Params.Value("own/logs")
	for j := range 6 {
		at := mean[j] - m[j]
		for i := range 6 {
			if i != j {
				a.Set(j*6+i, -k.At(j, i)/k.At(j, j)*sd[i]/sd[j])
				at -= k.At(j, i) / k.At(j, j) * (m[i] - mean[i])
			} else {
				a.Set(j*6+i, 7) // never read
			}
		}
		b.Set(j, at/sd[j])
		s.Set(j, -0.5*math.Log(k.At(j, j))-math.Log(sd[j]))
	}
	return mean, cov
}

// With the model's own conditionals, the moves of Gibbs leave p(x_missing | x_seen): after 400 moves, what is
// imputed for 6000 copies of one row has its mean and covariance, by dense algebra. At 5 standard errors, of
// independent rows: 6e-7 each of nine. The metric's conditionals are then at no distance (see metrics).
func TestVGIMoves(t *testing.T) {
	const rows = 6000
	e := estimators.VGI{K: 1, Moves: 100}
	w := gappy(t, e, rows, 0.5)
	w.Params.Value("gen/W").From([]float64{-5, -2, 4, 0, 3, -1, -3, -3, 1, 5, -1, 2}) // correlated
	nan := math.NaN()
	row := []float64{nan, 2, nan, -3, 4, nan}
	holes, seen := []int{0, 2, 5}, []int{1, 3, 4}
	for n := range rows {
		copy(w.Data.X[n*6:], row)
		for _, j := range seen {
			w.State["vgi/x"].Data[n*6+j] = row[j]
		}
	}
	mean, cov := exactConditionals(t, w)
	for i := range 4 {
		w.Estimate(e, i, w.All, &vi.Keyed{Key: rng.Noise(3, uint64(i))})
		w.Commit()
	}
	want, root := lawOf(t, row, seen, holes, mean, cov)
	var s mat.Dense
	s.Mul(root, root.T())
	x := w.State["vgi/x"].Data
	for i, j := range holes {
		got := 0.0
		for n := range rows {
			got += x[n*6+j] / rows
		}
		if se := math.Sqrt(s.At(i, i) / rows); math.Abs(got-want[i]) > 5*se {
			t.Errorf("mean of %d: %g +- %g; want %g", j, got, se, want[i])
		}
	}
	for i, a := range holes {
		for k, b := range holes {
			got := 0.0
			for n := range rows {
				got += (x[n*6+a] - want[i]) * (x[n*6+b] - want[k]) / rows
			}
			if se := math.Sqrt((s.At(i, i)*s.At(k, k) + s.At(i, k)*s.At(i, k)) / rows); math.Abs(got-s.At(i, k)) > 5*se {
				t.Errorf("covariance of %d and %d: %g +- %g; want %g", a, b, got, se, s.At(i, k))
			}
		}
	}
	for n := range rows {
		for _, j := range seen {
			if x[n*6+j] != row[j] {
				t.Fatalf("row %d: a value seen has moved", n)
			}
		}
	}
}

// fixed is noise: normals of one value, uniforms of another.
type fixed struct{ normal, uniform float64 }

func (f fixed) Normal(_ string, _ uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, f.normal)
	}
}

func (f fixed) Uniform(_ string, _ uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, f.uniform)
	}
}

// VGI's directions are the derivatives of J at the noise drawn, log p of the row completed by x_j = m_j + s_j e plus
// log s_j, by central differences of the model's evidence; in the regression's steps that of log q_j of a value seen, and
// gen/ stands still.
func TestVGIDirection(t *testing.T) {
	const eps, h, rows = 0.7, 1e-4, 40
	for _, u := range []float64{0.1, 0.6, 0.95} {
		for _, regress := range []int{0, 1} {
			e := estimators.VGI{K: 2, Moves: 3, Regress: regress, Delay: 1}
			w := gappy(t, e, rows, 0.5)
			own, gen := w.Params.Vector(tape.Own), w.Params.Vector(tape.Gen)
			for i := range own.Len() {
				own.Set(i, 0.3*math.Sin(float64(i+2)))
			}
			j := func() float64 { // the definition
				sum := 0.0
				m, sd := w.State["vgi/columns"].Data[:6], w.State["vgi/columns"].Data[6:]
				a, b, s := w.Params.Value("own/A"), w.Params.Value("own/b"), w.Params.Value("own/logs")
				for r := range rows * 2 {
					x := append([]float64{}, w.State["vgi/x"].Data[r*6:r*6+6]...)
					var of []int
					for c := range 6 {
						if v := w.Data.X[r/2*6+c]; (v == v) == (regress == 1) {
							of = append(of, c)
						}
					}
					if len(of) > 0 {
						c := of[int(u*float64(len(of)))]
						mu := b.At(c)
						for i := range 6 {
							if i != c {
								mu += a.At(c*6+i) * (x[i] - m[i]) / sd[i]
							}
						}
						if regress == 1 {
							z := ((x[c]-m[c])/sd[c] - mu) / math.Exp(s.At(c))
							sum -= s.At(c) + z*z/2
							continue
						}
						x[c] = m[c] + sd[c]*(mu+math.Exp(s.At(c))*eps)
						sum += s.At(c)
					}
					sum += w.Model.(vi.Evidence).LogEvidence(w.Params, x)[0]
				}
				return sum / (2 * rows)
			}
			d := w.Estimate(e, 0, w.All, fixed{eps, u})
			if regress == 1 && !d.Gen.Nil() {
				t.Error("the regression moves gen/")
			}
			roles := map[string][2]tape.Vector{"own": {own, d.Own.Ascend}}
			if regress == 0 {
				roles["gen"] = [2]tape.Vector{gen, d.Gen.Ascend}
			}
			for name, p := range roles {
				got := p[1].AppendTo(nil)
				for i := range p[0].Len() {
					v := p[0].At(i)
					p[0].Set(i, v+h)
					up := j()
					p[0].Set(i, v-h)
					down := j()
					p[0].Set(i, v)
					nearly(t, name, got[i], (up-down)/(2*h), 1e-7)
				}
			}
		}
	}
}

// The limit of mcem in draws is one step of EM of which what is missing is latent too. Its expectation, which sees
// the filled rows by their first two moments, is had of points that have these: of h values missing with law N(m, S),
// m +- sqrt(h) times each column of a root of S. The mean of 40 targets by 200 draws each is that, at 6 standard errors
// (5e-7 by Student's t) but for 1e-3 of bias, which is of the order of their variance.
func TestMCEMStep(t *testing.T) {
	const n, points, runs = 40, 120, 40
	e := estimators.MCEM{K: 200}
	w := gappy(t, e, n, 0.5)
	w.Params.Value("gen/W").From([]float64{-5, -2, 4, 0, 3, -1, -3, -3, 1, 5, -1, 2})
	mean, c := w.Model.(vi.Marginal).Marginal(w.Params)
	cov := mat.NewSymDense(6, c)
	var filled []float64
	for r := range n {
		x := w.Data.X[r*6 : r*6+6]
		var seen, holes []int
		for j, v := range x {
			if v == v {
				seen = append(seen, j)
			} else {
				holes = append(holes, j)
			}
		}
		m, root := lawOf(t, x, seen, holes, mean, cov)
		for p := range points {
			y := append([]float64{}, x...)
			for a, j := range holes {
				h := len(holes)
				sign := math.Sqrt(float64(h)) * float64(1-2*(p%2))
				y[j] = m[a] + sign*root.At(a, p/2%h)
			}
			filled = append(filled, y...)
		}
	}
	s := w.Step(0, w.All, &vi.Keyed{})
	x := s.Blank(n*points, 6)
	x.Value().From(filled)
	theta := s.Target(tape.Gen)
	w.Model.(vi.Maximiser).Maximise(s.At(x), theta)
	want := theta.AppendTo(nil)
	sum, square := make([]float64, len(want)), make([]float64, len(want))
	for i := range runs {
		for j, v := range e.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(1, uint64(i))})).Gen.Target.AppendTo(nil) {
			sum[j], square[j] = sum[j]+v/runs, square[j]+v*v/runs
		}
	}
	for j, v := range want {
		se := math.Sqrt((square[j] - sum[j]*sum[j]) / (runs - 1))
		if math.Abs(sum[j]-v) > 6*se+1e-3 || se > 0.02 {
			t.Errorf("theta[%d]: %g +- %g; want %g", j, sum[j], se, v)
		}
	}
}

// lawOf is the mean of what is missing given what is seen, and a root of its covariance.
func lawOf(t *testing.T, x []float64, seen, holes []int, mean []float64, cov *mat.SymDense) (m []float64, root *mat.TriDense) {
	t.Helper()
	if len(holes) == 0 {
		return nil, nil
	}
	sub := func(a, b []int) *mat.Dense {
		m := mat.NewDense(len(a), len(b), nil)
		for i, x := range a {
			for j, y := range b {
				m.Set(i, j, cov.At(x, y))
			}
		}
		return m
	}
	var inv, gain, s mat.Dense
	if err := inv.Inverse(sub(seen, seen)); err != nil {
		t.Fatal(err)
	}
	gain.Mul(sub(holes, seen), &inv)
	s.Mul(&gain, sub(seen, holes))
	s.Sub(sub(holes, holes), &s)
	for i, j := range holes {
		v := mean[j]
		for b, o := range seen {
			v += gain.At(i, b) * (x[o] - mean[o])
		}
		m = append(m, v)
	}
	sym := mat.NewSymDense(len(holes), nil)
	for i := range holes {
		for j := range holes[:i+1] {
			sym.SetSym(i, j, s.At(i, j))
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(sym) {
		t.Fatal("not positive")
	}
	root = mat.NewTriDense(len(holes), mat.Lower, nil)
	chol.LTo(root)
	return m, root
}

// A batch cut into blocks gives the direction of the whole, and keeps the same imputations.
func TestVGIBlocks(t *testing.T) {
	e := estimators.VGI{K: 3, Moves: 2}
	w := gappy(t, e, 9000, 0.5)
	src := &vi.Keyed{Key: rng.Noise(4, 0)}
	if w.Data.N < 2*w.Fit()/3 {
		t.Fatalf("%d rows are no three blocks of %d", w.Data.N, w.Fit()/3)
	}
	d := e.Estimate(w.Step(0, w.All, src))
	want := [2][]float64{d.Gen.Ascend.AppendTo(nil), d.Own.Ascend.AppendTo(nil)}
	w.Commit()
	kept := append([]float64{}, w.State["vgi/x"].Data...)
	w = gappy(t, e, 9000, 0.5)
	d = w.Estimate(e, 0, w.All, src)
	for r, got := range [2]tape.Vector{d.Gen.Ascend, d.Own.Ascend} {
		for i, v := range want[r] {
			nearly(t, "block", got.At(i), v, 1e-10*(1+math.Abs(v)))
		}
	}
	w.Commit()
	for i, v := range w.State["vgi/x"].Data {
		if v != kept[i] {
			t.Fatalf("imputation %d is %g in blocks, %g at once", i, v, kept[i])
		}
	}
}
