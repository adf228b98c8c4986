package suites

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const whole = `
suite: u
grid:
  - {name: a, estimator: [{ciwae: {beta: [0.5, 1], k: [8, 64]}}, elbo], model: {vae: {hidden: [[8, 8], [16]]}}, dataset: {bits: {n: 16}}, seed: 0..2}
  - {name: b, estimator: stl, model: {vae: {hidden: [8, 8]}}, dataset: {bits: {n: 16}}, seed: 0..2}
log: {metrics: elbo}
claims:
  - {id: C, paper: p, says: s, metric: elbo, level: {over: {grid: b}, above: 0}}
`

// readBack is a plan as a store gives it back, whole numbers as floats.
func readBack(t *testing.T, p *Plan) *Plan {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	out := new(Plan)
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func told(cells []Cell) []string {
	var out []string
	for _, c := range cells {
		out = append(out, c.ID+" "+c.Grid+" "+c.String())
	}
	return out
}

func TestUnion(t *testing.T) {
	full := plan(t, whole, Options{})
	narrow := plan(t, whole, Options{Only: []string{"grid=b"}})
	more := plan(t, whole, Options{Only: []string{"grid=b"}, Seeds: "1..4"})
	patched := plan(t, whole, Options{Only: []string{"grid=b"}, Set: []string{"grid.b.seed=0"}})
	if full.Narrowed || !narrow.Narrowed || !more.Narrowed {
		t.Errorf("narrowed: %v, %v, %v", full.Narrowed, narrow.Narrowed, more.Narrowed)
	}
	if !full.SameSuite(narrow) || full.SameSuite(patched) {
		t.Error("a patched suite is another, a narrowed one is not")
	}
	stored := readBack(t, full)
	same := stored.Union(narrow)
	if d := cmp.Diff(readBack(t, full), readBack(t, same)); d != "" {
		t.Error(d)
	}
	wider := stored.Union(more)
	if d := cmp.Diff(append(told(full.Cells), told(more.Cells[2:])...), told(wider.Cells)); d != "" {
		t.Error(d)
	}
	if len(stored.Cells) != len(full.Cells) || len(wider.Claims) != 1 || wider.Narrowed {
		t.Errorf("%d cells, %d claims, narrowed %v", len(stored.Cells), len(wider.Claims), wider.Narrowed)
	}
	for i, c := range same.Cells {
		for _, label := range full.Cells[i].labels() {
			want, _ := full.Cells[i].Label(label)
			if got, ok := c.Label(label); !ok || got != want {
				t.Errorf("%s: got %q; want %q", label, got, want)
			}
		}
	}
}
