package report

import (
	"cmp"
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

// A sweep is a metric at the end of cells that differ in one number of their estimator,
// as samples K or a temperature, against that number: plots one below the other share it.

const mostSweeps = 4 // figures of a panel

// A layer is one of the plots.
type layer struct {
	label string
	log   bool
	of    []measure
}

// A measure is what a layer draws of a cell.
type measure struct {
	name  string // in the numbers behind the figure
	words string // in the legend, where a layer has several
	value func(cell string) (x float64, why string, ok bool)
	floor string // the metric that is its noise floor
	glyph draw.GlyphDrawer
	paint bool // its intervals and seeds are drawn
}

func (p *panel) measured(metric string) measure {
	return measure{name: metric, value: func(cell string) (float64, string, bool) { return p.results.Value(cell, metric) }, floor: metric + "/floor", paint: true}
}

// swept says how many values of a number the configurations of one series have, at most.
func (p *panel) swept(against string) int {
	values := map[string]map[float64]bool{}
	most := 0
	for _, c := range p.configs {
		x, ok := numberAt(c.cell, against)
		if !ok || !p.estimates(c.cell, against) {
			continue
		}
		key := p.seriesKey(c.cell, against)
		if values[key] == nil {
			values[key] = map[float64]bool{}
		}
		values[key][x] = true
		most = max(most, len(values[key]))
	}
	return most
}

// estimates says whether a number is one of the cell's estimator.
func (p *panel) estimates(c suites.Cell, name string) bool {
	_, own := c.Estimator.Params[name]
	return own
}

// seriesKey is everything of a cell but the seed and a number.
func (p *panel) seriesKey(c suites.Cell, against string) string {
	return join(" x ", p.bare(c.Estimator, against).String(), without(c.Model, against), without(c.Dataset, against), without(c.Optimiser(), against))
}

// bare is an estimator without a number, and without those of its kind that are always the
// same, as a prior's temperature that goes with the posterior's.
func (p *panel) bare(c suites.Choice, against string) suites.Choice {
	kept := suites.Choice{Name: c.Name, Params: map[string]any{}}
	for k, v := range c.Params {
		tied := strings.HasSuffix(k, "_"+against) && !slices.ContainsFunc(p.configs, func(o config) bool {
			e := o.cell.Estimator
			return e.Name == c.Name && fmt.Sprint(e.Params[k]) != fmt.Sprint(e.Params[against])
		})
		if k != against && !tied {
			kept.Params[k] = v
		}
	}
	return kept
}

// whole is the panel with every configuration: one line of a sweep is several.
func (p *panel) whole() *panel {
	w := *p
	w.configs, w.more = p.all, 0
	return &w
}

// sweeps are the figures of what the panel's cells end with against the samples that an
// estimator takes, but for those that a claimed slope has a figure of.
func (p *panel) sweeps(laws []*slopeGroup) (list []drawing) {
	claimed := map[string]bool{}
	for _, c := range p.plan.Claims {
		for _, part := range c.Parts {
			claimed[part.Metric] = true
		}
	}
	worth := func(metric string) bool {
		name, of, _ := strings.Cut(metric, "/")
		name, _, sized := strings.Cut(name, "@")
		switch {
		case slices.Contains([]string{"snr", "dsnr", "gradvar", "bias"}, name):
			role, _, single := strings.Cut(of, "/")
			if !p.alike() || role != "gen" && role != "inf" || strings.HasSuffix(of, "/floor") || strings.HasSuffix(of, "/z") || strings.HasSuffix(of, "/detectable") {
				return false
			}
			if single {
				return claimed[metric]
			}
			return !slices.ContainsFunc(p.metrics, func(m string) bool { return strings.HasPrefix(m, metric+"/") && claimed[m] })
		case slices.Contains([]string{"elbo", "iwae", "nll"}, name):
			return !p.alike() && of == "" && (sized || name == "elbo")
		}
		return false
	}
	rank := func(m string) int {
		name, _, _ := strings.Cut(m, "/")
		return slices.Index([]string{"dsnr", "snr", "bias", "gradvar"}, name)
	}
	for _, against := range []string{"k", "m"} {
		if p.swept(against) < 2 {
			continue
		}
		metrics := slices.DeleteFunc(slices.Clone(p.metrics), func(m string) bool { return !worth(m) || p.lawOf(laws, m, against) })
		slices.SortStableFunc(metrics, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
		for _, m := range metrics[:min(len(metrics), mostSweeps)] {
			title := p.title(roleWords(p.words(m)) + " against " + symbol(against))
			label, log := p.words(m), onLog(m) || strings.HasPrefix(m, "bias/")
			list = append(list, drawing{title, func(id string) Figure {
				return p.drawSweep(id, title, against, []layer{{label, log, []measure{p.measured(m)}}}, "")
			}})
		}
	}
	return list
}

// alike says whether directions are of the same parameters, which training with different
// estimators parts.
func (p *panel) alike() bool {
	return !slices.ContainsFunc(p.configs, func(c config) bool { return c.cell.Train.Steps > 0 && c.cell.Train.Follow == nil })
}

// lawOf says whether a claimed slope draws a metric of the panel's cells, or one of its
// parameters.
func (p *panel) lawOf(laws []*slopeGroup, metric, against string) bool {
	return slices.ContainsFunc(laws, func(g *slopeGroup) bool {
		return g.against == against && (g.metric == metric || strings.HasPrefix(g.metric, metric+"/")) &&
			slices.ContainsFunc(g.cells, func(c suites.Cell) bool { return c.ID == p.configs[0].cell.ID })
	})
}

// temperatures are the figures of what a relaxation's temperature trades: bias against
// variance of its gradients (Jang, Gu and Poole 2017, 1611.01144), and the relaxed bound
// against the discrete one, whose distance is the integrality gap (Maddison, Mnih and Teh
// 2017, 1611.00712).
func (p *panel) temperatures() (list []drawing) {
	const against = "tau"
	if p.swept(against) < 2 {
		return nil
	}
	for _, role := range []string{"inf", "gen"} {
		bias, variance := "bias/"+role, "gradvar/"+role
		if !p.alike() || !slices.Contains(p.metrics, bias) || !slices.Contains(p.metrics, variance) {
			continue
		}
		title := p.title(roleWords("bias and variance of "+role) + " against temperature")
		list = append(list, drawing{title, func(id string) Figure {
			return p.drawSweep(id, title, against, []layer{
				{"bias / norm of the mean, log scale", true, []measure{p.measured(bias)}},
				{"variance, log scale", true, []measure{p.measured(variance)}},
			}, "Above, how far the mean direction lies from the exact one, in norms of that; below, the variance of the direction.")
		}})
	}
	for _, m := range p.metrics {
		gap, split := strings.CutSuffix(m, "/gap")
		if of := strings.TrimPrefix(gap, "train/"); !split || !strings.HasPrefix(of, "relaxed@") {
			continue
		}
		relaxed, apart := p.measured(gap), p.measured(m)
		relaxed.words, relaxed.floor, apart.floor = "relaxed bound", "", ""
		discrete := measure{name: gap + " - gap", words: "discrete bound, at the same parameters", glyph: diamond{}, value: func(cell string) (float64, string, bool) {
			a, why, ok := p.results.Value(cell, gap)
			b, whyB, okB := p.results.Value(cell, m)
			return a - b, cmp.Or(why, whyB), ok && okB
		}}
		of, train := strings.CutPrefix(gap, "train/")
		words := "integrality gap"
		if train {
			words = "training integrality gap"
		}
		if _, k, _ := strings.Cut(of, "@"); k != "1" {
			words += " of " + k + " samples"
		}
		title := p.title(words + " against temperature")
		list = append(list, drawing{title, func(id string) Figure {
			return p.drawSweep(id, title, against, []layer{{"nats", false, []measure{relaxed, discrete}}, {"integrality gap", false, []measure{apart}}},
				"Above, the bound of the relaxed model and that of the discrete one with the same parameters; below, how far the first lies above the second.")
		}})
	}
	return list
}

// symbol is a number of an estimator as papers write it.
func symbol(label string) string {
	switch label {
	case "k", "m":
		return strings.ToUpper(label)
	case "tau":
		return "temperature"
	}
	return label
}

func (p *panel) drawSweep(id, title, against string, layers []layer, note string) Figure {
	fig := Figure{Data: [][]string{{"series", "seed", against, "value", "of"}}}
	all := newReach()
	for _, c := range p.configs {
		if x, ok := numberAt(c.cell, against); ok {
			all.see(x)
		}
	}
	xAxis := axis{log: all.lo > 0 && all.hi >= 8*all.lo}
	xLabel := symbol(against)
	if xAxis.log {
		xLabel += ", log scale"
	}
	at := func(x float64) string { return "at " + symbol(against) + " " + tickText(x) }
	var plots []*plot.Plot
	var said []string
	var tally tallied
	xs := map[float64]bool{}
	most, thins, logs, floored := 0, false, false, false
	for i, ly := range layers {
		yAxis := axis{log: ly.log}
		logs = logs || ly.log
		pl := newPlot("", ly.label)
		if ly.log && !strings.HasSuffix(ly.label, "log scale") {
			pl.Y.Label.Text += ", log scale"
		}
		span := newReach()
		var below, above []plot.Plotter
		var bundles []bundle
		var floors plotter.XYs
		for j, m := range ly.of {
			lines, at0, lacks := p.sweepLines(against, m, xAxis, yAxis)
			tally.values, tally.missing, tally.unloggable = tally.values+lacks.values, tally.missing+lacks.missing, tally.unloggable+lacks.unloggable
			tally.why = append(tally.why, lacks.why...)
			if len(at0) == 0 {
				continue
			}
			if m.glyph != nil {
				for k := range lines {
					lines[k].look.glyph, lines[k].look.dash = m.glyph, guideDashes
				}
			}
			b, err := bundleOf(lines, at0, xAxis, yAxis, at)
			if err != nil {
				return failed(err.Error())
			}
			for _, x := range at0 {
				xs[x] = true
			}
			for _, row := range b.data {
				fig.Data = append(fig.Data, append(slices.Clone(row), m.name))
			}
			span.see(b.lo, b.hi)
			most = max(most, b.most)
			if m.paint && b.thin {
				below, thins = append(below, b.thins...), true
			}
			if m.paint {
				bundles = append(bundles, b)
			}
			above = append(above, b.middles...)
			if i == 0 && j == 0 {
				fig.Legend = b.legend
			}
			if len(layers) > 1 || len(ly.of) > 1 {
				said = append(said, capital(cmp.Or(m.words, strings.TrimSuffix(ly.label, ", log scale")))+":")
			}
			said = append(said, b.said...)
			if f := p.floorsAlong(against, m.floor, xAxis, yAxis); len(f) > 1 {
				floors = f
			}
		}
		if math.IsInf(span.lo, 0) {
			continue
		}
		for _, f := range floors {
			span.see(f.Y)
		}
		if w := span.hi - span.lo; math.IsInf(w, 0) || math.IsNaN(w) {
			return failed(fmt.Sprintf("no value to draw: from %.3g to %.3g is more than an axis can span", span.lo, span.hi))
		}
		lo, hi := span.padded()
		for _, b := range bundles {
			areas, _, err := b.shades(lo, hi)
			if err != nil {
				return failed(err.Error())
			}
			pl.Add(areas...)
		}
		pl.Add(below...)
		if len(floors) > 1 {
			l, err := floor{means: floors}.line()
			if err != nil {
				return failed(err.Error())
			}
			pl.Add(l)
			floored = true
		}
		pl.Add(above...)
		pl.Y.Min, pl.Y.Max = lo, hi
		pl.Y.Tick.Marker = yAxis.rangeTicks(lo, hi)
		plots = append(plots, pl)
	}
	if len(plots) == 0 || len(xs) < 2 {
		return failed("no value to draw: " + tally.String())
	}
	var values []float64
	for x := range xs {
		values = append(values, x)
	}
	slices.Sort(values)
	for _, pl := range plots {
		pl.X.Min, pl.X.Max = xAxis.at(values[0]), xAxis.at(values[len(values)-1])
		pl.X.Tick.Marker = xAxis.valueTicks(values)
	}
	plots[len(plots)-1].X.Label.Text = xLabel
	for _, ly := range layers {
		for _, m := range ly.of {
			if m.words == "" {
				continue
			}
			glyph := look{ink: inkGuide, glyph: draw.CircleGlyph{}}
			if m.glyph != nil {
				glyph = look{ink: inkGuide, glyph: m.glyph, dash: guideDashes}
			}
			key, err := sample(glyph, true, m.words)
			if err != nil {
				return failed(err.Error())
			}
			fig.Legend = append(fig.Legend, key)
		}
	}
	if floored {
		key, err := sample(look{ink: inkGuide, dash: guideDashes}, true, "noise floor, mean of all")
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	fig.Desc = strings.Join(said, " ")
	means := "means"
	if logs {
		means = "means (of logs on a log axis)"
	}
	fig.Caption = join(" ", p.about(), note) + " At the end of the cells: lines are "
	switch {
	case most == 1:
		fig.Caption += "of one seed."
	case thins:
		fig.Caption += fmt.Sprintf("%s over %d seeds, bands their 95 %% t intervals, thin lines single seeds.", means, most)
	default:
		fig.Caption += fmt.Sprintf("%s over %d seeds, bands their 95 %% t intervals.", means, most)
	}
	if tally.missing+tally.unloggable > 0 {
		fig.Caption += " Not drawn: " + tally.String() + "."
	}
	height := vg.Length(figureHeight)
	if len(plots) > 1 {
		height = vg.Length(60 + 150*len(plots))
	}
	return fig.drawn(func(c draw.Canvas) { stack(plots, c) }, height, id, title)
}

// sweepLines sorts a measure into lines over a number of the estimators.
func (p *panel) sweepLines(against string, m measure, xAxis, yAxis axis) (lines []line, xs []float64, tally tallied) {
	at, seen := map[string]int{}, map[float64]bool{}
	for _, c := range p.configs {
		x, ok := numberAt(c.cell, against)
		if !ok || !p.estimates(c.cell, against) || !xAxis.drawable(x) {
			continue
		}
		for _, cell := range c.cells {
			tally.values++
			v, why, ok := m.value(cell.ID)
			switch {
			case !ok || math.IsNaN(v) || math.IsInf(v, 0):
				tally.lacks(why)
				continue
			case !yAxis.drawable(v):
				tally.unloggable++
				continue
			}
			key := p.seriesKey(cell, against)
			i, known := at[key]
			if !known {
				i = len(lines)
				at[key] = i
				shown := cell
				shown.Estimator = p.bare(cell.Estimator, against)
				lines = append(lines, line{key: key, cell: shown, seeds: map[int]map[float64]float64{}})
			}
			if lines[i].seeds[cell.Seed] == nil {
				lines[i].seeds[cell.Seed] = map[float64]float64{}
			}
			lines[i].seeds[cell.Seed][x], seen[x] = yAxis.at(v), true
		}
	}
	cells := make([]suites.Cell, len(lines))
	for i, l := range lines {
		cells[i] = l.cell
	}
	p.styles.giveFamilies(lines, against)
	for i, label := range labels(cells, against) {
		lines[i].label = label
	}
	for x := range seen {
		xs = append(xs, x)
	}
	slices.Sort(xs)
	return lines, xs, tally
}

// floorsAlong is what noise alone would give, over all cells, by a number.
func (p *panel) floorsAlong(against, metric string, xAxis, yAxis axis) (means plotter.XYs) {
	if metric == "" {
		return nil
	}
	at := map[float64][]float64{}
	for _, c := range p.configs {
		x, ok := numberAt(c.cell, against)
		if !ok || !p.estimates(c.cell, against) || !xAxis.drawable(x) {
			continue
		}
		for _, cell := range c.cells {
			if v, _, ok := p.results.Value(cell.ID, metric); ok && yAxis.drawable(v) {
				at[x] = append(at[x], yAxis.at(v))
			}
		}
	}
	var xs []float64
	for x := range at {
		xs = append(xs, x)
	}
	slices.Sort(xs)
	for _, x := range xs {
		means = append(means, plotter.XY{X: xAxis.at(x), Y: mean(at[x])})
	}
	return means
}
