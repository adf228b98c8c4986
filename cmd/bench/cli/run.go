package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/report"
	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// running is what the flags of run say.
type running struct {
	suites.Options
	store      string
	workers    int
	checkpoint time.Duration
	retry      string
	failFast   bool
	failures   int // most, 0: any number
	report     string
	json       bool
	require    bool
	accept     bool
	all        bool
	passing    bool              // the store is gone afterwards
	judged     *[]*report.Report // of --all, which prints them in one table at the end
}

func (a *app) run() *cobra.Command {
	var r running
	c := &cobra.Command{
		Use:   "run SUITE...",
		Short: "run what is missing of a suite, and print verdicts",
		Long: `Run runs the cells of a suite that its store does not have yet, and prints which
claims hold. Running the same command again continues; Ctrl-C stops, nothing that
has ended is lost, and a cell that trains goes on where it was. SUITE is a file, or the name of a suite that comes with
bench (see bench list).

A cell ends done, diverged, refused or failed, and no cell's end stops another.
One that failed (an error or a panic) would fail again, so it waits until it is
asked for: --retry failed runs the failed ones again, --retry all every cell that
is not done, diverged and refused ones too. bench logs tells what happened to a cell.

The verdicts go to stdout, progress and failures to stderr.`,
		Example: `  bench run iwae_snr
  bench run --all                     every suite that claims something
  bench run mine.yaml --workers 4 --report mine.html
  bench run iwae_snr --only estimator=dreg --only k=64 --seeds 0..1 --store t.db`,
		Args: func(c *cobra.Command, args []string) error {
			if r.all && len(args) > 0 {
				return fmt.Errorf("bench run: --all: got %s beside it; want one of them", arguments(args))
			}
			if r.all {
				return nil
			}
			return some("SUITE")(c, args)
		},
		ValidArgsFunction: completeSuites,
		RunE:              func(c *cobra.Command, args []string) error { return a.runSuites(c.Context(), args, r) },
	}
	f := c.Flags()
	f.StringVar(&r.store, "store", "", "store to fill (default: results/<suite>.db)")
	f.IntVar(&r.workers, "workers", runtime.GOMAXPROCS(0), "cells at a time")
	f.DurationVar(&r.checkpoint, "checkpoint", time.Minute, "of a cell that trains, time between two checkpoints; 0: none, and if stopped it starts anew")
	f.StringVar(&r.retry, "retry", "", "run again: failed, the cells that failed; all, every cell that is not done")
	f.BoolVar(&r.failFast, "fail-fast", false, "stop at the first cell that fails")
	f.IntVar(&r.failures, "max-failures", 0, "stop when so many cells have failed in this run; 0: never")
	c.RegisterFlagCompletionFunc("retry", cobra.FixedCompletions(retries, cobra.ShellCompDirectiveNoFileComp))
	narrowing(c, &r.Options)
	f.BoolVar(&r.all, "all", false, "every suite that comes with bench and claims something, each into its own store, and one table of verdicts")
	f.StringVar(&r.report, "report", "", "write the HTML report to this file as well")
	f.BoolVar(&r.json, "json", false, "events and summary as JSON lines on stdout, no verdict table")
	f.BoolVar(&r.require, "require-claims", false, "exit with status 1 unless every claim that is not report-only holds")
	f.BoolVar(&r.accept, "accept-plan-change", false, "go on when a changed suite leaves over cells that the store has begun")
	return c
}

// runSuites checks all suites and opens all stores before it runs any.
func (a *app) runSuites(ctx context.Context, names []string, r running) error {
	if r.workers < 1 {
		return fmt.Errorf("bench run: --workers: got %d; need at least 1", r.workers)
	}
	if r.checkpoint < 0 {
		return fmt.Errorf("bench run: --checkpoint: got %v; want a time, or 0 for none", r.checkpoint)
	}
	if r.failures < 0 {
		return fmt.Errorf("bench run: --max-failures: got %d; need at least 1, or 0 for any number", r.failures)
	}
	if r.failFast && r.failures > 1 {
		return fmt.Errorf("bench run: --fail-fast: stops at the first failure, --max-failures at %d; want one of them", r.failures)
	}
	if r.failFast {
		r.failures = 1
	}
	if err := checkRetry("bench run", r.retry); err != nil {
		return err
	}
	if r.all {
		if r.store != "" {
			return fmt.Errorf("bench run: --all: got --store %s; each suite has a store of its own, results/<suite>.db", r.store)
		}
		names, r.judged = suites.Names(), &[]*report.Report{}
	}
	if r.report != "" && len(names) > 1 {
		return fmt.Errorf("bench run: --report: one file for %d suites; run them one by one", len(names))
	}
	if info, err := os.Stat(r.report); r.report != "" && err == nil && info.IsDir() {
		return fmt.Errorf("bench run: --report: %s is a folder; want a file", r.report)
	}
	if err := hasFolder(r.report); err != nil {
		return err
	}
	var jobs []*job
	var none error
	for _, name := range names {
		j, err := a.job(name, r.Options)
		if errors.Is(err, suites.ErrNoCells) && len(names) > 1 {
			err = fmt.Errorf("%s: %w", name, err)
			if r.all { // a suite without such cells is not meant
				none = cmp.Or(none, err)
				continue
			}
		}
		if err != nil {
			return err
		}
		if r.all && len(j.plan.Claims) == 0 {
			continue
		}
		if err := a.checkData(j, storeOf(r.store, j.plan), runner.Retry(r.retry)); err != nil {
			return err
		}
		jobs = append(jobs, j)
	}
	if len(jobs) == 0 {
		return none
	}
	worst := error(nil)
	for _, j := range jobs {
		err := a.runJob(ctx, j, r)
		if s := status(err); s == interrupted || s == misuse || errors.Is(err, errGaveUp) {
			return err
		}
		worst = worse(worst, err)
	}
	if r.all && !r.json {
		if err := a.systems(*r.judged); err != nil {
			return err
		}
	}
	return worst
}

// systems is one table of what suites claim and what came of it.
func (a *app) systems(reports []*report.Report) error {
	t := table{{"suite", "claims", "hold", "fail", "open", "not run", "which do not hold"}}
	for _, rep := range reports {
		n := map[report.State]int{}
		var not []string
		for _, v := range rep.Claims {
			n[v.State]++
			if v.State != report.Holds {
				name := v.Claim
				if v.Report {
					name += " (report only)"
				}
				not = append(not, name)
			}
		}
		row := []string{rep.Suite, strconv.Itoa(len(rep.Claims))}
		for _, s := range []report.State{report.Holds, report.Fails, report.Open, report.NotRun} {
			row = append(row, strconv.Itoa(n[s]))
		}
		t = append(t, append(row, strings.Join(not, ", ")))
	}
	if err := t.write(a.out, width(a.out)); err != nil {
		return err
	}
	fmt.Fprintln(a.out, "\npages: bench report results/SUITE.db makes one")
	return nil
}

var retries = []string{string(runner.RetryFailed), string(runner.RetryAll)}

func checkRetry(where, got string) error {
	if got == "" {
		return nil
	}
	return choice(where+": --retry", got, retries)
}

// worse is the error that tells more: cells missing over claims not held.
func worse(a, b error) error {
	if status(b) > status(a) {
		return b
	}
	return a
}

// runJob runs one suite and says how it went.
func (a *app) runJob(ctx context.Context, j *job, r running) error {
	st, err := store.Open(storeOf(r.store, j.plan))
	if err != nil {
		return err
	}
	defer st.Close()
	if err := a.unchanged(j, st, r.accept); err != nil {
		return err
	}
	todo, err := runner.Todo(j.plan, st, runner.Retry(r.retry))
	if err != nil {
		return err
	}
	out, sum, err := a.fill(ctx, j, st, todo, r, nil)
	if err != nil {
		return err
	}
	rep, err := report.New(st, j.plan.Suite, j.plan.Preset)
	if err != nil {
		return err
	}
	if r.judged != nil {
		*r.judged = append(*r.judged, rep)
	}
	if r.judged == nil || r.json {
		if err := out.verdicts(rep, sum); err != nil {
			return err
		}
	}
	if r.report != "" {
		rep.Better = a.better()
		if err := a.write(r.report, st, rep.HTML); err != nil {
			return err
		}
		fmt.Fprintf(a.err, "report %s\n", r.report)
	} else if !r.json && r.judged == nil {
		page, does := pageOf([]string{st.Path()}, j.plan.Preset), "makes"
		if _, err := os.Stat(page); err == nil {
			does = "brings up to date"
		}
		line := fmt.Sprintf("page: %s %s %s", commandLine([]string{"report", st.Path()}), does, oneLine(page))
		fmt.Fprintln(a.out, strings.Join(fold(line, width(a.out)), "\n"))
	}
	if todo, err = runner.Missing(j.plan, st); err != nil {
		return err
	}
	return a.judge(rep, len(todo), len(j.plan.Cells), r)
}

// judge turns what a run leaves into its status: missing counts the cells that
// it was asked for and that have no result. A report may be about more cells than a
// narrowed run.
func (a *app) judge(rep *report.Report, missing, planned int, r running) error {
	if missing > 0 {
		again := "the same command tries them again"
		if r.retry == "" {
			again = "tried again by " + a.line + " --retry failed"
		}
		return exit{incomplete, fmt.Errorf("%s: %d of %d cells failed or are missing; %s", rep.Suite, missing, planned, again)}
	}
	if !r.require {
		return nil
	}
	var not []string
	for _, v := range rep.Claims {
		if !v.Report && v.State != report.Holds {
			not = append(not, v.Claim)
		}
	}
	if len(not) == 0 {
		return nil
	}
	return exit{unheld, fmt.Errorf("%s: claims required to hold that do not: %s", rep.Suite, list(not))}
}
