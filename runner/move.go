package runner

import (
	"fmt"
	"slices"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

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
	h64    [2]optim.State[float64] // their halves
	h32    [2]optim.State[float32]

	theta, dir tape.Vector // of the step in hand
	rate       float64     // its factor
	sound      [2]bool     // a half is finite after it
}

// begin readies a span for a step of both halves along a direction.
func (s *span) begin(theta, dir tape.Vector, rate float64) {
	s.theta, s.dir, s.rate = theta, dir, rate
	copy(s.h64[1].Scalars, s.s64.Scalars) // a checkpoint sets the whole's
	copy(s.h32[1].Scalars, s.s32.Scalars)
}

// half takes the step of half i.
func (s *span) half(i int) {
	theta, dir := s.theta.Half(i), s.dir.Half(i)
	if theta.F64() != nil {
		s.rule.Step64(theta.F64(), dir.F64(), s.h64[i], s.rate)
	} else {
		s.rule.Step32(theta.F32(), dir.F32(), s.h32[i], s.rate)
	}
	s.sound[i] = theta.Finite()
}

// move is one step of the parameters, in two halves (vi.Work.Halves). Its functions
// are made once, so that a step allocates nothing.
type move struct {
	spans  []*span // that move
	step   func(i int)
	looked tape.Vector
	sound  [2]bool // a half of it is finite
	look   func(i int)
}

// finite is v.Finite, in halves.
func (m *move) finite(w *vi.Work, v tape.Vector) bool {
	if m.look == nil {
		m.look = func(i int) { m.sound[i] = m.looked.Half(i).Finite() }
	}
	m.looked = v
	w.Halves(m.look)
	return m.sound[0] && m.sound[1]
}

// all moves all spans.
func (m *move) all(w *vi.Work) {
	if m.step == nil {
		m.step = func(i int) {
			for _, s := range m.spans {
				s.half(i)
			}
		}
	}
	w.Halves(m.step)
}

// along takes the parameters of some roles along a direction.
func (t *trainer) along(d vi.Direction, roles ...tape.Role) error {
	w, m := t.c.work, &t.move
	for _, r := range roles {
		u := d.Role(r)
		for _, v := range []tape.Vector{u.Ascend, u.Target} {
			if !v.Nil() && !m.finite(w, v) {
				return diverged{t.step, fmt.Sprintf("the %s direction is not finite", r)}
			}
		}
	}
	m.spans = m.spans[:0]
	for i := range t.spans {
		s := &t.spans[i]
		u := d.Role(s.role)
		if u.Nil() || !slices.Contains(roles, s.role) {
			continue
		}
		_, target := s.rule.(optim.Step)
		dir := u.Ascend
		if target {
			dir = u.Target
		}
		if dir.Nil() {
			return fmt.Errorf("train: the %s update is %s; need an optimiser for it (step is for targets, the others for directions)", s.role, kindOf(u))
		}
		s.begin(w.Params.Vector(s.role).Slice(s.lo, s.hi), dir.Slice(s.lo, s.hi), s.factor.Factor(t.step))
		m.spans = append(m.spans, s)
	}
	m.all(w)
	if c, ok := w.Model.(vi.Constrained); ok && len(m.spans) > 0 {
		c.Project(w.Params)
	}
	for _, s := range m.spans {
		if !s.sound[0] || !s.sound[1] {
			return diverged{t.step, fmt.Sprintf("%s parameters are not finite", s.role)}
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
