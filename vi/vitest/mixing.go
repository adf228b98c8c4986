package vitest

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Mixing is two known normals, N(-1, 1) and N(1.5, 0.25), in unknown shares pi: for
// estimators that take a model's own step. Of one row EM's is the row's responsibilities,
// of several their mean.
func Mixing() Oracle { return mixing{} }

type mixing struct{}

var mixingXs = []float64{0.4, -1.3, 1.1}

func (mixing) Name() string         { return "mixing" }
func (mixing) Model() vi.Model      { return mixing{} }
func (mixing) Axis(Draw) Axis       { return Axis{Rules: []Rule{Hermite(2)}} }
func (mixing) Takes(c vi.Card) bool { return slices.Contains(c.Needs, vi.MStep) }

func (mixing) Data() *vi.Data {
	return &vi.Data{Name: "mixing", N: len(mixingXs), D: 1, X: mixingXs, Domain: vi.Real}
}

func (mixing) Sheet() vi.Sheet {
	return vi.Sheet{Params: []vi.Spec{{Name: "gen/pi", Rows: 1, Cols: 2}}, Offers: []vi.Cap{vi.MStep}, Data: vi.Real}
}

func (mixing) Init(_ rng.Key, p *vi.Params) { p.Set("gen/pi", []float64{0.7, 0.3}) }

// Maximise is the kit's model at work: shares of the rows' responsibilities.
func (mixing) Maximise(s *vi.Step, target tape.Vector) {
	pi, to := s.Params().Value("gen/pi"), s.Of(target, "gen/pi")
	sum := 0.0
	for b := range s.B() {
		x := s.X.Value().At(b)
		one := pi.At(0) * math.Exp(-0.5*(x+1)*(x+1))
		two := pi.At(1) * 2 * math.Exp(-0.5*(x-1.5)*(x-1.5)/0.25)
		sum += one / (one + two)
	}
	to.Set(0, sum/float64(s.B()))
	to.Set(1, 1-sum/float64(s.B()))
}

// Want is the maximum over pi of r log pi + (1-r) log(1-pi), where its slope is zero, by bisection, r the
// logistic function of the log odds: no line of it is Maximise's.
func (mixing) Want(role tape.Role, name string, _ Target, _ int) ([]float64, bool) {
	if role != tape.Gen || name != "em" {
		return nil, false
	}
	x := mixingXs[0]
	odds := math.Log(0.7/0.3) - math.Log(2) - (x*x+2*x+1)/2 + 2*(x*x-3*x+2.25)
	r := 1 / (1 + math.Exp(-odds))
	pi := bisect(1e-12, 1-1e-12, func(pi float64) float64 { return r/pi - (1-r)/(1-pi) })
	return []float64{pi, 1 - pi}, true
}
