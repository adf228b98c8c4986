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

// How one coordinate of a gradient is distributed over replicates, a histogram a K: as K
// grows it narrows, and what matters is whether it leaves zero (Rainforth et al. 2018,
// 1802.04537, figure 1).

const component = "snr/component/"

const (
	componentBins = 80
	componentTail = 0.001 // of the replicates, left out at each end of the axis
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
	label   string
	look    look
	density []float64
}

func (p *panel) drawComponents(id, title, vector, estimator string) Figure {
	type sampled struct {
		config
		x []float64 // sorted
	}
	var all []sampled
	span := newReach()
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
		slices.Sort(x)
		all = append(all, sampled{c, x})
		span.see(stat.Quantile(componentTail, stat.LinInterp, x, nil), stat.Quantile(1-componentTail, stat.LinInterp, x, nil))
	}
	if len(all) == 0 || span.hi <= span.lo {
		return failed("no value to draw: no cell of " + estimator + " has kept " + vector)
	}
	lo, hi := span.padded()
	fig := Figure{Data: [][]string{{"configuration", "seed", "from", "to", "density"}}}
	width := (hi - lo) / componentBins
	var list []outlined
	var said []string
	top := 0.0
	for i, c := range all {
		s := outlined{label: c.label, look: look{ink: inkSeries + ink(i%seriesColors), dash: dashes()[i%len(dashes())]}, density: make([]float64, componentBins)}
		for _, v := range c.x {
			if j := int(math.Floor((v - lo) / width)); j >= 0 && j < componentBins {
				s.density[j] += 1 / (width * float64(len(c.x)))
			}
		}
		for j, d := range s.density {
			top = math.Max(top, d)
			fig.Data = append(fig.Data, []string{c.label, fmt.Sprint(c.cells[0].Seed), cell(lo + width*float64(j)), cell(lo + width*float64(j+1)), cell(d)})
		}
		list = append(list, s)
		m, sd := stat.MeanStdDev(c.x, nil)
		below, _ := slices.BinarySearch(c.x, 0)
		share := float64(below) / float64(len(c.x))
		said = append(said, fmt.Sprintf("%s: mean %.3g, standard deviation %.3g, %.0f %% below zero, of %d replicates.", c.label, m, sd, 100*share, len(c.x)))
		key, err := sample(s.look, true, c.label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	pl := newPlot("gradient's component", "density")
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = lo, hi, 0, 1.05*top
	pl.X.Tick.Marker, pl.Y.Tick.Marker = axis{}.rangeTicks(lo, hi), axis{}.rangeTicks(0, 1.05*top)
	pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
		x, y := pl.Transforms(&c)
		if lo < 0 && hi > 0 {
			c.StrokeLine2(draw.LineStyle{Color: inkGuide.color(solid), Width: 0.8, Dashes: guideDashes}, x(0), c.Min.Y, x(0), c.Max.Y)
		}
		for _, s := range list {
			var steps []vg.Point
			for j, d := range s.density {
				steps = append(steps, vg.Point{X: x(lo + width*float64(j)), Y: y(d)}, vg.Point{X: x(lo + width*float64(j+1)), Y: y(d)})
			}
			area := append([]vg.Point{{X: x(lo), Y: y(0)}}, append(slices.Clone(steps), vg.Point{X: x(hi), Y: y(0)})...)
			c.FillPolygon(s.look.ink.color(veil), area)
			line := s.look.line(solid)
			line.Width = 1.1
			c.StrokeLines(line, steps)
		}
	}))
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + fmt.Sprintf(" Of each configuration the first seed's: the first coordinate of %s over replicates, as densities in %d bins of one width. The dotted line is zero.",
		strings.TrimPrefix(vector, component), componentBins)
	return fig.drawn(pl.Draw, 270, id, title)
}
