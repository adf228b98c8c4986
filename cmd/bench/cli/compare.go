package cli

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/compare"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

var compareFormats = []string{"text", "json", "md", "csv"}

// baselines stands for a suite's other estimators.
const baselines = "baselines"

// comparing is what the flags of compare say.
type comparing struct {
	against, suite, preset, store, seeds, at string
	format, file                             string
	workers                                  int
	checkpoint                               time.Duration
	compare.Options
}

func (a *app) compare() *cobra.Command {
	var r comparing
	c := &cobra.Command{
		Use:   "compare A B [STORE] | A --against B,C [STORE] | STORE STORE",
		Short: "two estimators, or two stores: paired effects with intervals",
		Long: `Compare sets two estimators of a store, or the same cells of two stores, beside
each other: pairs of cells that agree in all else, by seed; the mean difference
a - b in the metric's unit with its 95 % interval; p values adjusted over the
whole table (Holm). It ranks nothing below five seeds, nor where cells diverged.
P(impr) is how often a run of A is better than any run of B (2108.13264).

A and B are estimators, NAME or NAME{k=64} or NAME@64, or labels as of a claim,
"estimator=NAME k=64". Of several settings those pair that agree. With a STORE,
compare reads it and runs nothing. With --suite and no STORE it first runs the
cells of the comparison that results/<suite>.db lacks; an A that the suite does
not name takes the place of its estimators, and is kept under the preset
<preset>+A. --against baselines is all other estimators.

--at steps, evals or time compares at equal training steps, density evaluations
or time of training: each cell's last point at or before the budget, which is
what you give, as in --at evals=1e6, else the most that all cells of a row
reach. Time leaves out the evaluation of metrics. Cells of older stores did not
keep it: where a row has one, the whole wall time is taken to pass evenly over
steps, and the row says so.`,
		Example: `  bench compare A B results/iwae_snr.db
  bench compare A B --suite iwae_snr --metric snr/inf
  bench compare mine --against baselines --suite iwae_snr --seeds 10
  bench compare results/before.db results/after.db --format md`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return a.compareAll(c.Context(), args, r) },
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, e := range a.parts.Estimators {
				names = append(names, e.Card().Name)
			}
			return names, cobra.ShellCompDirectiveDefault
		},
	}
	f := c.Flags()
	f.StringVar(&r.against, "against", "", "what A is compared with: estimators, separated by commas, or baselines")
	f.StringArrayVar(&r.Metrics, "metric", nil, "metric to compare (default: the suite's primary ones and those that its claims read; repeatable)")
	f.StringVar(&r.suite, "suite", "", "suite to run what is missing of; with a STORE, which of its suites")
	f.StringVar(&r.preset, "preset", "", "preset of the suite (default: the suite's own; of a store, the one run last)")
	f.StringVar(&r.store, "store", "", "with --suite, the store to fill (default: results/<suite>.db)")
	f.StringVar(&r.seeds, "seeds", "", "10: the first ten; or 0..3 or 0,2,5 (default: all)")
	f.StringVar(&r.at, "at", "end", "where in training: end, steps, evals or time, or a budget as in evals=1e6")
	f.StringVar(&r.Test, "test", "t", "p values that decide: t (paired), wilcoxon or signflip (exact)")
	f.StringVar(&r.Scale, "scale", "", "linear: differences; log: ratios (default: log where a claim reads the metric so)")
	f.StringVar(&r.format, "format", "text", "text, json, md or csv")
	f.StringVarP(&r.file, "output", "o", "", "file to write (default: stdout)")
	f.IntVar(&r.workers, "workers", runtime.GOMAXPROCS(0), "cells at a time, of those that are run")
	f.DurationVar(&r.checkpoint, "checkpoint", time.Minute, "as of run")
	for name, values := range map[string][]string{"format": compareFormats, "at": compare.Views, "test": compare.Tests, "scale": {"linear", "log"}, "against": {baselines}} {
		c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	c.RegisterFlagCompletionFunc("preset", completePresets)
	c.RegisterFlagCompletionFunc("suite", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return suites.Names(), cobra.ShellCompDirectiveDefault
	})
	return c
}

// compareAll tells the forms of the command apart.
func (a *app) compareAll(ctx context.Context, args []string, r comparing) error {
	if err := choice("bench compare: --format", r.format, compareFormats); err != nil {
		return err
	}
	if r.workers < 1 {
		return fmt.Errorf("bench compare: --workers: got %d; need at least 1", r.workers)
	}
	if r.checkpoint < 0 {
		return fmt.Errorf("bench compare: --checkpoint: got %v; want a time, or 0 for none", r.checkpoint)
	}
	if err := hasFolder(r.file); err != nil {
		return err
	}
	var err error
	if r.View, err = compare.ParseView(r.at); err != nil {
		return err
	}
	sides, stores, err := a.compared(args)
	if err != nil {
		return err
	}
	if r.store != "" && r.suite == "" {
		stores, r.store = append(stores, r.store), ""
	}
	against, err := a.sides(r.against)
	if err != nil {
		return err
	}
	r.Better, r.Unit = a.direction, a.unit
	usage := "want two estimators and a store or --suite, or two stores"
	switch {
	case len(stores) > 2:
		return fmt.Errorf("bench compare: got %d stores; want one or two", len(stores))
	case len(stores) == 2 && (len(sides) > 1 || len(against) > 0):
		return fmt.Errorf("bench compare: got two stores and %s to compare; want the same cells of two stores (at most one selection), or sides of one store", count(len(sides)+len(against), "side"))
	case len(stores) == 2:
		return a.compareStores(stores, sides, r)
	case len(stores) == 1 && len(sides) == 0:
		return fmt.Errorf("bench compare: got the store %s alone; %s", stores[0], usage)
	case len(sides) == 0 || len(sides)+len(against) < 2:
		return fmt.Errorf("bench compare: got %s; %s; see bench compare --help", arguments(append(args, against...)), usage)
	case len(sides) > 1 && len(against) > 0:
		return fmt.Errorf("bench compare: got %s, and --against %s; want one of them", arguments(sides), r.against)
	case len(stores) == 0 && r.suite == "":
		return fmt.Errorf("bench compare: %s of what? %s", list(append(sides, against...)), "name a store, or --suite to run what is missing")
	}
	against = append(sides[1:len(sides):len(sides)], against...)
	if len(stores) == 1 {
		return a.compareStore(stores[0], sides[0], against, r)
	}
	return a.compareSuite(ctx, sides[0], against, r)
}

// compareStores compares the same cells of two stores.
func (a *app) compareStores(paths, sides []string, r comparing) error {
	var one compare.Side
	if len(sides) == 1 {
		var err error
		if one, err = compare.ParseSide(sides[0]); err != nil {
			return err
		}
	}
	if same(paths[0], paths[1]) {
		return fmt.Errorf("bench compare: %s and %s are one store; want two, or two estimators of one", paths[0], paths[1])
	}
	suite, preset := r.suite, r.preset
	var sources [2]compare.Source
	var provs [2][]store.Provenance
	for i, path := range paths {
		st, err := store.OpenRead(path)
		if err != nil {
			return err
		}
		defer st.Close()
		plan, err := st.Plan(suite, preset)
		if err != nil && i == 1 && r.preset == "" { // the first has a preset that this one lacks, or another suite
			plan, err = st.Plan(suite, "")
		}
		if err != nil && i == 1 && r.suite == "" {
			plan, err = st.Plan("", r.preset)
		}
		if err != nil {
			return err
		}
		suite, preset = plan.Suite, plan.Preset
		results, err := st.Load(plan)
		if err != nil {
			return err
		}
		sources[i] = compare.Source{Name: oneLine(path), Results: results}
		if provs[i], err = st.Provenance(plan.Suite, plan.Preset); err != nil {
			return err
		}
	}
	var err error
	if r.Seeds, err = seedsIn(r.seeds, slices.Concat(sources[0].Results.Plan.Cells, sources[1].Results.Plan.Cells)); err != nil {
		return err
	}
	t, err := compare.Of(sources[0], compare.Side{Name: oneLine(paths[0]), Want: one.Want}, sources[1], []compare.Side{{Name: oneLine(paths[1]), Want: one.Want}}, r.Options)
	if err != nil {
		return err
	}
	t.Warnings = append(t.Warnings, machines(r.View, slices.Concat(provs[0], provs[1]))...)
	return a.printed(t, slices.Compact([]string{title(sources[0].Results.Plan), title(sources[1].Results.Plan)}), paths, r)
}

// machines says of a view by time that it is a matter of machines.
func machines(v compare.View, provs []store.Provenance) []string {
	if v.By != "time" {
		return nil
	}
	var on []string
	for _, p := range provs {
		if one := fmt.Sprintf("%s, %s", p.CPU, count(p.Workers, "worker")); !slices.Contains(on, one) {
			on = append(on, one)
		}
	}
	out := []string{"time of training is of one machine and its load; another run gives other numbers"}
	if len(on) > 1 {
		out = append(out, "cells ran on unlike machines or numbers of workers, whose times do not compare: "+strings.Join(on, "; "))
	}
	return out
}

// compareStore compares sides of one store, and runs nothing.
func (a *app) compareStore(path, side string, against []string, r comparing) error {
	st, err := store.OpenRead(path)
	if err != nil {
		return err
	}
	defer st.Close()
	plan, err := planWith(st, r.suite, r.preset, side, against)
	if err != nil {
		return err
	}
	if r.Seeds, err = seedsIn(r.seeds, plan.Cells); err != nil {
		return err
	}
	one, others, err := sidesOf(side, against, plan.Cells)
	if err != nil {
		return err
	}
	return a.compareIn(st, plan, one, others, r)
}

// compareIn compares sides of a plan in a store.
func (a *app) compareIn(st *store.Store, plan *suites.Plan, side compare.Side, against []compare.Side, r comparing) error {
	t, err := a.tableIn(st, plan, side, against, r)
	if err != nil {
		return err
	}
	return a.printed(t, []string{title(plan) + ", store " + oneLine(st.Path())}, []string{st.Path()}, r)
}

// tableIn is the table of sides of one plan of a store.
func (a *app) tableIn(st *store.Store, plan *suites.Plan, side compare.Side, against []compare.Side, r comparing) (*compare.Table, error) {
	results, err := st.Load(plan)
	if err != nil {
		return nil, err
	}
	source := compare.Source{Name: oneLine(st.Path()), Results: results}
	t, err := compare.Of(source, side, source, against, r.Options)
	if err != nil {
		return nil, err
	}
	provs, err := st.Provenance(plan.Suite, plan.Preset)
	if err != nil {
		return nil, err
	}
	t.Warnings = append(t.Warnings, machines(r.View, provs)...)
	return t, nil
}

// direction is a metric's, from the metric that logs it: of its own name, at a k, or
// of a network or a block of parameters. What it logs of its own instrument beside
// those has none. Of a fall it is the other one: a metric that had better go up had
// better not go down.
func (a *app) direction(metric string) string {
	if of, fall := suites.Fall(metric); fall {
		if a.direction(of) == "higher" {
			return "lower"
		}
		return ""
	}
	metric = suites.Logged(metric)
	name, better, _ := a.logged(metric)
	rest := strings.TrimPrefix(strings.TrimPrefix(metric, "train/"), name)
	if rest == "" || strings.HasPrefix(rest, "@") && !strings.Contains(rest, "/") {
		return better
	}
	for _, instrument := range []string{"/floor", "/detectable", "/still", "/z"} {
		if strings.HasSuffix(rest, instrument) {
			return ""
		}
	}
	for _, network := range []string{"/gen", "/inf", "/own"} {
		if rest == network || strings.HasPrefix(rest, network+"/") {
			return better
		}
	}
	return ""
}

func (a *app) unit(metric string) string {
	if _, fall := suites.Fall(metric); fall {
		return "" // relative
	}
	_, _, unit := a.logged(metric)
	return unit
}

// logged is the metric that logs a number of a name, with its direction and unit.
func (a *app) logged(metric string) (name, better, unit string) {
	metric = suites.Logged(metric)
	metric = strings.TrimPrefix(metric, "train/")
	for _, m := range a.parts.Metrics {
		rest, is := strings.CutPrefix(metric, m.Name())
		if is && (rest == "" || strings.ContainsAny(rest[:1], "/@")) && len(m.Name()) > len(name) {
			name, better, unit = m.Name(), m.Better(), m.Unit()
		}
	}
	return name, better, unit
}

// mostRows is how many rows are shown to people, mostNotes how many remarks of a kind.
const (
	mostRows  = 60
	mostNotes = 8
)
