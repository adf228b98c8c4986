package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Assets writes every figure as a file of its own, ID.svg, with the numbers
// behind it beside it, ID.csv, into a folder that it makes. Figures that could
// not be drawn are left out. The same store gives the same bytes.
func (r *Report) Assets(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("report: assets: %w", err)
	}
	for _, f := range r.Figures() {
		if f.Failed != "" {
			continue
		}
		var table bytes.Buffer
		w := csv.NewWriter(&table)
		if err := w.WriteAll(f.Data); err != nil {
			return fmt.Errorf("report: assets: %s: %w", f.ID, err)
		}
		for name, content := range map[string][]byte{f.ID + ".svg": f.standalone(), f.ID + ".csv": table.Bytes()} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
				return fmt.Errorf("report: assets: %w", err)
			}
		}
	}
	return nil
}

// standalone is the drawing with the page's light colours inside it.
func (f Figure) standalone() []byte {
	root, _, _ := strings.Cut(pageStyle, "@media")
	style := "<style>" + strings.Replace(root, ":root", "svg", 1) + "text { font-family: Arial, Liberation Sans, Helvetica, sans-serif; fill: var(--ink); }</style>"
	text := strings.Replace(string(f.SVG), "<svg ", `<svg xmlns="http://www.w3.org/2000/svg" `, 1)
	head, rest, _ := strings.Cut(text, ">")
	return []byte(head + ">" + style + rest)
}
