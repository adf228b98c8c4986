package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

func (a *app) plan() *cobra.Command {
	var o suites.Options
	var path, retry string
	var workers int
	var asJSON bool
	c := &cobra.Command{
		Use:   "plan SUITE",
		Short: "what would run, what is done and why, and the cost; runs nothing",
		Long: `Plan says what run would do with the same flags. It writes nothing. The cost is
measured from the store's cells where it has some of the kind, else calibrated
by running a few steps and replicates for about a second.`,
		Args:              one("SUITE"),
		ValidArgsFunction: completeSuites,
		RunE: func(c *cobra.Command, args []string) error {
			if workers < 1 {
				return fmt.Errorf("bench plan: --workers: got %d; need at least 1", workers)
			}
			if err := checkRetry("bench plan", retry); err != nil {
				return err
			}
			j, err := a.job(args[0], o)
			if err != nil {
				return err
			}
			st, err := existing(storeOf(path, j.plan))
			if err != nil {
				return err
			}
			if st != nil {
				defer st.Close()
			}
			f, err := foresee(j, st, runner.Retry(retry))
			if err != nil {
				return err
			}
			if err := a.parts.CheckData(j.suite, f.todo); err != nil {
				return err
			}
			f.Store, f.Workers = storeOf(path, j.plan), workers
			if f.cost, err = a.parts.Cost(c.Context(), j.plan, f.todo, st); err != nil {
				return err
			}
			f.cost.Resume(f.todo, f.begun)
			if asJSON {
				return a.planJSON(f)
			}
			return a.planText(f)
		},
	}
	c.Flags().StringVar(&path, "store", "", "store to look into (default: results/<suite>.db)")
	c.Flags().IntVar(&workers, "workers", runtime.GOMAXPROCS(0), "cells at a time, for the cost")
	c.Flags().StringVar(&retry, "retry", "", "as of run: failed or all")
	c.Flags().BoolVar(&asJSON, "json", false, "for machines, with every cell")
	c.RegisterFlagCompletionFunc("retry", cobra.FixedCompletions(retries, cobra.ShellCompDirectiveNoFileComp))
	narrowing(c, &o)
	return c
}

// existing opens a store for reading; nil if there is none yet.
func existing(path string) (*store.Store, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return store.OpenRead(path)
}

// Why a cell runs or does not.
const (
	isDone     = "done"
	isDiverged = "diverged" // before: a result
	isRefused  = "refused"  // before: a result
	isUnfit    = "unfit"    // will be refused, as its suite says to record
	isFailed   = "failed"   // before
	isStopped  = "interrupted"
	isNew      = "new"
)

var states = []string{isDone, isDiverged, isRefused, isFailed, isStopped, isUnfit, isNew}

// foresight is what run would do.
type foresight struct {
	job     *job
	Store   string
	There   bool // the store exists
	Workers int
	retry   runner.Retry
	grids   []string
	state   map[string]string // of a cell, by ID
	todo    []suites.Cell
	begun   map[string]int // of those with a checkpoint, its step
	cost    runner.Cost
}

func foresee(j *job, st *store.Store, retry runner.Retry) (*foresight, error) {
	f := &foresight{job: j, There: st != nil, retry: retry, state: map[string]string{}}
	for _, c := range j.plan.Cells {
		if !slices.Contains(f.grids, c.Grid) {
			f.grids = append(f.grids, c.Grid)
		}
	}
	had := map[string]store.Outcome{}
	if f.todo = j.plan.Cells; st != nil {
		var err error
		if had, err = st.Outcomes(ids(j.plan.Cells)); err != nil {
			return nil, err
		}
		if f.todo, err = runner.Todo(j.plan, st, retry); err != nil {
			return nil, err
		}
		if f.begun, err = st.Begun(ids(f.todo)); err != nil {
			return nil, err
		}
	}
	for id, o := range had {
		f.state[id] = string(o)
	}
	for _, c := range f.todo {
		switch o := had[c.ID]; {
		case j.refused[c.ID] != "":
			f.state[c.ID] = isUnfit
		case o == "":
			f.state[c.ID] = isNew
		}
	}
	// What is refused takes no time.
	f.todo = slices.DeleteFunc(slices.Clone(f.todo), func(c suites.Cell) bool { return f.state[c.ID] == isUnfit })
	return f, nil
}

// of counts the cells of a grid in each state; of all grids if it is empty.
func (f *foresight) of(grid string) (total int, in map[string]int) {
	in = map[string]int{}
	for _, c := range f.job.plan.Cells {
		if grid == "" || c.Grid == grid {
			total++
			in[f.state[c.ID]]++
		}
	}
	return total, in
}

// wall is the time that the cells of a grid take, or of all; ok is false if
// that is not known.
func (f *foresight) wall(grid string) (seconds float64, text string, ok bool) {
	var cells []suites.Cell
	for _, c := range f.todo {
		if grid == "" || c.Grid == grid {
			cells = append(cells, c)
		}
	}
	if len(cells) == 0 {
		return 0, "0 s", true
	}
	d, ok := f.cost.Wall(cells, f.Workers)
	if !ok {
		return 0, "unknown", false
	}
	return d.Seconds(), lasting(d), true
}

func (a *app) planText(f *foresight) error {
	total, in := f.of("")
	there := ""
	if !f.There {
		there = " (not there yet)"
	}
	fmt.Fprintf(a.out, "%s: %s, %d to run; store %s%s\n\n", title(f.job.plan), count(total, "cell"), len(f.todo), f.Store, there)
	var shown []string
	for _, s := range states {
		if in[s] > 0 {
			shown = append(shown, s)
		}
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, total int, in map[string]int, cost string) {
		fmt.Fprintf(t, "%s\t%d\t", oneLine(name), total)
		for _, s := range shown {
			fmt.Fprintf(t, "%d\t", in[s])
		}
		fmt.Fprintf(t, "%s\t\n", cost)
	}
	fmt.Fprint(t, "grid\tcells\t")
	for _, s := range shown {
		fmt.Fprintf(t, "%s\t", s)
	}
	fmt.Fprint(t, "cost\t\n")
	for _, g := range f.grids {
		n, in := f.of(g)
		_, cost, _ := f.wall(g)
		name := g
		if name == "" {
			name = "(only one)"
		}
		row(name, n, in, cost)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range shown {
		fmt.Fprintf(a.out, "%s: %s\n", s, f.reason(s))
	}
	told := 0
	for _, c := range f.todo {
		if step, ok := f.begun[c.ID]; ok && told < mostSaid {
			told++
			fmt.Fprintf(a.out, "checkpoint at step %d of %d: %s\n", step, c.Train.Steps, oneLine(c.String()))
		}
	}
	if n := len(f.begun) - told; n > 0 {
		fmt.Fprintf(a.out, "and %s more with a checkpoint\n", count(n, "cell"))
	}
	_, cost, known := f.wall("")
	switch {
	case len(f.todo) == 0:
		cost = "nothing to run"
	case known:
		cost = fmt.Sprintf("about %s, %s, %s", cost, count(f.Workers, "worker"), f.cost.Source)
	}
	_, err := fmt.Fprintf(a.out, "\ncost: %s\nclaims: %s\n%s", cost, claimsText(f.job.plan), notRunText(f.job.plan.NotRun, "not run: "))
	return err
}

// reason says why cells in a state run or do not.
func (f *foresight) reason(state string) string {
	again := func(otherwise string, by ...runner.Retry) string {
		if slices.Contains(by, f.retry) {
			return ", and run again"
		}
		return otherwise
	}
	switch state {
	case isDone:
		return "their numbers are in the store"
	case isDiverged:
		return "ended before in NaN or Inf" + again(", which is a result", runner.RetryAll)
	case isRefused:
		return "recorded before as not fitting" + again(", which is a result", runner.RetryAll)
	case isFailed:
		return "ended before in an error or a panic" + again("; run again by --retry failed", runner.RetryFailed, runner.RetryAll)
	case isStopped:
		return "stopped before, and run again"
	case isUnfit:
		return "do not fit, and will be recorded as refused"
	}
	return "never run"
}

// claimsOf are the claims of which the plan has cells.
func claimsOf(p *suites.Plan) []string {
	ids := []string{}
	for _, c := range p.Claims {
		if len(c.Select(p.Cells)) > 0 {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func claimsText(p *suites.Plan) string {
	ids := claimsOf(p)
	text := list(ids)
	if len(ids) == 0 {
		text = "none"
	}
	if n := len(p.Claims) - len(ids); n > 0 {
		text += fmt.Sprintf("; %d have no cell in this plan", n)
	}
	return text
}

// notRunText is a line for each thing that a suite leaves out.
func notRunText(all []suites.NotRun, before string) string {
	var b strings.Builder
	for _, n := range all {
		fmt.Fprintf(&b, "%s%s: %s\n", before, n.What, n.Why)
	}
	return b.String()
}

func (a *app) planJSON(f *foresight) error {
	type grid struct {
		Grid    string         `json:"grid"`
		Cells   int            `json:"cells"`
		In      map[string]int `json:"states"`
		Seconds *float64       `json:"seconds"` // null: unknown
	}
	type cell struct {
		Cell    string   `json:"cell"`
		Name    string   `json:"name"`
		Grid    string   `json:"grid"`
		State   string   `json:"state"`
		Seconds *float64 `json:"seconds"`    // on one worker; null: unknown, or does not run
		Step    int      `json:"checkpoint"` // step from which it goes on
	}
	seconds := func(g string) *float64 {
		if s, _, ok := f.wall(g); ok {
			return &s
		}
		return nil
	}
	total, in := f.of("")
	out := struct {
		Suite   string          `json:"suite"`
		Preset  string          `json:"preset"`
		Store   string          `json:"store"`
		There   bool            `json:"store_exists"`
		Planned int             `json:"planned"`
		ToRun   int             `json:"to_run"`
		In      map[string]int  `json:"states"`
		Workers int             `json:"workers"`
		Seconds *float64        `json:"seconds"`
		Source  string          `json:"source"`
		Claims  []string        `json:"claims"`
		Grids   []grid          `json:"grids"`
		Cells   []cell          `json:"cells"`
		NotRun  []suites.NotRun `json:"not_run,omitempty"`
	}{f.job.plan.Suite, f.job.plan.Preset, f.Store, f.There, total, len(f.todo), in, f.Workers, seconds(""), f.cost.Source, claimsOf(f.job.plan), []grid{}, []cell{}, f.job.plan.NotRun}
	for _, g := range f.grids {
		n, in := f.of(g)
		out.Grids = append(out.Grids, grid{g, n, in, seconds(g)})
	}
	for _, c := range f.job.plan.Cells {
		x := cell{Cell: c.ID, Name: c.String(), Grid: c.Grid, State: f.state[c.ID], Step: f.begun[c.ID]}
		if d, ok := f.cost.Cells[c.ID]; ok {
			s := d.Seconds()
			x.Seconds = &s
		}
		out.Cells = append(out.Cells, x)
	}
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
