package metrics

import (
	"fmt"
	"strings"

	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// ConditionalKL is how far the conditionals that vgi learns, one a coordinate, are from the
// model's own, mean over coordinates and rows: KL( q_j(x_j | the others) || p(x_j | the others) ),
// p a normal, K the inverse of its covariance,
//
//	p(x_j | the others) = N( x_j - (K (x - mean))_j / K_jj, 1/K_jj )
//
// Simkus, Rhodes and Gutmann 2023 (2111.13180).
type ConditionalKL struct{ On }

func (ConditionalKL) Name() string              { return "conditional-kl" }
func (ConditionalKL) Better() string            { return "lower" }
func (ConditionalKL) Unit() string              { return "nats" }
func (ConditionalKL) Needs() []vi.Cap           { return []vi.Cap{vi.Normal} }
func (ConditionalKL) Samples() bool             { return false }
func (m ConditionalKL) Emits(vi.Sheet) []string { return []string{m.named("conditional-kl")} }

// Suits wants an estimator that has conditionals.
func (ConditionalKL) Suits(c vi.Card) error {
	if !strings.HasPrefix(c.Target, "vgi@") {
		return fmt.Errorf("estimator %q learns no conditionals of a coordinate; vgi does", c.Name)
	}
	return nil
}

func (m ConditionalKL) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	w := e.of(p)
	q, ok := e.Estimator.(interface {
		Conditionals(p *vi.Params, st vi.State, x []float64) (mean, sd []float64)
	})
	if !ok {
		o.Missing(m.named("conditional-kl"), "the estimator has no conditionals")
		return
	}
	mean, cov := w.Model.(vi.Marginal).Marginal(w.Params)
	k, err := inverse(cov, len(mean))
	if err != nil {
		o.Missing(m.named("conditional-kl"), "the model's covariance is not positive")
		return
	}
	d, sum := len(mean), 0.0
	x := w.Rows(p.n)
	for n := range p.n {
		row := x[n*d : (n+1)*d]
		qm, qs := q.Conditionals(w.Params, e.Work.State, row)
		for j, v := range row {
			pull := 0.0
			for i := range d {
				pull += float64(k[j*d+i] * (row[i] - mean[i]))
			}
			precision := k[j*d+j]
			off, ratio := qm[j]-(v-pull/precision), float64(qs[j]*qs[j])*precision
			sum += 0.5 * (ratio + float64(off*off)*precision - 1 - vec.Log64(ratio))
		}
	}
	o.Put(m.named("conditional-kl"), sum/float64(p.n*d))
}
