package report

import (
	"bytes"
	"fmt"
	"html"
	"regexp"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

const figureWidth = 440 // points; the page scales it

// sans is the family that text is measured in; the page shows it in the metric
// equal of the reader's system.
func sans(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

// newPlot is an empty plot in the page's manner: no background, no title (the
// page has it), quiet axes.
func newPlot(x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.LineStyle.Color = inkText.color(solid)
		a.LineStyle.Width = 0.6
		a.Tick.LineStyle.Color = inkText.color(solid)
		a.Tick.LineStyle.Width = 0.6
		a.Tick.Length = 4
		a.Tick.Label.Color = inkText.color(solid)
		a.Tick.Label.Font = sans(10)
		a.Label.TextStyle.Color = inkText.color(solid)
		a.Label.TextStyle.Font = sans(11)
		a.Label.Padding = 3
		a.Padding = 4
	}
	p.X.Label.Text, p.Y.Label.Text = x, y
	return p
}

// svg draws a plot as an element for the page, with a title and a description
// for those who cannot see it. IDs are made of id, which must be unique.
func svg(p *plot.Plot, height vg.Length, id, title, desc string) (string, error) {
	return svgOf(p.Draw, height, id, title, desc)
}

// svgOf does so for anything that draws.
func svgOf(paint func(draw.Canvas), height vg.Length, id, title, desc string) (string, error) {
	c := vgsvg.New(figureWidth, height)
	paint(draw.Crop(draw.New(c), 2, -8, 2, -4))
	return element(c, fmt.Sprintf(`class="plot" role="img" aria-labelledby="%s-title %s-desc"`, id, id),
		fmt.Sprintf("<title id=\"%s-title\">%s</title><desc id=\"%s-desc\">%s</desc>",
			id, html.EscapeString(title), id, html.EscapeString(desc)))
}

var (
	svgHead = regexp.MustCompile(`(?s)^.*?<svg [^>]*?(viewBox="[^"]*")[^>]*>`)
	svgFont = regexp.MustCompile(`font-family:[^;"]*;font-variant:[^;"]*;font-weight:[^;"]*;font-style:[^;"]*;?`)
)

// element turns a canvas into an element that can stand in a page: without XML
// header and size, in the page's colours and font.
func element(c *vgsvg.Canvas, attributes, first string) (string, error) {
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		return "", fmt.Errorf("report: figure: %w", err)
	}
	text := buf.Bytes()
	head := svgHead.FindSubmatchIndex(text)
	if head == nil {
		return "", fmt.Errorf("report: figure: no svg element in the drawing")
	}
	body := svgFont.ReplaceAll(text[head[1]:], nil)
	return "<svg " + attributes + " " + string(text[head[2]:head[3]]) + ">" + first + sentinels().Replace(string(body)), nil
}

// swatch is a legend's key of an area: filled in an ink, with an outline without
// which pale ones would not be seen.
func swatch(k ink, w weight) (string, error) {
	const width, h = 48, 12
	c := vgsvg.New(width, h)
	d := draw.New(c)
	box := []vg.Point{{X: 12, Y: 1}, {X: 36, Y: 1}, {X: 36, Y: h - 1}, {X: 12, Y: h - 1}}
	d.FillPolygon(k.color(w), box)
	d.StrokeLines(draw.LineStyle{Color: inkGuide.color(solid), Width: 0.9}, append(box, box[0]))
	return element(c, `class="key" aria-hidden="true"`, "")
}

// sample draws a legend's key: a line with its marker, or the marker alone.
func sample(l look, line bool) (string, error) {
	const w, h = 48, 12 // wide enough for two periods of the longest dash
	c := vgsvg.New(w, h)
	d := draw.New(c)
	if line {
		d.StrokeLine2(l.line(solid), 1, h/2, w-1, h/2)
	}
	if l.glyph != nil {
		d.DrawGlyph(l.mark(), vg.Point{X: w / 2, Y: h / 2})
	}
	return element(c, `class="key" aria-hidden="true"`, "")
}
