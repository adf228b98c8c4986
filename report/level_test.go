package report

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/suites"
)

// Every kind with a test takes a level: what holds at 5 % is open at 1 %, with the interval of
// 99 %. Of eight values with standard deviation s that has half-width 3.4995 s/√8 = 1.237 s, the
// one-sided limit 2.998 s/√8 = 1.060 s (Student's table, 7 degrees of freedom), where those of
// 5 % are 0.836 s and 0.670 s.
func TestLevelOfAPart(t *testing.T) {
	const two, one = 3.499483297350493 / 2.8284271247461903, 2.997951566868528 / 2.8284271247461903
	zero := make([]float64, 8)
	against := func(a []float64) func(*lab) {
		return func(l *lab) { l.seeds("a", "m", a...); l.seeds("b", "m", zero...) }
	}
	along := func(l *lab) {
		for i := range 4 {
			l.log(l.cell("g", "a", 0, "k", i+1), "m", float64(i))
		}
	}
	slopes := func(l *lab) {
		for seed, slope := range around8(-0.54, 0.01) {
			for _, k := range ks {
				l.log(l.cell("g", "a", seed, "k", k), "m", math.Pow(float64(k), slope))
			}
		}
	}
	grid := func(l *lab) {
		for i := range 400 {
			l.log(l.cell("g", "a", i), "m", (float64(i)+0.5)/400)
		}
	}
	won := []float64{1, 1, 1, 1, 1, 1, 1, -1} // sign test 9/256 = 0.035
	for _, c := range []struct {
		part      suites.Part
		fill      func(*lab)
		seeds     int
		half      float64 // of the interval of 99 %; 0: not asked
		criterion string
	}{
		{suites.Part{Kind: "better", A: by("a"), B: by("b"), Want: "higher", Margin: 1}, against(around8(2, 1)), 8, two, "one-sided 1 % limit of a − b in m above 1"},
		{suites.Part{Kind: "better", A: by("b"), B: by("a"), Want: "lower", Margin: 1}, against(around8(2, 1)), 8, two, "one-sided 1 % limit of b − a in m below -1"},
		{suites.Part{Kind: "equivalent", A: by("a"), B: by("b"), Within: ptr(1)}, against(around8(0, 0.9)), 8, 0.9 * two, "99 % interval of a − b in m inside ±1"},
		{suites.Part{Kind: "order", Against: "estimator", Values: []string{"b", "a"}, Want: "increasing"}, against(around8(1, 1)), 8, two, "m in b < a: each one-sided 1 % limit of the paired difference above 0"},
		{suites.Part{Kind: "interaction", A: by("a"), B: by("b"), C: by("b"), D: by("b")}, against(around8(1, 1)), 8, two, "one-sided 1 % limit of (a − b) − (b − b) in m above 0"},
		{suites.Part{Kind: "level", Over: by("a"), Above: ptr(1)}, against(around8(2, 1)), 8, two, "one-sided 1 % limit of mean m above 1"},
		{suites.Part{Kind: "level", Over: by("a"), Expect: ptr(1), Within: ptr(0.5)}, against(around8(1, 0.5)), 8, 0.5 * two, "99 % interval of mean m inside 1.0 ± 0.5"},
		{suites.Part{Kind: "slope", Against: "k", Scale: "log", Expect: ptr(-0.5), Within: ptr(0.05)}, slopes, 8, 0.01 * two, "99 % interval of slope inside -0.50 ± 0.05"},
		{suites.Part{Kind: "trend", Against: "k", Want: "increasing"}, along, 1, 0, "permutation p of m going up with k at most 0.01"}, // 1/24
		{suites.Part{Kind: "count", A: by("a"), B: by("b"), Want: "higher", Least: 7}, against(won), 8, 0, "at least 7 seeds with a > b in m, and p of the sign test at most 0.01"},
		{suites.Part{Kind: "fit", To: "uniform(0,1)", Within: ptr(0.075)}, grid, 400, 0, "99 % band of the Kolmogorov-Smirnov distance of m to uniform(0,1) at most 0.075"}, // bands of 0.068 and 0.081
	} {
		c.part.Metric = "m"
		at := func(level float64) Verdict {
			l := newLab(1)
			c.fill(l)
			c.part.Level = level
			l.claim("C", c.seeds, c.part)
			return l.judge()[0]
		}
		usual, same, strict := at(0), at(0.05), at(0.01)
		if usual.State != Holds || same.State != Holds || strict.State != Open {
			t.Errorf("%s: %s unsaid, %s at 5 %%, %s at 1 %%; want holds, holds, open", c.part.Kind, usual.State, same.State, strict.State)
		}
		if math.Abs(usual.Lo-same.Lo) > 1e-12 || math.Abs(usual.Hi-same.Hi) > 1e-12 || usual.P != strict.P && !(math.IsNaN(usual.P) && math.IsNaN(strict.P)) {
			t.Errorf("%s: 5 %% said is not 5 %% unsaid, or p depends on the level", c.part.Kind)
		}
		if got := (strict.Hi - strict.Lo) / 2; c.half != 0 && math.Abs(got-c.half) > 1e-9 {
			t.Errorf("%s: half-width %.9g at 1 %%, want %.9g", c.part.Kind, got, c.half)
		}
		if strict.Criterion != c.criterion {
			t.Errorf("%s: criterion %q; want %q", c.part.Kind, strict.Criterion, c.criterion)
		}
	}

	// The one-sided limit itself.
	for shift, want := range map[float64]State{1e-6: Holds, -1e-6: Open} {
		l := newLab(1)
		against(around8(1+one+shift, 1))(l)
		l.claim("C", 8, suites.Part{Kind: "better", Metric: "m", A: by("a"), B: by("b"), Want: "higher", Margin: 1, Level: 0.01})
		if v := l.judge()[0]; v.State != want || v.P > 0.01 != (want == Open) {
			t.Errorf("%g beyond the limit: %s with p %g; want %s", shift, v.State, v.P, want)
		}
	}
}

// Holm's adjusted p is held against the claim's own level: the largest of its parts.
func TestHolmAtALevel(t *testing.T) {
	l := newLab(1)
	l.seeds("zero", "m", make([]float64, 8)...)
	l.seeds("a", "m", around8(3, 1)[:8]...)
	wins := suites.Part{Kind: "count", Metric: "m", A: by("a"), B: by("zero"), Want: "higher", Least: 8}
	strict, lax := wins, wins
	strict.Level, lax.Level = 0.01, 0.05
	l.claim("strict", 8, strict)
	l.claim("mixed", 8, strict, lax)
	l.claim("usual", 8, wins)
	want := map[string]State{"strict": Open, "mixed": Holds, "usual": Holds} // 3/256 = 0.0117
	for _, v := range l.judge() {
		if v.State != want[v.Claim] || math.Abs(v.PAdjusted-3./256) > 1e-12 {
			t.Errorf("%s: %s (%s), adjusted p %g; want %s", v.Claim, v.State, v.Reason, v.PAdjusted, want[v.Claim])
		}
		if v.Claim == "strict" && v.Reason != "Holm: adjusted p 0.012 exceeds 0.01 (family of 3 claims)" {
			t.Errorf("reason %q", v.Reason)
		}
	}
}

// Wherever an interval is printed its level is, unless it is the one that the heads name.
func TestLevelIsPrinted(t *testing.T) {
	l := newLab(1)
	l.seeds("a", "m", around8(2, 1)...)
	l.claim("usual", 8, suites.Part{Kind: "level", Metric: "m", Over: by("a"), Above: ptr(0)})
	var plain, said bytes.Buffer
	write := func(w *bytes.Buffer) {
		r := l.report()
		for _, err := range []error{Console(w, r, 120, false), r.Markdown(w), r.HTML(w), r.JSON(w), r.CSV(w)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	write(&plain)
	for _, no := range []string{"99 %", " at 95 %", `"level": `} {
		if strings.Contains(plain.String(), no) {
			t.Errorf("%q where every part is at 5 %%", no)
		}
	}
	l.claim("strict", 8, suites.Part{Kind: "level", Metric: "m", Over: by("a"), Above: ptr(0), Level: 0.01})
	write(&said)
	for _, want := range []string{
		"2.0 [0.8, 3.2] at 99 %",                    // console
		"one-sided 1 % limit of mean m above 0",     // criterion
		`| 2.0 | \[0.8, 3.2] at 99 % |`,             // Markdown
		`<span class="interval">[0.8, 3.2] at 99 %`, // HTML
		`"level": 0.01`,                             // JSON
		"strict a at 99 %",                          // the row of a figure
		"two-sided t intervals, of 95 % or what the row says",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("no %q in the reports", want)
		}
	}
}
