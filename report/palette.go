package report

import (
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/vibench/bench/suites"
)

// The page owns the colours: figures are drawn in sentinels, each of which
// becomes a CSS variable, so that one drawing serves light, dark and print. The
// eight series colours are Okabe and Ito's, safe for colour-blind readers, the
// pale ones darkened on a light ground to three times its luminance; dash and
// marker repeat what the colour says.

const seriesColors = 8

// An ink is a sentinel colour by its use in a figure.
type ink uint8

const (
	inkText   ink = iota // axes and labels
	inkRule              // grid
	inkGuide             // theory
	inkRegion            // what is claimed
	inkPaper             // what lies behind: round marks on a dark ground
	inkSeries            // the first of the series colours
)

// weight is how strongly a series colour is used.
type weight uint8

const (
	solid weight = iota // means and markers
	thin                // single seeds
	band                // intervals
	veil                // intervals where there are many
	faint               // dots of single seeds
)

func (k ink) color(w weight) color.Color {
	return color.NRGBA{R: 0xF0 + uint8(w), G: 0x11 * uint8(k+1), B: 0x07, A: 0xFF}
}

// variable is the page's name of a colour.
func (k ink) variable() string {
	switch k {
	case inkText:
		return "--ink"
	case inkRule:
		return "--rule"
	case inkGuide:
		return "--muted"
	case inkRegion:
		return "--region"
	case inkPaper:
		return "--paper"
	}
	return fmt.Sprintf("--s%d", k-inkSeries)
}

// opacity is that of lines and that of areas, 1 where a weight leaves it.
func (w weight) opacity() (stroke, fill float64) {
	switch w {
	case thin:
		return .3, 1
	case band:
		return 1, .16
	case veil:
		return 1, .07
	case faint:
		return 1, .4
	}
	return 1, 1
}

// styled is a colour with its opacity, as a style says it.
func (w weight) styled(color string) string {
	switch stroke, fill := w.opacity(); {
	case stroke < 1:
		return color + ";stroke-opacity:" + strings.TrimPrefix(plain(stroke), "0")
	case fill < 1:
		return color + ";fill-opacity:" + strings.TrimPrefix(plain(fill), "0")
	}
	return color
}

// css is what stands for the sentinel in the page.
func (k ink) css(w weight) string { return w.styled("var(" + k.variable() + ")") }

// inks calls f with every sentinel.
func inks(f func(ink, weight)) {
	for k := inkText; k < inkSeries+seriesColors; k++ {
		for _, w := range []weight{solid, thin, band, veil, faint} {
			f(k, w)
		}
	}
}

// sentinels maps the text of every sentinel, as the SVG writer prints it, to
// its style.
func sentinels(style func(ink, weight) string) *strings.Replacer {
	var pairs []string
	inks(func(k ink, w weight) { pairs = append(pairs, svgColor(k.color(w)), style(k, w)) })
	return strings.NewReplacer(pairs...)
}

// svgColor prints a colour as vgsvg does, its rounding included.
func svgColor(c color.Color) string {
	r, g, b, alpha := c.RGBA()
	a := 255.0 / float64(alpha)
	return fmt.Sprintf("#%02X%02X%02X", int(float64(r)*a), int(float64(g)*a), int(float64(b)*a))
}

// A look is how one series is drawn.
type look struct {
	ink   ink
	dash  []vg.Length
	glyph draw.GlyphDrawer
}

func dashes() [][]vg.Length {
	return [][]vg.Length{nil, {6, 2}, {2, 2}, {8, 2, 2, 2}, {4, 4}}
}

func glyphs() []draw.GlyphDrawer {
	return []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.CrossGlyph{}}
}

// looks fixes one look a configuration, and one a family of them, for the whole page. An
// estimator has its colour by its place among the plan's, in the plan's order; where a figure
// has one in many settings each setting has a colour. The cycles of 8 colours, 5 dashes and 7
// markers repeat together only after 280.
type looks struct {
	estimators        map[string]int
	configs, families map[string]worn
}

// worn is a look by the places of its colour, dash and marker.
type worn [3]int

func newLooks(cells []suites.Cell) looks {
	names := newSet()
	for _, c := range cells {
		names.add(c.Estimator.Name)
	}
	l := looks{map[string]int{}, map[string]worn{}, map[string]worn{}}
	for i, n := range names.list {
		l.estimators[n] = i
	}
	return l
}

func wornAt(ink, dash, glyph int) worn {
	return worn{ink % seriesColors, dash % len(dashes()), glyph % len(glyphs())}
}

func (w worn) look() look {
	return look{ink: inkSeries + ink(w[0]), dash: dashes()[w[1]], glyph: glyphs()[w[2]]}
}

// of is the look of an estimator; variant tells its settings apart by dash and marker, at
// one colour.
func (l looks) of(estimator string, variant int) worn {
	i := l.estimators[estimator]
	return wornAt(i, i+variant, i+variant)
}

// manySettings of one estimator in a figure are more than dashes tell apart.
const manySettings = 4

const mostLooks = 280

// give dresses the lines of a figure, each a configuration.
func (l looks) give(lines []line) {
	l.dress(lines, l.configs, func(c suites.Cell) string {
		return join(" x ", c.Estimator.String(), c.Model.String(), c.Optimiser().String(), c.Precision)
	})
}

// giveFamilies dresses lines that are each of all configurations that differ in one number.
func (l looks) giveFamilies(lines []line, against string) {
	l.dress(lines, l.families, func(c suites.Cell) string {
		return join(" x ", without(c.Estimator, against), without(c.Model, against), without(c.Optimiser(), against), c.Precision)
	})
}

// dress gives every line the look that its name has had in an earlier figure, and the others
// one that nothing has had: the estimator's colour, or of many settings a colour that the
// figure has least.
func (l looks) dress(lines []line, have map[string]worn, name func(suites.Cell) string) {
	settings, twice := map[string]int{}, map[string]int{}
	taken, here := map[worn]bool{}, map[worn]bool{}
	var inks [seriesColors]int
	names := make([]string, len(lines))
	for _, w := range have {
		taken[w] = true
	}
	for i, line := range lines {
		settings[line.cell.Estimator.Name]++
		names[i] = name(line.cell)
		if twice[names[i]]++; twice[names[i]] > 1 { // lines that data sets tell apart
			names[i] += fmt.Sprintf(" #%d", twice[names[i]])
		}
		if w, known := have[names[i]]; known {
			here[w] = true
			inks[w[0]]++
		}
	}
	many := false
	for _, n := range settings {
		many = many || n >= manySettings
	}
	for i, line := range lines {
		w, known := have[names[i]]
		if !known {
			best := mostLooks + 1
			for n := range mostLooks {
				try := l.of(line.cell.Estimator.Name, n)
				if many {
					try = wornAt(n, n/seriesColors, n)
				}
				cost := 0
				if many {
					cost = inks[try[0]]
				}
				if !here[try] && taken[try] {
					cost += mostLooks / 2 // of another configuration, of which this figure has none
				}
				if here[try] {
					cost = mostLooks
				}
				if cost < best {
					w, best = try, cost
				}
			}
			have[names[i]], taken[w], here[w] = w, true, true
			inks[w[0]]++
		}
		lines[i].look = w.look()
	}
}

func (l look) line(w weight) draw.LineStyle {
	s := draw.LineStyle{Color: l.ink.color(w), Width: 1.6, Dashes: l.dash}
	if w == thin {
		s.Width, s.Dashes = 0.5, nil
	}
	return s
}

func (l look) mark() draw.GlyphStyle {
	return draw.GlyphStyle{Color: l.ink.color(solid), Radius: 2.8, Shape: l.glyph}
}
