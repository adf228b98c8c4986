package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// How one coordinate of a gradient is distributed over replicates, a histogram a K: above as
// it is (Rainforth et al. 2018, 1802.04537, figure 1), below in units of its own standard
// deviation, where all are as wide and the mean lies as far from zero as the signal-to-noise
// ratio says.

const component = "snr/component/"

const (
	componentBin  = 0.2 // of a standard deviation
	componentEnds = 4   // standard deviations on both sides of a mean: further out is not drawn
)

// components are the figures of every parameter of which cells have kept replicates, an
// estimator each.
func (p *panel) components(vectors []string) (list []drawing) {
	names := newSet()
	for _, c := range p.configs {
		names.add(c.cell.Estimator.Name)
	}
	for _, v := range vectors {
		of, ok := strings.CutPrefix(v, component)
		if !ok {
			continue
		}
		for _, name := range names.list {
			words := "histograms of a gradient's component, " + of
			if len(names.list) > 1 {
				words += ", by " + name
			}
			title := p.title(words)
			list = append(list, drawing{title, func(id string) Figure { return p.drawComponents(id, title, v, name) }})
		}
	}
	return list
}

// An outlined is a histogram, as a density, with its look.
type outlined struct {
	look     look
	mean, sd float64
	density  []float64 // in standard deviations, from componentEnds below the mean on
}

// steps goes along the histogram, in its own units or in standard deviations.
func (o outlined) steps(scaled bool, x, y func(float64) vg.Length) (along []vg.Point) {
	from, unit := o.mean-componentEnds*o.sd, o.sd
	if scaled {
		from, unit = from/o.sd, 1
	}
	for j, d := range o.density {
		left := from + componentBin*unit*float64(j)
		along = append(along, vg.Point{X: x(left), Y: y(d / unit)}, vg.Point{X: x(left + componentBin*unit), Y: y(d / unit)})
	}
	return along
}

func (p *panel) drawComponents(id, title, vector, estimator string) Figure {
	fig := Figure{Data: [][]string{{"configuration", "seed", "from", "to", "density"}}}
	var list []outlined
	var said []string
	own, scaled := newReach(), newReach()
	top, topScaled := 0.0, 0.0
	for _, c := range p.configs {
		if c.cell.Estimator.Name != estimator {
			continue
		}
		kept, err := p.arrays.LastVectors(c.ids()[:1], vector)
		if err != nil {
			return failed(err.Error())
		}
		x := slices.DeleteFunc(slices.Clone(kept[c.cells[0].ID]), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
		if len(x) < 2 {
			continue
		}
		m, sd := stat.MeanStdDev(x, nil)
		if !(sd > 0) || math.IsInf(sd, 0) {
			continue // without a spread there is nothing to see
		}
		i := len(list)
		o := outlined{look: look{ink: inkSeries + ink(i%seriesColors), dash: dashes()[i%len(dashes())]}, mean: m, sd: sd, density: make([]float64, int(math.Round(2*componentEnds/componentBin)))}
		below := 0
		for _, v := range x {
			if v < 0 {
				below++
			}
			if j := int(math.Floor(((v-m)/sd + componentEnds) / componentBin)); j >= 0 && j < len(o.density) {
				o.density[j] += 1 / (componentBin * float64(len(x)))
			}
		}
		for j, d := range o.density {
			left := m + sd*(componentBin*float64(j)-componentEnds)
			fig.Data = append(fig.Data, []string{c.label, fmt.Sprint(c.cells[0].Seed), cell(left), cell(left + sd*componentBin), cell(d / sd)})
		}
		list = append(list, o)
		own.see(m-componentEnds*sd, m+componentEnds*sd)
		scaled.see(m/sd-componentEnds, m/sd+componentEnds)
		highest := slices.Max(o.density)
		top, topScaled = math.Max(top, highest/sd), math.Max(topScaled, highest)
		said = append(said, fmt.Sprintf("%s: mean %.3g, standard deviation %.3g, %.0f %% below zero, of %d replicates.", c.label, m, sd, 100*float64(below)/float64(len(x)), len(x)))
		key, err := sampleOf(o.look, true, c.label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	if len(list) == 0 {
		return failed("no value to draw: no cell of " + estimator + " has kept " + vector)
	}
	of := strings.TrimPrefix(vector, component)
	var plots []*plot.Plot
	for _, h := range []struct {
		label  string
		scaled bool
		span   reach
		top    float64
	}{{"component of " + of, false, own, 1.05 * top}, {"component of " + of + " / its standard deviation", true, scaled, 1.05 * topScaled}} {
		pl := newPlot(h.label, "density")
		pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = h.span.lo, h.span.hi, 0, h.top
		pl.X.Tick.Marker, pl.Y.Tick.Marker = axis{}.rangeTicks(pl.X.Min, pl.X.Max), axis{}.rangeTicks(0, h.top)
		pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
			x, y := pl.Transforms(&c)
			if h.span.lo < 0 && h.span.hi > 0 {
				c.StrokeLine2(draw.LineStyle{Color: inkGuide.color(solid), Width: 0.8, Dashes: guideDashes}, x(0), c.Min.Y, x(0), c.Max.Y)
			}
			for _, o := range list {
				along := o.steps(h.scaled, x, y)
				first, last := along[0], along[len(along)-1]
				around := append([]vg.Point{{X: first.X, Y: y(0)}}, append(along, vg.Point{X: last.X, Y: y(0)})...)
				c.FillPolygon(o.look.ink.color(veil), around)
				line := o.look.line(solid)
				line.Width = 1.2
				c.StrokeLines(line, around)
			}
		}))
		plots = append(plots, pl)
	}
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + fmt.Sprintf(" Of each configuration the first seed's: the first coordinate of %s over replicates, as densities in bins of %g standard deviations."+
		" Above as it is; below in its own standard deviations: there its mean is as far from zero, the dotted line, as its signal-to-noise ratio.", of, componentBin)
	return fig.drawn(func(c draw.Canvas) { stack(plots, c) }, 400, id, title)
}
