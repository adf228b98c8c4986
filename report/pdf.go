package report

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A pdf is a canvas that becomes one page (ISO 32000-1) with its fonts embedded and nothing
// of its day in it. What gonum's has cannot set a character beyond Latin, and is dated.
type pdf struct {
	width, height vg.Length
	ink           func(color.Color) (r, g, b, stroke, fill float64) // what a colour looks like
	body          bytes.Buffer
	pen           pen
	stack         []pen
	faces         []*typeface
	states        []string // opacities, as resources G0, G1, ...
	images        []image.Image
	err           error
}

// A pen is the graphics state that Push saves and a PDF does not tell.
type pen struct {
	width vg.Length
	look  string
}

func newPDF(width, height vg.Length, ink func(color.Color) (r, g, b, stroke, fill float64)) *pdf {
	p := &pdf{width: width, height: height, ink: ink}
	vg.Initialize(p)
	return p
}

// num is a length to a thousandth of a point.
func num[T ~float64](x T) string {
	s := strconv.FormatFloat(float64(x), 'f', 3, 64)
	if s = strings.TrimRight(strings.TrimRight(s, "0"), "."); s == "-0" {
		return "0"
	}
	return s
}

func (p *pdf) say(op string, of ...vg.Length) {
	for _, x := range of {
		p.body.WriteString(num(x) + " ")
	}
	p.body.WriteString(op + "\n")
}

// Size is that of the page.
func (p *pdf) Size() (w, h vg.Length) { return p.width, p.height }

// SetLineWidth and the other methods are vg.Canvas's.
func (p *pdf) SetLineWidth(w vg.Length) {
	p.pen.width = w
	p.say("w", w)
}

func (p *pdf) SetLineDash(pattern []vg.Length, offset vg.Length) {
	parts := make([]string, len(pattern))
	for i, d := range pattern {
		parts[i] = num(d)
	}
	fmt.Fprintf(&p.body, "[%s] %s d\n", strings.Join(parts, " "), num(offset))
}

func (p *pdf) SetColor(c color.Color) {
	if c == nil {
		c = color.Black
	}
	r, g, b, stroke, fill := p.ink(c)
	state := fmt.Sprintf("/CA %s /ca %s", num(stroke), num(fill))
	i := 0
	for i < len(p.states) && p.states[i] != state {
		i++
	}
	if i == len(p.states) {
		p.states = append(p.states, state)
	}
	rgb := num(r) + " " + num(g) + " " + num(b)
	if look := fmt.Sprintf("%s rg %s RG /G%d gs\n", rgb, rgb, i); look != p.pen.look {
		p.body.WriteString(look)
		p.pen.look = look
	}
}

func (p *pdf) Rotate(rad float64) {
	s, c := math.Sincos(rad)
	for _, x := range []float64{c, s, -s, c} {
		p.body.WriteString(strconv.FormatFloat(x, 'f', 6, 64) + " ")
	}
	p.body.WriteString("0 0 cm\n")
}

func (p *pdf) Translate(by vg.Point) { p.say("cm", 1, 0, 0, 1, by.X, by.Y) }

func (p *pdf) Scale(x, y float64) { p.say("cm", vg.Length(x), 0, 0, vg.Length(y), 0, 0) }

func (p *pdf) Push() {
	p.stack = append(p.stack, p.pen)
	p.say("q")
}

func (p *pdf) Pop() {
	last := len(p.stack) - 1
	p.pen, p.stack = p.stack[last], p.stack[:last]
	p.say("Q")
}

func (p *pdf) Stroke(path vg.Path) {
	if p.pen.width > 0 {
		p.path(path)
		p.say("S")
	}
}

func (p *pdf) Fill(path vg.Path) {
	p.path(path)
	p.say("f")
}

func (p *pdf) path(path vg.Path) {
	var at, from vg.Point
	started := false
	line := func(to vg.Point) {
		if started {
			p.say("l", to.X, to.Y)
		} else {
			p.say("m", to.X, to.Y)
			from, started = to, true
		}
		at = to
	}
	for _, c := range path {
		switch c.Type {
		case vg.MoveComp:
			started = false
			line(c.Pos)
		case vg.LineComp:
			line(c.Pos)
		case vg.ArcComp:
			on := func(a float64) vg.Point {
				s, co := math.Sincos(a)
				return vg.Point{X: c.Pos.X + c.Radius*vg.Length(co), Y: c.Pos.Y + c.Radius*vg.Length(s)}
			}
			line(on(c.Start))
			n := math.Ceil(math.Abs(c.Angle) / (math.Pi / 2))
			for i := range int(n) {
				a, b := c.Start+c.Angle*float64(i)/n, c.Start+c.Angle*float64(i+1)/n
				// The cubic that touches a quarter of a circle or less: its handles are
				// 4/3 tan of a quarter of the angle, in radii.
				k := c.Radius * vg.Length(4*math.Tan((b-a)/4)/3)
				u, v := on(a), on(b)
				sa, ca := math.Sincos(a)
				sb, cb := math.Sincos(b)
				p.say("c", u.X-k*vg.Length(sa), u.Y+k*vg.Length(ca), v.X+k*vg.Length(sb), v.Y-k*vg.Length(cb), v.X, v.Y)
				at = v
			}
		case vg.CurveComp:
			if c1 := c.Control[0]; len(c.Control) == 1 {
				third := func(end vg.Point) vg.Point { return end.Add(c1.Sub(end).Scale(2.0 / 3)) }
				a, b := third(at), third(c.Pos)
				p.say("c", a.X, a.Y, b.X, b.Y, c.Pos.X, c.Pos.Y)
			} else {
				p.say("c", c1.X, c1.Y, c.Control[1].X, c.Control[1].Y, c.Pos.X, c.Pos.Y)
			}
			at = c.Pos
		case vg.CloseComp:
			p.say("h")
			at = from
		}
	}
}

func (p *pdf) FillString(face font.Face, at vg.Point, text string) {
	if face.Font.Size == 0 || p.err != nil {
		return
	}
	i := 0
	for i < len(p.faces) && p.faces[i].face.Name() != face.Name() {
		i++
	}
	if i == len(p.faces) {
		t, err := newTypeface(face)
		if err != nil {
			p.err = err
			return
		}
		p.faces = append(p.faces, t)
	}
	var hex strings.Builder
	for _, r := range text {
		fmt.Fprintf(&hex, "%04X", p.faces[i].index(r))
	}
	fmt.Fprintf(&p.body, "BT /F%d %s Tf %s %s Td <%s> Tj ET\n", i, num(face.Font.Size), num(at.X), num(at.Y), hex.String())
}

func (p *pdf) DrawImage(in vg.Rectangle, img image.Image) {
	size := in.Size()
	fmt.Fprintf(&p.body, "q\n%s 0 0 %s %s %s cm /I%d Do\nQ\n", num(size.X), num(size.Y), num(in.Min.X), num(in.Min.Y), len(p.images))
	p.images = append(p.images, img)
}

// A volume is the numbered objects of a PDF.
type volume struct{ objects []string }

// add returns the number of an object.
func (v *volume) add(format string, of ...any) int {
	v.objects = append(v.objects, fmt.Sprintf(format, of...))
	return len(v.objects)
}

// stream is one with data, packed.
func (v *volume) stream(dict string, data []byte) int {
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, zlib.BestCompression) // the level is one that there is
	z.Write(data)                                         // into memory
	z.Close()
	return v.add("<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", dict, b.Len(), b.String())
}

// bytes is the file, its first object the catalogue.
func (p *pdf) bytes(title string) ([]byte, error) {
	if p.err != nil {
		return nil, p.err
	}
	v := &volume{}
	v.add("<< /Type /Catalog /Pages 2 0 R >>")
	v.add("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	v.add("") // the page, once its resources have numbers
	info := v.add("<< /Title %s >>", words16(title))
	content := v.stream("", p.body.Bytes())
	var fonts, states, images string
	for i, t := range p.faces {
		fonts += fmt.Sprintf("/F%d %d 0 R ", i, t.object(v))
	}
	for i, s := range p.states {
		states += fmt.Sprintf("/G%d << %s >> ", i, s)
	}
	for i, img := range p.images {
		images += fmt.Sprintf("/I%d %d 0 R ", i, imageObject(v, img))
	}
	v.objects[2] = fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s %s] /Contents %d 0 R /Resources << /Font << %s>> /ExtGState << %s>> /XObject << %s>> >> /Group << /S /Transparency /CS /DeviceRGB >> >>",
		num(p.width), num(p.height), content, fonts, states, images)

	var out bytes.Buffer
	out.WriteString("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
	var places []int
	for i, o := range v.objects {
		places = append(places, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, at := range places {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(places)+1, info, start)
	return out.Bytes(), nil
}

// words16 is text of any characters.
func words16(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return "<FEFF" + b.String() + ">"
}

// object is the font with the glyphs that were drawn, by their numbers, and what
// characters they are, so that the text can be searched.
func (t *typeface) object(v *volume) int {
	glyphs := t.glyphs()
	sub := t.subset()
	// Six letters tell the subset from others of the same font.
	tag, sum := "", uint32(2166136261)
	for _, g := range glyphs {
		sum = (sum ^ uint32(g)) * 16777619
	}
	for range 6 {
		tag += string(rune('A' + sum%26))
		sum /= 26
	}
	name := tag + "+" + strings.ReplaceAll(t.face.Name(), " ", "")
	file := v.stream(fmt.Sprintf("/Length1 %d", len(sub)), sub)
	descriptor := v.add("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %d 0 R >>",
		name, t.signed("head", 36), t.signed("head", 38), t.signed("head", 40), t.signed("head", 42),
		t.signed("hhea", 4), t.signed("hhea", 6), t.signed("hhea", 4), file)
	var widths, chars strings.Builder
	for _, g := range glyphs {
		fmt.Fprintf(&widths, "%d [%d] ", g, t.advance(g))
		fmt.Fprintf(&chars, "<%04X> <%s>\n", g, strings.TrimSuffix(strings.TrimPrefix(words16(string(t.drawn[g])), "<FEFF"), ">"))
	}
	font := v.add("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /DW 0 /W [%s] /CIDToGIDMap /Identity >>",
		name, descriptor, widths.String())
	var blocks strings.Builder
	lines := strings.SplitAfter(chars.String(), "\n")
	lines = lines[:len(lines)-1]
	for len(lines) > 0 { // at most a hundred a block
		n := min(len(lines), 100)
		fmt.Fprintf(&blocks, "%d beginbfchar\n%sendbfchar\n", n, strings.Join(lines[:n], ""))
		lines = lines[n:]
	}
	unicode := v.stream("", []byte("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"+
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"+
		"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"+blocks.String()+"endcmap CMapName currentdict /CMap defineresource pop end end\n"))
	return v.add("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>", name, font, unicode)
}

// imageObject is a picture, with a mask of what is clear.
func imageObject(v *volume, img image.Image) int {
	b := img.Bounds()
	var rgb, alpha []byte
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			rgb, alpha = append(rgb, c.R, c.G, c.B), append(alpha, c.A)
		}
	}
	dict := fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 ", b.Dx(), b.Dy())
	mask := v.stream(dict+"/ColorSpace /DeviceGray", alpha)
	return v.stream(fmt.Sprintf("%s/ColorSpace /DeviceRGB /SMask %d 0 R", dict, mask), rgb)
}
