package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
)

// An Asset is a figure as files of one name.
type Asset struct {
	Name  string
	Files []AssetFile
}

// An AssetFile is one of them.
type AssetFile struct {
	Ext     string // .pdf, .svg or .csv
	Content []byte
}

// Assets are every figure as files by themselves, for papers and slides: a PDF with its font
// embedded, an SVG, and the numbers behind it as CSV, each named by the figure's title. Of
// several reports the names begin with that of the suite. Figures that could not be drawn
// are left out. The same stores give the same bytes.
func (p Page) Assets() ([]Asset, error) {
	var list []Asset
	taken := map[string]bool{}
	for _, r := range p.Reports {
		for _, f := range r.Figures() {
			if f.Failed != "" {
				continue
			}
			title := f.Title
			if len(p.Reports) > 1 {
				title = r.Suite + " " + title
			}
			name := kebab(title)
			for i := 2; taken[name]; i++ {
				name = fmt.Sprintf("%s-%d", kebab(title), i)
			}
			taken[name] = true
			page, err := f.pdf()
			if err != nil {
				return nil, fmt.Errorf("report: assets: %s: %w", name, err)
			}
			drawing, err := f.standalone()
			if err != nil {
				return nil, fmt.Errorf("report: assets: %s: %w", name, err)
			}
			var table bytes.Buffer
			if err := csv.NewWriter(&table).WriteAll(f.Data); err != nil {
				return nil, fmt.Errorf("report: assets: %s: %w", name, err)
			}
			list = append(list, Asset{name, []AssetFile{{".pdf", page}, {".svg", drawing}, {".csv", table.Bytes()}}})
		}
	}
	return list, nil
}

// kebab is a title as the name of a file: words of letters and digits, a hyphen between.
func kebab(title string) string {
	words := strings.FieldsFunc(strings.ToLower(strings.NewReplacer("−", " minus ", "p̂", "p hat").Replace(title)), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	})
	name := strings.Join(words, "-")
	if name == "" {
		return "figure"
	}
	return name[:min(len(name), 120)]
}
