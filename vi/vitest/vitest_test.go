package vitest_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi/vitest"
	"github.com/vibench/bench/vi/vitest/internal/mutants"
)

// Every built-in estimator passes every check, and can be placed.
func TestBuiltIn(t *testing.T) {
	for _, e := range estimators.All() {
		t.Run(e.Card().Name, func(t *testing.T) {
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
