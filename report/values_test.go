package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vibench/bench/suites"
)

func TestColumnsKeepFamiliesTogether(t *testing.T) {
	got := columns(strings.Fields("elbo gradvar/gen gradvar/inf gradvar/inf/b iwae@64 snr/gen snr/inf snr/inf/A snr/inf/b snr/mu snr/r snr/z"))
	want := [][]string{
		strings.Fields("elbo gradvar/gen gradvar/inf gradvar/inf/b iwae@64 snr/z"),
		strings.Fields("snr/gen snr/inf snr/inf/A snr/inf/b snr/mu snr/r"),
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	rapid.Check(t, func(t *rapid.T) {
		metrics := rapid.SliceOfDistinct(rapid.SampledFrom(strings.Fields("a a/x a/y a/z a/u a/v a/w b b/x c d/x d/y e f g")), rapid.ID[string]).Draw(t, "metrics")
		slices.Sort(metrics)
		blocks := columns(metrics)
		for _, b := range blocks {
			if len(b) > mostColumns || len(b) == 0 && len(metrics) > 0 {
				t.Fatalf("%d columns", len(b))
			}
		}
		if dealt := slices.Concat(blocks...); !slices.Equal(slices.Sorted(slices.Values(dealt)), metrics) {
			t.Fatalf("%v of %v", blocks, metrics)
		}
	})
}

// Names are shortened to read; what they stand for is kept apart all the same.
func TestLongNumbersAreShortInTables(t *testing.T) {
	l := newLab(1)
	l.log(l.cell("g", "elbo", 0, "s", 0.6666666666666666), "m", 1)
	l.log(l.cell("g", "elbo", 0, "s", 0.6666666666666665), "m", 2)
	tables, _ := valueTablesOf(l.report().groups())
	rows := tables[0].Blocks[0].Rows
	if len(rows) != 2 || !strings.Contains(rows[0].Name, "s=0.6667}") || rows[0].Values[0] != "1" || rows[1].Values[0] != "2" {
		t.Errorf("%+v", rows)
	}
}

// A figure that has rows of several metrics says which each is of.
func TestForestNamesTellRowsApart(t *testing.T) {
	l := demo()
	for _, f := range forestGroups(l.judge()) {
		seen := map[string]bool{}
		for _, row := range f.rows {
			if name := f.name(row); seen[name] {
				t.Errorf("%s: %q twice", f.title, name)
			} else {
				seen[name] = true
			}
		}
	}
	f := forest{rows: []forestRow{
		{claim: "T2", part: PartVerdict{Metric: "snr/inf", Subject: "grid=groups", Label: "k=1"}},
		{claim: "T2", part: PartVerdict{Metric: "snr/gen", Subject: "grid=groups", Label: "k=1"}},
	}}
	if a, b := f.name(f.rows[0]), f.name(f.rows[1]); a != "T2 snr/inf grid=groups k=1" || b != "T2 snr/gen grid=groups k=1" {
		t.Errorf("%q and %q", a, b)
	}
}

func TestMetricsInWords(t *testing.T) {
	for metric, want := range map[string]string{
		"snr/inf/b": "signal-to-noise of inf/b", "ess": "effective sample size", "elbo": "bound ELBO", "iwae@64": "bound IWAE-64",
		"ess@1000": "effective sample size of 1000", "gap/amortization": "amortization gap", "mine/x": "mine/x", "mine@3": "mine@3",
	} {
		if got := inWords(metric); got != want {
			t.Errorf("%s: got %q; want %q", metric, got, want)
		}
	}
}

// A narrowed plan has no word on claims that it has no cell of, but their names.
func TestConsoleFoldsClaimsWithoutCells(t *testing.T) {
	l := demo()
	l.plan.Cells = slices.DeleteFunc(l.plan.Cells, func(c suites.Cell) bool { return c.Grid != "variance" })
	var b strings.Builder
	if err := Console(&b, l.report(), 80, false); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if !strings.Contains(text, "\n5 claims have no cell in this plan: T1, E5, E9, V1, T9\n") || strings.Contains(text, "\nT1 ") {
		t.Errorf("got\n%s", text)
	}
	if !strings.Contains(text, "\nK3 ") {
		t.Error("a claim with cells is gone")
	}
}
