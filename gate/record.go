package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vibench/bench/report"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// Next is the first of the reserved seeds of the record after r: no two records of a
// suite have a reserved seed in common. 0 when none are left.
func (r *Record) Next() int {
	next := r.undrawn()
	if next+suites.FreshSeeds-1 > suites.LastReserved {
		return 0
	}
	return next
}

// undrawn is the first reserved seed that neither r nor a record before it has drawn.
func (r *Record) undrawn() int {
	if r == nil {
		return suites.FirstReserved
	}
	return r.Reserved.Next
}

// Take is the record of a suite: the numbers of the gate's plan, and of the same
// configurations on reserved seeds those that have primary metrics. was is the record
// before, if there is one. fresh is nil, and its numbers unused, where no reserved seeds are
// left. A cell without a result, and a primary metric without a value at every seed, is an
// error: nothing could be held against it.
func Take(file string, was *Record, plan, fresh *suites.Plan, n, m Numbers, prov store.Provenance) (*Record, error) {
	r := &Record{
		Suite: plan.Suite, File: file, Preset: plan.Preset, Plan: PlanDigest(plan.Cells), Reserved: Reserved{Next: was.undrawn()},
		Revision: prov.Revision, Go: prov.Go, Machine: fmt.Sprintf("%s/%s, %s", prov.OS, prov.Arch, prov.Kernel),
		Claims: []Claim{}, Configs: []Config{},
	}
	at := map[string]int{}
	add := func(c suites.Cell, n Numbers) error {
		cell, ok, err := n.record(c, plan.Primary)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("gate: %s has no result; a baseline wants all", c)
		}
		for _, p := range plan.Primary {
			if _, has := cell.Values[p.Metric]; !has && n.logs(c, p) {
				return fmt.Errorf("gate: primary %s of %s has no value at %s; it wants one at every seed", p.Metric, c.Configuration(), n.wanting(c, p.Metric))
			}
		}
		name := c.Configuration()
		i, known := at[name]
		if !known {
			i = len(r.Configs)
			at[name] = i
			r.Configs = append(r.Configs, Config{Config: name, Primary: []Rule{}})
		}
		for _, p := range plan.Primary {
			_, has := cell.Values[p.Metric]
			if has && r.Configs[i].rule(p.Metric) == nil {
				r.Configs[i].Primary = append(r.Configs[i].Primary, ruleOf(p))
			}
		}
		r.Configs[i].Cells = append(r.Configs[i].Cells, cell)
		return nil
	}
	for _, c := range plan.Cells {
		if err := add(c, n); err != nil {
			return nil, err
		}
	}
	if fresh != nil && len(fresh.Cells) > 0 {
		from := fresh.Cells[0].Seed
		r.Reserved = Reserved{From: from, Next: from + suites.FreshSeeds}
		for _, c := range fresh.Cells {
			if err := add(c, m); err != nil {
				return nil, err
			}
		}
	}
	for i := range r.Configs {
		slices.SortFunc(r.Configs[i].Cells, func(a, b Cell) int { return a.Seed - b.Seed })
	}
	for _, v := range report.Judge(plan, n.Results) {
		if !v.Report {
			r.Claims = append(r.Claims, Claim{v.Claim, string(v.State)})
		}
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("gate: %w", err)
	}
	return r, nil
}

// Guarded keeps of a plan's cells those of the configurations that have a primary metric:
// those that a second stage could want. logs says what a cell will log.
func Guarded(cells []suites.Cell, primary []suites.Primary, logs func(suites.Cell) []string) []suites.Cell {
	guarded := map[string]bool{}
	var out []suites.Cell
	for _, c := range cells {
		name := c.Configuration()
		is, known := guarded[name]
		if !known {
			names := logs(c)
			is = slices.ContainsFunc(primary, func(p suites.Primary) bool {
				return c.Matches(p.Over) && slices.Contains(names, suites.Logged(p.Metric))
			})
			guarded[name] = is
		}
		if is {
			out = append(out, c)
		}
	}
	return out
}

// Clean refuses a revision that nobody could go back to.
func Clean(prov store.Provenance) error {
	switch {
	case prov.Revision == "" || prov.Revision == "unknown":
		return fmt.Errorf("the revision of this program is unknown; build it with go build -buildvcs=true, or run it in its git work tree")
	case prov.Dirty:
		return fmt.Errorf("the work tree of %.12s has changes that are not committed; commit them, and build again", prov.Revision)
	}
	return nil
}

// Made says whether numbers of a run are for certain those of the program of now: made by
// the same toolchain from the same revision and modules, without changes. What was
// changed, or is of an unknown revision, may be any program.
func Made(run, now store.Provenance) bool {
	return Clean(run) == nil && Clean(now) == nil && run.Revision == now.Revision &&
		run.Go == now.Go && maps.Equal(run.Modules, now.Modules)
}

// short is enough of a revision to find it.
func short(revision string) string {
	return revision[:min(12, len(revision))]
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func seedsOf(seeds []int) string {
	if len(seeds) == 1 {
		return "seed " + seedsText(seeds)
	}
	return "seeds " + seedsText(seeds)
}

// seedsText is 0..11, or 0..3, 7.
func seedsText(seeds []int) string {
	var parts []string
	for i := 0; i < len(seeds); {
		j := i
		for j+1 < len(seeds) && seeds[j+1] == seeds[j]+1 {
			j++
		}
		if j == i {
			parts = append(parts, fmt.Sprint(seeds[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d..%d", seeds[i], seeds[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}
