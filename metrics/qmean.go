package metrics

import "github.com/vibench/bench/vi"

// QMean is the posterior's mean, averaged over data and over units: of bits the
// probability of a one. It says where a toy's parameters have gone.
//
//	mean over x and u of E_{q(u|x)}[u]
//
// In a deeper layer the mean is that given one sample of the layers below.
type QMean struct{ On }

func (QMean) Name() string              { return "q-mean" }
func (QMean) Better() string            { return "" }
func (QMean) Unit() string              { return "" }
func (QMean) Needs() []vi.Cap           { return nil }
func (m QMean) Emits(vi.Sheet) []string { return []string{m.named("q-mean")} }

func (m QMean) Measure(e *Eval, o *Out) {
	mu, _, ok := e.means(m.On, "q-mean")
	if !ok {
		o.Missing(m.named("q-mean"), "the posterior does not know its mean")
		return
	}
	o.Put(m.named("q-mean"), mean(mu))
}
