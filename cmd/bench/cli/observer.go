package cli

import (
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
	events   *events // nil: for people
	progress *progress
	causes   []*cause
	warnings int
}

// cause is one thing that went wrong, however many cells it met.
type cause struct {
	outcome store.Outcome
	reason  string
	first   suites.Cell
	cells   int
}

func (a *app) observer(j *job, st *store.Store, todo []suites.Cell, r running) *observer {
	o := &observer{a: a, j: j, st: st, todo: todo, workers: r.workers}
	if r.json {
		o.events = newEvents(a.out)
	}
	return o
}

// begin is told how many of the cells to run have a checkpoint.
func (o *observer) begin(begun int) {
	plan := o.j.plan
	if o.events != nil {
		o.events.begin(plan, o.st.Path(), o.workers, len(o.todo))
	}
	if len(o.todo) == 0 {
		return
	}
	var parts []string
	if n := len(plan.Cells) - len(o.todo); n > 0 {
		parts = append(parts, fmt.Sprintf("%d were done before", n))
	}
	if begun > 0 {
		parts = append(parts, fmt.Sprintf("%d begun", begun))
	}
	before := ""
	if len(parts) > 0 {
		before = " (" + list(parts) + ")"
	}
	fmt.Fprintf(o.a.err, "%s: %d of %d cells to run%s, %s; store %s\n",
		title(plan), len(o.todo), len(plan.Cells), before, count(o.workers, "worker"), o.st.Path())
	o.progress = newProgress(o.a.err, plan.Cells, o.todo, o.a.parts.Work)
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

// mostSaid is how many causes are told of when they happen.
const mostSaid = 20

// say tells of a cause when it is first met; end says how many cells it met.
func (o *observer) say(e runner.Event) {
	for _, c := range o.causes {
		if c.outcome == e.Result.Outcome && c.reason == e.Result.Reason {
			c.cells++
			return
		}
	}
	o.causes = append(o.causes, &cause{e.Result.Outcome, e.Result.Reason, e.Cell, 1})
	if len(o.causes) > mostSaid {
		if len(o.causes) == mostSaid+1 {
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

// end is told when no cell runs any more.
func (o *observer) end() {
	if o.progress == nil {
		return
	}
	o.progress.end()
	for i, c := range o.causes {
		if i < mostSaid && c.cells > 1 {
			fmt.Fprintf(o.a.err, "%s in all %s like %s\n", count(c.cells, "cell"), c.outcome, c.first)
		}
	}
}

// told leaves out of a report's unfinished cells those whose cause this run has
// told of: one does not read a cause twice.
func (o *observer) told(rep *report.Report) *report.Report {
	out := *rep
	out.Unfinished = slices.DeleteFunc(slices.Clone(rep.Unfinished), func(u report.Unfinished) bool {
		return slices.ContainsFunc(o.causes, func(c *cause) bool { return string(c.outcome) == u.Outcome && c.reason == u.Reason })
	})
	return &out
}

// interrupted is the last word of a run that a signal ended: some of the cells
// that are left have a checkpoint.
func (o *observer) interrupted(sum runner.Summary, begun int) error {
	if o.events != nil {
		o.events.end(o.j.plan, sum, nil)
	}
	half := ""
	if begun > 0 {
		half = fmt.Sprintf(", %d begun", begun)
	}
	return fmt.Errorf("%s: stopped: %d of %d cells done%s, %d left; the same command continues; store %s",
		title(o.j.plan), sum.Planned-sum.Left, sum.Planned, half, sum.Left, o.st.Path())
}

// verdicts prints what the store says now.
func (o *observer) verdicts(rep *report.Report, sum runner.Summary) error {
	if o.events != nil {
		o.events.end(o.j.plan, sum, rep)
		return o.events.err
	}
	if err := report.Console(o.a.out, o.told(rep), width(o.a.out), o.a.colored(o.a.out)); err != nil {
		return err
	}
	last := fmt.Sprintf("wall time %s, %s;", lasting(sum.Wall), count(o.workers, "worker"))
	if len(o.todo) == 0 {
		last = fmt.Sprintf("nothing to do: %d of %d cells were done before;", sum.Before, sum.Planned)
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
