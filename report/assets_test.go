package report

import (
	"bytes"
	"compress/zlib"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/font"
)

// The files of every figure open, are complete in themselves and the same twice.
func TestAssets(t *testing.T) {
	for name, make := range map[string]func() *Report{
		"demo": func() *Report { return demo().report() }, "trained": func() *Report { return trained().report() }, "sparse": func() *Report { return sparseCoding().report() },
	} {
		t.Run(name, func(t *testing.T) { checkAssets(t, make) })
	}
}

func checkAssets(t *testing.T, make func() *Report) {
	r := make()
	files, err := Page{Reports: []*Report{r}}.Assets()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Page{Reports: []*Report{make()}}.Assets()
	if err != nil {
		t.Fatal(err)
	}
	var figures []Figure
	for _, f := range r.Figures() {
		if f.Failed == "" {
			figures = append(figures, f)
		}
	}
	if len(figures) < 3 || len(files) != len(figures) || len(again) != len(files) {
		t.Fatalf("%d files and %d of %d figures", len(files), len(again), len(figures))
	}
	names := map[string]bool{}
	for i, f := range files {
		if names[f.Name] || !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(f.Name) || len(f.Files) != 3 {
			t.Errorf("name %q, %d files", f.Name, len(f.Files))
		}
		names[f.Name] = true
		fig := figures[i]
		for j, file := range f.Files {
			name := f.Name + file.Ext
			if f.Name != again[i].Name || !bytes.Equal(file.Content, again[i].Files[j].Content) {
				t.Errorf("%s: other bytes the second time, as %s", name, again[i].Name)
			}
			switch file.Ext {
			case ".pdf":
				checkPDF(t, name, file.Content)
			case ".svg":
				checkSVG(t, name, file.Content, fig)
			case ".csv":
				rows, err := csv.NewReader(bytes.NewReader(file.Content)).ReadAll()
				if err != nil || len(rows) < 2 || !slices.Equal(rows[0], fig.Data[0]) {
					t.Errorf("%s: %d rows, %v", name, len(rows), err)
				}
			default:
				t.Errorf("%s: a file of what?", name)
			}
		}
	}
}

func checkSVG(t *testing.T, name string, text []byte, fig Figure) {
	var whole struct {
		XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
		Width   string   `xml:"width,attr"`
		Title   string   `xml:"title"`
		Desc    string   `xml:"desc"`
	}
	if err := xml.Unmarshal(text, &whole); err != nil || whole.Width != "360pt" || whole.Title != fig.Title || whole.Desc != fig.Desc {
		t.Errorf("%s: %v, %q wide, %q", name, err, whole.Width, whole.Title)
	}
	for _, k := range fig.Legend {
		first, _, _ := strings.Cut(k.Label, " ")
		if !strings.Contains(string(text), strings.ReplaceAll(first, "'", "&#39;")) {
			t.Errorf("%s: no legend %q", name, k.Label)
		}
	}
	// Nothing of the page is needed: no variable, and no sentinel is left.
	if strings.Contains(string(text), "var(") || regexp.MustCompile(`#F[0-4][0-9A-F]{2}07`).Match(text) {
		t.Errorf("%s: a colour that only the page knows", name)
	}
}

// checkPDF reads the file as a reader would: from its end to its table of objects, each
// where the table says; every stream unpacks; fonts are embedded, and have every glyph that
// the page draws.
func checkPDF(t *testing.T, name string, text []byte) {
	if !bytes.HasPrefix(text, []byte("%PDF-1.")) || !bytes.HasSuffix(text, []byte("%%EOF\n")) {
		t.Errorf("%s: no PDF", name)
		return
	}
	if bytes.Contains(text, []byte("Date")) {
		t.Errorf("%s: has a date", name)
	}
	m := regexp.MustCompile(`startxref\n(\d+)\n`).FindSubmatch(text)
	start, _ := strconv.Atoi(string(m[1]))
	table := strings.Split(string(text[start:]), "\n")
	var n int
	if _, err := fmt.Sscanf(table[1], "0 %d", &n); table[0] != "xref" || err != nil {
		t.Fatalf("%s: table %q", name, table[:2])
	}
	var page, embedded []byte
	for i := 1; i < n; i++ {
		at, err := strconv.Atoi(table[2+i][:10])
		if err != nil || !bytes.HasPrefix(text[at:], fmt.Appendf(nil, "%d 0 obj\n", i)) {
			t.Fatalf("%s: object %d is not at %q", name, i, table[2+i])
		}
		head, after, packed := bytes.Cut(text[at:], []byte("stream\n"))
		if !packed || bytes.Contains(head, []byte("endobj")) {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(after))
		if err != nil {
			t.Fatalf("%s: object %d: %v", name, i, err)
		}
		data, err := io.ReadAll(z)
		if err != nil {
			t.Fatalf("%s: object %d: %v", name, i, err)
		}
		switch {
		case bytes.Contains(head, []byte("/Length1")):
			embedded = data
		case page == nil:
			page = data
		}
	}
	if bytes.Count(page, []byte("q\n")) != bytes.Count(page, []byte("Q\n")) {
		t.Errorf("%s: states saved are not the states restored", name)
	}
	shown := regexp.MustCompile(`<([0-9A-F]+)> Tj`).FindAllSubmatch(page, -1)
	if len(shown) == 0 {
		t.Errorf("%s: no text", name)
		return
	}
	tables, err := tablesOf(embedded)
	if err != nil {
		t.Fatalf("%s: font: %v", name, err)
	}
	whole, err := newTypeface(plotFace())
	if err != nil {
		t.Fatal(err)
	}
	some, drawn := &typeface{tables: tables}, 0
	for _, s := range shown {
		for hex := string(s[1]); hex != ""; hex = hex[4:] {
			n, _ := strconv.ParseUint(hex[:4], 16, 16)
			g := uint16(n)
			want := whole.outline(g)
			if g == 0 || !bytes.HasPrefix(some.outline(g), want) || some.advance(g) != whole.advance(g) {
				t.Errorf("%s: glyph %d of %s is not the font's", name, g, s[1])
			}
			for _, c := range whole.components(g) {
				if !bytes.HasPrefix(some.outline(c), whole.outline(c)) {
					t.Errorf("%s: glyph %d lacks its part %d", name, g, c)
				}
			}
			drawn += len(want)
		}
	}
	if drawn == 0 {
		t.Errorf("%s: every glyph is empty", name)
	}
	if len(embedded) > 120e3 {
		t.Errorf("%s: the font has %d bytes: more than its share", name, len(embedded))
	}
}

func plotFace() font.Face { return font.DefaultCache.Lookup(sans(10), 10) }
