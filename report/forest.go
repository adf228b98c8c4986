package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A forest is one figure of effects with their intervals and claimed regions,
// all in the same unit.
type forest struct {
	title string
	axis  string
	rows  []forestRow
	more  int // rows left out
}

type forestRow struct {
	claim string
	part  PartVerdict
	note  string
}

// centred says whether a number is claimed, with a margin on both sides: such
// effects share an axis once what is claimed is taken from each.
func (p PartVerdict) centred() bool {
	bounded := !math.IsInf(p.Region.Lo, 0) && !math.IsInf(p.Region.Hi, 0)
	return p.Kind == "slope" || p.Kind == "level" && p.Scale != "log" && bounded
}

func rowOf(claim string, p PartVerdict) forestRow {
	if !p.centred() {
		return forestRow{claim: claim, part: p}
	}
	middle := (p.Region.Lo + p.Region.Hi) / 2
	p.Effect, p.Lo, p.Hi = p.Effect-middle, p.Lo-middle, p.Hi-middle
	p.Region.Lo, p.Region.Hi = p.Region.Lo-middle, p.Region.Hi-middle
	return forestRow{claim: claim, part: p, note: "(" + tickText(middle) + ")"}
}

// mostRows keeps a figure to a page; the table has every row.
const mostRows = 60

// forestGroups gathers the parts that have an interval, by unit.
func forestGroups(claims []Verdict) []*forest {
	var groups []*forest
	at := map[string]*forest{}
	for _, v := range claims {
		for _, p := range v.Parts {
			f := forestOf(p)
			if f == nil || math.IsNaN(p.Effect) {
				continue
			}
			if known := at[f.title]; known != nil {
				f = known
			} else {
				at[f.title] = f
				groups = append(groups, f)
			}
			if len(f.rows) == mostRows {
				f.more++
				continue
			}
			f.rows = append(f.rows, rowOf(v.Claim, p))
		}
	}
	return groups
}

// forestOf is the empty figure that a part belongs to; nil if its effect has no
// axis to share.
func forestOf(p PartVerdict) *forest {
	switch p.Kind {
	case "slope":
		return &forest{title: "Slopes less what is claimed", axis: "slope − claimed slope"}
	case "better", "equivalent", "order", "interaction":
		if p.Scale == "log" {
			return &forest{title: "Differences of log " + p.Metric, axis: "difference of log " + inWords(p.Metric)}
		}
		return &forest{title: "Differences of " + p.Metric, axis: "difference of " + inWords(p.Metric)}
	case "level":
		if p.centred() {
			return &forest{title: "Level of " + p.Metric + " less what is claimed", axis: "mean " + inWords(p.Metric) + " − claimed"}
		}
		if p.Scale == "log" {
			return &forest{title: "Level of log " + p.Metric, axis: "mean log " + inWords(p.Metric)}
		}
		return &forest{title: "Level of " + p.Metric, axis: "mean " + inWords(p.Metric)}
	case "trend":
		return &forest{title: "Rank correlations", axis: "mean rank correlation"}
	}
	return nil
}

func (f *forest) draw(id string) Figure {
	var fig Figure
	fig.Data = [][]string{{"claim", "part", "verdict", "effect", "lo", "hi", "region_lo", "region_hi", "n"}}
	span := newReach()
	states := newSet()
	var said []string
	for _, row := range f.rows {
		p := row.part
		span.see(p.Effect, p.Lo, p.Hi, p.Region.Lo, p.Region.Hi)
		states.add(string(p.State))
		e, interval := p.effectText()
		said = append(said, fmt.Sprintf("%s %s: %s.", f.name(row), p.State.words(), join(" ", e, interval)))
		fig.Data = append(fig.Data, []string{row.claim, p.name(), string(p.State), cell(p.Effect), cell(p.Lo), cell(p.Hi), cell(p.Region.Lo), cell(p.Region.Hi), fmt.Sprint(p.N)})
	}
	if width := span.hi - span.lo; math.IsInf(width, 0) || math.IsNaN(width) {
		return failed(fmt.Sprintf("no value to draw: from %.3g to %.3g is more than an axis can span", span.lo, span.hi))
	}
	lo, hi := span.padded()
	names := f.names()
	p := rowPlot(f.axis, names, lo, hi)
	p.Add(plotFunc(func(c draw.Canvas, p *plot.Plot) { f.plot(c, p, lo, hi) }))
	fig.Desc = strings.Join(said, " ")
	fig.Caption = "Effects over seeds with two-sided 95 % t intervals. What is claimed is shaded."
	if slices.ContainsFunc(f.rows, func(r forestRow) bool { return unusual(r.part.Level) }) {
		fig.Caption = "Effects over seeds with two-sided t intervals, of 95 % or what the row says. What is claimed is shaded."
	}
	if f.more > 0 {
		fig.Caption += fmt.Sprintf(" %d more are in the table.", f.more)
	}
	for _, s := range states.list {
		key, err := sample(stateLook(State(s)), false, State(s).words())
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	key, err := swatch(inkRegion, solid, "claimed region")
	if err != nil {
		return failed(err.Error())
	}
	fig.Legend = append(fig.Legend, key)
	return fig.drawn(p.Draw, rowsHeight(len(f.rows), roomFor(names, 17)), id, f.title)
}

// name tells the row from the others; with the metric where the figure has
// several.
func (f *forest) name(r forestRow) string {
	metric := ""
	if slices.ContainsFunc(f.rows, func(x forestRow) bool { return x.part.Metric != f.rows[0].part.Metric }) {
		metric = r.part.Metric
	}
	return join(" ", r.claim, metric, r.part.Subject, r.part.Label, r.note, strings.TrimSpace(at(" ", r.part.Level)))
}

// names are those of the rows, the claim's once for all of its rows, and of a figure of logs
// without the word.
func (f *forest) names() []string {
	names := make([]string, len(f.rows))
	for i, row := range f.rows {
		if i > 0 && row.claim == f.rows[i-1].claim {
			row.claim = ""
		}
		if of, ok := strings.CutPrefix(row.part.Subject, "log("); ok && row.part.Scale == "log" {
			row.part.Subject = strings.TrimSuffix(of, ")")
		}
		if names[i] = f.name(row); names[i] == "" {
			names[i] = f.rows[i].claim
		}
	}
	return names
}

// stateLook tells the states apart by shape alone.
func stateLook(s State) look {
	l := look{ink: inkText, glyph: draw.RingGlyph{}}
	switch s {
	case Holds:
		l.glyph = draw.CircleGlyph{}
	case Fails:
		l.glyph = draw.CrossGlyph{}
	}
	return l
}

// plot draws the rows: regions first, zero, intervals, effects.
func (f *forest) plot(c draw.Canvas, p *plot.Plot, lo, hi float64) {
	x, y := p.Transforms(&c)
	inside := func(v float64) vg.Length { return x(math.Max(lo, math.Min(hi, v))) }
	for i, row := range f.rows {
		region := row.part.Region
		if math.IsNaN(region.Lo) || math.IsNaN(region.Hi) {
			continue
		}
		a, b := inside(region.Lo), inside(region.Hi)
		top, bottom := y(rowAt(i, len(f.rows))+0.38), y(rowAt(i, len(f.rows))-0.38)
		c.FillPolygon(inkRegion.color(solid), []vg.Point{{X: a, Y: bottom}, {X: b, Y: bottom}, {X: b, Y: top}, {X: a, Y: top}})
		for _, edge := range []float64{region.Lo, region.Hi} {
			if edge >= lo && edge <= hi {
				c.StrokeLine2(draw.LineStyle{Color: inkGuide.color(solid), Width: 0.6}, x(edge), bottom, x(edge), top)
			}
		}
	}
	if lo < 0 && hi > 0 {
		c.StrokeLine2(draw.LineStyle{Color: inkGuide.color(solid), Width: 0.6, Dashes: guideDashes}, x(0), c.Min.Y, x(0), c.Max.Y)
	}
	stroke := draw.LineStyle{Color: inkText.color(solid), Width: 1.2}
	for i, row := range f.rows {
		at := y(rowAt(i, len(f.rows)))
		if lo, hi := row.part.Lo, row.part.Hi; !math.IsNaN(lo) && !math.IsNaN(hi) {
			whisker(c, stroke, vg.Point{X: inside(lo), Y: at}, vg.Point{X: inside(hi), Y: at})
		}
		c.DrawGlyph(stateLook(row.part.State).mark(), vg.Point{X: inside(row.part.Effect), Y: at})
	}
}

// clip shortens text to n runes.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
