package vitest

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Duel is a point that generates itself, against a critic of the estimator's: for
// estimators without a density.
func Duel() Oracle { return duel{} }

type duel struct{}

var duelTheta = []float64{0.7, -0.4}

func (duel) Name() string         { return "duel" }
func (duel) Model() vi.Model      { return duel{} }
func (duel) Axis(d Draw) Axis     { return normalAxis(d) }
func (duel) Takes(c vi.Card) bool { return slices.Contains(c.Needs, vi.Generate) }

func (duel) Data() *vi.Data {
	return &vi.Data{Name: "duel", N: 3, D: 2, X: []float64{0.3, 1.2, -0.5, 0.1, 0.9, -1.1}, Domain: vi.Real}
}

func (duel) Sheet() vi.Sheet {
	return vi.Sheet{Params: []vi.Spec{{Name: "gen/theta", Rows: 1, Cols: 2}}, Offers: []vi.Cap{vi.Generate}, Data: vi.Real}
}

func (duel) Init(_ rng.Key, p *vi.Params) { p.Set("gen/theta", duelTheta) }

// Generate is the kit's model at work.
func (duel) Generate(s *vi.Step, k int) tape.Node { return s.Param("gen/theta").Spread(k * s.B()) }

// Want is psi times the slope of the generator's objective in the logit d = psi'theta, psi
// being where the kit moves a critic that starts at a half (work).
func (duel) Want(role tape.Role, name string, _ Target, _ int) ([]float64, bool) {
	psi := []float64{0.5 + 0.4*math.Sin(1), 0.5 + 0.4*math.Sin(2)}
	d := dot(psi, duelTheta)
	slope, ok := map[string]float64{"gan minimax": math.Exp(d) / (1 + math.Exp(d)), "gan non-saturating": 1 / (1 + math.Exp(d)), "gan wasserstein": 1}[name]
	if role != tape.Gen || !ok {
		return nil, false
	}
	return axpy(nil, slope, psi), true
}
