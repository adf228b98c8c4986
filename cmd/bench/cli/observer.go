package cli

import (
	"fmt"
	"slices"
	"strings"
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
	causes   map[string][]suites.Cell // failed cells by reason
	said     int
}

func (a *app) observer(j *job, st *store.Store, todo []suites.Cell, r running) *observer {
	o := &observer{a: a, j: j, st: st, todo: todo, workers: r.workers, causes: map[string][]suites.Cell{}}
	if r.json {
		o.events = newEvents(a.out)
	}
	return o
}

func (o *observer) begin() {
	plan := o.j.plan
	if o.events != nil {
		o.events.begin(plan, o.st.Path(), o.workers, len(o.todo))
	}
	if len(o.todo) == 0 {
		return
	}
	before := ""
	if n := len(plan.Cells) - len(o.todo); n > 0 {
		before = fmt.Sprintf(" (%d were done before)", n)
	}
	fmt.Fprintf(o.a.err, "%s: %d of %d cells to run%s, %s; store %s\n",
		title(plan), len(o.todo), len(plan.Cells), before, count(o.workers, "worker"), o.st.Path())
	o.progress = newProgress(o.a.err, len(plan.Cells), o.todo, o.a.parts.Work)
}

// ended is told of every cell, from one goroutine.
func (o *observer) ended(e runner.Event) {
	o.progress.ended(e.Cell, e.Ended, e.Failed)
	if o.events != nil {
		o.events.cell(e)
	}
	switch e.Result.Outcome {
	case store.Failed:
		o.say("failed: %s: %s", e.Cell, e.Result.Reason)
		o.causes[e.Result.Reason] = append(o.causes[e.Result.Reason], e.Cell)
	case store.Diverged:
		o.say("diverged at step %d: %s: %s", e.Result.Step, e.Cell, e.Result.Reason)
	}
}

// mostSaid is how many cells are told of when they happen: where more go wrong,
// the rest are counted.
const mostSaid = 20

func (o *observer) say(format string, args ...any) {
	switch o.said++; {
	case o.said <= mostSaid:
		o.progress.say(format, args...)
	case o.said == mostSaid+1:
		o.progress.say("and more, which are counted and not listed here")
	}
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
	if len(o.causes) == 0 {
		return
	}
	reasons := make([]string, 0, len(o.causes))
	for reason := range o.causes {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b string) int {
		if n := len(o.causes[b]) - len(o.causes[a]); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	for _, reason := range reasons {
		cells := o.causes[reason]
		slices.SortFunc(cells, func(a, b suites.Cell) int { return strings.Compare(a.String(), b.String()) })
		fmt.Fprintf(o.a.err, "%s failed: %s\n", count(len(cells), "cell"), reason)
		const shown = 3
		for _, c := range cells[:min(shown, len(cells))] {
			fmt.Fprintf(o.a.err, "  %s (%s)\n", c, c.Short())
		}
		if more := len(cells) - shown; more > 0 {
			fmt.Fprintf(o.a.err, "  and %d more\n", more)
		}
	}
}

// interrupted is the last word of a run that a signal ended.
func (o *observer) interrupted(sum runner.Summary) error {
	if o.events != nil {
		o.events.end(o.j.plan, sum, nil)
	}
	return fmt.Errorf("%s: stopped: %d of %d cells done, %d left; the same command continues; store %s",
		title(o.j.plan), sum.Planned-sum.Left, sum.Planned, sum.Left, o.st.Path())
}

// verdicts prints what the store says now.
func (o *observer) verdicts(rep *report.Report, sum runner.Summary) error {
	if o.events != nil {
		o.events.end(o.j.plan, sum, rep)
		return o.events.err
	}
	if err := report.Console(o.a.out, rep, width(o.a.out), o.a.colored(o.a.out)); err != nil {
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
