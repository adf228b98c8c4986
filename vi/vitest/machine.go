package vitest

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Machine is a Boltzmann machine of two visible bits and one hidden, s the sigmoid: for
// estimators of a density up to a constant.
//
//	-F(x) = b'x + log(1 + exp(c + w'x)),  p(h|x) = s(c + w'x),  p(x_i|h) = s(b_i + w_i h)
func Machine() Oracle {
	return &machine{w: []float64{1.1, -0.8}, b: []float64{0.3, -0.5}, c: 0.2}
}

type machine struct {
	w, b []float64
	c    float64
}

func (o *machine) Name() string         { return "machine" }
func (o *machine) Model() vi.Model      { return o }
func (o *machine) Data() *vi.Data       { return bits() }
func (o *machine) Takes(c vi.Card) bool { return slices.Contains(c.Needs, vi.Energy) }

// Axis knows a bit by its site: h has a chance for each x, x_i one for each h.
func (o *machine) Axis(d Draw) Axis {
	switch {
	case !d.Uniform:
		return normalAxis(d)
	case strings.HasSuffix(d.Site, "h"):
		var p []float64
		for x := range 4 {
			p = append(p, o.hidden(x))
		}
		return watched(bitAxis(usual, p...))
	}
	return watched(bitAxis(usual, o.visible(d.Entry, 0), o.visible(d.Entry, 1)))
}

// watched is an axis that acts on another in few states of the rest: down a chain what an
// early bit does is often forgotten.
func watched(a Axis) Axis {
	a.Looks = 400
	return a
}

func (o *machine) values() map[string]matrix {
	return map[string]matrix{"gen/b": {1, 2, o.b}, "gen/c": {1, 1, []float64{o.c}}, "gen/w": {1, 2, o.w}}
}

func (o *machine) Sheet() vi.Sheet {
	return vi.Sheet{Params: matrixSpecs(o.values()), Offers: []vi.Cap{vi.Energy, vi.Gibbs, vi.States}, Data: vi.Binary}
}

func (o *machine) Init(_ rng.Key, p *vi.Params) { startAt(p, o.values(), [2]float64{1, 1}) }

// Potential, Sweep and States are the kit's model at work.
func (o *machine) Potential(s *vi.Step, x tape.Node, k int) tape.Node {
	return s.Affine(x, s.Param("gen/w"), s.Param("gen/c"), tape.Softplus).SumD(k).Add(x.Mul(s.Param("gen/b")).SumD(k))
}

func (o *machine) Sweep(s *vi.Step, n int, chains []int, x tape.Node) tape.Node {
	rows, _ := x.Shape()
	y, u := s.Blank(rows, 2), s.Blank(1, 2).Value()
	for r := range rows {
		s.Plates("gibbs/h").Uniform(n<<32|chains[r], u.Slice(0, 1))
		h := 0
		if u.At(0) > 1-o.hidden(int(x.Value().At(2*r)+2*x.Value().At(2*r+1))) {
			h = 1
		}
		s.Plates("gibbs/x").Uniform(n<<32|chains[r], u)
		for i := range 2 {
			if u.At(i) > 1-o.visible(i, h) {
				y.Value().Set(2*r+i, 1)
			} else {
				y.Value().Set(2*r+i, 0)
			}
		}
	}
	return y
}

var machineStates = []float64{0, 0, 1, 0, 0, 1, 1, 1}

func (o *machine) States() []float64 { return machineStates }

// hidden is the chance of h given state x, whose first bit is the lowest; visible that of
// x_i given h.
func (o *machine) hidden(x int) float64 { return logistic(o.c + dot(o.w, machineStates[2*x:2*x+2])) }
func (o *machine) visible(i, h int) float64 {
	return logistic(o.b[i] + o.w[i]*float64(h))
}

// slope is d(-F)/d(b, c, w) at state x.
func (o *machine) slope(x int) []float64 {
	v, h := machineStates[2*x:2*x+2], o.hidden(x)
	return []float64{v[0], v[1], h, h * v[0], h * v[1]}
}

// Want sums over all chains, or over all states by their joint with h.
func (o *machine) Want(role tape.Role, name string, _ Target, _ int) ([]float64, bool) {
	if role != tape.Gen {
		return nil, false
	}
	first := int(bitData[0][0] + 2*bitData[0][1])
	at := make([]float64, 4) // chances of states
	kind, sweeps, _ := strings.Cut(name, "@")
	switch kind {
	case "cd":
		n, err := strconv.Atoi(sweeps)
		if err != nil {
			return nil, false
		}
		at[first] = 1
		for range n {
			next := make([]float64, 4)
			for x, p := range at {
				for h := range 2 {
					ph := o.hidden(x)
					if h == 0 {
						ph = 1 - ph
					}
					for y := range 4 {
						py := 1.0
						for i := range 2 {
							if c := o.visible(i, h); y>>i&1 == 1 {
								py *= c
							} else {
								py *= 1 - c
							}
						}
						next[y] += p * ph * py
					}
				}
			}
			at = next
		}
	case "likelihood":
		z := 0.0
		for x := range at {
			v := machineStates[2*x : 2*x+2]
			for h := range 2 {
				at[x] += math.Exp(dot(o.b, v) + float64(h)*(o.c+dot(o.w, v)))
			}
			z += at[x]
		}
		for x := range at {
			at[x] /= z
		}
	default:
		return nil, false
	}
	want := o.slope(first)
	for x, p := range at {
		want = axpy(want, -p, o.slope(x))
	}
	return want, true
}
