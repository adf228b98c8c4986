package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/vibench/bench/suites"
)

// What a claim of fall(METRIC) says never goes down, as EM's likelihood and CAVI's bound, is
// shown trace by trace: a mean over seeds would hide the one that falls.

// roundingFall is a step down that rounding may make, in (v_s - v_t)/(1 + |v_s|), where the
// claim does not say what it allows.
const roundingFall = 1e-10

// settledFrom is where on a log axis of steps a start may lie off the figure that would leave
// the rest no room.
const settledFrom = 0.3

// A monotone is a metric that is claimed never to go down, and in which cells.
type monotone struct {
	metric string
	within map[string]float64 // by cell, the relative step down that is allowed
}

// monotones are those of the plan that the panel has values of, in the claims' order.
func (p *panel) monotones() (list []monotone) {
	at := map[string]int{}
	var cells []suites.Cell
	for _, c := range p.configs {
		cells = append(cells, c.cells...)
	}
	for _, claim := range p.plan.Claims {
		for _, part := range claim.Parts {
			of, ok := suites.Fall(part.Metric)
			if !ok {
				continue
			}
			for _, c := range pick(cells, part.Over) {
				if len(p.results.Series(c.ID, of)) < 2 {
					continue
				}
				i, known := at[of]
				if !known {
					i = len(list)
					at[of] = i
					list = append(list, monotone{of, map[string]float64{}})
				}
				list[i].within[c.ID] = value(part.Within, roundingFall)
			}
		}
	}
	return list
}

// traced says whether the traces are all that the panel has of a metric.
func (p *panel) traced(metric string) bool {
	for _, m := range p.monotones() {
		if m.metric != metric {
			continue
		}
		return !slices.ContainsFunc(p.configs, func(c config) bool {
			return slices.ContainsFunc(c.cells, func(cell suites.Cell) bool {
				_, claimed := m.within[cell.ID]
				return !claimed && len(p.results.Series(cell.ID, metric)) > 0
			})
		})
	}
	return false
}

// tracedUnlike says whether a metric's traces have no room on one axis: nor have its means.
func (p *panel) tracedUnlike(metric string) bool {
	for _, m := range p.monotones() {
		if m.metric == metric {
			var rises []float64
			for id := range m.within {
				if s := p.results.Series(id, metric); len(s) > 1 {
					rises = append(rises, s[len(s)-1].Value-s[0].Value)
				}
			}
			return unlike(rises)
		}
	}
	return false
}

// traceFigures are one a panel and metric.
func traceFigures(panels []*panel) (list []drawing) {
	for _, p := range panels {
		for _, m := range p.monotones() {
			list = append(list, drawing{p.traceTitle(m.metric), func(id string) Figure { return p.drawTraces(id, m) }})
		}
	}
	return list
}

func (p *panel) traceTitle(metric string) string {
	return p.title(p.traceWords(metric) + ", trace by trace")
}

func (p *panel) traceWords(metric string) string {
	if strings.TrimPrefix(metric, "train/") == "bound" {
		return strings.TrimSpace(strings.Replace(strings.TrimSuffix(metric, "bound"), "train/", "training", 1) + " closed-form bound")
	}
	return p.words(metric)
}

// A trace is one cell's values by step.
type trace struct {
	label string
	look  look
	seed  int
	steps []int
	y     []float64
	falls []int // where the value is below that before by more than is allowed
}

// fallAt is the step down from the value before, as suites.Fall defines it; below 0 it rises.
func (t trace) fallAt(i int) float64 { return (t.y[i-1] - t.y[i]) / (1 + math.Abs(t.y[i-1])) }

// kept are the places of a trace that are drawn: enough for a curve on a log axis, and every fall.
func (t trace) kept() (at []int) {
	last := 0.0
	for i, s := range t.steps {
		falls := slices.Contains(t.falls, i) || slices.Contains(t.falls, i+1)
		if falls || i == len(t.steps)-1 || float64(s) >= 1.05*last {
			at, last = append(at, i), float64(s)
		}
	}
	return at
}

// A kin is configurations that differ in where they start alone: restarts, in one colour.
type kin struct {
	name   string
	cells  []suites.Cell
	labels map[string]string // of the configuration, by cell
}

const startOf = "start"

// starts are the kin of the cells that are claimed never to fall.
func (p *panel) starts(m monotone) (list []kin) {
	at := map[string]int{}
	var cells []suites.Cell
	for _, c := range p.configs {
		for _, cell := range c.cells {
			if _, claimed := m.within[cell.ID]; !claimed {
				continue
			}
			key := join(" x ", without(cell.Estimator, startOf), without(cell.Model, startOf), without(cell.Optimiser(), startOf))
			i, known := at[key]
			if !known {
				i = len(list)
				at[key] = i
				list, cells = append(list, kin{labels: map[string]string{}}), append(cells, cell)
			}
			list[i].cells, list[i].labels[cell.ID] = append(list[i].cells, cell), c.label
		}
	}
	for i, name := range labels(cells, startOf) {
		list[i].name = name
	}
	return list
}

func (p *panel) drawTraces(id string, m monotone) Figure {
	var list []trace
	var falls, falling, undrawn int
	worst, deepest, span := 0.0, 0.0, newReach()
	steps := newReach()
	fig := Figure{Data: [][]string{{"series", "seed", "step", m.metric, "step down, relative"}}}
	var said []string
	for i, family := range p.starts(m) {
		first, last := newReach(), newReach()
		n, ink := 0, inkSeries+ink(i%seriesColors)
		for _, cell0 := range family.cells {
			within := m.within[cell0.ID]
			t := trace{label: family.labels[cell0.ID], look: look{ink: ink}, seed: cell0.Seed}
			for _, pt := range p.results.Series(cell0.ID, m.metric) {
				if pt.Reason != "" || math.IsNaN(pt.Value) || math.IsInf(pt.Value, 0) {
					undrawn++
					continue
				}
				t.steps, t.y = append(t.steps, pt.Step), append(t.y, pt.Value)
			}
			if len(t.y) < 2 {
				continue
			}
			for i := 1; i < len(t.y); i++ {
				f := t.fallAt(i)
				worst = math.Max(worst, f)
				if f > within {
					t.falls = append(t.falls, i)
					deepest = math.Max(deepest, t.y[i-1]-t.y[i])
				}
			}
			if falls += len(t.falls); len(t.falls) > 0 {
				falling++
			}
			n++
			first.see(t.y[0])
			last.see(t.y[len(t.y)-1])
			for _, i := range t.kept() {
				down := ""
				if i > 0 {
					down = cell(math.Max(0, t.fallAt(i)))
				}
				fig.Data = append(fig.Data, []string{t.label, fmt.Sprint(t.seed), fmt.Sprint(t.steps[i]), cell(t.y[i]), down})
			}
			steps.see(float64(t.steps[0]), float64(t.steps[len(t.steps)-1]))
			list = append(list, t)
		}
		if n > 0 {
			key, err := sample(look{ink: ink}, true, family.name+", "+plural(n, "trace", "traces"))
			if err != nil {
				return failed(err.Error())
			}
			fig.Legend = append(fig.Legend, key)
			said = append(said, fmt.Sprintf("%s: %s, from %s at the start to %s at the end.", family.name, plural(n, "trace", "traces"), first.text(), last.text()))
		}
	}
	if len(list) == 0 {
		return failed("no value to draw: no cell has two values of " + m.metric)
	}
	verdict := fmt.Sprintf("No trace goes down beyond rounding, of %d: the largest step down is %s of its value.", len(list), three(worst))
	if worst == 0 {
		verdict = fmt.Sprintf("No trace goes down at any step, of %d.", len(list))
	}
	if falls > 0 {
		verdict = fmt.Sprintf("%d of %d traces %s down, at %s and most by %s nats: marked.", falling, len(list),
			map[bool]string{true: "goes", false: "go"}[falling == 1], plural(falls, "step", "steps"), three(deepest))
	}
	xAxis, before := axis{log: steps.hi >= 20}, 0.0
	xName := "iterations"
	if xAxis.log {
		xName, before = "1 + iterations, log scale", 1 // the start has a place too
	}
	at := func(step int) float64 { return xAxis.at(before + float64(step)) }
	rises := make([]float64, len(list))
	for i, t := range list {
		rises[i] = t.rise()
	}
	yName, shares := p.traceWords(m.metric)+", nats", unlike(rises)
	if shares {
		yName = "share of each trace's rise"
		for n := range list {
			list[n] = list[n].share()
		}
	}
	settled := newReach()
	for _, t := range list {
		span.see(t.y...)
		for i, y := range t.y {
			if 1+float64(t.steps[i]) >= math.Pow(1+steps.hi, settledFrom) {
				settled.see(y)
			}
		}
	}
	cut := span.hi-span.lo > 4*(settled.hi-settled.lo) && settled.hi > settled.lo
	if cut {
		span = reach{math.Max(span.lo, settled.lo-0.5*(settled.hi-settled.lo)), settled.hi}
	}
	lo, hi := span.padded()
	if width := hi - lo; math.IsInf(width, 0) || math.IsNaN(width) {
		return failed(fmt.Sprintf("no value to draw: from %.3g to %.3g is more than an axis can span", span.lo, span.hi))
	}
	pl := newPlot(xName, yName)
	for _, t := range list {
		var pts plotter.XYs
		for _, i := range t.kept() {
			pts = append(pts, plotter.XY{X: at(t.steps[i]), Y: t.y[i]})
		}
		if len(pts) < 2 {
			continue
		}
		l, err := plotter.NewLine(pts)
		if err != nil {
			return failed(err.Error())
		}
		l.LineStyle = draw.LineStyle{Color: t.look.ink.color(thinOf(len(list))), Width: 1}
		pl.Add(l)
	}
	pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
		x, y := pl.Transforms(&c)
		for _, t := range list {
			for _, i := range t.falls {
				if t.y[i] >= lo {
					c.DrawGlyph(draw.GlyphStyle{Color: inkText.color(solid), Radius: 4, Shape: draw.RingGlyph{}}, vg.Point{X: x(at(t.steps[i])), Y: y(t.y[i])})
				}
			}
		}
	}))
	pl.X.Min, pl.X.Max = at(int(steps.lo)), at(int(steps.hi))
	pl.Y.Min, pl.Y.Max = lo, hi
	pl.X.Tick.Marker, pl.Y.Tick.Marker = xAxis.rangeTicks(pl.X.Min, pl.X.Max), axis{}.rangeTicks(lo, hi)
	if falls > 0 {
		key, err := sample(look{ink: inkText, glyph: draw.RingGlyph{}}, false, "a step down")
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	fig.Desc = strings.Join(append([]string{verdict}, said...), " ")
	fig.Caption = p.about() + " A line is one cell: a seed, its data and its start. " + verdict
	if shares {
		fig.Caption += " Traces of so different a size are drawn from 0, their start, to 1, their end."
	}
	if cut {
		fig.Caption += " Some starts lie off the axis, so that the ends can be told apart."
	}
	if undrawn > 0 {
		fig.Caption += fmt.Sprintf(" Not drawn: %s missing.", plural(undrawn, "value", "values"))
	}
	return fig.drawn(pl.Draw, 280, id, p.traceTitle(m.metric))
}

// rise is from a trace's start to its end.
func (t trace) rise() float64 { return t.y[len(t.y)-1] - t.y[0] }

// unlike says whether traces rise by amounts that one axis has no room for.
func unlike(rises []float64) bool {
	span := newReach()
	for _, rise := range rises {
		if rise > 0 {
			span.see(rise)
		}
	}
	return span.lo > 0 && span.hi > 1e4*span.lo
}

// share is the trace as a share of its own rise; one that does not rise stays at 1, its end.
func (t trace) share() trace {
	y := make([]float64, len(t.y))
	for i, v := range t.y {
		if y[i] = 1; t.rise() > 0 {
			y[i] = (v - t.y[0]) / t.rise()
		}
	}
	t.y = y
	return t
}

// thinOf is the weight of a line among n.
func thinOf(n int) weight {
	if n <= 12 {
		return solid
	}
	return thin
}

// text is the range in words.
func (r reach) text() string {
	if r.lo == r.hi {
		return three(r.lo)
	}
	return three(r.lo) + " to " + three(r.hi)
}
