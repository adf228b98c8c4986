package suites

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sized is the catalog of tests in which bits{n} have n rows and nobody knows
// those of the rest.
func sized() Catalog {
	cat := fake()
	cat.Rows = func(c Choice) int {
		n, _ := c.Params["n"].(int)
		if c.Name != "bits" {
			return 0
		}
		return n
	}
	return cat
}

const trained = `suite: t
grid: {estimator: elbo, model: vae, dataset: [{bits: {n: 100}}, {bits: {n: 59}}], seed: 0}
log: {metrics: elbo}
train: {optim: {adam: {rate: 1}}, %s}
`

// Epochs are steps, by the rows and the batch of each data set; points are every
// so many steps where that says the same, and a list where not.
func TestTraining(t *testing.T) {
	for text, want := range map[string][2]Train{
		"steps: 7":                                      {{Steps: 7}, {Steps: 7}},
		"epochs: 3":                                     {{Steps: 3}, {Steps: 3}},
		"epochs: 3, batch: 20":                          {{Steps: 15, Batch: 20}, {Steps: 6, Batch: 20}},
		"epochs: 2, batch: 59":                          {{Steps: 2, Batch: 59}, {Steps: 2, Batch: 59}},
		"epochs: 0":                                     {{}, {}},
		"steps: 12, points: 5":                          {{Steps: 12, Every: 3}, {Steps: 12, Every: 3}},
		"steps: 12, points: 13":                         {{Steps: 12, Every: 1}, {Steps: 12, Every: 1}},
		"steps: 12, points: 2":                          {{Steps: 12, Every: 12}, {Steps: 12, Every: 12}},
		"steps: 10, points: 5":                          {{Steps: 10, At: []int{0, 3, 5, 8, 10}}, {Steps: 10, At: []int{0, 3, 5, 8, 10}}},
		"steps: 1000, points: 5, spacing: log":          {{Steps: 1000, At: []int{0, 1, 10, 100, 1000}}, {Steps: 1000, At: []int{0, 1, 10, 100, 1000}}},
		"steps: 6, points: 6, spacing: log":             {{Steps: 6, At: []int{0, 1, 2, 3, 4, 6}}, {Steps: 6, At: []int{0, 1, 2, 3, 4, 6}}},
		"steps: 6, points: 7, spacing: log":             {{Steps: 6, At: []int{0, 1, 2, 3, 4, 5, 6}}, {Steps: 6, At: []int{0, 1, 2, 3, 4, 5, 6}}},
		"steps: 6, points: 2, spacing: log":             {{Steps: 6, At: []int{0, 6}}, {Steps: 6, At: []int{0, 6}}},
		"epochs: 4, batch: 20, points: 3":               {{Steps: 20, Batch: 20, Every: 10}, {Steps: 8, Batch: 20, Every: 4}},
		"epochs: 4, batch: 20, points: 4, spacing: log": {{Steps: 20, Batch: 20, At: []int{0, 1, 4, 20}}, {Steps: 8, Batch: 20, At: []int{0, 1, 3, 8}}},
	} {
		s, err := Parse("t.yaml", fmt.Appendf(nil, trained, text), sized())
		if err != nil {
			t.Error(err)
			continue
		}
		p, err := s.Plan(Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range p.Cells {
			c.Train.Optim = nil
			if d := cmp.Diff(want[i], c.Train); d != "" {
				t.Errorf("%s, %s: %s", text, c.Dataset, d)
			}
			var at []int
			for step := range c.Train.Steps + 1 {
				if c.Train.Evaluates(step) {
					at = append(at, step)
				}
			}
			if len(at) != c.Train.Evaluations() || at[len(at)-1] != c.Train.Steps || len(c.Train.At) > 0 && !slices.Equal(at, c.Train.At) {
				t.Errorf("%s: evaluates at %v; says %d times", text, at, c.Train.Evaluations())
			}
		}
	}
}

// Epochs and the steps that they come to are one cell.
func TestEpochsAreSteps(t *testing.T) {
	ids := func(text string) (out []string) {
		s, err := Parse("t.yaml", fmt.Appendf(nil, trained, text), sized())
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Plan(Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Cells {
			out = append(out, c.ID)
		}
		return out
	}
	if a, b := ids("epochs: 3, batch: 20"), ids("steps: 15, batch: 20"); a[0] != b[0] || a[1] == b[1] {
		t.Errorf("got %v and %v", a, b)
	}
}

func TestBadTraining(t *testing.T) {
	for text, want := range map[string]string{
		"steps: 3, epochs: 3":                              `t.yaml:4:53: train: steps and epochs; write one of them`,
		"steps: 3, every: 1, points: 3":                    `t.yaml:4:63: train: every and points; write one of them`,
		"steps: 3, spacing: log":                           `t.yaml:4:54: train: spacing of no points; add points: NUMBER`,
		"steps: 3, points: 2, spacing: cube":               `t.yaml:4:65: unknown spacing "cube"; have even, log`,
		"steps: 3, points: 5":                              `t.yaml:4:53: points: got 5; there are 3 steps, so want at most 4`,
		"points: 2":                                        `t.yaml:4:43: points: got 2; there are 0 steps, so want at most 1`,
		"steps: 3, points: 1":                              `points: got 1; want at least 2`,
		"steps: 1000000000000000, points: 999999999999999": `points: got 999999999999999; want at most 100000`,
		"epochs: -1":                                       `epochs: got -1; want at least 0`,
		"epochs: 1, batch: 60":                             `t.yaml:4:53: batch: got 60; dataset bits{n=59} has 59 rows; want at most that many, or 0 for all`,
		"epochs: 9007199254740992, batch: 1":               `epochs: got 9007199254740992, of 100 steps each; want at most 90071992547409`,
	} {
		_, err := Parse("t.yaml", fmt.Appendf(nil, trained, text), sized())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", text, err, want)
		}
	}
	unknown := strings.Replace(fmt.Sprintf(trained, "epochs: 1"), "{bits: {n: 59}}", "lineargaussian", 1)
	_, err := Parse("t.yaml", []byte(unknown), sized())
	if want := "epochs: got 1; dataset lineargaussian{dim=2,n=8,perturb=0.05} does not say how many rows it has; write steps"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v; want %s", err, want)
	}
	still := strings.Replace(fmt.Sprintf(trained, "epochs: 1"), "optim: {adam: {rate: 1}}, ", "", 1)
	_, err = Parse("t.yaml", []byte(still), sized())
	if want := "train: 1 epochs without an optimiser, so nothing moves; add optim"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v; want %s", err, want)
	}
}

// A list of an optimiser's values makes a cell of each, as an estimator's does, and
// its settings are labels: plain of one optimiser, pinned by the prefix of several.
func TestSweepsOptimisers(t *testing.T) {
	text := `suite: f
grid: {estimator: {iwae: {k: 8}}, model: lineargaussian, dataset: {bits: {n: 4}}, seed: 3}
log: {metrics: [elbo]}
train: {steps: 10, batch: 2, optim: %s}
`
	for optim, want := range map[string][]string{
		"{sgd: {rate: [0.1, 0.01]}}":                               {"0.1 - -", "0.01 - -"},
		"{sgd: {rate: [0.1, 0.01], stages: [[1, 0.5], [1, 0.1]]}}": {"0.1 - -", "0.1 - -", "0.01 - -", "0.01 - -"},
		"{gen/: {adam: {rate: [0.1, 1]}}, inf/: {sgd: {rate: [2, 3]}}}": {
			"- 0.1 2", "- 0.1 3", "- 1 2", "- 1 3",
		},
	} {
		s, err := Parse("s.yaml", fmt.Appendf(nil, text, optim), fake())
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Plan(Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		ids := map[string]bool{}
		for _, c := range p.Cells {
			ids[c.ID] = true
			var rates []string
			for _, label := range []string{"rate", "gen/.rate", "inf/.rate"} {
				v, ok := c.Label(label)
				if !ok {
					v = "-"
				}
				rates = append(rates, v)
			}
			got = append(got, strings.Join(rates, " "))
		}
		if d := cmp.Diff(want, got); d != "" || len(ids) != len(want) {
			t.Errorf("%s: %d IDs\n%s", optim, len(ids), d)
		}
	}
}

// An estimator that leads is one estimator with all its settings, and part of what a
// cell is; without one a cell is what it was before there were any.
func TestFollow(t *testing.T) {
	ids := map[string]string{}
	for _, follow := range []string{"", "follow: iwae", "follow: {iwae: {k: 1}}", "follow: {iwae: {k: 2}}"} {
		s, err := Parse("t.yaml", fmt.Appendf(nil, trained, strings.TrimSuffix("steps: 7, "+follow, ", ")), sized())
		if err != nil {
			t.Fatalf("%s: %v", follow, err)
		}
		p, err := s.Plan(Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := p.Cells[0]
		if (c.Train.Follow == nil) != (follow == "") {
			t.Errorf("%q: follows %v", follow, c.Train.Follow)
		}
		ids[follow] = c.ID
	}
	if ids["follow: iwae"] != ids["follow: {iwae: {k: 1}}"] || ids[""] == ids["follow: iwae"] || ids["follow: iwae"] == ids["follow: {iwae: {k: 2}}"] {
		t.Errorf("cells are known by %v", ids)
	}
	for follow, want := range map[string]string{
		"follow: {iwae: {k: [1, 2]}}": "follow: got 2 estimators; want one",
		"follow: nobody":              `unknown estimator "nobody"`,
	} {
		_, err := Parse("t.yaml", fmt.Appendf(nil, trained, "steps: 7, "+follow), sized())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %q", follow, err, want)
		}
	}
}
