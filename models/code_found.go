package models

import (
	"fmt"
	"slices"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/lasso"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// found is a posterior that is no parameter: a Gaussian, or with mode a point, found for
// the rows of a step by so many iterations, constants.
type found struct {
	m          *sparseCoder
	full, mode bool
}

func (f found) sheet() vi.Sheet {
	b := gaussianBlock(f.m.Latent, true)
	if f.mode {
		b.Offers, b.Cut = nil, true
	} else {
		b.Offers = slices.DeleteFunc(b.Offers, func(c vi.Cap) bool { return c == vi.Path || c == vi.Pull || c == vi.Score }) // it has no parameters
	}
	sh := vi.Sheet{Blocks: []vi.Block{b}, Offers: []vi.Cap{vi.Infer}, Floor: f.m.Floor, Inner: f.m.Budget}
	if f.mode && f.m.SparseCoder.Noise == "fixed" {
		sh.Penalty = float64(f.m.Sigma*f.m.Sigma) / f.m.Scale
	}
	return sh
}

func (found) start(rng.Key, *vi.Params) {}
func (found) project(*vi.Params)        {}

func (f found) of(s *vi.Step) dist.Dist {
	x, a := s.X.Value().AppendTo(nil), s.Param(atomsOf).Value().AppendTo(nil)
	l, sigma := f.m.scales(onTape(s))
	if f.mode {
		return s.Point(leaf(s, s.B(), f.m.modes(x, a, sigma)))
	}
	phi := f.m.each(x, a, l, sigma, f.full)
	return f.gaussian(s, phi)
}

// gaussian is q by mu [B,H] and then its spread, constants.
func (f found) gaussian(s *vi.Step, phi []float64) dist.Dist {
	b, h := s.B(), f.m.Latent
	return gaussianOf(s, leaf(s, b, phi[:b*h]), leaf(s, b, phi[b*h:]), f.full)
}

// leaf is a constant matrix of so many rows.
func leaf(s *vi.Step, rows int, x []float64) tape.Node {
	n := s.Blank(rows, len(x)/rows)
	n.Value().From(x)
	return n
}

// each finds the best Gaussian of each row of x by itself, at scales as they are: the same
// whatever rows stand beside it.
func (m *sparseCoder) each(x, a, l []float64, sigma float64, full bool) []float64 {
	b, w := len(x)/m.data.D, spreadWidth(m.Latent, full)
	phi := make([]float64, b*(m.Latent+w))
	p := Solve{D: m.data.D, H: m.Latent, X: x[:m.data.D], A: a, Gaussian: m.SparseCoder.Prior == "gaussian", Full: full, Held: true, Scale: l, S2: sigma * sigma, Weights: vi.Weights{Prior: 1, Posterior: 1, Noise: 1}}
	for n := range b {
		p.X = x[n*m.data.D:][:m.data.D]
		one := p.Start(m.SD)
		p.Find(one, m.Budget)
		copy(phi[n*m.Latent:], one[:m.Latent])
		copy(phi[b*m.Latent+n*w:], one[m.Latent:])
	}
	floored(tape.Float64s(phi[b*m.Latent:]), m.Latent, full, m.Floor)
	return phi
}

// modes are the MAP codes of rows of x, [B,H], by FISTA.
func (m *sparseCoder) modes(x, a []float64, sigma float64) []float64 {
	z := make([]float64, len(x)/m.data.D*m.Latent)
	p, err := lasso.New(a, m.data.D, m.Latent)
	if err != nil {
		for i := range z { // a cell that diverged
			z[i] = nan
		}
		return z
	}
	solver := lasso.Solver{Lambda: float64(sigma*sigma) / m.Scale, Steps: m.Budget, Tol: 1e-6}
	if _, err := p.Solve(solver, x, z, &lasso.Work{}); err != nil {
		panic(fmt.Sprintf("models: %v", err)) // shapes are ours
	}
	return z
}

func (m *sparseCoder) Infer(p *vi.Params, d *vi.Data) (vi.Model, *vi.Params, error) {
	o := *m
	o.data = d
	x, a := d.X, m.Atoms(p)
	l, sigma := m.scales(p.Value)
	full := m.SparseCoder.Posterior == "full" || m.SparseCoder.Posterior == "local-full"
	values := map[string][]float64{}
	if m.SparseCoder.Posterior == "map" {
		o.q = point{d.N, m.Latent}
		values[ownCode] = m.modes(x, a, sigma)
	} else {
		o.q = own{n: d.N, h: m.Latent, full: full, sd: m.SD, floor: m.Floor}
		phi := m.each(x, a, l, sigma, full)
		values[ownMu], values[ownSpread] = phi[:d.N*m.Latent], phi[d.N*m.Latent:]
	}
	q, err := tape.NewParams(p.Precision(), o.Sheet().Params)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range q.Specs() {
		if v, ok := values[s.Name]; ok {
			q.Set(s.Name, v)
		} else {
			q.Value(s.Name).Copy(p.Value(s.Name))
		}
	}
	return &o, q, nil
}
