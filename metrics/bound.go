package metrics

import "github.com/vibench/bench/vi"

// Bound is the lower bound on the log evidence that a model knows in closed form, in nats a
// datum; of a mean-field q over what all data share it is of all of them together.
//
// Blei, Kucukelbir and McAuliffe 2017 (1601.00670).
type Bound struct{ On }

func (Bound) Name() string              { return "bound" }
func (Bound) Better() string            { return "higher" }
func (Bound) Unit() string              { return "nats" }
func (Bound) Needs() []vi.Cap           { return []vi.Cap{vi.Bound} }
func (m Bound) Emits(vi.Sheet) []string { return []string{m.trained("bound")} }
func (m Bound) Measure(e *Eval, o *Out) {
	w, d := e.first(m.On)
	b, ok := w.Model.(vi.ClosedBound)
	if !ok {
		o.Missing(m.trained("bound"), "the model has no closed bound")
		return
	}
	o.Put(m.trained("bound"), b.Bound(w.Params, d))
}

// EvidenceGap is log p of all data less their closed bound, in nats and not a datum: KL(q ||
// p(z|x)) of all that q is about.
//
// Blei, Kucukelbir and McAuliffe 2017 (1601.00670), equation 12.
type EvidenceGap struct{ On }

func (EvidenceGap) Name() string              { return "evidence-gap" }
func (EvidenceGap) Better() string            { return "lower" }
func (EvidenceGap) Unit() string              { return "nats" }
func (EvidenceGap) Needs() []vi.Cap           { return []vi.Cap{vi.Bound, vi.Exact} }
func (m EvidenceGap) Emits(vi.Sheet) []string { return []string{m.trained("evidence-gap")} }
func (m EvidenceGap) Measure(e *Eval, o *Out) {
	w, d := e.first(m.On)
	b, ok := w.Model.(vi.ClosedBound)
	p, exact := e.Evidence(m.On)
	if !ok || !exact {
		o.Missing(m.trained("evidence-gap"), "the model has no closed bound or no closed evidence")
		return
	}
	o.Put(m.trained("evidence-gap"), float64(d.N)*(mean(p)-b.Bound(w.Params, d)))
}

// trained is a metric's name where the data trained on are what is usual.
func (o On) trained(name string) string {
	if o.Split == "test" {
		return "test/" + name
	}
	return name
}

// first are the work and the data of a place, cut to its first rows.
func (e *Eval) first(o On) (*vi.Work, *vi.Data) {
	p := e.at(o)
	w := e.of(p)
	if p.n == w.Data.N {
		return w, w.Data
	}
	d := *w.Data
	d.N, d.X = p.n, d.X[:p.n*d.D]
	return w, &d
}
