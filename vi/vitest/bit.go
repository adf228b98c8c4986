package vitest

import (
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Bit is the oracle of one binary latent, for estimators that need no path. Its
// noise is a uniform with one break point, at which z changes; its states are
// enumerated.
//
//	p(z=1) = s(c),  p(x|z) = N(w z, 1),  q(z=1|x) = s(a x + b),  s the logistic function
func Bit() Oracle { return &bit{c: -0.3, w: 1.4, a: 0.5, b: -0.2, unit: [2]float64{1, 1}} }

type bit struct {
	c, w, a, b float64
	unit       [2]float64
}

func (o *bit) Name() string    { return "bit" }
func (o *bit) Model() vi.Model { return o }
func (o *bit) Data() *vi.Data  { return realData() }

// Axis: z = 1[u > 1-q], and nothing else depends on u.
func (o *bit) Axis(d Draw) Axis {
	if !d.Uniform {
		return normalAxis(d)
	}
	return Pieces(1, 1-o.q(1))
}

func (o *bit) In(role tape.Role, unit float64) Oracle {
	c := *o
	c.unit[role] = unit
	return &c
}

func (o *bit) values() map[string]float64 {
	return map[string]float64{"gen/c": o.c, "gen/w": o.w, "inf/a": o.a, "inf/b": o.b}
}

func (o *bit) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "binary", Dim: 1, Offers: []vi.Cap{vi.Score}}},
		Params: specs(o.values()), Data: vi.Real,
	}
}

func (o *bit) Init(_ rng.Key, p *vi.Params) { start(p, o.values(), o.unit) }

func (o *bit) Prior(s *vi.Step) dist.Dist {
	return dist.Bernoulli{T: s.Tape, B: s.B(), Logits: param(s, "gen/c", o.unit)}
}

func (o *bit) Posterior(s *vi.Step) dist.Dist {
	logits := s.Affine(s.X, param(s, "inf/a", o.unit), param(s, "inf/b", o.unit), tape.Linear)
	return dist.Bernoulli{T: s.Tape, B: s.B(), Logits: logits}
}

func (o *bit) LogLik(s *vi.Step, z dist.Value) tape.Node {
	mean := s.Affine(z.Node, param(s, "gen/w", o.unit), s.Leaf(1, 1), tape.Linear)
	return s.NormalLogProb(z.K, s.X, mean, s.Leaf(1, 1))
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// q is that of z on the first row.
func (o *bit) q(z int) float64 {
	p := logistic(o.a*xs[0] + o.b)
	if z == 1 {
		return p
	}
	return 1 - p
}

// state is z with its derivatives by hand; it has no path.
func (o *bit) state(z int) sample {
	x, v := xs[0], float64(z)
	r := x - o.w*v
	p, h := logistic(o.c), v-o.q(1)
	prior := math.Log(1 - p)
	if z == 1 {
		prior = math.Log(p)
	}
	return sample{
		lw:    prior - 0.5*r*r - 0.5*math.Log(2*math.Pi) - math.Log(o.q(z)),
		gen:   []float64{v - p, r * v},
		score: []float64{h * x, h},
	}
}

// Want sums over all states of k bits. The gradient of the mean of a bound has the
// bound times the score of all samples, and what the log weights owe to q.
func (o *bit) Want(role tape.Role, _ string, t Target, k int) (want []float64, ok bool) {
	if t.Of == nil {
		return nil, false
	}
	for states := range 1 << k {
		weight, lw, all := 1.0, make([]float64, k), make([]sample, k)
		for j := range all {
			z := states >> j & 1
			all[j] = o.state(z)
			weight, lw[j] = weight*o.q(z), all[j].lw
		}
		gen, path, score := t.Of(lw)
		for j, x := range all {
			switch {
			case role == tape.Gen:
				want = axpy(want, weight*gen[j], x.gen)
			case t.Bound != nil:
				want = axpy(want, weight*(t.at(lw)+score[j]), x.score)
			case largestOf(path) > 0:
				return nil, false // a direction along a path that z does not have
			default:
				want = axpy(want, weight*score[j], x.score)
			}
		}
	}
	return want, true
}
