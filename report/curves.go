package report

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/vibench/bench/store"
)

// Learning curves: a metric that is logged at several steps of training, a line a
// configuration.

const (
	mostCurves = 8   // figures of a panel
	mostSteps  = 300 // points of a line
)

// curveOrder is what a reader looks for first; other metrics follow by name.
var curveOrder = []string{"iwae", "elbo", "nll", "logpx", "kl", "ess", "active-units", "snr", "dsnr", "gradvar", "gap"}

// curves are the figures of the metrics that are worth one, and the names of
// those that the page has no room for.
func (p *panel) curves() (shown, left []string) {
	for _, m := range p.metrics {
		switch {
		case ofNetworks(m) && p.constant(m): // a sentence says it
		case p.traced(m): // a figure of its own
		case p.tracedUnlike(m): // likewise, in shares
			left = append(left, m)
		case len(p.steps(m)) < 2 || strings.HasSuffix(m, "/floor") || strings.HasSuffix(m, "/r"):
		case strings.HasPrefix(m, "entropies/") && p.hasEntropies(): // a figure of their own
		case ofNetworks(m):
			shown = append(shown, m)
		default:
			left = append(left, m)
		}
	}
	rank := func(m string) int {
		name, _, _ := strings.Cut(strings.TrimPrefix(m, "train/"), "/")
		name, _, _ = strings.Cut(name, "@")
		at := slices.Index(curveOrder, name)
		if at < 0 {
			at = len(curveOrder)
		}
		return at
	}
	slices.SortStableFunc(shown, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	if len(shown) > mostCurves {
		shown, left = shown[:mostCurves], append(shown[mostCurves:], left...)
	}
	return shown, left
}

// constant says whether a metric is one number in all cells at all of several steps.
func (p *panel) constant(metric string) bool {
	first, n := math.NaN(), 0
	for _, c := range p.configs {
		for _, cell := range c.cells {
			for _, pt := range p.results.Series(cell.ID, metric) {
				if n++; n == 1 {
					first = pt.Value
				}
				if pt.Reason != "" || pt.Value != first {
					return false
				}
			}
		}
	}
	return n > 1 && len(p.steps(metric)) > 1
}

// constants is the sentence on metrics that would have a curve and are one number everywhere.
func (p *panel) constants() string {
	var said []string
	for _, m := range p.metrics {
		if ofNetworks(m) && !strings.HasSuffix(m, "/floor") && !strings.HasSuffix(m, "/r") && p.constant(m) {
			c := p.configs[0].cells[0].ID
			for _, k := range p.configs {
				for _, cell := range k.cells {
					if len(p.results.Series(cell.ID, m)) > 0 {
						c = cell.ID
					}
				}
			}
			said = append(said, m+" = "+three(p.results.Series(c, m)[0].Value))
		}
	}
	if len(said) == 0 {
		return ""
	}
	return join(": ", p.where, "the same in every cell at every step, and not drawn: "+strings.Join(said, ", ")+".")
}

// Constants are the sentences on what no figure draws because it never changes.
func (c chapter) Constants() (list []string) {
	cells := distinct(c.plan.Cells)
	for _, p := range c.panels(cells, newLooks(cells)) {
		if text := p.constants(); text != "" && len(list) < mostPanels {
			list = append(list, capital(text))
		}
	}
	return list
}

// leftOut says what else was logged in training, and where it is.
func (p *panel) leftOut(metrics []string) string {
	const named = 4
	names := strings.Join(metrics[:min(len(metrics), named)], ", ")
	if len(metrics) > named {
		names += ", ..."
	}
	return fmt.Sprintf("Without a figure, in the tables and whole in bench export: %s over training (%s).", plural(len(metrics), "more metric", "more metrics"), names)
}

// ofNetworks says whether a metric is of the whole model or of one network: snr/inf
// and not snr/inf/mu/W.
func ofNetworks(metric string) bool {
	name, of, parted := strings.Cut(strings.TrimPrefix(metric, "train/"), "/")
	return !parted || name == "gap" || slices.Contains([]string{"gen", "inf", "own", "shared"}, of)
}

// steps at which any cell of the panel has a value of a metric, sorted.
func (p *panel) steps(metric string) []int {
	seen := map[int]bool{}
	for _, c := range p.configs {
		for _, cell := range c.cells {
			for _, pt := range p.results.Series(cell.ID, metric) {
				if pt.Reason == "" {
					seen[pt.Step] = true
				}
			}
		}
	}
	var steps []int
	for s := range seen {
		steps = append(steps, s)
	}
	slices.Sort(steps)
	return steps
}

// A course is the x axis of training: a step times a unit.
type course struct {
	axis
	label string
	unit  float64
}

// course measures training in samples seen where evaluations are spaced by
// ratios, and else in epochs where there are several, or in steps.
func (p *panel) course(steps []int) course {
	train := p.configs[0].cell.Train
	batch := train.Batch
	if batch == 0 {
		batch = p.rows
	}
	steady := !slices.ContainsFunc(p.configs, func(c config) bool { return c.cell.Train.Batch != train.Batch })
	c := course{label: "training steps", unit: 1}
	if c.log = byRatios(steps); c.log && steady && batch > 0 {
		c.label, c.unit = "samples seen", float64(batch)
	}
	if !c.log && steady && train.Batch > 0 && p.rows >= train.Batch {
		epoch := p.rows / train.Batch // rows that fill no batch wait
		if last := steps[len(steps)-1]; last >= 2*epoch && epoch > 1 {
			c.label, c.unit = "epochs", 1/float64(epoch)
		}
	}
	return c
}

// byRatios says whether steps lie evenly on a log axis rather than on a linear one.
func byRatios(steps []int) bool {
	if len(steps) > 0 && steps[0] == 0 {
		steps = steps[1:]
	}
	if len(steps) < 4 || steps[len(steps)-1] < 10*steps[0] {
		return false
	}
	var gaps, ratios []float64
	for i := range steps[1:] {
		gaps = append(gaps, float64(steps[i+1]-steps[i]))
		ratios = append(ratios, math.Log(float64(steps[i+1])/float64(steps[i])))
	}
	return unevenness(ratios) < unevenness(gaps)
}

// unevenness is the standard deviation over the mean.
func unevenness(x []float64) float64 {
	m, v := mean(x), 0.0
	for _, a := range x {
		v += (a - m) * (a - m)
	}
	return math.Sqrt(v/float64(len(x))) / m
}

// onLog are metrics whose ratios are what is read.
func onLog(metric string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(metric, "train/"), "/")
	return slices.Contains([]string{"snr", "dsnr", "gradvar"}, name)
}

// counts says whether a metric is a number of things.
func counts(metric string) bool {
	return slices.Contains([]string{activeUnits, "live-atoms"}, strings.TrimPrefix(metric, "train/"))
}

func (p *panel) curveTitle(metric string) string {
	return p.title(roleWords(p.words(metric)) + " against " + p.course(p.steps(metric)).label)
}

// words are a metric in words; which data it is of where the panel logs both.
func (p *panel) words(metric string) string {
	if of, train := strings.CutPrefix(metric, "train/"); train {
		return "training " + inWords(of)
	}
	if p.splits() && ofData(metric) {
		return "test " + inWords(metric)
	}
	return inWords(metric)
}

// splits says whether the suite tells training data from held-out data.
func (p *panel) splits() bool {
	return slices.ContainsFunc(p.metrics, func(m string) bool { return strings.HasPrefix(m, "train/") })
}

// curve draws a metric over training; note is what to say at the end.
func (p *panel) curve(id, metric, note string) Figure {
	steps := p.steps(metric)
	xAxis := p.course(steps)
	yAxis := axis{onLog(metric)}
	lines, xs, tally := p.over(metric, steps, xAxis, yAxis)
	if len(xs) < 2 {
		return failed("no value to draw: " + tally.String())
	}
	xName, yName := xAxis.label, p.words(metric)
	if xAxis.log {
		xName += ", log scale"
	}
	if yAxis.log {
		yName += ", log scale"
	}
	plot := newPlot(xName, yName)
	b, err := bundleOf(lines, xs, xAxis.axis, yAxis, func(x float64) string { return "after " + three(x) + " " + xAxis.label })
	if err != nil {
		return failed(err.Error())
	}
	if span := b.hi - b.lo; math.IsInf(span, 0) || math.IsNaN(span) {
		return failed(fmt.Sprintf("no value to draw: from %.3g to %.3g is more than an axis can span", b.lo, b.hi))
	}
	lo, hi, cut := settled(b, xs, xAxis.axis)
	pad := margin(0.05, lo, hi)
	if counts(metric) {
		pad = max(pad, 1)
	}
	lo, hi = lo-pad, hi+pad
	ticks := yAxis.rangeTicks(lo, hi)
	if counts(metric) {
		ticks = atWhole(ticks)
	}
	bands, open, err := b.shades(lo, hi)
	if err != nil {
		return failed(err.Error())
	}
	noise := p.floor(metric, xs, xAxis, yAxis)
	plot.Add(bands...)
	plot.Add(b.thins...)
	if noise.within(lo, hi) {
		l, err := noise.line()
		if err != nil {
			return failed(err.Error())
		}
		key, err := sample(look{ink: inkGuide, dash: guideDashes}, true, "noise floor, mean of all")
		if err != nil {
			return failed(err.Error())
		}
		plot.Add(l)
		b.legend = append(b.legend, key)
	}
	plot.Add(b.middles...)
	plot.Y.Min, plot.Y.Max = lo, hi // after what was added, which widens it
	plot.Y.Tick.Marker = ticks
	plot.X.Min, plot.X.Max = xAxis.at(xs[0]), xAxis.at(xs[len(xs)-1])
	if !xAxis.log {
		plot.X.Min = math.Min(0, plot.X.Min)
	}
	plot.X.Tick.Marker = xAxis.rangeTicks(plot.X.Min, plot.X.Max)

	fig := Figure{Legend: b.legend, Data: append([][]string{{"series", "seed", xAxis.label, metric}}, b.data...)}
	fig.Desc = strings.Join(b.said, " ")
	fig.Caption = p.about()
	if batch := p.configs[0].cell.Train.Batch; batch > 0 {
		fig.Caption += fmt.Sprintf(" Batch %d.", batch)
	}
	means := "means"
	if yAxis.log {
		means = "means of logs"
	}
	if b.most > 1 { // else the caption has said that there is one seed
		fig.Caption += fmt.Sprintf(" Lines are %s over seeds, bands their 95 %% t intervals at each evaluation", means)
		if b.thin {
			fig.Caption += ", thin lines single seeds"
		}
		fig.Caption += "."
	}
	if xAxis.log && steps[0] == 0 {
		fig.Caption += " The start, before any sample, has no place on a log axis."
	}
	if cut {
		fig.Caption += " The start lies off the axis, so that the ends can be told apart."
	}
	if open {
		fig.Caption += " Where an interval leaves the axis on both sides, its band is not filled."
	}
	if len(steps) > len(xs) && len(xs) > mostSteps/2 {
		fig.Caption += fmt.Sprintf(" %d of %d evaluations are drawn.", len(xs), len(steps))
	}
	if tally.missing+tally.unloggable > 0 {
		fig.Caption += " Not drawn: " + tally.String() + "."
	}
	fig.Caption = join(" ", fig.Caption, noise.String())
	fig.Caption = join(" ", fig.Caption, note)
	return fig.drawn(plot.Draw, figureHeight, id, p.curveTitle(metric))
}

// over sorts a metric's values into lines over the course of training.
func (p *panel) over(metric string, steps []int, xAxis course, yAxis axis) (lines []line, xs []float64, tally tallied) {
	return p.overOf(func(cell string) []store.Point { return p.results.Series(cell, metric) }, steps, xAxis, yAxis)
}

// overOf does so with what is made of a cell's values.
func (p *panel) overOf(series func(cell string) []store.Point, steps []int, xAxis course, yAxis axis) (lines []line, xs []float64, tally tallied) {
	kept := map[int]bool{}
	every := (len(steps) + mostSteps - 1) / mostSteps
	for i := len(steps) - 1; i >= 0; i -= every { // the last one always
		kept[steps[i]] = true
	}
	seen := map[float64]bool{}
	for _, c := range p.configs {
		l := line{key: fmt.Sprint(len(lines)), label: c.label, cell: c.cell, look: c.look, seeds: map[int]map[float64]float64{}}
		for _, cell := range c.cells {
			for _, pt := range series(cell.ID) {
				if !kept[pt.Step] || xAxis.log && pt.Step == 0 {
					continue
				}
				tally.values++
				x := float64(pt.Step) * xAxis.unit
				switch {
				case pt.Reason != "":
					tally.lacks(pt.Reason)
				case math.IsNaN(pt.Value) || math.IsInf(pt.Value, 0):
					tally.lacks("")
				case !xAxis.drawable(x) || !yAxis.drawable(pt.Value):
					tally.unloggable++
				default:
					if l.seeds[cell.Seed] == nil {
						l.seeds[cell.Seed] = map[float64]float64{}
					}
					l.seeds[cell.Seed][x], seen[x] = yAxis.at(pt.Value), true
				}
			}
		}
		if len(l.seeds) > 0 {
			lines = joined(lines, l)
		}
	}
	for x := range seen {
		xs = append(xs, x)
	}
	slices.Sort(xs)
	return lines, xs, tally
}

// joined adds a line to others. Cells that follow one estimator are at the same
// parameters, and what an evaluation finds there is the same of all: one line.
func joined(lines []line, l line) []line {
	for i, o := range lines {
		if l.cell.Train.Follow != nil && o.cell.Train.Follow != nil && reflect.DeepEqual(o.seeds, l.seeds) {
			lines[i].label += ", " + l.label
			return lines
		}
	}
	return append(lines, l)
}

// settled is the range to draw: without the first fifth of training where that
// would leave the rest no room, and then cut is true.
func settled(b bundle, xs []float64, xAxis axis) (lo, hi float64, cut bool) {
	from := xAxis.at(xs[len(xs)/5])
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, s := range b.spans {
		if s.x >= from {
			lo, hi = math.Min(lo, s.lo), math.Max(hi, s.hi)
		}
	}
	if room := 0.25 * (hi - lo); b.hi-b.lo > 4*(hi-lo) && hi > lo {
		return math.Max(b.lo, lo-room), math.Min(b.hi, hi+room), true
	}
	return b.lo, b.hi, false
}
