package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// A page of several reports in the other formats: one after the other, in JSON as an array,
// in CSV under one head. That of one report is as the report's own.

// JSON writes the reports for machines.
func (p Page) JSON(w io.Writer) error {
	list := make([]json.RawMessage, len(p.Reports))
	for i, r := range p.Reports {
		var b bytes.Buffer
		if err := r.JSON(&b); err != nil {
			return err
		}
		list[i] = b.Bytes()
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string]any{"reports": list})
}

// CSV writes the parts of all claims.
func (p Page) CSV(w io.Writer) error {
	for i, r := range p.Reports {
		var b bytes.Buffer
		if err := r.CSV(&b); err != nil {
			return err
		}
		text := b.Bytes()
		if i > 0 {
			_, text, _ = bytes.Cut(text, []byte("\n"))
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// Markdown writes the reports with lines between.
func (p Page) Markdown(w io.Writer) error {
	return p.each(w, "\n---\n\n", (*Report).Markdown)
}

// TeX writes the reports' tables.
func (p Page) TeX(w io.Writer) error { return p.each(w, "\n", (*Report).TeX) }

func (p Page) each(w io.Writer, between string, write func(*Report, io.Writer) error) error {
	for i, r := range p.Reports {
		if i > 0 {
			if _, err := fmt.Fprint(w, between); err != nil {
				return err
			}
		}
		if err := write(r, w); err != nil {
			return err
		}
	}
	return nil
}
