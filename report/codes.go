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

func (p *panel) drawCodes(id, name string) Figure {
	yAxis := axis{log: true}
	fig := Figure{Data: [][]string{{"configuration", "seeds", "from", "to", "codes", "share"}}}
	label := "code times its atom's norm, over the data's root mean square norm"
	if strings.HasSuffix(name, "@latent") {
		label = "code"
	}
	pl := newPlot(label, "share of codes in a bin, log scale")
	span := newReach()
	var said, odd []string
	var edges []float64
	var lines []plot.Plotter
	var zeros []zeroMark
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
		var all plotter.XYs
		runs := []plotter.XYs{nil}
		for i, n := range s.counts {
			row(cell(edges[i]), cell(edges[i+1]), n)
			last := len(runs) - 1
			if n == 0 { // no place on a log axis
				if len(runs[last]) > 0 {
					runs = append(runs, nil)
				}
				continue
			}
			y := yAxis.at(n / total)
			span.see(y)
			at := plotter.XY{X: (edges[i] + edges[i+1]) / 2, Y: y}
			runs[last], all = append(runs[last], at), append(all, at)
		}
		row(cell(edges[len(edges)-1]), "", s.beyond)
		for _, run := range runs {
			switch len(run) {
			case 0:
				continue
			case 1: // as wide as its bin
				half := (edges[1] - edges[0]) / 2
				run = plotter.XYs{{X: run[0].X - half, Y: run[0].Y}, {X: run[0].X + half, Y: run[0].Y}}
			}
			line, err := plotter.NewLine(run)
			if err != nil {
				return failed(err.Error())
			}
			line.LineStyle = c.look.line(solid)
			lines = append(lines, line)
		}
		if len(all) > 0 {
			marks, err := plotter.NewScatter(sparse(all))
			if err != nil {
				return failed(err.Error())
			}
			marks.GlyphStyle = c.look.mark()
			lines = append(lines, marks)
		}
		text := c.label
		if s.zeros > 0 {
			y := yAxis.at(s.zeros / total)
			span.see(y)
			zeros = append(zeros, zeroMark{c.look, y})
			text += ": " + percentText(s.zeros/total) + " exact zeros"
		}
		key, err := sample(c.look, true, text)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
		said = append(said, fmt.Sprintf("%s: of %.0f codes %s exactly zero, %s in the fullest bin, %s beyond the axis.",
			c.label, total, percentText(s.zeros/total), percentText(slices.Max(s.counts)/total), percentText((s.below+s.beyond)/total)))
	}
	if len(fig.Legend) == 0 {
		return failed("no value to draw: no cell that is done has kept codes in bins")
	}
	pl.Add(lines...)
	lo, hi := span.padded()
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = edges[0], edges[len(edges)-1], lo, math.Max(hi, lo+0.1)
	ticks := axis{}.rangeTicks(pl.X.Min, pl.X.Max)
	if len(zeros) > 0 {
		ticks = append(ticks, besides(pl, zeros))
	}
	pl.X.Tick.Marker = ticks
	pl.Y.Tick.Marker = yAxis.rangeTicks(pl.Y.Min, pl.Y.Max)
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + fmt.Sprintf(" One sample of the posterior a datum at the last step, all seeds together, in %d bins from %s to %s; lines break where a bin is empty.",
		len(edges)-1, tickText(edges[0]), tickText(edges[len(edges)-1]))
	if strings.HasSuffix(name, "@data") {
		fig.Caption += " A value is z times its atom's norm, over the root mean square norm of the data."
	}
	if len(zeros) > 0 {
		fig.Caption += " Exact zeros are in no bin: their share stands at the right."
	}
	if len(odd) > 0 {
		fig.Caption += " Not drawn, because their bins are others: " + strings.Join(odd, "; ") + "."
	}
	return fig.drawn(pl.Draw, 270, id, p.codesTitle(name))
}

func percentText(share float64) string { return three(100*share) + " %" }

// A zeroMark is the share of a configuration's codes that are exactly zero, as drawn.
type zeroMark struct {
	look look
	y    float64
}

// besides makes room at the right of the bins for the exact zeros of all configurations,
// one beside the other, since at zero they would hide each other; it returns their tick.
func besides(pl *plot.Plot, zeros []zeroMark) plot.Tick {
	edge, reach := pl.X.Max, pl.X.Max-pl.X.Min
	from := edge + 0.03*reach
	step := 0.14 * reach / float64(max(3, len(zeros)))
	pl.X.Max = from + step*float64(max(3, len(zeros)))
	pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
		x, y := pl.Transforms(&c)
		c.StrokeLine2(draw.LineStyle{Color: inkRule.color(solid), Width: 0.8}, x(edge+0.015*reach), c.Min.Y, x(edge+0.015*reach), c.Max.Y)
		middle := (from + pl.X.Max - step*float64(len(zeros))) / 2
		for i, z := range zeros {
			at := x(middle + step*(float64(i)+0.5))
			c.StrokeLine2(draw.LineStyle{Color: z.look.ink.color(thin), Width: 4}, at, c.Min.Y, at, y(z.y))
			c.DrawGlyph(z.look.mark(), vg.Point{X: at, Y: y(z.y)})
		}
	}))
	return plot.Tick{Value: (from + pl.X.Max) / 2, Label: "exact 0"}
}
