package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// fill runs some cells of a job into a store and tells how it goes, until a signal ends
// it: what run, compare and check do with the cells that they lack. began, which may be
// nil, is told of the run. A run that is stopped is an error; a cell that fails is none.
func (a *app) fill(ctx context.Context, j *job, st *store.Store, todo []suites.Cell, r running, began func(store.Provenance)) (*observer, runner.Summary, error) {
	var sum runner.Summary
	begun, err := st.Begun(ids(todo))
	if err != nil {
		return nil, sum, err
	}
	out, err := a.observer(j, st, todo, r)
	if err != nil {
		return nil, sum, err
	}
	out.begin(len(begun))
	ctx, stop := untilSignal(ctx, out.stopping)
	prov := a.parts.Provenance(ctx, j.plan, a.line, r.workers)
	if began != nil {
		began(prov)
	}
	sum, err = a.parts.Run(ctx, j.plan, st, prov, runner.Options{
		Workers: r.workers, Refused: j.refused, Retry: runner.Retry(r.retry), Failures: r.failures,
		Checkpoint: r.checkpoint, Progress: out.ended, Warn: out.warn, Step: out.step, Wait: out.wait(st),
	})
	stop() // the rest is short, and a signal ends it
	out.end()
	if err != nil {
		return out, sum, exit{incomplete, err}
	}
	if sum.Left == 0 {
		return out, sum, nil
	}
	if begun, err = st.Begun(ids(todo)); err != nil {
		return out, sum, err
	}
	return out, sum, out.stopped(sum, len(begun))
}

// untilSignal ends the context at the first SIGINT or SIGTERM. Cells at work are
// waited for; a second signal does not wait. What is in the store is safe then
// too. It is handled here rather than left to the system, which ignores it where
// the process was started in the background.
func untilSignal(ctx context.Context, stopping func()) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals, over := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			cancel()
			stopping()
		case <-over:
			return
		}
		select {
		case <-signals:
			os.Exit(interrupted)
		case <-over:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(over)
		cancel()
	}
}
