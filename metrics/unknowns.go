package metrics

import (
	"math"

	"github.com/vibench/bench/vi"
)

// Unknowns is what q says of the unknowns that all data share: the mean of their variances
// under q (/variance). Of groups that the model may swap, such as components, particles are
// folded back first: the groups of each are matched to the mean of all, as they come to be
// matched, by the least sum of squares, so that it is the variance within one of the
// posterior's equal modes.
type Unknowns struct{}

func (Unknowns) Name() string            { return "unknowns" }
func (Unknowns) Better() string          { return "" }
func (Unknowns) Unit() string            { return "" }
func (Unknowns) Needs() []vi.Cap         { return []vi.Cap{vi.Unknowns} }
func (Unknowns) Emits(vi.Sheet) []string { return []string{"unknowns/variance"} }
func (m Unknowns) Measure(e *Eval, o *Out) {
	_, variance, ok := beliefs(e.Work)
	if !ok {
		o.Missing("unknowns/variance", "q says nothing of unknowns that all data share")
		return
	}
	o.Put("unknowns/variance", mean(variance))
}

// Posterior is q beside the exact posterior, where that is known in closed form: the largest
// distance of a mean of q from the exact one (/mean), and the least of q's variances over the
// exact ones (/variance), below 1 where q understates spread.
//
// Ganguly and Earp 2021 (2108.13083).
type Posterior struct{}

func (Posterior) Name() string    { return "posterior" }
func (Posterior) Better() string  { return "" }
func (Posterior) Unit() string    { return "" }
func (Posterior) Needs() []vi.Cap { return []vi.Cap{vi.Unknowns, vi.ClosedPosterior} }
func (Posterior) Emits(vi.Sheet) []string {
	return []string{"posterior/mean", "posterior/variance"}
}

func (m Posterior) Measure(e *Eval, o *Out) {
	at, variance, ok := beliefs(e.Work)
	p, exact := e.Work.Model.(vi.Posterior)
	if !ok || !exact {
		for _, name := range m.Emits(vi.Sheet{}) {
			o.Missing(name, "the model has no closed posterior")
		}
		return
	}
	want, spread := p.Posterior(e.Work.Data)
	miss, ratio := 0.0, math.Inf(1)
	for i, x := range at {
		miss = max(miss, math.Abs(x-want[i]))
		ratio = min(ratio, variance[i]/spread[i])
	}
	o.Put("posterior/mean", miss)
	o.Put("posterior/variance", ratio)
}

// beliefs are q's means and variances, of particles by themselves once they are folded.
func beliefs(w *vi.Work) (at, variance []float64, ok bool) {
	u, ok := w.Model.(vi.Uncertain)
	if !ok {
		return nil, nil, false
	}
	b := u.Unknowns(w.Params)
	if b.Particles == nil {
		return b.Mean, b.Variance, true
	}
	at, variance = spread(fold(b), b.L*b.M)
	return at, variance, true
}

// spread are the means and variances over rows of n numbers.
func spread(x []float64, n int) (at, variance []float64) {
	rows := float64(len(x) / n)
	at, variance = make([]float64, n), make([]float64, n)
	for i, v := range x {
		at[i%n] += v / rows
	}
	for i, v := range x {
		r := v - at[i%n]
		variance[i%n] += float64(r*r) / rows
	}
	return at, variance
}

// mostFolds bounds the passes over particles; each lowers their sum of squares about the mean.
const mostFolds = 20

// fold swaps the groups of every particle to be nearest to the particles' mean, which at
// first is the last particle, until none moves.
func fold(b vi.Beliefs) []float64 {
	n := b.L * b.M
	x := append([]float64{}, b.Particles...)
	if b.L == 1 || len(x) == 0 {
		return x
	}
	to := append([]float64{}, x[len(x)-n:]...)
	near, turned := make([]float64, b.L*b.L), make([]float64, n)
	for pass := range mostFolds {
		moved := false
		for lo := 0; lo < len(x); lo += n {
			p := x[lo : lo+n]
			for i := range b.L {
				for j := range b.L {
					s := 0.0
					for m := range b.M {
						r := to[i*b.M+m] - p[j*b.M+m]
						s -= float64(r * r)
					}
					near[i*b.L+j] = s
				}
			}
			for i, j := range match(near, b.L, b.L) {
				copy(turned[i*b.M:(i+1)*b.M], p[j*b.M:(j+1)*b.M])
				moved = moved || i != j
			}
			copy(p, turned)
		}
		if !moved && pass > 0 {
			break
		}
		to, _ = spread(x, n)
	}
	return x
}
