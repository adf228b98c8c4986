package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/gate"
	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// checking is what the flags of check say.
type checking struct {
	baseline string
	suites   []string
	rings    []int
	write    bool
	noRun    bool
	strict   bool
	workers  int
	format   string
	output   string
}

var checkFormats = []string{"text", "json", "junit", "md"}

func (a *app) check() *cobra.Command {
	var o checking
	c := &cobra.Command{
		Use:   "check STORE --baseline FILE",
		Short: "the regression gate: numbers of now against those of a baseline",
		Long: `Check runs the preset gate of suites into STORE, and holds its numbers against a
baseline, a file that is committed beside the code. In rings:

  0  a cell of the same identity has the same bits
  1  the exact mathematics of the parts in use: estimators, as bench conform
     checks them, allocations apart; models, whose gradients are slopes of their
     densities, and whose log p(x) is a sum or an integral of p(x,z), where
     there is a rule for it. Of metrics and data sets it says nothing: go test
     has their proofs
  2  where a cell's identity has changed, its primary metrics are no worse,
     cells that were done still are, and claims that held still hold

Ring 2 has two stages. The first screens every primary metric on the suite's 12
seeds, for any drop (paired t, Benjamini-Hochberg at 0.20). What it suspects is run
on 24 seeds that nothing has read before, and only a drop beyond the metric's margin
there (Holm at 0.05) is a regression. The baseline has the numbers of both. Once read,
its reserved seeds are marked as spent in FILE, for all but the same numbers: commit
it. For another candidate they are no longer fresh, and what the first stage suspects
is inconclusive until a new baseline draws the next; where they have found it red for
an earlier one, with exit status 1. Of a test that the suite has changed, the
baseline's counts, or the smaller margin.

Only numbers that this program has made are judged: those in STORE of another
revision, of one that is unknown, or of one with changes that are not committed, are
made again in a temporary store; so are, at every check, all cells by a program that
is itself of such a revision. --no-run judges what there is, and says so.

--write-baseline makes the baseline of what is committed. Timings are never compared.
Verdicts: same-bits, no-worse, inconclusive, improved, regressed, missing. Exit
status: 0 none worse; 1 a regression; 2 misuse; 3 cells failed or missing; 4 bits
differ. With --strict it is 1 also where a drop could not be confirmed, nothing was
compared, or another program may have made what was judged.`,
		Example: `  bench check /tmp/check.db --baseline results/baseline.json
  bench check /tmp/check.db --baseline base.json --strict --format md -o out.md
  bench check /tmp/base.db --baseline base.json --write-baseline --suite gumbel`,
		Args: one("STORE"),
		RunE: func(c *cobra.Command, args []string) error { return a.checkAll(c.Context(), args[0], o) },
	}
	f := c.Flags()
	f.StringVar(&o.baseline, "baseline", "", "the baseline's file (required)")
	f.StringArrayVar(&o.suites, "suite", nil, "suite to check, a file or a built-in name (default: those of the baseline; repeatable)")
	f.IntSliceVar(&o.rings, "rings", []int{0, 1, 2}, "which rings, as in 0,2")
	f.BoolVar(&o.write, "write-baseline", false, "run what a baseline wants, and write it")
	f.BoolVar(&o.noRun, "no-run", false, "run nothing: judge what the store has")
	f.BoolVar(&o.strict, "strict", false, "exit with status 1 also where nothing was compared or confirmed")
	f.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "cells at a time")
	f.StringVar(&o.format, "format", "text", "text, json, junit (XML) or md (Markdown for a pull request)")
	f.StringVarP(&o.output, "output", "o", "", "file to write (default: stdout)")
	c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(checkFormats, cobra.ShellCompDirectiveNoFileComp))
	c.RegisterFlagCompletionFunc("suite", completeSuites)
	return c
}

// valid refuses flags that say nothing, or nothing together.
func (o checking) valid() error {
	const where = "bench check"
	if o.baseline == "" {
		return fmt.Errorf("%s: --baseline: none given; want its file, as in --baseline results/baseline.json", where)
	}
	if err := choice(where+": --format", o.format, checkFormats); err != nil {
		return err
	}
	if o.workers < 1 {
		return fmt.Errorf("%s: --workers: got %d; need at least 1", where, o.workers)
	}
	if len(o.rings) == 0 {
		return fmt.Errorf("%s: --rings: got none; have 0, 1, 2", where)
	}
	for _, r := range o.rings {
		if r < 0 || r > 2 {
			return fmt.Errorf("%s: --rings: got %d; have 0, 1, 2", where, r)
		}
	}
	if o.write && (o.strict || o.output != "" || o.format != "text" || len(o.rings) != 3) {
		return fmt.Errorf("%s: --write-baseline judges nothing; it goes with --suite, --workers and --no-run", where)
	}
	if same(o.output, o.baseline) {
		return fmt.Errorf("%s: --output: %s is the baseline itself; want another file", where, o.output)
	}
	return hasFolder(o.output)
}

// checkAll reads all there is to read before it opens the store.
func (a *app) checkAll(ctx context.Context, path string, o checking) error {
	if err := o.valid(); err != nil {
		return err
	}
	base, err := readBaseline(o.baseline, o.write)
	if err != nil {
		return err
	}
	names := o.suites
	if len(names) == 0 {
		for _, r := range base.Suites {
			names = append(names, found(o.baseline, r.File))
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("%s: no suite in it; name them by --suite", o.baseline)
	}
	var jobs []*job
	for _, name := range names {
		j, err := a.job(name, suites.Options{Preset: suites.GatePreset})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !o.write && base.Find(j.plan.Suite) == nil {
			return fmt.Errorf("%s: a baseline of another suite, got %q; have %s; --write-baseline --suite %s adds it", o.baseline, j.plan.Suite, cmp.Or(list(base.Names()), "none"), name)
		}
		if slices.ContainsFunc(jobs, func(other *job) bool { return other.plan.Suite == j.plan.Suite }) {
			return fmt.Errorf("bench check: suite %q twice", j.plan.Suite)
		}
		jobs = append(jobs, j)
	}
	now := runner.Build(ctx)
	if o.write {
		if err := gate.Clean(now); err != nil {
			return fmt.Errorf("bench check: --write-baseline: %w", err)
		}
	}
	open := store.Open
	if o.noRun {
		open = store.OpenRead
	}
	st, err := open(path)
	if err != nil {
		return err
	}
	defer st.Close()
	var reports []*gate.Report
	proofs := map[string]gate.Proof{}
	own := &maker{now: now, given: st, noRun: o.noRun}
	defer own.close()
	for i, j := range jobs {
		b := &bench{app: a, checking: o, job: j, own: own, base: base, now: now, proofs: proofs}
		if o.write {
			if err := b.record(ctx, names[i]); err != nil {
				return err
			}
			continue
		}
		r, err := b.check(ctx)
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	if o.write {
		return nil
	}
	if err := a.write(o.output, st, func(w io.Writer) error { return a.told(w, reports, o) }); err != nil {
		return err
	}
	if code, _ := gate.Status(reports, o.strict); code != done {
		return exit{status: code}
	}
	return nil
}

// told writes what the rings found.
func (a *app) told(w io.Writer, reports []*gate.Report, o checking) error {
	switch o.format {
	case "json":
		text, err := gate.JSON(reports, o.strict)
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	case "junit":
		return gate.JUnit(w, reports, o.strict)
	case "md":
		return gate.Markdown(w, reports, o.strict)
	}
	return gate.Text(w, reports, o.strict, width(w))
}

func readBaseline(file string, mayLack bool) (*gate.Baseline, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) && mayLack {
		return &gate.Baseline{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w", file, reason(err))
	}
	defer f.Close()
	b, err := gate.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, reason(err))
	}
	return b, nil
}

// bench is one suite at the gate.
type bench struct {
	*app
	checking
	job   *job
	own   *maker
	base  *gate.Baseline
	now   store.Provenance
	notes []string
	other bool // another program may have made what is judged

	proofs map[string]gate.Proof // by what they are of
}

// check makes the rings.
func (b *bench) check(ctx context.Context) (*gate.Report, error) {
	base := b.base.Find(b.job.plan.Suite)
	c := gate.Check{
		Base: base, Plan: b.job.plan, Now: b.now, Gate: stats.DefaultGate(),
		Estimators: b.estimatorsIn(b.job.plan),
		Prove:      func(estimators []string) []gate.Proof { return append(b.prove(estimators), b.models()...) },
		Numbers: func(ctx context.Context, plan *suites.Plan) (gate.Numbers, error) {
			if err := b.cost(ctx, plan); err != nil {
				return gate.Numbers{}, err
			}
			return b.numbers(ctx, plan)
		},
		Have: func(plan *suites.Plan) (bool, error) {
			if !b.noRun {
				return true, nil
			}
			had, err := b.own.given.Outcomes(ids(plan.Cells))
			return len(had) == len(plan.Cells), err
		},
		Fresh: b.fresh,
		Spend: func(x gate.Reserved) error {
			base.Reserved = x
			if err := replace(b.baseline, b.base.Encode()); err != nil {
				b.note("%s cannot be written: %v: what has become of its reserved seeds is not on record.", b.baseline, reason(err))
			}
			return nil
		},
	}
	for _, ring := range b.rings {
		c.Rings[ring] = true
	}
	r, err := c.Do(ctx)
	if err != nil {
		return nil, err
	}
	r.Notes, r.Others = b.notes, b.other
	return r, nil
}

// note is for the reader of the report, once.
func (b *bench) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(b.notes, text) {
		b.notes = append(b.notes, text)
	}
}

// fresh is the gate's plan on reserved seeds, of the configurations that have primary
// metrics.
func (b *bench) fresh(from int) (*suites.Plan, error) {
	plan, err := b.job.suite.Plan(suites.Options{Preset: suites.GatePreset, Reserved: from})
	if err != nil {
		return nil, err
	}
	plan.Cells = gate.Guarded(plan.Cells, b.job.plan.Primary, b.catalog().Emits)
	return plan, nil
}

// record writes the suite's numbers of now into the baseline.
func (b *bench) record(ctx context.Context, name string) error {
	was := b.base.Find(b.job.plan.Suite)
	var fresh *suites.Plan
	if from := was.Next(); from > 0 {
		var err error
		if fresh, err = b.fresh(from); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(b.err, "warning: %s: no reserved seeds are left up to %d; ring 2 will confirm nothing\n", b.job.plan.Suite, suites.LastReserved)
	}
	plans := []*suites.Plan{b.job.plan}
	if fresh != nil && len(fresh.Cells) > 0 {
		plans = append(plans, fresh)
	}
	if err := b.cost(ctx, plans...); err != nil {
		return err
	}
	numbers := make([]gate.Numbers, 2)
	for i, plan := range plans {
		n, err := b.numbers(ctx, plan)
		if err != nil {
			return err
		}
		if b.other {
			return fmt.Errorf("bench check: --write-baseline: %s has cells that another program may have made; without --no-run they are run anew", b.own.given.Path())
		}
		st, err := b.store(plan)
		if err != nil {
			return err
		}
		left, err := runner.Missing(plan, st)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			return exit{incomplete, fmt.Errorf("%s: %d of %d cells failed or are missing; %s is as it was", title(plan), len(left), len(plan.Cells), b.baseline)}
		}
		numbers[i] = n
	}
	for _, n := range b.notes {
		fmt.Fprintf(b.err, "%s\n", n)
	}
	r, err := gate.Take(beside(b.baseline, name), was, b.job.plan, fresh, numbers[0], numbers[1], b.now)
	if err != nil {
		return err
	}
	b.base.Put(r)
	if err := replace(b.baseline, b.base.Encode()); err != nil {
		return fmt.Errorf("%s: cannot be written: %w", b.baseline, reason(err))
	}
	reserved := "none on reserved seeds"
	if len(plans) > 1 {
		reserved = fmt.Sprintf("%d on reserved seeds %d..%d", len(fresh.Cells), r.Reserved.From, r.Reserved.From+suites.FreshSeeds-1)
	}
	_, err = fmt.Fprintf(b.out, "%s: %s at %.12s: %s, %s\n", b.baseline, title(b.job.plan), r.Revision, count(len(b.job.plan.Cells), "cell"), reserved)
	return err
}

// cost says what plans would take, as far as the store lacks them.
func (b *bench) cost(ctx context.Context, plans ...*suites.Plan) error {
	if b.noRun {
		return nil
	}
	for _, plan := range plans {
		st, err := b.store(plan)
		if err != nil {
			return err
		}
		todo, err := runner.Missing(plan, st)
		if err != nil {
			return err
		}
		if len(todo) == 0 {
			continue
		}
		if err := b.parts.CheckData(b.job.suite, todo); err != nil {
			return err
		}
		cost, err := b.parts.Cost(ctx, plan, todo, st)
		if err != nil {
			return err
		}
		about := "unknown"
		if d, ok := cost.Wall(todo, b.workers); ok {
			about = "about " + lasting(d)
		}
		fmt.Fprintf(b.err, "%s: cost of %s: %s on %s\n", title(plan), count(len(todo), "cell"), about, count(b.workers, "worker"))
	}
	return nil
}

// store is where the numbers of a plan are, or are to be.
func (b *bench) store(plan *suites.Plan) (*store.Store, error) {
	st, others, err := b.own.store(plan)
	if others {
		done := "They were run anew, in a store that is gone now; a new STORE would keep them."
		if gate.Clean(b.now) != nil {
			done = "They were run anew, in a store that is gone now: so is every check by a program whose own revision is unknown or has such changes, since no store can tell its cells from those of the changes before."
		}
		if b.noRun {
			done, b.other = "With --no-run, it is they that are judged.", true
		}
		b.note("%s has cells that another program may have made: their revision is another, or unknown, or had changes that are not committed. %s", plain(b.own.given.Path()), done)
	}
	return st, err
}

// numbers runs what the store lacks of a plan, if it may, and reads it.
func (b *bench) numbers(ctx context.Context, plan *suites.Plan) (gate.Numbers, error) {
	st, err := b.store(plan)
	if err != nil {
		return gate.Numbers{}, err
	}
	if !b.noRun {
		if err := b.run(ctx, plan, st); err != nil {
			return gate.Numbers{}, err
		}
		was := st
		if st, err = b.store(plan); err != nil { // another process may have put its cells in
			return gate.Numbers{}, err
		}
		if st != was {
			if err := b.run(ctx, plan, st); err != nil {
				return gate.Numbers{}, err
			}
		}
	}
	results, err := st.Load(plan)
	return gate.Numbers{Results: results, Vectors: st.Vectors}, err
}

func (b *bench) run(ctx context.Context, plan *suites.Plan, st *store.Store) error {
	todo, err := runner.Todo(plan, st, runner.RetryFailed)
	if err != nil || len(todo) == 0 {
		return err
	}
	refused, err := b.parts.Check(b.job.suite, plan)
	if err != nil {
		return err
	}
	// Without checkpoints: they do not say which program began a cell.
	how := running{workers: b.workers, retry: string(runner.RetryFailed), passing: b.own.temporary(st)}
	_, _, err = b.fill(ctx, &job{b.job.suite, plan, refused}, st, todo, how, b.own.began)
	return err
}
