package tape

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// lwCases are log weights [K,B] with what breaks careless code: equal weights,
// one that dominates, spreads of 700 nats, and ordinary ones.
func lwCases(k, b int) map[string][]float64 {
	r := rand.New(rand.NewPCG(1, 2))
	make1 := func(f func(i int) float64) []float64 {
		x := make([]float64, k*b)
		for i := range x {
			x[i] = f(i)
		}
		return x
	}
	return map[string][]float64{
		"ordinary":  make1(func(int) float64 { return 3 * r.NormFloat64() }),
		"equal":     make1(func(i int) float64 { return -123.456 - float64(i/k) }),
		"dominant":  make1(func(i int) float64 { return -80 + r.NormFloat64() + 90*float64(b2i(i%k == 2)) }),
		"spread":    make1(func(int) float64 { return 1400 * (r.Float64() - 0.5) }),
		"low":       make1(func(int) float64 { return -745 + r.NormFloat64() }),
		"two equal": make1(func(i int) float64 { return float64(b2i(i%k < 2))*700 - 700 }),
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The per-draw facts of importance weights, to 1e-12 relative, with M != K != B
// so that an axis mistaken shows.
func TestPerDrawFacts(t *testing.T) {
	const m, k, b = 3, 4, 5
	p := testParams(t, Float64, Spec{"gen/x", 1, 1})
	for name, x := range lwCases(m*k, b) {
		t.Run(name, func(t *testing.T) {
			tp := New(p)
			lw := tp.Const(m*k, b, x)
			elbo := lw.MeanK().Float64s()
			iwae := lw.LogMeanExpK().Float64s()
			v := lw.SoftmaxK()
			miwae := lw.Groups(m).LogMeanExpK().Ungroup(m).MeanK().Float64s()
			ess := make([]float64, b)
			for i := range b {
				slack := 1e-12 * (1 + math.Abs(iwae[i]))
				if elbo[i] > miwae[i]+slack || miwae[i] > iwae[i]+slack {
					t.Errorf("datum %d: mean lw %.17g <= MIWAE %.17g <= L %.17g does not hold", i, elbo[i], miwae[i], iwae[i])
				}
				for _, beta := range []float64{0, 0.05, 0.5, 1} {
					if c := beta*elbo[i] + (1-beta)*iwae[i]; c < elbo[i]-slack || c > iwae[i]+slack {
						t.Errorf("datum %d: CIWAE(%g) = %g leaves its ends", i, beta, c)
					}
				}
				sum := 0.0
				for _, w := range v.Float64s()[i*m*k : (i+1)*m*k] {
					sum += w
					ess[i] += w * w
				}
				if math.Abs(sum-1) > 1e-12 {
					t.Errorf("datum %d: sum v = %.17g", i, sum)
				}
				if e := 1 / ess[i]; e < 1-1e-12 || e > m*k*(1+1e-12) {
					t.Errorf("datum %d: ESS = %g outside [1,%d]", i, e, m*k)
				}
				// power means: (1/(1-a)) log mean w^(1-a) does not rise in a
				last := math.Inf(1)
				for _, a := range []float64{-2, -0.5, 0, 0.3, 0.9} {
					s := tp.Const(m*k, b, x).Scale(1 - a).LogMeanExpK().Float64s()[i] / (1 - a)
					if s > last+1e-12*(1+math.Abs(last)) {
						t.Errorf("datum %d: the Renyi value rises to %g at alpha %g", i, s, a)
					}
					last = s
				}
			}
			// log(1 - v) without cancellation: w_k + the others make the whole
			rest := lw.OthersLogSumExpK()
			for i, whole := range rest.LogAddExp(lw).Float64s() {
				want := lw.LogSumExpK().Float64s()[i/(m*k)]
				if math.Abs(whole-want) > 1e-12*(1+math.Abs(want)) {
					t.Errorf("sample %d: others and own weight make %.17g; the whole is %.17g", i, whole, want)
				}
			}
		})
	}
}

func TestGroupsKeepTheirPlace(t *testing.T) {
	tp := New(testParams(t, Float64, Spec{"gen/x", 1, 1}))
	x := []float64{0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15} // K = 6, B = 2
	g := tp.Const(6, 2, x).Groups(3)
	if k, b := g.Shape(); k != 2 || b != 6 {
		t.Fatalf("shape [%d,%d]; want [2,6]", k, b)
	}
	if got := fmt.Sprint(g.SumK().Float64s()); got != "[1 5 9 21 25 29]" {
		t.Errorf("sums of groups %s", got)
	}
}
