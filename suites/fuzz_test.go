package suites

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse: any text is a suite or a list of faults with their places, never a panic,
// and of a suite every preset has a plan that survives its way through JSON.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	own, err := filepath.Glob("*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, own...) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add(Example())
	f.Add([]byte(small))
	cat := fake()
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse("fuzz.yaml", text, cat)
		if err != nil {
			if _, ok := err.(*Errors); !ok || err.Error() == "" {
				t.Fatalf("got %T %v; want *Errors", err, err)
			}
			return
		}
		for _, preset := range s.Presets {
			plan, err := s.Plan(Options{Preset: preset.Name, Seeds: "0"})
			if err != nil {
				t.Fatalf("preset %q of a suite that parses: %v", preset.Name, err)
			}
			text, err := json.Marshal(plan)
			if err != nil {
				t.Fatal(err)
			}
			var back Plan
			if err := json.Unmarshal(text, &back); err != nil {
				t.Fatal(err)
			}
			again, err := json.Marshal(&back)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(text), string(again)); d != "" {
				t.Fatalf("a plan changes on its way through JSON:\n%s", d)
			}
		}
	})
}
