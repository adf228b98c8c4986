package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/compare"
	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// compareSuite runs what a comparison lacks, and compares.
func (a *app) compareSuite(ctx context.Context, side string, against []string, r comparing) error {
	o := suites.Options{Preset: r.preset, Seeds: r.seeds}
	n, plain := 0, false
	if k, err := strconv.Atoi(r.seeds); err == nil {
		if n, plain, o.Seeds = k, true, ""; n < 1 {
			return fmt.Errorf("bench compare: --seeds: got %s; want a number above 0, or seeds as in 0..3 or 0,2,5", r.seeds)
		}
	}
	j, err := a.job(r.suite, o)
	if err != nil {
		return err
	}
	if plain {
		first := j.plan.Cells[0].Seed
		for _, c := range j.plan.Cells {
			first = min(first, c.Seed)
		}
		o.Seeds = fmt.Sprintf("%d..%d", first, first+n-1)
		if j, err = a.job(r.suite, o); err != nil {
			return err
		}
	}
	one, others, err := sidesOf(side, against, j.plan.Cells)
	if err != nil {
		return err
	}
	plan := *j.plan
	if name := one.Estimator(); name != "" && !slices.ContainsFunc(plan.Cells, func(c suites.Cell) bool { return c.Estimator.Name == name }) {
		if plan.Cells, err = a.joined(j, one, others); err != nil {
			return err
		}
		plan.Preset += "+" + name
	}
	if plan.Cells, err = compare.Cells(&plan, one, others); err != nil {
		return err
	}
	plan.Narrowed = true
	if j.refused, err = a.parts.Check(j.suite, &plan); err != nil {
		return err
	}
	j.plan = &plan
	path := storeOf(r.store, &plan)
	if err := a.checkData(j, path, runner.RetryFailed); err != nil {
		return err
	}
	st, err := store.Open(path)
	if err != nil {
		return err
	}
	defer st.Close()
	todo, err := runner.Todo(j.plan, st, runner.RetryFailed)
	if err != nil {
		return err
	}
	if len(todo) > 0 {
		how := running{workers: r.workers, retry: string(runner.RetryFailed), checkpoint: r.checkpoint}
		if _, _, err := a.fill(ctx, j, st, todo, how, nil); err != nil {
			return err
		}
	}
	if err := a.compareIn(st, &plan, one, others, r); err != nil {
		return err
	}
	if todo, err = runner.Missing(&plan, st); err != nil || len(todo) == 0 {
		return err
	}
	return exit{incomplete, fmt.Errorf("%s: %d of %d cells failed or are missing; the same command tries them again", plan.Suite, len(todo), len(plan.Cells))}
}

// joined are a suite's cells, and those of an estimator that it does not name in the
// place of the ones it is compared with.
func (a *app) joined(j *job, one compare.Side, others []compare.Side) ([]suites.Cell, error) {
	settings := map[string]string{}
	for label, values := range one.Want {
		param, own := strings.CutPrefix(label, "estimator.")
		switch {
		case label == "estimator":
		case own && len(values) == 1:
			settings[param] = values[0]
		default:
			return nil, fmt.Errorf("bench compare: %s has no %s; write it as NAME or NAME{k=64}", j.plan.Suite, one.Name)
		}
	}
	var theirs []suites.Cell
	for _, c := range j.plan.Cells {
		if slices.ContainsFunc(others, func(s compare.Side) bool { return s.Picks(c) }) {
			theirs = append(theirs, c)
		}
	}
	mine, err := j.suite.Instead(theirs, one.Estimator(), settings)
	if err != nil {
		return nil, fmt.Errorf("bench compare: %w", err)
	}
	return append(mine, j.plan.Cells...), nil
}
