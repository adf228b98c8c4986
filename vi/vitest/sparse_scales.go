package vitest

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// SparseScales is Sparse("normal") with free scales of p(z) and p(x|z), whose best are known:
// for estimators that need entropies. Its scales are given as a target, so that they have one
// set of units.
func SparseScales() Oracle { return sparseScales{Sparse("normal").(*sparse)} }

type sparseScales struct{ o *sparse }

func (sparseScales) Name() string         { return "sparse entropies" }
func (e sparseScales) Model() vi.Model    { return freeScales{e.o} }
func (e sparseScales) Data() *vi.Data     { return e.o.Data() }
func (e sparseScales) Axis(d Draw) Axis   { return e.o.Axis(d) }
func (sparseScales) Takes(c vi.Card) bool { return slices.Contains(c.Needs, vi.Scales) }

// Want knows the sum of entropies of the first row, and gives the best scales where their
// directions would be.
func (e sparseScales) Want(role tape.Role, _ string, t Target, _ int) ([]float64, bool) {
	if t.Sparse == nil || t.Sparse.Of != "entropies" {
		return nil, false
	}
	w := t.Sparse.Weights
	d := e.o.gradient(role, func(c *codeValues) complex128 {
		z := cmplx.Log(2 * math.E * c.away())
		x := sparseD / 2 * cmplx.Log(2*math.Pi*math.E*c.missed()/sparseD)
		return complex(w.Posterior, 0)*c.entropy() - complex(w.Prior, 0)*z - complex(w.Noise, 0)*x
	})
	if role == tape.Gen {
		o := e.o
		m, b := dot(o.a, sparseXs[:sparseD])+o.b, math.Exp(o.logb)
		z := o.explained(m)
		s2 := (math.Exp(2*o.logsigma)*(z.gen[3]+sparseD) + dot(o.A, o.A)*b*b) / sparseD
		away := b*math.Sqrt(2/math.Pi)*math.Exp(-0.5*m*m/b/b) + m*math.Erf(m/b/math.Sqrt2)
		d[2] += math.Log(away)
		d[3] += 0.5 * math.Log(s2)
	}
	return d, true
}

// freeScales is the model.
type freeScales struct{ *sparse }

func (m freeScales) Sheet() vi.Sheet {
	sh := m.sparse.Sheet()
	sh.Offers = append(sh.Offers, vi.Scales)
	return sh
}

func (m freeScales) Entropies(s *vi.Step, _ vi.Weights) vi.Entropies {
	q := s.Posterior().(dist.Code)
	a, _ := m.Linear(s)
	moment, missed := q.AbsMoment().SumD(1).Mean(), s.Residual(a, q).Mean()
	l, s2 := moment.Float(), missed.Float()/sparseD
	target := s.Blanks(tape.Gen)
	s.Of(target, "gen/logscale").Set(0, math.Log(l))
	s.Of(target, "gen/logsigma").Set(0, 0.5*math.Log(s2))
	return vi.Entropies{
		Q: q.Entropy(), Z: atValue(s, 1+math.Log(2*l), moment.Scale(1/l)), X: atValue(s, sparseD/2*(1+math.Log(2*math.Pi*s2)), missed.Scale(0.5/s2)),
		Target: target, Scales: bestScales, Noise: s2,
	}
}

var bestScales = []string{"gen/logscale", "gen/logsigma"}

// atValue is a scalar of a value with the gradient of another.
func atValue(s *vi.Step, x float64, of tape.Node) tape.Node {
	return of.Sub(of.Stop()).Add(s.Scalar(x))
}
