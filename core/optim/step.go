package optim

import "github.com/vibench/bench/core/vec"

// Step goes part of the way to a target: theta += Rho (target - theta), and to
// exactly the target where Rho times the schedule's factor is 1. Its "direction"
// is the target itself, as EM, CAVI and natural-gradient rules give it.
type Step struct {
	Rho float64 // in [0, 1]
}

// Slots is 0.
func (r Step) Slots() int { return 0 }

// Scalars is 0.
func (r Step) Scalars() int { return 0 }

// Check wants Rho in [0, 1].
func (r Step) Check() error { return within("step", "rho", r.Rho, 0, 1, true) }

// Step32 is one step in float32.
func (r Step) Step32(theta, target []float32, st State[float32], factor float64) {
	step(r, theta, target, st, factor)
}

// Step64 is one step in float64.
func (r Step) Step64(theta, target []float64, st State[float64], factor float64) {
	step(r, theta, target, st, factor)
}

func step[T vec.Float](r Step, theta, target []T, st State[T], factor float64) {
	fits("step", r.Slots(), r.Scalars(), theta, target, st)
	rho := T(r.Rho * factor)
	if rho == 1 {
		copy(theta, target) // theta + (target - theta) is not target
		return
	}
	for i, t := range target {
		theta[i] += T(rho * (t - theta[i]))
	}
}
