package metrics

import (
	"math"

	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/vi"
)

// Marginals are q's means and variances beside the exact ones of a Gaussian posterior N(m, L^-1), over
// its coordinates:
//
//	marginals/mean   the largest distance of a mean, in the posterior's sds
//	marginals/low, /high                           the least and the largest v_i / (L^-1)_ii
//	marginals/conditional-low, /conditional-high   those of v_i L_ii, which is 1 at the best mean-field q
//	marginals/z      of S independent particles the largest z-score of a mean, sd/sqrt(S), or of a variance, v sqrt(2/S)
//
// Jospin and others 2022 (2007.06823).
type Marginals struct{}

func (Marginals) Name() string    { return "marginals" }
func (Marginals) Better() string  { return "" }
func (Marginals) Unit() string    { return "" }
func (Marginals) Needs() []vi.Cap { return []vi.Cap{vi.Unknowns, vi.Gaussians} }
func (Marginals) Emits(vi.Sheet) []string {
	return []string{"marginals/conditional-high", "marginals/conditional-low", "marginals/high", "marginals/low", "marginals/mean", "marginals/z"}
}

func (m Marginals) Measure(e *Eval, o *Out) {
	at, variance, ok := beliefs(e.Work)
	p, exact := e.Work.Model.(vi.NormalPosterior)
	if !ok || !exact {
		for _, name := range m.Emits(vi.Sheet{}) {
			o.Missing(name, "the model has no Gaussian posterior")
		}
		return
	}
	mean, precision := p.NormalPosterior()
	d := len(mean)
	chol, err := linalg.NewCholesky(precision, d, 0)
	if err != nil {
		for _, name := range m.Emits(vi.Sheet{}) {
			o.Missing(name, "the posterior's precision: %v", err)
		}
		return
	}
	cov := make([]float64, d*d)
	chol.Inverse(cov)
	s := float64(len(e.Work.Model.(vi.Uncertain).Unknowns(e.Work.Params).Particles) / d)
	low, high, under, over, off, z := math.Inf(1), 0.0, math.Inf(1), 0.0, 0.0, 0.0
	for i, v := range variance {
		c := cov[i*d+i]
		r, cond, far := v/c, v*precision[i*d+i], math.Abs(at[i]-mean[i])/math.Sqrt(c)
		low, high, under, over, off = min(low, r), max(high, r), min(under, cond), max(over, cond), max(off, far)
		z = max(z, far*math.Sqrt(s), math.Abs(r-1)*math.Sqrt(s/2))
	}
	o.Put("marginals/conditional-high", over)
	o.Put("marginals/conditional-low", under)
	o.Put("marginals/high", high)
	o.Put("marginals/low", low)
	o.Put("marginals/mean", off)
	if s > 0 {
		o.Put("marginals/z", z)
	} else {
		o.Missing("marginals/z", "q is not of particles")
	}
}
