package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// verifying is what the flags of verify say.
type verifying struct {
	suite, preset string
	only          []string
	sample, seed  int
	workers       int
	json          bool
}

func (a *app) verify() *cobra.Command {
	var v verifying
	c := &cobra.Command{
		Use:   "verify STORE [CELL...]",
		Short: "run cells again and compare the bits",
		Long: `Verify runs cells of a store again, as the store describes them and from their
beginnings, and compares all that export prints of them: outcome, every point and
every vector to the bit. It says "same", or the first metric and step that differ,
with both values and their bits. The store is opened for reading and not changed.

CELL is the beginning of an ID; without any, all cells of the store are meant.
Some cells cannot be run again for their bits: they failed or have not run, their
parts are no more, their data are missing, or a version or the data changed, so
that their numbers are due to be others. They are counted with the reason.

One that is damaged in the store is told of as such, and the others go on.

Exit status 4 if bits differ or cells are damaged, else 3 if a cell that was asked for could not be run
again, else 0.`,
		Example: `  bench verify results/iwae_snr.db --sample 20
  bench verify results/iwae_snr.db 3f2a 77c0
  bench verify results/iwae_snr.db --only estimator=dreg --only seed=0`,
		Args: some("STORE"),
		RunE: func(c *cobra.Command, args []string) error {
			given := c.Flags().Changed
			switch {
			case v.workers < 1:
				return fmt.Errorf("bench verify: --workers: got %d; need at least 1", v.workers)
			case given("sample") && v.sample < 1:
				return fmt.Errorf("bench verify: --sample: got %d; need at least 1", v.sample)
			case given("seed") && !given("sample"):
				return fmt.Errorf("bench verify: --seed: draws a sample; add --sample N")
			}
			return a.verifyStore(c.Context(), args[0], args[1:], v)
		},
	}
	f := c.Flags()
	f.IntVar(&v.sample, "sample", 0, "of the cells that can be run again, so many, drawn by the store's cells and --seed (default: all)")
	f.IntVar(&v.seed, "seed", 0, "another sample")
	f.IntVar(&v.workers, "workers", runtime.GOMAXPROCS(0), "cells at a time")
	f.StringVar(&v.suite, "suite", "", "cells of this suite (default: of all)")
	f.StringVar(&v.preset, "preset", "", "cells of this preset (default: of all)")
	f.StringArrayVar(&v.only, "only", nil, "cells with label=value or label!=value, as in estimator=iwae (repeatable)")
	f.BoolVar(&v.json, "json", false, "a JSON line for every cell, and one at the end")
	c.RegisterFlagCompletionFunc("preset", completePresets)
	return c
}

// States of a cell that was to be verified.
const (
	isSame   = "same"
	isOther  = "differs"
	isBarred = "not rerun" // cannot be
	isBroken = "damaged"   // in the store
)

func (a *app) verifyStore(ctx context.Context, path string, prefixes []string, v verifying) error {
	st, err := store.OpenRead(path)
	if err != nil {
		return err
	}
	defer st.Close()
	cells, err := v.choose(st, prefixes)
	if err != nil {
		return err
	}
	digests, err := digestsOf(st)
	if err != nil {
		return err
	}
	w := &verdicts{a: a, path: path, named: len(prefixes) > 0, asked: len(cells), json: v.json}
	free, barred := a.parts.Rerunnable(cells, digests)
	for _, k := range cells {
		if why, ok := barred[k.ID]; k.Damage != nil {
			w.broke(k.Cell, k.Damage)
		} else if ok {
			w.bar(k.Cell, why)
		}
	}
	todo := free
	if v.sample > 0 {
		todo = runner.Sample(free, v.sample, v.seed)
	}
	w.undrawn = len(free) - len(todo)
	if len(todo) > 0 {
		fmt.Fprintf(a.err, "%s: %d of %s to run again, %s\n", plain(path), len(todo), count(len(cells), "cell"), count(v.workers, "worker"))
		w.progress = newProgress(a.err, todo, todo, a.parts.Work)
		w.progress.call("differ")
		ctx, stop := untilSignal(ctx, func() { w.progress.say("stopping: waiting for cells at work; once more to kill") })
		err = a.parts.Verify(ctx, st, todo, runner.Options{Workers: v.workers, Step: w.progress.step}, w.cell)
		stop()
		w.progress.end()
		if errors.Is(err, context.Canceled) {
			return exit{interrupted, fmt.Errorf("%s: stopped: %d of %d cells run again, %d of them differ", path, w.same+w.other, len(todo), w.other)}
		}
		if err != nil {
			return err
		}
	}
	return w.end()
}

// choose are the cells that were asked for, in the order of their IDs, or of the
// prefixes given.
func (v verifying) choose(st *store.Store, prefixes []string) ([]store.Kept, error) {
	var all []store.Kept
	for _, p := range prefixes {
		k, err := pick(st, p)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(x store.Kept) bool { return x.ID == k.ID }) {
			all = append(all, k)
		}
	}
	if len(prefixes) == 0 {
		var err error
		if all, err = st.Cells(""); err != nil {
			return nil, err
		}
	}
	if v.suite != "" || v.preset != "" {
		if _, err := st.Plan(v.suite, v.preset); err != nil {
			return nil, err // it says which there are
		}
		all = slices.DeleteFunc(all, func(k store.Kept) bool { return !k.In(v.suite, v.preset) })
	}
	if len(v.only) > 0 {
		var places []suites.Cell // a cell may be in several grids
		for _, k := range all {
			places = append(places, k.Cell)
			for _, p := range k.Places {
				k.Grid = p.Grid
				places = append(places, k.Cell)
			}
		}
		kept, err := suites.Only(places, v.only)
		if err != nil {
			return nil, err
		}
		wanted := map[string]bool{}
		for _, c := range kept {
			wanted[c.ID] = true
		}
		all = slices.DeleteFunc(all, func(k store.Kept) bool { return !wanted[k.ID] })
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no cell to run again", st.Path())
	}
	return all, nil
}

// digestsOf are the digests that the runs of a store have recorded, by data set.
func digestsOf(st *store.Store) (map[string][]string, error) {
	plans, err := st.Plans()
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, p := range plans {
		runs, err := st.Provenance(p.Suite, p.Preset)
		if err != nil {
			return nil, err
		}
		for _, run := range runs {
			for name, digest := range run.Data {
				if !slices.Contains(out[name], digest) {
					out[name] = append(out[name], digest)
				}
			}
		}
	}
	return out, nil
}

// verdicts tells what became of the cells.
type verdicts struct {
	a        *app
	path     string
	named    bool // each cell was asked for by its ID, and each is told of
	json     bool
	asked    int
	undrawn  int
	progress *progress

	same, other, barred, broken int
	reasons                     []*cause
	lines                       []string // of cells named, and of those that differ
}

type verdictLine struct {
	Event      string            `json:"event"`
	Cell       string            `json:"cell"`
	Name       string            `json:"name"`
	State      string            `json:"verdict"`
	Difference *store.Difference `json:"difference,omitempty"`
	Reason     string            `json:"reason,omitempty"`
}

func (w *verdicts) put(v any) {
	if w.json {
		json.NewEncoder(w.a.out).Encode(v)
	}
}

func (w *verdicts) bar(c suites.Cell, why string) {
	w.barred++
	w.put(verdictLine{Event: "cell", Cell: c.ID, Name: c.String(), State: isBarred, Reason: why})
	for _, x := range w.reasons {
		if x.reason == why {
			x.cells++
			return
		}
	}
	w.reasons = append(w.reasons, &cause{reason: why, first: c, cells: 1})
}

// broke is told of a cell that is damaged in the store.
func (w *verdicts) broke(c suites.Cell, why error) {
	w.broken++
	name := oneLine(c.String())
	if c.Estimator.Name == "" {
		name = "" // that is what is damaged
	}
	w.put(verdictLine{Event: "cell", Cell: c.ID, Name: name, State: isBroken, Reason: oneLine(why.Error())})
	w.lines = append(w.lines, strings.TrimSpace(fmt.Sprintf("damaged  %s %s", c.Short(), name))+"\n  "+
		strings.Join(fold(oneLine(why.Error()), max(width(w.a.out)-2, leastWide)), "\n  "))
}

// cell is told of every cell that was run again, or was to be.
func (w *verdicts) cell(r runner.Rerun) {
	if r.Damage != nil {
		w.progress.ended(r.Cell, 0, w.same+w.other+w.broken+1, w.other)
		w.broke(r.Cell, r.Damage)
		return
	}
	line := verdictLine{Event: "cell", Cell: r.Cell.ID, Name: r.Cell.String(), State: isSame}
	if r.Same {
		w.same++
	} else {
		w.other++
		line.State, line.Difference = isOther, &r.Difference
	}
	w.progress.ended(r.Cell, int(r.Now.Steps), w.same+w.other+w.broken, w.other)
	w.put(line)
	if r.Same && w.named {
		w.lines = append(w.lines, fmt.Sprintf("same     %s %s", r.Cell.Short(), oneLine(r.Cell.String())))
	}
	if !r.Same {
		d := r.Difference
		w.lines = append(w.lines, fmt.Sprintf("differs  %s %s\n  %s at step %d, %d of %s and arrays\n    stored %s\n    now    %s", r.Cell.Short(), oneLine(r.Cell.String()),
			oneLine(d.Metric), d.Step, d.Count, count(d.Of, "point"), oneLine(d.A), oneLine(d.B)))
	}
}

// end prints everything in one order, however the workers went, and is the status.
func (w *verdicts) end() error {
	counts := fmt.Sprintf("%s: %d same, %d differ, %d not rerun", count(w.asked, "cell"), w.same, w.other, w.barred)
	if w.broken > 0 {
		counts += fmt.Sprintf(", %d damaged", w.broken)
	}
	if w.undrawn > 0 {
		counts += fmt.Sprintf(", %d not drawn", w.undrawn)
	}
	if w.json {
		w.put(struct {
			Event   string `json:"event"`
			Store   string `json:"store"`
			Cells   int    `json:"cells"`
			Same    int    `json:"same"`
			Differ  int    `json:"differ"`
			Barred  int    `json:"not_rerun"`
			Broken  int    `json:"damaged"`
			Undrawn int    `json:"not_drawn"`
		}{"end", w.path, w.asked, w.same, w.other, w.barred, w.broken, w.undrawn})
	} else {
		slices.Sort(w.lines)
		for _, line := range w.lines {
			fmt.Fprintln(w.a.out, line)
		}
		for _, c := range w.reasons {
			such := c.first.Short() + " " + oneLine(c.first.String())
			if c.cells > 1 {
				such = fmt.Sprintf("%s and %d more", such, c.cells-1)
			}
			fmt.Fprintf(w.a.out, "not rerun  %s\n  %s\n", such, strings.Join(fold(oneLine(c.reason), max(width(w.a.out)-2, leastWide)), "\n  "))
		}
		fmt.Fprintln(w.a.out, counts)
	}
	switch {
	case w.other > 0:
		return exit{different, fmt.Errorf("%s: %s other bits than the store: a part's numbers changed and its numeric version (its method Version) did not, or the store is not as it was written%s", w.path, gives(w.other), w.besides())}
	case w.broken > 0:
		return exit{different, fmt.Errorf("%s: %s damaged: restore a copy, or remove the store and run again", w.path, are(w.broken))}
	case w.barred > 0:
		return exit{incomplete, fmt.Errorf("%s: %d of %s cannot be run again for their bits", w.path, w.barred, count(w.asked, "cell"))}
	}
	return nil
}

// besides are the cells that are damaged, beside those that differ.
func (w *verdicts) besides() string {
	if w.broken == 0 {
		return ""
	}
	return "; " + are(w.broken) + " damaged"
}

func are(n int) string {
	if n == 1 {
		return "1 cell is"
	}
	return fmt.Sprintf("%d cells are", n)
}

func gives(n int) string {
	if n == 1 {
		return "1 cell gives"
	}
	return fmt.Sprintf("%d cells give", n)
}
