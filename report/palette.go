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

// looks fixes one look an estimator for the whole page: by its place among the
// plan's estimators, in the plan's order, so that those of one grid differ even
// where colours come round again. The cycles of 8 colours, 5 dashes and 7 markers
// repeat together only after 280.
type looks map[string]int

func newLooks(cells []suites.Cell) looks {
	names := newSet()
	for _, c := range cells {
		names.add(c.Estimator.Name)
	}
	at := looks{}
	for i, n := range names.list {
		at[n] = i
	}
	return at
}

// of is the look of an estimator; variant tells series of one estimator in the
// same figure apart by dash and marker, at one colour.
func (l looks) of(estimator string, variant int) look {
	i := l[estimator]
	d, g := dashes(), glyphs()
	return look{
		ink:   inkSeries + ink(i%seriesColors),
		dash:  d[(i+variant)%len(d)],
		glyph: g[(i+variant)%len(g)],
	}
}

// manySettings of one estimator in a figure are more than dashes tell apart.
const manySettings = 4

// numbered is the look of line i where colours are by line.
func (looks) numbered(i int) look {
	d, g := dashes(), glyphs()
	return look{ink: inkSeries + ink(i%seriesColors), dash: d[i/seriesColors%len(d)], glyph: g[i%len(g)]}
}

// give dresses lines in their order: an estimator has its colour on the whole page, but
// where one is there in many settings each setting has a colour.
func (l looks) give(lines []line) {
	variants := map[string]int{}
	for _, line := range lines {
		variants[line.cell.Estimator.Name]++
	}
	for _, n := range variants {
		if n >= manySettings {
			for i := range lines {
				lines[i].look = l.numbered(i)
			}
			return
		}
	}
	variants = map[string]int{}
	for i := range lines {
		name := lines[i].cell.Estimator.Name
		lines[i].look = l.of(name, variants[name])
		variants[name]++
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
