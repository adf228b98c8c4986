package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// row compares the sides on one metric of one task, and adds it to what is pooled. Of
// a metric that all of a side's cells that are done lack there is no row; lacks says so, if the other
// side has it.
func (c *comparison) row(t *task, metric string, b Side, pooled *Pooled) (r Row, lacks string) {
	nan := math.NaN()
	r = Row{
		Metric: metric, Better: pooled.Better, Log: pooled.Log, B: b.Name, ConfigA: t.a, ConfigB: t.b, Task: whole(t.shared),
		Planned: len(t.cells), MeanA: nan, MeanB: nan, Effect: nan, Lo: nan, Hi: nan, SD: nan,
		Improvement: nan, ImprovementLo: nan, ImprovementHi: nan, T: nan, Wilcoxon: nan, SignFlip: nan, Reach: nan, P: nan, Adjusted: 1, Budget: nan,
	}
	if c.o.Unit != nil {
		r.Unit = c.o.Unit(metric)
	}
	view, untimed := c.timing(t, metric)
	if view.By != "end" {
		r.Budget = c.budget(t, metric, view)
	}
	var x, y, d []float64
	notes := newNotes()
	decides := true
	done, without := [2]int{}, [2]int{}
	for _, seed := range t.seeds() {
		p := t.cells[seed]
		ra := view.read(c.sa.Results, p.a, metric, r.Budget, r.Log)
		rb := view.read(c.sb.Results, p.b, metric, r.Budget, r.Log)
		for i, one := range []reading{ra, rb} {
			if one.fault != "" {
				notes.add([]string{c.name(c.a, c.sa), c.name(b, c.sb)}[i], one, seed)
				decides = decides && !slices.Contains(biased, one.fault)
			}
			switch one.fault {
			case "not run", string(store.Diverged), string(store.Failed), string(store.Refused), string(store.Interrupted):
			case "without " + metric:
				without[i]++
				fallthrough
			default:
				done[i]++
			}
		}
		if !ra.number() || !rb.number() {
			continue
		}
		r.StepsA, r.StepsB = spanned(r.StepsA, ra.step, len(d) == 0), spanned(r.StepsB, rb.step, len(d) == 0)
		x, y, d = append(x, ra.v), append(y, rb.v), append(d, ra.v-rb.v)
	}
	for i := range without { // at some seeds and not at others: those that went well
		decides = decides && (without[i] == 0 || without[i] == done[i])
	}
	r.Notes = notes.lines(len(t.cells))
	never := [2]bool{done[0] > 0 && without[0] == done[0], done[1] > 0 && without[1] == done[1]}
	switch {
	case never[0] && never[1]:
		r.Says = notLogged
		return r, ""
	case never[0] || never[1]:
		return r, metric + ": " + strings.Join(r.Notes, "; ")
	}
	for i, only := range [][]int{t.aOnly, t.bOnly} {
		if len(only) > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("%s has %s of its own: %s", []string{c.name(c.a, c.sa), c.name(b, c.sb)}[i], count(len(only), "seed"), numbers(only)))
		}
	}
	if untimed != "" {
		r.Notes = append(r.Notes, untimed)
	}
	r.N = len(d)
	if r.N == 0 {
		r.Says = NoNumbers
		return r, ""
	}
	r.fill(x, y, d, c.o.Test)
	switch c.o.Test {
	case "wilcoxon":
		r.P = r.Wilcoxon
		if r.N > 1 {
			r.Effect, r.Lo, r.Hi = located(d)
		}
	case "signflip":
		r.P = r.SignFlip
	default:
		r.P = r.T
	}
	switch {
	case r.Ties == r.N && r.N == r.Planned && decides:
		r.Says = SameBits
	case !decides:
		r.Says = Open
	case r.N < LeastSeeds:
		r.Says = FewSeeds
	}
	pooled.add(t, x, y, d)
	pooled.Open = pooled.Open || r.Says == Open
	return r, ""
}

// located is the Hodges-Lehmann estimate with its interval.
func located(d []float64) (effect, lo, hi float64) {
	lo, hi = stats.HodgesLehmannInterval(d)
	return stats.HodgesLehmann(d), lo, hi
}

// fill reckons a row from its pairs.
func (r *Row) fill(x, y, d []float64, test string) {
	var negative []float64
	for i, v := range d {
		switch {
		case v == 0:
			r.Ties++
		case v > 0 == (r.Better != "lower"):
			r.Wins++
		}
		negative = append(negative, -v)
		r.MeanA = add(r.MeanA, x[i], len(d))
		r.MeanB = add(r.MeanB, y[i], len(d))
		r.Effect = add(r.Effect, v, len(d))
	}
	up, down := x, y
	if r.Better == "lower" {
		up, down = y, x
	}
	if r.Better != "" {
		r.Improvement, r.ImprovementLo, r.ImprovementHi = stats.Improvement([][]float64{up}, [][]float64{down}, Reps, Seed)
	}
	_, more := stats.Wilcoxon(d)
	_, less := stats.Wilcoxon(negative)
	r.Wilcoxon = math.Min(1, 2*math.Min(more, less))
	if len(d) <= mostFlips || test == "signflip" {
		r.SignFlip = math.Min(1, 2*math.Min(stats.SignFlip(d, Seed), stats.SignFlip(negative, Seed)))
	}
	r.Reach = reach(len(d))
	if iv, err := stats.TMean(d); err == nil {
		r.Effect, r.Lo, r.Hi, r.SD, r.T = iv.Effect, iv.Lo, iv.Hi, iv.SD, iv.PTwoSided(0)
		for _, w := range iv.Warnings {
			if r.Ties < len(d) && len(d) >= LeastSeeds {
				r.Notes = append(r.Notes, "differences: "+w)
			}
		}
	}
}

// reach is the smallest two-sided p value that n pairs have by sign flips: both
// signs alike, of 2^n, or of the flips that are drawn where there are too many.
func reach(n int) float64 {
	if n > mostFlips {
		return 2.0 / (stats.Draws + 1)
	}
	return math.Ldexp(1, 1-n)
}

// budget is the view's, or the most that every cell of the task that is done reaches.
func (c *comparison) budget(t *task, metric string, v View) float64 {
	if v.Budget > 0 {
		return v.Budget
	}
	least := math.Inf(1)
	for _, p := range t.cells {
		for _, one := range []struct {
			s    Source
			cell suites.Cell
		}{{c.sa, p.a}, {c.sb, p.b}} {
			if spent, ok := v.reaches(one.s.Results, one.cell, metric); ok {
				least = math.Min(least, spent)
			}
		}
	}
	if math.IsInf(least, 1) {
		return math.NaN()
	}
	return least
}

func spanned(span [2]int, step int, first bool) [2]int {
	if first {
		return [2]int{step, step}
	}
	return [2]int{min(span[0], step), max(span[1], step)}
}
