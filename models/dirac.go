package models

import (
	"fmt"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Dirac is the generator of the Dirac-GAN: all its mass at one point.
//
//	p(x) = delta(x - theta),  theta [1,D] at start in every coordinate
//
// Mescheder, Geiger and Nowozin 2018 (1801.04406).
type Dirac struct {
	Start float64 `name:"start" doc:"theta before the first step"`
}

func (Dirac) Name() string { return "dirac" }

// For is the generator of D-dimensional reals.
func (m Dirac) For(d *vi.Data) (vi.Model, error) {
	if d.Domain != vi.Real {
		return nil, fmt.Errorf("model dirac: generates real data, got %s data %q", d.Domain, d.Name)
	}
	return &dirac{m, d.D}, finite("dirac", "start", m.Start)
}

type dirac struct {
	Dirac
	d int
}

const diracTheta = "gen/theta"

func (m *dirac) Sheet() vi.Sheet {
	return vi.Sheet{Params: []vi.Spec{{Name: diracTheta, Rows: 1, Cols: m.d}}, Offers: []vi.Cap{vi.Generate}, Data: vi.Real}
}

func (m *dirac) Init(_ rng.Key, p *vi.Params) {
	x := make([]float64, m.d)
	for i := range x {
		x[i] = m.Start
	}
	p.Set(diracTheta, x)
}

// Generate is theta, as often as asked.
func (m *dirac) Generate(s *vi.Step, k int) tape.Node { return s.Param(diracTheta).Spread(k * s.B()) }
