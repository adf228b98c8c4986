package report

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// Judge gives a verdict on every claim of the plan, in the plan's order.
func Judge(plan *suites.Plan, results *store.Results) []Verdict {
	cells := distinct(plan.Cells)
	verdicts := make([]Verdict, len(plan.Claims))
	for i, c := range plan.Claims {
		verdicts[i] = judge(c, cells, results)
	}
	holm(verdicts)
	return verdicts
}

// distinct keeps each cell once: a cell may stand in several grids, and it is
// one measurement all the same. The first grid's name stays.
func distinct(cells []suites.Cell) []suites.Cell {
	seen := make(map[string]bool, len(cells))
	out := make([]suites.Cell, 0, len(cells))
	for _, c := range cells {
		if !seen[c.ID] {
			seen[c.ID] = true
			out = append(out, c)
		}
	}
	return out
}

func judge(c suites.Claim, cells []suites.Cell, results *store.Results) Verdict {
	v := Verdict{
		Claim: c.ID, Paper: c.Paper, Says: c.Says, Report: c.Report,
		Effect: math.NaN(), Lo: math.NaN(), Hi: math.NaN(), P: math.NaN(), PAdjusted: math.NaN(),
		Bootstrap: nowhere, Binding: -1, State: NotRun,
	}
	kinds := newSet()
	criteria := newSet()
	var tests []test
	for _, p := range c.Parts {
		kinds.add(p.Kind)
		tests = append(tests, expand(p, cells)...)
		criteria.add(criterion(p))
	}
	tellApart(tests)
	for _, t := range tests {
		v.Parts = append(v.Parts, t.run(cmp.Or(t.part.Seeds, c.Seeds), results))
	}
	v.Kind = strings.Join(kinds.list, "+")
	v.Criterion = strings.Join(criteria.list, "; and ")
	if len(v.Parts) == 0 {
		v.Reason = "the claim has no part"
		return v
	}
	v.Binding = binding(v.Parts)
	b := v.Parts[v.Binding]
	v.State, v.Reason = b.State, b.Reason
	v.Effect, v.Lo, v.Hi, v.N, v.Bootstrap = b.Effect, b.Lo, b.Hi, b.N, b.Bootstrap
	if v.State == NotRun && !all(v.Parts, NotRun) {
		v.State = Open
	}
	if v.Reason != "" && len(v.Parts) > 1 && !all(v.Parts, NotRun) {
		v.Reason = b.name() + ": " + v.Reason
	}
	if n := len(c.Select(cells)); n < c.Cells && (v.State == Holds || v.State == Fails) {
		v.State, v.Reason = Open, fmt.Sprintf("the plan is narrowed to %d of the %d cells that the claim is about", n, c.Cells)
	}
	v.P = largest(v.Parts)
	v.Warnings, v.Cells = pool(v.Parts, cells)
	return v
}

// binding finds the part that decides the claim: the worst state first, and
// within it the part nearest its boundary. Where all hold it is the first, which
// is what the author of the suite put first.
func binding(parts []PartVerdict) int {
	rank := map[State]int{Fails: 0, Open: 1, NotRun: 2, Holds: 3}
	best := 0
	for i, p := range parts[1:] {
		b := parts[best]
		switch {
		case rank[p.State] != rank[b.State]:
			if rank[p.State] < rank[b.State] {
				best = i + 1
			}
		case p.State != Holds && p.slack < b.slack:
			best = i + 1
		}
	}
	return best
}

func all(parts []PartVerdict, s State) bool {
	for _, p := range parts {
		if p.State != s {
			return false
		}
	}
	return true
}

// largest is the p value of "all parts hold" (Berger 1982, intersection-union):
// the largest of the parts, with no correction. NaN when a part has none yet.
func largest(parts []PartVerdict) float64 {
	p := math.NaN()
	for _, t := range parts {
		if !t.bearing {
			continue
		}
		if math.IsNaN(t.P) {
			return math.NaN()
		}
		if math.IsNaN(p) || t.P > p {
			p = t.P
		}
	}
	return p
}

// pool joins the warnings and the cells of all parts, the cells in plan order.
func pool(parts []PartVerdict, cells []suites.Cell) (warnings, ids []string) {
	said := newSet()
	reads := map[string]bool{}
	for _, p := range parts {
		for _, w := range p.Warnings {
			if len(parts) > 1 {
				w = p.name() + ": " + w
			}
			said.add(w)
		}
		for _, id := range p.Cells {
			reads[id] = true
		}
	}
	for _, c := range cells {
		if reads[c.ID] {
			ids = append(ids, c.ID)
		}
	}
	return said.list, ids
}

// holm adjusts the p values of each paper's claims (Holm 1979). The family is
// fixed by the suite: claims that have not been run are counted, report-only
// ones are not. A claim that lacks numbers is counted as one that has not been
// run: the p of some of its seeds is not the claim's. A claim whose adjusted p
// exceeds the claim's level is open.
func holm(verdicts []Verdict) {
	papers := newSet()
	family := map[string][]int{}
	for i, v := range verdicts {
		if v.Report || !bearing(v.Parts) {
			continue
		}
		papers.add(v.Paper)
		family[v.Paper] = append(family[v.Paper], i)
	}
	for _, paper := range papers.list {
		members := family[paper]
		var p []float64
		var with []int
		for _, i := range members {
			verdicts[i].Family = len(members)
			if !math.IsNaN(verdicts[i].P) && whole(verdicts[i].Parts) {
				p = append(p, verdicts[i].P)
				with = append(with, i)
			}
		}
		for j, adjusted := range stats.Holm(p, len(members)) {
			v := &verdicts[with[j]]
			v.PAdjusted = adjusted
			if level := v.level(); v.State == Holds && !(adjusted <= level) {
				v.State = Open
				v.Reason = fmt.Sprintf("Holm: adjusted p %s exceeds %g (family of %d claims)",
					pAt(adjusted, level), level, len(members))
			}
		}
	}
}

// level is that of "all parts hold" (Berger 1982): the largest of the parts that have a
// p value.
func (v *Verdict) level() float64 {
	level := 0.0
	for _, p := range v.Parts {
		if p.bearing {
			level = max(level, p.Level)
		}
	}
	return cmp.Or(level, Level)
}

func whole(parts []PartVerdict) bool {
	for _, p := range parts {
		if !p.whole {
			return false
		}
	}
	return true
}

func bearing(parts []PartVerdict) bool {
	for _, p := range parts {
		if p.bearing {
			return true
		}
	}
	return false
}

// A set keeps strings once, in the order they came.
type set struct {
	list []string
	seen map[string]bool
}

func newSet() *set { return &set{seen: map[string]bool{}} }

func (s *set) add(x string) {
	if !s.seen[x] {
		s.seen[x] = true
		s.list = append(s.list, x)
	}
}
