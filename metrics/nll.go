package metrics

import (
	"fmt"

	"github.com/vibench/bench/vi"
)

// NLL is the negative log-likelihood as the field reports it, minus the mean over
// the data of L_K with a large K. It bounds -log p(x)
// from above, by about chi^2/(2K); drop is by how much the bound still fell from a
// fifth of the samples to all of them, the first of the same draws: above 0.1 nats
// it has not converged. Each datum's L_K is kept. Where the model can say it, logpx is
// the exact one (with its sign changed): prefer it.
//
// Burda, Grosse and Salakhutdinov 2016 (1509.00519), with K = 5000.
type NLL struct {
	K int `name:"k" min:"5" doc:"samples a datum"`
	weighed
	On
}

func (NLL) Name() string              { return "nll" }
func (NLL) Better() string            { return "lower" }
func (NLL) Unit() string              { return "nats" }
func (NLL) Needs() []vi.Cap           { return nil }
func (m NLL) name() string            { return m.named(fmt.Sprintf("nll@%d", m.K)) }
func (m NLL) Emits(vi.Sheet) []string { return []string{m.name(), m.name() + "/drop"} }
func (m NLL) Measure(e *Eval, o *Out) {
	fifth := 0.0
	l := e.over(m.On, m.K, func(lw []float64) float64 {
		fifth += logMeanExp(lw[:m.K/5])
		return logMeanExp(lw)
	})
	o.Put(m.name(), -mean(l))
	o.Put(m.name()+"/drop", mean(l)-fifth/float64(len(l)))
	o.Keep(m.name(), l)
	e.remember(m.On, m.K, l) // for kl, which asks for the same
}
