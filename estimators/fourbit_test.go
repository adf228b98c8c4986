package estimators_test

import (
	"strings"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// dear is enough for exact means of a learned control variate on two bits.
const dear = 120000

// exactly checks the exact means of both networks on an oracle; of a cost of one.
func exactly(t *testing.T, e vi.Estimator, o vitest.Oracle) {
	t.Helper()
	for _, r := range vitest.Check(e, vitest.OnlyOn(o), vitest.Only("exact"), vitest.Nodes(dear)).Results {
		if t.Logf("%+v: %s", e, r); r.Verdict != vitest.Passes || r.Exact == nil {
			t.Errorf("%+v: %s", e, r)
		}
	}
}

// rejected checks that an oracle's exact mean refuses an estimator, by a value.
func rejected(t *testing.T, e vi.Estimator, o vitest.Oracle, wrong string) {
	t.Helper()
	for _, r := range vitest.Check(e, vitest.OnlyOn(o), vitest.Only("exact"), vitest.Nodes(dear)).Results {
		if t.Logf("%s: %s", wrong, r); r.Verdict != vitest.Fails || r.Crash || r.Exact == nil {
			t.Errorf("%s on %s passes: %s", wrong, o.Name(), r)
		}
	}
}

// said is an estimator with the card of another.
type said struct {
	vi.Estimator
	card vi.Card
}

func (e said) Card() vi.Card { return e.card }

// as is e, which says that it is another.
func as(other, e vi.Estimator) vi.Estimator { return said{e, other.Card()} }

// Through four relaxed bits the mean direction is exact, in every mode of the KL, and one at a
// temperature one per cent off, or of another mode, is rejected.
func TestFourRelaxedBits(t *testing.T) {
	concrete := func(x, p float64, kl string) vi.Estimator {
		return estimators.Concrete{K: 1, Temperature: tau(x), TauP: p, KL: kl}
	}
	for _, kl := range []string{"dens", "mass", "disc"} {
		exactly(t, concrete(2./3, 0.5, kl), vitest.FourBits())
	}
	for _, e := range []vi.Estimator{
		concrete(0.5, 0.3, "dens"), estimators.GumbelSoftmax{K: 1, Temperature: tau(1), KL: "disc"},
		estimators.GumbelSoftmax{K: 1, Temperature: tau(0.6), KL: "mass"},
	} {
		exactly(t, e, vitest.FourBits())
	}
	right := concrete(2./3, 0.5, "dens")
	exactly(t, right, vitest.FourBitCost())
	exactly(t, estimators.GumbelSoftmax{K: 1, Temperature: tau(1), KL: "disc"}, vitest.FourBitCost())

	rejected(t, as(right, concrete(2./3*1.01, 0.5, "dens")), vitest.FourBits(), "tau one per cent off")
	rejected(t, as(right, concrete(2./3, 0.505, "dens")), vitest.FourBits(), "prior_tau one per cent off")
	rejected(t, as(right, concrete(2./3, 0.5, "mass")), vitest.FourBits(), "densities with the mass formula")
	rejected(t, as(right, concrete(2./3*1.01, 0.5, "dens")), vitest.FourBitCost(), "tau one per cent off")
}

// draw gives the noise of the j-th of the draws that an estimate averages over at a site
// to one that takes a single draw of n numbers.
type draw struct {
	vi.Source
	j, n int
}

func (d draw) Uniform(site string, plate uint64, dst tape.Vector) {
	if !strings.HasSuffix(site, "/rao") {
		d.Source.Uniform(site, plate, dst)
		return
	}
	all := make([]float64, (d.j+1)*d.n)
	d.Source.Uniform(site, plate, tape.Float64s(all))
	for i := range d.n {
		dst.Set(i, all[d.j*d.n+i])
	}
}

// Gumbel-Rao's estimate of r draws is the average of estimates of each of the draws, to
// rounding, on every sample of three categories; so its mean is that of one draw, and exact.
func TestGumbelRaoDraws(t *testing.T) {
	const r, n = 10, 3
	many := estimators.GumbelRao{K: 1, R: r, Temperature: tau(0.7)}
	one := many
	one.R = 1
	for _, o := range []vitest.Oracle{vitest.ThreeWay(), vitest.ThreeWayCost()} {
		w, err := vi.NewWork(o.Model(), many, o.Data(), tape.Float64, rng.Init(0, o.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			src := &vi.Keyed{Key: rng.Probe(0, 0, uint64(i))}
			whole := many.Estimate(w.Step(0, w.All[:1], src)).Inf.Ascend.AppendTo(nil)
			for j := range r {
				part := one.Estimate(w.Step(0, w.All[:1], draw{src, j, n})).Inf.Ascend.AppendTo(nil)
				for k, x := range part {
					whole[k] -= x / r
				}
			}
			for k, x := range whole {
				if x > 1e-15 || x < -1e-15 {
					t.Errorf("%s, draw %d: value %d is %g from the average of its draws", o.Name(), i, k, x)
				}
			}
		}
		exactly(t, many, o)
		warm := many
		warm.Temperature = tau(0.707)
		rejected(t, as(many, warm), o, "tau one per cent off")
	}
}

// RELAX is exact on two bits, with its learned control variate off the start.
func TestLearnedVariateOnTwoBits(t *testing.T) {
	if testing.Short() {
		t.Skip("some hundred thousand estimates")
	}
	e := estimators.RELAX{K: 1, Tau: 0.5, Hidden: 4}
	for _, o := range []vitest.Oracle{vitest.TwoBits(), vitest.TwoBitCost()} {
		exactly(t, e, o)
	}
	rejected(t, forgetful{e}, vitest.TwoBitCost(), "a control variate whose path given the bits is left out")
}

// forgetful is RELAX by hand, with a control variate of its own, a sum of sigmoids of the perturbed logits
// beside f; it does not take back the path of c(y').
type forgetful struct{ as estimators.RELAX }

func (e forgetful) Card() vi.Card { return e.as.Card() }

func (e forgetful) Estimate(s *vi.Step) vi.Direction {
	a := s.Posterior().(dist.Bits).Natural()
	rows, _ := a.Shape()
	q := s.Bernoulli(a.Spread(s.B() * e.as.K / rows)).(dist.Bits)
	b := q.Sample(s.Noise("z"), e.as.K)
	c := func(y tape.Node) tape.Node {
		f := s.LogW(q.Frozen(), dist.Value{Node: y.Scale(1 / e.as.Tau).Apply(tape.Sigmoid), K: e.as.K})
		return f.Add(y.Apply(tape.Sigmoid).SumD(e.as.K))
	}
	f, cy, given := s.LogW(q.Frozen(), b), c(q.Perturb(s.Noise("z"), e.as.K)), c(q.Given(b, s.Noise("z/cond")))
	return s.Ascend(vi.Surrogate{Gen: f.Mean(), Inf: f.Sub(given).Stop().Mul(q.LogProb(b)).Add(cy).Sub(given.Stop()).Mean()})
}
