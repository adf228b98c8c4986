package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/compare"
	"github.com/vibench/bench/runner"
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
or wall time: each cell's last point at or before the budget, which is what you
give, as in --at evals=1e6, else the most that all cells of a row reach.`,
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

// compared tells stores from sides among arguments.
func (a *app) compared(args []string) (sides, stores []string, err error) {
	for _, arg := range args {
		info, bad := os.Stat(arg)
		file := bad == nil && !info.IsDir()
		_, known := a.estimatorAt(arg)
		switch {
		case file && known:
			return nil, nil, fmt.Errorf("bench compare: %s is an estimator and a file; write estimator=%s or %s", arg, arg, "."+string(filepath.Separator)+arg)
		case !file && (slices.Contains(suites.Names(), arg) || strings.HasSuffix(arg, ".yaml")), file && strings.HasSuffix(arg, ".yaml"):
			return nil, nil, fmt.Errorf("bench compare: %s is a suite; write --suite %s", arg, arg)
		case file || strings.HasSuffix(arg, ".db") || bad == nil:
			stores = append(stores, arg)
		default:
			found, err := a.sides(arg)
			if err != nil {
				return nil, nil, err
			}
			sides = append(sides, found...)
		}
	}
	return sides, stores, nil
}

// estimatorAt is an estimator's name, and the setting that NAME@value is about.
func (a *app) estimatorAt(name string) (at string, known bool) {
	for _, e := range a.parts.Catalog().Estimators {
		if e.Name == name {
			return e.At, true
		}
	}
	return "", false
}

// sides splits a list at its commas, those within braces and of labels apart, and
// writes NAME@64 out.
func (a *app) sides(text string) (out []string, err error) {
	head, _, _ := strings.Cut(text, "{")
	if strings.Contains(head, "=") {
		return []string{text}, nil
	}
	depth, from := 0, 0
	for i, c := range text + "," {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == ',' && (depth <= 0 || i == len(text)):
			if one := strings.TrimSpace(text[from:i]); one != "" {
				out = append(out, one)
			}
			from = i + 1
		}
	}
	for i, one := range out {
		name, value, short := strings.Cut(one, "@")
		if !short {
			continue
		}
		at, _ := a.estimatorAt(name)
		if at == "" {
			return nil, fmt.Errorf("bench compare: got %q; %s has no setting for @, write %s{k=%s} or the like", one, name, name, value)
		}
		out[i] = fmt.Sprintf("%s{%s=%s}", name, at, value)
	}
	return out, nil
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

// machines says of a view by wall time that it is a matter of machines.
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
	out := []string{"wall time is of one machine and its load, evaluations included, taken to pass evenly over a cell's steps; another run gives other numbers"}
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

// planWith is the plan begun last, of the suite and preset if they are given, in which
// the sides can be paired; without any the last, for what is wrong with it.
func planWith(st *store.Store, suite, preset, side string, against []string) (*suites.Plan, error) {
	plans, err := st.Plans()
	if err != nil {
		return nil, err
	}
	for _, info := range plans {
		if suite != "" && info.Suite != suite || preset != "" && info.Preset != preset {
			continue
		}
		plan, err := st.Plan(info.Suite, info.Preset)
		if err != nil {
			return nil, err
		}
		one, others, err := sidesOf(side, against, plan.Cells)
		if err != nil {
			continue // said of the last plan
		}
		if _, err := compare.Cells(plan, one, others); err == nil {
			return plan, nil
		}
	}
	return st.Plan(suite, preset)
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

// sidesOf reads the sides; baselines are the other estimators among cells.
func sidesOf(side string, against []string, cells []suites.Cell) (one compare.Side, others []compare.Side, err error) {
	if one, err = compare.ParseSide(side); err != nil {
		return one, nil, err
	}
	for _, text := range against {
		names := []string{text}
		if text == baselines {
			if one.Estimator() == "" {
				return one, nil, fmt.Errorf("bench compare: --against %s: got %q on the left; want one estimator", baselines, side)
			}
			names = nil
			for _, c := range cells {
				if name := c.Estimator.Name; name != one.Estimator() && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
			if len(names) == 0 {
				return one, nil, fmt.Errorf("bench compare: --against %s: there is no other estimator than %s", baselines, one.Estimator())
			}
		}
		for _, name := range names {
			other, err := compare.ParseSide(name)
			if err != nil {
				return one, nil, err
			}
			others = append(others, other)
		}
	}
	return one, others, nil
}

// seedsIn reads --seeds: a number is so many of the seeds there are, anything else is
// as of run. It is nil for all.
func seedsIn(text string, cells []suites.Cell) (func(int) bool, error) {
	if text == "" {
		return nil, nil
	}
	want := map[int]bool{}
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 {
			return nil, fmt.Errorf("bench compare: --seeds: got %s; want a number above 0, or seeds as in 0..3 or 0,2,5", text)
		}
		have := map[int]bool{}
		for _, c := range cells {
			have[c.Seed] = true
		}
		for seed := range have {
			want[seed] = true
		}
		sorted := make([]int, 0, len(have))
		for seed := range have {
			sorted = append(sorted, seed)
		}
		slices.Sort(sorted)
		for _, seed := range sorted[min(n, len(sorted)):] {
			delete(want, seed)
		}
		return func(seed int) bool { return want[seed] }, nil
	}
	for item := range strings.SplitSeq(text, ",") {
		a, b, ranged := strings.Cut(strings.TrimSpace(item), "..")
		if !ranged {
			b = a
		}
		from, err := strconv.Atoi(a)
		to, err2 := strconv.Atoi(b)
		if err != nil || err2 != nil || from < 0 || to < from || to-from > 1_000_000 {
			return nil, fmt.Errorf("bench compare: --seeds: got %q; want a number, or seeds as in 0..3 or 0,2,5", text)
		}
		for seed := from; seed <= to; seed++ {
			want[seed] = true
		}
	}
	return func(seed int) bool { return want[seed] }, nil
}

// compareSuite runs what a comparison lacks, and compares.
func (a *app) compareSuite(ctx context.Context, side string, against []string, r comparing) error {
	o := suites.Options{Preset: r.preset, Seeds: r.seeds}
	n, plain := 0, false
	if k, err := strconv.Atoi(r.seeds); err == nil {
		if n, plain, o.Seeds = k, true, ""; n < 1 {
			return fmt.Errorf("bench compare: --seeds: got %s; want a number above 0, or seeds as in 0..3 or 0,2,5", r.seeds)
		}
	}
	j, err := a.job(r.suite, o)
	if err != nil {
		return err
	}
	if plain {
		first := j.plan.Cells[0].Seed
		for _, c := range j.plan.Cells {
			first = min(first, c.Seed)
		}
		o.Seeds = fmt.Sprintf("%d..%d", first, first+n-1)
		if j, err = a.job(r.suite, o); err != nil {
			return err
		}
	}
	one, others, err := sidesOf(side, against, j.plan.Cells)
	if err != nil {
		return err
	}
	plan := *j.plan
	if name := one.Estimator(); name != "" && !slices.ContainsFunc(plan.Cells, func(c suites.Cell) bool { return c.Estimator.Name == name }) {
		if plan.Cells, err = a.joined(j, one, others); err != nil {
			return err
		}
		plan.Preset += "+" + name
	}
	if plan.Cells, err = compare.Cells(&plan, one, others); err != nil {
		return err
	}
	plan.Narrowed = true
	if j.refused, err = a.parts.Check(j.suite, &plan); err != nil {
		return err
	}
	j.plan = &plan
	path := storeOf(r.store, &plan)
	if err := a.checkData(j, path, runner.RetryFailed); err != nil {
		return err
	}
	st, err := store.Open(path)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := a.fill(ctx, j, st, r); err != nil {
		return err
	}
	if err := a.compareIn(st, &plan, one, others, r); err != nil {
		return err
	}
	todo, err := runner.Missing(&plan, st)
	if err != nil || len(todo) == 0 {
		return err
	}
	return exit{incomplete, fmt.Errorf("%s: %d of %d cells failed or are missing; the same command tries them again", plan.Suite, len(todo), len(plan.Cells))}
}

// joined are a suite's cells, and those of an estimator that it does not name in the
// place of the ones it is compared with.
func (a *app) joined(j *job, one compare.Side, others []compare.Side) ([]suites.Cell, error) {
	settings := map[string]string{}
	for label, values := range one.Want {
		param, own := strings.CutPrefix(label, "estimator.")
		switch {
		case label == "estimator":
		case own && len(values) == 1:
			settings[param] = values[0]
		default:
			return nil, fmt.Errorf("bench compare: %s has no %s; write it as NAME or NAME{k=64}", j.plan.Suite, one.Name)
		}
	}
	var theirs []suites.Cell
	for _, c := range j.plan.Cells {
		if slices.ContainsFunc(others, func(s compare.Side) bool { return s.Picks(c) }) {
			theirs = append(theirs, c)
		}
	}
	mine, err := j.suite.Instead(theirs, one.Estimator(), settings)
	if err != nil {
		return nil, fmt.Errorf("bench compare: %w", err)
	}
	return append(mine, j.plan.Cells...), nil
}

// fill runs the cells of a job that a store lacks, as run does.
func (a *app) fill(ctx context.Context, j *job, st *store.Store, r comparing) error {
	todo, err := runner.Todo(j.plan, st, runner.RetryFailed)
	if err != nil || len(todo) == 0 {
		return err
	}
	begun, err := st.Begun(ids(todo))
	if err != nil {
		return err
	}
	out, err := a.observer(j, st, todo, running{workers: r.workers})
	if err != nil {
		return err
	}
	out.begin(len(begun))
	ctx, stop := untilSignal(ctx, out.stopping)
	prov := a.parts.Provenance(ctx, j.plan, a.line, r.workers)
	sum, err := a.parts.Run(ctx, j.plan, st, prov, runner.Options{
		Workers: r.workers, Refused: j.refused, Retry: runner.RetryFailed, Checkpoint: r.checkpoint, Progress: out.ended, Warn: out.warn, Step: out.step,
	})
	stop()
	out.end()
	if err != nil {
		return exit{incomplete, err}
	}
	if sum.Left > 0 {
		if begun, err = st.Begun(ids(todo)); err != nil {
			return err
		}
		return out.stopped(sum, len(begun))
	}
	return nil
}

// direction is a metric's, from the metric that logs it: of its own name, at a k, or
// of a network or a block of parameters. What it logs of its own instrument beside
// those has none.
func (a *app) direction(metric string) string {
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

// printed writes a table in the format asked for; never over a store that it is of.
func (a *app) printed(t *compare.Table, of, stores []string, r comparing) error {
	print := map[string]func(io.Writer) error{"json": t.JSON, "md": t.Markdown, "csv": t.CSV,
		"text": func(w io.Writer) error { return compareText(w, t, of, width(a.out)) }}[r.format]
	if r.file == "" || r.file == "-" {
		return print(a.out)
	}
	if slices.ContainsFunc(stores, func(s string) bool { return same(r.file, s) }) {
		return fmt.Errorf("%s: is the store itself; want another file", r.file)
	}
	var b bytes.Buffer
	if err := print(&b); err != nil {
		return err
	}
	if err := replace(r.file, b.Bytes()); err != nil {
		return fmt.Errorf("%s: cannot be written: %w", r.file, reason(err))
	}
	return nil
}

// mostRows is how many rows are shown to people, mostNotes how many remarks of a kind.
const (
	mostRows  = 60
	mostNotes = 8
)

// compareText is a table for people.
func compareText(w io.Writer, t *compare.Table, of []string, width int) error {
	var b strings.Builder
	line := func(indent, text string) {
		for i, l := range fold(text, width-len(indent)) {
			if i > 0 || indent == "" {
				b.WriteString(strings.Repeat(" ", len(indent)) + l + "\n")
			} else {
				b.WriteString(indent + l + "\n")
			}
		}
	}
	line("", fmt.Sprintf("a = %s, b = %s: a - b paired by seed, %s", t.A, t.B, t.View))
	for _, o := range of {
		line("", o)
	}
	b.WriteString("\n")
	rows := table{t.Columns()}
	for _, r := range t.Rows[:min(mostRows, len(t.Rows))] {
		rows = append(rows, t.Cells(r, called(t.A, "a"), called(r.B, "b")))
	}
	if err := rows.write(&b, width); err != nil {
		return err
	}
	if n := len(t.Rows) - mostRows; n > 0 {
		line("", fmt.Sprintf("... and %s; --format csv has all", count(n, "row")))
	}
	for _, lines := range [][]string{t.PooledLines(), t.NoteLines(), leftOut(t.LeftOut), t.Warnings} {
		if len(lines) > 0 {
			b.WriteString("\n")
		}
		for i, l := range lines {
			if i == mostNotes && len(lines) > mostNotes+1 {
				line("- ", fmt.Sprintf("and %d more; --format json has all", len(lines)-i))
				break
			}
			line("- ", l)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// called is a side's name where a column has room for it.
func called(name, letter string) string {
	if n := len([]rune(name)); n == 0 || n > 10 {
		return letter
	}
	return name
}

// leftOut says what has no partner.
func leftOut(list []string) []string {
	var out []string
	for _, l := range list {
		out = append(out, "left out: "+l)
	}
	return out
}
