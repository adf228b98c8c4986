package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// How many latents of a linear autoencoder collapse, against what its objective charges for one:
// latent j does where beta sigma^2 is no less than the data's eigenvalue l_j (Lucas et al. 2019,
// 1911.02469).

const ppcaSpectrum, ppcaVariance, ppcaThreshold = "ppca/spectrum", "ppca/variance", "ppca/threshold"

func collapseFigures(panels []*panel) (list []drawing) {
	kept := map[*panel]bool{}
	for _, p := range panels {
		names, err := p.vectors()
		kept[p] = err == nil && slices.Contains(names, ppcaSpectrum)
	}
	for _, p := range across(panels, func(p *panel, c config) bool { return kept[p] }) {
		title := p.title("collapsed latents against the spectrum")
		list = append(list, drawing{title, func(id string) Figure { return p.drawCollapse(id, title) }})
	}
	return list
}

// collapsedAt is how many of the first n eigenvalues do not exceed a threshold.
func collapsedAt(values []float64, n int, threshold float64) int {
	k := 0
	for _, v := range values[:min(n, len(values))] {
		if v <= threshold {
			k++
		}
	}
	return k
}

func (p *panel) drawCollapse(id, title string) Figure {
	fig := Figure{Data: [][]string{{"configuration", "seed", "threshold", "collapsed", "law"}}}
	xAxis := axis{log: true}
	type mark struct {
		look     look
		at       summary // log thresholds
		count    summary
		collapse []float64
		seeds    []float64 // thresholds
	}
	var marks []mark
	spectra := map[int][]float64{} // by seed: data are the seed's
	span := newReach()
	latents, right, all := 0, 0, 0
	var said []string
	for i, c := range p.configs {
		c.look = look{ink: inkSeries + ink(i%seriesColors), glyph: glyphs()[i%len(glyphs())]}
		var arrays [3]map[string][]float64
		for i, name := range []string{ppcaSpectrum, ppcaVariance, ppcaThreshold} {
			kept, err := p.arrays.LastVectors(c.ids(), name)
			if err != nil {
				return failed(err.Error())
			}
			arrays[i] = kept
		}
		m := mark{look: c.look}
		var logged []float64
		for _, cell0 := range c.cells {
			values, variances, threshold := arrays[0][cell0.ID], arrays[1][cell0.ID], arrays[2][cell0.ID]
			if len(values) == 0 || len(variances) == 0 || len(threshold) != 2 || !xAxis.drawable(threshold[0]) {
				continue
			}
			n := 0
			for _, v := range variances {
				if !(v > threshold[1]) {
					n++
				}
			}
			law := collapsedAt(values, len(variances), threshold[0])
			if all++; n == law {
				right++
			}
			latents = max(latents, len(variances))
			spectra[cell0.Seed] = values
			span.see(xAxis.at(threshold[0]))
			logged = append(logged, xAxis.at(threshold[0]))
			m.collapse, m.seeds = append(m.collapse, float64(n)), append(m.seeds, threshold[0])
			fig.Data = append(fig.Data, []string{c.label, fmt.Sprint(cell0.Seed), cell(threshold[0]), fmt.Sprint(n), fmt.Sprint(law)})
		}
		if len(m.seeds) == 0 {
			continue
		}
		m.at, m.count = summarize(logged), summarize(m.collapse)
		marks = append(marks, m)
		key, err := sample(m.look, false, c.label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
		said = append(said, fmt.Sprintf("%s: %s collapsed of %d at a threshold of %s.", c.label, m.count, latents, three(math.Pow(10, m.at.mean))))
	}
	if len(marks) == 0 {
		return failed("no value to draw: no cell has kept " + ppcaSpectrum)
	}
	var eigenvalues []summary // logs, of the latents' places
	for j := range latents {
		var x []float64
		for _, seed := range seedsOf(spectra) {
			if j < len(spectra[seed]) && xAxis.drawable(spectra[seed][j]) {
				x = append(x, xAxis.at(spectra[seed][j]))
			}
		}
		if len(x) > 0 {
			eigenvalues = append(eigenvalues, summarize(x))
			span.see(x...)
		}
	}
	pad := margin(0.08, span.lo, span.hi)
	lo, hi := span.lo-pad, span.hi+pad
	pl := newPlot("threshold β σ², log scale", "collapsed latents")
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = lo, hi, -0.35, float64(latents)+0.55
	pl.X.Tick.Marker, pl.Y.Tick.Marker = xAxis.rangeTicks(lo, hi), atWhole(axis{}.rangeTicks(0, float64(latents)+0.1))
	// The law is a step up at every eigenvalue, from the smallest that a latent has.
	stair := func(at []float64) (pts plotter.XYs) {
		falling := slices.Clone(at)
		slices.Sort(falling)
		pts = plotter.XYs{{X: lo, Y: 0}}
		for i, x := range falling {
			pts = append(pts, plotter.XY{X: x, Y: float64(i)}, plotter.XY{X: x, Y: float64(i + 1)})
		}
		return append(pts, plotter.XY{X: hi, Y: float64(len(falling))})
	}
	var means []float64
	for _, e := range eigenvalues {
		means = append(means, e.mean)
	}
	for _, seed := range seedsOf(spectra) {
		var x []float64
		for _, v := range spectra[seed][:min(latents, len(spectra[seed]))] {
			if xAxis.drawable(v) {
				x = append(x, xAxis.at(v))
			}
		}
		l, err := plotter.NewLine(stair(x))
		if err != nil {
			return failed(err.Error())
		}
		l.LineStyle = draw.LineStyle{Color: inkGuide.color(thin), Width: 0.6}
		pl.Add(l)
	}
	law, err := plotter.NewLine(stair(means))
	if err != nil {
		return failed(err.Error())
	}
	law.LineStyle = draw.LineStyle{Color: inkGuide.color(solid), Width: 1.2, Dashes: guideDashes}
	pl.Add(law)
	pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
		x, y := pl.Transforms(&c)
		label := draw.TextStyle{Color: inkText.color(solid), Font: sans(10), XAlign: text.XCenter, YAlign: text.YTop, Handler: plot.DefaultTextHandler}
		for j, e := range eigenvalues {
			c.StrokeLine2(draw.LineStyle{Color: inkRule.color(solid), Width: 0.8}, x(e.mean), c.Min.Y, x(e.mean), c.Max.Y-13)
			c.FillText(label, vg.Point{X: x(e.mean), Y: c.Max.Y}, fmt.Sprintf("λ%d", j+1))
		}
		for _, m := range marks {
			at := x(m.at.mean)
			for _, n := range m.collapse {
				c.DrawGlyph(draw.GlyphStyle{Color: m.look.ink.color(faint), Radius: 2.2, Shape: draw.CircleGlyph{}}, vg.Point{X: at, Y: y(n)})
			}
			if m.count.lo < m.count.hi {
				whisker(c, draw.LineStyle{Color: m.look.ink.color(solid), Width: 1.2}, vg.Point{X: at, Y: y(m.count.lo)}, vg.Point{X: at, Y: y(m.count.hi)})
			}
			style := m.look.mark()
			style.Radius = 4
			c.DrawGlyph(style, vg.Point{X: at, Y: y(m.count.mean)})
		}
	}))
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = lo, hi, -0.35, float64(latents)+0.55
	key, err := sample(look{ink: inkGuide, dash: guideDashes}, true, "law: how many of the first "+fmt.Sprint(latents)+" eigenvalues are no larger")
	if err != nil {
		return failed(err.Error())
	}
	fig.Legend = append(fig.Legend, key)
	verdict := fmt.Sprintf("The count is the law's in %d of %s.", right, plural(all, "cell", "cells"))
	fig.Desc = strings.Join(append([]string{verdict}, said...), " ")
	fig.Caption = p.about() + " Marks are means over seeds at the mean threshold, with the 95 % t interval of the count and single seeds faint; the dotted stair is the law by the mean eigenvalues of the data, thin ones that of each seed's. " + verdict
	return fig.drawn(pl.Draw, 290, id, title)
}
