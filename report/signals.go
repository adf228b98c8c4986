package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg/draw"
)

// The signal-to-noise of trained models' gradients, both networks of a configuration in
// its row (Fallah and Rozell 2022, 2205.03665): of the direction as a whole, or the median
// of what each parameter has by itself.

type signal struct {
	title, axis    string
	inf, gen       string
	floorOf        func(metric string) string
	reps, averaged string
}

func signals() []signal {
	return []signal{
		{"Signal-to-noise of the gradients at the end", "signal-to-noise, log scale", "snr/inf", "snr/gen",
			func(m string) string { return m + "/floor" }, "snr/r", "Of the direction as a whole"},
		{"Signal-to-noise of single parameters at the end", "median signal-to-noise of a parameter, log scale", "snr-each/inf/median", "snr-each/gen/median",
			func(string) string { return "snr-each/floor" }, "snr-each/r", "Of each parameter by itself, the median over a network's"},
	}
}

// signalled says whether the cells were trained and both networks' ratios logged.
func (p *panel) signalled(s signal) bool {
	return slices.Contains(p.metrics, s.inf) && slices.Contains(p.metrics, s.gen) &&
		slices.ContainsFunc(p.configs, func(c config) bool { return c.cell.Train.Steps > 0 })
}

func (p *panel) drawSignals(id string, of signal) Figure {
	xAxis := axis{log: true}
	fig := Figure{Data: [][]string{{"configuration", "metric", "mean", "lo", "hi", "floor", "n"}}}
	span := newReach()
	var list []dot
	var rows []int // of list
	var names, said []string
	var tally tallied
	replicates := newSet()
	for _, c := range p.configs {
		drawn := 0
		text := c.label + ":"
		for _, n := range []struct {
			metric, short string
			lift          float64
			glyph         draw.GlyphDrawer
		}{{of.inf, "inference", 0.17, draw.CircleGlyph{}}, {of.gen, "generative", -0.17, draw.BoxGlyph{}}} {
			var x, floors []float64
			for _, cell := range c.cells {
				tally.values++
				v, why, ok := p.results.Value(cell.ID, n.metric)
				switch {
				case len(p.results.Series(cell.ID, n.metric)) == 0:
					tally.lacks("not logged")
					continue
				case !ok || math.IsNaN(v) || math.IsInf(v, 0):
					tally.lacks(why)
					continue
				case !xAxis.drawable(v):
					tally.unloggable++
					continue
				}
				x = append(x, xAxis.at(v))
				if f, _, ok := p.results.Value(cell.ID, of.floorOf(n.metric)); ok && xAxis.drawable(f) {
					floors = append(floors, xAxis.at(f))
				}
				if r, _, ok := p.results.Value(cell.ID, of.reps); ok {
					replicates.add(three(r))
				}
			}
			if len(x) == 0 {
				continue
			}
			drawn++
			d := dot{look: look{ink: c.look.ink, glyph: n.glyph}, sum: summarize(x), row: n.lift}
			span.see(append(x, d.sum.lo, d.sum.hi)...)
			floor := math.NaN()
			if len(floors) > 0 {
				d.floor = mean(floors)
				floor = xAxis.back(d.floor)
				span.see(d.floor)
			}
			list, rows = append(list, d), append(rows, len(names))
			m, lo, hi := xAxis.back(d.sum.mean), xAxis.back(d.sum.lo), xAxis.back(d.sum.hi)
			e, interval := intervalText(m, lo, hi)
			text += fmt.Sprintf(" %s network %s;", n.short, join(" ", e, interval))
			fig.Data = append(fig.Data, []string{c.label, n.metric, cell(m), cell(lo), cell(hi), cell(floor), fmt.Sprint(len(x))})
		}
		if drawn > 0 {
			names, said = append(names, c.label), append(said, strings.TrimSuffix(text, ";")+".")
		}
	}
	if len(list) == 0 {
		return failed("no value to draw: " + tally.String())
	}
	for i := range list {
		list[i].row += rowAt(rows[i], len(names))
	}
	lo, hi := span.padded()
	names, fig.Shared = shortened(names)
	pl := rowPlot(of.axis, names, lo, hi)
	pl.X.Tick.Marker = apart(xAxis.rangeTicks(lo, hi), (hi-lo)/5) // names take half of the width
	pl.Add(dots(list))
	generative := "generative network"
	if vectors, err := p.vectors(); err == nil && len(dictionarySizes(vectors)) > 0 {
		generative += ", the dictionary"
	}
	for _, k := range []struct {
		glyph draw.GlyphDrawer
		label string
	}{{draw.CircleGlyph{}, "inference network, above"}, {draw.BoxGlyph{}, generative}} {
		key, err := sample(look{ink: inkGuide, glyph: k.glyph}, false, k.label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + " " + of.averaged + ", at the last step"
	if len(replicates.list) == 1 {
		fig.Caption += fmt.Sprintf(", by %s replicates", replicates.list[0])
	}
	fig.Caption += ": means of logs over seeds with their 95 % t intervals, faint dots single seeds."
	if slices.ContainsFunc(list, func(d dot) bool { return d.floor != 0 }) {
		fig.Caption += " A short line is what noise alone would give: near it or below there is no signal to be seen."
	}
	if tally.missing+tally.unloggable > 0 {
		fig.Caption += " Not drawn: " + tally.String() + "."
	}
	return fig.drawn(pl.Draw, rowsHeight(len(names), roomFor(names, 30)), id, p.title(of.title))
}
