package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A violin is how the values of all data and seeds of a configuration spread: the
// density on both sides of a line, the middle half thick, the median a dot.
type violin struct {
	label      string
	look       look
	n          int
	from, step float64 // of the density's grid
	density    []float64
	quartiles  [3]float64
}

// violinBins is the fineness of a density, violinWidth its kernel's standard
// deviation in shares of the axis: the same for all violins, so that one is not
// smoother than another.
const (
	violinBins  = 120
	violinWidth = 0.012
)

// newViolin makes one of values in [0, hi], which it sorts.
func newViolin(c config, x []float64, hi float64) violin {
	slices.Sort(x)
	v := violin{label: c.label, look: c.look, n: len(x)}
	for i, p := range []float64{0.25, 0.5, 0.75} {
		v.quartiles[i] = stat.Quantile(p, stat.LinInterp, x, nil)
	}
	v.from, v.step = x[0], (x[len(x)-1]-x[0])/violinBins
	if v.step == 0 {
		v.density = []float64{1}
		return v
	}
	counts := make([]float64, violinBins)
	for _, a := range x {
		counts[min(int((a-v.from)/v.step), violinBins-1)]++
	}
	v.density = make([]float64, violinBins)
	h := violinWidth * hi / v.step // in bins
	for i := range v.density {
		for j, n := range counts {
			d := float64(i-j) / h
			v.density[i] += n * math.Exp(-d*d/2) / (math.Sqrt(2*math.Pi) * h * v.step * float64(len(x)))
		}
	}
	return v
}

func (p *panel) essTitle(name string) string {
	return p.title(p.words(name) + ", by datum")
}

// drawESS draws the effective sample sizes that cells kept for every datum, as
// shares of their K.
func (p *panel) drawESS(id, name string) Figure {
	_, size, _ := strings.Cut(name, "@")
	k, err := strconv.ParseFloat(size, 64)
	if err != nil || k < 1 {
		return failed("no value to draw: " + name + " does not say how many samples")
	}
	pooled := make([][]float64, len(p.configs))
	top := 0.0
	for i, c := range p.configs {
		arrays, err := p.arrays.LastVectors(c.ids(), name)
		if err != nil {
			return failed(err.Error())
		}
		for _, cell := range c.cells {
			for _, x := range arrays[cell.ID] {
				if x >= 0 && x <= k*1.0001 { // NaN is not
					pooled[i] = append(pooled[i], x/k)
					top = math.Max(top, x/k)
				}
			}
		}
	}
	hi := 1.0
	if top < 0.5 {
		hi = 1.1 * top
	}
	fig := Figure{Data: [][]string{{"configuration", "values", "share", "density"}}}
	var list []violin
	var names, said []string
	for i, c := range p.configs {
		if len(pooled[i]) == 0 {
			continue
		}
		v := newViolin(c, pooled[i], hi)
		list, names = append(list, v), append(names, v.label)
		q := v.quartiles
		said = append(said, fmt.Sprintf("%s: median %.2g, middle half %.2g to %.2g of %d values.", v.label, q[1], q[0], q[2], v.n))
		for j, d := range v.density {
			fig.Data = append(fig.Data, []string{v.label, strconv.Itoa(v.n), cell(v.from + float64(j)*v.step), cell(d)})
		}
	}
	if len(list) == 0 || hi == 0 {
		return failed("no value to draw: no cell has kept " + name)
	}
	names, fig.Shared = shortened(names)
	pl := rowPlot("effective sample size / "+size, names, 0, hi)
	pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
		x, y := pl.Transforms(&c)
		for i, v := range list {
			at := rowAt(i, len(list))
			middle, highest := y(at), slices.Max(v.density)
			var upper, lower []vg.Point
			for j, d := range v.density {
				half := 0.44 * d / highest
				right := x(math.Min(hi, v.from+(float64(j)+0.5)*v.step))
				upper, lower = append(upper, vg.Point{X: right, Y: y(at + half)}), append(lower, vg.Point{X: right, Y: y(at - half)})
			}
			slices.Reverse(lower)
			outline := append(upper, lower...)
			c.FillPolygon(v.look.ink.color(faint), outline)
			c.StrokeLines(draw.LineStyle{Color: v.look.ink.color(solid), Width: 0.7}, append(outline, outline[0]))
			c.StrokeLine2(draw.LineStyle{Color: inkText.color(solid), Width: 2.4}, x(v.quartiles[0]), middle, x(v.quartiles[2]), middle)
			c.DrawGlyph(draw.GlyphStyle{Color: inkText.color(solid), Radius: 3.2, Shape: draw.CircleGlyph{}}, vg.Point{X: x(v.quartiles[1]), Y: middle})
		}
	}))
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + fmt.Sprintf(" Each datum's effective sample size at the last step as a share of its %s samples, all seeds together:"+
		" the wider, the more data, each violin as wide as its row. Dots are medians, thick lines the middle half; densities by a Gaussian kernel of width %.3g.", size, violinWidth*hi)
	return fig.drawn(pl.Draw, rowsHeight(len(list), roomFor(names, 34)), id, p.essTitle(name))
}
