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

// Every built-in estimator passes every check, on every oracle that takes it: one that
// fits none, or has an exact mean on none, fails. Counting allocations wants the
// program for itself, so that is not done together with the rest.
func TestBuiltIn(t *testing.T) {
	all, _ := vitest.Checks()
	together := slices.DeleteFunc(slices.Clone(all), func(c string) bool { return c == "allocations" })
	if testing.Short() {
		together = []string{"exact", "bias", "pure", "isolated"}
	}
	t.Run("together", func(t *testing.T) {
		for _, e := range estimators.All() {
			t.Run(e.Card().Name, func(t *testing.T) {
				t.Parallel()
				opts := []vitest.Option{vitest.Only(together...)}
				if testing.Short() {
					opts = append(opts, vitest.Nodes(5000))
				}
				exact := 0
				for _, r := range vitest.Check(e, opts...).Results {
					if t.Log(r); r.Verdict == vitest.Fails {
						t.Errorf("%s", r)
					}
					if r.Exact != nil {
						exact++
					}
				}
				if exact == 0 {
					t.Errorf("no oracle has an exact mean of it")
				}
			})
		}
	})
	for _, e := range estimators.All() {
		t.Run(e.Card().Name, func(t *testing.T) { vitest.Run(t, e, vitest.Only("allocations")) })
	}
}

// few estimates an exact mean are enough to see a mutant.
const few = 15000

// Every mutant is rejected by the checks that are there for it, by what it does
// and not by a crash.
func TestMutants(t *testing.T) {
	for _, m := range mutants.All() {
		t.Run(m.Name, func(t *testing.T) {
			if !slices.Contains(m.Checks, "allocations") {
				t.Parallel()
			}
			oracles := m.On
			if oracles == nil {
				oracles = vitest.Oracles()
			}
			by := map[string]string{}
			for _, o := range oracles { // until all have rejected it
				if len(by) == len(m.Checks) {
					break
				}
				for _, r := range vitest.Check(m.Estimator, vitest.Only(m.Checks...), vitest.Nodes(few), vitest.OnlyOn(o)).Failed() {
					if r.Crash {
						t.Errorf("a crash is no rejection: %s", r)
					}
					if r.Oracle != "" { // it fits
						by[r.Check] = r.String()
					}
				}
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
