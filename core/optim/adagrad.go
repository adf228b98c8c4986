package optim

import (
	"errors"
	"math"

	"github.com/vibench/bench/core/vec"
)

// Adagrad is Duchi, Hazan and Singer's diagonal rule (JMLR 12, 2011, figure 1),
// ascending:
//
//	g = direction - Decay theta
//	v += g^2
//	theta += Rate g / (sqrt(v) + Eps)
//
// Decay theta is the pull of a Gaussian prior: beside the mean of a bound over N
// data, Decay = 1/N is N(0, I).
type Adagrad struct {
	Rate  float64 // the size of a first step, in units of theta
	Eps   float64 // added to the root
	Decay float64 // in units of direction a theta
}

// Slots is 1: the sum of squares.
func (r Adagrad) Slots() int { return 1 }

// Scalars is 0.
func (r Adagrad) Scalars() int { return 0 }

// Check wants all settings in [0, Inf).
func (r Adagrad) Check() error {
	return errors.Join(
		within("adagrad", "rate", r.Rate, 0, math.Inf(1), false),
		within("adagrad", "eps", r.Eps, 0, math.Inf(1), false),
		within("adagrad", "decay", r.Decay, 0, math.Inf(1), false))
}

// Step32 is one step in float32.
func (r Adagrad) Step32(theta, dir []float32, st State[float32], factor float64) {
	adagrad(r, theta, dir, st, factor)
}

// Step64 is one step in float64.
func (r Adagrad) Step64(theta, dir []float64, st State[float64], factor float64) {
	adagrad(r, theta, dir, st, factor)
}

func adagrad[T vec.Float](r Adagrad, theta, dir []T, st State[T], factor float64) {
	fits("adagrad", r.Slots(), r.Scalars(), theta, dir, st)
	rate, eps, pull := T(r.Rate*factor), T(r.Eps), T(r.Decay)
	v := st.Slots[0]
	for i, g := range dir {
		g -= T(pull * theta[i])
		v[i] += T(g * g)
		theta[i] += T(rate*g) / (T(math.Sqrt(float64(v[i]))) + eps)
	}
}
