package cli_test

import (
	"os"
	"testing"

	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi/vitest"
)

// The models of all suites that come with bench, on their data, pass every proof that
// there is of them, and each proof is of some of them. No dice: keys are fixed.
func TestModelsOfSuites(t *testing.T) {
	parts := runner.Builtin()
	parts.ReadFrom(os.Getenv("BENCH_DATA"))
	seen, passes := map[string]bool{}, map[string]int{}
	for _, name := range suites.Names() {
		file, text, err := suites.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := suites.Parse(file, text, parts.Catalog())
		if err != nil {
			t.Fatal(err)
		}
		for _, preset := range append([]string{""}, suites.GatePreset) {
			plan, err := s.Plan(suites.Options{Preset: preset})
			if err != nil {
				continue // no gate
			}
			for _, c := range plan.Cells {
				key := c.Model.String() + " x " + c.Dataset.String()
				if seen[key] {
					continue
				}
				seen[key] = true
				m, d, err := parts.Model(c)
				if err != nil || d.N*d.D > 1<<22 {
					t.Logf("%s: %s: left out: %v", name, key, err)
					continue
				}
				for _, r := range vitest.Model(m, d) {
					if r.Verdict == vitest.Passes {
						passes[r.Check]++
					}
					if r.Verdict == vitest.Fails {
						t.Errorf("%s: %s: %s", name, key, r)
					}
					t.Logf("%s: %s: %s", name, key, r)
				}
			}
		}
	}
	for _, check := range []string{"gradients", "evidence", "slope"} {
		if passes[check] == 0 {
			t.Errorf("%s: no model has it", check)
		}
	}
}
