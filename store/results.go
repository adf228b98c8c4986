package store

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/suites"
)

// Results is what the cells of a plan have left. It does not change.
type Results struct {
	Plan  *suites.Plan
	cells map[string]*Result
}

// NewResults makes Results of a list, the points of each in any order. Of two
// results of a cell the later counts.
func NewResults(plan *suites.Plan, list []Result) *Results {
	r := &Results{Plan: plan, cells: make(map[string]*Result, len(list))}
	for _, result := range list {
		result.Points = slices.Clone(result.Points)
		slices.SortStableFunc(result.Points, byMetric)
		r.cells[result.Cell] = &result
	}
	return r
}

// Cell returns how a cell ended, its points sorted by metric and step and its
// vectors left in the store; false if it has not ended.
func (r *Results) Cell(id string) (*Result, bool) {
	c, ok := r.cells[id]
	return c, ok
}

// Value returns a metric of a cell at the last step that has it: the number
// that a claim rests on; of area(METRIC), the area under the metric's points by
// trapezes, over the steps that they span or the last share of them; of fall(METRIC), its
// worst step down. Where there is none, v is NaN and reason says why:
// the cell has not ended or is not done, it does not log the metric, or the
// metric had no value there. ok with a NaN means that the metric is NaN.
func (r *Results) Value(cell, metric string) (v float64, reason string, ok bool) {
	c, ended := r.cells[cell]
	if ended && c.Outcome != Done {
		// Points before a divergence are no end; ValueAt has them.
		return math.NaN(), unfinished(c), false
	}
	of := suites.Logged(metric)
	series := r.Series(cell, of)
	_, share, area := suites.Area(metric)
	_, fall := suites.Fall(metric)
	switch {
	case len(series) == 0:
		return math.NaN(), r.absent(cell, of), false
	case area:
		return areaUnder(of, series, share)
	case fall:
		return worstFall(of, series)
	}
	return value(series[len(series)-1])
}

// areaUnder is the mean height of a curve through points in the order of their steps,
// over the last share of these; every point of it must have a value.
func areaUnder(metric string, points []Point, share float64) (v float64, reason string, ok bool) {
	first, end := points[0].Step, points[len(points)-1].Step
	if len(points) == 1 {
		return math.NaN(), fmt.Sprintf("%s is logged at step %d only; an area wants two points", metric, first), false
	}
	from := float64(end) - float64(share*float64(end-first))
	for i, p := range points {
		if p.Reason != "" && (float64(p.Step) >= from || float64(points[i+1].Step) > from) {
			return math.NaN(), fmt.Sprintf("step %d: %s", p.Step, p.Reason), false
		}
		if i == 0 || float64(p.Step) <= from {
			continue
		}
		last := points[i-1]
		width, height := float64(p.Step-last.Step), last.Value
		if cut := from - float64(last.Step); cut > 0 { // the curve begins between two points
			height += float64((p.Value - last.Value) * (cut / width))
			width -= cut
		}
		v += float64(width / 2 * (p.Value + height))
	}
	return v / (float64(end) - from), "", true
}

// worstFall is the largest (v_s - v_t)/(1 + |v_s|) over adjacent points s and t of a
// curve, all of which must have a value, and 0 where it never goes down.
func worstFall(metric string, points []Point) (v float64, reason string, ok bool) {
	if len(points) == 1 {
		return math.NaN(), fmt.Sprintf("%s is logged at step %d only; a fall wants two points", metric, points[0].Step), false
	}
	for i, p := range points {
		if p.Reason != "" {
			return math.NaN(), fmt.Sprintf("step %d: %s", p.Step, p.Reason), false
		}
		if i == 0 {
			continue
		}
		last := points[i-1].Value
		down := (last - p.Value) / (1 + math.Abs(last))
		if math.IsNaN(down) {
			return down, "", true
		}
		v = max(v, down)
	}
	return v, "", true
}

// ValueAt returns a metric of a cell at one step, however the cell ended;
// else as Value.
func (r *Results) ValueAt(cell, metric string, step int) (v float64, reason string, ok bool) {
	series := r.Series(cell, metric)
	i, found := slices.BinarySearchFunc(series, step, func(p Point, step int) int { return cmp.Compare(p.Step, step) })
	if found {
		return value(series[i])
	}
	if c, ended := r.cells[cell]; ended && c.Outcome != Done {
		return math.NaN(), unfinished(c), false
	}
	if len(series) == 0 {
		return math.NaN(), r.absent(cell, metric), false
	}
	return math.NaN(), fmt.Sprintf("%s is not logged at step %d; steps %d to %d have it", metric, step, series[0].Step, series[len(series)-1].Step), false
}

// Series returns all points of a metric in the order of their steps, those
// without a value too. It shares memory with r.
func (r *Results) Series(cell, metric string) []Point {
	c, ended := r.cells[cell]
	if !ended {
		return nil
	}
	from, _ := slices.BinarySearchFunc(c.Points, metric, func(p Point, metric string) int { return strings.Compare(p.Metric, metric) })
	to := from
	for to < len(c.Points) && c.Points[to].Metric == metric {
		to++
	}
	return c.Points[from:to:to]
}

// Steps returns the steps of Series.
func (r *Results) Steps(cell, metric string) []int {
	var steps []int
	for _, p := range r.Series(cell, metric) {
		steps = append(steps, p.Step)
	}
	return steps
}

// Metrics returns the names of a cell's metrics, sorted.
func (r *Results) Metrics(cell string) []string {
	c, ended := r.cells[cell]
	if !ended {
		return nil
	}
	var names []string
	for _, p := range c.Points {
		names = append(names, p.Metric)
	}
	return slices.Compact(names)
}

func value(p Point) (float64, string, bool) {
	if p.Reason != "" {
		return math.NaN(), p.Reason, false
	}
	return p.Value, "", true
}

func (r *Results) absent(cell, metric string) string {
	if _, ended := r.cells[cell]; !ended {
		return "not run"
	}
	return fmt.Sprintf("%s is not logged; have %s", metric, strings.Join(r.Metrics(cell), ", "))
}

func unfinished(c *Result) string {
	text := string(c.Outcome)
	if c.Outcome != Refused {
		text += fmt.Sprintf(" at step %d", c.Step)
	}
	if c.Reason != "" {
		text += ": " + c.Reason
	}
	return text
}
