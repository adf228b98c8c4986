package report

import (
	"fmt"
	"html/template"
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Dictionaries as sparse coding has drawn them since Olshausen and Field 1996: a tile an
// atom, zero grey. One scale serves all tiles of a figure, the same on both sides of
// zero, so that a weak atom looks weak and signs can be told apart.

const (
	dictionary     = "dictionary@"
	trueDictionary = "dictionary/true@"

	mostAtoms = 200 // of a configuration
	// pastAtoms is the share of values that may lie beyond the scale: an atom that is
	// a single bright pixel would else leave all others grey.
	pastAtoms = 0.002
)

const dictionaryTitle = "Dictionaries"

// signed goes from dark blue, negative, over grey, zero, to pale amber, positive, its
// luminance always rising: in black and white it is the usual grey picture, and zero
// stands out from a page that is light or dark.
var signed = shades(func(share float64) color.NRGBA {
	stops := []color.NRGBA{{8, 29, 88, 255}, {33, 76, 146, 255}, {128, 128, 128, 255}, {218, 165, 72, 255}, {255, 240, 196, 255}}
	at := share * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + (at-float64(i))*(float64(b)-float64(a))))
	}
	a, b := stops[i], stops[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
})

// A plate is the atoms of one dictionary.
type plate struct {
	label string
	seed  int
	atoms [][]float64
	more  int // atoms that are not drawn
}

func (p *panel) drawDictionaries(id, size string) Figure {
	var h, w int
	if n, err := fmt.Sscanf(size, "%dx%d", &h, &w); n != 2 || err != nil || h < 1 || w < 1 {
		return failed(fmt.Sprintf("no value to draw: got atoms of size %q; want HxW", size))
	}
	var plates []plate
	left, largest, truth := 0, 0, false
	for _, c := range p.configs {
		for _, kind := range []string{trueDictionary, dictionary} {
			if kind == trueDictionary && truth {
				continue // the data are the same for all
			}
			arrays, err := p.arrays.LastVectors([]string{c.cells[0].ID}, kind+size)
			if err != nil {
				return failed(err.Error())
			}
			one := plate{label: c.label, seed: c.cells[0].Seed, atoms: cut(arrays[c.cells[0].ID], h*w)}
			switch {
			case len(one.atoms) == 0:
				continue
			case kind == trueDictionary:
				one.label, truth = "what the data were made with", true
			case len(plates) == mostPictured:
				left++
				continue
			}
			one.more = max(0, len(one.atoms)-mostAtoms)
			one.atoms = one.atoms[:len(one.atoms)-one.more]
			largest = max(largest, len(one.atoms))
			plates = append(plates, one)
		}
	}
	scale, past, all := symmetric(plates)
	if scale == 0 {
		return failed("no value to draw: no cell that is done has kept an atom that is not zero")
	}
	fig := Figure{Data: [][]string{{"configuration", "seed", "atom", "values"}}}
	columns := 20
	switch {
	case largest <= 20:
		columns = 10
	case largest <= 64:
		columns = 16
	}
	tile := (figureWidth - 4) / float64(columns)
	rise := tile * float64(h) / float64(w)
	var page album
	var said []string
	for _, one := range plates {
		m := newMosaic(min(columns, len(one.atoms)), (len(one.atoms)+columns-1)/columns, h, w, tint{-scale, scale, signed}, fine)
		for i, x := range one.atoms {
			m.put(i%columns, i/columns, x)
			fig.Data = append(fig.Data, []string{one.label, strconv.Itoa(one.seed), strconv.Itoa(i), numbers(x)})
		}
		text := plural(len(one.atoms), "atom", "atoms")
		if one.more > 0 {
			text = fmt.Sprintf("%d of %d atoms", len(one.atoms), len(one.atoms)+one.more)
		}
		page.words(2, page.y+14, "", one.label+": "+text)
		page.y += 20
		page.place(2, tile, rise, m)
		page.y += rise*float64(m.rows) + 6
		least, most := normsOf(one.atoms)
		said = append(said, fmt.Sprintf("%s, seed %d: %s, norms from %.2g to %.2g.", one.label, one.seed, text, least, most))
	}
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + fmt.Sprintf(" Of each configuration the first seed's, at the last step: atoms of %s values, those that explain most first."+
		" All tiles have one scale, from −%.3g to %.3g", strings.ReplaceAll(size, "x", " × "), scale, scale)
	if past > 0 {
		fig.Caption += fmt.Sprintf("; %d of %d values lie beyond and have the colour of its end", past, all)
	}
	fig.Caption += "."
	if truth {
		fig.Caption += " Those that the data were made with are in their own order, which learning cannot know, nor their signs."
	}
	if left > 0 {
		fig.Caption += fmt.Sprintf(" %s not shown.", plural(left, "more configuration is", "more configurations are"))
	}
	fig.Legend = []Key{colorBar(tint{-scale, scale, signed}, fmt.Sprintf("from −%.3g over 0, grey, to %.3g", scale, scale))}
	return page.figure(fig, id, p.title(dictionaryTitle))
}

// symmetric is the end of a scale about zero that has room for all but a few values of all
// plates, how many those are, and of how many.
func symmetric(plates []plate) (scale float64, past, all int) {
	var sizes []float64
	for _, p := range plates {
		for _, a := range p.atoms {
			for _, v := range a {
				if v = math.Abs(v); !math.IsNaN(v) && !math.IsInf(v, 0) {
					sizes = append(sizes, v)
				}
			}
		}
	}
	if len(sizes) == 0 {
		return 0, 0, 0
	}
	slices.Sort(sizes)
	scale = sizes[len(sizes)-1-int(pastAtoms*float64(len(sizes)))]
	if scale == 0 { // nearly all of them are zero
		scale = sizes[len(sizes)-1]
	}
	i, _ := slices.BinarySearch(sizes, math.Nextafter(scale, math.Inf(1)))
	return scale, len(sizes) - i, len(sizes)
}

// normsOf are the smallest and the largest norm of some atoms.
func normsOf(atoms [][]float64) (least, most float64) {
	span := newReach()
	for _, a := range atoms {
		sum := 0.0
		for _, v := range a {
			sum += v * v
		}
		span.see(math.Sqrt(sum))
	}
	return span.lo, span.hi
}

// colorBar is a legend's key of a tint, from its low end to its high one.
func colorBar(t tint, label string) Key {
	const steps = 51
	m := newMosaic(1, 1, 1, steps, t, coarse)
	x := make([]float64, steps)
	for i := range x {
		x[i] = t.lo + (t.hi-t.lo)*float64(i)/(steps-1)
	}
	m.put(0, 0, x)
	text := fmt.Sprintf(`<svg class="key" aria-hidden="true" viewBox="0 0 48 12"><image x="0" y="1" width="49" height="20" preserveAspectRatio="none" style="image-rendering:pixelated" href="%s"/></svg>`, m.uri())
	return Key{Sample: template.HTML(text), Label: label, paint: func(c draw.Canvas) {
		bar := m.img.SubImage(image.Rect(0, 0, m.zoom*m.w, m.zoom*m.h))
		c.DrawImage(vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: c.Min.Y + 1}, Max: vg.Point{X: c.Min.X + keyWidth, Y: c.Min.Y + keyHeight - 1}}, bar)
	}}
}
