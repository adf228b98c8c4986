package report

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// better is a claim that holds by far on eight seeds, for faults to spoil.
func better(l *lab) {
	l.seeds("a", "m", around8(5, 1)...)
	l.seeds("b", "m", around8(0, 0.5)...)
	l.claim("C", 8, suites.Part{Kind: "better", Metric: "m", A: by("a"), B: by("b"), Want: "higher"})
}

func TestFaultsOpen(t *testing.T) {
	cases := []struct {
		name   string
		spoil  func(*lab)
		reason string
		n      int
	}{
		{"nothing", func(l *lab) {}, "", 8},
		{"diverged", func(l *lab) { l.end(l.plan.Cells[2], store.Diverged, "NaN at step 7") }, "1 of 16 cells diverged (a x lineargaussian x lineargaussian{dim=2,n=8} seed 2: NaN at step 7); 7 of 8 seeds", 7},
		{"refused", func(l *lab) { l.end(l.plan.Cells[2], store.Refused, "needs path") }, "1 of 16 cells refused (a x lineargaussian x lineargaussian{dim=2,n=8} seed 2: needs path); 7 of 8 seeds", 7},
		{"failed twice", func(l *lab) {
			l.end(l.plan.Cells[2], store.Failed, "panic")
			l.end(l.plan.Cells[3], store.Failed, "panic")
		}, "2 of 16 cells failed (the first is a x lineargaussian x lineargaussian{dim=2,n=8} seed 2: panic); 6 of 8 seeds", 6},
		{"interrupted", func(l *lab) { l.end(l.plan.Cells[2], store.Interrupted, "") }, "1 of 16 cells interrupted", 7},
		{"not run", func(l *lab) { delete(l.results, l.plan.Cells[2].ID); l.order = l.order[:2:2] }, "14 of 16 cells not run", 0},
		{"missing value", func(l *lab) {
			l.results[l.plan.Cells[2].ID].Points = nil
			l.missing(l.plan.Cells[2], "m", "the debiased squared signal is not positive")
		}, "1 of 16 cells without m (a x lineargaussian x lineargaussian{dim=2,n=8} seed 2: the debiased squared signal is not positive)", 7},
		{"NaN", func(l *lab) { l.results[l.plan.Cells[2].ID].Points[0].Value = math.NaN() }, "1 of 16 cells with m not finite", 7},
		{"Inf", func(l *lab) { l.results[l.plan.Cells[2].ID].Points[0].Value = math.Inf(1) }, "1 of 16 cells with m not finite", 7},
		{"below the floor", func(l *lab) { l.log(l.plan.Cells[2], "m/floor", 100) }, "1 of 16 cells below the noise floor (a x lineargaussian x lineargaussian{dim=2,n=8} seed 2: m = 4.5 is below its floor 100)", 8},
		{"above the floor", func(l *lab) { l.log(l.plan.Cells[2], "m/floor", 0.1) }, "", 8},
		{"no pair", func(l *lab) { l.log(l.cell("g", "a", 8), "m", 5) }, "no pair: seed 8 has no b", 8},
		{"two cells a seed", func(l *lab) { l.log(l.cell("other", "a", 0), "m", 5) }, "several cells a seed: ", 8},
		{"fewer seeds than claimed", func(l *lab) { l.plan.Claims[0].Seeds = 9 }, "8 of 9 seeds", 8},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(1)
			better(l)
			c.spoil(l)
			v := l.judge()[0]
			want := Open
			if c.reason == "" {
				want = Holds
			}
			if v.State != want || !strings.HasPrefix(v.Reason, c.reason) || v.N != c.n {
				t.Errorf("got %s, n %d, reason %q\nwant %s, n %d, reason %q", v.State, v.N, v.Reason, want, c.n, c.reason)
			}
			if want == Open && !math.IsNaN(v.PAdjusted) {
				t.Errorf("adjusted p %g of an incomplete claim", v.PAdjusted)
			}
		})
	}
}

func TestLogOfNothingPositive(t *testing.T) {
	l := newLab(1)
	l.seeds("a", "m", around8(5, 1)...)
	l.seeds("b", "m", around8(2, 0.5)...)
	l.claim("C", 8, suites.Part{Kind: "better", Metric: "m", A: by("a"), B: by("b"), Want: "higher", Scale: "log"})
	l.results[l.plan.Cells[2].ID].Points[0].Value = -1
	v := l.judge()[0]
	if v.State != Open || !strings.Contains(v.Reason, "1 of 16 cells without a logarithm (a x lineargaussian x lineargaussian{dim=2,n=8} seed 2: m = -1)") {
		t.Errorf("got %s: %s", v.State, v.Reason)
	}
}

func TestRatioIsPrinted(t *testing.T) {
	l := newLab(1)
	l.seeds("a", "m", exps(around8(math.Log(2), 0.1))...)
	l.seeds("b", "m", exps(around8(0, 0))...)
	l.claim("C", 8, suites.Part{Kind: "better", Metric: "m", Scale: "log", A: by("a"), B: by("b"), Want: "higher"})
	v := l.judge()[0]
	e, lo, hi, ok := v.Parts[0].Ratio()
	// 0.1 standard deviation: half-width 0.0836, so 2 exp(±0.0836).
	if !ok || math.Abs(e-2) > 1e-9 || math.Abs(lo-1.840) > 1e-3 || math.Abs(hi-2.174) > 1e-3 {
		t.Errorf("got %g [%g, %g] %v", e, lo, hi, ok)
	}
	if !strings.Contains(v.details(), "ratio 2.00 [1.84, 2.17]") {
		t.Errorf("details %q", v.details())
	}
}

// A claim of five tests, one of which is at the boundary.
func TestEachIsIntersectionUnion(t *testing.T) {
	l := newLab(1)
	for seed, u := range around8(0, 1) {
		for i, k := range ks {
			l.log(l.cell("g", "a", seed, "k", k), "m", 5-float64(i)+u)
		}
	}
	part := suites.Part{Kind: "level", Metric: "m", Above: ptr(0), Each: "k"}
	l.claim("five", 8, part)
	part.Above = ptr(2)
	l.claim("nearly", 8, part)
	got := l.judge()
	v := got[0]
	if v.State != Holds || len(v.Parts) != 5 || v.Parts[v.Binding].Label != "k=32" {
		t.Fatalf("got %s with %d parts, binding %d", v.State, len(v.Parts), v.Binding)
	}
	for i, k := range []string{"k=32", "k=64", "k=128", "k=256", "k=512"} {
		if v.Parts[i].Label != k {
			t.Errorf("part %d is %s, want %s", i, v.Parts[i].Label, k)
		}
	}
	// All hold: the first part's effect, and the largest p, which is the last's.
	if v.P != v.Parts[4].P || v.Effect != v.Parts[0].Effect || v.N != 8 {
		t.Errorf("the claim's numbers are not those of its first part with the largest p")
	}
	if len(v.Cells) != 40 || len(v.Parts[0].Cells) != 8 {
		t.Errorf("cells: claim %d, part %d", len(v.Cells), len(v.Parts[0].Cells))
	}
	// Means 5, 4, 3, 2, 1 against 2: the fourth is open, the fifth fails, so the claim does.
	v = got[1]
	if v.State != Fails || v.Parts[3].State != Open || v.Parts[4].State != Fails || v.Binding != 4 {
		t.Errorf("got %s: %v", v.State, v.Reason)
	}
	if !strings.HasSuffix(v.Criterion, ", at each k") || !strings.Contains(v.Reason, "k=512") {
		t.Errorf("criterion %q, reason %q", v.Criterion, v.Reason)
	}
	if r := v.reasons(); len(r) != 2 || !strings.Contains(r[1], "k=256") {
		t.Errorf("reasons %q", r)
	}
}

func TestOrderTestsNeighbours(t *testing.T) {
	l := newLab(1)
	l.seeds("vae", "m", around8(0, 0.1)...)
	l.seeds("miwae", "m", around8(1, 0.1)...)
	l.seeds("iwae", "m", around8(3, 0.1)...)
	up := suites.Part{Kind: "order", Metric: "m", Against: "estimator", Values: []string{"vae", "miwae", "iwae"}, Want: "increasing"}
	down := up
	down.Values, down.Want = []string{"iwae", "vae", "miwae"}, "decreasing"
	l.claim("up", 8, up)
	l.claim("down", 8, down)
	got := l.judge()
	if v := got[0]; v.State != Holds || len(v.Parts) != 2 || v.Parts[0].Label != "vae < miwae" || math.Abs(v.Parts[1].Effect-2) > 1e-12 {
		t.Errorf("got %s, parts %+v", v.State, v.Parts)
	}
	if v := got[1]; v.State != Fails || !strings.Contains(v.Reason, "vae > miwae") || v.Criterion != "m in iwae > vae > miwae: each one-sided 5 % limit of the paired difference below 0" {
		t.Errorf("got %s, reason %q, criterion %q", v.State, v.Reason, v.Criterion)
	}
}

func TestPartsNotRunLeaveAClaimOpen(t *testing.T) {
	l := newLab(1)
	better(l)
	l.plan.Claims[0].Parts = append(l.plan.Claims[0].Parts, suites.Part{Kind: "level", Metric: "m", Over: by("c"), Above: ptr(0)})
	v := l.judge()[0]
	if v.State != Open || v.Reason != "level m c: the plan has no cell of it" {
		t.Errorf("got %s: %q", v.State, v.Reason)
	}
}

// More seeds than the claim states: the share is what counts.
func TestCountTakesTheShare(t *testing.T) {
	for _, c := range []struct {
		yes  int
		want State
	}{{12, Holds}, {11, Fails}} {
		l := newLab(1)
		for seed := range 16 {
			v := -1.0
			if seed < c.yes {
				v = 1
			}
			l.log(l.cell("g", "a", seed), "m", v)
		}
		l.claim("C", 8, suites.Part{Kind: "count", Metric: "m", Above: ptr(0), Least: 6})
		if v := l.judge()[0]; v.State != c.want {
			t.Errorf("%d of 16 for 6 of 8: got %s (%s)", c.yes, v.State, v.Reason)
		}
	}
}

// Both bounds are strict.
func TestCountBetween(t *testing.T) {
	l := newLab(1)
	l.seeds("a", "m", 0.97, 0.98, 1.0, 1.02, 1.03)
	l.claim("C", 5, suites.Part{Kind: "count", Metric: "m", Above: ptr(0.97), Below: ptr(1.03), Least: 3})
	v := l.judge()[0]
	if v.State != Holds || v.Effect != 3 || !math.IsNaN(v.P) || v.Criterion != "at least 3 seeds with 0.97 < m < 1.03" {
		t.Errorf("got %s, effect %g, p %g, %q", v.State, v.Effect, v.P, v.Criterion)
	}
}

// Holm by hand over a family of five: p times 5, 4, 3 in order of size. One
// claim has not been run, one is incomplete, one is report-only, and another
// paper has a family of its own.
func TestHolmFamily(t *testing.T) {
	l := newLab(1)
	wins := suites.Part{Kind: "count", Metric: "m", B: by("zero"), Want: "higher", Least: 1}
	add := func(id, estimator string, plus, n int) *suites.Claim {
		for seed := range n {
			v := -1.0
			if seed < plus {
				v = 1
			}
			l.log(l.cell("g", estimator, seed), "m", v)
		}
		p := wins
		p.A = by(estimator)
		p.Over = suites.Select{"seed": {"0", "1", "2", "3", "4", "5", "6", "7"}}
		return l.claim(id, 8, p)
	}
	l.seeds("zero", "m", make([]float64, 8)...)
	add("ten", "a", 8, 8)   // 1/256
	add("seven", "b", 7, 8) // 9/256
	add("six", "c", 8, 8)
	l.claim("idle", 8, suites.Part{Kind: "level", Metric: "m", Over: by("none"), Above: ptr(0)})
	add("short", "e", 4, 4).Seeds = 8 // 1/16, of half the seeds
	add("aside", "f", 8, 8).Report = true
	add("other", "h", 7, 8).Paper = "elsewhere"
	l.claim("exact", 8, suites.Part{Kind: "exact", Metric: "m", Over: by("zero"), Expect: ptr(0), Within: ptr(0)})
	want := map[string]struct {
		p, adjusted float64
		family      int
		state       State
	}{
		"ten":   {1. / 256, 5. / 256, 5, Holds},
		"six":   {1. / 256, 5. / 256, 5, Holds}, // not 4/256: adjusted values never fall
		"seven": {9. / 256, 27. / 256, 5, Open},
		"idle":  {math.NaN(), math.NaN(), 5, NotRun},
		"short": {1. / 16, math.NaN(), 5, Open},
		"aside": {1. / 256, math.NaN(), 0, Holds},
		"other": {9. / 256, 9. / 256, 1, Holds},
		"exact": {math.NaN(), math.NaN(), 0, Holds},
	}
	same := func(a, b float64) bool { return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-12 }
	for _, v := range l.judge() {
		w := want[v.Claim]
		if !same(v.P, w.p) || !same(v.PAdjusted, w.adjusted) || v.Family != w.family || v.State != w.state {
			t.Errorf("%s: got p %g, adjusted %g, family %d, %s (%s); want %+v", v.Claim, v.P, v.PAdjusted, v.Family, v.State, v.Reason, w)
		}
		if v.Claim == "seven" && v.Reason != "Holm: adjusted p 0.105 exceeds 0.05 (family of 5 claims)" {
			t.Errorf("seven: reason %q", v.Reason)
		}
	}
}

// Four values that rise in the one order of 4! = 24: p is 1/24, and with two
// seeds alike (1/24)^2.
func TestTrendIsExact(t *testing.T) {
	for seeds, want := range map[int]float64{1: 1. / 24, 2: 1. / 576} {
		l := newLab(1)
		for seed := range seeds {
			for i, k := range ks[:4] {
				l.log(l.cell("g", "a", seed, "k", k), "m", float64(i*i))
			}
		}
		l.claim("C", seeds, suites.Part{Kind: "trend", Metric: "m", Against: "k", Want: "increasing"})
		if v := l.judge()[0]; math.Abs(v.P-want) > 1e-12 || math.Abs(v.Effect-1) > 1e-12 || v.State != Holds {
			t.Errorf("%d seeds: p %g, effect %g, %s; want p %g", seeds, v.P, v.Effect, v.State, want)
		}
	}
}

func TestUnknownKindIsNoPanic(t *testing.T) {
	l := newLab(1)
	l.seeds("a", "m", 1, 2)
	l.claim("C", 2, suites.Part{Kind: "vibe", Metric: "m"})
	if v := l.judge()[0]; v.State == Holds || !strings.Contains(v.Reason, `got "vibe"`) {
		t.Errorf("got %s: %q", v.State, v.Reason)
	}
	l.plan.Claims[0].Parts = nil
	if v := l.judge()[0]; v.State != NotRun || v.Binding != -1 {
		t.Errorf("no parts: got %s", v.State)
	}
}

// A true slope exactly on the margin's edge must be called within it in at most
// one of twenty: 2.5 % by the two-sided interval. With 600 repetitions more than
// 50 hits have probability 2e-4 even at a rate of 5 %, and fewer than 3 have
// probability 5e-5 at 2.5 %: the chance of a false alarm.
func TestSlopeAtTheEdgeIsRarelyCalledInside(t *testing.T) {
	reps, most, least := 600, 50, 3
	if testing.Short() {
		// 150 repetitions: more than 20 hits have probability 1e-5 at 5 %.
		reps, most, least = 150, 20, 0
	}
	hits := 0
	for rep := range reps {
		l := newLab(uint64(rep))
		for seed := range 8 {
			slope := -0.45 + 0.01*l.rand.NormFloat64()
			for _, k := range []int{32, 512} {
				l.log(l.cell("g", "iwae", seed, "k", k), "m", math.Pow(float64(k), slope))
			}
		}
		l.claim("C", 8, suites.Part{Kind: "slope", Metric: "m", Against: "k", Expect: ptr(-0.5), Within: ptr(0.05)})
		if l.judge()[0].State == Holds {
			hits++
		}
	}
	if hits > most || hits < least {
		t.Errorf("%d of %d called inside", hits, reps)
	}
}

// Whatever the numbers: a claim that holds has its p and interval where they
// must be, and no claim both lacks a number and holds.
func TestVerdictsAreCoherent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 6).Draw(t, "n")
		l := newLab(1)
		number := rapid.OneOf(rapid.Float64Range(-2, 2), rapid.Just(0.0), rapid.Just(math.NaN()), rapid.Just(math.Inf(-1)), rapid.Just(1e300))
		for seed := range n {
			for _, e := range []string{"a", "b"} {
				c := l.cell("g", e, seed)
				if rapid.IntRange(0, 9).Draw(t, "run") > 0 {
					l.log(c, "m", number.Draw(t, "v"))
				}
			}
		}
		scale := rapid.SampledFrom([]string{"", "linear", "log"}).Draw(t, "scale")
		seeds := rapid.IntRange(0, 6).Draw(t, "seeds")
		for _, p := range []suites.Part{
			{Kind: "better", A: by("a"), B: by("b"), Want: "higher"},
			{Kind: "better", A: by("a"), B: by("b"), Want: "lower", Margin: -0.5},
			{Kind: "equivalent", A: by("a"), B: by("b"), Within: ptr(1)},
			{Kind: "level", Over: by("a"), Above: ptr(-1)},
			{Kind: "level", Over: by("a"), Expect: ptr(0), Within: ptr(1)},
			{Kind: "count", A: by("a"), B: by("b"), Least: 2},
			{Kind: "count", Over: by("a"), Above: ptr(0), Least: 2},
			{Kind: "exact", Over: by("a"), Expect: ptr(0), Within: ptr(1)},
			{Kind: "fit", Over: by("a"), To: "normal(0,1)", Within: ptr(0.9)},
			{Kind: "order", Against: "estimator", Values: []string{"a", "b"}, Want: "increasing"},
			{Kind: "slope", Over: by("a"), Against: "seed", Expect: ptr(0), Within: ptr(1)},
			{Kind: "trend", Over: by("a"), Against: "seed", Want: "increasing"},
			{Kind: "interaction", A: by("a"), B: by("b"), C: by("a"), D: by("b")},
		} {
			p.Metric, p.Scale = "m", scale
			l.claim(p.Kind, seeds, p)
		}
		for _, v := range l.judge() {
			if v.State == Holds {
				if v.N < seeds {
					t.Fatalf("%s holds on %d of %d seeds", v.Claim, v.N, seeds)
				}
				if v.Family > 0 && !(v.PAdjusted <= Level && v.P <= v.PAdjusted) {
					t.Fatalf("%s holds with p %g, adjusted %g", v.Claim, v.P, v.PAdjusted)
				}
				for _, id := range v.Cells {
					if r, ok := l.results[id]; !ok || math.IsNaN(r.Points[0].Value) || math.IsInf(r.Points[0].Value, 0) {
						t.Fatalf("%s holds without cell %s", v.Claim, id)
					}
				}
			} else if v.Reason == "" {
				t.Fatalf("%s is %s for no reason", v.Claim, v.State)
			}
			if !math.IsNaN(v.Lo) && !(v.Lo <= v.Effect && v.Effect <= v.Hi) {
				t.Fatalf("%s: %g not in [%g, %g]", v.Claim, v.Effect, v.Lo, v.Hi)
			}
		}
		everything(t, l.report())
	})
}
