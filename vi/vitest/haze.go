package vitest

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Haze is two levels of noise over one number and a guess linear in it, w_t x_t: for estimators
// of a diffusion's bound.
func Haze() Oracle { return haze{} }

type haze struct{}

var (
	hazeAB, hazeW = []float64{0.8, 0.3}, []float64{0.6, 0.9}
	hazeLast      = 0.4
)

func (haze) Name() string         { return "haze" }
func (haze) Model() vi.Model      { return haze{} }
func (haze) Data() *vi.Data       { return realData() }
func (haze) Takes(c vi.Card) bool { return slices.Contains(c.Needs, vi.Denoise) }

// Axis: a direction is quadratic in the noise and depends on u by which half it is in.
func (haze) Axis(d Draw) Axis {
	if d.Uniform {
		return Axis{Rules: []Rule{{Legendre(1, 0, 0.5), Legendre(1, 0.5, 1)}}}
	}
	return Axis{Rules: []Rule{Hermite(3)}}
}

func (haze) Sheet() vi.Sheet {
	return vi.Sheet{Params: []vi.Spec{{Name: "gen/w", Rows: 1, Cols: 2}}, Offers: []vi.Cap{vi.Denoise}, Data: vi.Real}
}

func (haze) Init(_ rng.Key, p *vi.Params) { p.Set("gen/w", hazeW) }

// AlphaBar, Last and Denoise are the kit's model at work.
func (haze) AlphaBar() []float64 { return hazeAB }
func (haze) Last() float64       { return hazeLast }

func (haze) Denoise(s *vi.Step, t, xt tape.Node) tape.Node {
	rows, _ := xt.Shape()
	at := s.Leaf(rows, 2)
	for r := range rows {
		at.Value().Set(2*r+int(t.Value().At(r))-1, 1)
	}
	return xt.Mul(s.Affine(at, s.Param("gen/w"), tape.Node{}, tape.Linear))
}

// Want is the slope in w_t of E log p(x|x_1) - E KL(q(x_1|x_2,x) || p(x_1|x_2)): of two Gaussians of
// one variance, by central differences of the means' distance, which is quadratic in w.
func (haze) Want(role tape.Role, name string, _ Target, _ int) ([]float64, bool) {
	if role != tape.Gen || name != "diffusion" {
		return nil, false
	}
	x, a := xs[0], hazeAB[1]/hazeAB[0]
	v := (1 - a) * (1 - hazeAB[0]) / (1 - hazeAB[1])
	mean := func(x2, x float64) float64 {
		return (math.Sqrt(a)*(1-hazeAB[0])*x2 + math.Sqrt(hazeAB[0])*(1-a)*x) / (1 - hazeAB[1])
	}
	bound := func(t int, w float64) float64 { // e = +-1 is a normal's rule for squares
		sum := 0.0
		for _, e := range []float64{-1, 1} {
			xt := math.Sqrt(hazeAB[t])*x + math.Sqrt(1-hazeAB[t])*e
			if t == 0 {
				sum -= (x - w*xt) * (x - w*xt) / (2 * hazeLast)
				continue
			}
			off := mean(xt, x) - mean(xt, w*xt)
			sum -= off * off / (2 * v)
		}
		return sum / 2
	}
	out := make([]float64, 2)
	for t, w := range hazeW {
		out[t] = (bound(t, w+0.5) - bound(t, w-0.5)) // exact of a parabola
	}
	return out, true
}
