package vitest

import (
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Bowl is a quadratic log p of two correlated latents with a mean-field q, for estimators that set a
// Gaussian: on it a natural step and Newton's have no noise.
//
//	p(z) = N(z; (0.3, -0.7), I),  p(x|z) = N(1.1 z_1 - 0.6 z_2, 1),  q = N(mu, diag exp(2 logsd))
func Bowl() Oracle { return bowl{} }

type bowl struct{}

var (
	bowlCentre, bowlW = [2]float64{0.3, -0.7}, [2]float64{1.1, -0.6}
	bowlMu, bowlLogSD = [2]float64{0.9, 0.4}, [2]float64{-0.3, 0.2}
)

func (bowl) Name() string         { return "bowl" }
func (bowl) Model() vi.Model      { return bowl{} }
func (bowl) Data() *vi.Data       { return realData() }
func (bowl) Axis(d Draw) Axis     { return normalAxis(d) }
func (bowl) Takes(c vi.Card) bool { return slices.Contains(c.Needs, vi.Gaussian) }

func (bowl) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: 2, Offers: []vi.Cap{vi.Score, vi.Path}}},
		Params: []vi.Spec{{Name: "inf/mu", Rows: 1, Cols: 2}, {Name: "inf/logsd", Rows: 1, Cols: 2}},
		Offers: []vi.Cap{vi.Gaussian}, Data: vi.Real,
	}
}

func (bowl) Init(_ rng.Key, p *vi.Params) {
	p.Set("inf/mu", bowlMu[:])
	p.Set("inf/logsd", bowlLogSD[:])
}

func (bowl) row(s *vi.Step, x [2]float64) tape.Node {
	n := s.Blank(1, 2)
	n.Value().From(x[:])
	return n
}

func (o bowl) Prior(s *vi.Step) dist.Dist { return s.Normal(o.row(s, bowlCentre), s.Leaf(1, 2)) }

func (bowl) Posterior(s *vi.Step) dist.Dist {
	return s.Normal(s.Param("inf/mu"), s.Param("inf/logsd"))
}

func (o bowl) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, s.Affine(z.Node, o.row(s, bowlW), tape.Node{}, tape.Linear), s.Leaf(1, 1))
}

// Gaussian, Within and SetGaussian are the kit's model at work.
func (bowl) Gaussian(p *vi.Params) (mean, precision []float64) {
	l := p.Value("inf/logsd")
	return p.Value("inf/mu").AppendTo(nil), []float64{math.Exp(-2 * l.At(0)), 0, 0, math.Exp(-2 * l.At(1))}
}

func (bowl) Within(precision []float64) { precision[1], precision[2] = 0, 0 }

func (bowl) SetGaussian(s *vi.Step, target tape.Vector, mean, precision []float64) {
	s.Of(target, "inf/mu").From(mean)
	s.Of(target, "inf/logsd").From([]float64{-0.5 * math.Log(precision[0]), -0.5 * math.Log(precision[3])})
}

// Want, log sds before means, is by the posterior, of precision I + w w' and of a mean by Cramer's rule: there is Newton's step,
// and a natural one of size rho goes by what is left of the slope there.
func (bowl) Want(role tape.Role, name string, t Target, _ int) ([]float64, bool) {
	if role != tape.Inf || name != "laplace" && !strings.HasPrefix(name, "natural@") {
		return nil, false
	}
	a, b, c := 1+bowlW[0]*bowlW[0], bowlW[0]*bowlW[1], 1+bowlW[1]*bowlW[1]
	u, v := bowlCentre[0]+xs[0]*bowlW[0], bowlCentre[1]+xs[0]*bowlW[1]
	det := a*c - b*b
	top := [2]float64{(c*u - b*v) / det, (a*v - b*u) / det}
	if name == "laplace" {
		return []float64{-0.5 * math.Log(a), -0.5 * math.Log(c), top[0], top[1]}, true
	}
	p0 := (1-t.Rho)/math.Exp(2*bowlLogSD[0]) + t.Rho*a
	p1 := (1-t.Rho)/math.Exp(2*bowlLogSD[1]) + t.Rho*c
	d0, d1 := top[0]-bowlMu[0], top[1]-bowlMu[1]
	return []float64{
		-0.5 * math.Log(p0), -0.5 * math.Log(p1),
		bowlMu[0] + t.Rho*(a*d0+b*d1)/p0, bowlMu[1] + t.Rho*(b*d0+c*d1)/p1,
	}, true
}
