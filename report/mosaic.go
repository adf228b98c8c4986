package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An album is a drawing of mosaics with words between, from the top down. Lengths
// are points of a drawing as wide as the others.
type album struct {
	body  strings.Builder
	paint []func(c draw.Canvas) // the same on any canvas
	y     float64               // down to here it is full
}

func (a *album) words(x, y float64, class, text string) {
	fmt.Fprintf(&a.body, `<text x="%g" y="%g" font-size="10" class="%s">%s</text>`, x, y, class, html.EscapeString(text))
	color := inkText
	if class == "faded" {
		color = inkGuide
	}
	a.paint = append(a.paint, func(c draw.Canvas) {
		style := draw.TextStyle{Color: color.color(solid), Font: sans(10), Handler: plot.DefaultTextHandler}
		c.FillText(style, vg.Point{X: c.Min.X + vg.Length(x), Y: c.Max.Y - vg.Length(y)}, text)
	})
}

// place puts a mosaic at x, its tiles so wide and high.
func (a *album) place(x, tile, rise float64, m *mosaic) {
	style := ` style="image-rendering:pixelated"`
	if m.fine > coarse {
		style = "" // shrunk, not enlarged: what a browser leaves out would be seen
	}
	y, w, h := a.y, tile*float64(m.columns), rise*float64(m.rows)
	fmt.Fprintf(&a.body, `<image x="%g" y="%g" width="%g" height="%g" preserveAspectRatio="none"%s href="%s"/>`, x, y, w, h, style, m.uri())
	a.paint = append(a.paint, func(c draw.Canvas) {
		at := vg.Point{X: c.Min.X + vg.Length(x), Y: c.Max.Y - vg.Length(y+h)}
		c.DrawImage(vg.Rectangle{Min: at, Max: at.Add(vg.Point{X: vg.Length(w), Y: vg.Length(h)})}, m.img)
	})
}

// figure is one with the album for its drawing.
func (a *album) figure(f Figure, id, title string) Figure {
	height := math.Ceil(a.y)
	f.painting = painting{func(c draw.Canvas) {
		for _, paint := range a.paint {
			paint(c)
		}
	}, vg.Length(height)}
	f.SVG = template.HTML(fmt.Sprintf(`<svg class="plot pictures" role="img" aria-labelledby="%s-title %s-desc" viewBox="0 0 %d %g"><title id="%s-title">%s</title><desc id="%s-desc">%s</desc>%s</svg>`,
		id, id, figureWidth, height, id, html.EscapeString(title), id, html.EscapeString(f.Desc), a.body.String()))
	return f
}

// A mosaic is tiles in columns and rows, a clear line between two of them. Every
// value of a small picture is a square of zoom by zoom, so that the line is thin.
type mosaic struct {
	columns, rows, h, w int
	zoom, rim, fine     int
	tint                tint
	img                 *image.Paletted
}

// A tile is about so many squares wide or high at least: fine ones are more than a screen
// has dots for.
const (
	coarse = 32
	fine   = 64
)

// clear is the index of the palette's only colour that is none.
const clear = 255

// A tint is what values look like: 255 colours from lo to hi, and nothing.
type tint struct {
	lo, hi float64
	colors color.Palette
}

// index is a value's colour; values beyond the ends have that of the end.
func (t tint) index(v float64) uint8 {
	return uint8(math.Round(math.Max(0, math.Min(1, (v-t.lo)/(t.hi-t.lo))) * (clear - 1)))
}

// greys go from 0, black, to 1, white.
var greys = tint{0, 1, shades(func(share float64) color.NRGBA {
	v := uint8(math.Round(share * 255))
	return color.NRGBA{v, v, v, 255}
})}

// shades are 255 steps of a colour over [0, 1], and nothing.
func shades(at func(share float64) color.NRGBA) color.Palette {
	p := make(color.Palette, clear+1)
	for i := range clear {
		p[i] = at(float64(i) / (clear - 1))
	}
	p[clear] = color.NRGBA{}
	return p
}

func newMosaic(columns, rows, h, w int, t tint, squares int) *mosaic {
	m := &mosaic{columns: columns, rows: rows, h: h, w: w, zoom: max(1, squares/max(h, w)), fine: squares, tint: t}
	m.rim = max(1, m.zoom*max(h, w)/16)
	m.img = image.NewPaletted(image.Rect(0, 0, columns*(m.zoom*w+m.rim), rows*(m.zoom*h+m.rim)), t.colors)
	for i := range m.img.Pix {
		m.img.Pix[i] = clear
	}
	return m
}

// put sets a tile; what is no number stays clear.
func (m *mosaic) put(column, row int, x []float64) {
	for i, v := range x {
		if math.IsNaN(v) {
			continue
		}
		color := m.tint.index(v)
		left, top := column*(m.zoom*m.w+m.rim)+i%m.w*m.zoom, row*(m.zoom*m.h+m.rim)+i/m.w*m.zoom
		for j := range m.zoom * m.zoom {
			m.img.SetColorIndex(left+j%m.zoom, top+j/m.zoom, color)
		}
	}
}

// uri is the picture as data in the page.
func (m *mosaic) uri() string {
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&b, m.img); err != nil {
		panic(fmt.Sprintf("report: pictures: %v", err)) // into memory: only a size of zero can fail
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}
