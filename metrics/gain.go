package metrics

import "github.com/vibench/bench/vi"

// Gain is what moving the points of a mixture has brought: the mean over rows of log p(x) by the model's own points, less that by
// the points which they began at, under the same decoder.
//
// Correia, Gala, Quaeghebeur, de Campos and Peharz 2023 (2209.10584), latent optimisation.
type Gain struct{ On }

func (Gain) Name() string              { return "gain" }
func (Gain) Better() string            { return "higher" }
func (Gain) Unit() string              { return "nats" }
func (Gain) Needs() []vi.Cap           { return []vi.Cap{vi.Points, vi.Exact} }
func (m Gain) Emits(vi.Sheet) []string { return []string{m.named("gain")} }

func (m Gain) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	w := e.of(p)
	own, ok := w.Model.(interface {
		vi.OwnPoints
		vi.Evidence
	})
	if !ok {
		o.Missing(m.named("gain"), "the model has no points of its own")
		return
	}
	x := w.Data.X[:p.n*w.Data.D]
	moved, still := own.LogEvidence(w.Params, x), own.Unmoved(w.Params, x)
	sum := 0.0
	for i, l := range moved {
		sum += l - still[i]
	}
	o.Put(m.named("gain"), sum/float64(p.n))
}
