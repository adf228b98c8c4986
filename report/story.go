package report

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The story of tighter bounds in one figure (Rainforth et al. 2018, 1802.04537):
// how good the model is against how good the posterior is that it was trained
// with. Both grow to the upper right.

// story is the names of the two metrics: the divergence and the likelihood with
// the most samples; false where the panel lacks one.
func (p *panel) story() (kl, nll string, ok bool) {
	most := map[string]int{}
	best := map[string]string{}
	for _, m := range p.metrics {
		name, size, _ := strings.Cut(m, "@")
		if k, err := strconv.Atoi(size); err == nil && k > most[name] {
			most[name], best[name] = k, m
		}
	}
	kl, nll = best["kl"], best["nll"]
	return kl, nll, kl != "" && nll != ""
}

const storyTitle = "−KL against log p̂"

func (p *panel) drawStory(id, kl, nll string) Figure {
	type place struct{ x, y summary }
	places := make([]place, len(p.configs))
	fig := Figure{Data: [][]string{{"configuration", "mean", "lo", "hi", "of"}}}
	across, up := newReach(), newReach()
	var said, absentees []string
	for i, c := range p.configs {
		x, okX := p.at(c, nll)
		y, okY := p.at(c, kl)
		if !okX || !okY {
			absentees = append(absentees, c.label)
			continue
		}
		x, y = x.negated(), y.negated()
		places[i] = place{x, y}
		across.see(append(x.seeds, x.lo, x.hi)...)
		up.see(append(y.seeds, y.lo, y.hi)...)
		for _, row := range []struct {
			of string
			s  summary
		}{{"-" + nll, x}, {"-" + kl, y}} {
			fig.Data = append(fig.Data, []string{c.label, cell(row.s.mean), cell(row.s.lo), cell(row.s.hi), row.of})
		}
		key, err := sample(c.look, false)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, Key{template.HTML(key), c.label})
		said = append(said, fmt.Sprintf("%s: log p̂ %s, −KL %s.", c.label, x, y))
	}
	if len(said) == 0 {
		return failed("no value to draw: no configuration has both " + kl + " and " + nll)
	}
	_, k, _ := strings.Cut(nll, "@")
	_, j, _ := strings.Cut(kl, "@")
	pl := newPlot("log p̂ (bound of "+k+" samples)", "−KL of the bound of "+j)
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
	fig.Caption = p.about() + " A better model is to the right, a better posterior above; lines of equal bound fall from the upper left to the lower right." +
		" Crosses are means over seeds with their 95 % t intervals, faint dots single seeds."
	if len(absentees) > 0 {
		fig.Caption += " Not drawn, for want of one of the two: " + strings.Join(absentees, ", ") + "."
	}
	drawn, err := svg(pl, 300, id, p.title(storyTitle), fig.Desc)
	if err != nil {
		return failed(err.Error())
	}
	fig.SVG = template.HTML(drawn)
	return fig
}

// negated is the summary of the values' negatives.
func (s summary) negated() summary {
	n := summary{mean: -s.mean, lo: -s.hi, hi: -s.lo}
	for _, x := range s.seeds {
		n.seeds = append(n.seeds, -x)
	}
	return n
}
