package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/diff"
	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

func (a *app) diff() *cobra.Command {
	var suite, preset string
	var asJSON bool
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "how two stores, or two suites, or one of each, are not the same",
		Long: `Diff lists the cells that only one of A and B has, the cells that changed and by
what (a setting, the data, the numeric version of a part), the numbers that
changed, and what is another in the machines and programs that made them. Each of
A and B is a store, or a suite: a file, or the name of one that comes with bench.

Cells are paired by their labels: grid, parts, seed, and every setting that takes
several values among the cells of the same parts. Cells of the same ID are the same
cells, and must have the same bits in two stores.

Exit status 0 whatever is found, but 4 if the same cell has other bits.`,
		Example: `  bench diff before.db after.db
  bench diff results/iwae_snr.db iwae_snr     what running it again would change
  bench diff mine.yaml mine-2.yaml --preset quick`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("%s: want two, each a store or a suite, got %s; see %s --help", c.CommandPath(), arguments(args), c.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: completeSuites,
		RunE: func(c *cobra.Command, args []string) error {
			return a.diffSides(c.Context(), args, suite, preset, asJSON)
		},
	}
	f := c.Flags()
	f.StringVar(&suite, "suite", "", "of a store, this suite (default: all; beside a suite, the same one)")
	f.StringVar(&preset, "preset", "", "this preset (default: of a store all, of a suite its own default)")
	f.BoolVar(&asJSON, "json", false, "for machines, with every group of cells")
	c.RegisterFlagCompletionFunc("preset", completePresets)
	return c
}

func (a *app) diffSides(ctx context.Context, args []string, suite, preset string, asJSON bool) error {
	var sides [2]diff.Side
	var stores [2]*store.Store
	var beside *suites.Plan // of the one suite, if the other is a store
	for i, name := range args {
		if !isStore(name) {
			p, err := a.planOf(name, preset)
			if err != nil {
				return err
			}
			sides[i] = diff.Side{Name: name, Plans: []*suites.Plan{p}}
			beside = p
			continue
		}
		st, err := store.OpenRead(name)
		if err != nil {
			return err
		}
		defer st.Close()
		stores[i] = st
	}
	cat := a.parts.Catalog()
	for i, st := range stores {
		digests := map[string][]string{}
		if st != nil {
			var err error
			if sides[i], err = sideOf(st, suite, preset, beside); err != nil {
				return err
			}
			if digests, err = digestsOf(st); err != nil {
				return err
			}
		} else if stores[1-i] != nil {
			sides[i].Runs = []store.Provenance{runner.Build(ctx)}
		}
		sides[i].Hidden = hidden(cat, digests)
	}
	d, err := diff.New(sides[0], sides[1])
	if err != nil {
		return err
	}
	if asJSON {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		err = enc.Encode(d)
	} else {
		err = diffText(a.out, d, width(a.out))
	}
	if err == nil && d.Numbers != nil && d.Numbers.Differ > 0 {
		err = exit{different, fmt.Errorf("%s and %s: %s other bits for the same ID", args[0], args[1], has(d.Numbers.Differ))}
	}
	return err
}

func has(n int) string {
	if n == 1 {
		return "1 cell has"
	}
	return fmt.Sprintf("%d cells have", n)
}

// isStore says whether a name is rather a store's than a suite's: what is there
// decides, else the name.
func isStore(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return filepath.Ext(name) == ".db"
	}
	defer f.Close()
	head := make([]byte, 16)
	n, _ := io.ReadFull(f, head)
	return bytes.HasPrefix(head[:n], []byte("SQLite format 3")) || filepath.Ext(name) == ".db"
}

func (a *app) planOf(name, preset string) (*suites.Plan, error) {
	s, err := a.parse(name)
	if err != nil {
		return nil, err
	}
	return s.Plan(suites.Options{Preset: preset})
}

// sideOf is a store's side: the plans that are asked for, else beside a suite the one
// nearest to it, else all.
func sideOf(st *store.Store, suite, preset string, beside *suites.Plan) (diff.Side, error) {
	side := diff.Side{Name: st.Path(), Store: st}
	infos, err := st.Plans()
	if err != nil {
		return side, err
	}
	if suite != "" || preset != "" && beside == nil {
		if _, err := st.Plan(suite, preset); err != nil {
			return side, err // it says what there is
		}
	}
	keep := func(want func(store.PlanInfo) bool) []store.PlanInfo {
		return slices.DeleteFunc(slices.Clone(infos), func(i store.PlanInfo) bool { return !want(i) })
	}
	chosen := keep(func(i store.PlanInfo) bool {
		return (suite == "" || suite == i.Suite) && (preset == "" || preset == i.Preset)
	})
	if beside != nil && suite == "" {
		chosen = keep(func(i store.PlanInfo) bool { return i.Suite == beside.Suite && i.Preset == beside.Preset })
		if len(chosen) == 0 {
			chosen = keep(func(i store.PlanInfo) bool { return i.Suite == beside.Suite })
		}
		if len(chosen) == 0 && len(infos) == 1 {
			chosen = infos
		}
		if len(chosen) == 0 {
			_, err := st.Plan(beside.Suite, beside.Preset)
			return side, err
		}
		chosen = chosen[:1]
	}
	for _, i := range chosen {
		p, err := st.Plan(i.Suite, i.Preset)
		if err != nil {
			return side, err
		}
		side.Plans = append(side.Plans, p)
		runs, err := st.Provenance(i.Suite, i.Preset)
		if err != nil {
			return side, err
		}
		side.Runs = append(side.Runs, runs...)
	}
	return side, nil
}

// hidden tells what an ID holds that the cell does not.
func hidden(cat suites.Catalog, digests map[string][]string) func(suites.Cell) []suites.Setting {
	return func(c suites.Cell) []suites.Setting {
		o, ok := cat.Origin(c, digests[c.Dataset.String()]...)
		if !ok {
			return nil
		}
		out := []suites.Setting{{Name: "arithmetic", Version: o.Core}, {Name: "data digest of " + c.Dataset.Name, Value: suites.DigestText(o.Digest)}}
		for _, name := range slices.Sorted(maps.Keys(o.Named)) {
			out = append(out, suites.Setting{Name: "estimator " + name + ", which a metric names", Version: o.Named[name]})
		}
		return out
	}
}

// mostDiffs is how many of a kind the text lists.
const mostDiffs = 20

func diffText(w io.Writer, d *diff.Diff, width int) error {
	var b strings.Builder
	put := func(indent int, format string, args ...any) {
		lead := strings.Repeat(" ", indent)
		for i, line := range fold(oneLine(fmt.Sprintf(format, args...)), max(width-indent-2, leastWide)) {
			if i > 0 {
				line = "  " + line
			}
			fmt.Fprintf(&b, "%s%s\n", lead, line)
		}
	}
	more := func(shown, all int) bool {
		if shown == mostDiffs {
			put(2, "and %d more (--json has all)", all-shown)
		}
		return shown >= mostDiffs
	}
	for i, s := range []diff.Summary{d.A, d.B} {
		put(0, "%c  %s: %s; %s", 'A'+i, s.Name, list(s.Plans), count(s.Cells, "cell"))
	}
	changed, added, removed := 0, 0, 0
	for _, c := range d.Changed {
		changed += c.Cells
	}
	for _, g := range d.Added {
		added += len(g.Cells)
	}
	for _, g := range d.Removed {
		removed += len(g.Cells)
	}
	put(0, "cells: %d the same, %d changed, %d added, %d removed", d.Same, changed, added, removed)
	if d.Empty() {
		put(0, "nothing differs")
	}
	if changed > 0 {
		b.WriteString("\nchanged\n")
	}
	for i, c := range d.Changed {
		if more(i, len(d.Changed)) {
			break
		}
		put(2, "%s, such as %s%s", count(c.Cells, "cell"), inGrid(c.Grid), c.Name)
		for _, f := range c.Why {
			put(4, "%s: %s -> %s", f.Name, nothing(f.A), nothing(f.B))
		}
	}
	for _, part := range []struct {
		head   string
		groups []diff.Group
	}{{"added", d.Added}, {"removed", d.Removed}} {
		if len(part.groups) > 0 {
			fmt.Fprintf(&b, "\n%s\n", part.head)
		}
		for i, g := range part.groups {
			if more(i, len(part.groups)) {
				break
			}
			put(2, "%s%s, %s", inGrid(g.Grid), g.Name, seedsText(g.Seeds))
		}
	}
	if n := d.Numbers; n != nil && d.Same > 0 {
		b.WriteString("\nnumbers of the same cells\n")
		put(2, "%d ended in both, %d in A alone, %d in B alone; %d differ", n.Both, n.OnlyA, n.OnlyB, n.Differ)
		for _, o := range n.Outcomes {
			put(2, "%s: %s -> %s, such as %s %s", count(o.Cells, "cell"), o.A, o.B, o.First[:min(12, len(o.First))], o.Name)
		}
		metricsText(&b, n.Metrics, put, more)
	}
	if len(d.Moved) > 0 {
		b.WriteString("\nlast values of changed cells\n")
		metricsText(&b, d.Moved, put, more)
	}
	if len(d.Environment) > 0 {
		b.WriteString("\nenvironment\n")
		for _, f := range d.Environment {
			put(2, "%s: %s -> %s", f.Name, nothing(f.A), nothing(f.B))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func metricsText(b *strings.Builder, all []diff.Metric, put func(int, string, ...any), more func(int, int) bool) {
	for i, m := range all {
		if more(i, len(all)) {
			return
		}
		put(2, "%s: %s of %s, by at most %s", m.Metric, count(m.Points, "point"), count(m.Cells, "cell"), strconv.FormatFloat(m.Largest, 'g', 3, 64))
		put(4, "%s %s", m.First.Cell[:min(12, len(m.First.Cell))], m.First.Name)
		put(4, "step %d: %s -> %s", m.First.Step, m.First.A, m.First.B)
	}
}

func inGrid(grid string) string {
	if grid == "" {
		return ""
	}
	return grid + ": "
}

func nothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// seedsText is seed 3, or seeds 0-7, 9.
func seedsText(seeds []int) string {
	if len(seeds) == 1 {
		return "seed " + strconv.Itoa(seeds[0])
	}
	var parts []string
	for i := 0; i < len(seeds); {
		j := i
		for j+1 < len(seeds) && seeds[j+1] == seeds[j]+1 {
			j++
		}
		part := strconv.Itoa(seeds[i])
		if j > i {
			part += "-" + strconv.Itoa(seeds[j])
		}
		parts = append(parts, part)
		i = j + 1
	}
	return "seeds " + list(parts)
}
