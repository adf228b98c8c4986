package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/vibench/bench/store"
)

//go:embed page
var pageFiles embed.FS

func pageFile(name string) string {
	text, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}

var (
	pageStyle  = pageFile("page.css")
	pageScript = pageFile("page.js")
)

// A Page is reports in one document, mostly one.
type Page struct {
	Reports []*Report
	Live    bool // it will be written again while a run goes on, and asks its reader's browser to look
}

// HTML writes the report as a page by itself.
func (r *Report) HTML(w io.Writer) error { return Page{Reports: []*Report{r}}.HTML(w) }

// HTML writes one file that asks nothing of any host: its style and its script are in it,
// named by their digests in its policy, and all can be read without the script. The same
// stores give the same bytes.
func (p Page) HTML(w io.Writer) error {
	page, err := template.New("page").Funcs(template.FuncMap{"soft": soft}).ParseFS(pageFiles, "page/*.html")
	if err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	data := shownPage{Live: p.Live, Script: template.JS(pageScript)}
	var titles []string
	dress := newDresser()
	for i, r := range p.Reports {
		prefix := ""
		if i > 0 {
			prefix = fmt.Sprintf("r%d-", i+1)
		}
		c := r.chapter(prefix)
		for j := range c.Figures {
			c.Figures[j].dress(dress)
		}
		data.Chapters = append(data.Chapters, c)
		titles = append(titles, r.Suite+": "+c.Summary)
	}
	data.Title = strings.Join(titles, " ")
	data.Style = template.CSS(pageStyle + dress.rules())
	data.Policy = policy(string(data.Style), pageScript)
	if err := page.ExecuteTemplate(w, "page.html", data); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	return nil
}

const mostListed = 1000 // rows of a table that has a few numbers a row

type shownPage struct {
	Title    string
	Policy   string
	Style    template.CSS
	Script   template.JS
	Live     bool
	Chapters []chapter
}

// A chapter is one report of a page.
type chapter struct {
	*Report
	Prefix     string // of its IDs
	Summary    string
	Banner     []shownCount
	Claims     []shownClaim
	Published  []shownBeside
	Boards     []*board
	BoardsLeft int
	Figures    []Figure
	Outcomes   []shownOutcome
	Causes     []*cause
	Unfinished *bulk
	Tables     []valueTables
	TablesLeft int
	Runs       []shownRun
	Cells      []*bulk
}

type shownCount struct {
	N     int
	State shownState
}

type shownOutcome struct {
	Name string
	N    int
}

type shownBeside struct {
	Beside
	Link string
	Refs [][]string // of a row, the configurations that ours is of
}

func (b Beside) shown(configs map[string]*configuration) shownBeside {
	s := shownBeside{b, paperLink(b.Paper), nil}
	for _, row := range b.Rows {
		refs := newSet()
		for _, c := range row.cells {
			refs.add(configs[c.ID].Ref)
		}
		s.Refs = append(s.Refs, refs.list)
	}
	return s
}

func (r *Report) chapter(prefix string) chapter {
	c := chapter{Report: r, Prefix: prefix, Summary: capital(r.summary()) + ".", Figures: r.figures(prefix)}
	groups := r.groups()
	configs := map[string]*configuration{}
	for _, g := range groups {
		for _, k := range g.Configs {
			for _, cell := range k.Cells {
				configs[cell.ID] = k
			}
		}
	}
	for i, s := range []State{Holds, Fails, Open, NotRun} {
		if len(r.Claims) == 0 {
			break // four noughts would look like a result
		}
		c.Banner = append(c.Banner, shownCount{N: r.Counts()[i], State: mark(s)})
	}
	for _, v := range r.Claims {
		c.Claims = append(c.Claims, r.shownClaim(v, configs))
	}
	for _, b := range r.Published {
		c.Published = append(c.Published, b.shown(configs))
	}
	for _, o := range []shownOutcome{{"planned", r.Coverage.Planned}, {"done", r.Coverage.Done}, {"diverged", r.Coverage.Diverged}, {"failed", r.Coverage.Failed},
		{"refused", r.Coverage.Refused}, {"interrupted", r.Coverage.Interrupted}, {"missing", r.Coverage.Missing}} {
		c.Outcomes = append(c.Outcomes, o)
	}
	c.Boards, c.BoardsLeft = r.boards(groups)
	c.Tables, c.TablesLeft = valueTablesOf(groups)
	c.Causes, c.Unfinished = r.causes()
	c.Cells = r.appendix(groups)
	for _, b := range append(slices.Clone(c.Cells), c.Unfinished) {
		b.ID, b.Of = prefix+b.ID, c.Of()
	}
	for _, p := range r.Provenance {
		c.Runs = append(c.Runs, shownRunOf(p))
	}
	return c
}

// Of tells the names of its parts from those of the page's first report, for those who
// go from landmark to landmark.
func (c chapter) Of() string {
	if c.Prefix == "" {
		return ""
	}
	return " of " + c.Suite + ", report " + strings.Trim(c.Prefix, "r-")
}

// Partial says how far a run is that has not ended; empty once it has.
func (c chapter) Partial() string {
	left := c.Coverage.Missing + c.Coverage.Interrupted
	if left == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %s have ended, %d have not. All below is of those that have.", c.Coverage.Planned-left, plural(c.Coverage.Planned, "cell", "cells"), left)
}

type shownRun struct {
	P       store.Provenance
	Started string
	Modules []shownPair
	Data    []shownPair
}

type shownPair struct{ Name, Value string }

func shownRunOf(p store.Provenance) shownRun {
	r := shownRun{P: p, Modules: pairs(p.Modules), Data: pairs(p.Data)}
	if !p.Started.IsZero() {
		r.Started = p.Started.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return r
}

func pairs(m map[string]string) (out []shownPair) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, shownPair{k, m[k]})
	}
	return out
}
