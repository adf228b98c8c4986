package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// How the values of codes spread: a peak at zero with heavy tails is what makes a code
// sparse, and exact zeros are what a threshold adds.

const codeHistogram = "code-histogram@"

// A spread is the histogram of a configuration's codes, all seeds together: B+1 edges
// and B counts, and what is counted apart.
type spread struct {
	edges, counts        []float64
	zeros, below, beyond float64
}

// spreadOf reads an array as metrics keep it: edges, counts, zeros, below, beyond.
func spreadOf(x []float64) (s spread, ok bool) {
	bins := (len(x) - 4) / 2
	if bins < 1 || len(x) != 2*bins+4 || slices.ContainsFunc(x[bins+1:], func(v float64) bool { return !(v >= 0) || math.IsInf(v, 0) }) {
		return s, false
	}
	s.edges, s.counts = x[:bins+1], slices.Clone(x[bins+1:2*bins+1])
	s.zeros, s.below, s.beyond = x[2*bins+1], x[2*bins+2], x[2*bins+3]
	return s, slices.IsSorted(s.edges)
}

// add takes in the codes of another seed, of the same bins.
func (s *spread) add(o spread) bool {
	if s.edges == nil {
		*s = o
		return true
	}
	if !slices.Equal(s.edges, o.edges) {
		return false
	}
	for i, n := range o.counts {
		s.counts[i] += n
	}
	s.zeros, s.below, s.beyond = s.zeros+o.zeros, s.below+o.below, s.beyond+o.beyond
	return true
}

func (s spread) total() float64 {
	n := s.zeros + s.below + s.beyond
	for _, c := range s.counts {
		n += c
	}
	return n
}

func (p *panel) codesTitle(name string) string {
	return p.title(strings.TrimSpace(map[bool]string{true: "training "}[strings.HasPrefix(name, "train/")] + "codes by value"))
}

// drawCodes has a small histogram a configuration, since many in one would hide each other.
func (p *panel) drawCodes(id, name string) Figure {
	fig := Figure{Data: [][]string{{"configuration", "seeds", "from", "to", "codes", "share"}}}
	span := newReach()
	var said, odd []string
	var edges []float64
	var list []spreadOfOne
	for _, c := range p.configs {
		arrays, err := p.arrays.LastVectors(c.ids(), name)
		if err != nil {
			return failed(err.Error())
		}
		var s spread
		seeds := 0
		for _, cell := range c.cells {
			x, kept := arrays[cell.ID]
			if !kept {
				continue
			}
			one, ok := spreadOf(x)
			if !ok || edges != nil && !slices.Equal(edges, one.edges) || !s.add(one) {
				odd = append(odd, fmt.Sprintf("%s, seed %d", c.label, cell.Seed))
				continue
			}
			edges = s.edges
			seeds++
		}
		total := s.total()
		if total == 0 {
			continue
		}
		row := func(from, to string, n float64) {
			fig.Data = append(fig.Data, []string{c.label, fmt.Sprint(seeds), from, to, cell(n), cell(n / total)})
		}
		row("0", "0", s.zeros)
		row("", cell(edges[0]), s.below)
		for i, n := range s.counts {
			row(cell(edges[i]), cell(edges[i+1]), n)
		}
		row(cell(edges[len(edges)-1]), "", s.beyond)
		for _, n := range append([]float64{s.zeros}, s.counts...) {
			if n > 0 { // others have no place on a log axis
				span.see(math.Log10(n / total))
			}
		}
		one := spreadOfOne{s, c.look, letter(len(list))}
		key, err := one.key(c.label)
		if err != nil {
			return failed(err.Error())
		}
		list, fig.Legend = append(list, one), append(fig.Legend, key)
		said = append(said, fmt.Sprintf("%s: of %.0f codes %s exactly zero, %s in the fullest bin, %s beyond the axis.",
			c.label, total, percentText(s.zeros/total), percentText(slices.Max(s.counts)/total), percentText((s.below+s.beyond)/total)))
	}
	if len(list) == 0 {
		return failed("no value to draw: no cell that is done has kept codes in bins")
	}
	label := "code × its atom's norm / root mean square norm of the data"
	if strings.HasSuffix(name, "@latent") {
		label = "code"
	}
	lo, hi := span.padded()
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + fmt.Sprintf(" One sample of the posterior a datum at the last step, all seeds together, in %d bins from %s to %s.",
		len(edges)-1, tickText(edges[0]), tickText(edges[len(edges)-1]))
	if strings.HasSuffix(name, "@data") {
		fig.Caption += " A value is z times its atom's norm, over the root mean square norm of the data."
	}
	if slices.ContainsFunc(list, func(s spreadOfOne) bool { return s.zeros > 0 }) {
		fig.Caption += " Exact zeros are in no bin: the line at zero with a mark on top is their share."
	}
	if len(odd) > 0 {
		fig.Caption += " Not drawn, because their bins are others: " + strings.Join(odd, "; ") + "."
	}
	columns := min(len(list), 2)
	rows := (len(list) + columns - 1) / columns
	return fig.drawn(func(c draw.Canvas) { drawSpreads(c, list, columns, lo, math.Max(hi, lo+0.1), label) },
		vg.Length(50+max(85*rows, 170)), id, p.codesTitle(name))
}

// A spreadOfOne is a configuration's, with the letter that its panel has.
type spreadOfOne struct {
	spread
	look   look
	letter string
}

func letter(i int) string { return string(rune('a' + i%26)) }

func (s spreadOfOne) key(label string) (Key, error) {
	key, err := swatch(s.look.ink, faint, s.letter+": "+label)
	if key.of = label; s.zeros > 0 {
		key.Label += ": " + percentText(s.zeros/s.total()) + " exact zeros"
	}
	return key, err
}

// drawSpreads draws a panel each, all with the same axes.
func drawSpreads(c draw.Canvas, list []spreadOfOne, columns int, lo, hi float64, label string) {
	rows := (len(list) + columns - 1) / columns
	plots := make([][]*plot.Plot, rows)
	for i := range rows {
		plots[i] = make([]*plot.Plot, columns)
		for j := range columns {
			if at := i*columns + j; at < len(list) {
				plots[i][j] = list[at].plot(lo, hi, j == 0, at+columns >= len(list))
			}
		}
	}
	style := draw.TextStyle{Color: inkText.color(solid), Font: sans(11), Handler: plot.DefaultTextHandler, XAlign: text.XCenter, YAlign: text.YBottom}
	c.FillText(style, vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Min.Y + 3}, label)
	style.Rotation, style.YAlign = math.Pi/2, text.YTop
	c.FillText(style, vg.Point{X: c.Min.X, Y: (c.Min.Y + c.Max.Y) / 2}, "share of codes in a bin, log scale")
	inner := draw.Crop(c, 17, 0, 19, 0)
	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: 12, PadY: 6}
	canvases := plot.Align(plots, tiles, inner)
	for i := range plots {
		for j, pl := range plots[i] {
			if pl != nil {
				pl.Draw(canvases[i][j])
			}
		}
	}
}

func (s spreadOfOne) plot(lo, hi float64, left, bottom bool) *plot.Plot {
	pl := newPlot("", "")
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = s.edges[0], s.edges[len(s.edges)-1], lo, hi
	pl.X.Tick.Marker, pl.Y.Tick.Marker = quiet(apart(axis{}.rangeTicks(pl.X.Min, pl.X.Max), (pl.X.Max-pl.X.Min)/5), bottom), quiet(apart(axis{log: true}.rangeTicks(lo, hi), (hi-lo)/4), left)
	total := s.total()
	pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
		x, y := pl.Transforms(&c)
		outline := draw.LineStyle{Color: s.look.ink.color(solid), Width: 0.9}
		var top []vg.Point
		flush := func() {
			if len(top) > 0 {
				around := append([]vg.Point{{X: top[0].X, Y: c.Min.Y}}, append(top, vg.Point{X: top[len(top)-1].X, Y: c.Min.Y})...)
				c.FillPolygon(s.look.ink.color(faint), around)
				c.StrokeLines(outline, around)
			}
			top = nil
		}
		for i, n := range s.counts {
			if n == 0 {
				flush()
				continue
			}
			at := y(math.Log10(n / total))
			top = append(top, vg.Point{X: x(s.edges[i]), Y: at}, vg.Point{X: x(s.edges[i+1]), Y: at})
		}
		flush()
		if s.zeros > 0 {
			at := vg.Point{X: x(0), Y: y(math.Log10(s.zeros / total))}
			c.StrokeLine2(draw.LineStyle{Color: inkText.color(solid), Width: 1.2}, at.X, c.Min.Y, at.X, at.Y)
			c.DrawGlyph(draw.GlyphStyle{Color: inkText.color(solid), Radius: 2.6, Shape: draw.CircleGlyph{}}, at)
		}
		style := draw.TextStyle{Color: inkText.color(solid), Font: sans(10), Handler: plot.DefaultTextHandler, YAlign: text.YTop}
		c.FillText(style, vg.Point{X: c.Min.X + 5, Y: c.Max.Y - 1}, s.letter)
	}))
	return pl
}

// quiet are ticks without their labels unless said.
func quiet(ticks plot.ConstantTicks, said bool) plot.ConstantTicks {
	if !said {
		for i := range ticks {
			ticks[i].Label = ""
		}
	}
	return ticks
}

func percentText(share float64) string { return three(100*share) + " %" }
