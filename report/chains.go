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
)

// The direction of contrastive divergence against the likelihood's own gradient, by the sweeps
// k of its chains (Hinton 2002): how far its mean is off, and how far a draw of it is turned.

const sweepsOf = "sweeps"

func chainFigures(panels []*panel) (list []drawing) {
	for _, p := range panels {
		p := p.whole()
		if p.swept(sweepsOf) < 2 || !p.alike() || !slices.Contains(p.metrics, "bias/gen") {
			continue
		}
		title := p.title("bias of contrastive divergence against sweeps k")
		list = append(list, drawing{title, func(id string) Figure { return p.drawChains(id, title) }})
	}
	return list
}

func (p *panel) drawChains(id, title string) Figure {
	bias := p.measured("bias/gen")
	turn := measure{name: "1 - cosine/gen", value: func(cell string) (float64, string, bool) {
		v, why, ok := p.results.Value(cell, "cosine/gen")
		return 1 - v, why, ok
	}}
	fig := Figure{Data: [][]string{{"series", "seed", sweepsOf, "value", "of"}}}
	xAxis := axis{log: true}
	var plots []*plot.Plot
	var said []string
	var tally tallied
	guided := false
	for _, ly := range []struct {
		label string
		y     axis
		of    measure
		words string
	}{{"|bias| / |gradient|", axis{}, bias, "The norm of the bias, in norms of the gradient:"}, {"1 − cosine, log scale", axis{log: true}, turn, "One less the mean cosine of a direction to the gradient:"}} {
		lines, xs, lacks := p.sweepLines(sweepsOf, ly.of, xAxis, ly.y)
		tally.values, tally.missing, tally.unloggable = tally.values+lacks.values, tally.missing+lacks.missing, tally.unloggable+lacks.unloggable
		tally.why = append(tally.why, lacks.why...)
		if len(xs) < 2 {
			continue
		}
		for i := range lines {
			lines[i].look.ink = inkSeries + ink(i%seriesColors)
		}
		b, err := bundleOf(lines, xs, xAxis, ly.y, func(x float64) string { return "at k = " + tickText(x) })
		if err != nil {
			return failed(err.Error())
		}
		for _, row := range b.data {
			fig.Data = append(fig.Data, append(slices.Clone(row), ly.of.name))
		}
		said = append(append(said, ly.words), b.said...)
		pl := newPlot("", ly.label)
		span := reach{b.lo, b.hi}
		var floors plotter.XYs
		if !ly.y.log {
			span.see(0)
			floors = p.floorsAlong(sweepsOf, ly.of.floor, xAxis, ly.y)
		}
		lo, hi := span.padded()
		if width := hi - lo; math.IsInf(width, 0) || math.IsNaN(width) {
			return failed(fmt.Sprintf("no value to draw: from %.3g to %.3g is more than an axis can span", span.lo, span.hi))
		}
		bands, _, err := b.shades(lo, hi)
		if err != nil {
			return failed(err.Error())
		}
		ends := plotter.XYs{{X: xAxis.at(xs[0])}, {X: xAxis.at(xs[len(xs)-1])}}
		pl.Add(bands...)
		pl.Add(b.thins...)
		if !ly.y.log {
			zero, err := plotter.NewLine(ends)
			if err != nil {
				return failed(err.Error())
			}
			zero.LineStyle = draw.LineStyle{Color: inkGuide.color(solid), Width: 1, Dashes: guideDashes}
			pl.Add(zero)
		}
		if len(floors) > 1 {
			l, err := floor{means: floors}.line()
			if err != nil {
				return failed(err.Error())
			}
			l.(*plotter.Line).Dashes = dashes()[3]
			pl.Add(l)
			guided = true
		}
		pl.Add(b.middles...)
		room := 0.04 * (ends[1].X - ends[0].X)
		pl.X.Min, pl.X.Max = ends[0].X-room, ends[1].X+room
		pl.X.Tick.Marker = xAxis.valueTicks(xs)
		pl.Y.Min, pl.Y.Max = lo, hi
		pl.Y.Tick.Marker = ly.y.rangeTicks(lo, hi)
		if len(plots) == 0 {
			fig.Legend = b.legend
		}
		plots = append(plots, pl)
	}
	if len(plots) == 0 {
		return failed("no value to draw: " + tally.String())
	}
	plots[len(plots)-1].X.Label.Text = "sweeps k, log scale"
	guides := []struct {
		look  look
		label string
	}{{look{ink: inkGuide, dash: guideDashes}, "the likelihood's own gradient: no bias"}}
	if guided {
		guides = append(guides, struct {
			look  look
			label string
		}{look{ink: inkGuide, dash: dashes()[3]}, "noise floor, mean of all: below it a bias is not seen"})
	}
	for _, g := range guides {
		key, err := sample(g.look, true, g.label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + " At the same parameters and data as the gradient. Above, how far the mean direction lies from it, in norms of it; below, how far single directions are turned on average, with their own noise, which no k takes away."
	fig.Caption += " Lines are means (of logs on a log axis) over seeds, bands their 95 % t intervals, thin lines single seeds."
	if tally.missing+tally.unloggable > 0 {
		fig.Caption += " Not drawn: " + tally.String() + "."
	}
	height := 270
	if len(plots) > 1 {
		height = 420
	}
	return fig.drawn(func(c draw.Canvas) { stack(plots, c) }, vg.Length(height), id, title)
}
