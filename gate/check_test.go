package gate

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

func TestVerdicts(t *testing.T) {
	alpha := func(seed int, o store.Outcome) func(suites.Cell) (store.Outcome, string) {
		return func(c suites.Cell) (store.Outcome, string) {
			if c.Estimator.Name == "alpha" && c.Seed == seed {
				return o, "as told"
			}
			return "", ""
		}
	}
	spent := func(by string) *Record {
		r := baseline(t)
		r.Reserved.Spent = by
		return r
	}
	none := func() *Record {
		r := baseline(t)
		r.Reserved.From = 0
		return r
	}
	// The differences of a case are the same in every run: what is drawn is fixed by the seed,
	// and a shift of 1 at a spread of 0.5 has a t of 7 on 12 and of 7 beyond the margin on 24.
	for name, c := range map[string]struct {
		now    *world
		base   *Record
		code   int
		strict int
		state  stats.GateState // of m of alpha; empty: it is not tested
		spends int
		want   string // in the text
	}{
		"nothing changed":              {now: unchanged(), want: "same-bits     24 cells of the same identity"},
		"other bits, same identity":    {now: func() *world { w := unchanged().worse(1, 0); w.version = 1; return w }(), code: 4, strict: 4, want: "m at step 3: got"},
		"other bits outside primary":   {now: func() *world { w := unchanged(); w.n = 1e-9; return w }(), code: 4, strict: 4, want: "another of its numbers differs"},
		"new identity, same bits":      {now: func() *world { w := unchanged(); w.version = 2; return w }(), state: stats.SameBits},
		"worse":                        {now: unchanged().worse(1, 0.5), code: 1, strict: 1, state: stats.Regressed, spends: 1, want: "on seeds 2000..2023"},
		"worse within the margin":      {now: unchanged().worse(0.1, 0.02), state: stats.NoWorse, spends: 1},
		"better":                       {now: unchanged().worse(-1, 0.5), state: stats.Improved},
		"roundings":                    {now: unchanged().worse(0, 1e-15), state: stats.NoWorse},
		"worse, seeds spent by others": {now: unchanged().worse(1, 0.5), base: spent("0123"), strict: 1, state: stats.Inconclusive, want: "are spent on an earlier candidate"},
		"worse, no seeds left":         {now: unchanged().worse(1, 0.5), base: none(), strict: 1, state: stats.Inconclusive, want: "no reserved seeds are left"},
		"a cell fails":                 {now: func() *world { w := unchanged().worse(0, 0); w.ends = alpha(3, store.Failed); return w }(), code: 1, strict: 1, state: stats.Regressed, want: "seed 3: failed: as told; done in the baseline"},
		"a cell diverges":              {now: func() *world { w := unchanged().worse(0, 0); w.ends = alpha(3, store.Diverged); return w }(), code: 1, strict: 1, state: stats.Regressed, want: "seed 3: diverged: as told; done in the baseline"},
		"diverges, same identity":      {now: func() *world { w := unchanged(); w.ends = alpha(3, store.Diverged); return w }(), code: 4, strict: 4, want: "ended as diverged, was done"},
		"fails, same identity":         {now: func() *world { w := unchanged(); w.ends = alpha(3, store.Failed); return w }(), code: 3, strict: 3, want: "seed 3: failed: as told"},
		"a fresh cell fails":           {now: func() *world { w := unchanged().worse(1, 0.5); w.ends = alpha(2003, store.Failed); return w }(), code: 1, strict: 1, state: stats.Regressed, spends: 1, want: "seed 2003: failed: as told; done in the baseline"},
		"not a number":                 {now: unchanged().worse(nan, 0), code: 1, strict: 1, state: stats.Missing, want: "no difference of \"NaN\""},
		"an estimator is gone":         {now: func() *world { w := unchanged(); w.only = "alpha"; return w }(), code: 3, strict: 3, want: "not in the suite any more"},
		"no longer primary":            {now: func() *world { w := unchanged().worse(0, 0.1); w.primary = nil; return w }(), code: 3, strict: 3, want: "primary in the baseline, and not in the suite"},
		"a claim is gone":              {now: func() *world { w := unchanged(); w.claims = nil; return w }(), code: 3, strict: 3, want: "the suite does not claim it any more"},
		"a claim no longer holds":      {now: unchanged().worse(-1, 0.1).claiming(1000), code: 1, strict: 1, state: stats.Improved, want: "was holds, now fails"},
	} {
		t.Run(name, func(t *testing.T) {
			base := c.base
			if base == nil {
				base = baseline(t)
			}
			r, spends := c.now.against(t, base)
			var b strings.Builder
			if err := Text(&b, []*Report{r}, false, 80); err != nil {
				t.Fatal(err)
			}
			said := strings.Join(strings.Fields(b.String()), " ")
			if !strings.Contains(said, strings.Join(strings.Fields(c.want), " ")) {
				t.Errorf("no %q in\n%s", c.want, &b)
			}
			for strict, want := range map[bool]int{false: c.code, true: c.strict} {
				if code, word := Status([]*Report{r}, strict); code != want {
					t.Errorf("strict %v: status %d (%s); want %d\n%s", strict, code, word, want, &b)
				}
			}
			if len(spends) != c.spends {
				t.Errorf("seeds spent %d times; want %d", len(spends), c.spends)
			}
			state := stats.GateState("")
			if len(r.Verdicts) > 0 {
				state = r.Verdicts[0].State
			}
			if state != c.state {
				t.Errorf("got %q; want %q\n%s", state, c.state, &b)
			}
			for line := range strings.Lines(b.String()) {
				if len([]rune(line)) > 81 {
					t.Errorf("wide: %s", line)
				}
			}
		})
	}
}

// claiming moves the claim out of reach.
func (w *world) claiming(above float64) *world {
	w.claims[0].Parts[0].Above = &above
	return w
}

// The same candidate may look at its fresh seeds again, and sees the same; another may not.
func TestOneLook(t *testing.T) {
	base := baseline(t)
	first, spent := unchanged().worse(1, 0.5).against(t, base)
	base.Reserved.Spent = spent[0]
	again, same := unchanged().worse(1, 0.5).against(t, base)
	if len(same) != 1 || same[0] != spent[0] || again.Verdicts[0].Second.Effect != first.Verdicts[0].Second.Effect || again.Verdicts[0].State != stats.Regressed {
		t.Errorf("the same candidate: got %v, %+v", same, again.Verdicts[0])
	}
	other, more := unchanged().worse(0.9, 0.5).against(t, base)
	if len(more) != 0 || other.Verdicts[0].State != stats.Inconclusive || len(other.Verdicts[0].Second.Seeds) != 0 {
		t.Errorf("another candidate, of the same identities: spent %v, %+v", more, other.Verdicts[0])
	}
}

// Directions and scales: a drop is worse, whatever the metric's better side.
func TestDrop(t *testing.T) {
	for _, c := range []struct {
		better, scale string
		move          float64
		want          float64
	}{
		{"higher", "linear", -0.5, 0.5}, {"lower", "linear", -0.5, -0.5}, {"lower", "linear", 0.5, 0.5},
	} {
		w := unchanged().worse(-c.move, 0)
		w.primary[0].Better, w.primary[0].Scale = c.better, c.scale
		base := baseline(t)
		base.Configs[0].Primary[0] = ruleOf(w.primary[0])
		r, _ := w.against(t, base)
		if got := r.Verdicts[0].First.Effect; math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s %s moved by %v: drop %v; want %v", c.better, c.scale, c.move, got, c.want)
		}
	}
	w := unchanged().worse(100, 0) // below zero
	w.primary[0].Scale = "log"
	base := baseline(t)
	base.Configs[0].Primary[0] = ruleOf(w.primary[0])
	r, _ := w.against(t, base)
	if v := r.Verdicts[0]; v.State != stats.Missing || !strings.Contains(v.Reason, "on a log scale") {
		t.Errorf("log of a negative number: %+v", v)
	}
}

// Rings that are not asked for run nothing.
func TestRings(t *testing.T) {
	w := unchanged().worse(1, 0.5)
	c := Check{Base: baseline(t), Plan: w.plan(0), Rings: [3]bool{true, false, false}, Gate: gate(), Numbers: w.numbers}
	r, err := c.Do(t.Context())
	if err != nil || r.Same != 12 || len(r.Changed) != 1 || r.Verdicts != nil || r.Claims != nil {
		t.Errorf("ring 0: %v, %+v", err, r)
	}
	c.Rings = [3]bool{false, true, false}
	c.Numbers, c.Estimators = nil, []string{"alpha"}
	c.Prove = func([]string) []Proof {
		return []Proof{{Estimator: "alpha", Failed: []string{"exact on gaussian fails"}}}
	}
	if r, err = c.Do(t.Context()); err != nil || !r.Regressed() {
		t.Errorf("ring 1: %v, %+v", err, r)
	}
	if code, _ := Status([]*Report{r}, false); code != 1 {
		t.Errorf("ring 1: status %d", code)
	}
}

func TestTake(t *testing.T) {
	r := baseline(t)
	if len(r.Configs) != 2 || len(r.Configs[0].Cells) != 36 || r.Configs[0].Cells[12].Seed != 2000 || r.Claims[0] != (Claim{"C", "holds"}) {
		t.Errorf("got %+v", r)
	}
	next, err := unchanged().record(r)
	if err != nil || next.Reserved.From != 2024 || next.Configs[1].Cells[35].Seed != 2047 {
		t.Errorf("the next record: %v, %+v", err, next.Reserved)
	}
	last := *r
	last.Reserved.From = suites.LastReserved - suites.FreshSeeds + 1
	last.Reserved.Next = suites.LastReserved + 1
	if end, err := unchanged().record(&last); err != nil || end.Reserved.From != 0 || len(end.Configs[0].Cells) != 12 {
		t.Errorf("no seeds left: %v", err)
	}
	w := unchanged()
	w.ends = func(c suites.Cell) (store.Outcome, string) { return store.Diverged, "early" }
	if r, err := w.record(nil); err != nil || r.Configs[0].Cells[0].Outcome != store.Diverged || len(r.Configs[0].Cells[0].Values) != 0 {
		t.Errorf("divergence is a result: %v", err)
	}
	w.ends = func(c suites.Cell) (store.Outcome, string) { return store.Failed, "panic" }
	if _, err := w.record(nil); err == nil || !strings.Contains(err.Error(), "has no result") {
		t.Errorf("failed: got %v", err)
	}
	for _, c := range []struct {
		prov store.Provenance
		want string
	}{
		{store.Provenance{Revision: "unknown"}, "unknown"}, {store.Provenance{}, "unknown"},
		{store.Provenance{Revision: "abc", Dirty: true}, "not committed"}, {store.Provenance{Revision: "abc"}, ""},
	} {
		if err := Clean(c.prov); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v", c.prov, err)
		}
	}
}
