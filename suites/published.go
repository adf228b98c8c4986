package suites

import (
	"fmt"
	"slices"
	"strings"
)

// Published are numbers of a paper's table, as data, to stand beside ours in the
// report. No verdict rests on them: a paper's machine, budget and seeds are not ours.
type Published struct {
	Paper  string         `json:"paper"`
	Table  string         `json:"table,omitempty"` // which table, under what conditions; in words
	Metric string         `json:"metric"`          // ours
	Rows   []PublishedRow `json:"rows"`
	Line   int            `json:"line"`
}

// A PublishedRow is one number of a paper and the cells of ours that it is about.
type PublishedRow struct {
	Over  Select   `json:"over,omitempty"`
	Value float64  `json:"value"`
	SD    *float64 `json:"sd,omitempty"`
	From  string   `json:"from,omitempty"` // what the paper calls it
	Note  string   `json:"note,omitempty"`

	Reference bool `json:"reference,omitempty"` // ours of the other rows are compared with ours of this one
}

// published is a block of the file before it meets a preset's cells.
type published struct {
	Published
	presets []string
	metric  *node
	rows    []*node
	sound   bool // nothing wrong with it so far
}

// published reads every block, leniently: the schema has reported wrong types.
func (p *pass) published(faults []fault) []published {
	top := p.root.get("published")
	if top == nil || top.kind != list {
		return nil
	}
	var out []published
	for i, n := range top.list {
		if n.kind != mapping {
			continue
		}
		before := len(p.problems)
		b := published{presets: p.presetsOf(n), metric: n.get("metric")}
		p.known(n, b.presets)
		b.Paper, b.Metric, b.Line = textOf(n.get("paper")), textOf(b.metric), n.line
		b.Table = strings.TrimSpace(textOf(n.get("table")))
		for _, row := range n.get("rows").items() {
			value := real(row.get("value"))
			if value == nil {
				continue
			}
			reference := row.get("reference")
			if b.rows = append(b.rows, row); textOf(reference) == "true" {
				if slices.ContainsFunc(b.Rows, func(r PublishedRow) bool { return r.Reference }) {
					p.bad(reference, "reference: of two rows; want one at most")
				}
			}
			b.Rows = append(b.Rows, PublishedRow{Over: selection(row.get("over")), Value: *value, SD: real(row.get("sd")),
				From: strings.TrimSpace(textOf(row.get("from"))), Note: strings.TrimSpace(textOf(row.get("note"))), Reference: textOf(reference) == "true"})
		}
		b.sound = len(p.problems) == before && b.metric != nil && !slices.ContainsFunc(faults, func(f fault) bool {
			return len(f.path) > 1 && f.path[0] == "published" && f.path[1] == fmt.Sprint(i)
		})
		out = append(out, b)
	}
	return out
}

// beside holds a block against the cells of its presets: each number stands beside
// the seeds of one configuration that logs its metric. A row may have cells in some of
// the presets only.
func (p *pass) beside(b published, views map[string]*view) {
	for i, row := range b.rows {
		over := b.Rows[i].Over
		somewhere := slices.ContainsFunc(b.presets, func(name string) bool { return views[name].has(over) })
		for _, name := range b.presets {
			if somewhere && !views[name].has(over) {
				continue
			}
			k := &checker{pass: p, view: views[name], in: p.inPreset(name)}
			k.part(claimPart{Part{Kind: "published", Metric: b.Metric, Over: over}, row, b.metric})
		}
	}
}

// in is a block with the rows that have cells in a preset; false if none has.
func (b published) in(v *view) (Published, bool) {
	out := b.Published
	out.Rows = nil
	for _, row := range b.Rows {
		if v.has(row.Over) {
			out.Rows = append(out.Rows, row)
		}
	}
	return out, len(out.Rows) > 0
}

func (v *view) has(s Select) bool { return len(v.choose(s)) > 0 }

func publishedSchema() obj {
	text := func(doc string) obj { return obj{"type": "string", "description": doc} }
	defs := claimSchemas()["claim"].(obj)["properties"].(obj)
	row := obj{
		"type": "object", "additionalProperties": false, "required": []any{"value"},
		"properties": obj{
			"over":      obj{"$ref": "#/$defs/select", "description": "the cells of ours that it is about, one a seed; of several presets, in one at least"},
			"value":     obj{"type": "number", "description": "the paper's number, in the sign of our metric"},
			"sd":        obj{"type": "number", "minimum": 0, "description": "the paper's standard deviation over runs"},
			"from":      text("what the paper calls it"),
			"note":      text("what a reader should know"),
			"reference": obj{"type": "boolean", "description": "of one row: what ours of the others is compared with, paired by seed"},
		},
	}
	return obj{
		"type": "object", "additionalProperties": false, "required": []any{"paper", "metric", "rows"},
		"description": "A table of a paper, to stand beside ours in the report. No verdict rests on it.",
		"properties": obj{
			"paper":  defs["paper"],
			"table":  text("which table, under what conditions: MNIST, 3280 epochs, 4 runs"),
			"metric": obj{"type": "string", "minLength": 1, "description": "of ours, as logged: nll@5000"},
			"preset": presetsSchema(),
			"rows":   obj{"type": "array", "minItems": 1, "items": row, "description": "the numbers: over, value, sd, from, note, reference"},
		},
	}
}
