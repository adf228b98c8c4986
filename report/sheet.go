package report

import (
	"fmt"
	"html"
	"image/color"
	"regexp"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A figure in a file of its own has its legend below and the page's light colours inside,
// by their numbers: few readers of such files know variables.

// light are the page's colours on a light ground, #rrggbb by the variable's name.
var light = func() map[string]string {
	root, _, _ := strings.Cut(pageStyle, "@media")
	colors := map[string]string{}
	for _, m := range regexp.MustCompile(`(--[a-z0-9-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(root, -1) {
		colors[m[1]] = m[2]
	}
	colors[inkPaper.variable()] = "#ffffff" // what a paper is printed on
	return colors
}()

// sheet is the figure with its legend below.
func (f Figure) sheet() painting {
	const line, between, indent, gap = 15, 14, keyWidth + 6, 6
	style := draw.TextStyle{Color: inkText.color(solid), Font: sans(10), Handler: plot.DefaultTextHandler}
	type entry struct {
		key   Key
		x, y  vg.Length // of the first line's top
		lines []string
	}
	var entries []entry
	x, y := vg.Length(0), vg.Length(gap)
	if f.Shared != "" {
		lines := wrapped("All: "+f.Shared, style, figureWidth-4)
		entries = append(entries, entry{Key{}, 2 - indent, y, lines})
		y += line * vg.Length(len(lines))
	}
	for _, k := range f.Legend {
		lines := wrapped(k.Label, style, figureWidth-indent-2)
		wide := vg.Length(0)
		for _, l := range lines {
			wide = max(wide, style.Width(l))
		}
		if x > 0 && (x+indent+wide > figureWidth || len(lines) > 1) {
			x, y = 0, y+line
		}
		entries = append(entries, entry{k, x, y, lines})
		x += indent + wide + between
		if len(lines) > 1 {
			x, y = 0, y+line*vg.Length(len(lines))
		}
	}
	if x > 0 {
		y += line
	}
	if len(entries) == 0 {
		return f.painting
	}
	return painting{func(c draw.Canvas) {
		f.paint(draw.Crop(c, 0, 0, y, 0))
		for _, e := range entries {
			top := c.Max.Y - f.height - e.y
			key := c
			key.Min = vg.Point{X: c.Min.X + e.x, Y: top - line/2 - keyHeight/2}
			key.Max = key.Min.Add(vg.Point{X: keyWidth, Y: keyHeight})
			if e.key.paint != nil {
				e.key.paint(key)
			}
			for i, l := range e.lines {
				c.FillText(style, vg.Point{X: c.Min.X + e.x + indent, Y: top - line*vg.Length(i) - 11}, l)
			}
		}
	}, f.height + y}
}

// wrapped breaks text into lines that are no wider, at spaces and commas where it can.
func wrapped(text string, style draw.TextStyle, width vg.Length) (lines []string) {
	rest := []rune(text)
	for style.Width(string(rest)) > width {
		n := len(rest)
		for n > 1 && style.Width(string(rest[:n])) > width {
			n--
		}
		for i := n - 1; i > n/2; i-- {
			if rest[i] == ' ' || rest[i] == ',' {
				n = i + 1
				break
			}
		}
		lines, rest = append(lines, strings.TrimSpace(string(rest[:n]))), []rune(strings.TrimLeft(string(rest[n:]), " "))
	}
	return append(lines, string(rest))
}

// standalone is the figure as an SVG file.
func (f Figure) standalone() ([]byte, error) {
	s := f.sheet()
	c := vgsvg.New(figureWidth, s.height)
	s.paint(draw.New(c))
	box, body, err := drawingOf(c)
	if err != nil {
		return nil, err
	}
	body = sentinels(func(k ink, w weight) string { return w.styled(light[k.variable()]) }).Replace(body)
	body = strings.ReplaceAll(body, "data:image/jpg;", "data:image/png;") // what they are
	body = strings.ReplaceAll(body, "<image ", `<image preserveAspectRatio="none" `)
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%dpt" height="%spt" %s font-family="Arial, Liberation Sans, Helvetica, sans-serif" role="img"><title>%s</title><desc>%s</desc>`,
		figureWidth, num(s.height), box, html.EscapeString(f.Title), html.EscapeString(f.Desc))
	return []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + head + body), nil
}

// pdf is the figure as a PDF file.
func (f Figure) pdf() ([]byte, error) {
	type shade struct{ r, g, b, stroke, fill float64 }
	shades := map[color.Color]shade{}
	inks(func(k ink, w weight) {
		rgb, err := strconv.ParseUint(strings.TrimPrefix(light[k.variable()], "#"), 16, 32)
		if err != nil {
			return // as it is
		}
		stroke, fill := w.opacity()
		shades[k.color(w)] = shade{float64(rgb>>16) / 255, float64(rgb>>8&255) / 255, float64(rgb&255) / 255, stroke, fill}
	})
	s := f.sheet()
	c := newPDF(figureWidth, s.height, func(c color.Color) (r, g, b, stroke, fill float64) {
		if s, ok := shades[c]; ok {
			return s.r, s.g, s.b, s.stroke, s.fill
		}
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		return float64(n.R) / 255, float64(n.G) / 255, float64(n.B) / 255, float64(n.A) / 255, float64(n.A) / 255
	})
	s.paint(draw.New(c))
	return c.bytes(f.Title)
}
