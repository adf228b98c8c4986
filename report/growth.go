package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg/draw"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A slopeGroup is one figure of growth laws: all slope parts that share metric,
// axis and grids, so that estimators stand side by side.
type slopeGroup struct {
	metric, against string
	log             bool
	grids           []string
	cells           []suites.Cell // all of them, each once
	claims          []string
	expects         []expectation
	where           string // tells it from another of the same metric and axis
}

// An expectation is a claimed slope of some series.
type expectation struct {
	slope  float64
	within float64
	series map[string]bool
}

func slopeGroups(plan *suites.Plan, cells []suites.Cell) []*slopeGroup {
	var groups []*slopeGroup
	at := map[string]*slopeGroup{}
	for _, claim := range plan.Claims {
		for _, p := range claim.Parts {
			chosen := pick(cells, p.Over)
			if p.Kind != "slope" || len(chosen) == 0 {
				continue
			}
			grids := newSet()
			for _, c := range chosen {
				grids.add(c.Grid)
			}
			key := fmt.Sprintf("%q %q %v %q", p.Metric, p.Against, p.Scale == "linear", grids.list)
			g := at[key]
			if g == nil {
				g = &slopeGroup{metric: p.Metric, against: p.Against, log: p.Scale != "linear", grids: grids.list}
				at[key] = g
				groups = append(groups, g)
			}
			g.add(claim.ID, p, chosen)
		}
	}
	same := map[string]int{}
	for _, g := range groups {
		same[g.title()]++
	}
	for _, g := range groups {
		if same[g.title()] > 1 {
			g.where = ": grid " + strings.Join(g.grids, ", ")
		}
	}
	return groups
}

func (g *slopeGroup) add(claim string, p suites.Part, cells []suites.Cell) {
	if len(g.claims) == 0 || g.claims[len(g.claims)-1] != claim {
		g.claims = append(g.claims, claim)
	}
	g.cells = distinct(append(g.cells, cells...))
	if p.Expect == nil {
		return
	}
	series := map[string]bool{}
	for _, c := range cells {
		series[g.seriesOf(c)] = true
	}
	for _, e := range g.expects {
		if e.slope == *p.Expect {
			for s := range series {
				e.series[s] = true
			}
			return
		}
	}
	g.expects = append(g.expects, expectation{*p.Expect, value(p.Within, 0), series})
}

func (g *slopeGroup) title() string {
	return capital(roleWords(inWords(g.metric))) + " against " + symbol(g.against) + g.where
}

// seriesOf is what a line of the figure stands for: everything of a cell but the
// seed and the axis.
func (g *slopeGroup) seriesOf(c suites.Cell) string {
	return join(" x ", without(c.Estimator, g.against), without(c.Model, g.against), without(c.Dataset, g.against), without(c.Optimiser(), g.against))
}

// tallied counts what has no place in the figure.
type tallied struct {
	values, missing, unloggable int

	why []string // reasons of those that are missing
}

// lacks counts a missing value, with the reason that was logged in its place.
func (t *tallied) lacks(reason string) {
	t.missing++
	if reason == "" {
		reason = "missing"
	}
	if !slices.Contains(t.why, reason) {
		t.why = append(t.why, reason)
	}
}

func (g *slopeGroup) draw(id string, results *store.Results, kept arrays, styles looks) Figure {
	xAxis, yAxis := axis{g.log}, axis{g.log}
	lines, xs, tally := g.collect(results, xAxis, yAxis)
	if len(xs) == 0 {
		return failed("no value to draw: " + tally.String())
	}
	styles.giveFamilies(lines, g.against)
	scale := ""
	if g.log {
		scale = ", log scale"
	}
	p := newPlot(symbol(g.against)+scale, inWords(g.metric)+scale)
	b, err := bundleOf(lines, xs, xAxis, yAxis, func(x float64) string { return "at " + g.against + "=" + tickText(x) })
	if err != nil {
		return failed(err.Error())
	}
	fig := Figure{Legend: b.legend, Data: append([][]string{{"series", "seed", g.against, g.metric}}, b.data...)}
	single, err := g.cloud(results, kept, lines, xAxis, yAxis)
	if err != nil {
		return failed(err.Error())
	}
	for _, d := range single.dots {
		fig.Data = append(fig.Data, d.row)
	}
	guides, top := g.guides(lines, b.means, b.hi-b.lo)
	lo, hi := b.lo, b.hi
	if len(guides) > 0 {
		lo, hi = math.Min(lo, top), math.Max(hi, top)
	}
	if span := hi - lo; math.IsInf(span, 0) || math.IsNaN(span) {
		return failed(fmt.Sprintf("no value to draw: from %.3g to %.3g is more than an axis can span", lo, hi))
	}
	if len(single.dots) > 0 {
		lo, hi = single.reach(lo, hi)
	}
	pad := margin(0.05, lo, hi)
	lo, hi = lo-pad, hi+pad
	bands, _, err := b.shades(lo, hi)
	if err != nil {
		return failed(err.Error())
	}
	p.Add(bands...)
	p.Add(b.thins...)
	p.Add(&single)
	p.Add(guides...)
	p.Add(b.middles...)       // on top of seeds and bands
	p.Y.Min, p.Y.Max = lo, hi // after what was added, which widens it
	p.Y.Tick.Marker = yAxis.rangeTicks(p.Y.Min, p.Y.Max)
	p.X.Tick.Marker = xAxis.valueTicks(xs)
	p.X.Min, p.X.Max = xAxis.at(xs[0]), xAxis.at(xs[len(xs)-1])
	if len(guides) > 0 {
		// The guides' labels stand right of all data.
		p.X.Max += 0.2 * (p.X.Max - p.X.Min)
	}

	fig.Desc = strings.Join(b.said, " ")
	fig.Caption = join(" ", g.caption(b, tally), single.String())
	if len(g.expects) > 0 {
		guide := look{ink: inkGuide, dash: guideDashes}
		key, err := sample(guide, true, "slope claimed")
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	return fig.drawn(p.Draw, 250, id, g.title())
}

// guideDashes sets theory apart from every measured line.
var guideDashes = dashes()[2]

// guides are the claimed slopes, each just above the highest of its lines.
func (g *slopeGroup) guides(lines []line, means map[string]plotter.XYs, span float64) (plotters []plot.Plotter, top float64) {
	top = math.Inf(-1)
	for _, e := range g.expects {
		from, to, height := math.Inf(1), math.Inf(-1), math.Inf(-1)
		for _, l := range lines {
			if !e.series[l.key] {
				continue
			}
			for _, pt := range means[l.key] {
				from, to = math.Min(from, pt.X), math.Max(to, pt.X)
				height = math.Max(height, pt.Y-e.slope*pt.X)
			}
		}
		if !(from < to) {
			continue
		}
		height += 0.07*span + 0.01
		ends := plotter.XYs{{X: from, Y: height + e.slope*from}, {X: to, Y: height + e.slope*to}}
		top = math.Max(top, math.Max(ends[0].Y, ends[1].Y))
		guide, err := plotter.NewLine(ends)
		if err != nil {
			continue
		}
		guide.LineStyle = draw.LineStyle{Color: inkGuide.color(solid), Width: 1, Dashes: guideDashes}
		labels, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{ends[1]}, Labels: []string{"slope " + plain(e.slope)}})
		if err != nil {
			continue
		}
		labels.TextStyle[0].Font = sans(10)
		labels.TextStyle[0].Color = inkText.color(solid)
		labels.TextStyle[0].XAlign = text.XLeft
		labels.TextStyle[0].YAlign = text.YCenter
		labels.Offset.X = 5
		plotters = append(plotters, guide, labels)
	}
	return plotters, top
}

func (g *slopeGroup) caption(b bundle, tally tallied) string {
	where := newSet()
	precisions := newSet()
	for _, c := range g.cells {
		where.add(brief(without(c.Model, g.against) + " on " + without(c.Dataset, g.against)))
		precisions.add(c.Precision)
	}
	averaged := "Lines are means"
	if g.log {
		averaged = "Lines are means of logs"
	}
	grid := "grid " + strings.Join(g.grids, ", ")
	if len(g.grids) == 1 && g.grids[0] == "" {
		grid = ""
	}
	text := join("; ", grid, strings.Join(where.list, ", "), strings.Join(precisions.list, ", ")) + "."
	text += fmt.Sprintf(" %s over %s, bands their 95 %% t intervals at each %s", averaged, plural(b.most, "seed", "seeds"), symbol(g.against))
	if b.thin {
		text += ", thin lines single seeds"
	}
	text += "."
	text += fmt.Sprintf(" Claims: %s.", strings.Join(g.claims, ", "))
	if tally.missing+tally.unloggable > 0 {
		text += " Not drawn: " + tally.String() + "."
	}
	return capital(strings.TrimSpace(text))
}

func (t tallied) String() string {
	var parts []string
	if t.missing > 0 {
		why := " missing"
		if len(t.why) == 1 && t.why[0] != "missing" {
			why = ": " + t.why[0] // all for one reason
		}
		parts = append(parts, fmt.Sprintf("%d of %d values%s", t.missing, t.values, why))
	}
	if t.unloggable > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d values not positive, which a log axis has no place for", t.unloggable, t.values))
	}
	return strings.Join(parts, "; ")
}
