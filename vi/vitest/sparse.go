package vitest

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Picky is an oracle that is not there for every estimator that would fit: Takes says for
// which it is, by their cards.
type Picky interface {
	Takes(c vi.Card) bool
}

// Sparse is the oracle of one sparse code under a linear decoder, with a family for q:
//
//	p(x|z) = N(A z, sigma^2 I),  q(z|x) of shift m = a'x + b and scale e^logb
//	normal, laplace                  noise about m; p(z) = Laplace(0, l)
//	threshold-laplace                m and the noise less lambda, or zero; p(z) = Laplace(0, l)
//	threshold-normal                 the same of a normal; p(z) = N(0, l^2)
//	spike-slab                       a gate times N(m, e^2logb); p(z) of a gate 0.3 and N(0, l^2)
//
// It is for estimators that need base-kl, linear or moments: the others are proven on reals
// where they are by themselves.
func Sparse(family string) Oracle {
	return &sparse{
		family: family, A: []float64{0.8, -0.5}, logscale: -0.2, logsigma: -0.3,
		a: []float64{0.5, -0.3}, b: 0.1, logb: -0.4, lambda: 0.35, gate: -0.5, unit: [2]float64{1, 1},
	}
}

type sparse struct {
	family             string
	A                  []float64 // D
	logscale, logsigma float64
	a                  []float64
	b, logb            float64
	lambda, gate       float64 // a threshold, the log of a gate's activity
	unit               [2]float64
	tied               bool // logscale and logb are one weight
}

const (
	sparseD   = 2
	slabShare = 0.3 // of p(z)
	slabTau   = 1.0
)

var sparseXs = []float64{1.3, -0.4, 0.7, 0.2, -0.5, 0.9}

func (o *sparse) Name() string    { return "sparse " + o.family }
func (o *sparse) Model() vi.Model { return o }

func (o *sparse) Data() *vi.Data {
	return &vi.Data{Name: "oracle", Digest: "oracle", N: len(sparseXs) / sparseD, D: sparseD, X: sparseXs, Domain: vi.Real}
}

func (o *sparse) Takes(c vi.Card) bool {
	return slices.ContainsFunc(c.Needs, func(n vi.Cap) bool { return n == vi.BaseKL || n == vi.Linear || n == vi.Moments })
}

func (o *sparse) In(role tape.Role, unit float64) Oracle {
	c := *o
	c.unit[role] = unit
	return &c
}

// Tie shares the scale of p(z) with q's.
func (o *sparse) Tie() (tied, apart Oracle, shared, gen, inf string) {
	t, a := *o, *o
	a.logb, t.logb, t.tied = o.logscale, o.logscale, true
	return &t, &a, "shared/c", "gen/logscale", "inf/logb"
}

func (o *sparse) scales() (p, q string) {
	if o.tied {
		return "shared/c", "shared/c"
	}
	return "gen/logscale", "inf/logb"
}

func (o *sparse) cuts() bool {
	return o.family == "threshold-laplace" || o.family == "threshold-normal"
}

func (o *sparse) values() map[string]matrix {
	p, q := o.scales()
	v := map[string]matrix{
		"gen/A": {sparseD, 1, o.A}, "gen/logsigma": {1, 1, []float64{o.logsigma}},
		"inf/a": {1, sparseD, o.a}, "inf/b": {1, 1, []float64{o.b}},
		p: {1, 1, []float64{o.logscale}}, q: {1, 1, []float64{o.logb}},
	}
	if o.cuts() {
		v["inf/lambda"] = matrix{1, 1, []float64{o.lambda}}
	}
	if o.family == "spike-slab" {
		v["inf/gate"] = matrix{1, 1, []float64{o.gate}}
	}
	return v
}

func (o *sparse) Sheet() vi.Sheet {
	offers := []vi.Cap{vi.Pull, vi.BaseKL, vi.Moments}
	if o.family == "normal" || o.family == "laplace" { // of the others samples are cut
		offers = append(offers, vi.Path)
	}
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: 1, Offers: offers}},
		Params: matrixSpecs(o.values()), Offers: []vi.Cap{vi.Atoms, vi.Linear}, Data: vi.Real,
	}
}

func (o *sparse) Init(_ rng.Key, p *vi.Params) { startAt(p, o.values(), o.unit) }

func (o *sparse) Prior(s *vi.Step) dist.Dist {
	name, _ := o.scales()
	l := param(s, name, o.unit)
	switch o.family {
	case "threshold-normal":
		return s.Normal(s.Leaf(1, 1), l)
	case "spike-slab":
		on := s.Leaf(1, 1)
		on.Value().Set(0, math.Log(slabShare))
		return s.SpikeSlab(dist.SpikeSlab{Gate: on, Mu: s.Leaf(1, 1), LogVar: l.Scale(2), Tau: 1, Corrected: true})
	}
	return s.Laplace(s.Leaf(1, 1), l)
}

func (o *sparse) Posterior(s *vi.Step) dist.Dist {
	_, name := o.scales()
	mu, l := s.Affine(s.X, param(s, "inf/a", o.unit), param(s, "inf/b", o.unit), tape.Linear), param(s, name, o.unit)
	switch o.family {
	case "normal":
		return s.Normal(mu, l)
	case "laplace":
		return s.Laplace(mu, l)
	case "spike-slab":
		return s.SpikeSlab(dist.SpikeSlab{Gate: param(s, "inf/gate", o.unit).Spread(s.B()), Mu: mu, LogVar: l.Spread(s.B()).Scale(2), Tau: slabTau, Corrected: true})
	}
	return s.Thresholded(dist.Thresholded{Mu: mu, LogScale: l, Lambda: param(s, "inf/lambda", o.unit), Gaussian: o.family == "threshold-normal"})
}

func (o *sparse) LogLik(s *vi.Step, z dist.Value) tape.Node {
	a, logsigma := o.Linear(s)
	ones := s.Leaf(sparseD, 1)
	for i := range sparseD {
		ones.Value().Set(i, 1)
	}
	return s.NormalLogProb(z.K, s.X, s.Affine(z.Node, a, tape.Node{}, tape.Linear), s.Affine(logsigma, ones, tape.Node{}, tape.Linear))
}

func (o *sparse) Atoms(p *vi.Params) []float64 {
	return axpy(nil, o.unit[tape.Gen], p.Value("gen/A").AppendTo(nil))
}

func (o *sparse) Linear(s *vi.Step) (a, logsigma tape.Node) {
	return param(s, "gen/A", o.unit), param(s, "gen/logsigma", o.unit)
}

// Want knows the objectives of sparse codes by their names (Objective). With a threshold it has
// an ELBO too, the mean of the objective, which no sample's pull follows.
func (o *sparse) Want(role tape.Role, name string, t Target, k int) ([]float64, bool) {
	switch s := t.Sparse; {
	case name == "elbo" && o.cuts():
		return o.gradient(role, func(c *codeValues) complex128 { return c.loglik() - c.kl() }), true
	case s != nil && s.Of == "closed":
		beta := complex(s.Beta, 0)
		return o.gradient(role, func(c *codeValues) complex128 { return c.loglik() - beta*c.kl() }), true
	case s == nil || s.Of == "entropies":
		return nil, false
	case s.Of == "mode":
		return o.mode(role, s.Lambda)
	default:
		return o.samples(role, s, k)
	}
}

// mode is the generative direction at the code of least 1/2 |x - A z|^2 + lambda |z|.
func (o *sparse) mode(role tape.Role, lambda float64) ([]float64, bool) {
	if role != tape.Gen {
		return nil, false
	}
	c := dot(o.A, sparseXs[:sparseD])
	return o.explained(math.Copysign(max(math.Abs(c)-lambda, 0), c) / dot(o.A, o.A)).gen, true
}

// explained is the likelihood of a code, its derivatives in gen/ and, as the score's one
// number, that in the code.
func (o *sparse) explained(z float64) sample {
	ivar := math.Exp(-2 * o.logsigma)
	r := axpy(slices.Clone(sparseXs[:sparseD]), -z, o.A)
	return sample{
		lw:    -0.5*dot(r, r)*ivar - sparseD*(o.logsigma+0.5*math.Log(2*math.Pi)),
		gen:   append(axpy(nil, z*ivar, r), 0, dot(r, r)*ivar-sparseD),
		score: []float64{dot(o.A, r) * ivar},
	}
}

// samples is the mean over k samples of the likelihood's gradient by a rule and a pull, less
// that of the KL.
func (o *sparse) samples(role tape.Role, s *Objective, k int) ([]float64, bool) {
	points, weights := o.points(s.Pull, k)
	if s.Rule == "avg" {
		k = 1
	}
	if math.Pow(float64(len(points)), float64(k)) > mostNodes {
		return nil, false
	}
	want := overSamples(role, s.coefficients, k, points, weights)
	return axpy(want, -1, o.gradient(role, (*codeValues).kl)), true
}

// points are all samples of one code, as many as k of them can be looked at together, each
// with its path by a pull.
func (o *sparse) points(pull string, k int) (points []sample, weights []float64) {
	axes := k
	if o.family == "spike-slab" {
		axes *= 2
	}
	first := o.Axis(Draw{Site: "z", Uniform: o.uniform(), Axes: axes}).Rules[0]
	second := Rule{{[][]float64{{0}}, []float64{1}}}
	if o.family == "spike-slab" {
		second = o.Axis(Draw{Site: "z1", Axes: axes}).Rules[0]
	}
	for _, p := range first {
		for i, u := range p.Nodes {
			for _, q := range second {
				for j, v := range q.Nodes {
					points, weights = append(points, o.at(pull, u[0], v[0])), append(weights, p.Weights[i]*q.Weights[j])
				}
			}
		}
	}
	return points, weights
}

func (o *sparse) uniform() bool { return o.family != "normal" && o.family != "threshold-normal" }

// at is a sample by its noise, with dz by hand in m, logb, lambda and the gate.
func (o *sparse) at(pull string, u, v float64) sample {
	x := sparseXs[:sparseD]
	m, b := dot(o.a, x)+o.b, math.Exp(o.logb)
	e := b * u
	if o.uniform() {
		e = b * math.Log(2*min(u, 1-u))
		if u > 0.5 {
			e = -e
		}
	}
	z, dm, db, dl, dg := m+e, 1.0, e, 0.0, 0.0
	switch {
	case o.family == "spike-slab":
		slab, g := m+b*v, math.Exp(o.gate)
		soft := logistic((math.Log(u/(1-u)) + math.Log(g/(1-g))) / slabTau)
		if dg = slab * soft * (1 - soft) / slabTau / (1 - g); u > 1-g {
			z, dm, db = slab, 1, b*v
		} else {
			z, dm, db = 0, 0, 0
		}
	case o.cuts():
		on, sign := 0.0, math.Copysign(1, e)
		if z = 0; math.Abs(e) > o.lambda {
			on, z = 1, m+e-sign*o.lambda
		}
		switch pull {
		case "ste-code":
			dm, dl = 1+on, -on*sign
		case "ste-fix":
			dl = -on * sign
		case "subgrad":
			dm, db, dl = on, on*e, -on*sign
		}
	}
	s := o.explained(z)
	slope := s.score[0]
	s.path = axpy(nil, slope*dm, append(slices.Clone(x), 1))
	if o.family == "spike-slab" {
		s.path = append(s.path, slope*dg)
	}
	if o.cuts() {
		s.path = append(s.path, slope*dl)
	}
	s.path = append(s.path, slope*db)
	s.score = make([]float64, len(s.path))
	return s
}

// Axis has a piece wherever the code is zero or the noise has a kink, and as many nodes as
// several samples can pay for. The largest of some likelihoods is the same sample's in most of
// them, so that it takes many looks to see which samples act on each other.
func (o *sparse) Axis(d Draw) Axis {
	const looks = 200
	b, few, two := math.Exp(o.logb), d.Axes > 1, d.Axes > 2
	nodes := func(few bool, one, more int) int {
		if few {
			return more
		}
		return one
	}
	ends := func(lo, hi float64) Piece { return TanhSinh(nodes(few, 32, 9), lo, hi).of(hi - lo) }
	switch {
	case o.family == "spike-slab" && d.Uniform:
		at, n := 1-math.Exp(o.gate), nodes(two, 16, 5)
		return Axis{Rules: []Rule{{Legendre(n, 0, at), Legendre(n, at, 1)}}, Looks: looks / 4}
	case o.family == "spike-slab":
		return Axis{Rules: []Rule{Hermite(nodes(two, 48, 8))}, Looks: looks / 4}
	case o.family == "normal":
		return Axis{Rules: []Rule{Hermite(nodes(few, 96, 40))}, Looks: looks}
	case o.family == "threshold-normal":
		const far = 9
		at, n := o.lambda/b, nodes(few, 48, 20)
		return Axis{Rules: []Rule{{normalPiece(n, -far, -at), normalPiece(n, -at, at), normalPiece(n, at, far)}}, Looks: looks}
	case o.family == "threshold-laplace":
		at, n := 0.5*math.Exp(-o.lambda/b), nodes(few, 24, 12)
		return Axis{Rules: []Rule{{ends(0, at), Legendre(n, at, 0.5), Legendre(n, 0.5, 1-at), ends(1-at, 1)}}, Looks: looks}
	}
	return Axis{Rules: []Rule{{ends(0, 0.5), ends(0.5, 1)}}, Looks: looks}
}

// normalPiece is for a standard normal between lo and hi, beyond nine of which there is
// nothing: Gauss-Legendre under its density.
func normalPiece(n int, lo, hi float64) Piece {
	p := Legendre(n, lo, hi)
	for i, x := range p.Nodes {
		p.Weights[i] *= math.Exp(-0.5 * x[0] * x[0])
	}
	return p.of((math.Erf(hi/math.Sqrt2) - math.Erf(lo/math.Sqrt2)) / 2)
}

// of is a rule of few nodes with its weights made to sum to a probability: constants are then
// had to rounding, whatever else is not.
func (p Piece) of(mass float64) Piece {
	c := mass / p.mass()
	for i := range p.Weights {
		p.Weights[i] *= c
	}
	return p
}
