package models

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// SparseCoder explains real data by few atoms of a dictionary, the columns of A, with one
// of several families for the posterior (see code).
//
//	p(x|z) = N(A z, sigma^2 I)
//	laplace:     p(z) = prod_h exp(-|z_h|/l_h) / (2 l_h)
//	gaussian:    p(z) = N(0, diag l^2)
//	spike-slab:  p(z_h) = active N(0, l_h^2) + (1-active) delta_0
//
// Columns of A are of unit norm, their scale being the prior's (columns: unit), or free, the prior's
// scales then being fixed. A starts at normal draws or at the dictionary of generated data, its columns of unit norm either way:
// with the data's dictionary go its norms, times the scale of the codes it was used with, as l. Learned
// scales find them, those of entropy-elbo in one step; fixed ones are scale for all, which then has to hold
// them (bars of r pixels have norm sqrt r, columns of sparselin 1).
//
// The mode of p(z|x) under the laplace prior is the minimum of 1/2 ||x - A z||^2 + lambda ||z||_1 with
// lambda = sigma^2/l. A mean square with a KL term of weight w beside it, as code often has it,
// 1/D ||x - A z||^2 + w KL, is this model with sigma^2 = D w/2, in other units.
//
// Olshausen and Field 1996; scales as Velychko, Damm, Fischer and Luecke 2024 (2311.01888),
// families as there and Fallah and Rozell 2022 (2205.03665).
type SparseCoder struct {
	Latent  int     `name:"latent" min:"1" doc:"atoms, the dimensions of z"`
	Prior   string  `name:"prior" choices:"laplace|gaussian|spike-slab" doc:"of z"`
	Scale   float64 `name:"scale" min:"0.000001" doc:"the prior's scale: l of laplace, sd of gaussian and of the slab; where it is learned, at the start"`
	Scales  string  `name:"scales" choices:"learned|fixed" doc:"the prior's scales: one for each latent, or all at scale"`
	Active  float64 `name:"active" min:"0.000001" max:"0.999999" doc:"spike-slab: probability of the slab"`
	Noise   string  `name:"noise" choices:"learned|fixed" doc:"sigma: learned, or fixed"`
	Sigma   float64 `name:"sigma" min:"0.000001" doc:"sd of x given z; where it is learned, at the start"`
	Columns string  `name:"columns" choices:"unit|free" doc:"norm of the atoms"`
	Start   string  `name:"start" choices:"random|truth" doc:"of the atoms: normal draws, or those that generated data were made with"`
	Code
}

func (SparseCoder) Name() string { return "sparsecoder" }

// usualCoder has the defaults of its settings.
var usualCoder = SparseCoder{
	Latent: 16, Prior: "laplace", Scale: 1, Scales: "learned", Active: 0.1, Noise: "learned", Sigma: 1, Columns: "unit", Start: "random", Code: usualCode,
}

// For is the model of real data.
func (m SparseCoder) For(d *vi.Data) (vi.Model, error) {
	if err := errors.Join(
		choose("sparsecoder", "prior", &m.Prior, priors...),
		choose("sparsecoder", "scales", &m.Scales, "learned", "fixed"),
		choose("sparsecoder", "noise", &m.Noise, "learned", "fixed"),
		choose("sparsecoder", "columns", &m.Columns, "unit", "free"),
		choose("sparsecoder", "start", &m.Start, "random", "truth"),
		wide("sparsecoder", "latent", m.Latent)); err != nil {
		return nil, err
	}
	if err := m.Code.check("sparsecoder"); err != nil {
		return nil, err
	}
	if err := errors.Join(spreads("sparsecoder", m.Scale, m.Sigma), m.pairs("sparsecoder", m.Prior, m.Active, usualCoder.Active)); err != nil {
		return nil, err
	}
	switch {
	case d.Domain != vi.Real:
		return nil, fmt.Errorf("model sparsecoder: explains real data, got %s data %q", d.Domain, d.Name)
	case m.Columns == "free" && m.Scales == "learned":
		return nil, errors.New("model sparsecoder: columns: got free beside scales learned, one of which says all; need columns unit or scales fixed")
	case m.Posterior == "map" && m.Scales == "learned":
		return nil, errors.New("model sparsecoder: posterior map has one penalty for all latents; need scales fixed")
	case m.Start == "truth" && d.X != nil && len(d.Atoms) != d.D*m.Latent:
		return nil, fmt.Errorf("model sparsecoder: start truth: data %q hold a dictionary of %d atoms; need %d, those of generated data", d.Name, len(d.Atoms)/max(d.D, 1), m.Latent)
	case m.Prior == "spike-slab" && m.Scales == "learned":
		return nil, errors.New("model sparsecoder: scales: got learned; a spike-slab prior's are fixed")
	}
	c := &sparseCoder{SparseCoder: m, data: d}
	is := func(names ...string) bool { return slices.Contains(names, m.Posterior) }
	var err error
	switch own := (own{n: d.N, h: m.Latent, full: is("full"), sd: m.SD, floor: m.Floor}); {
	case is("diagonal", "full"):
		c.q = own
	case is("local", "local-full", "map"):
		c.q = found{m: c, full: is("local-full"), mode: is("map")}
	default:
		c.q, err = m.network("sparsecoder", d, m.Latent, m.Active)
	}
	if err != nil {
		return nil, err
	}
	if is(gaussians...) && m.Prior != "spike-slab" && m.Scales == "learned" && m.Noise == "learned" {
		return entropic{c}, nil
	}
	return c, nil
}

type sparseCoder struct {
	SparseCoder
	data *vi.Data
	q    family
}

// Names of the dictionary and of the scales.
const atomsOf, priorScale, noiseScale = "gen/A", "gen/logscale", "gen/logsigma"

func (m *sparseCoder) Sheet() vi.Sheet {
	sh := m.q.sheet()
	sh.Data, sh.Wide = vi.Real, max(m.data.D, m.Latent)
	sh.Offers = append(sh.Offers, vi.Atoms, vi.Linear, vi.Render)
	if m.SparseCoder.Prior != "spike-slab" {
		sh.Offers = append(sh.Offers, vi.Simulate)
	}
	sh.Params = append(sh.Params, vi.Spec{Name: atomsOf, Rows: m.data.D, Cols: m.Latent})
	if m.Scales == "learned" {
		sh.Params = append(sh.Params, vi.Spec{Name: priorScale, Rows: 1, Cols: m.Latent})
	}
	if m.Noise == "learned" {
		sh.Params = append(sh.Params, vi.Spec{Name: noiseScale, Rows: 1, Cols: 1})
	}
	return sh
}

func (m *sparseCoder) Init(key rng.Key, p *vi.Params) {
	a := make([]float64, m.data.D*m.Latent)
	if m.Start == "truth" {
		copy(a, m.data.Atoms)
	} else {
		key.Fold(atomsOf).Normal64(a, 0)
	}
	unitColumns(tape.Float64s(a), m.Latent)
	p.Set(atomsOf, a)
	if m.Scales == "learned" {
		p.Set(priorScale, slices.Repeat([]float64{vec.Log64(m.Scale)}, m.Latent))
	}
	if m.Noise == "learned" {
		p.Set(noiseScale, []float64{vec.Log64(m.Sigma)})
	}
	m.q.start(key, p)
}

// Project keeps the atoms at unit norm, and what the family keeps: a step goes along the
// plain derivative, and its result is divided by its norm. (A norm inside the decoder
// would project the derivative as well: the same to first order.)
func (m *sparseCoder) Project(p *vi.Params) {
	if m.Columns == "unit" {
		unitColumns(p.Value(atomsOf), m.Latent)
	}
	m.q.project(p)
}

// unitColumns divides the columns of a [D,H] by their norms; a column of zeros stays.
func unitColumns(a tape.Vector, h int) {
	if x := a.F64(); x != nil {
		scaleColumns(x, h)
	} else {
		scaleColumns(a.F32(), h)
	}
}

func scaleColumns[T float32 | float64](a []T, h int) {
	for k := range h {
		s := 0.0
		for i := k; i < len(a); i += h {
			s += float64(float64(a[i]) * float64(a[i]))
		}
		if s == 0 || math.Abs(s-1) < 1e-15 {
			continue
		}
		inv := 1 / math.Sqrt(s)
		for i := k; i < len(a); i += h {
			a[i] = T(float64(a[i]) * inv)
		}
	}
}

// log is a learned row of log scales, or a constant one of n equal numbers.
func (m *sparseCoder) log(s *vi.Step, learned bool, name string, n int, x float64) tape.Node {
	if learned {
		return s.Param(name)
	}
	return full(s, n, vec.Log64(x))
}

// full is a constant row of equal numbers.
func full(s *vi.Step, n int, x float64) tape.Node {
	row := s.Blank(1, n)
	for v, j := row.Value(), 0; j < n; j++ {
		v.Set(j, x)
	}
	return row
}

func (m *sparseCoder) logScale(s *vi.Step) tape.Node {
	return m.log(s, m.Scales == "learned", priorScale, m.Latent, m.Scale)
}

func (m *sparseCoder) logSigma(s *vi.Step) tape.Node {
	return m.log(s, m.Noise == "learned", noiseScale, 1, m.Sigma)
}

func (m *sparseCoder) Prior(s *vi.Step) dist.Dist {
	return priorOf(s, m.SparseCoder.Prior, m.logScale(s), m.Active)
}

func (m *sparseCoder) Posterior(s *vi.Step) dist.Dist { return m.q.of(s) }

func (m *sparseCoder) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, m.Render(s, z), m.spread(s))
}

// spread is log sigma, once for every coordinate of x: a product with a column of ones.
func (m *sparseCoder) spread(s *vi.Step) tape.Node {
	if m.Noise == "fixed" {
		return full(s, m.data.D, vec.Log64(m.Sigma))
	}
	ones := s.Blank(m.data.D, 1)
	for v, j := ones.Value(), 0; j < m.data.D; j++ {
		v.Set(j, 1)
	}
	return s.Affine(s.Param(noiseScale), ones, tape.Node{}, tape.Linear)
}

// Render is A z.
func (m *sparseCoder) Render(s *vi.Step, z dist.Value) tape.Node {
	return s.Affine(z.Node, s.Param(atomsOf), tape.Node{}, tape.Linear)
}

func (m *sparseCoder) Simulate(s *vi.Step) (z dist.Value, x tape.Node) {
	z = s.Prior().Sample(s.Noise("dream/z"), 1).Stop()
	return z, s.Normal(m.Render(s, z), m.spread(s)).Sample(s.Noise("dream/x"), 1).Stop().Node
}

func (m *sparseCoder) Atoms(p *vi.Params) []float64 { return p.Value(atomsOf).AppendTo(nil) }

func (m *sparseCoder) Linear(s *vi.Step) (a, logsigma tape.Node) {
	return s.Param(atomsOf), m.logSigma(s)
}

// scales are l [H] and sigma as numbers, by the value of a parameter.
func (m *sparseCoder) scales(value func(name string) tape.Vector) (l []float64, sigma float64) {
	l, sigma = slices.Repeat([]float64{m.Scale}, m.Latent), m.Sigma
	if m.Scales == "learned" {
		for i, x := range value(priorScale).AppendTo(nil) {
			l[i] = vec.Exp64(x)
		}
	}
	if m.Noise == "learned" {
		sigma = vec.Exp64(value(noiseScale).At(0))
	}
	return l, sigma
}

// onTape is the value of a parameter as a step has it.
func onTape(s *vi.Step) func(string) tape.Vector {
	return func(name string) tape.Vector { return s.Param(name).Value() }
}
