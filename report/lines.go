package report

import (
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/plot/plotter"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A line is one series: its values by x and seed.
type line struct {
	key   string // what seriesOf says
	label string // the same without what all lines share
	cell  suites.Cell
	look  look
	seeds map[int]map[float64]float64 // seed, x -> drawn y
}

// collect sorts the values into lines, in the order of their labels.
func (g *slopeGroup) collect(results *store.Results, xAxis, yAxis axis) ([]line, []float64, tallied) {
	var tally tallied
	at := map[string]int{}
	var lines []line
	seen := map[float64]bool{}
	for _, c := range g.cells {
		tally.values++
		x, numeric := numberAt(c, g.against)
		y, _, ok := results.Value(c.ID, g.metric)
		if !numeric || !ok || math.IsNaN(y) || math.IsInf(y, 0) {
			tally.missing++
			continue
		}
		if !xAxis.drawable(x) || !yAxis.drawable(y) {
			tally.unloggable++
			continue
		}
		key := g.seriesOf(c)
		i, known := at[key]
		if !known {
			i = len(lines)
			at[key] = i
			lines = append(lines, line{key: key, cell: c, seeds: map[int]map[float64]float64{}})
		}
		if lines[i].seeds[c.Seed] == nil {
			lines[i].seeds[c.Seed] = map[float64]float64{}
		}
		lines[i].seeds[c.Seed][x] = yAxis.at(y)
		seen[x] = true
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i].key < lines[j].key })
	cells := make([]suites.Cell, len(lines))
	for i, l := range lines {
		cells[i] = l.cell
	}
	for i, label := range labels(cells, g.against) {
		lines[i].label = label
	}
	xs := make([]float64, 0, len(seen))
	for x := range seen {
		xs = append(xs, x)
	}
	sort.Float64s(xs)
	return lines, xs, tally
}

func (l *line) curve(seed int, xs []float64, xAxis axis) plotter.XYs {
	var pts plotter.XYs
	for _, x := range xs {
		if y, ok := l.seeds[seed][x]; ok {
			pts = append(pts, plotter.XY{X: xAxis.at(x), Y: y})
		}
	}
	return pts
}

// sentence says what a line does, for those who cannot see it; at says where.
func (l *line) sentence(means plotter.XYs, xAxis, yAxis axis, at func(x float64) string) string {
	first, last := means[0], means[len(means)-1]
	verb := "rises"
	switch {
	case len(means) == 1:
		return fmt.Sprintf("%s is %.3g %s.", l.label, yAxis.back(first.Y), at(xAxis.back(first.X)))
	case last.Y < first.Y:
		verb = "falls"
	case last.Y == first.Y:
		return fmt.Sprintf("%s is %.3g %s and %s.", l.label, yAxis.back(first.Y), at(xAxis.back(first.X)), at(xAxis.back(last.X)))
	}
	return fmt.Sprintf("%s %s from %.3g %s to %.3g %s.", l.label, verb,
		yAxis.back(first.Y), at(xAxis.back(first.X)), yAxis.back(last.Y), at(xAxis.back(last.X)))
}
