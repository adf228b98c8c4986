package suites

import (
	"strings"
	"testing"
)

const guarded = `suite: guarded
presets: {quick: all, gate: few}
grid:
  - {name: a, preset: [quick, gate], estimator: [{iwae: {k: 8}}, dreg], model: lineargaussian, dataset: lineargaussian, seed: 0..11}
  - {name: b, estimator: stl, model: lineargaussian, dataset: lineargaussian, seed: 0..3}
log: {metrics: [elbo, snr]}
claims:
  - {id: c, paper: p, says: s, preset: [quick, gate], metric: elbo, level: {over: {grid: a, estimator: dreg}, above: -9}}
`

const primaries = `primary:
  - {metric: snr/inf, better: higher, scale: log, margin: 0.1, over: {k: 8}}
  - {metric: elbo, better: higher, margin: 0}
`

// Primary metrics are the gate's alone, and change no cell.
func TestPrimary(t *testing.T) {
	plan := func(text string, o Options) *Plan {
		t.Helper()
		s, err := Parse("g.yaml", []byte(text), fake())
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Plan(o)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if got := plan(guarded+primaries, Options{}).Primary; got != nil {
		t.Errorf("quick has primary metrics: %v", got)
	}
	got := plan(guarded+primaries, Options{Preset: GatePreset})
	want := []Primary{
		{Metric: "snr/inf", Over: Select{"k": {"8"}}, Better: "higher", Scale: "log", Margin: 0.1, Line: 10},
		{Metric: "elbo", Better: "higher", Scale: "linear", Line: 11},
	}
	if len(got.Primary) != 2 || got.Primary[0].Over.String() != "k=8" || got.Primary[0].Metric != want[0].Metric || got.Primary[0].Margin != 0.1 ||
		got.Primary[0].Scale != "log" || got.Primary[0].Line != 10 || got.Primary[1].Scale != "linear" || got.Primary[1].Over != nil {
		t.Errorf("got %+v; want %+v", got.Primary, want)
	}
	for i, c := range plan(guarded, Options{Preset: GatePreset}).Cells {
		if c.ID != got.Cells[i].ID {
			t.Fatalf("cell %d: primary metrics change its identity", i)
		}
	}
}

// Reserved seeds are had by Options.Reserved and in no other way.
func TestReservedSeeds(t *testing.T) {
	s, err := Parse("g.yaml", []byte(guarded+primaries), fake())
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(Options{Preset: GatePreset, Reserved: FirstReserved + FreshSeeds})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Cells) != 2*FreshSeeds || p.Cells[0].Seed != 2024 || p.Cells[FreshSeeds-1].Seed != 2047 || p.Preset != "gate/fresh" || p.Claims != nil || p.Narrowed {
		t.Errorf("got %d cells from seed %d, preset %q, %d claims, narrowed %v", len(p.Cells), p.Cells[0].Seed, p.Preset, len(p.Claims), p.Narrowed)
	}
	if _, err := s.Plan(Options{Preset: GatePreset, Reserved: LastReserved - FreshSeeds + 1}); err != nil {
		t.Error(err)
	}
	for _, from := range []int{-1, 1, 1999, LastReserved - FreshSeeds + 2} {
		if _, err := s.Plan(Options{Preset: GatePreset, Reserved: from}); err == nil || !strings.Contains(err.Error(), "have 2000..9999") {
			t.Errorf("reserved from %d: got %v", from, err)
		}
	}
	if _, err := s.Plan(Options{Seeds: "2000"}); err == nil {
		t.Error("--seeds takes a reserved seed")
	}
}

// What is computed from a metric is held to the gate's seeds as the metric itself is.
func TestComputedPrimary(t *testing.T) {
	few := strings.Replace(guarded, "seed: 0..11", "seed: 0..10", 1)
	for _, metric := range []string{"elbo", "area(elbo)", "fall(elbo)"} {
		_, err := Parse("g.yaml", []byte(few+"primary:\n  - {metric: "+metric+", better: higher, margin: 0}\n"), fake())
		if err == nil || !strings.Contains(err.Error(), "has 11 seeds") {
			t.Errorf("%s: got %v", metric, err)
		}
	}
}
