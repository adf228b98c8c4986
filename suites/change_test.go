package suites

import (
	"strings"
	"testing"
)

// What a plan adds and leaves over, and why, by settings or by what they cannot say.
func TestSince(t *testing.T) {
	cell := func(k, seed, version int, id string) Cell {
		return Cell{ID: id, Grid: "g", Seed: seed, Precision: "float64",
			Estimator: Choice{Name: "iwae", Params: map[string]any{"k": k}, Version: version},
			Model:     Choice{Name: "vae"}, Dataset: Choice{Name: "bits"}}
	}
	of := func(text string, cells ...Cell) *Plan {
		return &Plan{Suite: "s", Preset: "quick", Text: text, Cells: cells}
	}
	before := of("a", cell(2, 0, 1, "2/0"), cell(2, 1, 1, "2/1"), cell(2, 1, 1, "2/1"))
	for name, test := range map[string]struct {
		now              *Plan
		stay, come, left int
		why              string
	}{
		"the same":            {of("a", before.Cells...), 2, 0, 0, ""},
		"other words":         {of("b", before.Cells...), 2, 0, 0, ""},
		"a seed more":         {of("b", append(before.Cells, cell(2, 2, 1, "2/2"))...), 2, 1, 0, ""},
		"narrowed":            {of("a", cell(2, 1, 1, "2/1")), 1, 0, 0, ""},
		"another seed":        {of("a", cell(2, 7, 1, "2/7")), 0, 1, 0, ""},
		"a seed less, edited": {of("b", cell(2, 1, 1, "2/1")), 1, 0, 1, ""},
		"a setting":           {of("b", cell(4, 0, 1, "4/0"), cell(2, 1, 1, "2/1")), 1, 1, 1, "estimator.k: was 2, is 4"},
		"a version":           {of("a", cell(2, 0, 2, "new"), cell(2, 1, 1, "2/1")), 1, 1, 1, "the same settings by other code or on other data: a numeric version or a digest has changed"},
	} {
		c := test.now.Since(before)
		if c.Stay != test.stay || len(c.New) != test.come || len(c.Left) != test.left {
			t.Errorf("%s: %d stay, %d new, %d left; want %d, %d, %d", name, c.Stay, len(c.New), len(c.Left), test.stay, test.come, test.left)
		}
		if got := strings.Join(c.Why(), "; "); got != test.why {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A plan that comes back from a store says the same as one that is planned anew.
func TestSinceStored(t *testing.T) {
	now := plan(t, whole, Options{})
	before := readBack(t, now)
	if c := now.Since(before); c.Stay != len(now.Cells) || len(c.New)+len(c.Left) > 0 {
		t.Errorf("%d of %d cells stay", c.Stay, len(now.Cells))
	}
	for i := range before.Cells {
		before.Cells[i].ID = "old" + before.Cells[i].ID
	}
	c := now.Since(before)
	if len(c.New) != len(now.Cells) || len(c.Left) != len(now.Cells) || !strings.HasPrefix(c.Why()[0], "the same settings by other code") {
		t.Errorf("%d new, %d left of %d: %q", len(c.New), len(c.Left), len(now.Cells), c.Why())
	}
}
