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

	"github.com/vibench/bench/store"
)

// Where the prior's scales and the noise's variance are stationary, the ELBO is a sum of
// three entropies (Damm et al. 2023, 2010.14860; Velychko et al. 2024, 2311.01888): above
// both over training, below how far they are apart.

const entropyBound, entropySum = "entropies/elbo", "entropies/sum"

const entropiesTitle = "The ELBO and the sum of entropies"

func (p *panel) hasEntropies() bool {
	return slices.Contains(p.metrics, entropyBound) && slices.Contains(p.metrics, entropySum)
}

// apart are the distances of the two at every step that has both.
func (p *panel) apart(cell string) []store.Point {
	sums := map[int]store.Point{}
	for _, pt := range p.results.Series(cell, entropySum) {
		sums[pt.Step] = pt
	}
	var list []store.Point
	for _, pt := range p.results.Series(cell, entropyBound) {
		sum, ok := sums[pt.Step]
		switch {
		case !ok:
			continue
		case pt.Reason == "" && sum.Reason != "":
			pt = sum
		case pt.Reason == "":
			pt.Value = math.Abs(sum.Value - pt.Value)
		}
		list = append(list, pt)
	}
	return list
}

func (p *panel) drawEntropies(id string) Figure {
	steps := p.steps(entropyBound)
	xAxis := p.course(steps)
	linear, logs := axis{}, axis{log: true}
	at := func(x float64) string { return "after " + three(x) + " " + xAxis.label }
	fig := Figure{Data: [][]string{{"series", "seed", xAxis.label, "value", "of"}}}

	bounds, xs, tally := p.over(entropyBound, steps, xAxis, linear)
	sums, sumXs, _ := p.over(entropySum, steps, xAxis, linear)
	gaps, gapXs, apart := p.overOf(p.apart, steps, xAxis, logs)
	if len(xs) < 2 || len(sumXs) < 2 {
		return failed("no value to draw: " + tally.String())
	}
	for _, lines := range [][]line{bounds, sums} {
		for i := range lines {
			lines[i].look.glyph = nil // marks are the sums'
		}
	}
	var bundles [3]bundle
	for i, of := range []struct {
		name  string
		lines []line
		xs    []float64
		y     axis
	}{{entropyBound, bounds, xs, linear}, {entropySum, sums, sumXs, linear}, {"|sum - elbo|", gaps, gapXs, logs}} {
		b, err := bundleOf(of.lines, of.xs, xAxis.axis, of.y, at)
		if err != nil {
			return failed(err.Error())
		}
		bundles[i] = b
		for _, row := range b.data {
			fig.Data = append(fig.Data, append(slices.Clone(row), of.name))
		}
	}
	bound, sum, gap := bundles[0], bundles[1], bundles[2]
	fig.Legend = bound.legend

	// Above, one range for both, without a start that would leave the ends no room.
	lo, hi, cut := settled(bound, xs, xAxis.axis)
	sumLo, sumHi, sumCut := settled(sum, sumXs, xAxis.axis)
	lo, hi, cut = math.Min(lo, sumLo), math.Max(hi, sumHi), cut || sumCut
	if span := hi - lo; math.IsInf(span, 0) || math.IsNaN(span) {
		return failed(fmt.Sprintf("no value to draw: from %.3g to %.3g is more than an axis can span", lo, hi))
	}
	pad := margin(0.05, lo, hi)
	lo, hi = lo-pad, hi+pad
	above := newPlot("", "nats")
	bands, _, err := bound.shades(lo, hi)
	if err != nil {
		return failed(err.Error())
	}
	above.Add(bands...)
	above.Add(bound.middles...)
	for _, l := range sums {
		marks, err := plotter.NewScatter(sparse(sum.means[l.key]))
		if err != nil {
			return failed(err.Error())
		}
		marks.GlyphStyle = draw.GlyphStyle{Color: l.look.ink.color(solid), Radius: 3.4, Shape: diamond{}}
		above.Add(marks)
	}
	above.Y.Min, above.Y.Max = lo, hi
	above.Y.Tick.Marker = linear.rangeTicks(lo, hi)
	plots := []*plot.Plot{above}

	key, err := sample(look{ink: inkGuide, glyph: diamond{}}, false, "sum of entropies, in its line's colour")
	if err != nil {
		return failed(err.Error())
	}
	fig.Legend = append(fig.Legend, key)
	fig.Caption = p.about() + " Above, lines are the ELBO and diamonds the sum of entropies, means over seeds, bands the 95 % t intervals of the ELBO."
	said := append([]string{"The ELBO:"}, bound.said...)
	said = append(append(said, "The sum of entropies:"), sum.said...)

	if len(gapXs) > 1 {
		below := newPlot("", "|sum − ELBO|, log scale")
		lo, hi := gap.lo, gap.hi
		pad := margin(0.05, lo, hi)
		lo, hi = lo-pad, hi+pad
		bands, _, err := gap.shades(lo, hi)
		if err != nil {
			return failed(err.Error())
		}
		below.Add(bands...)
		below.Add(gap.thins...)
		below.Add(gap.middles...)
		below.Y.Min, below.Y.Max = lo, hi
		below.Y.Tick.Marker = logs.rangeTicks(lo, hi)
		plots = append(plots, below)
		fig.Caption += " Below, how far they are apart, means of logs"
		if gap.thin {
			fig.Caption += ", thin lines single seeds"
		}
		fig.Caption += "."
		said = append(append(said, "Their distance:"), gap.said...)
		fig.Legend = append(gap.legend, fig.Legend[len(bound.legend):]...) // with the marks of the lines below
	}
	for _, pl := range plots {
		pl.X.Min, pl.X.Max = xAxis.at(xs[0]), xAxis.at(xs[len(xs)-1])
		if !xAxis.log {
			pl.X.Min = math.Min(0, pl.X.Min)
		}
		pl.X.Tick.Marker = xAxis.rangeTicks(pl.X.Min, pl.X.Max)
	}
	last := plots[len(plots)-1]
	if last.X.Label.Text = xAxis.label; xAxis.log {
		last.X.Label.Text += ", log scale"
		if steps[0] == 0 {
			fig.Caption += " The start, before any sample, has no place on a log axis."
		}
	}
	if cut {
		fig.Caption += " The start lies off the upper axis, so that the ends can be told apart."
	}
	if tally.missing > 0 {
		fig.Caption += " Not drawn above: " + tally.String() + "."
	}
	if apart.missing+apart.unloggable > 0 {
		fig.Caption += " Not drawn below: " + apart.String() + "."
	}
	fig.Desc = strings.Join(said, " ")
	return fig.drawn(func(c draw.Canvas) { stack(plots, c) }, vg.Length(60+150*len(plots)), id, p.title(entropiesTitle))
}

// stack draws plots one below the other, their data one above the other's.
func stack(plots []*plot.Plot, c draw.Canvas) {
	column := make([][]*plot.Plot, len(plots))
	for i, p := range plots {
		column[i] = []*plot.Plot{p}
	}
	canvases := plot.Align(column, draw.Tiles{Rows: len(plots), Cols: 1, PadY: 10}, c)
	for i, p := range plots {
		p.Draw(canvases[i][0])
	}
}

// A diamond is no configuration's mark, and is seen on a line of its own colour.
type diamond struct{}

// DrawGlyph draws it.
func (diamond) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	corners := []vg.Point{{X: at.X - s.Radius, Y: at.Y}, {X: at.X, Y: at.Y + s.Radius}, {X: at.X + s.Radius, Y: at.Y}, {X: at.X, Y: at.Y - s.Radius}}
	c.FillPolygon(inkPaper.color(solid), corners)
	c.StrokeLines(draw.LineStyle{Color: s.Color, Width: 1.1}, append(corners, corners[0]))
}
