package report

import (
	"fmt"
	"math"

	"github.com/vibench/bench/suites"
)

// paired compares two selections seed by seed: the t interval of a - b, or of
// log a - log b, against a margin round zero (equivalent), beyond a margin on
// the wanted side (better), or for two neighbours of an order.
func (t test) paired(r *reader) finding {
	p := t.part
	d := t.differences(r)
	switch {
	case p.Kind == "equivalent":
		w := math.Abs(value(p.Within, 0))
		return t.decide(d, Span{-w, w})
	case p.Want == "lower" || p.Want == "decreasing":
		return t.decide(d, below(-p.Margin))
	default:
		return t.decide(d, above(p.Margin))
	}
}

// sides are the two selections that differences subtracts: a and b, or the
// next and the present value of an order.
func (t test) sides() (a, b suites.Select) {
	if t.part.Kind == "order" {
		return suites.Select{t.part.Against: {t.high}}, suites.Select{t.part.Against: {t.low}}
	}
	return t.part.A, t.part.B
}

func (t test) differences(r *reader) []float64 {
	a, b := t.sides()
	return t.minus(r, t.side(r, a), t.side(r, b), a, b)
}

// side reads one value a seed for over merged with the side's own labels.
func (t test) side(r *reader, s suites.Select) side {
	cells := pick(t.cells, t.part.Over.With(s))
	planned := map[int]bool{}
	for _, c := range cells {
		planned[c.Seed] = true
	}
	return side{planned, r.bySeed(cells)}
}

type side struct {
	planned map[int]bool
	value   map[int]float64
}

// minus pairs two sides by seed. A seed that only one side was planned for
// cannot be paired, and says so.
func (t test) minus(r *reader, a, b side, as, bs suites.Select) []float64 {
	union := map[int]bool{}
	for s := range a.planned {
		union[s] = true
	}
	for s := range b.planned {
		union[s] = true
	}
	var d []float64
	for _, s := range seedsOf(union) {
		if !a.planned[s] {
			r.note("no pair", fmt.Sprintf("seed %d has no %s", s, describe(as)))
		}
		if !b.planned[s] {
			r.note("no pair", fmt.Sprintf("seed %d has no %s", s, describe(bs)))
		}
		x, okx := a.value[s]
		y, oky := b.value[s]
		if okx && oky {
			d = append(d, x-y)
		}
	}
	return d
}

// interaction is a difference of paired differences, (a-b)-(c-d), above a margin.
func (t test) interaction(r *reader) finding {
	p := t.part
	var sides [4]side
	for i, s := range []suites.Select{p.A, p.B, p.C, p.D} {
		sides[i] = t.side(r, s)
	}
	union := map[int]bool{}
	for _, s := range sides {
		for seed := range s.planned {
			union[seed] = true
		}
	}
	var d []float64
next:
	for _, seed := range seedsOf(union) {
		var v [4]float64
		for i, s := range sides {
			x, ok := s.value[seed]
			if !ok {
				if !s.planned[seed] {
					r.note("no pair", fmt.Sprintf("seed %d has no %s", seed, describe([]suites.Select{p.A, p.B, p.C, p.D}[i])))
				}
				continue next
			}
			v[i] = x
		}
		d = append(d, (v[0]-v[1])-(v[2]-v[3]))
	}
	return t.decide(d, above(p.Margin))
}

// level compares one metric with a constant: above or below it one-sided,
// inside expect ± within (or between above and below) two-sided. With scale log
// the constants are values of the metric and are taken as logs with it.
func (t test) level(r *reader) finding {
	p := t.part
	by := r.bySeed(pick(t.cells, p.Over))
	var x []float64
	for _, s := range seedsOf(by) {
		x = append(x, by[s])
	}
	region := Span{math.Inf(-1), math.Inf(1)}
	if p.Above != nil {
		region.Lo = *p.Above
	}
	if p.Below != nil {
		region.Hi = *p.Below
	}
	if p.Expect != nil {
		w := math.Abs(value(p.Within, 0))
		region = Span{*p.Expect - w, *p.Expect + w}
	}
	if math.IsInf(region.Lo, -1) && math.IsInf(region.Hi, 1) {
		r.note("report: level", "got no constant; have above, below, expect with within")
	}
	if r.log {
		region = Span{logBound(region.Lo), logBound(region.Hi)}
	}
	return t.decide(x, region)
}

// logBound is the log of an end of a region; nothing positive lies below an end
// that is not positive.
func logBound(x float64) float64 {
	if x <= 0 {
		return math.Inf(-1)
	}
	return math.Log(x)
}
