package suites

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const two = `suite: two
presets: {quick: , paper: }
grid:
  - name: reference
    preset: [quick, paper]
    estimator: [{iwae: {k: [32, 64]}}, dreg@64, stl]
    model: [lineargaussian]
    dataset: [{lineargaussian: {n: 8}}]
    seed: 0..7
  - name: far
    preset: paper
    estimator: dreg
    model: lineargaussian
    dataset: lineargaussian
    seed: 8
log: {metrics: [elbo, iwae@64, snr@50]}
train: {steps: 1, optim: adam@}
claims:
  - {id: T1, paper: 1802.10000, says: falls, metric: snr/inf, slope: {against: k, over: {estimator: iwae}, expect: -0.5, within: 0.05}}
  - id: 7
    paper: 2002.00010
    says: two parts
    report: true
    metric: elbo
    all:
      - better: {over: {grid: reference}, a: {estimator: dreg}, than: {estimator: iwae, k: 64.0}, want: higher, margin: -1}
      - {metric: iwae@64, level: {over: {estimator: stl, seed: [0, 1]}, expect: 0, within: 2, each: n}}
`

var file = strings.Replace(two, "adam@", "{adam: {rate: 0.1}}", 1)

func TestClaims(t *testing.T) {
	f := func(x float64) *float64 { return &x }
	want := []Claim{
		{ID: "T1", Paper: "1802.10000", Says: "falls", Seeds: 8, Cells: 16, Line: 19, Parts: []Part{{Seeds: 8,
			Kind: "slope", Metric: "snr/inf", Over: Select{"estimator": {"iwae"}}, Against: "k", Scale: "log", Expect: f(-0.5), Within: f(0.05)}}},
		{ID: "7", Paper: "2002.00010", Says: "two parts", Report: true, Seeds: 2, Cells: 18, Line: 20, Parts: []Part{
			{Seeds: 8, Kind: "better", Metric: "elbo", Over: Select{"grid": {"reference"}}, A: Select{"estimator": {"dreg"}},
				B: Select{"estimator": {"iwae"}, "k": {"64"}}, Scale: "linear", Want: "higher", Margin: -1},
			{Seeds: 2, Kind: "level", Metric: "iwae@64", Over: Select{"estimator": {"stl"}, "seed": {"0", "1"}}, Scale: "linear", Expect: f(0), Within: f(2), Each: "n"}}},
	}
	for _, o := range []Options{{}, {Seeds: "0..2"}, {Only: []string{"estimator=stl"}}} {
		if d := cmp.Diff(want, plan(t, file, o).Claims); d != "" {
			t.Errorf("%v: %s", o, d)
		}
	}
	if got := plan(t, file, Options{Preset: "paper"}); len(got.Claims) != 0 || len(got.Cells) != 33 {
		t.Errorf("paper: got %d claims, %d cells; want 0, 33", len(got.Claims), len(got.Cells))
	}
}

// Every kind of test in its simplest right form.
func TestKinds(t *testing.T) {
	for _, kind := range []string{
		"slope: {over: {estimator: iwae}, against: k, expect: 0, within: 1, scale: linear, each: n}",
		"equivalent: {a: {estimator: stl}, b: {estimator: dreg}, within: 1}",
		"better: {a: {estimator: stl}, than: {estimator: dreg}, want: lower}",
		"order: {over: {grid: reference, k: [1, 64], estimator: [stl, dreg]}, by: estimator, values: [stl, dreg], want: decreasing}",
		"order: {over: {estimator: iwae}, by: k, values: [32, 64], want: increasing, margin: 0.1}",
		"trend: {over: {estimator: iwae}, against: k, want: increasing}",
		"interaction: {a: {estimator: stl}, b: {estimator: dreg}, c: {estimator: iwae, k: 32}, d: {estimator: iwae, k: 64}, margin: 1}",
		"level: {over: {estimator: stl}, below: 1}",
		"level: {over: {estimator: iwae}, each: k, above: 1}",
		"count: {over: {estimator: stl}, above: 1, below: 2, least: 8}",
		"count: {a: {estimator: stl}, than: {estimator: dreg}, want: higher, least: 1}",
		`fit: {over: {estimator: stl}, to: "chi2(3)"}`,
		"exact: {over: {estimator: stl}, expect: 1}",
	} {
		text := file + "  - {id: K, paper: p, says: s, metric: elbo, " + kind + "}\n"
		c := plan(t, text, Options{}).Claims[2]
		name, _, _ := strings.Cut(kind, ":")
		if len(c.Parts) != 1 || c.Parts[0].Kind != name || c.Seeds != 8 {
			t.Errorf("%s: got %+v", kind, c)
		}
	}
}

func TestSeedsOption(t *testing.T) {
	p := plan(t, file, Options{Seeds: "1000..1001,5"})
	if d := cmp.Diff([]string{"1000", "1001", "5"}, labels(p.Cells[:3], "seed")); d != "" || len(p.Cells) != 12 {
		t.Errorf("%d cells, %s", len(p.Cells), d)
	}
	same := plan(t, file, Options{Seeds: "0..7"})
	if same.Cells[9].ID != plan(t, file, Options{}).Cells[9].ID {
		t.Error("the same seeds give other cells")
	}
	for seeds, want := range map[string]string{
		"2000": "reserved", "x": `got "x"`, "3..1": "empty range", "1,1": "1 twice", "-1": `got "-1"`, "0..": `got "0.."`, "0..99999999999999999999": "got",
	} {
		if _, err := must(t, file).Plan(Options{Seeds: seeds}); err == nil || !strings.HasPrefix(err.Error(), "seeds: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %s", seeds, err, want)
		}
	}
}

func TestOnly(t *testing.T) {
	for only, want := range map[string]int{
		"estimator=iwae": 16, "estimator=iwae estimator=stl": 24, "estimator!=iwae": 16, "estimator=iwae k=64": 8, "k=6.4e1": 16,
		"k!=64 k!=1": 8, "seed=3": 4, "grid=reference": 32, "dataset.n=8 estimator!=stl seed=0": 3,
	} {
		p, err := must(t, file).Plan(Options{Only: strings.Fields(only)})
		if err != nil || len(p.Cells) != want || len(p.Claims) != 2 {
			t.Errorf("%s: got %v; want %d cells", only, err, want)
		}
	}
	for only, want := range map[string]string{
		"estimator=iwea":       `only: no cell has estimator iwea (did you mean "iwae"?); have iwae, dreg, stl`,
		"estimater=iwae":       `only: unknown label "estimater" (did you mean "estimator"?); have grid, `,
		"k":                    `only: got "k"; want label=value or label!=value`,
		"estimator=stl k=32":   "only: no cell is left by estimator=stl k=32",
		"estimator!=estimator": "only: no cell has estimator estimator",
	} {
		if _, err := must(t, file).Plan(Options{Only: strings.Fields(only)}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v; want %s", only, err, want)
		}
	}
	if _, err := must(t, file).Plan(Options{Preset: "papr"}); err == nil || err.Error() != `preset: unknown, got "papr" (did you mean "paper"?); have paper, quick` {
		t.Error(err)
	}
}

func TestSet(t *testing.T) {
	first := func(set ...string) Cell {
		t.Helper()
		return plan(t, file, Options{Set: set}).Cells[0]
	}
	metrics := func(c Cell) string {
		var out []string
		for _, m := range c.Metrics {
			out = append(out, m.String())
		}
		return strings.Join(out, " ")
	}
	for set, want := range map[string]string{
		"log.metrics.snr.r=100":             "elbo iwae{k=64} snr{r=100,signal=elbo}",
		"log.metrics.snr@50.signal=stl":     "elbo iwae{k=64} snr{r=50,signal=stl}",
		"log.metrics.iwae@64.k=64.0":        "elbo iwae{k=64} snr{r=50,signal=elbo}",
		"log.metrics=[elbo,snr@9, iwae@64]": "elbo iwae{k=64} snr{r=9,signal=elbo}",
		"log.metrics.2={snr: {r: 3}}":       "elbo iwae{k=64} snr{r=3,signal=elbo}",
	} {
		if got := metrics(first(set)); got != want {
			t.Errorf("%s: got %s; want %s", set, got, want)
		}
	}
	c := first("grid.reference.dataset.lineargaussian.n=4", "grid.reference.dataset.lineargaussian.dim=3", "train.steps=10",
		"train.optim.adam.rate=1", "precision=float64", "grid.0.estimator.iwae.k.0=16", "grid.reference.seed=0..15")
	if got, want := c.String(), "iwae{k=16} x lineargaussian x lineargaussian{dim=3,n=4,perturb=0.05} seed 0"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	if c.Precision != "float64" || c.Train.Steps != 10 || c.Train.Optim[0].Optim.Params["rate"] != 1.0 {
		t.Errorf("got %+v", c)
	}
	bare := plan(t, small, Options{Set: []string{"grid.dataset.lineargaussian.n=3", "grid.estimator.iwae.k=[1, 2]", "log.metrics.elbo=iwae"}})
	if len(bare.Cells) != 2 || bare.Cells[1].String() != "iwae{k=2} x lineargaussian x lineargaussian{dim=2,n=3,perturb=0.05} seed 0" || bare.Text != small {
		t.Errorf("bare names: got %v", bare.Cells)
	}
	claims := plan(t, file, Options{Set: []string{"claims.T1.slope.within=0.1"}}).Claims
	if *claims[0].Parts[0].Within != 0.1 {
		t.Error("a claim's margin stays")
	}
	for set, want := range map[string]string{
		"train.stpes=10":               `:17:8: unknown key "stpes" (did you mean "steps"?); have batch, epochs, every, follow, optim, points, spacing, steps (set by train.stpes=10)`,
		"trian.steps=10":               `set: trian.steps=10: no "trian" in the suite (did you mean "train"?); have claims, grid, log, presets, suite, train`,
		"grid.refrence.seed=1":         `set: grid.refrence.seed=1: no "refrence" in grid (did you mean "reference"?); have reference, far`,
		"log.metrics.snr.r=1":          `r: got 1; want at least 2 (set by log.metrics.snr.r=1)`,
		"log.metrics.7=elbo":           `no "7" in log.metrics`,
		"train.steps":                  `set: got "train.steps"; want path=value`,
		"train.steps=[":                `set: train.steps=[: not YAML`,
		"train.steps.x=1":              `no "x" in train.steps`,
		"grid.far.estimator.iwae.k=1":  `no "iwae" in grid.far.estimator; have dreg`,
		"grid.reference.estimator.k=1": `no "k" in grid.reference.estimator; have iwae, dreg@64, stl`,
		"log.metrics.elbo.k=2":         `unknown key "k" (set by log.metrics.elbo.k=2)`,
		"grid.reference.seed=0..3":     "",
		"train.steps=":                 `steps: got nothing; want a whole number`,
	} {
		_, err := must(t, file).Plan(Options{Set: []string{set}})
		if want == "" && err == nil {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %s", set, err, want)
		}
	}
}

// A test's level, and where it may not stand.
func TestLevel(t *testing.T) {
	for kind, want := range map[string]string{
		"better: {a: {estimator: stl}, than: {estimator: dreg}, want: lower, level: 0.01}":         "",
		"slope: {over: {estimator: iwae}, against: k, expect: 0, within: 1, level: 0.001}":         "",
		"count: {a: {estimator: stl}, than: {estimator: dreg}, want: higher, least: 1, level: .5}": "",
		"count: {over: {estimator: stl}, above: 1, least: 8, level: 0.01}":                         "count: level: got 0.01; above and below count seeds without a test",
		"exact: {over: {estimator: stl}, expect: 1, level: 0.01}":                                  `unknown key "level"`,
		"level: {over: {estimator: stl}, below: 1, level: 0}":                                      "level: got 0; want",
		"level: {over: {estimator: stl}, below: 1, level: 0.9}":                                    "level: got 0.9; want at most 0.5",
		"level: {over: {estimator: stl}, below: 1, level: 1 %}":                                    "level: got",
	} {
		text := file + "  - {id: K, paper: p, says: s, metric: elbo, " + kind + "}\n"
		s, err := Parse("s.yaml", []byte(text), fake())
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v; want %s", kind, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		p, err := s.Plan(Options{})
		if err != nil {
			t.Fatal(err)
		}
		if l := p.Claims[2].Parts[0].Level; !(l > 0) || !strings.Contains(kind, strings.TrimPrefix(fmt.Sprint(l), "0")) {
			t.Errorf("%s: level %g", kind, l)
		}
	}
}
