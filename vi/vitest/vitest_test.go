package vitest_test

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
	"github.com/vibench/bench/vi/vitest/internal/mutants"
)

// unplaced are the estimators that no oracle here takes yet: they need bits or
// categories with logits, a discrete block beside another, or have a target of their own. The tests of package
// estimators sum them over all noise on the one-bit, four-bit and three-way toys.
var unplaced = []string{
	"arm", "concrete", "darn", "disarm", "enumerate", "gumbel-rao", "gumbel-softmax", "marginal", "measure-valued", "muprop", "nvil", "rebar",
	"relax", "st-gumbel", "straight-through",
}

// Every built-in estimator passes every check, and can be placed or is known not to be.
func TestBuiltIn(t *testing.T) {
	for _, e := range estimators.All() {
		t.Run(e.Card().Name, func(t *testing.T) {
			if slices.Contains(unplaced, e.Card().Name) {
				t.Skip("no oracle takes it yet")
			}
			opts := []vitest.Option{}
			if testing.Short() {
				opts = append(opts, vitest.Nodes(5000), vitest.Only("exact", "bias", "pure", "isolated"))
			}
			vitest.Run(t, e, opts...)
		})
	}
}

// Every mutant is rejected by the checks that are there for it, by what it does
// and not by a crash.
func TestMutants(t *testing.T) {
	for _, m := range mutants.All() {
		t.Run(m.Name, func(t *testing.T) {
			opts := []vitest.Option{vitest.Only(m.Checks...)}
			if m.On != nil {
				opts = append(opts, vitest.OnlyOn(m.On...))
			}
			by := map[string]string{}
			for _, r := range vitest.Check(m.Estimator, opts...).Failed() {
				if r.Crash {
					t.Errorf("a crash is no rejection: %s", r)
				}
				by[r.Check] = r.String()
			}
			for _, c := range m.Checks {
				if by[c] == "" {
					t.Errorf("%s: %s is not rejected by %s", m.Name, m.Wrong, c)
				}
			}
			t.Logf("%s: %s\n\trejected by %s", m.Name, m.Wrong, slices.Sorted(maps.Keys(by)))
			for _, c := range slices.Sorted(maps.Keys(by)) {
				t.Logf("\t%s", by[c])
			}
		})
	}
}

// sticky is biased by design, for a target of its own, which it defines.
type sticky struct{ mine }

func (sticky) Direction(lw []float64) (gen, path, score []float64) {
	sum := 0.0
	for _, x := range lw {
		sum += math.Exp(x)
	}
	v := make([]float64, len(lw))
	for i, x := range lw {
		v[i] = math.Exp(x) / sum
	}
	return v, v, make([]float64, len(lw))
}

// mine is an estimator of two samples, no more and no fewer.
type mine struct{ card vi.Card }

func (e mine) Card() vi.Card { return e.card }

func (e mine) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(2)
	v := w.LogW.SoftmaxK()
	return w.Raise(v, v, vi.None)
}

// An estimator that is biased by design says what its mean is; one that needs what
// no oracle offers is not passed over.
func TestOwnTargetsAndNoPlace(t *testing.T) {
	card := vi.Card{Name: "sticky", K: 2, Needs: []vi.Cap{vi.Path}, Target: "sticky@2", Bias: "drops the score"}
	vitest.Run(t, sticky{mine{card}})
	if r := vitest.Check(mine{card}, vitest.Only("exact")); r.OK() {
		t.Errorf("a target that nobody knows passes: %v", r)
	}
	card.Needs = []vi.Cap{"wings"}
	r := vitest.Check(sticky{mine{card}})
	if f := r.Failed(); len(f) != 1 || !strings.Contains(f[0].Note, "no oracle fits: gaussian: ") || !strings.Contains(f[0].Note, "wings") {
		t.Errorf("an estimator that fits nowhere: %v", r)
	}
}
