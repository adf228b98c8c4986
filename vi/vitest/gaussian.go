package vitest

import (
	"math"
	"strings"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Gaussian is the oracle of one real latent: a linear Gaussian model, off its
// optimum in the mean and in the width of q.
//
//	p(z) = N(mu, 1),  p(x|z) = N(w z, 1),  q(z|x) = N(a x + b, exp(2 logsigma))
func Gaussian() Oracle {
	return &gaussian{mu: 0.4, w: 0.8, a: 0.5, b: -0.1, logsigma: -0.22, unit: [2]float64{1, 1}}
}

type gaussian struct {
	mu, w, a, b, logsigma float64
	unit                  [2]float64 // of gen's parameters and of inf's
	tied                  bool       // mu and b are one weight
}

// xs are the data of the Gaussian oracles.
var xs = []float64{1.3, -0.4, 0.7}

func realData() *vi.Data {
	return &vi.Data{Name: "oracle", Digest: "oracle", N: len(xs), D: 1, X: xs, Domain: vi.Real}
}

func (o *gaussian) Name() string     { return "gaussian" }
func (o *gaussian) Model() vi.Model  { return o }
func (o *gaussian) Data() *vi.Data   { return realData() }
func (o *gaussian) Axis(d Draw) Axis { return normalAxis(d) }

func (o *gaussian) In(role tape.Role, unit float64) Oracle {
	c := *o
	c.unit[role] = unit
	return &c
}

func (o *gaussian) Tie() (tied, apart Oracle, shared, gen, inf string) {
	t, a := *o, *o
	a.b = a.mu
	t.b, t.tied = t.mu, true
	return &t, &a, "shared/c", "gen/mu", "inf/b"
}

func (o *gaussian) names() (mu, b string) {
	if o.tied {
		return "shared/c", "shared/c"
	}
	return "gen/mu", "inf/b"
}

func (o *gaussian) values() map[string]float64 {
	mu, b := o.names()
	return map[string]float64{mu: o.mu, "gen/w": o.w, "inf/a": o.a, b: o.b, "inf/logsigma": o.logsigma}
}

func (o *gaussian) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: 1, Offers: []vi.Cap{vi.Score, vi.Path, vi.Weak, vi.AnalyticKL}}},
		Params: specs(o.values()), Offers: []vi.Cap{vi.Simulate}, Data: vi.Real,
	}
}

// specs are numbers as parameters.
func specs(values map[string]float64) (out []vi.Spec) {
	for name := range values {
		out = append(out, vi.Spec{Name: name, Rows: 1, Cols: 1})
	}
	return out
}

func (o *gaussian) Init(_ rng.Key, p *vi.Params) { start(p, o.values(), o.unit) }

// start sets parameters to values in their network's units.
func start(p *vi.Params, values map[string]float64, unit [2]float64) {
	for name, v := range values {
		r, _, _, _ := p.Range(name)
		p.Set(name, []float64{v / unit[r]})
	}
}

// param is a parameter in units of one.
func param(s *vi.Step, name string, unit [2]float64) tape.Node {
	u := unit[0]
	if strings.HasPrefix(name, "inf/") {
		u = unit[1]
	}
	return s.Param(name).Scale(u)
}

func (o *gaussian) Prior(s *vi.Step) dist.Dist {
	mu, _ := o.names()
	return s.Normal(param(s, mu, o.unit), s.Leaf(1, 1))
}

func (o *gaussian) Posterior(s *vi.Step) dist.Dist {
	_, b := o.names()
	mean := s.Affine(s.X, param(s, "inf/a", o.unit), param(s, b, o.unit), tape.Linear)
	return s.Normal(mean, param(s, "inf/logsigma", o.unit))
}

func (o *gaussian) mean(s *vi.Step, z tape.Node) tape.Node {
	return s.Affine(z, param(s, "gen/w", o.unit), s.Leaf(1, 1), tape.Linear)
}

func (o *gaussian) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, o.mean(s, z.Node), s.Leaf(1, 1))
}

func (o *gaussian) Simulate(s *vi.Step) (z dist.Value, x tape.Node) {
	z = s.Prior().Sample(s.Noise("dream/z"), 1).Stop()
	return z, s.Normal(o.mean(s, z.Node), s.Leaf(1, 1)).Sample(s.Noise("dream/x"), 1).Stop().Node
}

// Want knows the targets that are functions of the log weights, and sleep: the
// mean of the score of q at p's own (z, x), from their moments.
func (o *gaussian) Want(role tape.Role, target string, t Target, k int) ([]float64, bool) {
	if target == "sleep" && role == tape.Inf {
		return o.sleep(), true
	}
	return normalWant(role, t.Of, k, 1, o.at)
}

func (o *gaussian) at(eps []float64) sample {
	x, e, sigma := xs[0], eps[0], math.Exp(o.logsigma)
	z := o.a*x + o.b + sigma*e
	r := x - o.w*z
	slope := -(z - o.mu) + o.w*r + e/sigma // d log w/dz, q's weights frozen
	return sample{
		lw:    -0.5*(z-o.mu)*(z-o.mu) - 0.5*r*r + 0.5*e*e + o.logsigma - 0.5*math.Log(2*math.Pi),
		gen:   []float64{z - o.mu, r * z},
		path:  []float64{slope * x, slope, slope * sigma * e},
		score: []float64{e / sigma * x, e / sigma, e*e - 1},
	}
}

func (o *gaussian) sleep() []float64 {
	s := math.Exp(2 * o.logsigma)
	z, zz := o.mu, o.mu*o.mu+1
	x, zx, xx := o.w*z, o.w*zz, o.w*o.w*zz+1
	square := zz + o.a*o.a*xx + o.b*o.b - 2*o.a*zx - 2*o.b*z + 2*o.a*o.b*x
	return []float64{(zx - o.a*xx - o.b*x) / s, (z - o.a*x - o.b) / s, square/s - 1}
}
