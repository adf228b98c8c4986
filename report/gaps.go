package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The inference gap in its two parts (Cremer et al. 2018, 1801.03558): what the
// family of q costs at its best, and what amortisation costs beside.

func gapNames(split string) (approximation, amortization string) {
	return split + "gap/approximation", split + "gap/amortization"
}

func (p *panel) gapTitle(split string) string {
	return p.title(join(" ", strings.ReplaceAll(split, "train/", "training"), "inference gap in its parts"))
}

func (p *panel) drawGaps(id, split string) Figure {
	one, two := gapNames(split)
	fig := Figure{Data: [][]string{{"configuration", "part", "mean", "lo", "hi", "n"}}}
	type bar struct{ family, amortised summary }
	var shown []config
	var bars []bar
	var names, said []string
	span := newReach()
	span.see(0)
	for _, c := range p.configs {
		a, okA := p.at(c, one)
		b, okB := p.at(c, two)
		if !okA || !okB {
			continue
		}
		shown, bars, names = append(shown, c), append(bars, bar{a, b}), append(names, c.label)
		span.see(math.Max(0, a.mean)+math.Max(0, b.mean), math.Min(0, a.mean)+math.Min(0, b.mean), a.lo, a.hi, a.mean+b.lo, a.mean+b.hi)
		said = append(said, fmt.Sprintf("%s: approximation %s, amortization %s.", c.label, a, b))
		for _, row := range []struct {
			part string
			s    summary
		}{{one, a}, {two, b}} {
			fig.Data = append(fig.Data, []string{c.label, row.part, cell(row.s.mean), cell(row.s.lo), cell(row.s.hi), fmt.Sprint(len(row.s.seeds))})
		}
	}
	if len(shown) == 0 {
		return failed("no value to draw: no configuration has both gaps")
	}
	lo, hi := span.padded()
	if span.lo == 0 {
		lo = 0 // bars begin at the axis
	}
	pl := rowPlot("nats", names, lo, hi)
	pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
		x, y := pl.Transforms(&c)
		rise := func(i int, share float64) vg.Length { return y(rowAt(i, len(bars)) + share) }
		box := func(i int, from, to float64) []vg.Point {
			return []vg.Point{{X: x(from), Y: rise(i, -0.3)}, {X: x(to), Y: rise(i, -0.3)}, {X: x(to), Y: rise(i, 0.3)}, {X: x(from), Y: rise(i, 0.3)}}
		}
		for i, b := range bars {
			ink := shown[i].look.ink
			// A part below zero lies left of it: the fit of q* or the estimate of
			// log p(x) fell short there.
			start := 0.0
			if b.family.mean*b.amortised.mean > 0 {
				start = b.family.mean
			}
			outline := draw.LineStyle{Color: ink.color(solid), Width: 0.9}
			pale := box(i, start, start+b.amortised.mean)
			c.FillPolygon(ink.color(band), pale)
			c.StrokeLines(outline, append(pale, pale[0]))
			c.FillPolygon(ink.color(solid), box(i, 0, b.family.mean))
			stroke := draw.LineStyle{Color: inkText.color(solid), Width: 1}
			for _, part := range []struct {
				s          summary
				from, lift float64
			}{{b.family, 0, 0.12}, {b.amortised, start, -0.12}} {
				if part.s.lo < part.s.hi {
					a, b := vg.Point{X: x(math.Max(lo, part.from+part.s.lo)), Y: rise(i, part.lift)}, vg.Point{X: x(part.from + part.s.hi), Y: rise(i, part.lift)}
					whisker(c, draw.LineStyle{Color: inkPaper.color(solid), Width: 3}, a, b) // to be seen on a bar of any colour
					whisker(c, stroke, a, b)
				}
			}
		}
	}))
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + " Means over seeds at the last step; whiskers are the 95 % t interval of each part, that of the amortization gap from where its bar begins."
	for _, k := range []struct {
		w     weight
		label string
	}{{solid, "approximation gap: the family of q at its best"}, {band, "amortization gap: the network instead of the best q"}} {
		key, err := swatch(inkGuide, k.w, k.label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	return fig.drawn(pl.Draw, rowsHeight(len(shown), 26), id, p.gapTitle(split))
}
