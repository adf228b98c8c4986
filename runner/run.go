package runner

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// Options say how a plan is run. None of them changes a number.
type Options struct {
	Workers    int                       // cells at a time; 0 is one
	Refused    map[string]string         // from Check: cells that are refused, and why
	Retry      Retry                     // which cells that have ended are run again
	Failures   int                       // cells that may fail before the others are given up; 0: any number
	Order      func(n int) []int         // the order in which missing cells are taken; nil is the plan's
	Checkpoint time.Duration             // of a cell's time between two checkpoints; 0: none are taken, and a cell that is stopped starts anew
	Progress   func(Event)               // after every cell, from one goroutine; may be nil
	Warn       func(suites.Cell, string) // what went wrong with a cell that goes on, from the goroutine of Progress; may be nil
	Wait       func([]suites.Cell)       // once, when all that is left is at work in other processes; may be nil
	Step       func(id string, step int) // how far a cell at work is: at its begin, then now and then, from any goroutine; may be nil
}

// Event is one cell's end.
type Event struct {
	Cell    suites.Cell
	Result  store.Result
	Ended   int // cells that have ended, those from before and of other processes included
	Failed  int // of those that ended now
	Planned int
}

// Summary is what a run has done.
type Summary struct {
	Planned int
	Before  int                   // ended before it began, and not run again
	Ended   map[store.Outcome]int // of the cells of this run
	Others  int                   // ended by other processes on the same store meanwhile
	Left    int                   // neither ended nor begun
	GaveUp  bool                  // too many cells failed
	Wall    time.Duration
}

// settled says whether an outcome is a result, which a divergence or a refusal is
// too; a failure or an interruption is none.
func settled(o store.Outcome) bool {
	return o == store.Done || o == store.Diverged || o == store.Refused
}

// A Retry says which cells that have ended are run again. One that was interrupted
// has not ended, and is always.
type Retry string

const (
	RetryNone   Retry = ""       // none: what failed fails again, until somebody mends it
	RetryFailed Retry = "failed" // errors and panics
	RetryAll    Retry = "all"    // every cell that is not done: failed, diverged, refused
)

// again says whether a cell that ended so is run.
func (r Retry) again(o store.Outcome) bool {
	switch o {
	case store.Done:
		return false
	case store.Failed:
		return r != RetryNone
	case store.Diverged, store.Refused:
		return r == RetryAll
	}
	return true
}

// Run runs the cells of a plan that have not ended in the store, on workers, with
// one writer; running again continues, in the middle of a cell too. When ctx ends,
// cells at work are given up, and of those that train a checkpoint is kept. Several
// processes may run on one store: they share the cells, none is run twice, and each
// returns when all have ended. The error is the store's; a cell's failure is a
// result and stops no other.
func (p Parts) Run(ctx context.Context, plan *suites.Plan, st *store.Store, prov store.Provenance, opt Options) (Summary, error) {
	start := time.Now()
	sum := Summary{Planned: len(plan.Cells), Ended: map[store.Outcome]int{}}
	attempts, err := st.Attempts(ids(plan.Cells)) // before Todo: what ends in between is another's
	if err != nil {
		return sum, err
	}
	todo, err := Todo(plan, st, opt.Retry)
	if err != nil {
		return sum, err
	}
	sum.Before, sum.Left = len(plan.Cells)-len(todo), len(todo)
	run, err := st.Begin(plan, prov)
	if err != nil {
		return sum, err
	}
	if len(todo) == 0 {
		return sum, st.Sweep()
	}
	if opt.Order != nil {
		order := opt.Order(len(todo))
		shuffled := make([]suites.Cell, len(todo))
		for i, j := range order {
			shuffled[i] = todo[j]
		}
		todo = shuffled
	}

	shift, err := st.Shift(run)
	if err != nil {
		return sum, err
	}
	type message struct {
		cell    suites.Cell
		ended   *store.Result
		saved   *store.Checkpoint
		warning string
		over    bool // ended by another process
	}
	queue := make(chan message)
	failed := make(chan error, 1)
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	writer := func() error { // the one writer: what has queued up goes into one transaction
		n := 0
		for first := range queue {
			batch := []message{first}
			for more := true; more && len(batch) < 256; {
				select {
				case next, open := <-queue:
					if more = open; open {
						batch = append(batch, next)
					}
				default:
					more = false
				}
			}
			var results []store.Result
			var saved []store.Checkpoint
			for _, m := range batch {
				switch {
				case m.ended != nil && m.ended.Outcome != store.Interrupted:
					results = append(results, *m.ended)
				case m.saved != nil:
					saved = append(saved, *m.saved)
				}
			}
			// In this order: an end takes the cell's checkpoint away.
			if err := st.Save(saved); err != nil {
				return err
			}
			if len(results) > 0 {
				if err := st.Write(run, results); err != nil {
					return err
				}
			}
			for _, m := range batch {
				if m.warning != "" && opt.Warn != nil {
					opt.Warn(m.cell, m.warning)
				}
				if m.over {
					sum.Others++
					sum.Left--
				}
				if m.ended == nil {
					continue
				}
				sum.Ended[m.ended.Outcome]++
				if m.ended.Outcome == store.Interrupted {
					continue
				}
				n++
				sum.Left--
				if opt.Progress != nil {
					opt.Progress(Event{m.cell, *m.ended, sum.Before + sum.Others + n, sum.Ended[store.Failed], sum.Planned})
				}
			}
		}
		return nil
	}
	go func() {
		err := writer()
		if err != nil {
			giveUp() // no use in numbers that cannot be kept
			for range queue {
			}
		}
		failed <- err
	}()

	workers := max(opt.Workers, 1)
	threads := 1
	if workers >= 2*len(todo) {
		threads = 2 // idle workers' cores
	}
	var failures atomic.Int64
	cells := &pool{
		shift: shift, last: attempts, todo: todo,
		over: func(c suites.Cell) { queue <- message{cell: c, over: true} },
		wait: func(left []suites.Cell) {
			if opt.Wait != nil {
				opt.Wait(left)
			}
		},
	}
	work := func(c suites.Cell, w int) message {
		start := time.Now()
		res := store.Result{Cell: c.ID, Outcome: store.Refused, Reason: opt.Refused[c.ID]}
		if res.Reason == "" {
			d := desk{
				every: opt.Checkpoint,
				last:  func() (store.Checkpoint, bool, error) { return st.Checkpoint(c.ID) },
				save:  func(s store.Checkpoint) { queue <- message{cell: c, saved: &s} },
				warn:  func(why string) { queue <- message{cell: c, warning: why} },
			}
			if opt.Step != nil {
				d.step = func(step int) { opt.Step(c.ID, step) }
			}
			res = p.runCell(ctx, c, threads, d)
		}
		if res.Outcome == store.Failed && failures.Add(1) == int64(opt.Failures) {
			giveUp() // before this worker takes another cell
		}
		res.Cost.Start, res.Cost.Wall, res.Cost.Worker = start, max(res.Cost.Wall, time.Since(start)), w // a cell that goes on has taken longer than now
		return message{cell: c, ended: &res}
	}
	var g errgroup.Group
	for w := range min(workers, len(todo)) {
		g.Go(func() error {
			c, ok, err := cells.next(ctx)
			for ok && err == nil && ctx.Err() == nil {
				end := work(c, w)
				// Claimed before the end is handed over, not to wait behind its commit.
				c, ok, _, err = cells.look(ctx)
				queue <- end
				if !ok && err == nil {
					c, ok, err = cells.next(ctx)
				}
			}
			if err != nil {
				giveUp()
			}
			return err
		})
	}
	lost := g.Wait()
	close(queue)
	if err = <-failed; err == nil {
		err = lost
	}
	if left := shift.End(); err == nil {
		err = left
	}
	sum.GaveUp = opt.Failures > 0 && failures.Load() >= int64(opt.Failures)
	sum.Wall = time.Since(start)
	return sum, err
}

// Missing are the cells of a plan that have no result in the store, failed ones
// among them, in the plan's order.
func Missing(plan *suites.Plan, st *store.Store) ([]suites.Cell, error) {
	return those(plan, st, func(o store.Outcome) bool { return !settled(o) })
}

// Todo are the cells of a plan that Run would run, in the plan's order.
func Todo(plan *suites.Plan, st *store.Store, retry Retry) ([]suites.Cell, error) {
	return those(plan, st, retry.again)
}

func those(plan *suites.Plan, st *store.Store, want func(store.Outcome) bool) ([]suites.Cell, error) {
	had, err := st.Outcomes(ids(plan.Cells))
	if err != nil {
		return nil, fmt.Errorf("runner: %w", err)
	}
	var out []suites.Cell
	for _, c := range plan.Cells {
		if want(had[c.ID]) {
			out = append(out, c)
		}
	}
	return out, nil
}

func ids(cells []suites.Cell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = c.ID
	}
	return out
}
