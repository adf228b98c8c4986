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

// Well is one particle in a parabola, log p(w) = -w^2/2 - (x-w)^2/2, the second averaged over the batch:
// for estimators that move particles.
func Well() Oracle { return &well{} }

type well struct{ target string } // of the estimator on it: where its energies are level depends on its steps

const wellAt = 0.9

func (*well) Name() string      { return "well" }
func (o *well) Model() vi.Model { return o }
func (*well) Data() *vi.Data    { return realData() }

func (o *well) Takes(c vi.Card) bool {
	o.target = c.Target
	return slices.Contains(c.Needs, vi.Particles)
}

func (*well) Sheet() vi.Sheet {
	return vi.Sheet{Params: []vi.Spec{{Name: "inf/w", Rows: 1, Cols: 1}}, Offers: []vi.Cap{vi.Particles}, Data: vi.Real}
}

func (*well) Init(_ rng.Key, p *vi.Params) { p.Set("inf/w", []float64{wellAt}) }

// Particles and LogDensity are the kit's model at work.
func (*well) Particles() string { return "inf/w" }

func (*well) LogDensity(s *vi.Step, w tape.Node) tape.Node {
	minus := s.Blank(1, s.B())
	for b := range s.B() {
		minus.Value().Set(b, -s.X.Value().At(b))
	}
	one := s.Blank(s.B(), 1)
	for b := range s.B() {
		one.Value().Set(b, 1)
	}
	off := s.Affine(w, one, minus, tape.Linear) // w - x_b
	return w.Mul(w).SumD(1).Scale(-0.5).Sub(off.Mul(off).SumD(1).Scale(0.5 / float64(s.B())))
}

// numbers are the settings in a target's name.
func (o *well) numbers() (kind string, n []float64) {
	kind, rest, _ := strings.Cut(o.target, "@")
	for f := range strings.SplitSeq(rest, "*") {
		x, _ := strconv.ParseFloat(f, 64)
		n = append(n, x)
	}
	return kind, n
}

// orbit is where a momentum r leads, and the chance that it is gone along with: of the distance y = w - x/2, U =
// -y^2, leapfrog steps are a rotation of an ellipse on which c y^2 + r^2/2, c = 1 - e^2/2, is level, so that the
// energy rises by (1-c) of the rise of y^2.
func (o *well) orbit(r float64) (w, accepted float64) {
	_, n := o.numbers()
	e, leaps := n[0], n[1]
	c := 1 - e*e/2
	turn, wide := math.Acos(1-e*e), math.Sqrt(2*c)
	y := wellAt - xs[0]/2
	to := y*math.Cos(leaps*turn) + r/wide*math.Sin(leaps*turn)
	return xs[0]/2 + to, math.Min(1, math.Exp(-(1-c)*(to*to-y*y)))
}

// momenta is a rule that breaks where the energy is level, y' = +-y.
func (o *well) momenta() Rule {
	_, n := o.numbers()
	e, leaps := n[0], n[1]
	turn, wide := math.Acos(1-e*e), math.Sqrt(2*(1-e*e/2))
	y := wellAt - xs[0]/2
	ends := []float64{-9, 9}
	for _, to := range []float64{y, -y} {
		ends = append(ends, (to-y*math.Cos(leaps*turn))*wide/math.Sin(leaps*turn))
	}
	slices.Sort(ends)
	var rule Rule
	for i, lo := range ends[:len(ends)-1] {
		p := Legendre(24, lo, ends[i+1])
		for j, x := range p.Nodes {
			p.Weights[j] *= math.Exp(-x[0]*x[0]/2) / math.Sqrt(2*math.Pi)
		}
		rule = append(rule, p)
	}
	return rule
}

// Axis: a Langevin step is linear in its noise; a proposal is gone along with below a chance that its momentum
// decides, so that the uniform has a break for every node of the momenta's rule.
func (o *well) Axis(d Draw) Axis {
	kind, _ := o.numbers()
	if kind != "hmc" {
		return Axis{Rules: []Rule{Hermite(2)}}
	}
	if !d.Uniform {
		return Axis{Rules: []Rule{o.momenta()}}
	}
	breaks := []float64{0, 1}
	for _, p := range o.momenta() {
		for _, r := range p.Nodes {
			if _, a := o.orbit(r[0]); a < 1 {
				breaks = append(breaks, a)
			}
		}
	}
	slices.Sort(breaks)
	var rule Rule
	for i, lo := range breaks[:len(breaks)-1] {
		if breaks[i+1]-lo > 1e-14 {
			rule = append(rule, Legendre(1, lo, breaks[i+1]))
		}
	}
	return watched(Axis{Rules: []Rule{rule}})
}

// Want is the particle a Langevin step on, or the mean of a proposal by its orbits.
func (o *well) Want(role tape.Role, name string, _ Target, _ int) ([]float64, bool) {
	if role != tape.Inf || name != o.target {
		return nil, false
	}
	kind, n := o.numbers()
	switch kind {
	case "sgld":
		return []float64{wellAt + n[0]*(xs[0]/2-wellAt)}, true
	case "hmc":
		mean := 0.0
		for _, p := range o.momenta() {
			for i, r := range p.Nodes {
				w, a := o.orbit(r[0])
				mean += p.Weights[i] * (wellAt + a*(w-wellAt))
			}
		}
		return []float64{mean}, true
	}
	return nil, false
}
