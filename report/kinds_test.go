package report

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// around8 is eight values round a centre; their standard deviation is scale.
func around8(centre, scale float64) []float64 {
	out := make([]float64, 0, 8)
	// 2 (1.5² + 1² + 0.5² + 0²) / 7 = 1
	for _, u := range []float64{-1.5, -1, -0.5, 0, 0, 0.5, 1, 1.5} {
		out = append(out, centre+scale*u)
	}
	return out
}

func exps(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Exp(v)
	}
	return out
}

// The t interval of eight values with standard deviation s has half-width
// 2.365 s/√8 = 0.836 s, the one-sided limit 1.895 s/√8 = 0.670 s (Student's
// table, 7 degrees of freedom). Centres below are set by those two numbers.
func TestEveryKindReachesEveryState(t *testing.T) {
	slopes := func(s []float64) func(*lab) {
		return func(l *lab) {
			for seed, slope := range s {
				for _, k := range ks {
					l.log(l.cell("g", "iwae", seed, "k", k), "m", 3*math.Pow(float64(k), slope))
				}
			}
		}
	}
	pair := func(a, b []float64) func(*lab) {
		return func(l *lab) { l.seeds("a", "m", a...); l.seeds("b", "m", b...) }
	}
	one := func(v []float64) func(*lab) { return func(l *lab) { l.seeds("a", "m", v...) } }
	zero := make([]float64, 8)
	slope := suites.Part{Kind: "slope", Metric: "m", Against: "k", Scale: "log", Expect: ptr(-0.5), Within: ptr(0.05)}
	equivalent := suites.Part{Kind: "equivalent", Metric: "m", A: by("a"), B: by("b"), Within: ptr(1)}
	ratio := suites.Part{Kind: "equivalent", Metric: "m", A: by("a"), B: by("b"), Within: ptr(1), Scale: "log"}
	higher := suites.Part{Kind: "better", Metric: "m", A: by("a"), B: by("b"), Want: "higher", Margin: 1}
	lower := suites.Part{Kind: "better", Metric: "m", A: by("a"), B: by("b"), Want: "lower", Margin: 1}
	noWorse := suites.Part{Kind: "better", Metric: "m", A: by("a"), B: by("b"), Want: "higher", Margin: -1}
	interaction := suites.Part{Kind: "interaction", Metric: "m", A: by("a"), B: by("b"), C: by("c"), D: by("d")}
	four := func(d []float64) func(*lab) {
		return func(l *lab) {
			l.seeds("a", "m", d...)
			l.seeds("b", "m", around8(1, 0)...)
			l.seeds("c", "m", around8(2, 0)...)
			l.seeds("d", "m", around8(3, 0)...)
		}
	}
	order := suites.Part{Kind: "order", Metric: "m", Against: "estimator", Values: []string{"b", "a"}, Want: "increasing"}
	falling := suites.Part{Kind: "order", Metric: "m", Against: "estimator", Values: []string{"a", "b"}, Want: "decreasing"}
	trend := suites.Part{Kind: "trend", Metric: "m", Against: "k", Want: "increasing"}
	down := trend
	down.Want = "decreasing"
	along := func(v ...float64) func(*lab) {
		return func(l *lab) {
			for seed := range 8 {
				for i, x := range v {
					l.log(l.cell("g", "a", seed, "k", i+1), "m", x)
				}
			}
		}
	}
	above := suites.Part{Kind: "level", Metric: "m", Above: ptr(1)}
	below := suites.Part{Kind: "level", Metric: "m", Below: ptr(1)}
	near := suites.Part{Kind: "level", Metric: "m", Expect: ptr(1), Within: ptr(0.5)}
	count := suites.Part{Kind: "count", Metric: "m", Above: ptr(0), Least: 7}
	wins := suites.Part{Kind: "count", Metric: "m", A: by("a"), B: by("b"), Want: "higher", Least: 7}
	few := suites.Part{Kind: "count", Metric: "m", A: by("a"), B: by("b"), Want: "higher", Least: 5}
	fit := suites.Part{Kind: "fit", Metric: "m", To: "uniform(0,1)"}
	close := suites.Part{Kind: "fit", Metric: "m", To: "uniform(0,1)", Within: ptr(0.2)}
	grid := func(n int, lo, hi float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = lo + (hi-lo)*(float64(i)+0.5)/float64(n)
		}
		return out
	}
	exact := suites.Part{Kind: "exact", Metric: "m", Expect: ptr(0), Within: ptr(1e-12)}
	signs := func(plus int) []float64 {
		out := make([]float64, 8)
		for i := range out {
			out[i] = -1
			if i < plus {
				out[i] = 1
			}
		}
		return out
	}

	cases := []struct {
		name string
		part suites.Part
		fill func(*lab)
		want State
	}{
		{"slope inside", slope, slopes(around8(-0.51, 0.01)), Holds},
		{"slope across", slope, slopes(around8(-0.549, 0.01)), Open},
		{"slope outside", slope, slopes(around8(-0.6, 0.01)), Fails},
		{"slope noisy round the truth is no proof", slope, slopes(around8(-0.5, 0.2)), Open},
		{"equivalent inside", equivalent, pair(around8(0, 1), zero), Holds},
		{"equivalent across", equivalent, pair(around8(0, 1.3), zero), Open},
		{"equivalent outside", equivalent, pair(around8(-2, 1), zero), Fails},
		{"ratio inside", ratio, pair(exps(around8(0, 1)), exps(zero)), Holds},
		{"ratio outside", ratio, pair(exps(around8(2, 1)), exps(zero)), Fails},
		{"higher by the margin", higher, pair(around8(1.7, 1), zero), Holds},
		{"higher, just not", higher, pair(around8(1.6, 1), zero), Open},
		{"higher, just not worse", higher, pair(around8(0.4, 1), zero), Open},
		{"not higher", higher, pair(around8(0.3, 1), zero), Fails},
		{"lower by the margin", lower, pair(around8(-1.7, 1), zero), Holds},
		{"lower, just not", lower, pair(around8(-1.6, 1), zero), Open},
		{"not lower", lower, pair(around8(-0.3, 1), zero), Fails},
		{"no worse", noWorse, pair(around8(-0.3, 1), zero), Holds},
		{"no worse, just not", noWorse, pair(around8(-0.4, 1), zero), Open},
		{"exactly equal is not better", suites.Part{Kind: "better", Metric: "m", A: by("a"), B: by("b"), Want: "higher"}, pair(zero, zero), Fails},
		{"interaction", interaction, four(around8(1, 1)), Holds}, // a-b = 0, c-d = -1
		{"interaction across", interaction, four(around8(0.5, 1)), Open},
		{"interaction reversed", interaction, four(around8(-2, 1)), Fails},
		{"order", order, pair(around8(1, 1), zero), Holds},
		{"order across", order, pair(around8(0.5, 1), zero), Open},
		{"order reversed", order, pair(around8(-1, 1), zero), Fails},
		{"order falling", falling, pair(around8(1, 1), zero), Holds},
		{"trend", trend, along(1, 2, 3, 4), Holds},
		{"no trend", trend, along(2, 4, 1, 3), Open},
		{"falling trend", down, along(4, 3, 2, 1), Holds},
		{"falling trend reversed", down, along(1, 2, 3, 4), Fails},
		{"trend reversed", trend, along(4, 3, 2, 1), Fails},
		{"above", above, one(around8(1.7, 1)), Holds},
		{"above, just not", above, one(around8(1.6, 1)), Open},
		{"above, far from it", above, one(around8(0.3, 1)), Fails},
		{"below", below, one(around8(0.3, 1)), Holds},
		{"below, just not", below, one(around8(0.4, 1)), Open},
		{"below, far from it", below, one(around8(2, 1)), Fails},
		{"near", near, one(around8(1, 0.5)), Holds},
		{"near, across", near, one(around8(1, 0.7)), Open},
		{"near, far from it", near, one(around8(3, 0.5)), Fails},
		{"count", count, one(signs(7)), Holds},
		{"count short", count, one(signs(6)), Fails},
		{"wins", wins, pair(signs(7), zero), Holds},    // sign test 9/256 = 0.035
		{"few wins", few, pair(signs(6), zero), Open},  // 37/256 = 0.145
		{"no wins", wins, pair(signs(3), zero), Fails}, //
		{"fit, nothing named", fit, one(grid(8, 0, 1)), Open},
		{"fit, refuted", fit, one(grid(8, 0, 0.2)), Fails},
		{"fit within", close, one(grid(400, 0, 1)), Holds}, // band 0.068
		{"fit within, too few", close, one(grid(8, 0, 1)), Open},
		{"fit beyond", close, one(grid(400, 0, 0.5)), Fails},
		{"exact", exact, one(around8(0, 1e-13)), Holds},
		{"exact, one off", exact, one([]float64{0, 0, 0, 0, 0, 0, 0, 2e-12}), Fails},
	}
	seen := map[string]map[State]bool{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(1)
			c.fill(l)
			seeds := newSet()
			for _, cell := range l.plan.Cells {
				s, _ := cell.Label("seed")
				seeds.add(s)
			}
			l.claim("C", len(seeds.list), c.part)
			v := l.judge()[0]
			if v.State != c.want {
				t.Errorf("got %s (%s), effect %g [%g, %g], p %g; want %s", v.State, v.Reason, v.Effect, v.Lo, v.Hi, v.P, c.want)
			}
			if (v.Reason == "") != (v.State == Holds) {
				t.Errorf("state %s with reason %q", v.State, v.Reason)
			}
			if v.Criterion == "" || strings.Contains(v.Criterion, "?") {
				t.Errorf("criterion %q", v.Criterion)
			}
			if hasP(c.part) && math.IsNaN(v.P) {
				t.Errorf("no p value")
			}
			if v.State == Holds && v.P > Level {
				t.Errorf("holds with p %g", v.P)
			}
			if seen[c.part.Kind] == nil {
				seen[c.part.Kind] = map[State]bool{}
			}
			seen[c.part.Kind][v.State] = true

			// Outside Holm's family the state rests on the test alone.
			l.plan.Claims[0].Report = true
			if aside := l.judge()[0]; aside.State != c.want {
				t.Errorf("report-only: got %s (%s), want %s", aside.State, aside.Reason, c.want)
			}
			l.plan.Claims[0].Report = false

			// The same claim before anything has run.
			empty := newLab(1)
			empty.plan = l.plan
			v = empty.judge()[0]
			if v.State != NotRun || v.Reason == "" || !math.IsNaN(v.P) || !math.IsNaN(v.Effect) || v.N != 0 {
				t.Errorf("nothing run: got %s (%s), p %g, effect %g, n %d", v.State, v.Reason, v.P, v.Effect, v.N)
			}
			// And with one cell failed, whatever the others say.
			spoiled := newLab(1)
			spoiled.plan = l.plan
			c.fill(spoiled)
			spoiled.plan = l.plan
			spoiled.end(l.plan.Cells[0], store.Failed, "panic: out of range")
			v = spoiled.judge()[0]
			if v.State != Open || !strings.Contains(v.Reason, "panic: out of range") {
				t.Errorf("one cell failed: got %s (%s); want open with the cell's reason", v.State, v.Reason)
			}
		})
	}
	for _, kind := range strings.Fields("slope equivalent better order trend interaction level count fit exact") {
		for _, s := range []State{Holds, Fails, Open} {
			if !seen[kind][s] && !(kind == "exact" && s == Open) {
				t.Errorf("kind %s never reached %s", kind, s)
			}
		}
	}
}

// Student's own paired example (Biometrika 6, 1908): extra sleep under two drugs.
// R's t.test(extra ~ group, paired = TRUE) prints t = -4.0621, p = 0.002833 and
// the interval 0.7001142 to 2.4598858 of the mean 1.58.
func TestPairedAgainstStudentsSleep(t *testing.T) {
	l := newLab(1)
	l.seeds("first", "sleep", 0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
	l.seeds("second", "sleep", 1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
	l.claim("C", 10, suites.Part{Kind: "better", Metric: "sleep", A: by("second"), B: by("first"), Want: "higher"})
	v := l.judge()[0]
	for _, c := range []struct {
		name      string
		got, want float64
		tol       float64
	}{{"mean", v.Effect, 1.58, 1e-12}, {"lo", v.Lo, 0.7001142, 1e-7}, {"hi", v.Hi, 2.4598858, 1e-7}, {"p", v.P, 0.002833 / 2, 1e-6}} {
		if math.Abs(c.got-c.want) > c.tol {
			t.Errorf("%s: got %.8g, want %.8g", c.name, c.got, c.want)
		}
	}
	if v.State != Holds || v.N != 10 {
		t.Errorf("got %s, n %d", v.State, v.N)
	}
}

// The slope of a seed against the textbook formula, written again.
func TestSlopeSecondImplementation(t *testing.T) {
	l := newLab(3)
	l.law("g", "iwae", "m", 8, 2, -0.5, 0.2)
	l.claim("C", 8, suites.Part{Kind: "slope", Metric: "m", Against: "k", Expect: ptr(-0.5), Within: ptr(0.05)})
	v := l.judge()[0]
	want := 0.0
	for seed := range 8 {
		var n, sx, sy, sxx, sxy float64
		for _, c := range l.plan.Cells {
			if c.Seed != seed {
				continue
			}
			x := math.Log(float64(c.Estimator.Params["k"].(int)))
			y := math.Log(l.results[c.ID].Points[0].Value)
			n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
		}
		want += (n*sxy - sx*sy) / (n*sxx - sx*sx) / 8
	}
	if math.Abs(v.Effect-want) > 1e-12 {
		t.Errorf("got %g, want %g", v.Effect, want)
	}
}
