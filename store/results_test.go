package store

import (
	"math"
	"slices"
	"testing"
)

func TestResultsSayWhyThereIsNoNumber(t *testing.T) {
	r := NewResults(nil, []Result{
		{Cell: "done", Outcome: Done, Step: 20, Points: []Point{
			{Metric: "snr/inf/b", Step: 20, Reason: "below the noise floor"},
			{Metric: "elbo", Step: 20, Value: -3},
			{Metric: "elbo", Step: 0, Value: -9},
			{Metric: "elbo", Step: 10, Value: math.NaN()},
			{Metric: "snr/inf", Step: 20, Value: 2},
			{Metric: "iwae@64", Step: 0, Value: -10},
			{Metric: "iwae@64", Step: 10, Value: -4},
			{Metric: "iwae@64", Step: 40, Value: -2},
			{Metric: "climb", Step: 0, Value: -2},
			{Metric: "climb", Step: 1, Value: -1},
			{Metric: "climb", Step: 2, Value: -1.5},
			{Metric: "climb", Step: 3, Value: 4},
			{Metric: "climb", Step: 4, Value: 3},
			{Metric: "early", Step: 0, Reason: "too soon"},
			{Metric: "early", Step: 10, Reason: "too soon"},
			{Metric: "early", Step: 20, Value: -3},
			{Metric: "early", Step: 30, Value: -2},
			{Metric: "early", Step: 40, Value: -1},
		}},
		{Cell: "diverged", Outcome: Diverged, Step: 7, Reason: "NaN in inf/b", Points: []Point{{Metric: "elbo", Step: 5, Value: -4}}},
		{Cell: "refused", Outcome: Refused, Reason: "needs path"},
	})
	for _, test := range []struct {
		cell, metric, reason string
		value                float64
		ok                   bool
	}{
		{"done", "elbo", "", -3, true},
		{"done", "snr/inf", "", 2, true},
		{"done", "snr/inf/b", "below the noise floor", math.NaN(), false},
		{"done", "snr", "snr is not logged; have climb, early, elbo, iwae@64, snr/inf, snr/inf/b", math.NaN(), false},
		{"done", "area(iwae@64)", "", (-7.0*10 - 3*30) / 40, true},
		{"done", "area(iwae@64, 1)", "", (-7.0*10 - 3*30) / 40, true},
		{"done", "area(iwae@64, 0.75)", "", -3, true},                         // from step 10
		{"done", "area(iwae@64, 0.25)", "", (-8./3 - 2) / 2, true},            // from 30, where the line is at -8/3
		{"done", "area(iwae@64, 0.875)", "", (-(7.+4)/2*5 - 3*30) / 35, true}, // from 5
		{"done", "area(early, 0.5)", "", -2, true},                            // what is missing is before it
		{"done", "area(early, 0.75)", "step 10: too soon", math.NaN(), false}, // or at its beginning
		{"done", "area(early)", "step 0: too soon", math.NaN(), false},        //
		{"done", "area(iwae@64, 2)", "area(iwae@64, 2) is not logged; have climb, early, elbo, iwae@64, snr/inf, snr/inf/b", math.NaN(), false},
		{"done", "area(snr/inf)", "snr/inf is logged at step 20 only; an area wants two points", math.NaN(), false},
		{"done", "area(snr)", "snr is not logged; have climb, early, elbo, iwae@64, snr/inf, snr/inf/b", math.NaN(), false},
		{"done", "fall(climb)", "", 0.25, true}, // from -1 to -1.5
		{"done", "fall(iwae@64)", "", 0, true},
		{"done", "fall(elbo)", "", math.NaN(), true},
		{"done", "fall(early)", "step 0: too soon", math.NaN(), false},
		{"done", "fall(snr/inf)", "snr/inf is logged at step 20 only; a fall wants two points", math.NaN(), false},
		{"diverged", "area(elbo)", "diverged at step 7: NaN in inf/b", math.NaN(), false},
		{"diverged", "elbo", "diverged at step 7: NaN in inf/b", math.NaN(), false},
		{"refused", "elbo", "refused: needs path", math.NaN(), false},
		{"nowhere", "elbo", "not run", math.NaN(), false},
	} {
		v, reason, ok := r.Value(test.cell, test.metric)
		if math.Float64bits(v) != math.Float64bits(test.value) || reason != test.reason || ok != test.ok {
			t.Errorf("%s of %s: got %v, %q, %v; want %v, %q, %v", test.metric, test.cell, v, reason, ok, test.value, test.reason, test.ok)
		}
	}
	if v, reason, ok := r.ValueAt("done", "elbo", 10); !math.IsNaN(v) || reason != "" || !ok {
		t.Errorf("a NaN that is the value: got %v, %q, %v", v, reason, ok)
	}
	if v, _, ok := r.ValueAt("diverged", "elbo", 5); v != -4 || !ok {
		t.Errorf("before the divergence: got %v, %v", v, ok)
	}
	for cell, want := range map[string]string{
		"done": "elbo is not logged at step 3; steps 0 to 20 have it", "diverged": "diverged at step 7: NaN in inf/b", "nowhere": "not run"} {
		if _, reason, ok := r.ValueAt(cell, "elbo", 3); reason != want || ok {
			t.Errorf("%s at step 3: got %q, %v", cell, reason, ok)
		}
	}
	if got := r.Steps("done", "elbo"); !slices.Equal(got, []int{0, 10, 20}) {
		t.Errorf("steps %v", got)
	}
	if got := r.Metrics("done"); !slices.Equal(got, []string{"climb", "early", "elbo", "iwae@64", "snr/inf", "snr/inf/b"}) {
		t.Errorf("metrics %v", got)
	}
	if r.Series("nowhere", "elbo") != nil || r.Metrics("nowhere") != nil {
		t.Error("a cell that has not ended has points")
	}
}
