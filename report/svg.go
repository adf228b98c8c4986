package report

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"regexp"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

const figureWidth = 360 // points; about the width of a phone, so that words are as large as asked

const figureHeight = 230 // points, of most

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

// A painting is what draws on a canvas of a figure's width and some height, for the page
// and for files alike.
type painting struct {
	paint  func(draw.Canvas)
	height vg.Length
}

// drawn is the figure with its drawing: an element for the page, with a title and a
// description for those who cannot see it. IDs are made of id, which must be unique.
func (f Figure) drawn(paint func(draw.Canvas), height vg.Length, id, title string) Figure {
	f.painting = painting{func(c draw.Canvas) { paint(draw.Crop(c, 2, -8, 2, -4)) }, height}
	c := vgsvg.New(figureWidth, height)
	f.paint(draw.New(c))
	text, err := element(c, fmt.Sprintf(`class="plot" role="img" aria-labelledby="%s-title %s-desc"`, id, id),
		fmt.Sprintf("<title id=\"%s-title\">%s</title><desc id=\"%s-desc\">%s</desc>",
			id, html.EscapeString(title), id, html.EscapeString(f.Desc)))
	if err != nil {
		return failed(err.Error())
	}
	f.SVG = template.HTML(text)
	return f
}

var (
	svgHead = regexp.MustCompile(`(?s)^.*?<svg [^>]*?(viewBox="[^"]*")[^>]*>`)
	svgFont = regexp.MustCompile(`font-family:[^;"]*;font-variant:[^;"]*;font-weight:[^;"]*;font-style:[^;"]*;?`)
)

// element turns a canvas into an element that can stand in a page: without XML
// header and size, in the page's colours and font.
func element(c *vgsvg.Canvas, attributes, first string) (string, error) {
	box, body, err := drawingOf(c)
	if err != nil {
		return "", err
	}
	return "<svg " + attributes + " " + box + ">" + first + sentinels(ink.css).Replace(body), nil
}

// drawingOf is a canvas's viewBox and what follows its first tag, without fonts.
func drawingOf(c *vgsvg.Canvas) (box, body string, err error) {
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		return "", "", fmt.Errorf("report: figure: %w", err)
	}
	text := buf.Bytes()
	head := svgHead.FindSubmatchIndex(text)
	if head == nil {
		return "", "", fmt.Errorf("report: figure: no svg element in the drawing")
	}
	return string(text[head[2]:head[3]]), string(svgFont.ReplaceAll(text[head[1]:], nil)), nil
}

// A Key is one entry of a legend, kept outside the drawing so that it can never
// cover data.
type Key struct {
	Sample template.HTML
	Label  string
	of     string            // the part of the label that names a configuration; empty for others
	paint  func(draw.Canvas) // keyWidth by keyHeight
}

const keyWidth, keyHeight = 48, 12 // points; wide enough for two periods of the longest dash

func newKey(label string, paint func(draw.Canvas)) (Key, error) {
	c := vgsvg.New(keyWidth, keyHeight)
	paint(draw.New(c))
	text, err := element(c, `class="key" aria-hidden="true"`, "")
	return Key{Sample: template.HTML(text), Label: label, paint: paint}, err
}

// swatch is a legend's key of an area: filled in an ink, with an outline without
// which pale ones would not be seen.
func swatch(k ink, w weight, label string) (Key, error) {
	return newKey(label, func(c draw.Canvas) {
		x, y := c.Min.X, c.Min.Y
		box := []vg.Point{{X: x + 12, Y: y + 1}, {X: x + 36, Y: y + 1}, {X: x + 36, Y: y + keyHeight - 1}, {X: x + 12, Y: y + keyHeight - 1}}
		c.FillPolygon(k.color(w), box)
		c.StrokeLines(draw.LineStyle{Color: inkGuide.color(solid), Width: 0.9}, append(box, box[0]))
	})
}

// sampleOf is the key of a configuration, of whose label the legend leaves out what is common
// to all.
func sampleOf(l look, line bool, of string) (Key, error) {
	key, err := sample(l, line, of)
	key.of = of
	return key, err
}

// sample is a legend's key of a line with its marker, or the marker alone.
func sample(l look, line bool, label string) (Key, error) {
	return newKey(label, func(c draw.Canvas) {
		middle := c.Min.Y + keyHeight/2
		if line {
			c.StrokeLine2(l.line(solid), c.Min.X+1, middle, c.Min.X+keyWidth-1, middle)
		}
		if l.glyph != nil {
			c.DrawGlyph(l.mark(), vg.Point{X: c.Min.X + keyWidth/2, Y: middle})
		}
	})
}
