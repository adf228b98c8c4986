package dist_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// Moments, mass and KL of the spike and slab against integrals of its parts.
func TestSpikeSlabAgainstIntegrals(t *testing.T) {
	const a, v = 0.1, 0.1
	for _, corrected := range []bool{false, true} {
		for _, warm := range []float64{0, 0.3} {
			for _, g := range []float64{0.02, 0.4, 0.97} {
				for _, m := range []float64{-0.9, 0, 0.5} {
					const s = 0.6
					tp := tape.New(params(t, tape.Float64))
					q := dist.SpikeSlab{T: tp, B: 1, Gate: one(tp, math.Log(g)), Mu: one(tp, m), LogVar: one(tp, 2*math.Log(s)), Tau: 0.5, Corrected: corrected, Warm: warm}
					p := dist.SpikeSlab{T: tp, B: 1, Gate: one(tp, math.Log(a)), Mu: one(tp, 0), LogVar: one(tp, math.Log(v)), Corrected: true}
					on, mu, sd := g, m, s
					if !corrected {
						on = g / (1 + g)
					}
					if warm != 0 {
						mu, sd = warm*m, warm*s+math.Sqrt(1-warm)
					}
					what := fmt.Sprintf("corrected %v, warm %g, g %g, m %g: ", corrected, warm, g, m)
					expect := func(f func(z float64) float64) float64 {
						return on * integral(func(z float64) float64 { return normalPDF(z, mu, sd) * f(z) }, mu-12*sd, mu+12*sd)
					}
					active, _ := q.Active()
					mean, square, _ := q.Moments()
					near(t, what+"active", active.Value().At(0), on, 1e-14)
					near(t, what+"mean", mean.Value().At(0), expect(func(z float64) float64 { return z }), 1e-12)
					near(t, what+"square", square.Value().At(0), expect(func(z float64) float64 { return z * z }), 1e-12)
					near(t, what+"Means", q.Means(nil)[0].Value().At(0), mean.Value().At(0), 1e-15)
					for _, z := range []float64{0, 0.3, -2} {
						want := math.Log(on * normalPDF(z, mu, sd))
						if z == 0 {
							want = math.Log(1 - on)
						}
						near(t, what+"density", q.LogProb(dist.Value{Node: one(tp, z), K: 1}).Float(), want, 1e-13)
					}
					slab := integral(func(z float64) float64 {
						return normalPDF(z, m, s) * math.Log(normalPDF(z, m, s)/normalPDF(z, 0, math.Sqrt(v)))
					}, m-8*s, m+8*s)
					kl, ok := q.BaseKL(&p)
					if !ok {
						t.Fatal("no KL")
					}
					near(t, what+"KL", kl.Value().At(0), g*slab+g*math.Log(g/a)+(1-g)*math.Log((1-g)/(1-a)), 1e-11)
					if total, ok := q.KL(p); ok != (corrected && warm == 0) || ok && total.Float() != kl.Value().At(0) {
						t.Errorf("%sKL of the samples' law: %v", what, ok)
					}
				}
			}
		}
	}
}

// Gates held at their ends: g is 1 - 1e-6 above, 1e-6 far below, and has no derivative
// there.
func TestGateHeld(t *testing.T) {
	p := params(t, tape.Float64, tape.Spec{Name: "inf/s", Rows: 1, Cols: 4})
	for i, s := range []float64{3, 0, -20, -2} {
		p.Vector(tape.Inf).Set(i, s)
	}
	tp := tape.New(p)
	q := dist.SpikeSlab{T: tp, B: 1, Gate: tp.Param("inf/s"), Mu: tp.Leaf(1, 4), LogVar: tp.Leaf(1, 4), Tau: 1, Corrected: true}
	g, _ := q.Active()
	for i, want := range []float64{1 - 1e-6, 1 - 1e-6, 1e-6, math.Exp(-2)} {
		near(t, "g", g.Value().At(i)/want, 1, 1e-14)
	}
	d := tp.Ascend(tape.Surrogate{Inf: g.SumD(1).Sum()})[tape.Inf]
	for i, want := range []float64{0, 0, 0, math.Exp(-2)} {
		near(t, "dg", d.At(i), want, 1e-14)
	}
}

// The sample: on where the perturbed logit is positive, as often as Active says (exact
// binomial tails, 4 at 2e-6: false alarm 8e-6), with derivatives by its relaxation.
func TestSpikeSlabSamples(t *testing.T) {
	const k = 20000
	for _, corrected := range []bool{false, true} {
		for _, gate := range []float64{-0.1, -2} {
			const m, lv, tau = 0.8, -0.6, 0.7
			p := params(t, tape.Float64, tape.Spec{Name: "inf/a", Rows: k, Cols: 1}, tape.Spec{Name: "inf/b", Rows: k, Cols: 1}, tape.Spec{Name: "inf/c", Rows: k, Cols: 1})
			for i := range k {
				for j, x := range []float64{gate, m, lv} {
					p.Value([]string{"inf/a", "inf/b", "inf/c"}[j]).Set(i, x)
				}
			}
			tp := tape.New(p)
			q := dist.SpikeSlab{T: tp, B: k, Gate: tp.Param("inf/a"), Mu: tp.Param("inf/b"), LogVar: tp.Param("inf/c"), Tau: tau, Corrected: corrected}
			var key dist.Noise = keyed{rng.Root(21)}
			z := q.Sample(key, 1).Node
			d := tp.Ascend(tape.Surrogate{Inf: z.SumD(1).Sum()})[tape.Inf]
			u, eps := tape.NewVector(tape.Float64, 1), tape.NewVector(tape.Float64, 1)
			on, g := 0, math.Exp(gate)
			l, dl := gate, 1.0
			if corrected {
				l, dl = gate-math.Log(1-g), 1/(1-g)
			}
			for i := range k {
				key.Uniform(i, u)
				key.Layer(0).Normal(i, eps)
				y := sigmoid((math.Log(u.At(0)/(1-u.At(0))) + l) / tau)
				noise := math.Exp(lv/2) * eps.At(0)
				hard, slab := 0.0, m+noise
				if y > 0.5 {
					hard = 1
					on++
				}
				near(t, "z", z.Value().At(i), hard*slab, 1e-13)
				near(t, "d gate", d.At(i), slab*y*(1-y)/tau*dl, 1e-11)
				near(t, "d mu", d.At(k+i), hard, 1e-14)
				near(t, "d logvar", d.At(2*k+i), hard*noise/2, 1e-13)
			}
			active, _ := q.Active()
			if p := binomialTail(on, k, active.Value().At(0)); p < 2e-6 {
				t.Errorf("corrected %v: on %d of %d, want a share of %g: p = %.1g", corrected, on, k, active.Value().At(0), p)
			}
		}
	}
}
