// Package optim moves parameters along directions: theta += rate * direction.
// Everything ascends.
//
// A Rule is a value without memory. What it remembers is a State that the
// caller owns, hands in and may write to a checkpoint: slots as long as the
// parameters and a few float64 scalars. A step allocates nothing. The Go loop
// of each rule is its specification, in the precision of the parameters;
// factors that one step shares are computed in float64 and rounded once.
package optim

import (
	"fmt"
	"slices"

	"github.com/vibench/bench/core/cpu"
	"github.com/vibench/bench/core/vec"
)

// A Rule is a way to take one step. No entry of theta has a part in another's.
type Rule interface {
	// Slots and Scalars are the sizes of the State: arrays as long as theta,
	// and numbers.
	Slots() int
	Scalars() int
	// Check says what is wrong with the rule's settings, if anything.
	Check() error
	// Step32 and Step64 move theta by dir, with the rule's rate times factor,
	// and update st. Lengths must agree and st must come from NewState of the
	// same rule; otherwise they panic and name both.
	Step32(theta, dir []float32, st State[float32], factor float64)
	Step64(theta, dir []float64, st State[float64], factor float64)
}

// State is what a rule remembers of n parameters, all zero before the first
// step but for slots of which the rule says otherwise. Its slices may be stored
// and restored as they are.
type State[T vec.Float] struct {
	Slots   [][]T
	Scalars []float64
}

// NewState is the state of r before its first step on n parameters.
func NewState[T vec.Float](r Rule, n int) State[T] {
	st := State[T]{Slots: make([][]T, r.Slots()), Scalars: make([]float64, r.Scalars())}
	for i := range st.Slots {
		st.Slots[i] = cpu.Make[T](n)
		if s, ok := r.(interface{ start(slot int) float64 }); ok {
			for j, x := 0, T(s.start(i)); x != 0 && j < n; j++ {
				st.Slots[i][j] = x
			}
		}
	}
	return st
}

// Halves are the states of the two halves (vec.Half) of the parameters, for a step of
// each half in place of one of all. They share st's slots and the first has st's own
// scalars; the second's are a copy, which needs st's before a step where those were
// set from outside.
func (st State[T]) Halves() (half [2]State[T]) {
	half[0].Scalars, half[1].Scalars = st.Scalars, slices.Clone(st.Scalars)
	for i := range half {
		half[i].Slots = make([][]T, len(st.Slots))
		for j, s := range st.Slots {
			lo, hi := vec.Half(len(s), i)
			half[i].Slots[j] = s[lo:hi:hi]
		}
	}
	return half
}

// Advance is r.Step32 or r.Step64, whichever T is.
func Advance[T vec.Float](r Rule, theta, dir []T, st State[T], factor float64) {
	switch theta := any(theta).(type) {
	case []float32:
		r.Step32(theta, any(dir).([]float32), any(st).(State[float32]), factor)
	case []float64:
		r.Step64(theta, any(dir).([]float64), any(st).(State[float64]), factor)
	}
}

// fits panics unless all is as long as theta and the state is the rule's own.
func fits[T vec.Float](name string, slots, scalars int, theta, dir []T, st State[T]) {
	if len(dir) != len(theta) {
		panic(fmt.Sprintf("optim: %s: %d parameters but a direction of %d", name, len(theta), len(dir)))
	}
	if len(st.Slots) != slots || len(st.Scalars) != scalars {
		panic(fmt.Sprintf("optim: %s: needs %d slots and %d scalars, got %d and %d",
			name, slots, scalars, len(st.Slots), len(st.Scalars)))
	}
	for i, s := range st.Slots {
		if len(s) != len(theta) {
			panic(fmt.Sprintf("optim: %s: %d parameters but slot %d has %d", name, len(theta), i, len(s)))
		}
	}
}

// within reports a setting outside [lo, hi), NaN included; hi itself passes if closed.
func within(rule, setting string, x, lo, hi float64, closed bool) error {
	if x >= lo && (x < hi || closed && x == hi) {
		return nil
	}
	end := ")"
	if closed {
		end = "]"
	}
	return fmt.Errorf("optim: %s: %s must be in [%g, %g%s, got %g", rule, setting, lo, hi, end, x)
}
