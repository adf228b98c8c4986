package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/vibench/bench/stats"
)

// A bundle is lines ready to be drawn: belts below, seeds over them, means on
// top, and what is to be said of them.
type bundle struct {
	belts          []belt
	thins, middles []plot.Plotter
	means          map[string]plotter.XYs // by the key of their line
	lo, hi         float64                // what seeds span
	spans          []span                 // at each x, of every line
	most           int                    // seeds at one x
	thin           bool                   // seeds are drawn
	legend         []Key
	said           []string
	data           [][]string // series, seed, x, y
}

const (
	mostThin   = 32   // seeds of all lines drawn one by one: more would hide each other
	mostBands  = 4    // bands of the usual strength, one over the other
	mostPoints = 6000 // of all seeds of a figure: more make the page heavy
	mostMarks  = 16   // markers on a line
)

// A span is what the seeds of a line span at one x, as drawn.
type span struct{ x, lo, hi float64 }

// bundleOf makes the means of lines over their seeds, with bands of 95 % at each
// x. The lines have their looks already.
func bundleOf(lines []line, xs []float64, xAxis, yAxis axis, at func(x float64) string) (bundle, error) {
	b := bundle{means: map[string]plotter.XYs{}, lo: math.Inf(1), hi: math.Inf(-1)}
	see := func(y float64) { b.lo, b.hi = math.Min(b.lo, y), math.Max(b.hi, y) }
	seeds, points := 0, 0
	for _, l := range lines {
		seeds += len(l.seeds)
		for _, seed := range l.seeds {
			points += len(seed)
		}
	}
	b.thin = seeds <= mostThin && points <= mostPoints
	for i := range lines {
		l := &lines[i]
		means, upper, lower := plotter.XYs{}, plotter.XYs{}, plotter.XYs{}
		for _, x := range xs {
			var y []float64
			for _, seed := range seedsOf(l.seeds) {
				if v, ok := l.seeds[seed][x]; ok {
					y = append(y, v)
					see(v)
					b.data = append(b.data, []string{l.label, fmt.Sprint(seed), cell(x), cell(yAxis.back(v))})
				}
			}
			if len(y) == 0 {
				continue
			}
			b.most = max(b.most, len(y))
			b.spans = append(b.spans, span{xAxis.at(x), slices.Min(y), slices.Max(y)})
			means = append(means, plotter.XY{X: xAxis.at(x), Y: mean(y)})
			if iv, err := stats.TMean(y); err == nil {
				upper = append(upper, plotter.XY{X: xAxis.at(x), Y: iv.Hi})
				lower = append(lower, plotter.XY{X: xAxis.at(x), Y: iv.Lo})
			}
		}
		for _, seed := range seedsOf(l.seeds) {
			curve := l.curve(seed, xs, xAxis)
			if len(curve) < 2 || !b.thin {
				continue
			}
			thinLine, err := plotter.NewLine(curve)
			if err != nil {
				return b, err
			}
			thinLine.LineStyle = l.look.line(thin)
			b.thins = append(b.thins, thinLine)
		}
		if len(upper) > 1 {
			s := belt{lower, upper, band, l.look}
			if len(lines) > mostBands {
				s.weight = veil
			}
			b.belts = append(b.belts, s)
		}
		middle, err := plotter.NewLine(means)
		if err != nil {
			return b, err
		}
		marks, err := plotter.NewScatter(sparse(means))
		if err != nil {
			return b, err
		}
		middle.LineStyle, marks.GlyphStyle = l.look.line(solid), l.look.mark()
		b.middles = append(b.middles, middle, marks)
		b.means[l.key] = means
		key, err := sampleOf(l.look, true, l.label)
		if err != nil {
			return b, err
		}
		b.legend = append(b.legend, key)
		b.said = append(b.said, l.sentence(means, xAxis, yAxis, at))
	}
	return b, nil
}

// sparse keeps so many points that their markers leave a line to be seen, the
// last of them always.
func sparse(pts plotter.XYs) plotter.XYs {
	step := (len(pts) + mostMarks - 1) / mostMarks
	if step < 2 {
		return pts
	}
	var out plotter.XYs
	for i := len(pts) - 1; i >= 0; i -= step {
		out = append(out, pts[i])
	}
	return out
}
