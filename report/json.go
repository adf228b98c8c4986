package report

import (
	"encoding/json"
	"io"
	"math"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// JSON writes the report for machines. Numbers that do not exist are null.
func (r *Report) JSON(w io.Writer) error {
	out := jsonReport{
		Suite: r.Suite, Preset: r.Preset, Claims: []jsonClaim{}, Coverage: r.Coverage,
		Unfinished: []jsonUnfinished{}, NotRun: r.NotRun,
		Provenance: jsonProvenance{File: r.File, Text: r.Text, Runs: r.Provenance},
	}
	if out.Provenance.Runs == nil {
		out.Provenance.Runs = []store.Provenance{}
	}
	for _, v := range r.Claims {
		c := jsonClaim{
			ID: v.Claim, Paper: v.Paper, Says: v.Says, Kind: v.Kind, Verdict: v.State,
			Effect: finite(v.Effect), Lo: finite(v.Lo), Hi: finite(v.Hi), N: v.N,
			P: finite(v.P), PAdjusted: finite(v.PAdjusted), Criterion: v.Criterion,
			Warnings: list(v.Warnings), Cells: list(v.Cells), Reason: v.Reason, Report: v.Report, Family: v.Family,
			BootLo: finite(v.Bootstrap.Lo), BootHi: finite(v.Bootstrap.Hi), Binding: v.Binding, Parts: []jsonPart{},
		}
		for _, p := range v.Parts {
			part := jsonPart{
				Kind: p.Kind, Metric: p.Metric, Subject: p.Subject, Label: p.Label, Scale: p.Scale, Verdict: p.State,
				Effect: finite(p.Effect), Lo: finite(p.Lo), Hi: finite(p.Hi), N: p.N, P: finite(p.P),
				Criterion: p.Criterion, Reason: p.Reason, Warnings: list(p.Warnings), Cells: list(p.Cells),
				BootLo: finite(p.Bootstrap.Lo), BootHi: finite(p.Bootstrap.Hi), RegionLo: finite(p.Region.Lo), RegionHi: finite(p.Region.Hi), Published: quotedJSON(p.Quoted),
			}
			if unusual(p.Level) {
				part.Level = p.Level
			}
			if e, lo, hi, ok := p.Ratio(); ok {
				part.Ratio = &jsonRatio{finite(e), finite(lo), finite(hi)}
			}
			c.Parts = append(c.Parts, part)
		}
		out.Claims = append(out.Claims, c)
	}
	for _, b := range r.Published {
		t := jsonBeside{Paper: b.Paper, Table: b.Table, Metric: b.Metric, Ours: b.Ours, Reference: b.Reference}
		for _, row := range b.Rows {
			x := jsonBesideRow{From: row.From, Over: row.Over, Value: row.value, SD: finite(row.sd),
				Mean: finite(row.Mean), Lo: finite(row.Lo), Hi: finite(row.Hi), N: row.N, Note: row.Note}
			if n := len(row.less.seeds); n > 0 {
				x.Less = &jsonLess{finite(row.less.mean), finite(row.less.lo), finite(row.less.hi), n}
			}
			t.Rows = append(t.Rows, x)
		}
		out.Published = append(out.Published, t)
	}
	for _, u := range r.Unfinished {
		out.Unfinished = append(out.Unfinished, jsonUnfinished(u))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

type jsonReport struct {
	Suite      string           `json:"suite"`
	Preset     string           `json:"preset"`
	Claims     []jsonClaim      `json:"claims"`
	Published  []jsonBeside     `json:"published,omitempty"`
	NotRun     []suites.NotRun  `json:"not_run,omitempty"`
	Coverage   Coverage         `json:"coverage"`
	Unfinished []jsonUnfinished `json:"unfinished"`
	Provenance jsonProvenance   `json:"provenance"`
}

type jsonClaim struct {
	ID        string     `json:"id"`
	Paper     string     `json:"paper"`
	Says      string     `json:"says"`
	Kind      string     `json:"kind"`
	Verdict   State      `json:"verdict"`
	Effect    *float64   `json:"effect"`
	Lo        *float64   `json:"lo"`
	Hi        *float64   `json:"hi"`
	N         int        `json:"n"`
	P         *float64   `json:"p"`
	PAdjusted *float64   `json:"p_adjusted"`
	Criterion string     `json:"criterion"`
	Warnings  []string   `json:"warnings"`
	Cells     []string   `json:"cells"`
	Reason    string     `json:"reason"`
	Report    bool       `json:"report"` // report-only: outside Holm's family
	Family    int        `json:"family"`
	BootLo    *float64   `json:"bootstrap_lo"`
	BootHi    *float64   `json:"bootstrap_hi"`
	Binding   int        `json:"binding"` // index into parts; -1 without parts
	Parts     []jsonPart `json:"parts"`
}

type jsonPart struct {
	Kind      string      `json:"kind"`
	Metric    string      `json:"metric"`
	Subject   string      `json:"subject"`
	Label     string      `json:"label"`
	Scale     string      `json:"scale"`
	Verdict   State       `json:"verdict"`
	Effect    *float64    `json:"effect"`
	Lo        *float64    `json:"lo"`
	Hi        *float64    `json:"hi"`
	Level     float64     `json:"level,omitempty"` // 0.05 if absent; lo and hi are of 1 - level
	Ratio     *jsonRatio  `json:"ratio,omitempty"`
	N         int         `json:"n"`
	P         *float64    `json:"p"`
	Criterion string      `json:"criterion"`
	RegionLo  *float64    `json:"region_lo"` // claimed of the effect; null where it has no end
	RegionHi  *float64    `json:"region_hi"`
	Published *jsonQuoted `json:"published,omitempty"`
	Reason    string      `json:"reason"`
	Warnings  []string    `json:"warnings"`
	Cells     []string    `json:"cells"`
	BootLo    *float64    `json:"bootstrap_lo"`
	BootHi    *float64    `json:"bootstrap_hi"`
}

type jsonRatio struct {
	Effect *float64 `json:"effect"`
	Lo     *float64 `json:"lo"`
	Hi     *float64 `json:"hi"`
}

type jsonBeside struct {
	Paper  string          `json:"paper"`
	Table  string          `json:"table"`
	Metric string          `json:"metric"`
	Ours   string          `json:"ours"`
	Rows   []jsonBesideRow `json:"rows"`

	Reference string `json:"reference,omitempty"`
}

type jsonBesideRow struct {
	From  string   `json:"from"`
	Over  string   `json:"over"`
	Value float64  `json:"value"` // of the paper, as SD is
	SD    *float64 `json:"sd"`
	Mean  *float64 `json:"mean"`
	Lo    *float64 `json:"lo"`
	Hi    *float64 `json:"hi"`
	N     int      `json:"n"`
	Note  string   `json:"note"`

	Less *jsonLess `json:"less,omitempty"` // ours less the reference's, paired by seed
}

type jsonLess struct {
	Effect *float64 `json:"effect"`
	Lo     *float64 `json:"lo"`
	Hi     *float64 `json:"hi"`
	N      int      `json:"n"`
}

type jsonUnfinished struct {
	Cell    string `json:"cell"`
	Name    string `json:"name"`
	Grid    string `json:"grid"`
	Outcome string `json:"outcome"`
	Step    int    `json:"step"`
	Reason  string `json:"reason"`
	Stack   string `json:"stack,omitempty"`
}

type jsonProvenance struct {
	File string             `json:"file"`
	Text string             `json:"text"`
	Runs []store.Provenance `json:"runs"`
}

// finite is x, or nil where JSON has no number for it.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// list is never null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
