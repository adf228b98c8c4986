package cli_test

import (
	"os"
	"testing"

	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi/vitest"
)

// The models of all suites that come with bench, on their data, pass every proof that
// there is of them, and each proof is of some of them: all that the gates use, and of each
// suite the first few settings of each. No dice: keys are fixed.
func TestModelsOfSuites(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred models")
	}
	const few = 4
	parts := runner.Builtin()
	parts.ReadFrom(os.Getenv("BENCH_DATA"))
	catalog := parts.Catalog()
	catalog.Rows = func(suites.Choice) int { return 1000 } // of files that are not there; of no weight here
	seen, passes := map[string]bool{}, map[string]int{}
	settings := map[string]int{}
	for _, name := range suites.Names() {
		file, text, err := suites.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := suites.Parse(file, text, catalog)
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
				if of := name + " " + c.Model.Name; preset == "" && settings[of] == few {
					continue
				} else {
					settings[of]++
				}
				seen[key] = true
				m, d, err := parts.Model(c)
				if err != nil || d.N*d.D > 1<<20 {
					t.Logf("%s: %s: left out: %v", name, key, err)
					continue
				}
				for _, r := range vitest.Model(m, d) {
					switch r.Verdict {
					case vitest.Passes:
						passes[r.Check]++
					case vitest.Fails:
						t.Errorf("%s: %s: %s", name, key, r)
					}
				}
			}
		}
	}
	t.Logf("%d models on data: %v", len(seen), passes)
	for _, check := range []string{"gradients", "evidence", "slope"} {
		if passes[check] == 0 {
			t.Errorf("%s: no model has it", check)
		}
	}
}
