package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// Text that would act in a page stays text, wherever a suite, a part or an error can put it;
// in tables that stand in the page and in those that its script makes.
func TestActiveTextIsHarmless(t *testing.T) {
	const evil = `"'></script></style></title><script>alert(1)</script><img src=x onerror=alert(1)><!--`
	for _, seeds := range []int{3, 2000} {
		l := newLab(1)
		l.plan.Suite, l.plan.Preset, l.plan.About, l.plan.Words, l.plan.File = "s"+evil, "p"+evil, evil, evil, evil
		for seed := range seeds {
			for _, e := range []string{"a" + evil, "b"} {
				c := l.cell("g"+evil, e, seed, "p"+evil, "v"+evil)
				switch {
				case seed == 1:
					l.end(c, store.Failed, evil).Stack = evil
				case seed == 2:
					l.missing(c, "m"+evil, evil)
				default:
					l.log(c, "m"+evil, float64(seed))
				}
			}
		}
		l.claim("C1", 2, suites.Part{Kind: "better", Metric: "m" + evil, A: by("a" + evil), B: by("b"), Want: "lower"}).Says = evil
		l.plan.Claims[0].Paper = evil
		l.plan.Published = []suites.Published{{Paper: evil, Table: evil, Metric: "m" + evil, Rows: []suites.PublishedRow{{From: evil, Note: evil, Value: 1, Over: by("b")}}}}
		l.plan.NotRun = []suites.NotRun{{What: evil, Why: evil}}
		r := l.report()
		r.Better = map[string]string{"m" + strings.Split(evil, "/")[0]: "lower"}
		r.Notes = []string{evil}
		r.Compared = []Compared{{Title: evil, Note: evil, Heads: []Head{{Name: evil}, {Name: "d", Num: true}}, Rows: [][]string{{evil, "1 ± 2"}}}}
		r.Provenance[0].Command = evil
		text := page(t, r)
		offline(t, text)
		if strings.Contains(text, "<script>alert") || strings.Contains(text, "<img") {
			t.Errorf("%d seeds: the text acts", seeds)
		}
		if inScript := strings.Contains(text, "application/json"); inScript != (seeds > 3) {
			t.Errorf("%d seeds: cells for the script: %v", seeds, inScript)
		}
	}
}

// What another package has compared stands between the claims and the figures.
func TestComparedHasItsPlace(t *testing.T) {
	r := demo().report()
	if strings.Contains(page(t, r), `id="compared"`) {
		t.Error("a section without comparisons")
	}
	r.Compared = []Compared{{Title: "dreg against iwae", Note: "Paired by seed.", Heads: []Head{{Name: "metric"}, {Name: "difference", Num: true}}, Rows: [][]string{{"elbo", "0.1 [0.0, 0.2]"}}}}
	text := page(t, r)
	place := -1
	for _, id := range []string{"claims", "compared", "figures", "coverage", "values", "provenance", "cells"} {
		at := strings.Index(text, `<section id="`+id+`"`)
		if at <= place {
			t.Errorf("%s is out of its place", id)
		}
		place = at
	}
	if !strings.Contains(text, `<td class="num">0.1 [0.0, 0.2]</td>`) {
		t.Error("its numbers are not there")
	}
}

// Two halves of a suite's cells make the page of the whole; where they disagree it is said.
func TestHalvesMakeTheWhole(t *testing.T) {
	l := demo()
	half := func(from, to int) *Report {
		part := *l
		part.plan.Cells = l.plan.Cells[from:to]
		r := part.report()
		if from > 0 {
			r.Provenance = nil
		}
		return r
	}
	n := len(l.plan.Cells)
	if diff := cmp.Diff(page(t, l.report()), page(t, half(0, n/2).with(half(n/2, n)))); diff != "" {
		t.Errorf("-whole +halves\n%s", diff)
	}
	a := half(0, n/2)
	l.results[l.plan.Cells[3].ID].Points[0].Value += 1e-15
	both := a.with(half(0, n))
	want := "1 cell is in two stores with different numbers; those of the first store are shown"
	if text := page(t, both); !strings.Contains(text, want) {
		t.Errorf("no %q: %q", want, both.Notes)
	}
	v, _, _ := both.results.Value(l.plan.Cells[3].ID, l.results[l.plan.Cells[3].ID].Points[0].Metric)
	if first, _, _ := a.results.Value(l.plan.Cells[3].ID, l.results[l.plan.Cells[3].ID].Points[0].Metric); v != first {
		t.Errorf("got %v, want the first store's %v", v, first)
	}
}

// Suites that differ follow each other, in every format.
func TestSeveralSuites(t *testing.T) {
	p := Page{Reports: []*Report{demo().report(), sweep(80, 2, 1).report()}}
	var html, js, md, tex, csv bytes.Buffer
	for _, err := range []error{p.HTML(&html), p.JSON(&js), p.Markdown(&md), p.TeX(&tex), p.CSV(&csv)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	offline(t, html.String())
	for _, has := range []struct{ text, want string }{
		{html.String(), `<h1>iwae_snr</h1>`}, {html.String(), `<h1>sweep</h1>`}, {html.String(), `id="r2-claims"`}, {html.String(), `href="#r2-top"`},
		{js.String(), "{\n  \"reports\": [\n    {\n      \"suite\": \"iwae_snr\""}, {md.String(), "\n---\n\n# sweep\n"}, {tex.String(), "% sweep (quick)"},
	} {
		if !strings.Contains(has.text, has.want) {
			t.Errorf("no %q in %.300s", has.want, has.text)
		}
	}
	if strings.Count(csv.String(), "suite,preset") != 1 {
		t.Error("CSV has not one head")
	}
}

// A run that has not ended says so on its page.
func TestPartialResultsAreMarked(t *testing.T) {
	l := demo() // of which a grid has not run
	n := len(l.plan.Cells)
	if text, want := page(t, l.report()), fmt.Sprintf("<b>Partial results.</b> %d of %d cells have ended, 4 have not.", n-4, n); !strings.Contains(text, want) {
		t.Errorf("no %q", want)
	}
	l.plan.Cells = l.plan.Cells[:40]
	if strings.Contains(page(t, l.report()), "Partial results") {
		t.Error("all cells have ended, and the page calls itself partial")
	}
}

func TestTeXIsSafe(t *testing.T) {
	l := demo()
	l.plan.Claims[0].ID = `a_b\input{x}%$&#^~`
	r := l.report()
	r.Better = map[string]string{"gradvar": "lower"}
	var b bytes.Buffer
	if err := r.TeX(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`a\_b\textbackslash{}input\{x\}\%\$\&\#\^{}\~{} & 1802.04537 & $-$0.5 $\pm$ 0.05 & `, "\\toprule\nconfiguration & gradvar/inf $\\downarrow$ & $n$ \\\\\n\\midrule\ndreg & \\textbf{0.0", "\\bottomrule\n\\end{tabular}"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// Bold is the best that Holm separates over all pairs, and nothing else.
func TestBoardIsBoldWhereHolmSeparates(t *testing.T) {
	for _, c := range []struct {
		name    string
		seeds   int
		worst   float64 // how far the second is from the best
		against bool    // higher is better
		want    string
	}{
		{"apart", 8, 0.5, false, "a"},
		{"apart, the other way", 8, 0.5, true, "c"},
		{"too near for the noise", 8, 0.02, false, ""},
		{"too few seeds", 4, 0.5, false, ""},
	} {
		l := newLab(5)
		for seed := range c.seeds {
			problem := l.rand.NormFloat64()
			for i, e := range []string{"a", "b", "c"} {
				l.log(l.cell("g", e, seed), "nll@64", problem+c.worst*float64(i)+0.05*l.rand.NormFloat64())
				l.log(l.cell("g", e, seed), "nll@64/drop", 1)
			}
		}
		r := l.report()
		r.Better = map[string]string{"nll": map[bool]string{true: "higher", false: "lower"}[c.against]}
		boards, _ := r.boards(r.groups())
		if len(boards) != 1 || len(boards[0].Metrics) != 1 {
			t.Fatalf("%s: %+v", c.name, boards)
		}
		got := ""
		for i, row := range boards[0].Rows {
			if row.Values[0].Best {
				if got += row.Name; i != 0 {
					t.Errorf("%s: the best is not on top", c.name)
				}
			}
		}
		if got != c.want || boards[0].Few != (c.seeds < leastSeeds) {
			t.Errorf("%s: bold %q, want %q; few %v", c.name, got, c.want, boards[0].Few)
		}
	}
}

// A wide board pays for its pairs: what separates two of two does not separate the best of
// many. The differences are the same in every case, with p 0.01 of each pair.
func TestBoardPaysForItsPairs(t *testing.T) {
	for others, want := range map[int]bool{1: true, 3: false} {
		l := newLab(1)
		for seed := range 8 {
			for i := range others + 1 {
				v := 0.0
				if i > 0 { // mean 1, sd such that t is about 3.5 on 7
					v = 1 + 0.756*[]float64{-1, 1}[seed%2]
				}
				l.log(l.cell("g", fmt.Sprint("e", i), seed), "nll", v)
			}
		}
		r := l.report()
		r.Better = map[string]string{"nll": "lower"}
		boards, _ := r.boards(r.groups())
		if got := boards[0].Rows[0].Values[0].Best; got != want {
			t.Errorf("%d others: bold %v, want %v", others, got, want)
		}
	}
}

// The command that runs cells again names the store as the recorded commands do.
func TestAgainNamesTheStore(t *testing.T) {
	for _, c := range []struct {
		commands []string
		want     string
	}{
		{nil, "results/iwae_snr.db"},
		{[]string{"bench run iwae_snr"}, "results/iwae_snr.db"},
		{[]string{"bench run iwae_snr --store m.db --seeds 0..1", "bench run iwae_snr --store=m.db"}, "m.db"},
		{[]string{`bench run iwae_snr --store 'it'\''s my.db'`}, `'it'\''s my.db'`},
		{[]string{`bench run iwae_snr '--store=my own.db' --report x.html`}, `'my own.db'`},
		{[]string{"bench run iwae_snr --store a.db", "bench run iwae_snr"}, "STORE"},
	} {
		r := Report{Suite: "iwae_snr"}
		for _, command := range c.commands {
			r.Provenance = append(r.Provenance, store.Provenance{Command: command})
		}
		if got, want := r.Again(), "bench verify "+c.want; got != want {
			t.Errorf("%q: got %s, want %s", c.commands, got, want)
		}
	}
}

// Who runs no script has a row a configuration where the cells are too many.
func TestManyCellsWithoutScript(t *testing.T) {
	r := sweep(2000, 3, 1).report()
	r.Better = map[string]string{"elbo": "higher"}
	_, after, found := strings.Cut(page(t, r), "<noscript>")
	plain, _, _ := strings.Cut(after, "</noscript>")
	var configs []*configuration
	for _, g := range r.groups() {
		configs = append(configs, g.Configs...)
	}
	if !found || !strings.Contains(plain, "bench export results/sweep.db") || strings.Count(plain, "<tr>") != 1+len(configs) {
		t.Fatalf("%d configurations: %.600s", len(configs), plain)
	}
	var sum float64
	for _, c := range configs[6].Cells {
		sum += configs[6].last["elbo"][c.Seed]
	}
	if want := five(sum / float64(len(configs[6].Cells))); !strings.Contains(plain, "<td>c7</td>") || !strings.Contains(plain, `<td class="num">`+want+"</td>") {
		t.Errorf("no mean %s of c7", want)
	}
}
