package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// Values that a log axis has no place for are left out and counted.
func TestGrowthFigureGuardsItsLogAxes(t *testing.T) {
	l := newLab(1)
	l.law("g", "iwae", "m", 3, 1, 0.5, 0)
	l.claim("C", 3, suites.Part{Kind: "slope", Metric: "m", Against: "k", Expect: ptr(0.5), Within: ptr(0.05)})
	at := func(i int) *store.Point { return &l.results[l.plan.Cells[i].ID].Points[0] }
	at(0).Value, at(1).Value, at(6).Value, at(7).Value = -1, 0, math.NaN(), math.Inf(1)
	at(8).Reason = "no signal"
	f := l.report().Figures()[0]
	if f.Failed != "" || !strings.HasSuffix(f.Caption, "Not drawn: 3 of 15 values missing; 2 of 15 values not positive, which a log axis has no place for.") {
		t.Errorf("failed %q, caption %q", f.Failed, f.Caption)
	}
	for i := range l.plan.Cells {
		at(i).Value, at(i).Reason = -1, ""
	}
	f = l.report().Figures()[0]
	if !strings.HasPrefix(f.Failed, "no value to draw: 15 of 15 values not positive") || f.SVG != "" {
		t.Errorf("failed %q", f.Failed)
	}
	if !strings.Contains(page(t, l.report()), "This figure could not be drawn: no value to draw") {
		t.Error("the page does not say that a figure is missing")
	}
	// One value alone, no line, no interval.
	at(0).Value = 2
	if f := l.report().Figures()[0]; f.Failed != "" || f.SVG == "" {
		t.Errorf("one value: %q", f.Failed)
	}
}

func TestAPanicStaysInItsFigure(t *testing.T) {
	f := guarded("fig-1", "T", func() Figure { panic("no axis") })
	if f.Failed != "report: figure: no axis" || f.ID != "fig-1" || f.Title != "T" {
		t.Errorf("got %+v", f)
	}
}

// Every estimator keeps its colour, dash and marker on the whole page, and no
// two series of a figure share all three.
func TestLooksAreFixed(t *testing.T) {
	l := newLab(1)
	names := strings.Fields("ciwae dreg elbo iwae miwae ovis piwae rws score stl vimco")
	for _, n := range names {
		l.cell("g", n, 0)
	}
	styles := newLooks(l.plan.Cells)
	type key struct {
		ink   ink
		dash  string
		glyph string
	}
	seen := map[key]string{}
	for _, n := range names {
		for variant := range 3 {
			s := styles.of(n, variant).look()
			k := key{s.ink, svgDashes(s), cmp.Diff(nil, s.glyph)}
			if other, dup := seen[k]; dup {
				t.Errorf("%s %d looks like %s", n, variant, other)
			}
			seen[k] = n
		}
	}
}

func svgDashes(l look) string {
	var b strings.Builder
	for _, d := range l.dash {
		b.WriteString(strconv.FormatFloat(float64(d), 'g', -1, 64) + " ")
	}
	return b.String()
}

func TestTicksStayInTheirRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := axis{rapid.Bool().Draw(t, "log")}
		lo := rapid.Float64Range(-12, 12).Draw(t, "lo")
		hi := lo + math.Pow(10, rapid.Float64Range(-3, 2).Draw(t, "span"))
		ticks := a.rangeTicks(lo, hi)
		if len(ticks) < 2 || len(ticks) > 12 {
			t.Fatalf("%d ticks in %g to %g", len(ticks), lo, hi)
		}
		for i, tick := range ticks {
			if tick.Value < lo-1e-9 || tick.Value > hi+1e-9 || tick.Label == "" || i > 0 && tick.Value <= ticks[i-1].Value {
				t.Fatalf("tick %d of %v in %g to %g", i, ticks, lo, hi)
			}
		}
	})
}

// A configuration looks the same in every figure, alone, among a few and among many, and no
// two lines of a figure look alike.
func TestConfigurationsKeepTheirLooks(t *testing.T) {
	l := newLab(1)
	var all []line
	for _, n := range []string{"iwae", "dreg", "stl"} {
		for k := range 9 {
			c := l.cell("g", n, 0)
			c.Estimator.Params = map[string]any{"k": k}
			all = append(all, line{cell: c})
		}
	}
	styles := newLooks(l.plan.Cells)
	was := map[string]string{}
	for _, some := range [][]int{{0, 9}, {2, 1, 0}, {0, 1, 2, 3, 4, 5, 6, 7, 8}, {8, 26, 9}, {9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, {25, 24, 23, 22, 4, 13}} {
		var lines []line
		for _, i := range some {
			lines = append(lines, all[i])
		}
		styles.give(lines)
		seen := map[string]bool{}
		for _, one := range lines {
			name, got := one.cell.Estimator.String(), fmt.Sprintf("%d %s %T", one.look.ink, svgDashes(one.look), one.look.glyph)
			if seen[got] {
				t.Errorf("%v: two lines look like %s", some, got)
			}
			if seen[got] = true; was[name] != "" && was[name] != got {
				t.Errorf("%s: %s, and was %s", name, got, was[name])
			}
			was[name] = got
		}
	}
}
