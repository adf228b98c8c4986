package diff

import (
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// cell is one of a small grid; edit changes it, and its ID is of all that it holds.
func cell(grid, estimator string, k, seed int, edit func(*suites.Cell)) suites.Cell {
	c := suites.Cell{
		Grid: grid, Seed: seed, Precision: "float64",
		Estimator: suites.Choice{Name: estimator, Version: 1, Params: map[string]any{"k": k}},
		Model:     suites.Choice{Name: "toy", Version: 1},
		Dataset:   suites.Choice{Name: "bits", Version: 1, Params: map[string]any{"n": 8}},
		Train:     suites.Train{Steps: 10},
		Metrics:   []suites.Choice{{Name: "elbo", Version: 1}},
	}
	if edit != nil {
		edit(&c)
	}
	c.ID = fmt.Sprintf("%x", fmt.Sprint(c.Settings()))
	return c
}

func plan(cells ...suites.Cell) Side {
	return Side{Plans: []*suites.Plan{{Suite: "s", Preset: "quick", Cells: cells}}}
}

// grid is k x two seeds.
func grid(edit func(*suites.Cell), ks ...int) (out []suites.Cell) {
	for _, k := range ks {
		for seed := range 2 {
			out = append(out, cell("g", "iwae", k, seed, edit))
		}
	}
	return out
}

func compare(t *testing.T, a, b Side) *Diff {
	t.Helper()
	d, err := New(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *Diff) counts() string {
	n := 0
	for _, c := range d.Changed {
		n += c.Cells
	}
	count := func(groups []Group) (n int) {
		for _, g := range groups {
			n += len(g.Cells)
		}
		return n
	}
	return fmt.Sprint(d.Same, n, count(d.Added), count(d.Removed))
}

// A setting that tells cells apart makes another cell; one that does not has changed.
func TestPairing(t *testing.T) {
	steps := func(n int) func(*suites.Cell) { return func(c *suites.Cell) { c.Train.Steps = n } }
	base := plan(grid(nil, 1, 4)...)
	for _, c := range []struct {
		name, counts string // same, changed, added, removed
		b            Side
		why          []Field // of the first change
	}{
		{"itself", "4 0 0 0", base, nil},
		{"another order and grid", "4 0 0 0", plan(cell("h", "iwae", 4, 1, nil), cell("h", "iwae", 4, 0, nil), cell("h", "iwae", 1, 0, nil), cell("h", "iwae", 1, 1, nil)), nil},
		{"a value of an axis", "2 0 2 2", plan(grid(nil, 1, 8)...), nil},
		{"more seeds", "4 0 1 0", plan(append(grid(nil, 1, 4), cell("g", "iwae", 1, 2, nil))...), nil},
		{"training", "0 4 0 0", plan(grid(steps(20), 1, 4)...), []Field{{"train.steps", "10", "20"}}},
		{"training, and a value", "0 2 2 2", plan(grid(steps(20), 4, 9)...), []Field{{"train.steps", "10", "20"}}},
		{"half of it", "2 0 2 2", plan(append(grid(nil, 1), grid(steps(20), 4)...)...), nil}, // steps tell them apart now
		{"another estimator", "0 0 1 4", plan(cell("g", "dreg", 1, 0, nil)), nil},
		{"a version", "0 4 0 0", plan(grid(func(c *suites.Cell) { c.Estimator.Version = 3 }, 1, 4)...), []Field{{"numeric version of estimator iwae", "1", "3"}}},
		{"a metric", "0 4 0 0", plan(grid(func(c *suites.Cell) { c.Metrics = append(c.Metrics, suites.Choice{Name: "snr", Version: 1}) }, 1, 4)...), []Field{{"metric snr", "", "logged"}}},
		{"the version of a metric", "0 4 0 0", plan(grid(func(c *suites.Cell) { c.Metrics = []suites.Choice{{Name: "elbo", Version: 2}} }, 1, 4)...), []Field{{"numeric version of metric elbo", "1", "2"}}},
		{"a new name of the grid, and training", "0 4 0 0", plan(grid(func(c *suites.Cell) { c.Grid, c.Train.Steps = "h", 20 }, 1, 4)...), []Field{{"train.steps", "10", "20"}}},
		{"two things", "0 4 0 0", plan(grid(func(c *suites.Cell) { c.Precision, c.Dataset.Params = "float32", map[string]any{"n": 9} }, 1, 4)...),
			[]Field{{"dataset.n", "8", "9"}, {"precision", "float64", "float32"}}},
		{"an optimiser", "0 4 0 0", plan(grid(func(c *suites.Cell) { c.Train.Optim = []suites.Group{{Optim: suites.Choice{Name: "sgd", Version: 1}}} }, 1, 4)...), []Field{{"optim", "", "sgd"}}},
	} {
		d := compare(t, base, c.b)
		if got := d.counts(); got != c.counts {
			t.Errorf("%s: same, changed, added, removed %s; want %s", c.name, got, c.counts)
		}
		var why []Field
		if len(d.Changed) > 0 {
			why = d.Changed[0].Why
		}
		if len(d.Changed) > 1 || !reflect.DeepEqual(why, c.why) {
			t.Errorf("%s: %d changes, the first by %v; want %v", c.name, len(d.Changed), why, c.why)
		}
		if d.Empty() != (c.counts == "4 0 0 0") {
			t.Errorf("%s: empty: %t", c.name, d.Empty())
		}
	}
}

// What an ID holds beside the cell is named where somebody knows it.
func TestHidden(t *testing.T) {
	a, b := plan(grid(nil, 1)...), plan(grid(nil, 1)...)
	for i := range b.Plans[0].Cells {
		b.Plans[0].Cells[i].ID += "00"
	}
	if d := compare(t, a, b); d.counts() != "0 2 0 0" || d.Changed[0].Why[0].Name != "not told by either: the data, or a version under the parts" {
		t.Errorf("%s %v", d.counts(), d.Changed)
	}
	made := func(core int, digest string) func(suites.Cell) []suites.Setting {
		return func(suites.Cell) []suites.Setting {
			return []suites.Setting{{Name: "arithmetic", Version: core}, {Name: "data digest", Value: digest}}
		}
	}
	a.Hidden, b.Hidden = made(0, "ab"), made(2, "cd")
	want := []Field{{"numeric version of arithmetic", "0", "2"}, {"data digest", "ab", "cd"}}
	if d := compare(t, a, b); !reflect.DeepEqual(d.Changed[0].Why, want) {
		t.Errorf("got %v; want %v", d.Changed[0].Why, want)
	}
}

// kept writes results of a plan into a store.
func kept(t *testing.T, side Side, results []store.Result) Side {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	run, err := st.Begin(side.Plans[0], store.Provenance{Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Write(run, results); err != nil {
		t.Fatal(err)
	}
	side.Store = st
	return side
}

func results(cells []suites.Cell) (out []store.Result) {
	for i, c := range cells {
		out = append(out, store.Result{Cell: c.ID, Outcome: store.Done, Step: 10, Steps: 10, Points: []store.Point{
			{Metric: "elbo", Step: 0, Value: -3}, {Metric: "elbo", Step: 10, Value: -2 - float64(i)}, {Metric: "snr", Step: 10, Value: math.NaN()},
		}, Vectors: []store.Vector{{Name: "sum", Step: 10, Data: []float64{1, 2}}}})
	}
	return out
}

// The same cell must have the same bits; how many have not, and by how much, is told
// by metric.
func TestNumbers(t *testing.T) {
	cells := grid(nil, 1, 4)
	a := kept(t, plan(cells...), results(cells))
	if d := compare(t, a, kept(t, plan(cells...), results(cells))); d.Numbers.Both != 4 || !d.Empty() || len(d.Numbers.Metrics) != 0 {
		t.Errorf("the same: %+v", d.Numbers)
	}
	other := results(cells)
	other[0].Points[1].Value += 0.25
	other[1].Points[1].Value -= 0.5
	other[1].Points[0].Reason, other[1].Points[0].Value = "none", math.NaN()
	other[2].Vectors[0].Data[1] = 3
	other[2].Points = append(other[2].Points, store.Point{Metric: "new", Step: 1, Value: 1})
	other[3].Points[2].Value = math.Float64frombits(0x7ff8000000000009)
	d := compare(t, a, kept(t, plan(cells...), other)).Numbers
	if d.Differ != 4 || len(d.Metrics) != 4 {
		t.Fatalf("%+v", d)
	}
	for i, want := range []Metric{
		{Metric: "elbo", Cells: 2, Points: 3, Largest: 0.5, First: Example{Cell: cells[0].ID, Step: 10, A: store.BitsText(-2), B: store.BitsText(-1.75)}},
		{Metric: "new", Cells: 1, Points: 1, First: Example{Cell: cells[2].ID, Step: 1, A: "absent", B: store.BitsText(1)}},
		{Metric: "snr", Cells: 1, Points: 1, First: Example{Cell: cells[3].ID, Step: 10, A: store.BitsText(math.NaN()), B: "NaN (0x7ff8000000000009)"}},
		{Metric: "sum[1]", Cells: 1, Points: 1, First: Example{Cell: cells[2].ID, Step: 10, A: store.BitsText(2), B: store.BitsText(3)}},
	} {
		got := d.Metrics[i]
		got.last, got.First.Name = "", ""
		if got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}

	ends := results(cells)[:3]
	ends[0].Outcome, ends[0].Reason = store.Failed, "panic"
	ends[1].Outcome, ends[1].Step, ends[1].Reason = store.Diverged, 4, "NaN"
	n := compare(t, a, kept(t, plan(cells...), ends)).Numbers
	if n.Both != 3 || n.OnlyA != 1 || n.OnlyB != 0 || len(n.Outcomes) != 2 || n.Differ != 1 {
		t.Errorf("a failure is no result, a divergence is: %+v", n)
	}
}

// Cells that changed have other last values, by metric; the size is of the change.
func TestMovedValues(t *testing.T) {
	before, after := grid(nil, 1, 4), grid(func(c *suites.Cell) { c.Train.Steps = 20 }, 1, 4)
	moved := results(after)
	moved[3].Points[1].Value = -1
	moved[2].Outcome = store.Failed
	d := compare(t, kept(t, plan(before...), results(before)), kept(t, plan(after...), moved))
	want := Metric{Metric: "elbo", Cells: 1, Points: 1, Largest: 4, First: Example{before[3].ID, before[3].String(), 10, "-5", "-1"}}
	if len(d.Moved) != 1 {
		t.Fatalf("%+v", d.Moved)
	}
	if d.Moved[0].last = ""; d.Moved[0] != want {
		t.Errorf("got  %+v\nwant %+v", d.Moved[0], want)
	}
}

func TestEnvironment(t *testing.T) {
	run := func(edit func(*store.Provenance)) store.Provenance {
		p := store.Provenance{Revision: "abc", Go: "go1.26", OS: "linux", Arch: "amd64", CPU: "one", Kernel: "avx2", Workers: 4, Command: "x", Modules: map[string]string{"gonum": "v0.1"}}
		if edit != nil {
			edit(&p)
		}
		return p
	}
	a, b := plan(), plan()
	a.Runs = []store.Provenance{run(nil), run(nil)}
	b.Runs = []store.Provenance{run(func(p *store.Provenance) { p.Workers, p.Command = 1, "y" })}
	if d := compare(t, a, b); len(d.Environment) != 0 {
		t.Errorf("the same: %v", d.Environment)
	}
	b.Runs = append(b.Runs, run(func(p *store.Provenance) {
		p.Dirty, p.Kernel, p.Modules = true, "portable", map[string]string{"gonum": "v0.2", "new": "v1"}
	}))
	want := []Field{{"revision", "abc", "abc, abc with changes"}, {"kernel", "avx2", "avx2, portable"}, {"module gonum", "v0.1", "v0.1, v0.2"}, {"module new", "", "v1"}}
	if d := compare(t, a, b); !reflect.DeepEqual(d.Environment, want) {
		t.Errorf("got  %v\nwant %v", d.Environment, want)
	}
	b.Runs = nil
	if d := compare(t, a, b); len(d.Environment) != 0 {
		t.Errorf("one side knows nothing: %v", d.Environment)
	}
}
