package models

import (
	"errors"
	"fmt"
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Global is a Gaussian q of latents that all data share: its mean, and log sds, one for
// each coordinate or one for all, or a Cholesky factor by columns (spreadWidth).
type Global struct {
	Q    string  `name:"q" choices:"mean-field|isotropic|full" doc:"q's covariance: a variance a coordinate, one for all, or any"`
	Mean float64 `name:"mean" doc:"q's mean at the start, of each coordinate"`
	SD   float64 `name:"sd" min:"0.0001" max:"10000" doc:"q's sd at the start, of each coordinate"`

	d int
}

const globalMu, globalSpread = "inf/mu", "inf/logsd"

// check holds the settings against what they may be.
func (g *Global) check(model string) error {
	err := errors.Join(choose(model, "q", &g.Q, "mean-field", "isotropic", "full"), finite(model, "mean", g.Mean), finite(model, "sd", g.SD))
	if err == nil && !(g.SD > 0) {
		err = fmt.Errorf("model %s: sd: got %g; need a number above 0", model, g.SD)
	}
	return err
}

func (g Global) width() int {
	if g.Q == "isotropic" {
		return 1
	}
	return spreadWidth(g.d, g.Q == "full")
}

func (g Global) specs() []vi.Spec {
	return []vi.Spec{{Name: globalMu, Rows: 1, Cols: g.d}, {Name: globalSpread, Rows: 1, Cols: g.width()}}
}

// start is q's parameters at the start.
func (g Global) start() []value {
	mu, spread := make([]float64, g.d), make([]float64, g.width())
	for i := range mu {
		mu[i] = g.Mean
		spread[min(diagonal(i, g.d, g.Q == "full"), len(spread)-1)] = vec.Log64(g.SD)
	}
	return []value{{globalMu, mu}, {globalSpread, spread}}
}

// block is the latents', with what else q has against the prior.
func (g Global) block(name string, more ...vi.Cap) vi.Block {
	b := vi.Block{Name: name, Kind: "real", Dim: g.d, Offers: append([]vi.Cap{vi.Score, vi.Path, vi.Moments}, more...)}
	if g.Q != "full" {
		b.Offers = append(b.Offers, vi.Weak)
	}
	return b
}

// Posterior is q, the same for every row.
func (g Global) Posterior(s *vi.Step) dist.Dist {
	spread := s.Param(globalSpread)
	if g.Q == "isotropic" { // the one number for every coordinate
		ones := s.Leaf(g.d, 1)
		for v, i := ones.Value(), 0; i < g.d; i++ {
			v.Set(i, 1)
		}
		spread = s.Affine(spread, ones, tape.Node{}, tape.Linear)
	}
	return gaussianOf(s, s.Param(globalMu), spread, g.Q == "full")
}

// factor is q's mean and L, lower, of its covariance L L'.
func (g Global) factor(p *vi.Params) (mean []float64, l *linalg.Cholesky) {
	spread := p.Value(globalSpread).AppendTo(nil)
	l = &linalg.Cholesky{N: g.d, L: make([]float64, g.d*g.d)}
	for i := range g.d {
		l.L[i*g.d+i] = vec.Exp64(spread[min(diagonal(i, g.d, g.Q == "full"), len(spread)-1)])
		for k := range i {
			if g.Q == "full" {
				l.L[i*g.d+k] = spread[k*g.d+i]
			}
		}
	}
	return p.Value(globalMu).AppendTo(nil), l
}

// Gaussian is q's mean and precision.
func (g Global) Gaussian(p *vi.Params) (mean, precision []float64) {
	mean, l := g.factor(p)
	precision = make([]float64, g.d*g.d)
	l.Inverse(precision)
	return mean, precision
}

// Within keeps the diagonal of mean-field's, its mean where q is isotropic.
func (g Global) Within(precision []float64) {
	if g.Q == "full" {
		return
	}
	trace := 0.0
	for i := range g.d {
		trace += precision[i*g.d+i]
	}
	for i := range precision {
		switch {
		case i%(g.d+1) != 0:
			precision[i] = 0
		case g.Q == "isotropic":
			precision[i] = trace / float64(g.d)
		}
	}
}

// SetGaussian wants a precision of the family.
func (g Global) SetGaussian(s *vi.Step, target tape.Vector, mean, precision []float64) {
	mu, spread := s.Of(target, globalMu), s.Of(target, globalSpread)
	chol, err := linalg.NewCholesky(precision, g.d, 0)
	if err == nil {
		cov := make([]float64, g.d*g.d)
		chol.Inverse(cov)
		err = chol.Factor(cov, 0)
	}
	if err != nil {
		target.Set(0, nan)
		return
	}
	mu.From(mean)
	for i := range g.d {
		switch {
		case g.Q == "full":
			spread.Set(i*g.d+i, vec.Log64(chol.L[i*g.d+i]))
			for k := range i {
				spread.Set(k*g.d+i, chol.L[i*g.d+k])
			}
		case i < spread.Len():
			spread.Set(i, -0.5*vec.Log64(precision[i*g.d+i]))
		}
	}
}

// entropy is 1/2 log det S + D/2 log(2 pi e).
func (g Global) entropy(l *linalg.Cholesky) float64 {
	return float64(0.5 * (l.LogDet() + float64(float64(g.d)*(log2Pi+1))))
}

// trapezoid is the mean of f under q by the trapezoid rule in units of q's sds, [-9, 9] in
// steps of a fifth: beyond rounding for what is smooth at that scale. For few coordinates.
func (g Global) trapezoid(p *vi.Params, f func(z []float64) float64) float64 {
	const h, reach = 0.2, 45
	mean, l := g.factor(p)
	u, z := make([]float64, g.d), make([]float64, g.d)
	sum, mass := 0.0, 0.0
	var walk func(i int, logw float64)
	walk = func(i int, logw float64) {
		if i == g.d {
			for a := range z {
				z[a] = mean[a] + vec.Dot(l.L[a*g.d:a*g.d+a+1], u[:a+1])
			}
			w := vec.Exp64(logw)
			sum += float64(w * f(z))
			mass += w
			return
		}
		for k := -reach; k <= reach; k++ {
			u[i] = float64(h * float64(k))
			walk(i+1, logw-float64(0.5*float64(u[i]*u[i])))
		}
	}
	walk(0, 0)
	if mass == 0 {
		return math.NaN()
	}
	return sum / mass
}
