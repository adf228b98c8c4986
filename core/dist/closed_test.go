package dist_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
)

// integral is that of f over [lo,hi] by Gauss and Legendre's rule on panels that end at
// the kinks.
func integral(f func(float64) float64, lo, hi float64, kinks ...float64) (sum float64) {
	ends := append([]float64{lo, hi}, kinks...)
	slices.Sort(ends)
	for i, a := range ends[1:] {
		a, b := ends[i], a
		if a < lo || b > hi || a == b {
			continue
		}
		const panels = 40
		for p := range panels {
			sum += quad.Fixed(f, a+(b-a)*float64(p)/panels, a+(b-a)*float64(p+1)/panels, 16, quad.Legendre{}, 0)
		}
	}
	return sum
}

// one is a 1 x 1 leaf.
func one(t *tape.Tape, x float64) tape.Node {
	n := t.Leaf(1, 1)
	n.Value().Set(0, x)
	return n
}

func normalPDF(z, m, s float64) float64 {
	d := (z - m) / s
	return math.Exp(-d*d/2) / (s * math.Sqrt(2*math.Pi))
}

func laplacePDF(z, m, b float64) float64 { return math.Exp(-math.Abs(z-m)/b) / (2 * b) }

// E|z|, moments, entropies and KLs of the two bases against integrals.
func TestBasesAgainstIntegrals(t *testing.T) {
	for _, m := range []float64{-1.3, 0, 0.2, 4} {
		for _, s := range []float64{0.05, 0.6, 2} {
			tp := tape.New(params(t, tape.Float64))
			mu, ls := one(tp, m), one(tp, math.Log(s))
			const m2, s2 = 0.3, 0.7
			for _, c := range []struct {
				name   string
				q, p   dist.Dist
				pdf    func(z, m, s float64) float64
				extent float64
			}{
				{"Normal", dist.Normal{T: tp, B: 1, Mu: mu, LogSigma: ls}, dist.Normal{T: tp, B: 1, Mu: one(tp, m2), LogSigma: one(tp, math.Log(s2))}, normalPDF, 12},
				{"Laplace", dist.Laplace{T: tp, B: 1, Mu: mu, LogScale: ls}, dist.Laplace{T: tp, B: 1, Mu: one(tp, m2), LogScale: one(tp, math.Log(s2))}, laplacePDF, 45},
			} {
				expect := func(f func(float64) float64) float64 {
					return integral(func(z float64) float64 { return c.pdf(z, m, s) * f(z) }, m-c.extent*s, m+c.extent*s, 0, m, m2)
				}
				what := fmt.Sprintf("%s(%g, %g): ", c.name, m, s)
				mean, square, ok := c.q.(dist.Moments).Moments()
				if !ok {
					t.Fatal(what + "no moments")
				}
				near(t, what+"mean", mean.Value().At(0), m, 1e-15)
				near(t, what+"square", square.Value().At(0), expect(func(z float64) float64 { return z * z }), 1e-12)
				near(t, what+"E|z|", c.q.(dist.Absolute).AbsMoment().Value().At(0), expect(math.Abs), 1e-12)
				near(t, what+"entropy", c.q.(dist.Entropic).Entropy().Float(), expect(func(z float64) float64 { return -math.Log(c.pdf(z, m, s)) }), 1e-12)
				kl, ok := c.q.(dist.BaseKL).BaseKL(c.p)
				if !ok {
					t.Fatal(what + "no KL")
				}
				want := expect(func(z float64) float64 { return math.Log(c.pdf(z, m, s) / c.pdf(z, m2, s2)) })
				near(t, what+"KL", kl.Value().At(0), want, 1e-12)
				summed, _ := c.q.(dist.KL).KL(c.p)
				near(t, what+"KL summed", summed.Float(), want, 1e-12)
				self, _ := c.q.(dist.BaseKL).BaseKL(c.q)
				near(t, what+"KL of itself", self.Value().At(0), 0, 1e-15)
			}
		}
	}
}

// The numbers of the standard forms.
func TestBasesByHand(t *testing.T) {
	tp := tape.New(params(t, tape.Float64))
	q := dist.Normal{T: tp, B: 1, Mu: one(tp, 0), LogSigma: one(tp, math.Log(2))}
	near(t, "E|z|", q.AbsMoment().Value().At(0), 2*0.7978845608028654, 1e-15)
	near(t, "entropy of N(0,4)", q.Entropy().Float(), 0.5*math.Log(2*math.Pi*math.E*4), 1e-15)
	l := dist.Laplace{T: tp, B: 1, Mu: one(tp, 0), LogScale: one(tp, math.Log(3))}
	near(t, "entropy of Laplace(3)", l.Entropy().Float(), math.Log(6*math.E), 1e-15)
	if _, ok := l.BaseKL(q); ok {
		t.Error("a KL of a Laplace from a Normal")
	}
	want := math.Log(6) + 2*0.7978845608028654/3 - math.Log(2) - 0.5*math.Log(2*math.Pi*math.E)
	kl, _ := q.BaseKL(&l)
	near(t, "KL of N(0,4) from Laplace(3)", kl.Value().At(0), want, 1e-15)
	kl, _ = q.KL(l)
	near(t, "KL of N(0,4) from Laplace(3), summed", kl.Float(), want, 1e-15)
	l.Mu = one(tp, 1)
	if _, ok := q.BaseKL(&l); ok {
		t.Error("a KL of a Normal from a Laplace off zero")
	}
}

// laws are all distributions of independent entries with closed forms, of parameters with
// two rows and with one.
func laws(tp *tape.Tape) map[string]dist.Dist {
	mu, ls, c, d := tp.Param("inf/mu"), tp.Param("inf/ls"), tp.Param("inf/c"), tp.Param("gen/d")
	lambda := c.Exp()
	out := map[string]dist.Dist{
		"normal":  dist.Normal{T: tp, B: 2, Mu: mu, LogSigma: ls},
		"laplace": dist.Laplace{T: tp, B: 2, Mu: mu, LogScale: ls},
	}
	for _, gauss := range []bool{false, true} {
		for _, warm := range []float64{0, 0.4} {
			out[fmt.Sprint("thresholded", gauss, warm)] = dist.Thresholded{T: tp, B: 2, Mu: mu, LogScale: ls, Lambda: lambda, Gaussian: gauss, Warm: warm}
			out[fmt.Sprint("gamma", gauss, warm)] = dist.Thresholded{T: tp, B: 2, Mu: mu, LogScale: ls, LogShape: c, LogRate: d, Gaussian: gauss, Warm: warm}
			out[fmt.Sprint("spike and slab", gauss, warm)] = dist.SpikeSlab{T: tp, B: 2, Gate: c.Sub(d.Exp()), Mu: mu, LogVar: ls, Tau: 0.7, Corrected: gauss, Warm: warm}
		}
	}
	return out
}

var lawSpecs = []tape.Spec{{Name: "inf/mu", Rows: 2, Cols: 3}, {Name: "inf/ls", Rows: 1, Cols: 3}, {Name: "inf/c", Rows: 2, Cols: 3},
	{Name: "gen/d", Rows: 1, Cols: 3}, {Name: "gen/nu", Rows: 1, Cols: 3}, {Name: "gen/lt", Rows: 1, Cols: 3}, {Name: "gen/z", Rows: 4, Cols: 3}}

// forms are the closed forms of a law.
func forms(tp *tape.Tape, q dist.Dist) map[string]tape.Node {
	nu, lt := tp.Param("gen/nu"), tp.Param("gen/lt")
	out := map[string]tape.Node{}
	if m, ok := q.(dist.Moments); ok {
		if mean, square, ok := m.Moments(); ok {
			out["mean"], out["square"] = mean.SumD(1), square.SumD(1)
		}
	}
	if c, ok := q.(dist.Centred); ok {
		out["means"] = c.Means(nil)[0].SumD(1)
	}
	if a, ok := q.(dist.Absolute); ok {
		out["abs"] = a.AbsMoment().SumD(1)
	}
	if e, ok := q.(dist.Entropic); ok {
		out["entropy"] = e.Entropy()
	}
	if s, ok := q.(dist.Sparse); ok {
		if p, ok := s.Active(); ok {
			out["active"] = p.SumD(1)
			z := tp.Param("gen/z")
			out["density"] = q.LogProb(dist.Value{Node: z, K: 2})
			out["spike"] = q.LogProb(dist.Value{Node: tp.Leaf(4, 3), K: 2})
		}
	} else {
		out["density"] = q.LogProb(dist.Value{Node: tp.Param("gen/z"), K: 2})
	}
	for name, p := range map[string]dist.Dist{
		"normal":  dist.Normal{T: tp, B: 2, Mu: nu, LogSigma: lt},
		"laplace": dist.Laplace{T: tp, B: 2, Mu: nu, LogScale: lt},
		"spikes":  dist.SpikeSlab{T: tp, B: 2, Gate: nu.Sub(lt.Exp()), Mu: nu, LogVar: lt},
	} {
		if kl, ok := q.(dist.BaseKL).BaseKL(p); ok {
			out["kl "+name] = kl.SumD(1)
		}
	}
	if t, ok := q.(dist.Thresholded); ok {
		t.PriorShape, t.PriorRate = 3, 3/0.25
		if kl, ok := t.ThresholdKL(); ok {
			out["threshold kl"] = kl.SumD(1)
		}
	}
	return out
}

// The gradient of every closed form against central differences.
func TestClosedFormsAgainstDifferences(t *testing.T) {
	p := params(t, tape.Float64, lawSpecs...)
	tp := tape.New(p)
	checked := 0
	for law := range laws(tp) {
		for form := range forms(tp, laws(tp)[law]) {
			scalar := func(tp *tape.Tape) tape.Node {
				tp.Reset()
				return forms(tp, laws(tp)[law])[form].Exp().Sum()
			}
			s := scalar(tp)
			got := tp.Ascend(tape.Surrogate{Gen: s, Inf: s})
			var flat [2][]float64
			for r := range flat {
				flat[r] = got[r].AppendTo(nil)
			}
			other := tape.New(p)
			for r, g := range flat {
				v := p.Vector(tape.Role(r))
				for i, x := range g {
					const h = 1e-5
					at := v.At(i)
					v.Set(i, at+h)
					up := scalar(other).Float()
					v.Set(i, at-h)
					down := scalar(other).Float()
					v.Set(i, at)
					want, size := (up-down)/(2*h), math.Abs(s.Float())
					if !(math.Abs(x-want) <= 2e-8*(1+math.Abs(want)+0.1*size)) {
						t.Errorf("%s, %s, %s[%d]: got %.10g, central difference %.10g", law, form, tape.Role(r), i, x, want)
					}
				}
			}
			checked++
		}
	}
	if checked < 70 {
		t.Errorf("only %d closed forms", checked)
	}
}

// In float32 closed forms are those of float64, at the same parameters, to 32 eps of the
// size of their terms.
func TestClosedFormsInFloat32(t *testing.T) {
	narrow := params(t, tape.Float32, lawSpecs...)
	wide := params(t, tape.Float64, lawSpecs...)
	for r := range tape.Role(tape.Roles) {
		for i := range wide.Vector(r).Len() {
			wide.Vector(r).Set(i, narrow.Vector(r).At(i))
		}
	}
	a, b := tape.New(narrow), tape.New(wide)
	for law := range laws(a) {
		x, y := forms(a, laws(a)[law]), forms(b, laws(b)[law])
		for form, f := range x {
			for i, got := range f.Float64s() {
				if want := y[form].Float64s()[i]; !(math.Abs(got-want) <= 32*0x1p-23*(3+math.Abs(want))) {
					t.Errorf("%s, %s, datum %d: %.9g in float32, %.9g in float64", law, form, i, got, want)
				}
			}
		}
	}
}
