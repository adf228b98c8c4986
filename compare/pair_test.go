package compare

import (
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

func TestParseSide(t *testing.T) {
	for text, want := range map[string]string{
		"iwae":                   "estimator=iwae",
		" iwae{k=64, m=8} ":      "estimator=iwae estimator.k=64 estimator.m=8",
		"estimator=iwae k=32,64": "estimator=iwae k=32,64",
		"grid=a model=vae":       "grid=a model=vae",
	} {
		if got := side(t, text).Want.String(); got != want {
			t.Errorf("%q: got %s", text, got)
		}
	}
	for _, text := range []string{"", "iwae{k=64", "iwae{k}", "iwae{}", "=3", "k=", "k=1 k=2", "a b", "iwae{k=1,k=2}", "a,b", "}"} {
		if s, err := ParseSide(text); err == nil || !strings.Contains(err.Error(), "want an estimator, NAME or NAME{k=64}, or labels") {
			t.Errorf("%q: got %v, %v", text, s, err)
		}
	}
}

// with plans n cells of an estimator, with an elbo of 1 each.
func (l *lab) with(estimator string, n int, params map[string]any, change func(*suites.Cell)) {
	for seed := range n {
		log(l.cell(estimator, seed, func(c *suites.Cell) {
			c.Estimator.Params = params
			if change != nil {
				change(c)
			}
		}), "elbo", 1)
	}
}

func ks(k ...any) (out []map[string]any) {
	for _, v := range k {
		out = append(out, map[string]any{"k": v})
	}
	return out
}

func TestPairing(t *testing.T) {
	l := newLab(1)
	for _, p := range ks(4, 8.0) { // as a store gives whole numbers back
		l.with("iwae", 5, p, nil)
	}
	for _, p := range ks(4.0, 8, 16) {
		l.with("dreg", 6, p, nil)
	}
	l.with("piwae", 5, map[string]any{"k": 2, "m": 2}, nil)
	l.with("miwae", 5, map[string]any{"k": 4, "m": 1}, nil)
	l.with("miwae", 5, map[string]any{"k": 4, "m": 2}, nil)
	l.with("elbo", 5, nil, nil)
	l.with("twin", 5, map[string]any{"k": 4, "tau": 1}, nil)
	l.with("twin", 5, map[string]any{"k": 4, "tau": 2}, nil)
	// Several settings: those that agree.
	table := l.table(t, Options{}, "iwae", "dreg")
	if len(table.Rows) != 2 || table.Rows[0].Where != "k=4" || table.Rows[1].Where != "k=8" || table.Rows[0].N != 5 {
		t.Errorf("got %+v", table.Rows)
	}
	if want := []string{"dreg{k=16}: no iwae with the same settings"}; !slices.Equal(table.LeftOut, want) {
		t.Errorf("left out %q", table.LeftOut)
	}
	if want := "dreg has 1 seed of its own: 5"; table.Rows[0].Notes[0] != want {
		t.Errorf("got %q", table.Rows[0].Notes)
	}
	// One of each: as they are, however they differ.
	for a, b := range map[string]string{"piwae": "elbo", "iwae{k=8}": "piwae", "iwae{k=4}": "dreg{k=16}", "k=4 estimator=iwae": "k=16 estimator=dreg"} {
		if table := l.table(t, Options{}, a, b); len(table.Rows) != 1 || table.Rows[0].N != 5 || len(table.LeftOut) != 0 {
			t.Errorf("%s, %s: %+v %q", a, b, table.Rows, table.LeftOut)
		}
	}
	// Settings of one estimator.
	if table := l.table(t, Options{}, "estimator=dreg k=4", "estimator=dreg k=16"); len(table.Rows) != 1 || table.Rows[0].N != 6 || table.Rows[0].Says != SameBits {
		t.Errorf("k: %+v", table.Rows)
	}
	// One with several, a task each: with those that agree in k, or with all where
	// there is nothing to agree in.
	for _, c := range [][3]string{{"iwae", "miwae", "m=1,m=2"}, {"miwae", "iwae{k=4}", "m=1,m=2"}, {"iwae", "elbo", "k=4,k=8"}, {"elbo", "dreg", "k=4,k=8,k=16"}} {
		table := l.table(t, Options{}, c[0], c[1])
		var places []string
		for _, r := range table.Rows {
			places = append(places, r.Where)
		}
		if got := strings.Join(places, ","); got != c[2] || len(table.Pooled) != 1 || !table.Pooled[0].Reused {
			t.Errorf("%s, %s: got %s, %+v", c[0], c[1], got, table.Pooled)
		}
	}
	if table := l.table(t, Options{}, "iwae", "dreg"); table.Pooled[0].Reused {
		t.Error("no cell is in two tasks")
	}
	// What cannot be told is said, not guessed.
	for _, c := range [][3]string{
		{"iwae", "iwae", "iwae and iwae: both pick iwae{k=4} x vae x bits{n=16} seed 0; want sides without a common cell"},
		{"iwae", "k=8", "both pick iwae{k=8} x vae"},
		{"iwae", "piwae", "iwae{k=4}: no piwae with the same settings"},
		{"miwae", "twin", "miwae{k=4,m=1}: goes with twin{k=4,tau=1} and twin{k=4,tau=2}, and they with others; name one of each"},
	} {
		if table, err := l.try(t, Options{}, c[0], c[1]); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s, %s: got %+v, %v", c[0], c[1], table, err)
		}
	}
	if _, err := l.try(t, Options{}, "iwae", "nobody"); err == nil || err.Error() != "compare: x.db: no cell of estimator=nobody; have estimators dreg, elbo, iwae, miwae, piwae, twin" {
		t.Errorf("got %v", err)
	}
}

// Cells pair only where model, data, training and the metric's own settings agree; two
// grids with the same cell count it once.
func TestTasks(t *testing.T) {
	l := newLab(2)
	k := map[string]any{"k": 8}
	l.with("a", 5, k, nil)
	l.with("b", 5, k, nil)
	l.with("a", 5, k, func(c *suites.Cell) { c.Grid = "again" })
	l.with("b", 5, k, func(c *suites.Cell) { c.Train.Steps = 200 })
	l.with("b", 5, k, func(c *suites.Cell) { c.Dataset.Params = map[string]any{"n": 32} })
	l.with("a", 5, k, func(c *suites.Cell) { c.Train.Optim[0].Optim.Params = map[string]any{"rate": 0.2} })
	table := l.table(t, Options{}, "a", "b")
	if len(table.Rows) != 1 || table.Rows[0].N != 5 || table.Rows[0].Planned != 5 {
		t.Errorf("got %+v", table.Rows)
	}
	if len(table.LeftOut) != 3 {
		t.Errorf("left out %q", table.LeftOut)
	}
	m := newLab(3)
	for seed := range 5 {
		for _, r := range []int{100, 200} {
			for _, e := range []string{"a", "b"} {
				if r == 200 && e == "b" {
					continue
				}
				log(m.cell(e, seed, func(c *suites.Cell) { c.Metrics[1].Params = map[string]any{"r": r} }), "snr/inf", float64(r))
			}
		}
	}
	table = m.table(t, Options{Metrics: []string{"snr/inf"}}, "a", "b")
	if len(table.Rows) != 1 || table.Rows[0].MeanA != 100 {
		t.Errorf("measured in two ways: %+v", table.Rows)
	}
}

// A metric that only one side logs on a task is no row there, and is said.
func TestOneSided(t *testing.T) {
	l := newLab(4)
	l.versus("a", "b", "elbo", 5, 1, 0.1, nil)
	for _, r := range l.results {
		log(r, "nll", 3)
	}
	l.versus("a", "b", "elbo", 5, 1, 0.1, func(c *suites.Cell) { c.Model.Name = "other" })
	for _, r := range l.results[10:] {
		if strings.Contains(r.Cell, "a{") {
			log(r, "nll", 3)
		}
	}
	table := l.table(t, Options{Metrics: []string{"elbo", "nll"}}, "a", "b")
	if len(table.Rows) != 3 || table.Family != 3 || len(table.LeftOut) != 1 || !strings.HasPrefix(table.LeftOut[0], "nll: b: 5 of 5 cells without nll") {
		t.Errorf("%d rows, left out %q", len(table.Rows), table.LeftOut)
	}
}

// Two stores: the same cells whatever their IDs, and what only one has is said.
func TestTwoStores(t *testing.T) {
	before, after := newLab(5), newLab(5)
	for i, l := range []*lab{before, after} {
		l.with("iwae", 5, map[string]any{"k": 4}, nil)
		for seed := range 5 {
			log(l.cell("dreg", seed, nil), "elbo", float64(seed)*0.01+float64(i))
		}
	}
	before.with("old", 5, nil, nil)
	after.with("new", 5, nil, nil)
	for i := range after.plan.Cells {
		c := &after.plan.Cells[i]
		after.results[i].Cell = "v2 " + c.ID
		c.ID = "v2 " + c.ID
		c.Estimator.Version = 2
	}
	a, b := before.source("before.db"), after.source("after.db")
	table, err := Of(a, Side{Name: "before.db"}, b, []Side{{Name: "after.db"}}, Options{Better: direction})
	if err != nil {
		t.Fatal(err)
	}
	says := map[string]string{}
	for _, r := range table.Rows {
		says[r.Where] = r.Says
	}
	if len(says) != 2 || says["iwae"] != SameBits || says["dreg"] != Worse {
		t.Errorf("got %v", says)
	}
	if want := []string{"before.db (old): not in after.db", "after.db (new): not in before.db"}; !slices.Equal(table.LeftOut, want) {
		t.Errorf("left out %q", table.LeftOut)
	}
	// Nothing in common is an error with the reasons.
	c := newLab(6)
	c.with("other", 5, nil, nil)
	_, err = Of(a, Side{Name: "before.db"}, c.source("c.db"), []Side{{Name: "c.db"}}, Options{})
	if err == nil || !strings.Contains(err.Error(), "before.db and c.db: no cells that go together") {
		t.Errorf("got %v", err)
	}
}

// Cells are those of the pairs alone; and where none has ended well the error says how
// they ended.
func TestCells(t *testing.T) {
	l := newLab(7)
	l.with("a", 3, map[string]any{"k": 4}, nil)
	l.with("a", 3, map[string]any{"k": 8}, nil)
	l.with("b", 4, map[string]any{"k": 4}, nil)
	l.with("b", 3, map[string]any{"k": 16}, nil)
	l.with("c", 3, map[string]any{"k": 2}, nil)
	cells, err := Cells(&l.plan, side(t, "a"), []Side{side(t, "b")})
	if err != nil || len(cells) != 6 {
		t.Fatalf("%d cells, %v", len(cells), err)
	}
	for _, c := range cells {
		if v, _ := c.Label("k"); v != "4" || c.Seed > 2 {
			t.Errorf("got %s", c)
		}
	}
	if _, err := Cells(&l.plan, side(t, "a"), []Side{side(t, "c")}); err == nil || !strings.Contains(err.Error(), "a{k=4}: no c with the same settings") {
		t.Errorf("got %v", err)
	}
	for _, r := range l.results {
		if strings.Contains(r.Cell, "b{") {
			r.Outcome, r.Reason, r.Points = store.Refused, "needs bits", nil
		}
	}
	if _, err := l.try(t, Options{}, "a", "b"); err == nil || !strings.Contains(err.Error(), "no metric that cells of both have\n  b: 3 of 3 cells refused (seed 0: needs bits)") {
		t.Errorf("got %v", err)
	}
}
