package report

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A coordinate is a metric as an axis of a scatter.
type coordinate struct {
	metric, short, label string
	negated              bool // its negative is drawn
}

func (p *panel) along(c config, by coordinate) (summary, bool) {
	s, ok := p.at(c, by.metric)
	if by.negated {
		s = s.negated()
	}
	return s, ok
}

// name is what the numbers behind a figure call it.
func (c coordinate) name() string {
	if c.negated {
		return "-" + c.metric
	}
	return c.metric
}

// scatter draws one metric against another at the last step, a mean a configuration; note
// says how it is read.
func (p *panel) scatter(id, title string, right, top coordinate, note string) Figure {
	type place struct{ x, y summary }
	places := make([]place, len(p.configs))
	fig := Figure{Data: [][]string{{"configuration", "mean", "lo", "hi", "of"}}}
	across, up := newReach(), newReach()
	var said, absentees []string
	for i, c := range p.configs {
		x, okX := p.along(c, right)
		y, okY := p.along(c, top)
		if !okX || !okY {
			absentees = append(absentees, c.label)
			continue
		}
		places[i] = place{x, y}
		across.see(append(x.seeds, x.lo, x.hi)...)
		up.see(append(y.seeds, y.lo, y.hi)...)
		for _, row := range []struct {
			of string
			s  summary
		}{{right.name(), x}, {top.name(), y}} {
			fig.Data = append(fig.Data, []string{c.label, cell(row.s.mean), cell(row.s.lo), cell(row.s.hi), row.of})
		}
		key, err := sampleOf(c.look, false, c.label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
		said = append(said, fmt.Sprintf("%s: %s %s, %s %s.", c.label, right.short, x, top.short, y))
	}
	if len(said) == 0 {
		return failed("no value to draw: no configuration has both " + top.metric + " and " + right.metric)
	}
	pl := newPlot(right.label, top.label)
	pl.X.Min, pl.X.Max = across.padded()
	pl.Y.Min, pl.Y.Max = up.padded()
	pl.X.Tick.Marker = axis{}.rangeTicks(pl.X.Min, pl.X.Max)
	pl.Y.Tick.Marker = axis{}.rangeTicks(pl.Y.Min, pl.Y.Max)
	pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
		x, y := pl.Transforms(&c)
		for i, at := range places {
			dot := draw.GlyphStyle{Color: p.configs[i].look.ink.color(faint), Radius: 1.8, Shape: draw.CircleGlyph{}}
			if len(at.x.seeds) != len(at.y.seeds) {
				continue // not the same seeds: no pairs
			}
			for j := range at.x.seeds {
				c.DrawGlyph(dot, vg.Point{X: x(at.x.seeds[j]), Y: y(at.y.seeds[j])})
			}
		}
		for i, at := range places {
			if at.x.seeds == nil {
				continue
			}
			look := p.configs[i].look
			stroke := draw.LineStyle{Color: look.ink.color(solid), Width: 1.1}
			middle := vg.Point{X: x(at.x.mean), Y: y(at.y.mean)}
			if at.x.lo < at.x.hi {
				whisker(c, stroke, vg.Point{X: x(at.x.lo), Y: middle.Y}, vg.Point{X: x(at.x.hi), Y: middle.Y})
			}
			if at.y.lo < at.y.hi {
				whisker(c, stroke, vg.Point{X: middle.X, Y: y(at.y.lo)}, vg.Point{X: middle.X, Y: y(at.y.hi)})
			}
			c.DrawGlyph(look.mark(), middle)
		}
	}))
	fig.Desc = strings.Join(said, " ")
	fig.Caption = join(" ", p.about(), note) + " Crosses are means over seeds with their 95 % t intervals, faint dots single seeds."
	if len(absentees) > 0 {
		fig.Caption += " Not drawn, for want of one of the two: " + strings.Join(absentees, ", ") + "."
	}
	return fig.drawn(pl.Draw, 250, id, title)
}

// negated is the summary of the values' negatives.
func (s summary) negated() summary {
	n := summary{mean: -s.mean, lo: -s.hi, hi: -s.lo}
	for _, x := range s.seeds {
		n.seeds = append(n.seeds, -x)
	}
	return n
}
