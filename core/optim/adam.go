package optim

import (
	"errors"
	"math"

	"github.com/vibench/bench/core/vec"
)

// Adam is Kingma and Ba's rule (ICLR 2015, algorithm 1), ascending:
//
//	m = Beta1 m + (1-Beta1) g
//	v = Beta2 v + (1-Beta2) g^2
//	theta += Rate/(1-Beta1^t) m / (sqrt(v) / sqrt(1-Beta2^t) + Eps)
//
// with v at Start before the first step, 0 in the paper. Its correction divides a
// Start too, so that a large one makes the first 1/(1-Beta2) steps small: v/(1-Beta2^t)
// begins at Beta2 Start/(1-Beta2). With Hat, Eps is the paper's epsilon-hat (end of its section 2), added
// to the root of the moment as it is: Eps above becomes Eps/sqrt(1-Beta2^t).
//
// The powers are running products in the state: a restored state goes on to
// the same bits.
type Adam struct {
	Rate  float64 // the size of a first step, in units of theta
	Beta1 float64 // in [0, 1); 0.9 in the paper
	Beta2 float64 // in [0, 1); 0.999 in the paper
	Eps   float64 // added to the root of the second moment; 1e-8 in the paper
	Hat   bool    // Eps is added before the correction
	Start float64 // of the second moment, in units of direction^2
}

// Slots is 2: the first and the second moment.
func (r Adam) Slots() int { return 2 }

// Scalars is 3: 1-Beta1^t, 1-Beta2^t and t, all 0 before the first step.
func (r Adam) Scalars() int { return 3 }

// start is Start for the second moment.
func (r Adam) start(slot int) float64 {
	if slot == 1 {
		return r.Start
	}
	return 0
}

// Check wants Rate, Eps and Start in [0, Inf), both Betas in [0, 1).
func (r Adam) Check() error {
	return errors.Join(
		within("adam", "rate", r.Rate, 0, math.Inf(1), false),
		within("adam", "beta1", r.Beta1, 0, 1, false),
		within("adam", "beta2", r.Beta2, 0, 1, false),
		within("adam", "eps", r.Eps, 0, math.Inf(1), false),
		within("adam", "start", r.Start, 0, math.Inf(1), false))
}

// Step32 is one step in float32.
func (r Adam) Step32(theta, dir []float32, st State[float32], factor float64) {
	adam(r, theta, dir, st, factor)
}

// Step64 is one step in float64.
func (r Adam) Step64(theta, dir []float64, st State[float64], factor float64) {
	adam(r, theta, dir, st, factor)
}

func adam[T vec.Float](r Adam, theta, dir []T, st State[T], factor float64) {
	fits("adam", r.Slots(), r.Scalars(), theta, dir, st)
	// 1-b^t = b (1-b^(t-1)) + (1-b): zero at t = 0, as all of a State is, and
	// without the cancellation that 1 - b^t has for b near 1.
	s := st.Scalars
	s[0] = float64(r.Beta1*s[0]) + (1 - r.Beta1)
	s[1] = float64(r.Beta2*s[1]) + (1 - r.Beta2)
	s[2]++
	corrected, e := 1/math.Sqrt(s[1]), r.Eps
	if r.Hat {
		e *= corrected
	}
	f := [...]T{T(float64(r.Rate*factor) / s[0]), T(corrected),
		T(r.Beta1), T(1 - r.Beta1), T(r.Beta2), T(1 - r.Beta2), T(e)}
	m, v := st.Slots[0][:len(theta)], st.Slots[1][:len(theta)]
	dir = dir[:len(theta)]
	if len(theta) >= short && adamKernel(theta, dir, m, v, &f) {
		return
	}
	rate, root, b1, c1, b2, c2, eps := f[0], f[1], f[2], f[3], f[4], f[5], f[6]
	for i := range theta {
		g := dir[i]
		mi := T(b1*m[i]) + T(c1*g)
		vi := T(b2*v[i]) + T(c2*T(g*g))
		m[i], v[i] = mi, vi
		theta[i] += T(rate*mi) / (T(T(math.Sqrt(float64(vi)))*root) + eps)
	}
}
