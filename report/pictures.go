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
	"slices"
	"strconv"
	"strings"
)

// What a model of images makes, as small pictures: data above their
// reconstructions, samples beside. Values are drawn on one scale from 0, black, to
// 1, white, each as a square of its own.

const (
	mostPictured = 6  // configurations of a figure
	mostTiles    = 32 // pictures of a kind
	pairColumns  = 8  // data and reconstructions
	aloneColumns = 4  // samples
)

const pictureData, pictureRecon, pictureSamples = "pictures/data@", "pictures/recon@", "pictures/samples@"

// pictureSizes are those of the pictures that a list of arrays holds, as 28x28.
func pictureSizes(vectors []string) []string {
	var sizes []string
	for _, v := range vectors {
		if size, ok := strings.CutPrefix(v, pictureData); ok {
			sizes = append(sizes, size)
		}
	}
	return sizes
}

const pictureTitle = "Data, reconstructions and samples"

func (p *panel) drawPictures(id, size string) Figure {
	var h, w int
	if n, err := fmt.Sscanf(size, "%dx%d", &h, &w); n != 2 || err != nil || h < 1 || w < 1 {
		return failed(fmt.Sprintf("no value to draw: got pictures of size %q; want HxW", size))
	}
	fig := Figure{Data: [][]string{{"configuration", "seed", "kind", "picture", "values"}}}
	var body strings.Builder
	var said []string
	left, least := 0, 0
	y := 14.0
	// Lengths in points of a drawing as wide as the others.
	const between = 18
	tile := (figureWidth - 4 - between) / float64(pairColumns+aloneColumns)
	rise := tile * float64(h) / float64(w)
	words := func(x, y float64, class, text string) {
		fmt.Fprintf(&body, `<text x="%g" y="%g" font-size="10" class="%s">%s</text>`, x, y, class, html.EscapeString(text))
	}
	place := func(x, y float64, m *mosaic) {
		fmt.Fprintf(&body, `<image x="%g" y="%g" width="%g" height="%g" preserveAspectRatio="none" style="image-rendering:pixelated" href="%s"/>`,
			x, y, tile*float64(m.columns), rise*float64(m.rows), m.uri())
	}
	words(2, y-4, "faded", "data above their reconstructions")
	words(2+tile*pairColumns+between, y-4, "faded", "samples")
	for _, c := range p.configs {
		cell := c.cells[0]
		kinds := map[string][][]float64{}
		for _, name := range []string{pictureData, pictureRecon, pictureSamples} {
			arrays, err := p.arrays.LastVectors([]string{cell.ID}, name+size)
			if err != nil {
				return failed(err.Error())
			}
			tiles := cut(arrays[cell.ID], h*w)
			least = max(least, len(tiles)-mostTiles)
			kinds[name] = tiles[:min(len(tiles), mostTiles)]
		}
		data, recon, samples := kinds[pictureData], kinds[pictureRecon], kinds[pictureSamples]
		if len(data)+len(recon)+len(samples) == 0 {
			continue
		}
		if len(said) == mostPictured {
			left++
			continue
		}
		pairs := newMosaic(pairColumns, 2*((max(len(data), len(recon))+pairColumns-1)/pairColumns), h, w)
		for i, x := range data {
			pairs.put(i%pairColumns, 2*(i/pairColumns), x)
		}
		for i, x := range recon {
			pairs.put(i%pairColumns, 2*(i/pairColumns)+1, x)
		}
		alone := newMosaic(aloneColumns, (len(samples)+aloneColumns-1)/aloneColumns, h, w)
		for i, x := range samples {
			alone.put(i%aloneColumns, i/aloneColumns, x)
		}
		words(2, y+14, "", c.label)
		y += 20
		if pairs.rows > 0 {
			place(2, y, pairs)
		}
		if alone.rows > 0 {
			place(2+tile*pairColumns+between, y, alone)
		}
		y += rise*float64(max(pairs.rows, alone.rows)) + 6
		said = append(said, fmt.Sprintf("%s: %d data above %d reconstructions, %d samples beside, of seed %d; mean grey %.2f, %.2f and %.2f.",
			c.label, len(data), len(recon), len(samples), cell.Seed, meanGrey(data), meanGrey(recon), meanGrey(samples)))
		for _, name := range []string{pictureData, pictureRecon, pictureSamples} {
			kind := strings.TrimSuffix(strings.TrimPrefix(name, "pictures/"), "@")
			for i, x := range kinds[name] {
				fig.Data = append(fig.Data, []string{c.label, strconv.Itoa(cell.Seed), kind, strconv.Itoa(i), numbers(x)})
			}
		}
	}
	if len(said) == 0 {
		return failed("no value to draw: no cell that is done has kept pictures")
	}
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + fmt.Sprintf(" Of each configuration the first seed's, at the last step: %s values as means of p(x|z), 0 black, 1 white.", strings.ReplaceAll(size, "x", " × "))
	if left > 0 {
		fig.Caption += fmt.Sprintf(" %s not shown.", plural(left, "more configuration is", "more configurations are"))
	}
	if least > 0 {
		fig.Caption += fmt.Sprintf(" Of each kind the first %d.", mostTiles)
	}
	title := p.title(pictureTitle)
	fig.SVG = template.HTML(fmt.Sprintf(`<svg class="plot pictures" role="img" aria-labelledby="%s-title %s-desc" viewBox="0 0 %d %g"><title id="%s-title">%s</title><desc id="%s-desc">%s</desc>%s</svg>`,
		id, id, figureWidth, math.Ceil(y), id, html.EscapeString(title), id, html.EscapeString(fig.Desc), body.String()))
	return fig
}

// cut parts an array into pictures of n values.
func cut(x []float64, n int) [][]float64 {
	var tiles [][]float64
	for len(x) >= n {
		tiles, x = append(tiles, x[:n]), x[n:]
	}
	return tiles
}

func meanGrey(tiles [][]float64) float64 {
	if len(tiles) == 0 {
		return 0
	}
	return mean(slices.Concat(tiles...))
}

func numbers(x []float64) string {
	out := make([]string, len(x))
	for i, v := range x {
		out[i] = strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strings.Join(out, " ")
}

// A mosaic is tiles in columns and rows, a clear line between two of them. Every
// value of a small picture is a square of zoom by zoom, so that the line is thin.
type mosaic struct {
	columns, rows, h, w int
	zoom, rim           int
	img                 *image.Paletted
}

// fine is about how many squares a tile is wide or high at least.
const fine = 32

// clear is the index of the palette's only colour that is none.
const clear = 255

// greys are 255 steps from black to white, and nothing.
var greys = func() color.Palette {
	p := make(color.Palette, clear+1)
	for i := range clear {
		v := uint8(math.Round(float64(i) * 255 / (clear - 1)))
		p[i] = color.NRGBA{v, v, v, 255}
	}
	p[clear] = color.NRGBA{}
	return p
}()

func newMosaic(columns, rows, h, w int) *mosaic {
	m := &mosaic{columns: columns, rows: rows, h: h, w: w, zoom: max(1, fine/max(h, w))}
	m.rim = max(1, m.zoom*max(h, w)*2/fine)
	m.img = image.NewPaletted(image.Rect(0, 0, columns*(m.zoom*w+m.rim), rows*(m.zoom*h+m.rim)), greys)
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
		grey := uint8(math.Round(math.Max(0, math.Min(1, v)) * (clear - 1)))
		left, top := column*(m.zoom*m.w+m.rim)+i%m.w*m.zoom, row*(m.zoom*m.h+m.rim)+i/m.w*m.zoom
		for j := range m.zoom * m.zoom {
			m.img.SetColorIndex(left+j%m.zoom, top+j/m.zoom, grey)
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
