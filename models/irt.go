package models

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// IRT is item response theory: people of one ability theta each answer items, bits that are
// NaN where there is no answer, which then has no part in anything.
//
//	p(x_nj = 1) = g_j + (1-g_j) sigmoid(a_j theta_n - b_j),  theta ~ N(0, 1)
//	1pl: a = 1, g = 0    2pl: g = 0    3pl: g = sigmoid(guess)
//
// What becomes of theta:
//
//	grid       summed out on points of equal spacing on [-8, 8], of weights as N(0, 1), 41 of them for up
//	           to 20 items: evidence and posterior are sums (exact), and em is marginal maximum likelihood
//	own        q = N(mu_n, s_n^2) of each person's own
//	amortised  q = N(mu(x), s(x)^2) by an MLP of answers as +1, -1, and 0 where there is none
//	point      a parameter of each person's: joint maximum likelihood, without a prior, a cost. Who
//	           answers all alike has no maximum: such a person has no part in it, and ability +-reach
//	particles  drawn with the items by chains, particles of both: the posterior, by hmc or sgld
//
// Items are parameters, or (gaussian, and of particles) latents of N(0, 1) each, a, b and guess, the log
// odds of a guess. Gaussian is their q in shared/: one draw a step for all, and KL(q || p)/N a datum, so
// that the bound over N data counts it once whatever the batch.
//
// By joint maximum likelihood theta + c and b + a c are as good, and so are a/c and c theta: what depends on
// where ability is zero, or on its unit, is where it started.
//
// It starts at a = 1, b the log odds of a wrong answer, guess at odds of 1 to 7. Items that
// are parameters stay in |a| <= 8, |b| <= 20, guess at odds in [e^-8, 1]; abilities in +-reach. An item
// that all answer alike has no b then and is refused.
//
// Birnbaum 1968; Bock and Aitkin 1981 (doi 10.1007/BF02293801); variational, Wu et al. 2020 (2002.00276),
// whose network is a product of experts, one an answer.
type IRT struct {
	Form    string  `name:"form" choices:"1pl|2pl|3pl" doc:"what an item has: a difficulty; a discrimination; a chance of a guess"`
	Ability string  `name:"ability" choices:"grid|own|amortised|point|particles" doc:"theta: summed out; a Gaussian of each person's own, or by a network; a parameter; drawn with the items by chains"`
	Items   string  `name:"items" choices:"point|gaussian" with:"ability=own|ability=amortised" doc:"parameters, or latents with a prior"`
	Reach   float64 `name:"reach" min:"1" max:"8" with:"ability=point" doc:"the largest |theta|"`
	Count   int     `name:"particles" min:"2" max:"100000" late:"true" with:"ability=particles" doc:"how many, each a chain"`
	Hidden  []int   `name:"hidden" min:"1" with:"ability=amortised" doc:"widths of the network's hidden layers"`
	Act     string  `name:"act" choices:"tanh|relu|softplus|sigmoid" with:"ability=amortised" doc:"activation of hidden layers"`
}

func (IRT) Name() string { return "irt" }

// For is the model of answers.
func (m IRT) For(d *vi.Data) (vi.Model, error) {
	act, err := activation("irt", cmp.Or(m.Act, "tanh"))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(
		choose("irt", "form", &m.Form, "1pl", "2pl", "3pl"), choose("irt", "ability", &m.Ability, "grid", "own", "amortised", "point", "particles"),
		choose("irt", "items", &m.Items, "point", "gaussian"), wide("irt", "hidden", m.Hidden...)); err != nil {
		return nil, err
	}
	switch {
	case d.Domain != vi.Binary && d.Domain != vi.Answer || d.Grey:
		return nil, fmt.Errorf("model irt: explains binary and answer data, got %s data %q", domainOf(d), d.Name)
	case m.Items == "gaussian" && (m.Ability == "grid" || m.Ability == "point"):
		return nil, fmt.Errorf("model irt: items: got gaussian beside ability: %s; have own, amortised", m.Ability)
	case m.Ability == "particles" && m.Count < 2:
		return nil, fmt.Errorf("model irt: particles: got %d; need at least 2", m.Count)
	case d.Test != nil && m.Ability != "grid" && m.Ability != "amortised":
		return nil, fmt.Errorf("model irt: ability: got %s with people held out in data %q, who have no ability; have grid, amortised, or data that hold nobody out", m.Ability, d.Name)
	}
	if m.Ability == "particles" {
		m.Items = "gaussian" // with a prior too
	}
	if err := m.answers(d); err != nil {
		return nil, err
	}
	t := test{IRT: m, data: d}
	t.theta, t.logs = gridFor(d.D)
	switch m.Ability {
	case "grid":
		return &irt{t}, nil
	case "particles":
		return &chained{t}, nil
	case "amortised":
		t.net = newGaussian("inf/", d.D, m.Hidden, act, 1)
	}
	if m.Ability != "point" && m.Items == "point" {
		return &judged{variational{t}}, nil
	}
	return &variational{t}, nil
}

// answers refuses what is no answer, and items without a maximum.
func (m IRT) answers(d *vi.Data) error {
	if d.X == nil { // its shape alone is known
		return nil
	}
	for i, x := range d.X {
		if x != 0 && x != 1 && (x == x || d.Domain != vi.Answer) {
			return fmt.Errorf("model irt: answer %d of row %d: got %g; have 0, 1", i%d.D+1, i/d.D+1, x)
		}
	}
	if m.Items == "gaussian" {
		return nil
	}
	all, right := tally(d.X, d.D)
	for j := range all {
		if all[j] == 0 || right[j] == 0 || right[j] == all[j] {
			return fmt.Errorf("model irt: item %d: %g of %g answers are right; its difficulty has no maximum. Leave it out, or give it a prior: items: gaussian, or ability: particles", j+1, right[j], all[j])
		}
	}
	return nil
}

// tally is how many answers each item has, and how many are right.
func tally(x []float64, d int) (all, right []float64) {
	all, right = make([]float64, d), make([]float64, d)
	for i, v := range x {
		if v == v {
			all[i%d]++
			right[i%d] += v
		}
	}
	return all, right
}

// test is the items, and what all ways with theta share.
type test struct {
	IRT
	data *vi.Data
	net  gaussian // of an amortised theta

	theta, logs []float64 // of the grid
}

// features are an item's, each as its parameter is called after gen/ or shared/: a is [D,1], the
// others [1,D].
func (m *test) features() []string {
	return map[string][]string{"1pl": {"b"}, "2pl": {"a", "b"}, "3pl": {"a", "b", "guess"}}[m.Form]
}

const irtTheta = "inf/theta" // [N,1]

func (m *test) Sheet() vi.Sheet {
	sh := vi.Sheet{Data: m.data.Domain, Offers: []vi.Cap{vi.Answers}}
	for _, f := range m.features() {
		spec := vi.Spec{Rows: 1, Cols: m.data.D}
		if f == "a" {
			spec.Rows, spec.Cols = m.data.D, 1
		}
		if m.IRT.Items == "point" {
			spec.Name = "gen/" + f
			sh.Params = append(sh.Params, spec)
			continue
		}
		for _, name := range []string{"shared/" + f, "shared/" + f + "/logsd"} {
			spec.Name = name
			sh.Params = append(sh.Params, spec)
		}
	}
	theta := vi.Block{Name: "theta", Kind: "real", Dim: 1, Offers: []vi.Cap{vi.Score, vi.Path, vi.Weak, vi.AnalyticKL}}
	switch m.Ability {
	case "grid":
		sh.Offers = append(sh.Offers, vi.Exact, vi.MStep)
		return sh
	case "amortised":
		for _, l := range m.net.all() {
			sh.Params = append(sh.Params, l.specs()...)
		}
	case "own":
		sh.Params = append(sh.Params, vi.Spec{Name: ownMu, Rows: m.data.N, Cols: 1}, vi.Spec{Name: ownSpread, Rows: m.data.N, Cols: 1})
		sh.Mixes, sh.Whole = true, true
	case "point":
		theta.Offers, theta.Cut = []vi.Cap{vi.Path}, true
		sh.Params = append(sh.Params, vi.Spec{Name: irtTheta, Rows: m.data.N, Cols: 1})
		sh.Mixes, sh.Whole, sh.Cost = true, true, true
	}
	if m.Ability != "point" && m.IRT.Items == "point" {
		sh.Offers = append(sh.Offers, vi.Exact)
	}
	sh.Blocks = []vi.Block{theta}
	return sh
}

// startSD is of q about items at the start.
const startSD = 0.1

// start is where each feature of the items does.
func (m *test) start() map[string][]float64 {
	all, right := tally(m.data.X, m.data.D)
	a, b, guess := make([]float64, m.data.D), make([]float64, m.data.D), make([]float64, m.data.D)
	for j := range b {
		share := (right[j] + 0.5) / (all[j] + 1)
		a[j], b[j], guess[j] = 1, vec.Log64(1-share)-vec.Log64(share), -vec.Log64(7)
	}
	return map[string][]float64{"a": a, "b": b, "guess": guess}
}

func (m *test) Init(key rng.Key, p *vi.Params) {
	at := m.start()
	for _, f := range m.features() {
		if m.IRT.Items == "point" {
			p.Set("gen/"+f, at[f])
			continue
		}
		p.Set("shared/"+f, at[f])
		p.Set("shared/"+f+"/logsd", repeated(vec.Log64(startSD), m.data.D))
	}
	if m.Ability == "amortised" {
		for _, l := range m.net.all() {
			glorot(key, p, l)
		}
	}
}

func repeated(x float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = x
	}
	return out
}

// Bounds of items that are parameters.
var irtBox = map[string][2]float64{"a": {-8, 8}, "b": {-20, 20}, "guess": {-8, 0}}

// Project keeps items and abilities that are parameters in their box.
func (m *test) Project(p *vi.Params) {
	if m.IRT.Items == "point" {
		for _, f := range m.features() {
			clip(p.Value("gen/"+f), irtBox[f][0], irtBox[f][1])
		}
	}
	if m.Ability == "point" {
		clip(p.Value(irtTheta), -m.Reach, m.Reach)
	}
}

func clip(v tape.Vector, lo, hi float64) {
	for i := range v.Len() {
		if x := v.At(i); x < lo {
			v.Set(i, lo)
		} else if x > hi {
			v.Set(i, hi)
		}
	}
}

// feature is one of the items' as numbers, those of q its mean; nil where it is none of the form.
func (m *test) feature(p *vi.Params, f string) []float64 {
	name := "gen/" + f
	if m.IRT.Items == "gaussian" {
		name = "shared/" + f
	}
	if _, _, _, ok := p.Range(name); !ok {
		return nil
	}
	return p.Value(name).AppendTo(nil)
}

// Items are a, b, g of each, [D,3].
func (m *test) Items(p *vi.Params) []float64 {
	a, b, guess := m.feature(p, "a"), m.feature(p, "b"), m.feature(p, "guess")
	out := make([]float64, 3*len(b))
	for j := range b {
		out[3*j], out[3*j+1] = 1, b[j]
		if a != nil {
			out[3*j] = a[j]
		}
		if guess != nil {
			out[3*j+2] = vec.Sigmoid64(guess[j])
		}
	}
	return out
}

// response is the log odds of a right answer at ability theta,
//
//	log (P / (1-P)) = e + softplus(guess + softplus(-e)),   e = a theta - b
//
// since 1-P = sigmoid(-guess) sigmoid(-e); a guess of -Inf is none.
func response(a, b, guess, theta float64) float64 {
	e := float64(a*theta) - b
	if math.IsInf(guess, -1) {
		return e
	}
	return e + vec.Softplus64(guess+vec.Softplus64(-e))
}
