package runner

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// cell is a cell at work: everything built, nothing run.
type cell struct {
	suites.Cell
	parts    Parts
	est      vi.Estimator
	follow   vi.Estimator // moves gen and inf in its place; nil: it does itself
	work     *vi.Work
	test     *vi.Work // held-out data, nil if there are none
	evals    []metrics.Evaluation
	probes   []metrics.Probe
	watches  []metrics.Watching
	train    *trainer
	keep     keeper
	clock    clock
	format   uint32 // of its checkpoints
	res      store.Result
	measured int64 // density evaluations of metrics
}

// build makes a cell's data, model and start.
func (p Parts) build(c suites.Cell) (*cell, error) {
	out := &cell{Cell: c, parts: p, format: checkpointVersion, res: store.Result{Cell: c.ID}}
	seed := uint64(c.Seed)
	model, data, err := p.Model(c)
	if err != nil {
		return nil, err
	}
	if out.est, err = p.estimator(c.Estimator); err != nil {
		return nil, err
	}
	prec, err := tape.ParsePrecision(c.Precision)
	if err != nil {
		return nil, err
	}
	if out.work, err = vi.NewWork(model, out.est, data, prec, rng.Init(seed, c.Model.Name)); err != nil {
		return nil, err
	}
	if data.Test != nil {
		out.test = out.work.On(data.Test)
		out.test.Bits = rng.HeldBits(seed, c.Dataset.Name, "test")
	}
	if f := c.Train.Follow; f != nil {
		if out.follow, err = p.estimator(*f); err != nil {
			return nil, err
		}
	}
	log, err := p.metrics(c.Metrics)
	if err != nil {
		return nil, err
	}
	for _, m := range log.all() {
		if why := whole(m, data); why != "" {
			return nil, errors.New(why)
		}
	}
	out.evals, out.probes = log.evals, log.probes
	for _, m := range log.watches {
		out.watches = append(out.watches, m.Watch(out.work.Params))
	}
	if out.train, err = newTrainer(p, out); err != nil {
		return nil, err
	}
	return out, nil
}

// errStopped says that the context ended before the cell did.
var errStopped = errors.New("stopped")

// diverged is a step that left the numbers.
type diverged struct {
	step int
	what string
}

func (d diverged) Error() string { return d.what }

// runCell is a cell's whole life on one or two threads, from its last checkpoint
// if it has one; whatever happens, it becomes a result.
func (p Parts) runCell(ctx context.Context, c suites.Cell, threads int, d desk) (res store.Result) {
	var out *cell
	defer func() {
		if r := recover(); r != nil {
			res = store.Result{Cell: c.ID, Outcome: store.Failed, Reason: fmt.Sprint("panic: ", r), Stack: string(debug.Stack())}
			if out != nil {
				res.Step, res.Cost.Wall = out.train.step, out.keep.wall()
			}
		}
	}()
	out, err := p.resume(c, d)
	if err != nil {
		return store.Result{Cell: c.ID, Outcome: store.Failed, Reason: err.Error()}
	}
	out.work.Threads = threads
	err = out.run(ctx)
	res = out.res
	res.Outcome, res.Step, res.Steps, res.Evals = store.Done, out.train.step, int64(out.train.step), out.train.evals+out.measured
	res.Cost.Wall = out.keep.wall()
	var left diverged
	switch {
	case err == nil:
	case errors.Is(err, errStopped):
		out.save()
		res.Outcome, res.Reason = store.Interrupted, "stopped from outside"
	case errors.As(err, &left):
		res.Outcome, res.Step, res.Reason = store.Diverged, left.step, left.what
	default:
		res.Outcome, res.Reason = store.Failed, err.Error()
	}
	return res
}

// run trains and evaluates: at the start where there is a schedule, on it, and
// at the end. Checkpoints are taken before an evaluation, never after it: one
// that was stopped half way leaves nothing, so wherever the cell is given up, the
// evaluation of the step reached is still to be made.
func (c *cell) run(ctx context.Context) error {
	t := c.Train
	c.clock.start()
	defer c.clock.stop()
	for {
		if ctx.Err() != nil {
			return errStopped
		}
		c.tick()
		end := c.train.step == t.Steps
		if t.Evaluates(c.train.step) {
			c.clock.stop()
			if err := c.evaluate(ctx); err != nil {
				return err
			}
			c.clock.start()
		}
		if end {
			return nil
		}
		if err := c.train.next(); err != nil {
			return err
		}
	}
}

// evaluate logs every metric at the step reached, the final ones at the end.
func (c *cell) evaluate(ctx context.Context) error {
	c.work.Bits = rng.HeldBits(uint64(c.Seed), c.Dataset.Name, "train")
	e := &metrics.Eval{
		Context: ctx, Work: c.work, Test: c.test, Seed: uint64(c.Seed), Step: c.train.step, Last: c.train.step == c.Train.Steps, Estimator: c.est,
		Resolve: func(name string) (vi.Estimator, error) { return c.parts.beside(name, c.Estimator) },
	}
	var out metrics.Out
	for _, m := range c.evals {
		if metrics.AtEnd(m) && c.train.step < c.Train.Steps {
			continue
		}
		m.Measure(e, &out)
		if ctx.Err() != nil {
			return errStopped
		}
	}
	probes := c.probes
	if c.train.step < c.Train.Steps {
		probes = slices.DeleteFunc(slices.Clone(probes), func(p metrics.Probe) bool { return metrics.AtEnd(p) })
	}
	if len(probes) > 0 {
		if err := e.Probes(probes, &out); err != nil {
			if ctx.Err() != nil {
				return errStopped
			}
			return err
		}
	}
	for _, x := range c.watches {
		x.Measure(&out)
	}
	if c.format != clockless {
		c.res.Cost.Laps = append(c.res.Cost.Laps, store.Lap{Step: c.train.step, Trained: c.clock.sum})
	}
	for _, v := range out.Values {
		if v.Reason == "" && v.X-v.X != 0 {
			return diverged{c.train.step, fmt.Sprintf("%s is %v", v.Name, v.X)}
		}
		c.res.Points = append(c.res.Points, store.Point{Metric: v.Name, Step: c.train.step, Value: v.X, Reason: v.Reason, Evals: c.train.evals})
	}
	for _, a := range out.Arrays {
		c.res.Vectors = append(c.res.Vectors, store.Vector{Name: a.Name, Step: c.train.step, Data: a.Data})
	}
	c.measured += e.Evals
	return nil
}
