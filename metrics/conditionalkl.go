package metrics

import (
	"fmt"

	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// ConditionalKL is how far the conditionals that an estimator learns, one a coordinate, are from
// the model's own, mean over coordinates and rows: KL( q_j(x_j | the others) || p(x_j | the others) ),
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

// Admits wants an estimator that has conditionals.
func (ConditionalKL) Admits(e vi.Estimator) error {
	if _, ok := e.(vi.Conditional); !ok {
		return fmt.Errorf("estimator %q learns no conditionals of a coordinate", e.Card().Name)
	}
	return nil
}

func (m ConditionalKL) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	w := e.of(p)
	q, learns := e.Estimator.(vi.Conditional)
	model, ok := w.Model.(vi.Marginal)
	if !learns || !ok {
		o.Missing(m.named("conditional-kl"), "the estimator or the model has no conditionals")
		return
	}
	mean, cov := model.Marginal(w.Params)
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
			off, ratio := qm[j]-(v-pull/precision), float64(qs[j]*qs[j]*precision)
			sum += ratio + float64(off*off*precision) - 1 - vec.Log64(ratio)
		}
	}
	o.Put(m.named("conditional-kl"), sum/float64(2*p.n*d))
}
