package suites

import (
	"strings"
	"testing"
)

// An estimator in the place of others is the cell that a suite with its name would
// have: the same ID, once, recorded where it does not fit.
func TestInstead(t *testing.T) {
	const text = `
suite: u
grid: {estimator: [{iwae: {k: [8, 64]}}, {ciwae: {beta: [0.5, 1], k: 8}}], model: vae, dataset: {bits: {n: 16}}, seed: 0..2}
log: {metrics: elbo}
`
	plan := func(text string) (*Suite, *Plan) {
		s, err := Parse("u.yaml", []byte(text), fake())
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Plan(Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s, p
	}
	s, p := plan(text)
	const theirs = "[{iwae: {k: [8, 64]}}, {ciwae: {beta: [0.5, 1], k: 8}}]"
	for given, want := range map[string]string{
		"":                         "{vimco: {k: [8, 64]}}",
		"baseline=arithmetic":      "{vimco: {k: [8, 64], baseline: arithmetic}}",
		"k=3, baseline=arithmetic": "{vimco: {k: 3, baseline: arithmetic}}",
	} {
		settings := map[string]string{}
		for _, pair := range strings.Split(given, ", ") {
			if name, value, ok := strings.Cut(pair, "="); ok {
				settings[name] = value
			}
		}
		got, err := s.Instead(p.Cells, "vimco", settings)
		if err != nil {
			t.Fatal(err)
		}
		_, q := plan(strings.Replace(text, theirs, want, 1))
		ids := map[string]bool{}
		for _, c := range q.Cells {
			ids[c.ID] = true
		}
		if len(got) != len(q.Cells) {
			t.Errorf("%s: %d cells, want %d", given, len(got), len(q.Cells))
		}
		for _, c := range got {
			if !ids[c.ID] || c.Unfit != "record" || c.Estimator.Name != "vimco" {
				t.Errorf("%s: %s, unfit: %s: is not a cell of the suite with %s", given, c, c.Unfit, want)
			}
		}
	}
	if p.Cells[0].Estimator.Name != "iwae" {
		t.Error("the cells given were changed")
	}
}

func TestInsteadBadInput(t *testing.T) {
	s, err := Parse("u.yaml", []byte("suite: u\ngrid: {estimator: iwae, model: vae, dataset: {bits: {n: 16}}, seed: 0}\nlog: {metrics: elbo}\n"), fake())
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, setting, value, want string
	}{
		{"iwaee", "", "", `unknown estimator "iwaee" (did you mean "iwae"?)`},
		{"iwae", "q", "1", `estimator iwae: unknown setting "q"`},
		{"iwae", "k", "many", "estimator iwae: k: got many; want a whole number"},
		{"iwae", "k", "0", "estimator iwae: k: got 0; want at least 1"},
		{"vimco", "baseline", "none", "estimator vimco: baseline: got none; want geometric or arithmetic"},
		{"ciwae", "", "", `estimator ciwae: missing "beta"; write ciwae{beta=...}`},
	} {
		settings := map[string]string{}
		if c.setting != "" {
			settings[c.setting] = c.value
		}
		if _, err := s.Instead(p.Cells, c.name, settings); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s=%s: got %v; want %s", c.name, c.setting, c.value, err, c.want)
		}
	}
}
