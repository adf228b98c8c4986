package metrics

import (
	"fmt"

	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Clusters is the share of data whose most probable component is that of their label, under
// the matching of components to labels that makes it largest: components have no names.
//
// At the end the arrays clusters/points@C and clusters/shares@K have of the first 300 data
// the first C <= 2 coordinates and the responsibilities of the K components, by datum.
type Clusters struct{ On }

func (Clusters) Name() string              { return "clusters" }
func (Clusters) Better() string            { return "higher" }
func (Clusters) Unit() string              { return "" }
func (Clusters) Needs() []vi.Cap           { return []vi.Cap{vi.Classify} }
func (m Clusters) Emits(vi.Sheet) []string { return []string{m.trained("clusters")} }
func (m Clusters) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	w := e.of(p)
	c, ok := w.Model.(vi.Classifier)
	if !ok || w.Data.Labels == nil {
		o.Missing(m.trained("clusters"), "data %q have no labels", w.Data.Name)
		return
	}
	labels := 0
	for _, l := range w.Data.Labels[:p.n] {
		labels = max(labels, l+1)
	}
	var together []float64 // [labels, components]: how many data are of both
	components, block := 0, w.Fit()
	for lo := 0; lo < p.n; lo += block {
		rows := w.All[lo:min(lo+block, p.n)]
		a := c.Classify(w.Step(e.Step, rows, nil)).Value()
		if components = a.Len() / len(rows); together == nil {
			together = make([]float64, labels*components)
		}
		for b, n := range rows {
			best := 0
			for k := range components {
				x := a.At(b*components + k)
				if x-x != 0 {
					o.Missing(m.trained("clusters"), "a component's density is not finite")
					return
				}
				if x > a.At(b*components+best) {
					best = k
				}
			}
			together[w.Data.Labels[n]*components+best]++
		}
	}
	right := 0.0
	for l, k := range match(together, labels, components) {
		if k >= 0 {
			right += together[l*components+k]
		}
	}
	o.Put(m.trained("clusters"), right/float64(p.n))
	if e.Last {
		m.keep(e, p, c, o)
	}
}

const keptPoints = 300

// keep keeps what a picture of the components needs.
func (m Clusters) keep(e *Eval, p place, c vi.Classifier, o *Out) {
	w := e.of(p)
	rows := w.All[:min(p.n, keptPoints)]
	var points, shares []float64
	coordinates, components := min(w.Data.D, 2), 0
	for lo := 0; lo < len(rows); lo += w.Fit() {
		some := rows[lo:min(lo+w.Fit(), len(rows))]
		a := c.Classify(w.Step(e.Step, some, nil)).Value().AppendTo(nil)
		components = len(a) / len(some)
		for b, n := range some {
			logits := a[b*components : (b+1)*components]
			all := vec.LogSumExp64(logits)
			for _, x := range logits {
				shares = append(shares, vec.Exp64(x-all))
			}
			points = append(points, w.Data.X[n*w.Data.D:n*w.Data.D+coordinates]...)
		}
	}
	o.Keep(fmt.Sprintf("%s/points@%d", m.trained("clusters"), coordinates), points)
	o.Keep(fmt.Sprintf("%s/shares@%d", m.trained("clusters"), components), shares)
}
