package report

import (
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Small multiples share both axes: only the left column and the lowest row of each have
// their numbers and names.

// A small is one of them.
type small struct {
	name string
	*plot.Plot
}

// multiples draws plots of one range in columns, each with its name above, folded where it is
// wider than its column, and says how much higher than with names of one line that makes them.
func multiples(list []small, columns int, xName, yName string) (func(c draw.Canvas), vg.Length) {
	rows := (len(list) + columns - 1) / columns
	folds := 0
	for i := range list {
		if !strings.Contains(list[i].name, "\n") {
			list[i].name = folded(list[i].name, (mostRunes+6)/columns)
		}
		folds = max(folds, strings.Count(list[i].name, "\n"))
	}
	above := 11 * vg.Length(folds)
	grid := make([][]*plot.Plot, rows)
	for i := range grid {
		grid[i] = make([]*plot.Plot, columns)
	}
	for i, t := range list {
		grid[i/columns][i%columns] = t.Plot
		below := i+columns < len(list)
		if i%columns > 0 {
			t.Y.Tick.Marker = unlabelled(t.Y.Tick.Marker, t.Y.Min, t.Y.Max)
		}
		if below {
			t.X.Tick.Marker = unlabelled(t.X.Tick.Marker, t.X.Min, t.X.Max)
		}
	}
	return func(c draw.Canvas) {
		style := draw.TextStyle{Color: inkText.color(solid), Font: sans(11), XAlign: text.XCenter, YAlign: text.YBottom, Handler: plot.DefaultTextHandler}
		c.FillText(style, vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Min.Y}, xName)
		side := style
		side.Rotation, side.YAlign = halfPi, text.YTop
		c.FillText(side, vg.Point{X: c.Min.X, Y: (c.Min.Y + c.Max.Y) / 2}, yName)
		inner := draw.Crop(c, 18, 0, 18, 0)
		canvases := plot.Align(grid, draw.Tiles{Rows: rows, Cols: columns, PadX: 8, PadY: 18 + above, PadTop: 14 + above}, inner)
		name := draw.TextStyle{Color: inkText.color(solid), Font: sans(10), XAlign: text.XLeft, YAlign: text.YBottom, Handler: plot.DefaultTextHandler}
		for i, t := range list {
			at := canvases[i/columns][i%columns]
			t.Draw(at)
			data := t.DataCanvas(at)
			c.FillText(name, vg.Point{X: data.Min.X, Y: data.Max.Y + 3}, t.name)
		}
	}, above * vg.Length(rows)
}

const halfPi = 1.5707963267948966

// unlabelled keeps the marks of ticks alone.
func unlabelled(of plot.Ticker, lo, hi float64) plot.ConstantTicks {
	ticks := of.Ticks(lo, hi)
	for i := range ticks {
		ticks[i].Label = ""
	}
	return ticks
}
