package metrics

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/vi"
)

// Spread is the variance of q, averaged over data and coordinates: how wide a divergence makes it.
type Spread struct{ On }

func (Spread) Name() string              { return "spread" }
func (Spread) Better() string            { return "" }
func (Spread) Unit() string              { return "" }
func (Spread) Needs() []vi.Cap           { return []vi.Cap{vi.Moments} }
func (m Spread) Emits(vi.Sheet) []string { return []string{m.named("spread")} }

func (m Spread) Measure(e *Eval, o *Out) {
	p, sum, n := e.at(m.On), 0.0, 0
	why := e.steps(p, e.of(p).Fit(), &vi.Keyed{Key: e.key(p)}, func(s *vi.Step, rows int) string {
		q, ok := s.Posterior().(dist.Moments)
		if !ok {
			return "the posterior does not know its moments"
		}
		mu, square, ok := q.Moments()
		if !ok {
			return "the posterior does not know its moments"
		}
		_, d := mu.Shape()
		a, b := mu.Value(), square.Value()
		for i := range min(a.Len(), rows*d) { // one row may serve all data
			sum += b.At(i) - float64(a.At(i)*a.At(i))
			n++
		}
		return ""
	})
	o.say(m.named("spread"), sum/float64(max(n, 1)), why)
}
