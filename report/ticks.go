package report

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// An axis maps values to the coordinate that is drawn. Log axes are drawn as
// linear ones of log10, so that no value can reach a logarithm while drawing.
type axis struct{ log bool }

func (a axis) at(v float64) float64 {
	if a.log {
		return math.Log10(v)
	}
	return v
}

// back is the value at a drawn coordinate.
func (a axis) back(c float64) float64 {
	if a.log {
		return math.Pow(10, c)
	}
	return c
}

// drawable says whether a value has a place on the axis.
func (a axis) drawable(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0) && (!a.log || v > 0)
}

// valueTicks labels the values that were measured, thinned to at most 10.
func (a axis) valueTicks(values []float64) plot.ConstantTicks {
	step := (len(values) + 9) / 10
	var ticks plot.ConstantTicks
	for i, v := range values {
		label := ""
		if i%step == 0 {
			label = tickText(v)
		}
		ticks = append(ticks, plot.Tick{Value: a.at(v), Label: label})
	}
	return ticks
}

// rangeTicks labels a drawn range by round numbers: on a log axis 1, 2 and 5 in
// each decade, fewer over many decades, more over a part of one.
func (a axis) rangeTicks(lo, hi float64) plot.ConstantTicks {
	if span := hi - lo; !(span > 0) || math.IsInf(span, 0) {
		return nil // nothing that ticks could divide
	}
	if !a.log {
		return linearTicks(lo, hi, mostRunes)
	}
	var best plot.ConstantTicks
	for _, in := range [][]float64{{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 4, 5, 6, 8}} {
		ticks := decadeTicks(lo, hi, in, 1)
		roomy := apart(ticks, (hi-lo)/9)
		if (len(ticks) > 8 || len(roomy) < len(ticks)) && len(best) >= 3 {
			break
		}
		best = roomy
	}
	for every := 2; len(best) > 9; every++ {
		best = decadeTicks(lo, hi, []float64{1}, every)
	}
	if len(best) < 2 {
		best = nil
		for _, t := range linearTicks(math.Pow(10, lo), math.Pow(10, hi), mostRunes) {
			if t.Value > 0 {
				best = append(best, plot.Tick{Value: math.Log10(t.Value), Label: t.Label})
			}
		}
	}
	return best
}

// apart leaves out ticks whose labels would run into the one before.
func apart(ticks plot.ConstantTicks, least float64) (kept plot.ConstantTicks) {
	for _, t := range ticks {
		if len(kept) == 0 || t.Value-kept[len(kept)-1].Value >= least {
			kept = append(kept, t)
		}
	}
	return kept
}

func decadeTicks(lo, hi float64, in []float64, every int) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for e := math.Floor(lo); e <= hi; e++ {
		if int(e)%every != 0 {
			continue
		}
		for _, m := range in {
			if v := e + math.Log10(m); v >= lo && v <= hi {
				ticks = append(ticks, plot.Tick{Value: v, Label: tickText(m * math.Pow(10, e))})
			}
		}
	}
	return ticks
}

const mostRunes = 56 // of labels and what is between them, along a figure

// linearTicks are multiples of 1, 2 or 5 times a power of ten, four to nine of
// them, or fewer whose labels are long for an axis of so many runes.
func linearTicks(lo, hi float64, runes int) plot.ConstantTicks {
	span := hi - lo
	unit := math.Pow(10, math.Floor(math.Log10(span)))
	step := unit
	for _, s := range []float64{unit / 5, unit / 2, unit, unit * 2} {
		step = s
		if n := span / s; n <= 8 && n*float64(len(tickText(math.Floor(lo/s)*s))+2) <= float64(runes) || n <= 3 {
			break
		}
	}
	var ticks plot.ConstantTicks
	for i := math.Ceil(lo / step); i*step <= hi && len(ticks) < 20; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: tickText(i * step)})
	}
	return ticks
}

// margin is the room left at both ends of a range: a share of it, and never
// nothing.
func margin(share, lo, hi float64) float64 {
	return max(share*(hi-lo), 1e-3*math.Abs(lo), 1e-3*math.Abs(hi), 1e-12)
}

// tickText rounds away what adding steps has left.
func tickText(v float64) string {
	if math.Abs(v) < 1e-300 {
		return "0"
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}
