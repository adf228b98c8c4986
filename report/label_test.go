package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vibench/bench/suites"
)

// The optimiser is part of a name where nothing else tells two apart, and only there.
func TestLabelsOfSweeps(t *testing.T) {
	cell := func(estimator string, rate float64) suites.Cell {
		return suites.Cell{
			Estimator: suites.Choice{Name: estimator}, Model: suites.Choice{Name: "vae"}, Dataset: suites.Choice{Name: "bits"},
			Train: suites.Train{Optim: []suites.Group{{Optim: suites.Choice{Name: "adam", Params: map[string]any{"rate": rate, "eps": 0.1}}}}},
		}
	}
	got := labels([]suites.Cell{cell("elbo", 0.1), cell("elbo", 0.2), cell("iwae", 0.3)}, "")
	if d := cmp.Diff([]string{"elbo x adam{rate=0.1}", "elbo x adam{rate=0.2}", "iwae"}, got); d != "" {
		t.Error(d)
	}
	got = labels([]suites.Cell{cell("elbo", 0.1), cell("iwae", 0.3)}, "")
	if d := cmp.Diff([]string{"elbo", "iwae"}, got); d != "" {
		t.Error(d)
	}
}
