package metrics

import (
	"slices"

	"github.com/vibench/bench/vi"
)

// Gaps parts the inference gap of a model that knows its evidence and its bound in closed
// form, without a sample and without a fit: gap is the same by those.
//
//	log p(x) - L[q]  =  ( log p(x) - L[q*] )  +  ( L[q*] - L[q] )
//	inference           approximation            amortization
//
// means over the data. Both parts are had where q's best in its family is known too.
//
// Cremer, Li and Duvenaud 2018 (1801.03558).
type Gaps struct{ On }

func (Gaps) Name() string    { return "gaps" }
func (Gaps) Better() string  { return "lower" }
func (Gaps) Unit() string    { return "nats" }
func (Gaps) Needs() []vi.Cap { return []vi.Cap{vi.Exact, vi.Bound} }
func (m Gaps) Emits(s vi.Sheet) []string {
	if names := m.names(); slices.Contains(s.Offers, vi.Gaps) {
		return names[:]
	}
	return []string{m.named("gaps/inference")}
}

func (m Gaps) names() [3]string {
	return [3]string{m.named("gaps/inference"), m.named("gaps/approximation"), m.named("gaps/amortization")}
}

func (m Gaps) Measure(e *Eval, o *Out) {
	p, w, names := e.at(m.On), e.of(e.at(m.On)), m.names()
	d := *w.Data
	d.N, d.X = p.n, d.X[:p.n*d.D]
	bound, closed := w.Model.(vi.ClosedBound)
	logpx, exact := e.Evidence(m.On)
	if !closed || !exact {
		o.Missing(names[0], "the model does not know its evidence and its bound in closed form")
		return
	}
	o.Put(names[0], mean(logpx)-bound.Bound(w.Params, &d))
	if parts, ok := w.Model.(vi.GapParts); ok {
		a, b := parts.Gaps(w.Params, d.X)
		o.Put(names[1], mean(a))
		o.Put(names[2], mean(b))
	}
}
