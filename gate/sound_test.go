package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

func said(t *testing.T, r *Report) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, []*Report{r}, false, 80); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func wants(t *testing.T, r *Report, code, strict int, words ...string) {
	t.Helper()
	got := said(t, r)
	for _, w := range words {
		if !strings.Contains(got, w) {
			t.Errorf("no %q in\n%s", w, got)
		}
	}
	for s, want := range map[bool]int{false: code, true: strict} {
		if code, word := Status([]*Report{r}, s); code != want {
			t.Errorf("strict %v: status %d (%s); want %d\n%s", s, code, word, want, got)
		}
	}
}

// What was red on reserved seeds is not green for the same code under another name, nor
// beside other changes that would dilute the first stage; what is not worse is.
func TestRedStands(t *testing.T) {
	base := baseline(t)
	red := unchanged().worse(1, 0.5)
	r, _ := red.against(t, base)
	want := []Red{{base.Configs[0].Config, "m"}}
	if wants(t, r, 1, 1); !slices.Equal(red.left.Red, want) {
		t.Fatalf("on record: got %+v; want %v red", red.left, want)
	}
	base.Reserved = red.left
	file := &Baseline{Suites: []*Record{base}}
	if back, err := Decode(file.Encode()); err != nil || !slices.Equal(back.Suites[0].Reserved.Red, want) {
		t.Fatalf("what is red does not last: %v", err)
	}

	again := unchanged().worse(1, 0.5)
	again.version = 3
	r, spends := again.against(t, base)
	wants(t, r, 1, 1, "inconclusive m of g: alpha", "red on the reserved seeds 2000..2023 for an earlier candidate", "toy: inconclusive: what was red on reserved seeds is not cleared")
	if len(spends) != 0 || !r.Verdicts[0].Stands {
		t.Errorf("the same code, another version: %v, %+v", spends, r.Verdicts[0])
	}

	// p = 0.08 by itself; beside a hundred others the first stage would let it pass.
	r.Verdicts[0].Stands = false
	tests := []test{{change: change{config: base.Configs[0].Config}, Rule: Rule{Metric: "m"}, verdict: &r.Verdicts[0]}}
	r.Verdicts[0].First.P, r.Verdicts[0].First.Adjusted = 0.08, 1
	if (Check{Base: base, Gate: gate()}).stand(tests, ""); !r.Verdicts[0].Stands {
		t.Error("others beside it clear a metric that was red")
	}

	fixed := unchanged().worse(-1, 0.5)
	fixed.version = 4
	r, _ = fixed.against(t, base)
	wants(t, r, 0, 0, "improved m of g: alpha")

	other := unchanged().worse(1, 0.5) // an estimator that was not red: inconclusive, as ever
	base.Reserved.Red = nil
	other.version = 3
	r, _ = other.against(t, base)
	wants(t, r, 0, 1, "are spent on an earlier candidate")
}

// What the second stage is to judge is accused before its seeds are read, and stays so if
// the process dies; what it clears is taken off.
func TestAccused(t *testing.T) {
	w := unchanged().worse(0.1, 0.02) // a drop, within the margin
	var kept []Reserved
	c := Check{Base: baseline(t), Plan: w.plan(0), Rings: [3]bool{false, false, true}, Gate: gate(),
		Fresh:   func(from int) (*suites.Plan, error) { return w.plan(from), nil },
		Have:    func(*suites.Plan) (bool, error) { return true, nil },
		Spend:   func(x Reserved) error { kept = append(kept, x); return nil },
		Numbers: w.numbers,
	}
	if _, err := c.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(kept) != 2 || len(kept[0].Red) != 1 || len(kept[1].Red) != 0 || kept[1].Spent == "" || kept[1].Next != 2024 {
		t.Errorf("got %+v", kept)
	}
}

// Reserved seeds that cannot be read are not spent.
func TestUnreadSeeds(t *testing.T) {
	w := unchanged().worse(1, 0.5)
	w.alone = true
	r, spends := w.against(t, baseline(t))
	if wants(t, r, 3, 3, "2000..2023 have not been run", "they are not spent"); len(spends) != 0 || r.Spent {
		t.Errorf("spent %v", spends)
	}
}

// A record without primary metrics draws no reserved seeds, and none is lost by it: neither
// those that nobody has drawn, nor that others were.
func TestUndrawnSeeds(t *testing.T) {
	bare := func(was *Record) *Record {
		w := unchanged()
		w.primary = nil
		plan := w.plan(0)
		n, _ := w.numbers(context.Background(), plan)
		r, err := Take("toy.yaml", was, plan, &suites.Plan{}, n, Numbers{}, store.Provenance{Revision: "abc"})
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode((&Baseline{Suites: []*Record{r}}).Encode())
		if err != nil {
			t.Fatal(err)
		}
		return back.Suites[0]
	}
	if r := bare(nil); r.Reserved.From != 0 || r.Next() != 2000 {
		t.Errorf("nothing drawn: %+v, next %d", r.Reserved, r.Next())
	}
	if r := bare(baseline(t)); r.Reserved.From != 0 || r.Next() != 2024 {
		t.Errorf("one range drawn before: %+v, next %d", r.Reserved, r.Next())
	}
}

// A file of version 1 is read: its tests are not known, and 0 is none drawn yet.
func TestVersion1(t *testing.T) {
	for from, next := range map[int]int{2000: 2024, 0: 2000} {
		old := baseline(t)
		for i := range old.Configs {
			old.Configs[i].Primary = nil
			if from == 0 {
				old.Configs[i].Cells = old.Configs[i].Cells[:12]
			}
		}
		old.Reserved = Reserved{From: from}
		text := (&Baseline{Suites: []*Record{old}}).encode(1)
		if !bytes.Contains(text, []byte(`"version": 1,`)) || bytes.Contains(text, []byte(`"primary"`)) || bytes.Contains(text, []byte(`"next"`)) {
			t.Fatalf("no version 1:\n%.600s", text)
		}
		b, err := Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if r := b.Suites[0]; r.Reserved.Next != next || r.Next() != next {
			t.Errorf("from %d: %+v, next %d; want %d", from, r.Reserved, r.Next(), next)
		}
		if from > 0 {
			r, _ := unchanged().worse(1, 0.5).against(t, b.Suites[0])
			wants(t, r, 1, 1, "REGRESSED m of g: alpha")
		}
	}
}

// Seeds that the suite does not plan any more are told, whether the configuration has
// changed or not, and whether or not it has a primary metric.
func TestSeedsDropped(t *testing.T) {
	for name, w := range map[string]*world{"same": unchanged(), "changed": unchanged().worse(0, 0)} {
		w.primary, w.claims = nil, nil
		base := baseline(t)
		base.Claims = nil
		for i := range base.Configs {
			base.Configs[i].Primary = nil
			for j := range base.Configs[i].Cells {
				base.Configs[i].Cells[j].Values = nil
			}
		}
		w.seeds = 3
		r, _ := w.against(t, base)
		t.Run(name, func(t *testing.T) {
			wants(t, r, 3, 3, "suite missing g: alpha x model x data seeds 3..11: in the baseline, and not in the suite any more",
				"suite missing g: beta x model x data seeds 3..11: in the baseline")
		})
	}
}

// A check that has held nothing against the baseline does not say that nothing is worse.
func TestNothing(t *testing.T) {
	check := func(w *world, base *Record, rings ...int) *Report {
		c := Check{Base: base, Plan: w.plan(0), Gate: gate(), Numbers: w.numbers, Prove: func([]string) []Proof { return []Proof{{Estimator: "alpha", Passed: 1}} }}
		for _, i := range rings {
			c.Rings[i] = true
		}
		r, err := c.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	bare := baseline(t)
	bare.Claims = nil
	for i := range bare.Configs {
		bare.Configs[i].Primary = nil
		for j := range bare.Configs[i].Cells {
			bare.Configs[i].Cells[j].Values = nil
			bare.Configs[i].Cells[j].ID = strings.Repeat("0", 60) + bare.Configs[i].Cells[j].ID[:4]
		}
	}
	all := unchanged()
	all.primary, all.claims = nil, nil
	wants(t, check(unchanged(), baseline(t), 2), 0, 1, "toy: nothing compared")
	wants(t, check(all, bare, 0, 1, 2), 0, 1, "toy: nothing compared")
	wants(t, check(all, bare, 0), 0, 1, "toy: nothing compared")
	wants(t, check(unchanged(), baseline(t), 1), 0, 0, "toy: no regression")
	wants(t, check(unchanged(), baseline(t), 0), 0, 0, "toy: no regression")
}

// A suite does not relax its own tests: the baseline's judge, and both are told.
func TestOwnTest(t *testing.T) {
	const judged = "judged by: higher is better, linear, margin 0.25"
	for name, change := range map[string]func(*suites.Primary){
		"margin":    func(p *suites.Primary) { p.Margin = 100 },
		"direction": func(p *suites.Primary) { p.Better = "lower" },
		"scale":     func(p *suites.Primary) { p.Scale = "log" },
	} {
		t.Run(name, func(t *testing.T) {
			w := unchanged().worse(1, 0.5)
			change(&w.primary[0])
			r, _ := w.against(t, baseline(t))
			wants(t, r, 1, 1, "REGRESSED m of g: alpha", "other test m of 2 configurations", "baseline: higher is better, linear, margin 0.25", "suite: "+ruleOf(w.primary[0]).String(), judged)
			w.version = 1 // told also where nothing else has changed
			r, _ = unchanged().retest(change).against(t, baseline(t))
			wants(t, r, 0, 0, "other test m of 2 configurations", judged)
		})
	}
	w := unchanged().worse(0.2, 0.02) // within the baseline's margin, beyond a stricter one
	w.primary[0].Margin = 0.05
	r, _ := w.against(t, baseline(t))
	wants(t, r, 1, 1, "REGRESSED", "judged by: higher is better, linear, margin 0.05")

	w = unchanged() // nothing has changed but that m is not primary any more
	w.primary = nil
	r, _ = w.against(t, baseline(t))
	wants(t, r, 3, 3, "ring 2 missing m of g: alpha x model x data primary in the baseline")
}

func (w *world) retest(change func(*suites.Primary)) *world {
	change(&w.primary[0])
	return w
}

// A cell that was done and has no result is a regression, with a primary metric or without.
func TestLost(t *testing.T) {
	for _, o := range []store.Outcome{store.Failed, store.Diverged, store.Refused} {
		base := baseline(t)
		base.Claims = nil
		for j := range base.Configs[0].Cells {
			base.Configs[0].Cells[j].Values = nil
		}
		base.Configs[0].Primary = nil
		w := unchanged().worse(0, 0)
		w.claims = nil
		w.primary[0].Over = suites.Select{"estimator": {"beta"}}
		w.ends = func(c suites.Cell) (store.Outcome, string) {
			if c.Estimator.Name == "alpha" && c.Seed < 3 {
				return o, "as told"
			}
			return "", ""
		}
		r, _ := w.against(t, base)
		wants(t, r, 1, 1, "ring 2 REGRESSED g: alpha x model x data seeds 0..2: "+string(o)+": as told; done in the baseline")
		for i := range base.Configs[0].Cells[:12] { // where the baseline had none either, none is lost
			base.Configs[0].Cells[i].Outcome = o
		}
		if o != store.Failed {
			r, _ = w.against(t, base)
			wants(t, r, 0, 0)
		}
	}
}

// Claims are judged on what the baseline had: a configuration that is new is run where a
// claim is of it, and neither fails the claim nor saves it.
func TestClaimsOfNew(t *testing.T) {
	w := unchanged()
	w.third = true
	floor := -100.0
	w.claims[0].Parts[0].Over = nil
	w.claims[0].Parts[0].Each = "estimator"
	w.claims[0].Parts[0].Above = &floor
	w.claims[0].Cells = 36
	r, _ := w.against(t, baseline(t))
	wants(t, r, 0, 0, "claims holds C", "suite new g: gamma x model x data")

	w.m = func(estimator string, seed int) float64 { // gamma is out of the claim's reach
		if estimator == "gamma" {
			return -1000
		}
		return 0
	}
	r, _ = w.against(t, baseline(t))
	wants(t, r, 0, 0, "claims holds C was holds; with the configurations that are new: fails")

	w.version = 2
	w.m = func(estimator string, seed int) float64 { // beta no longer meets it; gamma does
		if estimator == "beta" {
			return -1000
		}
		return 0
	}
	base := baseline(t)
	for i := range base.Configs[1].Cells { // beta's bits are not the question
		base.Configs[1].Cells[i].ID = strings.Repeat("0", 60) + base.Configs[1].Cells[i].ID[:4]
	}
	base.Configs[1].Primary = nil
	r, _ = w.against(t, base)
	wants(t, r, 1, 1, "claims REGRESSED C was holds, now fails")
}

// A claim that is gone and did not hold is told with a word.
func TestClaimGone(t *testing.T) {
	base := baseline(t)
	base.Claims = []Claim{{"C", "open"}}
	w := unchanged()
	w.claims = nil
	r, _ := w.against(t, base)
	wants(t, r, 0, 0, "claims gone C was open; the suite does not claim it any more")
}

// Cells that a store lacks are told by configuration.
func TestLacksGrouped(t *testing.T) {
	w := unchanged()
	w.ends = func(c suites.Cell) (store.Outcome, string) {
		if c.Seed < 5 || c.Seed == 8 {
			return store.Interrupted, "stopped"
		}
		return "", ""
	}
	r, _ := w.against(t, baseline(t))
	wants(t, r, 3, 3, "ring 0 missing g: alpha x model x data seeds 0..4, 8: interrupted: stopped")
	if got := said(t, r); strings.Count(got, "missing g: alpha") != 1 || strings.Contains(got, "missing missing") {
		t.Errorf("got\n%s", got)
	}
}

// Numbers that another program may have made are never green under strict, and say so.
func TestOthers(t *testing.T) {
	r, _ := unchanged().against(t, baseline(t))
	r.Others = true
	wants(t, r, 0, 1, "toy: no regression in what the store has, which another program may have made")
	text, err := JSON([]*Report{r}, true)
	var back struct{ Status int }
	if err != nil || json.Unmarshal(text, &back) != nil || back.Status != 1 {
		t.Errorf("JSON: %v, %+v", err, back)
	}
}

func TestMade(t *testing.T) {
	now := store.Provenance{Revision: "abc", Go: "go1", Modules: map[string]string{"m": "v1"}}
	with := func(f func(*store.Provenance)) store.Provenance {
		p := now
		f(&p)
		return p
	}
	for name, c := range map[string]struct {
		run, now store.Provenance
		want     bool
	}{
		"itself":            {now, now, true},
		"another revision":  {with(func(p *store.Provenance) { p.Revision = "def" }), now, false},
		"it with changes":   {with(func(p *store.Provenance) { p.Dirty = true }), now, false},
		"changes now":       {now, with(func(p *store.Provenance) { p.Dirty = true }), false},
		"changes of both":   {with(func(p *store.Provenance) { p.Dirty = true }), with(func(p *store.Provenance) { p.Dirty = true }), false},
		"unknown":           {with(func(p *store.Provenance) { p.Revision = "unknown" }), with(func(p *store.Provenance) { p.Revision = "unknown" }), false},
		"another toolchain": {with(func(p *store.Provenance) { p.Go = "go2" }), now, false},
		"other modules":     {with(func(p *store.Provenance) { p.Modules = map[string]string{"m": "v2"} }), now, false},
	} {
		if got := Made(c.run, c.now); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// A configuration that has another name and the same identity, since a part of it has got
// a setting, is what it was: to its tests and to claims.
func TestRenamed(t *testing.T) {
	base := baseline(t)
	for i := range base.Configs {
		base.Configs[i].Config = "once " + base.Configs[i].Config
	}
	r, _ := unchanged().retest(func(p *suites.Primary) { p.Margin = 9 }).against(t, base)
	wants(t, r, 0, 0, "other test m of 2 configurations", "claims holds C")
	third := unchanged()
	third.third = true
	third.claims[0].Parts[0].Over, third.claims[0].Parts[0].Each, third.claims[0].Cells = nil, "estimator", 36
	third.m = func(estimator string, seed int) float64 {
		if estimator == "gamma" {
			return -1000
		}
		return 0
	}
	r, _ = third.against(t, base)
	wants(t, r, 0, 0, "claims holds C was holds; with the configurations that are new: fails")
}

// A primary metric may be computed from one that is logged: its configuration has reserved
// seeds then, and a seed without a value is no baseline.
func TestComputedPrimary(t *testing.T) {
	logs := func(suites.Cell) []string { return []string{"m"} }
	for _, metric := range []string{"m", "area(m)", "fall(m)"} {
		w := unchanged()
		w.primary = []suites.Primary{{Metric: metric, Better: "lower", Scale: "linear"}}
		if got := Guarded(w.plan(2000).Cells, w.primary, logs); len(got) != 2*suites.FreshSeeds {
			t.Errorf("%s: %d of %d reserved cells", metric, len(got), 2*suites.FreshSeeds)
		}
		_, err := w.record(nil) // m has one point, which neither an area nor a fall has enough of
		if none := err != nil && strings.Contains(err.Error(), "has no value at seed 0"); none != (metric != "m") {
			t.Errorf("%s: %v", metric, err)
		}
	}
}
