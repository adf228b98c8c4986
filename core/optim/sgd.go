package optim

import (
	"errors"
	"math"

	"github.com/vibench/bench/core/vec"
)

// SGD is stochastic gradient ascent with momentum, in the form whose velocity
// holds no rate (so that a schedule acts at once):
//
//	v = Momentum v + g
//	theta += Rate v                    plain momentum
//	theta += Rate (g + Momentum v)     Nesterov
//
// With a constant rate the second is Sutskever, Martens, Dahl and Hinton (ICML
// 2013, equations 3 and 4) seen at the point where the gradient is taken.
// Without momentum there is no velocity and the step is theta += Rate g. With Decay, g is
// the direction less Decay theta, the pull of a penalty Decay/2 |theta|^2.
type SGD struct {
	Rate     float64 // per unit of direction
	Momentum float64 // in [0, 1)
	Nesterov bool
	Decay    float64 // in units of direction a theta
}

// Slots is 1, the velocity, or 0 without momentum.
func (r SGD) Slots() int {
	if r.Momentum == 0 {
		return 0
	}
	return 1
}

// Scalars is 0.
func (r SGD) Scalars() int { return 0 }

// Check wants Rate and Decay in [0, Inf), Momentum in [0, 1) and not 0 with Nesterov.
func (r SGD) Check() error {
	err := errors.Join(
		within("sgd", "rate", r.Rate, 0, math.Inf(1), false),
		within("sgd", "momentum", r.Momentum, 0, 1, false),
		within("sgd", "decay", r.Decay, 0, math.Inf(1), false))
	if r.Nesterov && r.Momentum == 0 {
		err = errors.Join(err, errors.New("optim: sgd: nesterov needs a momentum above 0"))
	}
	return err
}

// Step32 is one step in float32.
func (r SGD) Step32(theta, dir []float32, st State[float32], factor float64) {
	sgd(r, theta, dir, st, factor)
}

// Step64 is one step in float64.
func (r SGD) Step64(theta, dir []float64, st State[float64], factor float64) {
	sgd(r, theta, dir, st, factor)
}

func sgd[T vec.Float](r SGD, theta, dir []T, st State[T], factor float64) {
	fits("sgd", r.Slots(), r.Scalars(), theta, dir, st)
	rate, mu := T(r.Rate*factor), T(r.Momentum)
	switch {
	case r.Decay != 0:
		decayed(r, theta, dir, st, rate, mu)
	case r.Momentum == 0:
		vec.Axpy(rate, dir, theta)
	case len(theta) >= short && momentumKernel(r.Nesterov, theta, dir, st.Slots[0], rate, mu): // done, as below
	case r.Nesterov:
		v := st.Slots[0]
		for i, g := range dir {
			v[i] = T(mu*v[i]) + g
			theta[i] += T(rate * (g + T(mu*v[i])))
		}
	default:
		v := st.Slots[0]
		for i, g := range dir {
			v[i] = T(mu*v[i]) + g
			theta[i] += T(rate * v[i])
		}
	}
}

// decayed is sgd with a decay, which no kernel has.
func decayed[T vec.Float](r SGD, theta, dir []T, st State[T], rate, mu T) {
	decay := T(r.Decay)
	for i, g := range dir {
		g -= T(decay * theta[i])
		if r.Momentum != 0 {
			v := T(mu*st.Slots[0][i]) + g
			st.Slots[0][i] = v
			if r.Nesterov {
				g += T(mu * v)
			} else {
				g = v
			}
		}
		theta[i] += T(rate * g)
	}
}
