package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// Active units (Burda et al. 2016, 1509.00519): how many latent units the data
// move, and, because that count hangs on a threshold, by how much each is moved.

const activeUnits = "active-units"

func (p *panel) drawUnits(id string) Figure {
	fig := Figure{Data: [][]string{{"configuration", "mean", "lo", "hi", "n"}}}
	var shown []config
	var sums []summary
	var names, said []string
	span := newReach()
	span.see(0)
	for _, c := range p.configs {
		s, ok := p.at(c, activeUnits)
		if !ok {
			continue
		}
		shown, sums, names = append(shown, c), append(sums, s), append(names, c.label)
		span.see(append(s.seeds, s.hi)...)
		said = append(said, fmt.Sprintf("%s: %s.", c.label, s))
		fig.Data = append(fig.Data, []string{c.label, cell(s.mean), cell(s.lo), cell(s.hi), fmt.Sprint(len(s.seeds))})
	}
	if len(shown) == 0 {
		return failed("no value to draw: no configuration has a number of " + activeUnits)
	}
	lo, hi := span.padded()
	names, fig.Shared = shortened(names)
	pl := rowPlot("active units", names, math.Min(0, lo), hi)
	pl.X.Tick.Marker = atWhole(axis{}.rangeTicks(pl.X.Min, pl.X.Max))
	list := make([]dot, len(sums))
	for i, s := range sums {
		list[i] = dot{row: rowAt(i, len(sums)), look: shown[i].look, sum: s, stem: true}
	}
	pl.Add(dots(list))
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + " At the last step: means over seeds with their 95 % t intervals, faint dots single seeds." + p.threshold()
	return fig.drawn(pl.Draw, rowsHeight(len(shown), roomFor(names, 20)), id, p.title("Active units"))
}

// least is the variance above which a unit is active; 0 where the suite does not say.
func (p *panel) least() float64 {
	for _, m := range p.configs[0].cell.Metrics {
		if v, ok := m.Params["least"].(float64); ok && m.Name == activeUnits {
			return v
		}
	}
	return 0
}

func (p *panel) threshold() string {
	if least := p.least(); least > 0 {
		return fmt.Sprintf(" A unit is active if the variance of its posterior mean over the data is above %g.", least)
	}
	return ""
}

const spectrumTitle = "Variance of the posterior means, unit by unit"

// drawSpectrum draws the sorted variances of every unit, on a log axis.
func (p *panel) drawSpectrum(id string) Figure {
	yAxis := axis{log: true}
	var lines []line
	var tally tallied
	seen := map[float64]bool{}
	for _, c := range p.configs {
		arrays, err := p.arrays.LastVectors(c.ids(), activeUnits)
		if err != nil {
			return failed(err.Error())
		}
		l := line{key: fmt.Sprint(len(lines)), label: c.label, cell: c.cell, look: c.look, seeds: map[int]map[float64]float64{}}
		for _, cell := range c.cells {
			a := slices.Clone(arrays[cell.ID])
			slices.Sort(a) // NaN first
			slices.Reverse(a)
			for i, v := range a {
				tally.values++
				if !yAxis.drawable(v) {
					tally.unloggable++
					continue
				}
				if l.seeds[cell.Seed] == nil {
					l.seeds[cell.Seed] = map[float64]float64{}
				}
				l.seeds[cell.Seed][float64(i+1)] = yAxis.at(v)
				seen[float64(i+1)] = true
			}
		}
		if len(l.seeds) > 0 {
			lines = append(lines, l)
		}
	}
	if len(seen) == 0 {
		return failed("no value to draw: " + tally.String())
	}
	var ranks []float64
	for x := range seen {
		ranks = append(ranks, x)
	}
	slices.Sort(ranks)
	pl := newPlot("unit, by its variance", "variance of the posterior mean, log scale")
	b, err := bundleOf(lines, ranks, axis{}, yAxis, func(x float64) string { return "at unit " + three(x) })
	if err != nil {
		return failed(err.Error())
	}
	span := reach{b.lo, b.hi}
	least := p.least()
	if least > 0 {
		span.see(yAxis.at(least))
	}
	lo, hi := span.padded()
	pl.X.Min, pl.X.Max = 0.5, ranks[len(ranks)-1]+0.5
	pl.X.Tick.Marker = atWhole(axis{}.rangeTicks(pl.X.Min, pl.X.Max))
	pl.Y.Tick.Marker = yAxis.rangeTicks(lo, hi)
	bands, _, err := b.shades(lo, hi)
	if err != nil {
		return failed(err.Error())
	}
	pl.Add(bands...)
	pl.Add(b.thins...)
	fig := Figure{Legend: b.legend, Data: append([][]string{{"configuration", "seed", "unit", "variance"}}, b.data...)}
	if least > 0 {
		guide := draw.LineStyle{Color: inkGuide.color(solid), Width: 1, Dashes: guideDashes}
		pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
			_, y := pl.Transforms(&c)
			at := y(yAxis.at(least))
			c.StrokeLine2(guide, c.Min.X, at, c.Max.X, at)
		}))
		key, err := sample(look{ink: inkGuide, dash: guideDashes}, true, "threshold of an active unit")
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	pl.Add(b.middles...)
	pl.Y.Min, pl.Y.Max = lo, hi // after what was added, which widens it
	fig.Desc = strings.Join(b.said, " ")
	fig.Caption = p.about() + " Units of each seed by falling variance at the last step; lines are means of logs over seeds, bands their 95 % t intervals"
	if b.thin {
		fig.Caption += ", thin lines single seeds"
	}
	fig.Caption += "." + p.threshold()
	if tally.unloggable > 0 {
		fig.Caption += " Not drawn: " + tally.String() + "."
	}
	return fig.drawn(pl.Draw, figureHeight, id, p.title(spectrumTitle))
}

// atWhole keeps the ticks at whole numbers.
func atWhole(ticks plot.ConstantTicks) plot.ConstantTicks {
	return slices.DeleteFunc(ticks, func(t plot.Tick) bool { return t.Value != math.Trunc(t.Value) })
}
