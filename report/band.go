package report

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// A belt is the intervals of one line: at each x a low and a high end.
type belt struct {
	lo, hi plotter.XYs
	weight weight
	look   look
}

// shades fills the belts of a bundle in a drawn range. Where an interval leaves
// the range on both sides nothing is filled: it would be a block that says nothing and hides
// the rest. cut says that there are such places.
func (b bundle) shades(lo, hi float64) (areas []plot.Plotter, cut bool, err error) {
	for _, s := range b.belts {
		from := 0
		for i := 0; i <= len(s.lo); i++ {
			out := i < len(s.lo) && s.lo[i].Y < lo && s.hi[i].Y > hi
			if cut = cut || out; i < len(s.lo) && !out {
				continue
			}
			if i-from > 1 {
				area, err := plotter.NewPolygon(outline(s.lo[from:i], s.hi[from:i]))
				if err != nil {
					return nil, false, err
				}
				area.Color, area.LineStyle.Width = s.look.ink.color(s.weight), 0
				areas = append(areas, area)
			}
			from = i + 1
		}
	}
	return areas, cut, nil
}

// outline goes along the upper ends and back along the lower ones.
func outline(lo, hi plotter.XYs) plotter.XYs {
	out := append(plotter.XYs{}, hi...)
	for i := len(lo) - 1; i >= 0; i-- {
		out = append(out, lo[i])
	}
	return out
}
