package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/vibench/bench/report"
	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// observer tells of one suite's run: to people, or with --json to machines.
type observer struct {
	a        *app
	j        *job
	st       *store.Store
	todo     []suites.Cell
	workers  int
	passing  bool    // the store is gone afterwards
	failures int     // after which the run gives up; 0: none
	events   *events // nil: for people
	progress *progress
	causes   []*cause
	told     int      // causes, when they happened
	summed   []*cause // at the end
	warnings int
}

// cause is one thing that went wrong, however many cells it met.
type cause struct {
	outcome store.Outcome
	reason  string
	first   suites.Cell
	cells   int
	before  bool // this run, and not tried again
}

func (a *app) observer(j *job, st *store.Store, todo []suites.Cell, r running) (*observer, error) {
	o := &observer{a: a, j: j, st: st, todo: todo, workers: r.workers, passing: r.passing, failures: r.failures}
	if r.json {
		o.events = newEvents(a.out)
	}
	return o, o.skipped()
}

// skipped finds the cells that failed before and are not to run again.
func (o *observer) skipped() error {
	runs := make(map[string]bool, len(o.todo))
	for _, c := range o.todo {
		runs[c.ID] = true
	}
	missing, err := runner.Missing(o.j.plan, o.st)
	if err != nil {
		return err
	}
	missing = slices.DeleteFunc(missing, func(c suites.Cell) bool { return runs[c.ID] })
	if len(missing) == 0 {
		return nil
	}
	had, err := o.st.Load(&suites.Plan{Cells: missing})
	if err != nil {
		return err
	}
	for _, c := range missing {
		if r, ok := had.Cell(c.ID); ok {
			o.count(r.Outcome, r.Reason, c, true)
		}
	}
	return nil
}

// count adds a cell to its cause, and says whether it is the first there.
func (o *observer) count(outcome store.Outcome, reason string, c suites.Cell, before bool) (first bool) {
	for _, x := range o.causes {
		if x.outcome == outcome && x.reason == reason && x.before == before {
			x.cells++
			return false
		}
	}
	o.causes = append(o.causes, &cause{outcome, reason, c, 1, before})
	return true
}

// failedBefore counts the cells of causes that are not tried again.
func (o *observer) failedBefore() (n int) {
	for _, c := range o.causes {
		if c.before {
			n += c.cells
		}
	}
	return n
}

// begin is told how many of the cells to run have a checkpoint.
func (o *observer) begin(begun int) {
	plan := o.j.plan
	if o.events != nil {
		o.events.begin(plan, o.st.Path(), o.workers, len(o.todo))
	}
	failed := o.failedBefore()
	if len(o.todo) == 0 && failed == 0 {
		return
	}
	var parts []string
	if n := len(plan.Cells) - len(o.todo) - failed; n > 0 {
		parts = append(parts, fmt.Sprintf("%d were done before", n))
	}
	if begun > 0 {
		parts = append(parts, fmt.Sprintf("%d begun", begun))
	}
	if failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed before and wait for --retry failed", failed))
	}
	before := ""
	if len(parts) > 0 {
		before = " (" + list(parts) + ")"
	}
	fmt.Fprintf(o.a.err, "%s: %d of %d cells to run%s, %s; store %s\n",
		title(plan), len(o.todo), len(plan.Cells), before, count(o.workers, "worker"), o.st.Path())
	if len(o.todo) == 0 {
		return
	}
	o.progress = newProgress(o.a.err, plan.Cells, o.todo, o.a.parts.Works())
}

// ended is told of every cell, from one goroutine.
func (o *observer) ended(e runner.Event) {
	o.progress.ended(e.Cell, int(e.Result.Steps), e.Ended, e.Failed)
	if o.events != nil {
		o.events.cell(e)
	}
	if e.Result.Outcome == store.Failed || e.Result.Outcome == store.Diverged {
		o.say(e)
	}
}

// step is told how far a cell at work is, from any goroutine.
func (o *observer) step(id string, step int) { o.progress.step(id, step) }

// warn is told what went wrong with a cell that goes on, from the goroutine of
// ended.
func (o *observer) warn(c suites.Cell, why string) {
	if o.events != nil {
		o.events.warning(c, why)
	}
	switch o.warnings++; {
	case o.warnings <= mostSaid:
		o.progress.say("warning: %s: %s", c, why)
	case o.warnings == mostSaid+1:
		o.progress.say("and more warnings")
	}
}

// wait is told, from any goroutine, of cells that are all at work in other processes.
func (o *observer) wait(st *store.Store) func([]suites.Cell) {
	return func(left []suites.Cell) {
		who, err := st.Owner(left[0].ID)
		if who == "" || err != nil {
			who = "another process"
		}
		o.progress.say("waiting for %s that %s has at work on the same store", count(len(left), "cell"), who)
	}
}

// mostSaid is how many causes are told of when they happen.
const mostSaid = 20

// say tells of a cause when it is first met; end says how many cells it met.
func (o *observer) say(e runner.Event) {
	if !o.count(e.Result.Outcome, e.Result.Reason, e.Cell, false) {
		return
	}
	if o.told++; o.told > mostSaid {
		if o.told == mostSaid+1 {
			o.progress.say("and more; bench report has every cell")
		}
		return
	}
	at := ""
	if e.Result.Outcome == store.Diverged {
		at = fmt.Sprintf(" at step %d", e.Result.Step)
	}
	o.progress.say("%s%s: %s: %s", e.Result.Outcome, at, e.Cell, e.Result.Reason)
}

// stopping is told when a signal has come.
func (o *observer) stopping() {
	if o.progress != nil {
		o.progress.say("stopping: waiting for cells at work; once more to kill")
	}
}

// mostSummed is how many causes the end of a run lists.
const mostSummed = 10

// end is told when no cell runs any more. It sums up what went wrong, the causes of
// most cells first, each with one cell and the command that tells all about it.
func (o *observer) end() {
	if o.progress != nil {
		o.progress.end()
	}
	causes := slices.Clone(o.causes)
	slices.SortStableFunc(causes, func(a, b *cause) int { return cmp.Compare(b.cells, a.cells) })
	for i, c := range causes {
		if i == mostSummed {
			fmt.Fprintf(o.a.err, "and %s more\n", count(len(causes)-i, "cause"))
			break
		}
		o.summed = append(o.summed, c)
		before := ""
		if c.before {
			before = " before"
		}
		fmt.Fprintf(o.a.err, "%s %s%s: %s\n    %s\n    %s\n", count(c.cells, "cell"), c.outcome, before, oneLine(c.reason),
			oneLine(c.first.String()), commandLine([]string{"logs", c.first.Short(), o.st.Path()}))
	}
}

// besides leaves out of a report's unfinished cells those whose cause end has told
// of: one does not read a cause twice.
func (o *observer) besides(rep *report.Report) *report.Report {
	out := *rep
	out.Unfinished = slices.DeleteFunc(slices.Clone(rep.Unfinished), func(u report.Unfinished) bool {
		return slices.ContainsFunc(o.summed, func(c *cause) bool { return string(c.outcome) == u.Outcome && c.reason == u.Reason })
	})
	for i := range out.Unfinished {
		u := &out.Unfinished[i]
		u.Name, u.Reason = oneLine(u.Name), oneLine(u.Reason)
	}
	return &out
}

// stopped is the last word of a run that a signal ended, or too many failures: some
// of the cells that are left have a checkpoint.
func (o *observer) stopped(sum runner.Summary, begun int) error {
	if o.events != nil {
		o.events.end(o.j.plan, sum, nil)
	}
	again := "the same command continues; store " + o.st.Path()
	if o.passing {
		again = "the same command begins anew"
	}
	half := ""
	if begun > 0 {
		half = fmt.Sprintf(", %d begun", begun)
	}
	if sum.GaveUp {
		return exit{incomplete, fmt.Errorf("%s: %w after %s: %d of %d cells ended%s, %d left; %s",
			title(o.j.plan), errGaveUp, count(o.failures, "failure"), sum.Planned-sum.Left, sum.Planned, half, sum.Left, again)}
	}
	return exit{interrupted, fmt.Errorf("%s: stopped: %d of %d cells done%s, %d left; %s",
		title(o.j.plan), sum.Planned-sum.Left, sum.Planned, half, sum.Left, again)}
}

// errGaveUp is in the error of a run that too many failures ended.
var errGaveUp = errors.New("gave up")

// verdicts prints what the store says now.
func (o *observer) verdicts(rep *report.Report, sum runner.Summary) error {
	if o.events != nil {
		o.events.end(o.j.plan, sum, rep)
		return o.events.err
	}
	if err := report.Console(o.a.out, o.besides(rep), width(o.a.out), o.a.colored(o.a.out)); err != nil {
		return err
	}
	last := fmt.Sprintf("wall time %s, %s;", lasting(sum.Wall), count(o.workers, "worker"))
	if sum.Others > 0 {
		last = fmt.Sprintf("wall time %s, %s; %s by other processes;", lasting(sum.Wall), count(o.workers, "worker"), count(sum.Others, "cell"))
	}
	if len(o.todo) == 0 {
		last = fmt.Sprintf("nothing to do: %d of %d cells were done before;", sum.Before-o.failedBefore(), sum.Planned)
	}
	where, between := "store "+o.st.Path(), " "
	if utf8.RuneCountInString(last+where)+1 > width(o.a.out) {
		between = "\n"
	}
	_, err := fmt.Fprintln(o.a.out, last+between+where)
	return err
}

// count is 1 cell, 2 cells.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
