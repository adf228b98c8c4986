package suites

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const besides = `suite: b
presets: {quick: two minutes, paper: }
grid:
  - {name: a, preset: [quick, paper], estimator: [{iwae: {k: [1, 8]}}, dreg], model: lineargaussian, dataset: {bits: {n: 16}}, seed: 0..2}
log: {metrics: [elbo]}
published:
  - paper: 1802.04537
    table: MNIST, 3280 epochs, 4 runs
    metric: elbo
    preset: paper
    rows:
      - {over: {estimator: iwae, k: 8}, value: -84.52, sd: 0.02, from: IWAE}
      - {over: {estimator: dreg}, value: -86, note: "no sd"}
`

// A block is in the plans of its presets, with all its numbers, and reads back.
func TestPublishedIsInThePlan(t *testing.T) {
	s, err := Parse("b.yaml", []byte(besides), fake())
	if err != nil {
		t.Fatal(err)
	}
	quick, err := s.Plan(Options{})
	if err != nil || len(quick.Published) != 0 || quick.Words != "two minutes" {
		t.Fatalf("quick has %d blocks, %v", len(quick.Published), err)
	}
	p, err := s.Plan(Options{Preset: "paper"})
	if err != nil {
		t.Fatal(err)
	}
	sd := 0.02
	want := []Published{{Paper: "1802.04537", Table: "MNIST, 3280 epochs, 4 runs", Metric: "elbo", Line: 7, Rows: []PublishedRow{
		{Over: Select{"estimator": {"iwae"}, "k": {"8"}}, Value: -84.52, SD: &sd, From: "IWAE"},
		{Over: Select{"estimator": {"dreg"}}, Value: -86, Note: "no sd"},
	}}}
	if d := cmp.Diff(want, p.Published); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if d := cmp.Diff(p.Published, readBack(t, p).Published); d != "" {
		t.Errorf("read back: %s", d)
	}
}

// A row may have its cells in some of a table's presets: elsewhere it is left out,
// and a table without rows too.
func TestPublishedRowsOfSomePresets(t *testing.T) {
	const text = `suite: b
presets: {quick: , paper: }
grid:
  - {name: a, preset: [quick, paper], estimator: iwae, model: lineargaussian, dataset: {bits: {n: 4}}, seed: 0}
  - {name: b, preset: paper, estimator: dreg, model: lineargaussian, dataset: {bits: {n: 4}}, seed: 0}
log: {metrics: [elbo]}
published:
  - {paper: p, metric: elbo, preset: [quick, paper], rows: [{over: {estimator: iwae}, value: 1, reference: true}, {over: {estimator: dreg}, value: 2}]}
  - {paper: q, metric: elbo, preset: [quick, paper], rows: [{over: {estimator: dreg}, value: 3}]}
`
	s, err := Parse("b.yaml", []byte(text), fake())
	if err != nil {
		t.Fatal(err)
	}
	for preset, want := range map[string][]int{"quick": {1}, "paper": {2, 1}} {
		p, err := s.Plan(Options{Preset: preset})
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, b := range p.Published {
			got = append(got, len(b.Rows))
		}
		if d := cmp.Diff(want, got); d != "" || !p.Published[0].Rows[0].Reference {
			t.Errorf("%s: %s", preset, d)
		}
	}
	twice := strings.Replace(text, "value: 2}", "value: 2, reference: true}", 1)
	if _, err := Parse("b.yaml", []byte(twice), fake()); err == nil || !strings.Contains(err.Error(), "reference: of two rows; want one at most") {
		t.Errorf("got %v", err)
	}
}

// A plan says how many data there are, for axes in epochs; a plan without that
// knowledge is the plan it was before there was any.
func TestPlanKnowsTheRows(t *testing.T) {
	cat := fake()
	s, err := Parse("b.yaml", []byte(besides), cat)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(Options{})
	if err != nil || p.Rows != nil {
		t.Errorf("got %v, %v", p.Rows, err)
	}
	if text, err := json.Marshal(p); err != nil || strings.Contains(string(text), `"rows"`) || strings.Contains(string(text), `"published"`) {
		t.Errorf("%v: %s", err, text)
	}
	cat.Rows = func(c Choice) int { return c.Params["n"].(int) }
	if s, err = Parse("b.yaml", []byte(besides), cat); err != nil {
		t.Fatal(err)
	}
	if p, err = s.Plan(Options{}); err != nil || cmp.Diff(map[string]int{"bits{n=16}": 16}, p.Rows) != "" {
		t.Errorf("got %v, %v", p.Rows, err)
	}
	q := *p
	q.Rows = map[string]int{"other": 3}
	if d := cmp.Diff(map[string]int{"bits{n=16}": 16, "other": 3}, p.Union(&q).Rows); d != "" {
		t.Error(d)
	}
}
