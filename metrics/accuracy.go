package metrics

import "github.com/vibench/bench/vi"

// Accuracy is the share of data whose most probable class by q(y|x) is theirs; whether
// a model may read a label plays no part.
type Accuracy struct{ On }

func (Accuracy) Name() string              { return "accuracy" }
func (Accuracy) Better() string            { return "higher" }
func (Accuracy) Unit() string              { return "" }
func (Accuracy) Needs() []vi.Cap           { return []vi.Cap{vi.Classify} }
func (m Accuracy) Emits(vi.Sheet) []string { return []string{m.named("accuracy")} }
func (m Accuracy) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	w := e.of(p)
	c, ok := w.Model.(vi.Classifier)
	if !ok || w.Data.Labels == nil {
		o.Missing(m.named("accuracy"), "data %q have no labels; digits8 has them where its setting labels is above 0", w.Data.Name)
		return
	}
	right, block := 0, w.Fit()
	for lo := 0; lo < p.n; lo += block {
		rows := w.All[lo:min(lo+block, p.n)]
		a := c.Classify(w.Step(e.Step, rows, nil)).Value()
		classes := a.Len() / len(rows)
		for b, n := range rows {
			best := 0
			for k := range classes {
				if a.At(b*classes+k) > a.At(b*classes+best) {
					best = k
				}
			}
			if best == w.Data.Labels[n] {
				right++
			}
		}
	}
	o.Put(m.named("accuracy"), float64(right)/float64(p.n))
}
