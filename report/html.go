package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"sort"
	"strings"

	"github.com/vibench/bench/store"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

// HTML writes the report as one page that asks nothing of any host: no script,
// no font, no image from outside. The same store gives the same bytes.
func (r *Report) HTML(w io.Writer) error {
	page, err := template.New("page").Parse(pageText)
	if err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	data := htmlPage{
		Style: template.CSS(pageStyle), Report: r, Figures: r.Figures(), Tables: r.valueTables(),
		Summary: capital(r.summary()) + ".",
	}
	for i, s := range []State{Holds, Fails, Open, NotRun} {
		if len(r.Claims) == 0 {
			break // four noughts would look like a result
		}
		data.Banner = append(data.Banner, htmlCount{N: r.Counts()[i], State: mark(s)})
	}
	for _, v := range r.Claims {
		data.Claims = append(data.Claims, htmlClaimOf(v))
	}
	for _, b := range r.Published {
		data.Published = append(data.Published, htmlBeside{b, paperLink(b.Paper)})
	}
	for _, o := range []struct {
		name string
		n    int
	}{{"planned", r.Coverage.Planned}, {"done", r.Coverage.Done}, {"diverged", r.Coverage.Diverged}, {"failed", r.Coverage.Failed},
		{"refused", r.Coverage.Refused}, {"interrupted", r.Coverage.Interrupted}, {"missing", r.Coverage.Missing}} {
		data.Coverage = append(data.Coverage, htmlOutcome{o.name, o.n})
	}
	for _, u := range r.Unfinished {
		if len(data.Unfinished) == mostListed {
			data.More = len(r.Unfinished) - mostListed
			break
		}
		data.Unfinished = append(data.Unfinished, htmlUnfinished{u, shortID(u.Cell)})
	}
	for _, p := range r.Provenance {
		data.Runs = append(data.Runs, htmlRunOf(p))
	}
	if err := page.Execute(w, data); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	return nil
}

// A page of a large suite stays light: JSON and the store have all.
const (
	mostListed = 1000 // rows of a table
	mostIDs    = 200  // cells of a claim
)

type htmlPage struct {
	Style      template.CSS
	Report     *Report
	Summary    string
	Banner     []htmlCount
	Claims     []htmlClaim
	Published  []htmlBeside
	Figures    []Figure
	Coverage   []htmlOutcome
	Unfinished []htmlUnfinished
	More       int
	Tables     []valueTables
	Runs       []htmlRun
}

type htmlCount struct {
	N     int
	State htmlState
}

type htmlState struct{ Class, Symbol, Word string }

func mark(s State) htmlState { return htmlState{string(s), s.symbol(), s.words()} }

type htmlOutcome struct {
	Name string
	N    int
}

type htmlUnfinished struct {
	Unfinished
	Short string
}

type htmlClaim struct {
	V                Verdict
	State            htmlState
	Link             string // to the paper; empty when its name is no arXiv number
	Effect, Interval string
	Ratio            string
	Criterion        string
	P, Adjusted      string
	Shown            string // the binding part, where there are several
	Reasons          []string
	Parts            []htmlPart
	Cells            []string // short IDs
	MoreCells        int
}

type htmlBeside struct {
	Beside
	Link string
}

type htmlPart struct {
	P                PartVerdict
	State            htmlState
	Name             string
	Effect, Interval string
	Ratio, Bootstrap string
	PText            string
}

var arxiv = regexp.MustCompile(`^\d{4}\.\d{4,5}(v\d+)?$`)

// paperLink leads to a paper; empty when its name is no arXiv number.
func paperLink(paper string) string {
	if !arxiv.MatchString(paper) {
		return ""
	}
	return "https://arxiv.org/abs/" + paper
}

func htmlClaimOf(v Verdict) htmlClaim {
	c := htmlClaim{V: v, State: mark(v.State), Link: paperLink(v.Paper), Criterion: v.shownCriterion(), P: pAt(v.P, v.level()), Adjusted: pAt(v.PAdjusted, v.level()), Reasons: v.reasons()}
	c.Effect, c.Interval = v.effectText()
	if v.Binding >= 0 {
		c.Ratio = v.Parts[v.Binding].ratioText()
		if len(v.Parts) > 1 {
			c.Shown = v.Parts[v.Binding].name()
		}
	}
	for _, p := range v.Parts {
		part := htmlPart{P: p, State: mark(p.State), Name: p.name(), Ratio: p.ratioText(), PText: pAt(p.P, p.Level)}
		part.Effect, part.Interval = p.effectText()
		if b := p.Bootstrap; b.Lo == b.Lo {
			if _, part.Bootstrap = intervalText(p.Effect, b.Lo, b.Hi); unusual(p.Level) {
				part.Bootstrap += " at " + percent(1-Level)
			}
		}
		c.Parts = append(c.Parts, part)
	}
	for _, id := range v.Cells[:min(len(v.Cells), mostIDs)] {
		c.Cells = append(c.Cells, shortID(id))
	}
	c.MoreCells = len(v.Cells) - len(c.Cells)
	return c
}

type htmlRun struct {
	P       store.Provenance
	Started string
	Modules []htmlPair
	Data    []htmlPair
}

type htmlPair struct{ Name, Value string }

func htmlRunOf(p store.Provenance) htmlRun {
	r := htmlRun{P: p, Modules: pairs(p.Modules), Data: pairs(p.Data)}
	if !p.Started.IsZero() {
		r.Started = p.Started.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return r
}

func pairs(m map[string]string) []htmlPair {
	var out []htmlPair
	for k, v := range m {
		out = append(out, htmlPair{k, v})
	}
	sort.Slice(out, func(i, j int) bool { return strings.Compare(out[i].Name, out[j].Name) < 0 })
	return out
}
