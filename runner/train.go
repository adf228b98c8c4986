package runner

import (
	"fmt"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// trainer moves a cell's parameters, one step at a time.
type trainer struct {
	c     *cell
	step  int
	evals int64
	rows  []int // the epoch's order of the data
	spans []span
	move  move

	learns bool // the estimator, set as it is, has parameters or a state of its own
}

func newTrainer(p Parts, c *cell) (*trainer, error) {
	t := &trainer{c: c, learns: len(c.work.State) > 0 || c.work.Params.Vector(tape.Own).Len() > 0}
	if c.Train.Steps == 0 {
		return t, nil
	}
	if size, n := c.Train.Batch, len(c.work.All); size > n {
		return nil, fmt.Errorf("train: batch: got %d rows a step; the data have %d", size, n)
	}
	for _, spec := range c.work.Params.Specs() {
		o, ok := optimiserOf(c.Train.Optim, spec.Name)
		if !ok {
			continue // no optimiser: it stands still
		}
		rule, factor, err := p.optimiser(o, c.Train.Steps, c.work.Data.N)
		if err != nil {
			return nil, fmt.Errorf("train: %s: %w", spec.Name, err)
		}
		role, lo, hi, _ := c.work.Params.Range(spec.Name)
		s := span{name: spec.Name, role: role, lo: lo, hi: hi, rule: rule, factor: factor}
		if c.work.Params.Precision() == tape.Float64 {
			s.s64 = optim.NewState[float64](rule, hi-lo)
			s.h64 = s.s64.Halves()
		} else {
			s.s32 = optim.NewState[float32](rule, hi-lo)
			s.h32 = s.s32.Halves()
		}
		t.spans = append(t.spans, s)
	}
	return t, nil
}

// batch is the rows of a step: every epoch a new order of the data, by a key that
// estimators share. The last batch of an epoch is whole: rows that do not fill
// one wait for the next order.
func (t *trainer) batch() []int {
	all := t.c.work.All
	size := t.c.Train.Batch
	if size == 0 || size == len(all) {
		return all
	}
	per := len(all) / size
	at := t.step % per
	if at == 0 || t.rows == nil {
		t.rows = append(t.rows[:0], all...)
		rng.Batch(uint64(t.c.Seed), uint64(t.step/per)).Perm(t.rows)
	}
	return t.rows[at*size : (at+1)*size]
}

// next takes one step. A direction or a parameter that is not finite ends the
// cell as diverged. Where another estimator is followed, the cell's own is drawn
// only for what it learns and for those who watch it.
func (t *trainer) next() error {
	w := t.c.work
	w.Bits = rng.Bits(uint64(t.c.Seed), uint64(t.step))
	own := []tape.Role{tape.Gen, tape.Inf, tape.Own}
	if t.c.follow != nil {
		own = own[2:]
	}
	if t.c.follow == nil || t.learns || len(t.c.watches) > 0 {
		d := t.draw(t.c.est)
		for _, x := range t.c.watches {
			x.See(d)
		}
		if err := t.along(d, own...); err != nil {
			return err
		}
		w.Commit()
	}
	if t.c.follow != nil {
		if err := t.along(t.draw(t.c.follow), tape.Gen, tape.Inf); err != nil {
			return err
		}
	}
	t.step++
	return nil
}

// draw is an estimator's direction at the step.
func (t *trainer) draw(e vi.Estimator) vi.Direction {
	w := t.c.work
	before := w.Evals
	d := w.Estimate(e, t.step, t.batch(), &vi.Keyed{Key: rng.Noise(uint64(t.c.Seed), uint64(t.step))})
	t.evals += w.Evals - before
	return d
}
