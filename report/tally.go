package report

import (
	"fmt"
	"math"

	"github.com/vibench/bench/stats"
)

// count asks that at least so many of the seeds satisfy a condition: a metric
// above or below a constant, or one selection beyond another. A paired
// condition has the exact sign test as its p; the interval is Clopper and
// Pearson's, times n. Where more seeds have been done than the claim states,
// the share is what is claimed.
func (t test) count(r *reader, seeds int) finding {
	p := t.part
	f := nothing()
	var yes int
	if len(p.A) > 0 {
		for _, d := range t.differences(r) {
			f.n++
			if p.Want == "lower" && d < -p.Margin || p.Want != "lower" && d > p.Margin {
				yes++
			}
		}
	} else {
		by := r.bySeed(pick(t.cells, p.Over))
		for _, s := range seedsOf(by) {
			v := by[s]
			if r.log {
				v = math.Exp(v)
			}
			f.n++
			if (p.Above == nil || v > *p.Above) && (p.Below == nil || v < *p.Below) {
				yes++
			}
		}
	}
	least := p.Least
	if seeds > 0 && f.n > seeds {
		least = (p.Least*f.n + seeds - 1) / seeds
	}
	f.region = above(float64(least))
	if f.n == 0 {
		return f
	}
	f.effect = float64(yes)
	lo, hi := stats.ClopperPearson(yes, f.n)
	f.lo, f.hi = lo*float64(f.n), hi*float64(f.n)
	f.slack = float64(yes-least) / float64(f.n)
	f.state = Holds
	if yes < least {
		f.state = Fails
		f.reason = fmt.Sprintf("%d of %d seeds satisfy it, %d needed", yes, f.n, least)
	}
	if len(p.A) > 0 {
		f.p = stats.SignTest(yes, f.n)
		if level := levelOf(p); f.state == Holds && f.p > level {
			f.state = Open
			f.reason = fmt.Sprintf("sign test: p %s exceeds %g", pAt(f.p, level), level)
		}
	}
	return f
}

// exact asks that every value lie within a tolerance of a constant. The effect
// is the worst departure; there is no chance in it, so no p and no interval.
func (t test) exact(r *reader) finding {
	p := t.part
	f := nothing()
	expect, within := value(p.Expect, 0), math.Abs(value(p.Within, 0))
	f.region = Span{0, within}
	seeds := map[int]bool{}
	for _, c := range pick(t.cells, p.Over) {
		v, ok := r.read(c)
		if !ok {
			continue
		}
		if r.log {
			v = math.Exp(v)
		}
		seeds[c.Seed] = true
		if d := math.Abs(v - expect); math.IsNaN(f.effect) || d > f.effect {
			f.effect = d
		}
	}
	f.n = len(seeds)
	if f.n == 0 {
		return f
	}
	f.slack = within - f.effect
	if within > 0 {
		f.slack /= within
	}
	f.state = Holds
	if f.effect > within {
		f.state = Fails
		f.reason = fmt.Sprintf("the worst departure is %.3g, tolerance %g", f.effect, within)
	}
	return f
}
