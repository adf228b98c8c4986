package models_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

var diagonal = models.FA{Latent: 2, Noise: "diagonal", Cov: "shared", Act: "tanh"}

// masked is factor analysis on rows with missing values, its parameters away from their start.
func masked(t testing.TB, m models.FA, n int, missing float64, seed uint64) *vi.Work {
	w := work(t, tape.Float64, m, datasets.FA6{N: n, Test: 1, Missing: missing}, seed)
	gen := w.Params.Vector(tape.Gen)
	for i := range gen.Len() {
		gen.Set(i, gen.At(i)+0.3*math.Sin(float64(i+1)))
	}
	return w
}

// normalOf is the model's p(x) by its definition, mean c and covariance W W' + Psi.
func normalOf(t testing.TB, w *vi.Work) (mean []float64, cov *mat.SymDense) {
	f := factorsOf(t, w)
	cov = mat.NewSymDense(f.D, nil)
	for i := range f.D {
		for j := range i + 1 {
			v := 0.0
			for l := range f.L {
				v += f.W[i*f.L+l] * f.W[j*f.L+l]
			}
			if i == j {
				v += f.Psi[i]
			}
			cov.SetSym(i, j, v)
		}
	}
	return f.C, cov
}

// split are the coordinates of a row that are seen, and those that are not.
func split(x []float64) (seen, holes []int) {
	for j, v := range x {
		if math.IsNaN(v) {
			holes = append(holes, j)
		} else {
			seen = append(seen, j)
		}
	}
	return seen, holes
}

// given is the law of what is missing of x by dense algebra, mean + S_ms S_ss^-1 (x - mean),
// S_mm - S_ms S_ss^-1 S_sm, and log N(x_seen; mean, S_ss).
func given(t testing.TB, x, mean []float64, cov *mat.SymDense) (m []float64, s *mat.Dense, logp float64) {
	seen, holes := split(x)
	o := len(seen)
	ss := mat.NewSymDense(o, nil)
	r := mat.NewVecDense(o, nil)
	for a, i := range seen {
		r.SetVec(a, x[i]-mean[i])
		for b, j := range seen[:a+1] {
			ss.SetSym(a, b, cov.At(i, j))
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(ss) {
		t.Fatal("not positive")
	}
	var pull mat.VecDense
	if err := chol.SolveVecTo(&pull, r); err != nil {
		t.Fatal(err)
	}
	logp = -0.5 * (float64(o)*math.Log(2*math.Pi) + chol.LogDet() + mat.Dot(r, &pull))
	if len(holes) == 0 {
		return nil, nil, logp
	}
	ms := mat.NewDense(len(holes), o, nil)
	s = mat.NewDense(len(holes), len(holes), nil)
	for a, i := range holes {
		for b, j := range seen {
			ms.Set(a, b, cov.At(i, j))
		}
		for b, j := range holes {
			s.Set(a, b, cov.At(i, j))
		}
	}
	var inv, off mat.Dense
	if err := inv.Inverse(ss); err != nil {
		t.Fatal(err)
	}
	off.Product(ms, &inv, ms.T())
	s.Sub(s, &off)
	for a, i := range holes {
		v := mean[i]
		for b := range seen {
			v += ms.At(a, b) * pull.AtVec(b)
		}
		m = append(m, v)
	}
	return m, s, logp
}

// log p of what is seen is the normal of those coordinates, by dense algebra; with one
// value missing, the integral over it; with none seen, 0.
func TestFASeenEvidence(t *testing.T) {
	w := masked(t, diagonal, 200, 0.5, 1)
	e := w.Model.(vi.Evidence)
	mean, cov := normalOf(t, w)
	for n, got := range e.LogEvidence(w.Params, w.Data.X) {
		_, _, want := given(t, row(w.Data, n), mean, cov)
		near(t, "log p(x_seen)", got, want, 1e-11)
	}
	whole := masked(t, diagonal, 5, 0, 1)
	for j := range 6 {
		x := slices.Clone(row(whole.Data, j%5))
		at := func(v float64) float64 {
			y := slices.Clone(x)
			y[j] = v
			return math.Exp(e.LogEvidence(w.Params, y)[0])
		}
		m, sd := mean[j], math.Sqrt(cov.At(j, j))
		want := math.Log(quad.Fixed(at, m-12*sd, m+12*sd, 400, quad.Legendre{}, 0))
		x[j] = math.NaN()
		near(t, "integral", e.LogEvidence(w.Params, x)[0], want, 1e-9)
	}
	none := []float64{math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()}
	near(t, "nothing seen", e.LogEvidence(w.Params, none)[0], 0, 0)
}

// One step of EM where values are missing is its definition: for each coordinate the
// regression on the factors over the rows where it is seen, whose moments are those of the
// posterior by the covariance, not by the precision.
func TestFAMaximisesWhatIsSeen(t *testing.T) {
	for _, noise := range []string{"diagonal", "isotropic"} {
		m := diagonal
		m.Noise = noise
		w := masked(t, m, 80, 0.5, 2)
		f := factorsOf(t, w)
		mean, cov := normalOf(t, w)
		d, l := f.D, f.L
		a, b, xx, count := make([]*mat.Dense, d), make([]*mat.Dense, d), make([]float64, d), make([]float64, d)
		for j := range d {
			a[j], b[j] = mat.NewDense(l+1, l+1, nil), mat.NewDense(l+1, 1, nil)
		}
		for n := range w.Data.N {
			x := row(w.Data, n)
			seen, _ := split(x)
			// z | x_seen ~ N(W_s' S_ss^-1 r, I - W_s' S_ss^-1 W_s)
			ss, ws, r := mat.NewDense(len(seen), len(seen), nil), mat.NewDense(len(seen), l, nil), mat.NewDense(len(seen), 1, nil)
			for i, j := range seen {
				r.Set(i, 0, x[j]-mean[j])
				for k := range l {
					ws.Set(i, k, f.W[j*l+k])
				}
				for k, o := range seen {
					ss.Set(i, k, cov.At(j, o))
				}
			}
			var inv, z, v mat.Dense
			if err := inv.Inverse(ss); err != nil {
				t.Fatal(err)
			}
			z.Product(ws.T(), &inv, r)
			v.Product(ws.T(), &inv, ws)
			ez := []float64{z.At(0, 0), z.At(1, 0), 1}
			for _, j := range seen {
				for p := range l + 1 {
					for q := range l + 1 {
						e := ez[p] * ez[q]
						if p < l && q < l {
							e -= v.At(p, q)
							if p == q {
								e++
							}
						}
						a[j].Set(p, q, a[j].At(p, q)+e)
					}
					b[j].Set(p, 0, b[j].At(p, 0)+ez[p]*x[j])
				}
				xx[j] += x[j] * x[j]
				count[j]++
			}
		}
		psi, all, total := make([]float64, d), 0.0, 0.0
		want := make([]mat.Dense, d)
		for j := range d {
			if err := want[j].Solve(a[j], b[j]); err != nil {
				t.Fatal(err)
			}
			psi[j] = (xx[j] - mat.Dot(want[j].ColView(0), b[j].ColView(0))) / count[j]
			all, total = all+psi[j]*count[j], total+count[j]
		}
		em(t, w, 1)
		got := factorsOf(t, w)
		for j := range d {
			near(t, noise+" c", got.C[j], want[j].At(l, 0), 1e-9)
			for k := range l {
				near(t, noise+" W", got.W[j*l+k], want[j].At(k, 0), 1e-9)
			}
			if noise == "isotropic" {
				psi[j] = all / total
			}
			near(t, noise+" Psi", got.Psi[j], psi[j], 1e-8)
		}
	}
}

// Where nothing is missing, EM of what is seen is EM.
func TestFAMaximisesWholeRowsAlike(t *testing.T) {
	a, b := masked(t, diagonal, 50, 0, 3), masked(t, diagonal, 50, 0, 3)
	b.Data.Missing = true
	em(t, a, 3)
	em(t, b, 3)
	for i := range a.Params.Vector(tape.Gen).Len() {
		near(t, "theta", b.Params.Vector(tape.Gen).At(i), a.Params.Vector(tape.Gen).At(i), 1e-9)
	}
}

// No step of EM lowers the evidence of what is seen, however much is missing.
func TestFAEMOfWhatIsSeenNeverFalls(t *testing.T) {
	for seed := range uint64(4) {
		for _, missing := range []float64{0.2, 0.5, 0.75} {
			for _, noise := range []string{"diagonal", "isotropic"} {
				m := diagonal
				m.Noise = noise
				trace := em(t, masked(t, m, 60, missing, seed), 200)
				for i, v := range trace[1:] {
					if last := trace[i]; !(v >= last-1e-10*(1+math.Abs(last))) {
						t.Errorf("seed %d, %g missing, %s: step %d goes from %.15g to %.15g", seed, missing, noise, i, last, v)
					}
				}
				if !(trace[200] > trace[0]+0.1) {
					t.Errorf("seed %d, %g missing, %s: from %g to %g", seed, missing, noise, trace[0], trace[200])
				}
			}
		}
	}
}

// Nor where rows are so few that factors explain what is seen of them and variances come to their floor. There log det
// Lambda, of 1e8 and more beside one, has a rounding of its own: 1e-9.
func TestFAEMOfFewRowsNeverFalls(t *testing.T) {
	floors := 0
	for seed := range uint64(3) {
		for _, noise := range []string{"diagonal", "isotropic"} {
			m := diagonal
			m.Noise = noise
			w := work(t, tape.Float64, m, datasets.FA6{N: 8, Test: 1, Missing: 0.5}, seed)
			trace := em(t, w, 300)
			for i, v := range trace[1:] {
				if last := trace[i]; !(v >= last-1e-9*(1+math.Abs(last))) {
					t.Errorf("seed %d, %s: step %d goes from %.15g to %.15g", seed, noise, i, last, v)
				}
			}
			if slices.Min(factorsOf(t, w).Psi) < 1.001e-6 {
				floors++
			}
		}
	}
	if floors == 0 {
		t.Error("no variance came to its floor")
	}
}

// unit is noise of a one at entry i and zero elsewhere; i below 0: all zero.
type unit int

func (u unit) Normal(_ string, _ uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, 0)
	}
	if u >= 0 {
		dst.Set(int(u), 1)
	}
}

func (u unit) Uniform(site string, plate uint64, dst tape.Vector) { u.Normal(site, plate, dst) }

// A draw of what is missing is linear in its noise: without noise it is the conditional mean,
// and the sum of squares of what each entry of noise moves is the conditional covariance, both
// by dense algebra. What is seen stays.
func TestFACompletes(t *testing.T) {
	w := masked(t, diagonal, 60, 0.5, 4)
	mean, cov := normalOf(t, w)
	const l, d, k = 2, 6, 2
	draw := func(u unit) []float64 {
		return w.Model.(vi.Completer).Complete(w.Step(0, w.All, u), "x", k).Value().AppendTo(nil)
	}
	still := draw(-1)
	var moved [][]float64
	for i := range l + d {
		moved = append(moved, draw(unit(i+l+d))) // of the second draw
	}
	for n := range w.Data.N {
		x := row(w.Data, n)
		seen, holes := split(x)
		m, s, _ := given(t, x, mean, cov)
		at := func(all []float64, draw, j int) float64 { return all[(n*k+draw)*d+j] }
		for _, j := range seen {
			near(t, "seen", at(still, 1, j), x[j], 0)
		}
		for a, i := range holes {
			near(t, "mean", at(still, 0, i), m[a], 1e-9)
			near(t, "mean", at(still, 1, i), m[a], 1e-9)
			for b, j := range holes {
				got := 0.0
				for e := range moved {
					near(t, "the first draw", at(moved[e], 0, i), at(still, 0, i), 0)
					got += (at(moved[e], 1, i) - at(still, 1, i)) * (at(moved[e], 1, j) - at(still, 1, j))
				}
				near(t, "covariance", got, s.At(a, b), 1e-8)
			}
		}
	}
}

// The density on the tape is the evidence, and its gradients in theta and in x are those of the
// evidence, by central differences.
func TestFADensity(t *testing.T) {
	for _, noise := range []string{"diagonal", "isotropic"} {
		m := diagonal
		m.Noise = noise
		w := masked(t, m, 4, 0, 5)
		const k, h = 2, 1e-5
		evidence := func(x []float64) (all []float64, sum float64) {
			all = w.Model.(vi.Evidence).LogEvidence(w.Params, x)
			for _, v := range all {
				sum += v / float64(len(all))
			}
			return all, sum
		}
		x := make([]float64, 4*k*6)
		for i := range x {
			x[i] = w.Data.X[i/(6*k)*6+i%6] + math.Sin(float64(i))
		}
		s := w.Step(0, w.All, ramp{})
		at := s.Blank(4*k, 6)
		at.Value().From(x)
		live := s.Reparam(at, s.Leaf(1, 6), s.Leaf(4*k, 6))
		f := w.Model.(vi.Densed).LogDensity(s, live, k)
		values := append([]float64{}, f.Float64s()...)
		slope := tape.Grad(f.Mean(), live).Value().AppendTo(nil)
		gen := s.Ascend(vi.Surrogate{Gen: f.Mean()}).Gen.Ascend.AppendTo(nil)
		want, _ := evidence(x)
		for i, v := range want {
			near(t, "value", values[i], v, 1e-11)
		}
		for i := range x {
			v := x[i]
			x[i] = v + h
			_, up := evidence(x)
			x[i] = v - h
			_, down := evidence(x)
			x[i] = v
			near(t, noise+" slope in x", slope[i], (up-down)/(2*h), 1e-8)
		}
		theta := w.Params.Vector(tape.Gen)
		for i := range theta.Len() {
			v := theta.At(i)
			theta.Set(i, v+h)
			_, up := evidence(x)
			theta.Set(i, v-h)
			_, down := evidence(x)
			theta.Set(i, v)
			near(t, noise+" slope in theta", gen[i], (up-down)/(2*h), 1e-7)
		}
	}
}

// Data that no model can be given are refused with where and why.
func TestMissingRefusals(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		x       []float64
		missing bool
		want    string
	}{
		{[]float64{1, nan, 3, 4}, false, `data "d": row 0, column 1, from 0: got NaN; need a number, or data that say that values are missing`},
		{[]float64{1, math.Inf(1), 3, 4}, true, `data "d": row 0, column 1, from 0: got +Inf; need a number`},
		{[]float64{1, 2, nan, nan}, true, `data "d": row 1, from 0, has no value at all; leave it out`},
		{[]float64{1, nan, 3, nan}, true, `data "d": column 1, from 0, has no value in any of 2 rows; leave it out`},
		{[]float64{1, nan, nan, 4}, true, ""},
		{[]float64{1, 2, 3, 4}, false, ""},
	} {
		got := ""
		if err := (&vi.Data{Name: "d", N: 2, D: 2, X: c.x, Missing: c.missing}).Check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v: got %q; want %q", c.x, got, c.want)
		}
	}
	held := &vi.Data{Name: "held", N: 1, D: 1, X: []float64{nan}}
	if err := (&vi.Data{Name: "d", N: 1, D: 1, X: []float64{1}, Test: held}).Check(); err == nil {
		t.Error("held-out NaN is not refused")
	}
}
