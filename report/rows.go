package report

import (
	"math"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Many figures have a row a configuration: names of any length fit beside them,
// and a narrow screen can show them.

const mostInRow = 34 // runes of a name that leave half of a figure to what it is of

// folded breaks a long name into at most three lines of about n runes, where parts end.
func folded(name string, n int) string {
	var lines []string
	for rest := []rune(name); ; {
		if len(rest) <= n || len(lines) == 2 {
			return strings.Join(append(lines, clip(string(rest), n+2)), "\n")
		}
		cut := breakIn(rest, n, func(i int) bool {
			sign := rest[i-1] == '/' || rest[i-1] == '−' || rest[i-1] == 'x' && rest[i-2] == ' '
			return rest[i] == ' ' && !sign || rest[i-1] == ',' || rest[i-1] == '{'
		})
		if cut == 0 {
			cut = breakIn(rest, n, func(i int) bool { return strings.ContainsRune("-_=", rest[i-1]) })
		}
		if cut == 0 {
			cut = n
		}
		lines = append(lines, strings.TrimSpace(string(rest[:cut])))
		rest = []rune(strings.TrimSpace(string(rest[cut:])))
	}
}

// breakIn is the last place up to n where a line may end, 0 if that would leave it short.
func breakIn(name []rune, n int, may func(i int) bool) int {
	for i := n; i > max(1, n/5); i-- {
		if may(i) {
			return i
		}
	}
	return 0
}

// roomFor is the height of rows with such names.
func roomFor(names []string, row vg.Length) vg.Length {
	for _, name := range names {
		row = max(row, 3+12*vg.Length(1+strings.Count(folded(name, mostInRow), "\n")))
	}
	return row
}

// rowPlot has a name a row, the first on top, over a range with a margin.
func rowPlot(label string, names []string, lo, hi float64) *plot.Plot {
	p := newPlot(label, "")
	var ticks plot.ConstantTicks
	longest := 0
	for i, name := range names {
		name = folded(name, mostInRow)
		ticks = append(ticks, plot.Tick{Value: rowAt(i, len(names)), Label: name})
		for line := range strings.SplitSeq(name, "\n") {
			longest = max(longest, utf8.RuneCountInString(line))
		}
	}
	// A label longer than the axis would push the axis in: it ends where the axis does.
	if utf8.RuneCountInString(label) > mostRunes-longest {
		p.X.Label.Position = draw.PosRight
	}
	p.X.Min, p.X.Max = lo, hi
	p.Y.Min, p.Y.Max = 0.4, float64(len(names))+0.6
	if hi > lo && !math.IsInf(hi-lo, 0) {
		p.X.Tick.Marker = linearTicks(lo, hi, min(mostRunes, mostRunes+8-longest))
	}
	p.Y.Tick.Marker = ticks
	p.Y.Tick.Length = 0
	p.Y.LineStyle.Width = 0
	return p
}

// rowAt is a row's place among n.
func rowAt(i, n int) float64 { return float64(n - i) }

// rowsHeight is that of a drawing of n rows.
func rowsHeight(n int, row vg.Length) vg.Length { return 46 + row*vg.Length(n) }

// A plotFunc is a plotter of one's own in one function.
type plotFunc func(c draw.Canvas, p *plot.Plot)

// Plot draws it.
func (f plotFunc) Plot(c draw.Canvas, p *plot.Plot) { f(c, p) }

// whisker is an interval from a to b with ends across it.
func whisker(c draw.Canvas, s draw.LineStyle, a, b vg.Point) {
	c.StrokeLine2(s, a.X, a.Y, b.X, b.Y)
	across := vg.Point{X: 0, Y: 3}
	if a.X == b.X {
		across = vg.Point{X: 3, Y: 0}
	}
	for _, end := range []vg.Point{a, b} {
		c.StrokeLine2(s, end.X-across.X, end.Y-across.Y, end.X+across.X, end.Y+across.Y)
	}
}

// A dot is a mean over seeds in a row, with its 95 % t interval and single seeds faint.
type dot struct {
	row   float64 // its place, rowAt and what lifts it
	look  look
	sum   summary // as drawn
	stem  bool    // a line leads to it from zero
	floor float64 // what noise alone would give; 0 where that is not known
}

func dots(list []dot) plotFunc {
	return func(c draw.Canvas, pl *plot.Plot) {
		x, y := pl.Transforms(&c)
		for _, d := range list {
			s, at := d.sum, y(d.row)
			if d.stem {
				c.StrokeLine2(draw.LineStyle{Color: inkRule.color(solid), Width: 0.8}, x(0), at, x(s.mean), at)
			}
			if d.floor != 0 {
				c.StrokeLine2(draw.LineStyle{Color: inkGuide.color(solid), Width: 1.2}, x(d.floor), at-4, x(d.floor), at+4)
			}
			for _, v := range s.seeds {
				c.DrawGlyph(draw.GlyphStyle{Color: d.look.ink.color(faint), Radius: 2.2, Shape: draw.CircleGlyph{}}, vg.Point{X: x(v), Y: at})
			}
			if s.lo < s.hi {
				whisker(c, draw.LineStyle{Color: d.look.ink.color(solid), Width: 1.2}, vg.Point{X: x(math.Max(s.lo, pl.X.Min)), Y: at}, vg.Point{X: x(math.Min(s.hi, pl.X.Max)), Y: at})
			}
			c.DrawGlyph(d.look.mark(), vg.Point{X: x(s.mean), Y: at})
		}
	}
}

// A reach is the range that values span.
type reach struct{ lo, hi float64 }

func newReach() reach { return reach{math.Inf(1), math.Inf(-1)} }

func (r *reach) see(xs ...float64) {
	for _, x := range xs {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			r.lo, r.hi = math.Min(r.lo, x), math.Max(r.hi, x)
		}
	}
}

// padded is the range with room at both ends.
func (r reach) padded() (lo, hi float64) {
	pad := margin(0.06, r.lo, r.hi)
	return r.lo - pad, r.hi + pad
}
