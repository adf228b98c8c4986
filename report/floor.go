package report

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// A floor is what noise alone would give a metric that is estimated by
// replicates, logged beside it as <name>/floor: a value below its own is no signal.
type floor struct {
	means   plotter.XYs // over all cells that have a value, as drawn
	values  int         // that have a floor
	beneath int         // of those, below it
}

// floor is that of a metric's drawn values over training.
func (p *panel) floor(metric string, xs []float64, xAxis course, yAxis axis) floor {
	var f floor
	at := map[float64][]float64{}
	for _, c := range p.configs {
		for _, cell := range c.cells {
			floors := map[int]float64{}
			for _, pt := range p.results.Series(cell.ID, metric+"/floor") {
				if pt.Reason == "" && yAxis.drawable(pt.Value) {
					floors[pt.Step] = pt.Value
				}
			}
			for _, pt := range p.results.Series(cell.ID, metric) {
				least, known := floors[pt.Step]
				x := float64(pt.Step) * xAxis.unit
				if _, drawn := slices.BinarySearch(xs, x); !drawn || !known || pt.Reason != "" || !yAxis.drawable(pt.Value) {
					continue
				}
				at[x] = append(at[x], yAxis.at(least))
				if f.values++; pt.Value < least {
					f.beneath++
				}
			}
		}
	}
	for _, x := range xs {
		if len(at[x]) > 0 {
			f.means = append(f.means, plotter.XY{X: xAxis.at(x), Y: mean(at[x])})
		}
	}
	return f
}

// within says whether any of the floor lies in a drawn range.
func (f floor) within(lo, hi float64) bool {
	return len(f.means) > 1 && slices.ContainsFunc(f.means, func(pt plotter.XY) bool { return pt.Y >= lo && pt.Y <= hi })
}

// line is the floor as it is drawn, dotted as theory is.
func (f floor) line() (plot.Plotter, error) {
	l, err := plotter.NewLine(f.means)
	if err != nil {
		return nil, err
	}
	l.LineStyle = draw.LineStyle{Color: inkGuide.color(solid), Width: 1, Dashes: guideDashes}
	return l, nil
}

func (f floor) String() string {
	switch {
	case f.values == 0:
		return ""
	case f.beneath == 0:
		return "Every value lies above its noise floor."
	}
	return fmt.Sprintf("%d of the %s drawn %s below %s noise floor: there they are no signal.", f.beneath,
		plural(f.values, "value", "values"), map[bool]string{true: "lies", false: "lie"}[f.beneath == 1], map[bool]string{true: "its", false: "their"}[f.beneath == 1])
}
