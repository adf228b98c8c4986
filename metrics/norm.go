package metrics

import (
	"math"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Norm is the length of all parameters as one vector, the estimator's own with them: how far
// two players are from where both stand still, if that is zero.
//
//	sqrt( |theta|^2 + |phi|^2 + |own|^2 )
type Norm struct{}

func (Norm) Name() string            { return "norm" }
func (Norm) Better() string          { return "" }
func (Norm) Unit() string            { return "" }
func (Norm) Needs() []vi.Cap         { return nil }
func (Norm) Emits(vi.Sheet) []string { return []string{"norm"} }

// Samples is whether the metric draws from a posterior.
func (Norm) Samples() bool { return false }

func (Norm) Measure(e *Eval, o *Out) {
	s := 0.0
	for r := range tape.Role(tape.Roles) {
		s += vec.SumSq(e.Work.Params.Vector(r).AppendTo(nil))
	}
	o.Put("norm", math.Sqrt(s))
}
