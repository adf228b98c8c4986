package vitest

import (
	"fmt"
	"math"
	"testing"

	"github.com/vibench/bench/core/tape"
)

// The Gauss rule of a relaxed bit has the moments of its law: at temperature 1 in closed form
// (with a = exp logit), E z = a(a-1-log a)/(a-1)^2, and at any those of the trapezoid rule, up
// to the degree that it is exact for and not beyond.
func TestConcreteRule(t *testing.T) {
	const n = 5
	for _, tau := range []float64{0.1, 2. / 3, 1} {
		for _, logit := range []float64{-1, 0, 1.5} {
			fine := logisticLine(logit, tau)
			rule := concreteRule(fine, tau, n)
			power := func(p Piece, d int) (sum float64) {
				for j, y := range p.Nodes {
					sum += p.Weights[j] * math.Pow(logistic(y[0]/tau), float64(d))
				}
				return sum
			}
			if a := math.Exp(logit); tau == 1 && logit != 0 {
				if want := a * (a - 1 - logit) / (a - 1) / (a - 1); math.Abs(power(rule, 1)-want) > 1e-14 {
					t.Errorf("logit %g: mean %.16g, want %.16g", logit, power(rule, 1), want)
				}
			}
			for d := range 2*n + 1 {
				off := math.Abs(power(rule, d) - power(fine, d))
				if d < 2*n && off > 1e-14 || d == 2*n && off < 1e-11 {
					t.Errorf("tau %.2g, logit %g: moment %d off by %.1e", tau, logit, d, off)
				}
			}
		}
	}
}

// Sums over relaxed bits by Gauss rules are those by trapezoid rules where both can be had, on
// two bits; of four bits they stay when nodes are added.
func TestSoftBits(t *testing.T) {
	sum := func(o *discrete, role tape.Role, r Relaxed, nodes int) []float64 {
		var all []sample
		var weights []float64
		softBits(o.logits(), r.Tau, nodes, func(y []float64, w float64) { all, weights = append(all, o.soft(r, y)), append(weights, w) })
		return overSamples(role, Of(mean).Of, 1, all, weights)
	}
	for _, o := range []Oracle{TwoBits(), TwoBitCost(), FourBits(), FourBitCost()} {
		o := o.(*discrete)
		for _, tau := range []float64{0.1, 0.3, 2. / 3, 1} {
			for _, kl := range []string{"dens", "mass", "disc"} {
				for _, role := range []tape.Role{tape.Gen, tape.Inf} {
					r := Relaxed{Tau: tau, TauP: 0.5, KL: kl}
					if o.cost != nil && (role == tape.Gen || kl != "dens") {
						continue
					}
					if len(o.b) > 2 && (testing.Short() || kl == "mass" || tau == 0.3 || tau == 1) {
						continue
					}
					got := sum(o, role, r, concreteNodes)
					var want []float64
					if len(o.b) > 2 {
						want = sum(o, role, r, concreteNodes+2)
					} else if want, _ = o.relaxedSum(role, r, 1); tau < 0.5 {
						continue // that sum's step is too wide
					}
					d, where := distance(direction{got}, direction{want})
					if what := fmt.Sprintf("%s, tau %.2g, %s", o.name, tau, kl); d > 2e-13 {
						t.Errorf("%s: %s (off by %.1e)", what, where, d)
					} else {
						t.Logf("%s: %.1e", what, d)
					}
				}
			}
		}
	}
}
