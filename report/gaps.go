package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The inference gap in its two parts (Cremer et al. 2018, 1801.03558): what the
// family of q costs at its best, and what amortisation costs beside: by a fit (gap), and of
// models that know them in closed form (gaps), of some of which the whole is all that is known.

func gapNames(of string) (approximation, amortization string) {
	return of + "/approximation", of + "/amortization"
}

func (p *panel) gapTitle(of string) string {
	name, train := strings.CutPrefix(of, "train/")
	words := "inference gap in its parts"
	if train {
		words = "training " + words
	}
	if name == closedGaps {
		words += ", in closed form"
	}
	return p.title(words)
}

const closedGaps = "gaps"

// closedGapFigures are those of every grid in one, so that models held fast stand beside free ones.
func closedGapFigures(panels []*panel) (list []drawing) {
	for _, of := range []string{closedGaps, "train/" + closedGaps} {
		shown := across(panels, func(p *panel, c config) bool { _, ok := p.at(c, of+"/inference"); return ok })
		for _, p := range shown {
			list = append(list, drawing{p.gapTitle(of), func(id string) Figure { return p.drawGaps(id, of) }})
		}
	}
	return list
}

func (p *panel) drawGaps(id, of string) Figure {
	one, two := gapNames(of)
	fig := Figure{Data: [][]string{{"configuration", "part", "mean", "lo", "hi", "n"}}}
	type bar struct {
		family, amortised summary
		undivided         bool // amortised is the whole
	}
	var shown []config
	var bars []bar
	var names, said []string
	alone := false
	span := newReach()
	span.see(0)
	for _, c := range p.configs {
		a, okA := p.at(c, one)
		b, okB := p.at(c, two)
		whole, undivided := p.at(c, of+"/inference")
		if undivided = undivided && !(okA && okB); undivided {
			a, b = summary{lo: math.NaN(), hi: math.NaN()}, whole
		} else if !okA || !okB {
			continue
		}
		shown, bars, names = append(shown, c), append(bars, bar{a, b, undivided}), append(names, c.label)
		span.see(math.Max(0, a.mean)+math.Max(0, b.mean), math.Min(0, a.mean)+math.Min(0, b.mean), a.lo, a.hi, a.mean+b.lo, a.mean+b.hi)
		if undivided {
			alone = true
			said = append(said, fmt.Sprintf("%s: %s in all.", c.label, whole))
			fig.Data = append(fig.Data, []string{c.label, of + "/inference", cell(whole.mean), cell(whole.lo), cell(whole.hi), fmt.Sprint(len(whole.seeds))})
			continue
		}
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
	told := strings.HasSuffix(of, closedGaps) // the whole, beside bars that may be too small to be read
	if told {
		hi += 0.1 * (hi - lo)
	}
	names, fig.Shared = shortened(names)
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
			fill := band
			if b.undivided {
				fill = veil
				outline.Dashes = guideDashes
			}
			c.FillPolygon(ink.color(fill), pale)
			c.StrokeLines(outline, append(pale, pale[0]))
			c.FillPolygon(ink.color(solid), box(i, 0, b.family.mean))
			end := math.Max(start+b.amortised.mean, math.Max(b.family.mean, 0))
			for _, hi := range []float64{b.family.hi, start + b.amortised.hi} {
				if hi > end {
					end = hi
				}
			}
			if told {
				style := draw.TextStyle{Color: inkText.color(solid), Font: sans(9), XAlign: text.XLeft, YAlign: text.YCenter, Handler: plot.DefaultTextHandler}
				c.FillText(style, vg.Point{X: x(end) + 5, Y: rise(i, 0)}, wholeText(b.family.mean+b.amortised.mean))
			}
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
	if told {
		fig.Caption += " The number at a bar is the whole gap."
	}
	type part struct {
		w     weight
		label string
	}
	parts := []part{{solid, "approximation gap: the family of q at its best"}, {band, "amortization gap: the network instead of the best q"}}
	if alone {
		parts = append(parts, part{veil, "both, where only the whole is known (dotted outline)"})
	}
	for _, k := range parts {
		key, err := swatch(inkGuide, k.w, k.label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	return fig.drawn(pl.Draw, rowsHeight(len(shown), roomFor(names, 26)), id, p.gapTitle(of))
}

// wholeText is a gap at its bar; what rounding leaves is none.
func wholeText(x float64) string {
	if math.Abs(x) < 1e-13 {
		return "0"
	}
	return three(x)
}
