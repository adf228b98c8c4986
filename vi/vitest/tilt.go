package vitest

import (
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Tilt is two bits whose logits are linear in one uniform cause: for estimators that integrate by
// points of a cube. It has two points of its own too.
//
//	p(x|u) = prod_d Bernoulli(x_d; sigmoid(w_d u + b_d)),  u uniform of (0,1)
func Tilt() Oracle { return tilt{} }

type tilt struct{}

var tiltW, tiltB, tiltZ = []float64{1.6, -2.2}, []float64{-0.5, 0.9}, []float64{0.2, 0.7}

func (tilt) Name() string         { return "tilt" }
func (tilt) Model() vi.Model      { return tilt{} }
func (tilt) Data() *vi.Data       { return bits() }
func (tilt) Takes(c vi.Card) bool { return slices.Contains(c.Needs, vi.Components) }

// Axis has a break at every half cell of four points, which a digital shift permutes.
func (tilt) Axis(d Draw) Axis {
	var r Rule
	const cells = 4
	for c := range cells {
		r = append(r, Legendre(10, float64(c)/cells, float64(c+1)/cells))
	}
	return Axis{Rules: []Rule{r}}
}

func (tilt) Sheet() vi.Sheet {
	return vi.Sheet{
		Params: []vi.Spec{{Name: "gen/b", Rows: 1, Cols: 2}, {Name: "gen/w", Rows: 2, Cols: 1}, {Name: "gen/z", Rows: 2, Cols: 1}},
		Offers: []vi.Cap{vi.Components, vi.Points}, Data: vi.Binary,
	}
}

func (tilt) Init(_ rng.Key, p *vi.Params) {
	p.Set("gen/b", tiltB)
	p.Set("gen/w", tiltW)
	p.Set("gen/z", tiltZ)
}

func (tilt) Cube() int { return 1 }

// Components is the kit's model at work.
func (t tilt) Components(s *vi.Step, u tape.Node) tape.Node { return t.under(s, u, s.Param) }

// Points are under the tilt as it is.
func (t tilt) Points(s *vi.Step) tape.Node {
	return t.under(s, s.Param("gen/z"), func(name string) tape.Node { return s.Param(name).Stop() })
}

// Unmoved is asked of no oracle.
func (tilt) Unmoved(*vi.Params, []float64) []float64 { panic("tilt: no point has moved") }

func (tilt) under(s *vi.Step, u tape.Node, param func(string) tape.Node) tape.Node {
	a := s.Affine(u, param("gen/w"), param("gen/b"), tape.Linear)
	less := s.Blank(1, 2)
	less.Value().From([]float64{-1, -1})
	return s.Affine(s.X, a, s.Affine(less, a.Apply(tape.Softplus), tape.Node{}, tape.Linear), tape.Linear)
}

// slope is p(x|u) of the first row, and the gradient of its log in b, w and u.
func (tilt) slope(u float64) (p float64, g []float64, du float64) {
	p = 1
	g = make([]float64, 4)
	for d := range 2 {
		c := logistic(tiltW[d]*u + tiltB[d])
		x := bitData[0][d]
		if x == 1 {
			p *= c
		} else {
			p *= 1 - c
		}
		g[d], g[2+d] = x-c, (x-c)*u
		du += (x - c) * tiltW[d]
	}
	return p, g, du
}

// Want averages the gradient of log 1/k sum_i p(x|u_i) over where the points can be: independent
// ones anywhere, and of a net, the k-th in quarter order[k] of the interval, wherever the first
// is, the others in the quarters that a digital shift takes theirs to.
func (o tilt) Want(role tape.Role, name string, _ Target, _ int) ([]float64, bool) {
	name, own := strings.CutSuffix(name, "+own")
	kind, size, _ := strings.Cut(name, "@")
	k, err := strconv.Atoi(size)
	order := []int{0, 2, 3, 1}
	if role != tape.Gen || err != nil || k > len(order) || k > 2 && kind == "mixture-mc" {
		return nil, false
	}
	const nodes = 40
	x, wt := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(x, wt, 0, 1)
	at := func(weight float64, us ...float64) (out []float64) {
		sum := 0.0
		for _, u := range us {
			p, g, _ := o.slope(u)
			sum += p
			out = axpy(out, p, g)
		}
		for i := range out {
			out[i] *= weight / sum
		}
		return out
	}
	var want []float64
	for i, u := range x {
		switch {
		case kind == "mixture-sobol":
			for c := range order {
				var us []float64
				for _, q := range order[:k] {
					us = append(us, (float64(c^q)+u)/4)
				}
				want = axpy(want, 1, at(wt[i]/4, us...))
			}
		case k == 1:
			want = axpy(want, wt[i], at(1, u))
		default:
			for j, v := range x {
				want = axpy(want, wt[i]*wt[j], at(1, u, v))
			}
		}
	}
	moved := make([]float64, len(tiltZ)) // of log mean p(x|z) in z
	if own {
		sum := 0.0
		for i, z := range tiltZ {
			p, _, dz := o.slope(z)
			sum, moved[i] = sum+p, p*dz
		}
		for i := range moved {
			moved[i] /= sum
		}
	}
	return append(want, moved...), true
}
