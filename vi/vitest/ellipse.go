package vitest

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Ellipse is points of the plane and the line through the origin that is closest to them,
// by its unit vector: for estimators that take eigenvectors. Of one row it is the row's own.
func Ellipse() Oracle { return ellipse{} }

type ellipse struct{}

var ellipseXs = []float64{1.2, -0.5, 0.3, 0.9, -2, 1.1}

func (ellipse) Name() string         { return "ellipse" }
func (ellipse) Model() vi.Model      { return ellipse{} }
func (ellipse) Axis(Draw) Axis       { return Axis{Rules: []Rule{Hermite(2)}} }
func (ellipse) Takes(c vi.Card) bool { return slices.Contains(c.Needs, vi.Subspace) }

func (ellipse) Data() *vi.Data {
	return &vi.Data{Name: "ellipse", N: len(ellipseXs) / 2, D: 2, X: ellipseXs, Domain: vi.Real}
}

func (ellipse) Sheet() vi.Sheet {
	return vi.Sheet{
		Params: []vi.Spec{{Name: "gen/w", Rows: 1, Cols: 2}, {Name: "inf/a", Rows: 1, Cols: 2}},
		Offers: []vi.Cap{vi.Subspace}, Data: vi.Real,
	}
}

func (ellipse) Init(_ rng.Key, p *vi.Params) {
	p.Set("gen/w", []float64{0.6, 0.8})
	p.Set("inf/a", []float64{1, 0})
}

// Span is the kit's model at work: of second moments the leading angle, tan 2t = 2 E xy /
// (E x^2 - E y^2), by w in the right half-plane; inf/ has twice it, to tell the roles apart.
func (ellipse) Span(s *vi.Step, gen, inf tape.Vector) {
	var xx, xy, yy float64
	for b := range s.B() {
		x, y := s.X.Value().At(2*b), s.X.Value().At(2*b+1)
		xx, xy, yy = xx+x*x, xy+x*y, yy+y*y
	}
	t := math.Atan2(2*xy, xx-yy) / 2
	for i, v := range []float64{math.Cos(t), math.Sin(t)} {
		s.Of(gen, "gen/w").Set(i, v)
		s.Of(inf, "inf/a").Set(i, 2*v)
	}
}

// Want is the unit vector of least distance, |x|^2 - (w'x)^2, where its slope in the angle is
// zero, by bisection between the two right angles to the row: no line of it is Span's.
func (ellipse) Want(role tape.Role, name string, _ Target, _ int) ([]float64, bool) {
	if name != "pca" || role == tape.Own {
		return nil, false
	}
	x, y := ellipseXs[0], ellipseXs[1]
	slope := func(t float64) float64 { // of (w'x)^2/2
		return (x*math.Cos(t) + y*math.Sin(t)) * (y*math.Cos(t) - x*math.Sin(t))
	}
	lo, hi := -math.Pi/2+math.Atan(y/x)+1e-3, math.Pi/2+math.Atan(y/x)-1e-3
	for range 200 {
		if mid := (lo + hi) / 2; slope(mid) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	scale := 1.0
	if role == tape.Inf {
		scale = 2
	}
	return []float64{scale * math.Cos(lo), scale * math.Sin(lo)}, true
}
