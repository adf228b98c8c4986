package vitest

import (
	"math"
	"strings"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// discrete is an oracle of independent discrete variables, bits or of three
// categories, by their logits. It is a small sigmoid belief network,
//
//	p(z) = prod Cat(c),  p(x|z) = prod_j Bernoulli(s(w_j z + d_j)),  q(z|x) = prod Cat(a x + b)
//
// or a cost, a function f(z) whose mean under q is raised, by b alone. The network is
// off its optimum, no logit is zero, and nothing is linear or quadratic in z: there
// some biased estimators are right.
type discrete struct {
	name    string
	classes int // 2 are bits, with one number a variable; else a number a category
	c, d, w []float64
	a, b    []float64
	cost    *cost
	unit    [2]float64
	tied    bool // c and b are one weight
	axes    []Axis
	known   map[asking][]float64 // sums over relaxed samples, at these parameters
}

// cost is f on the tape and by hand, with its slope, at any point of the hull.
type cost struct {
	on func(s *vi.Step, z dist.Value) tape.Node // [K,B]
	at func(z []float64) (f float64, df []float64)
}

// belief is a network with data of two bits, w[2,D] and a[D,2].
func belief(name string, classes int, c, d, w, a, b []float64) *discrete {
	return (&discrete{name: name, classes: classes, c: c, d: d, w: w, a: a, b: b, unit: [2]float64{1, 1}}).ruled()
}

// costly is a cost at logits b.
func costly(name string, classes int, b []float64, f cost) *discrete {
	return (&discrete{name: name, classes: classes, b: b, cost: &f, unit: [2]float64{1, 1}}).ruled()
}

// bitData are what discrete oracles explain.
var bitData = [][]float64{{1, 0}, {0, 1}, {1, 1}}

func (o *discrete) Data() *vi.Data { return bits() }

func bits() *vi.Data {
	d := &vi.Data{Name: "oracle", Digest: "oracle", N: len(bitData), D: len(bitData[0]), Domain: vi.Binary}
	for _, x := range bitData {
		d.X = append(d.X, x...)
	}
	return d
}

func (o *discrete) Name() string    { return o.name }
func (o *discrete) Model() vi.Model { return o }

func (o *discrete) In(role tape.Role, unit float64) Oracle {
	s := *o
	s.unit[role] = unit
	return &s
}

// Tie shares the prior's logits with q's.
func (o *discrete) Tie() (tied, apart Oracle, shared, gen, inf string) {
	if o.cost != nil {
		return nil, nil, "", "", ""
	}
	t, s := *o, *o
	s.b, t.b, t.tied = o.c, o.c, true
	return t.ruled(), s.ruled(), "shared/c", "gen/c", "inf/b"
}

// ruled has its rules, and knows no sum yet.
func (o *discrete) ruled() *discrete {
	o.axes, o.known = nil, map[asking][]float64{}
	if o.classes > 2 {
		o.axes = []Axis{categoryAxis(o.logits()), givenAxis()}
		return o
	}
	finest := usual
	if len(o.b) == 2 { // of four, such control variates are out of reach
		finest = fine
	}
	for _, l := range o.logits() {
		o.axes = append(o.axes, bitAxis(finest, logistic(l)))
	}
	return o
}

// Axis knows a bit by its number, a variable of categories by the first of its, and by the
// site the noise given a category (z/cond, z/rao).
func (o *discrete) Axis(d Draw) Axis {
	switch {
	case !d.Uniform:
		return normalAxis(d)
	case o.classes > 2 && (strings.HasSuffix(d.Site, "/cond") || strings.HasSuffix(d.Site, "/rao")):
		return o.axes[1]
	case o.classes > 2:
		return o.axes[0]
	}
	return o.axes[d.Entry%len(o.axes)]
}

type matrix struct {
	rows, cols int
	v          []float64
}

func (o *discrete) names() (c, b string) {
	if o.tied {
		return "shared/c", "shared/c"
	}
	return "gen/c", "inf/b"
}

func (o *discrete) values() map[string]matrix {
	c, b := o.names()
	n := len(o.b)
	m := map[string]matrix{b: {1, n, o.b}}
	if o.cost == nil {
		m[c], m["gen/d"], m["gen/w"], m["inf/a"] = matrix{1, n, o.c}, matrix{1, len(o.d), o.d}, matrix{len(o.d), n, o.w}, matrix{n, len(o.a) / n, o.a}
	}
	return m
}

func (o *discrete) Sheet() vi.Sheet {
	block := vi.Block{Name: "z", Kind: "binary", Dim: len(o.b), Offers: []vi.Cap{vi.Score, vi.Logits, vi.Bits, vi.Weak, vi.Relax, vi.Enumerate}}
	if o.classes > 2 {
		block.Kind, block.Classes, block.Offers = "categorical", o.classes, []vi.Cap{vi.Score, vi.Logits, vi.Relax, vi.Enumerate}
	}
	if o.cost == nil {
		block.Offers = append(block.Offers, vi.AnalyticKL)
	}
	sheet := vi.Sheet{Blocks: []vi.Block{block}, Data: vi.Binary, Cost: o.cost != nil}
	sheet.Params = matrixSpecs(o.values())
	return sheet
}

func (o *discrete) Init(_ rng.Key, p *vi.Params) { startAt(p, o.values(), o.unit) }

// matrixSpecs are matrices as parameters, and startAt sets them in their networks' units.
func matrixSpecs(values map[string]matrix) (out []vi.Spec) {
	for name, m := range values {
		out = append(out, vi.Spec{Name: name, Rows: m.rows, Cols: m.cols})
	}
	return out
}

func startAt(p *vi.Params, values map[string]matrix, unit [2]float64) {
	for name, m := range values {
		r, _, _, _ := p.Range(name)
		p.Set(name, axpy(nil, 1/unit[r], m.v))
	}
}

func (o *discrete) variables(s *vi.Step, logits tape.Node) dist.Dist {
	if o.classes > 2 {
		return s.Categorical(logits, o.classes)
	}
	return s.Bernoulli(logits)
}

func (o *discrete) Prior(s *vi.Step) dist.Dist {
	if o.cost != nil {
		return nil
	}
	c, _ := o.names()
	return o.variables(s, param(s, c, o.unit))
}

func (o *discrete) Posterior(s *vi.Step) dist.Dist {
	_, b := o.names()
	if o.cost != nil {
		return o.variables(s, param(s, b, o.unit))
	}
	return o.variables(s, s.Affine(s.X, param(s, "inf/a", o.unit), param(s, b, o.unit), tape.Linear))
}

func (o *discrete) LogLik(s *vi.Step, z dist.Value) tape.Node {
	if o.cost != nil {
		return o.cost.on(s, z)
	}
	return s.BernoulliLogProb(z.K, s.X, s.Affine(z.Node, param(s, "gen/w", o.unit), param(s, "gen/d", o.unit), tape.Linear))
}

// By hand, on the first row.

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func softplus(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func dot(x, y []float64) (sum float64) {
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

// logits are q's.
func (o *discrete) logits() []float64 {
	l, x := make([]float64, len(o.b)), bitData[0]
	for i := range l {
		l[i] = o.b[i]
		if o.cost == nil {
			l[i] += dot(o.a[i*len(x):(i+1)*len(x)], x)
		}
	}
	return l
}

// masses is log P of logits by the numbers of a sample: log P(z) is linear in z,
// z'slope + rest.
func (o *discrete) masses(logits []float64) (slope []float64, rest float64) {
	if o.classes > 2 {
		return logSoftmax(logits), 0
	}
	for _, l := range logits {
		rest -= softplus(l)
	}
	return logits, rest
}

// chances are the means of z.
func (o *discrete) chances(logits []float64) []float64 {
	if o.classes > 2 {
		return softmax(logits)
	}
	p := make([]float64, len(logits))
	for i, l := range logits {
		p[i] = logistic(l)
	}
	return p
}

func logSoftmax(l []float64) []float64 {
	out, all := make([]float64, len(l)), logMeanOf(l)+math.Log(float64(len(l)))
	for i := range l {
		out[i] = l[i] - all
	}
	return out
}

// seen is log p(x|z), or f(z), at any point of the hull, its slope in z and its
// derivative in gen's parameters d and w.
func (o *discrete) seen(z []float64) (l float64, dz, gen []float64) {
	if o.cost != nil {
		l, dz = o.cost.at(z)
		return l, dz, nil
	}
	dz = make([]float64, len(z))
	var dw []float64
	for j, x := range bitData[0] {
		w := o.w[j*len(z) : (j+1)*len(z)]
		a := dot(w, z) + o.d[j]
		l += x*a - softplus(a)
		r := x - logistic(a)
		gen = append(gen, r)
		for i := range z {
			dz[i] += r * w[i]
			dw = append(dw, r*z[i])
		}
	}
	return l, dz, append(gen, dw...)
}

// weigh is f = log p(x,z) - log q(z|x) by masses (of a cost f), at any point of the
// hull, its slope in z, and d log p/d gen.
func (o *discrete) weigh(z []float64) (f float64, dz, gen []float64) {
	f, dz, gen = o.seen(z)
	if o.cost != nil {
		return f, dz, gen
	}
	p, restP := o.masses(o.c)
	q, restQ := o.masses(o.logits())
	f += dot(z, p) + restP - dot(z, q) - restQ
	prior := o.chances(o.c)
	dc := make([]float64, len(z))
	for i := range z {
		dz[i] += p[i] - q[i]
		dc[i] = z[i] - prior[i]
	}
	return f, dz, append(dc, gen...)
}

// toInf are inf's parameters by the logits.
func (o *discrete) toInf(logits []float64) []float64 {
	if o.cost != nil {
		return logits
	}
	var a []float64
	for _, l := range logits {
		for _, x := range bitData[0] {
			a = append(a, l*x)
		}
	}
	return append(a, logits...)
}

// state is a value of all variables.
type state struct {
	sample
	of     []int // the variables' values
	z      []float64
	chance float64
}

// states are all of them.
func (o *discrete) states() (all []state) {
	logits := o.logits()
	q, rest := o.masses(logits)
	mean := o.chances(logits)
	n := len(logits)
	if o.classes > 2 {
		n /= o.classes
	}
	which := make([]int, n)
	for i := range which {
		which[i] = i
	}
	at := make([]int, n)
	for more := true; more; more = next(at, which, func(int) int { return o.classes }) {
		s := state{of: append([]int(nil), at...), z: make([]float64, len(logits))}
		for g, v := range at {
			if o.classes > 2 {
				s.z[g*o.classes+v] = 1
			} else {
				s.z[g] = float64(v)
			}
		}
		s.chance = math.Exp(dot(s.z, q) + rest)
		score := make([]float64, len(logits))
		for i := range score {
			score[i] = s.z[i] - mean[i]
		}
		s.lw, _, s.gen = o.weigh(s.z)
		s.score = o.toInf(score)
		all = append(all, s)
	}
	return all
}

// Want sums over all states; over the noise too where a target says that it is
// relaxed.
func (o *discrete) Want(role tape.Role, name string, t Target, k int) ([]float64, bool) {
	switch {
	case t.Relaxed != nil:
		return o.relaxed(role, *t.Relaxed, k)
	case t.Slope != nil && role == tape.Inf:
		return o.sloped(t.Slope)
	case t.Slope != nil:
		return enumerated(role, Of(mean), 1, o.states(), o.cost != nil)
	case name == "elbo":
		k = 1
	}
	return enumerated(role, t, k, o.states(), o.cost != nil)
}

// enumerated sums over all states of k samples. The gradient of the mean of a bound
// has the bound times the score of all samples, and what the log weights owe to q; to a
// cost's, nothing.
func enumerated(role tape.Role, t Target, k int, all []state, cost bool) (want []float64, ok bool) {
	if t.Of == nil || math.Pow(float64(len(all)), float64(k)) > mostNodes {
		return nil, false
	}
	if role == tape.Gen && cost {
		want = []float64{}
	}
	lw, chosen, which := make([]float64, k), make([]int, k), make([]int, k)
	for j := range which {
		which[j] = j
	}
	for more := true; more; more = next(chosen, which, func(int) int { return len(all) }) {
		weight := 1.0
		for j, i := range chosen {
			lw[j] = all[i].lw
			weight *= all[i].chance
		}
		gen, path, score := t.Of(lw)
		for j, i := range chosen {
			x := &all[i]
			switch {
			case role == tape.Gen:
				want = axpy(want, weight*gen[j], x.gen)
			case t.Bound != nil && !cost:
				want = axpy(want, weight*(t.at(lw)+score[j]), x.score)
			case t.Bound != nil: // f does not depend on q
				want = axpy(want, weight*t.at(lw), x.score)
			case largestOf(path) > 0:
				return nil, false // a direction along a path that z does not have
			default:
				want = axpy(want, weight*score[j], x.score)
			}
		}
	}
	return want, true
}

// sloped is E_z sum over variables of the slope of f by what a target makes of it.
func (o *discrete) sloped(of Slope) (want []float64, ok bool) {
	logits := o.logits()
	n := 1
	if o.classes > 2 {
		n = o.classes
	}
	table := map[[2]int][][]float64{} // by variable and value
	for _, s := range o.states() {
		_, dz, _ := o.weigh(s.z)
		d := make([]float64, len(logits))
		for g, v := range s.of {
			m, known := table[[2]int{g, v}]
			if !known {
				m = of(logits[g*n:(g+1)*n], v)
				table[[2]int{g, v}] = m
			}
			if len(m) != n {
				return nil, false // not for such variables
			}
			for i := range m {
				for j, x := range m[i] {
					d[g*n+j] += dz[g*n+i] * x
				}
			}
		}
		want = axpy(want, s.chance, o.toInf(d))
	}
	return want, true
}
