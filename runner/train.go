package runner

import (
	"fmt"
	"slices"
	"strings"

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
}

// span is a stretch of one role's vector under one optimiser: a parameter, since
// optimisers are given by the prefix of a path.
type span struct {
	name   string // of the parameter
	role   tape.Role
	lo, hi int
	rule   optim.Rule
	factor optim.Schedule
	s64    optim.State[float64]
	s32    optim.State[float32]
}

func newTrainer(p Parts, c *cell) (*trainer, error) {
	t := &trainer{c: c}
	if c.Train.Steps == 0 {
		return t, nil
	}
	if size, n := c.Train.Batch, len(c.work.All); size > n {
		return nil, fmt.Errorf("train: batch: got %d rows a step; the data have %d", size, n)
	}
	for _, spec := range c.work.Params.Specs() {
		best := -1
		for i, g := range c.Train.Optim {
			if strings.HasPrefix(spec.Name, g.Prefix) && (best < 0 || len(g.Prefix) > len(c.Train.Optim[best].Prefix)) {
				best = i
			}
		}
		if best < 0 {
			continue // no optimiser: it stands still
		}
		rule, factor, err := p.optimiser(c.Train.Optim[best].Optim, c.Train.Steps, c.work.Data.N)
		if err != nil {
			return nil, fmt.Errorf("train: %s: %w", spec.Name, err)
		}
		role, lo, hi, _ := c.work.Params.Range(spec.Name)
		s := span{name: spec.Name, role: role, lo: lo, hi: hi, rule: rule, factor: factor}
		if c.work.Params.Precision() == tape.Float64 {
			s.s64 = optim.NewState[float64](rule, hi-lo)
		} else {
			s.s32 = optim.NewState[float32](rule, hi-lo)
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
	if _, learns := t.c.est.(vi.Starter); t.c.follow == nil || learns || len(t.c.watches) > 0 {
		d := t.draw(t.c.est)
		for _, x := range t.c.watches {
			x.See(d)
		}
		if err := t.move(d, own...); err != nil {
			return err
		}
		w.Commit()
	}
	if t.c.follow != nil {
		if err := t.move(t.draw(t.c.follow), tape.Gen, tape.Inf); err != nil {
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

// move takes the parameters of some roles along a direction.
func (t *trainer) move(d vi.Direction, roles ...tape.Role) error {
	w := t.c.work
	for _, r := range roles {
		u := d.Role(r)
		for _, v := range []tape.Vector{u.Ascend, u.Target} {
			if !v.Nil() && !v.Finite() {
				return diverged{t.step, fmt.Sprintf("the %s direction is not finite", r)}
			}
		}
	}
	for _, sp := range t.spans {
		u := d.Role(sp.role)
		if u.Nil() || !slices.Contains(roles, sp.role) {
			continue
		}
		_, target := sp.rule.(optim.Step)
		dir := u.Ascend
		if target {
			dir = u.Target
		}
		if dir.Nil() {
			return fmt.Errorf("train: the %s update is %s; need an optimiser for it (step is for targets, the others for directions)", sp.role, kindOf(u))
		}
		theta, dir := w.Params.Vector(sp.role).Slice(sp.lo, sp.hi), dir.Slice(sp.lo, sp.hi)
		f := sp.factor.Factor(t.step)
		if theta.F64() != nil {
			sp.rule.Step64(theta.F64(), dir.F64(), sp.s64, f)
		} else {
			sp.rule.Step32(theta.F32(), dir.F32(), sp.s32, f)
		}
		if !theta.Finite() {
			return diverged{t.step, fmt.Sprintf("%s parameters are not finite", sp.role)}
		}
	}
	return nil
}

func kindOf(u vi.Update) string {
	if u.Ascend.Nil() {
		return "a target"
	}
	return "a direction"
}
