package optim

import (
	"math"

	"github.com/vibench/bench/core/vec"
)

// Power is (t + Tau)^-Kappa: the step sizes of Robbins and Monro 1951, whose sum diverges
// and whose squares' sum does not for Kappa in (0.5, 1].
type Power struct {
	Kappa float64 // in [0, 1]
	Tau   float64 // 1 or more, so that no factor exceeds 1
}

// Factor is exp(-Kappa log(t + Tau)).
func (p Power) Factor(step int) float64 {
	return vec.Exp64(-p.Kappa * vec.Log64(float64(step)+p.Tau))
}

// Check wants Kappa in [0, 1] and Tau at least 1.
func (p Power) Check() error {
	if err := within("power", "kappa", p.Kappa, 0, 1, true); err != nil {
		return err
	}
	return within("power", "tau", p.Tau, 1, math.Inf(1), false)
}
