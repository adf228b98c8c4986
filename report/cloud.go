package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/vibench/bench/store"
)

// A cloud is the signal-to-noise ratios of single coordinates behind the ratio of a whole
// parameter, from the sums that cells keep: what Rainforth et al. 2018 (1802.04537) draw, a
// line a dimension.
//
//	SNR_j^2 = ( mean_j^2 - var_j / R ) / var_j
//
// the mean of the estimator that gives the signal, where that is another's.
type cloud struct {
	dots   []cloudDot
	values int // coordinates of all cells
	silent int // of those, without a signal
	off    int // beyond the axis
}

type cloudDot struct {
	x, y float64 // as drawn
	look look
	row  []string // of the numbers behind the figure
}

const (
	mostDots        = 4000
	mostCoordinates = 2000 // of a cell, whose ranges are searched
)

// sums are those of a cell over replicates.
type sums struct{ s, ss []float64 }

// at are mean and variance of a coordinate over r replicates.
func (m sums) at(j int, r float64) (mean, variance float64) {
	return m.s[j] / r, math.Max(0, (m.ss[j]-m.s[j]*m.s[j]/r)/(r-1))
}

// rangeOf finds the coordinates that a ratio is of: a store keeps the sums of all of them in
// one array, and does not say where a parameter begins. They are those whose ratio is the one
// logged, to the rounding of a sum; ok is false unless one range alone has it.
func rangeOf(self, signal sums, r, ratio float64) (lo, hi int, ok bool) {
	n := len(self.s)
	found := 0
	for from := range n {
		top, trace := 0.0, 0.0
		for to := from; to < n; to++ {
			mean, v := signal.at(to, r)
			_, noise := self.at(to, r)
			top, trace = top+mean*mean-v/r, trace+noise
			if x := math.Sqrt(top / trace); math.Abs(x-ratio) <= 1e-9*ratio {
				lo, hi, found = from, to+1, found+1
			}
		}
	}
	return lo, hi, found == 1
}

// cloud is that of a figure of signal-to-noise ratios, empty for all others and where the
// cells have kept no sums.
func (g *slopeGroup) cloud(results *store.Results, kept arrays, lines []line, xAxis, yAxis axis) (c cloud, err error) {
	if !strings.HasPrefix(g.metric, "snr/") {
		return c, nil
	}
	var ids []string
	for _, cell := range g.cells {
		ids = append(ids, cell.ID)
	}
	arrays := map[string]map[string][]float64{}
	for _, name := range []string{"self/sum", "self/sumsq", "signal/sum", "signal/sumsq"} {
		if arrays[name], err = kept.LastVectors(ids, "snr/"+name); err != nil {
			return c, err
		}
	}
	of := map[string]line{}
	for _, l := range lines {
		of[l.key] = l
	}
	type coordinates struct{ lo, hi int }
	known := map[string]coordinates{} // by what has one shape
	for _, cell := range g.cells {
		ratio, _, ok := results.Value(cell.ID, g.metric)
		r, _, counted := results.Value(cell.ID, "snr/r")
		x, numeric := numberAt(cell, g.against)
		line, drawn := of[g.seriesOf(cell)]
		self := sums{arrays["self/sum"][cell.ID], arrays["self/sumsq"][cell.ID]}
		signal := sums{arrays["signal/sum"][cell.ID], arrays["signal/sumsq"][cell.ID]}
		if len(signal.s) == 0 {
			signal = self
		}
		n := len(self.s)
		if !ok || !counted || !numeric || !drawn || !xAxis.drawable(x) || n == 0 || n > mostCoordinates ||
			len(self.ss) != n || len(signal.s) != n || len(signal.ss) != n {
			continue
		}
		shape := without(cell.Model, g.against) + " " + without(cell.Dataset, g.against)
		at, seen := known[shape]
		if !seen {
			if lo, hi, one := rangeOf(self, signal, r, ratio); one {
				at = coordinates{lo, hi}
			}
			known[shape] = at // none, where none is found: the search is long
		}
		for j := at.lo; j < min(at.hi, n); j++ {
			c.values++
			mean, v := signal.at(j, r)
			_, noise := self.at(j, r)
			y := math.Sqrt((mean*mean - v/r) / noise)
			if !yAxis.drawable(y) {
				c.silent++
				continue
			}
			row := []string{fmt.Sprintf("%s, coordinate %d", line.label, j-at.lo+1), fmt.Sprint(cell.Seed), plain(x), plain(y)}
			c.dots = append(c.dots, cloudDot{xAxis.at(x), yAxis.at(y), line.look, row})
		}
	}
	if len(c.dots) > mostDots {
		return cloud{}, nil // grey
	}
	return c, nil
}

// reach widens a range so that most of the cloud is in it, to half as much again.
func (c *cloud) reach(lo, hi float64) (float64, float64) {
	room := (hi - lo) / 4
	least, most := lo-room, hi+room
	kept := c.dots[:0]
	for _, d := range c.dots {
		if d.y < least || d.y > most {
			c.off++
			continue
		}
		lo, hi = math.Min(lo, d.y), math.Max(hi, d.y)
		kept = append(kept, d)
	}
	c.dots = kept
	return lo, hi
}

// Plot draws it.
func (c *cloud) Plot(to draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&to)
	for _, d := range c.dots {
		to.DrawGlyph(draw.GlyphStyle{Color: d.look.ink.color(faint), Radius: 1.5, Shape: draw.CircleGlyph{}}, vg.Point{X: x(d.x), Y: y(d.y)})
	}
}

func (c *cloud) String() string {
	if len(c.dots) == 0 {
		return ""
	}
	text := fmt.Sprintf("Faint dots are the ratios of %s by themselves", plural(c.values, "single coordinate", "single coordinates"))
	if c.silent > 0 {
		text += "; " + plural(c.silent, "has no signal above its noise", "have no signal above their noise")
	}
	if c.off > 0 {
		text += "; " + plural(c.off, "lies off the axis", "lie off the axis")
	}
	return text + "."
}
