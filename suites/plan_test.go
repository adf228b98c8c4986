package suites

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func labels(cells []Cell, names ...string) []string {
	var out []string
	for _, c := range cells {
		var row []string
		for _, n := range names {
			v, _ := c.Label(n)
			row = append(row, v)
		}
		out = append(out, strings.Join(row, " "))
	}
	return out
}

func TestExpansion(t *testing.T) {
	p := plan(t, `
suite: e
precision: float64
grid:
  - name: a
    estimator: [{ciwae: {beta: [0.5, 1], k: [8, 64]}}, elbo, dreg@4]
    model: [lineargaussian, {vae: {hidden: [[8, 8], [16]]}}]
    dataset: {lineargaussian: {n: [4, 8]}}
    seed: [0..2, 7]
  - name: b
    preset: [quick, paper]
    precision: float32
    unfit: record
    estimator: stl
    model: {vae: {hidden: [8, 8]}}
    dataset: {bits: {n: 1e2}}
    seed: 5
    log: {metrics: {iwae: {k: [1, 64]}}}
    train: {steps: 10, batch: 20, every: 5, optim: {inf/: {sgd: {rate: 1, stages: [1, 0.5]}}, "": {adam: {rate: 1e-3}}}}
log: {metrics: [snr, elbo]}
`, Options{})
	if got, want := len(p.Cells), (4+1+1)*3*2*4+1; got != want {
		t.Fatalf("cells: got %d; want %d", got, want)
	}
	if d := cmp.Diff([]string{"0.5 8 0", "0.5 8 1", "0.5 8 2", "0.5 8 7"}, labels(p.Cells[:4], "beta", "k", "seed")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff("0.5 64 8 lineargaussian float64", labels(p.Cells[(1*3*2+1)*4:], "beta", "k", "dataset.n", "model", "precision")[0]); d != "" {
		t.Error(d)
	}
	last := p.Cells[len(p.Cells)-1]
	want := Cell{
		ID: last.ID, Grid: "b", Seed: 5, Precision: "float32", Unfit: "record", Line: 14, Column: 16,
		Estimator: Choice{"stl", map[string]any{"k": 1}, 1},
		Model:     Choice{"vae", map[string]any{"hidden": []int{8, 8}, "tied": false, "activation": "tanh"}, 3},
		Dataset:   Choice{"bits", map[string]any{"n": 100}, 1},
		Metrics:   []Choice{{"iwae", map[string]any{"k": 1}, 1}, {"iwae", map[string]any{"k": 64}, 1}},
		Train: Train{Steps: 10, Batch: 20, Every: 5, Optim: []Group{
			{"", Choice{"adam", map[string]any{"rate": 1e-3, "decay": 0.0}, 1}},
			{"inf/", Choice{"sgd", map[string]any{"rate": 1.0, "stages": []float64{1, 0.5}}, 1}},
		}},
	}
	if d := cmp.Diff(want, last); d != "" {
		t.Error(d)
	}
	if got, want := last.String(), "stl{k=1} x vae{activation=tanh,hidden=[8,8],tied=false} x bits{n=100} seed 5"; got != want {
		t.Errorf("string: got %s; want %s", got, want)
	}
	if got := last.Short(); got != last.ID[:12] {
		t.Errorf("short: got %s", got)
	}
	if got := len(plan(t, small, Options{}).Cells); got != 1 {
		t.Errorf("single items: got %d cells; want 1", got)
	}
}

// The ID is a promise: stores of years ago name cells by it. This file changes
// only together with a deliberate change of the canonical form.
func TestGoldenID(t *testing.T) {
	s := must(t, `
suite: id
grid:
  estimator: [{iwae: {k: 64}}, {ciwae: {beta: 0.05, k: 1e1}}]
  model: {vae: {hidden: [8, 8]}}
  dataset: {bits: {n: 3}}
  seed: 0..1
  log: {metrics: [elbo, {snr: {r: 4000, signal: dreg}}]}
  train: {steps: 10, batch: 20, every: 100, optim: {"": {adam: {rate: 0.001}}}}
`)
	var b strings.Builder
	for _, c := range s.grids[0].combos {
		fmt.Fprintf(&b, "%s?%s\n", c.head, c.tail)
		if !json.Valid([]byte(c.head + "0" + c.tail)) {
			t.Error("canonical form is not JSON")
		}
		for cell := range c.cells {
			fmt.Fprintf(&b, "%s %s\n", cell.ID, cell)
		}
	}
	golden(t, "testdata/id.golden", b.String())
}

const full = `suite: f
about: words
precision: float64
unfit: refuse
presets: {quick: , other: }
grid:
  name: main
  preset: [quick, other]
  estimator: {ciwae: {k: 8, beta: 0.5}}
  model: {vae: {hidden: [8, 8], tied: false, activation: tanh}}
  dataset: {bits: {n: 4}}
  seed: 3
log: {metrics: [elbo, {snr: {r: 100, signal: dreg}}]}
train: {steps: 10, batch: 5, every: 2, optim: {gen/: {sgd: {rate: 0.5}}}}
`

func TestIDChangesWithWhatDecides(t *testing.T) {
	id := func(text string, cat Catalog) string {
		s, err := Parse("s.yaml", []byte(text), cat)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		p, err := s.Plan(Options{})
		if err != nil || len(p.Cells) != 1 {
			t.Fatalf("%v, %d cells", err, len(p.Cells))
		}
		return p.Cells[0].ID
	}
	base := id(full, fake())
	swap := func(pairs ...string) string {
		out := strings.NewReplacer(pairs...).Replace(full)
		if out == full {
			t.Fatalf("%q changes nothing", pairs)
		}
		return out
	}
	seen := map[string]string{base: "the base"}
	for _, pairs := range [][]string{
		{"ciwae: {k: 8, beta: 0.5}", "iwae: {k: 8}"}, {"k: 8", "k: 9"}, {"beta: 0.5", "beta: 0.25"},
		{"vae: {hidden: [8, 8], tied: false, activation: tanh}", "lineargaussian: {}"}, {"[8, 8]", "[8, 9]"}, {"[8, 8]", "[8]"},
		{"tied: false", "tied: true"}, {"tanh", "relu"}, {"bits: {n: 4}", "lineargaussian: {n: 4}"}, {"n: 4", "n: 5"},
		{"seed: 3", "seed: 4"}, {"precision: float64", "precision: float32"},
		{"elbo,", "logpx,"}, {"r: 100", "r: 101"}, {"signal: dreg", "signal: stl"}, {"[elbo,", "[elbo, logpx,"},
		{"steps: 10", "steps: 11"}, {"batch: 5", "batch: 6"}, {"every: 2", "every: 3"}, {"every: 2", "points: 5"}, {"every: 2", "points: 6, spacing: log"}, {"gen/", "inf/"}, {"sgd", "adam"}, {"rate: 0.5", "rate: 0.6"},
	} {
		got := id(swap(pairs...), fake())
		if other, same := seen[got]; same {
			t.Errorf("%q has the ID of %s", pairs, other)
		}
		seen[got] = pairs[1]
	}
	for name, change := range map[string]func(*Catalog){
		"estimator version": func(c *Catalog) { c.Estimators[4].Version++ },
		"signal version":    func(c *Catalog) { c.Estimators[2].Version++ },
		"model version":     func(c *Catalog) { c.Models[1].Version++ },
		"dataset version":   func(c *Catalog) { c.Datasets[1].Version++ },
		"metric version":    func(c *Catalog) { c.Metrics[3].Version++ },
		"optimiser version": func(c *Catalog) { c.Optimisers[1].Version++ },
		"digest":            func(c *Catalog) { c.Digest = func(Choice) string { return "d2" } },
		"a default in use":  func(c *Catalog) { c.Optimisers[1].Params[1].Default = []float64{2} },
	} {
		cat := fake()
		change(&cat)
		got := id(full, cat)
		if other, same := seen[got]; same {
			t.Errorf("%s: the ID of %s", name, other)
		}
		seen[got] = name
	}
	for _, pairs := range [][]string{
		{"suite: f", "suite: g"}, {"about: words", "about: others"}, {"unfit: refuse", "unfit: record"}, {"name: main", "name: other"},
		{"preset: [quick, other]", "preset: quick"}, {"k: 8,", "k: 8.0,"}, {"k: 8,", "k: 0.8e1,"}, {"beta: 0.5", "beta: 5.0e-1"},
		{"k: 8, beta: 0.5", "beta: 0.5, k: 8"}, {"[elbo, {snr: {r: 100, signal: dreg}}]", "[{snr: {signal: dreg, r: 100}}, elbo]"},
		{"suite: f", "# a comment\nsuite: f"}, {"grid:", "claims: []\ngrid:"}, {"tied: false, ", ""}, {"every: 2", "points: 6"}, {"every: 2", "points: 6, spacing: even"},
	} {
		text := swap(pairs...)
		if strings.Contains(text, "preset: quick") {
			text = strings.Replace(text, ", other: ", "", 1)
		}
		if id(text, fake()) != base {
			t.Errorf("%q changes the ID", pairs)
		}
	}
	late := fake() // a setting that came later is in no ID at its default, and in one at any other
	late.Estimators[4].Params = append(slices.Clone(late.Estimators[4].Params), Param{Name: "anew", Kind: Float, Default: 0.0, Late: true})
	if id(full, late) != base || id(swap("beta: 0.5", "beta: 0.5, anew: 0.0"), late) != base {
		t.Error("a late setting at its default changes the ID")
	}
	if id(swap("beta: 0.5", "beta: 0.5, anew: 0.1"), late) == base {
		t.Error("a late setting does not change the ID")
	}
	cat := fake()
	cat.Emits, cat.Estimators[4].Doc = nil, "new words"
	slices.Reverse(cat.Estimators)
	if id(full, cat) != base {
		t.Error("documentation or order of the catalog changes the ID")
	}
}

// Order of list items and of keys decides neither which cells there are nor
// their IDs.
func TestIDsIgnoreOrder(t *testing.T) {
	lists := [][]string{
		{"elbo", "iwae@8", "{iwae: {k: [1, 2, 64]}}", "{ciwae: {beta: [0, 0.5], k: 3}}"},
		{"lineargaussian", "vae", "{vae: {hidden: [[1], [2, 3]]}}"},
		{"lineargaussian", "{bits: {n: [1, 2]}}"},
		{"0", "3..5", "9"},
		{"elbo", "logpx", "iwae@64", "{snr: {r: 10, signal: dreg}}"},
	}
	ids := func(l [][]string) []string {
		text := fmt.Sprintf("suite: o\ngrid:\n  estimator: [%s]\n  model: [%s]\n  dataset: [%s]\n  seed: [%s]\nlog: {metrics: [%s]}\n",
			strings.Join(l[0], ", "), strings.Join(l[1], ", "), strings.Join(l[2], ", "), strings.Join(l[3], ", "), strings.Join(l[4], ", "))
		var out []string
		for _, c := range plan(t, text, Options{}).Cells {
			out = append(out, c.ID)
		}
		slices.Sort(out)
		return out
	}
	want := ids(lists)
	rapid.Check(t, func(r *rapid.T) {
		shuffled := make([][]string, len(lists))
		for i, l := range lists {
			shuffled[i] = rapid.Permutation(l).Draw(r, "list")
		}
		if !slices.Equal(ids(shuffled), want) {
			r.Fatal("IDs change with order")
		}
	})
}

func TestPlanSurvivesJSON(t *testing.T) {
	p := plan(t, full, Options{})
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var q Plan
	if err := json.Unmarshal(b, &q); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"k", "beta", "hidden", "tied", "dataset.n", "seed", "grid"} {
		if d := cmp.Diff(labels(p.Cells, name), labels(q.Cells, name)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if p.Cells[0].String() != q.Cells[0].String() {
		t.Errorf("got %s; want %s", q.Cells[0], p.Cells[0])
	}
}

func TestAliasesAndMerge(t *testing.T) {
	p := plan(t, `
suite: a
grid:
  - &one
    name: one
    estimator: &list [iwae, elbo]
    model: lineargaussian
    dataset: &data {lineargaussian: &params {n: 4, dim: 3}}
    seed: 0..1
  - {<<: *one, name: two, dataset: {lineargaussian: {<<: *params, n: 5}}}
  - {name: three, estimator: [stl], model: vae, dataset: *data, seed: 0}
log: {metrics: [elbo]}
`, Options{})
	want := []string{
		"one iwae 4 3", "one iwae 4 3", "one elbo 4 3", "one elbo 4 3",
		"two iwae 5 3", "two iwae 5 3", "two elbo 5 3", "two elbo 5 3", "three stl 4 3",
	}
	if d := cmp.Diff(want, labels(p.Cells, "grid", "estimator", "n", "dim")); d != "" {
		t.Error(d)
	}
}

func TestLabelAndMatches(t *testing.T) {
	c := plan(t, full, Options{}).Cells[0]
	for name, want := range map[string]string{
		"grid": "main", "estimator": "ciwae", "model": "vae", "dataset": "bits", "seed": "3", "precision": "float64",
		"k": "8", "beta": "0.5", "n": "4", "dataset.n": "4", "hidden": "[8,8]", "tied": "false", "estimator.k": "8",
		"rate": "0.5", "gen/.rate": "0.5",
	} {
		if got, ok := c.Label(name); !ok || got != want {
			t.Errorf("%s: got %q, %t; want %q", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "optim.rate", "model.n", "dataset.", "x.y.z"} {
		if got, ok := c.Label(name); ok {
			t.Errorf("%q: got %q; want none", name, got)
		}
	}
	if !c.Matches(nil) || !c.Matches(Select{"k": {"1", "8"}, "seed": {"3"}}) || c.Matches(Select{"k": {"8"}, "seed": {"4"}}) || c.Matches(Select{"x": {""}}) {
		t.Error("matches is wrong")
	}
	if got := (Choice{Name: "a", Params: map[string]any{"s": "x,y", "f": 1e-3, "g": 1e21}}).String(); got != `a{f=0.001,g=1e+21,s="x,y"}` {
		t.Error(got)
	}
	if (Cell{ID: "abc"}).Short() != "abc" {
		t.Error("short of a short ID")
	}
}

func TestLoad(t *testing.T) {
	for _, name := range []string{"iwae_snr", "suites/iwae_snr.yaml"} {
		file, text, err := Load(name)
		if err != nil || file != "suites/iwae_snr.yaml" || len(text) == 0 {
			t.Errorf("%s: got %s, %d bytes, %v", name, file, len(text), err)
		}
	}
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte(small), 0o644); err != nil {
		t.Fatal(err)
	}
	if name, text, err := Load(file); err != nil || name != file || string(text) != small {
		t.Errorf("got %s, %q, %v", name, text, err)
	}
	for name, want := range map[string]string{
		"iwea_snr":         `suite: neither a file nor built in, got "iwea_snr" (did you mean "iwae_snr"?); have `,
		"/no/iwae_snr":     "neither a file nor built in",
		filepath.Dir(file): "is a directory",
	} {
		if _, _, err := Load(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %s", name, err, want)
		}
	}
	if !slices.Contains(Names(), "iwae_snr") {
		t.Errorf("names: %v", Names())
	}
}
