package report

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"gonum.org/v1/plot/font"
)

// A typeface is a TrueType font with the glyphs that a PDF needs and no others: embedded,
// so that a journal takes the file, and small. Glyphs keep their numbers.
type typeface struct {
	face   font.Face
	tables map[string][]byte
	drawn  map[uint16]rune
}

// newTypeface reads the tables of a font.
func newTypeface(face font.Face) (*typeface, error) {
	var b bytes.Buffer
	if _, err := face.Face.WriteSourceTo(nil, &b); err != nil {
		return nil, fmt.Errorf("report: font %s: %w", face.Name(), err)
	}
	tables, err := tablesOf(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("report: font %s: %w", face.Name(), err)
	}
	return &typeface{face: face, tables: tables, drawn: map[uint16]rune{}}, nil
}

// tablesOf are the parts of a font file.
func tablesOf(file []byte) (map[string][]byte, error) {
	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(file[4:])) {
		entry := file[12+16*i:]
		at, n := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		tables[string(entry[:4])] = file[at : at+n]
	}
	for _, name := range []string{"head", "hhea", "hmtx", "maxp", "loca", "glyf"} {
		if tables[name] == nil {
			return nil, fmt.Errorf("no table %s, which a TrueType font has", name)
		}
	}
	return tables, nil
}

// index is the glyph of a character, 0 where the font has none; it will be embedded.
func (t *typeface) index(r rune) uint16 {
	g, err := t.face.Face.GlyphIndex(nil, r)
	if err != nil {
		g = 0
	}
	t.drawn[uint16(g)] = r
	return uint16(g)
}

// glyphs are those that are drawn, sorted.
func (t *typeface) glyphs() []uint16 {
	var list []uint16
	for g := range t.drawn {
		list = append(list, g)
	}
	slices.Sort(list)
	return list
}

// em is how many units the font's size has.
func (t *typeface) em() int { return int(binary.BigEndian.Uint16(t.tables["head"][18:])) }

// perMille is a length of the font in thousandths of its size.
func (t *typeface) perMille(units int) int { return units * 1000 / t.em() }

// advance is a glyph's width; the last of the table is that of all others.
func (t *typeface) advance(g uint16) int {
	wide := binary.BigEndian.Uint16(t.tables["hhea"][34:])
	return t.perMille(int(binary.BigEndian.Uint16(t.tables["hmtx"][4*min(g, wide-1):])))
}

// signed is a number of a table.
func (t *typeface) signed(table string, at int) int {
	return t.perMille(int(int16(binary.BigEndian.Uint16(t.tables[table][at:]))))
}

// outline is a glyph in table glyf.
func (t *typeface) outline(g uint16) []byte {
	at := func(i int) uint32 {
		if loca := t.tables["loca"]; binary.BigEndian.Uint16(t.tables["head"][50:]) == 0 {
			return 2 * uint32(binary.BigEndian.Uint16(loca[2*i:]))
		} else {
			return binary.BigEndian.Uint32(loca[4*i:])
		}
	}
	return t.tables["glyf"][at(int(g)):at(int(g)+1)]
}

// components are the glyphs that a compound one is made of.
func (t *typeface) components(g uint16) (list []uint16) {
	text := t.outline(g)
	if len(text) == 0 || int16(binary.BigEndian.Uint16(text)) >= 0 {
		return nil
	}
	const words, scale, more, scales, matrix = 1 << 0, 1 << 3, 1 << 5, 1 << 6, 1 << 7
	for text = text[10:]; ; {
		flags := binary.BigEndian.Uint16(text)
		list = append(list, binary.BigEndian.Uint16(text[2:]))
		n := 6
		if flags&words != 0 {
			n += 2
		}
		switch {
		case flags&scale != 0:
			n += 2
		case flags&scales != 0:
			n += 4
		case flags&matrix != 0:
			n += 8
		}
		if flags&more == 0 {
			return list
		}
		text = text[n:]
	}
}

// subset is the font file with the outlines of what is drawn; all others are empty.
func (t *typeface) subset() []byte {
	kept := map[uint16]bool{}
	var keep func(g uint16)
	keep = func(g uint16) {
		if !kept[g] {
			kept[g] = true
			for _, c := range t.components(g) {
				keep(c)
			}
		}
	}
	keep(0) // what stands for a character that the font lacks
	for _, g := range t.glyphs() {
		keep(g)
	}
	var glyf, loca []byte
	n := int(binary.BigEndian.Uint16(t.tables["maxp"][4:]))
	for g := range n {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		if kept[uint16(g)] {
			glyf = append(glyf, t.outline(uint16(g))...)
			glyf = append(glyf, make([]byte, -len(glyf)&3)...)
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head := slices.Clone(t.tables["head"])
	binary.BigEndian.PutUint16(head[50:], 1) // loca is of 32 bits

	tables := map[string][]byte{"glyf": glyf, "loca": loca, "head": head}
	var names []string
	for _, name := range []string{"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"} {
		if tables[name] == nil {
			tables[name] = t.tables[name]
		}
		if tables[name] != nil {
			names = append(names, name)
		}
	}
	search, log := 16, 0
	for search*2 <= 16*len(names) {
		search, log = search*2, log+1
	}
	out := []byte{0, 1, 0, 0}
	for _, v := range []int{len(names), search, log, 16*len(names) - search} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at := len(out) + 16*len(names)
	var body []byte
	for _, name := range names {
		text := tables[name]
		padded := append(slices.Clone(text), make([]byte, -len(text)&3)...)
		sum := uint32(0)
		for i := 0; i < len(padded); i += 4 {
			sum += binary.BigEndian.Uint32(padded[i:])
		}
		out = append(out, name...)
		for _, v := range []uint32{sum, uint32(at + len(body)), uint32(len(text))} {
			out = binary.BigEndian.AppendUint32(out, v)
		}
		body = append(body, padded...)
	}
	return append(out, body...)
}
