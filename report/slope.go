package report

import (
	"fmt"
	"math"
	"strconv"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/suites"
)

// slope is the growth law: per seed the least-squares slope of log metric on
// log x, then the t interval of the slopes over seeds against expect ± within.
// A seed enters only with its whole curve: a slope over fewer points is another
// quantity when the law is asymptotic.
func (t test) slope(r *reader) finding {
	p := t.part
	curves, complete := t.curves(r)
	var slopes []float64
	for _, seed := range seedsOf(curves) {
		if !complete[seed] {
			continue
		}
		x, y := curves[seed].x, curves[seed].y
		if r.log {
			logs := make([]float64, len(x))
			for i, v := range x {
				if v <= 0 {
					r.note("no logarithm of "+p.Against, strconv.FormatFloat(v, 'g', -1, 64))
					return nothing()
				}
				logs[i] = math.Log(v)
			}
			x = logs
		}
		slope, _, err := stats.Slope(x, y)
		if err != nil {
			r.note(fmt.Sprintf("seed %d", seed), err.Error())
			continue
		}
		slopes = append(slopes, slope)
	}
	expect, within := value(p.Expect, 0), math.Abs(value(p.Within, 0))
	return t.decide(slopes, Span{expect - within, expect + within})
}

// A curve is a metric against a label for one seed, in the plan's order.
type curve struct {
	x, y  []float64
	cells []suites.Cell
}

// curves reads one curve a seed; complete says which of them have every value
// of x that any seed has.
func (t test) curves(r *reader) (map[int]*curve, map[int]bool) {
	p := t.part
	curves := map[int]*curve{}
	asked := map[int]int{}
	xs := map[float64]bool{}
	at := map[int]map[float64]bool{}
	for _, c := range pick(t.cells, p.Over) {
		x, ok := numberAt(c, p.Against)
		if !ok {
			r.note("no number "+p.Against, c.String())
			continue
		}
		k := curves[c.Seed]
		if k == nil {
			k = &curve{}
			curves[c.Seed], at[c.Seed] = k, map[float64]bool{}
		}
		y, ok := r.read(c)
		if at[c.Seed][x] {
			r.note("several cells a seed and "+p.Against, c.String())
			continue
		}
		at[c.Seed][x], xs[x] = true, true
		asked[c.Seed]++
		if ok {
			k.x, k.y, k.cells = append(k.x, x), append(k.y, y), append(k.cells, c)
		}
	}
	complete := map[int]bool{}
	for seed, k := range curves {
		complete[seed] = len(k.y) == len(xs)
		if asked[seed] != len(xs) {
			r.note(fmt.Sprintf("seed %d", seed), fmt.Sprintf("has %d of %d values of %s", asked[seed], len(xs), p.Against))
		}
	}
	return curves, complete
}
