package estimators_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// The critic's direction is the derivative of its objective, by the formulas of the three
// games in one coordinate, with R1's pull.
func TestGANCritic(t *testing.T) {
	s := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	const x, theta, psi, gamma = 0.8, -0.6, 1.3, 0.7
	for loss, want := range map[string]float64{
		"minimax":        s(-psi*x)*x - s(psi*theta)*theta,
		"non-saturating": s(-psi*x)*x - s(psi*theta)*theta,
		"wasserstein":    x - theta,
	} {
		e := estimators.GAN{Loss: loss, Gamma: gamma, Psi: psi}
		w := with(t, work(t, tape.Float64, models.Dirac{Start: theta}, datasets.Dirac{Dim: 1, N: 3, At: x}, 0), e)
		d := w.Estimate(e, 0, w.All, &vi.Keyed{})
		nearly(t, loss, d.Own.Ascend.At(0), want-gamma*psi, 1e-14)
	}
}

// Near rest the unregularised players turn, and R1 pulls them in: eigenvalues of the two
// players' field at zero are +-i/2 and -gamma/2 +- root(gamma^2/4 - 1/4), f'(0) being a half.
func TestGANAtRest(t *testing.T) {
	for _, gamma := range []float64{0, 0.4, 3} {
		e := estimators.GAN{Loss: "minimax", Gamma: gamma}
		w := with(t, work(t, tape.Float64, models.Dirac{}, datasets.Dirac{Dim: 1, N: 1}, 0), e)
		var field [2][2]float64 // by theta and psi
		const h = 1e-6
		for i, r := range []tape.Role{tape.Gen, tape.Own} {
			for _, sign := range []float64{1, -1} {
				w.Params.Vector(r).Set(0, sign*h)
				d := w.Estimate(e, 0, w.All, &vi.Keyed{})
				field[0][i] += sign * d.Gen.Ascend.At(0) / (2 * h)
				field[1][i] += sign * d.Own.Ascend.At(0) / (2 * h)
			}
			w.Params.Vector(r).Set(0, 0)
		}
		nearly(t, "trace", field[0][0]+field[1][1], -gamma, 1e-8)
		nearly(t, "determinant", field[0][0]*field[1][1]-field[0][1]*field[1][0], 0.25, 1e-8)
	}
}

func nearly(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: got %.15g; want %.15g", what, got, want)
	}
}
