package store

import (
	"math"
	"strings"
	"testing"
)

// whole is a result with everything that an export prints.
func whole() *Result {
	return &Result{
		Cell: "c", Outcome: Done, Step: 20, Steps: 20, Evals: 100,
		Points: []Point{
			{Metric: "elbo", Step: 0, Value: -3, Evals: 1}, {Metric: "elbo", Step: 10, Value: math.NaN(), Evals: 2},
			{Metric: "snr", Step: 0, Value: math.Copysign(0, -1)}, {Metric: "snr", Step: 10, Reason: "too low", Value: math.NaN()},
		},
		Vectors: []Vector{{Name: "sum", Step: 10, Data: []float64{1, 2, math.Inf(1)}}},
		Stack:   "of another machine", Cost: Cost{Worker: 3},
	}
}

func TestDiffer(t *testing.T) {
	a, b := whole(), whole()
	b.Stack, b.Cost.Worker = "", 1
	b.Points[0], b.Points[3] = b.Points[3], b.Points[0]
	if d, differs := Differ(a, b); differs {
		t.Errorf("order, stack and cost: %v", d)
	}
	if d, _ := Differ(a, b); d.Of != 5 || d.Count != 0 {
		t.Errorf("%d of %d differ; want 0 of 5", d.Count, d.Of)
	}
	for want, change := range map[string]func(*Result){
		"elbo at step 0: -3 (0xc008000000000000) -> -3.0000000000000004 (0xc008000000000001)":        func(r *Result) { r.Points[0].Value = math.Nextafter(-3, -4) },
		"elbo at step 10: NaN (0x7ff8000000000001) -> NaN (0x7ff8000000000002)":                      func(r *Result) { r.Points[1].Value = math.Float64frombits(0x7ff8000000000002) },
		"snr at step 0: -0 (0x8000000000000000) -> 0 (0x0000000000000000)":                           func(r *Result) { r.Points[2].Value = 0 },
		"snr at step 10: none: too low -> none: too high":                                            func(r *Result) { r.Points[3].Reason = "too high" },
		"snr at step 10: none: too low -> absent":                                                    func(r *Result) { r.Points = r.Points[:3] },
		"iwae at step 5: absent -> 1 (0x3ff0000000000000)":                                           func(r *Result) { r.Points = append(r.Points, Point{Metric: "iwae", Step: 5, Value: 1}) },
		"elbo at step 0: -3 (0xc008000000000000) after 1 evaluations -> -3 (0xc008000000000000) aft": func(r *Result) { r.Points[0].Evals = 7 },
		"sum[1] at step 10: 2 (0x4000000000000000) -> 2.5 (0x4004000000000000)":                      func(r *Result) { r.Vectors[0].Data[1] = 2.5 },
		"sum at step 10: 3 numbers -> 2 numbers":                                                     func(r *Result) { r.Vectors[0].Data = r.Vectors[0].Data[:2] },
		"sum at step 10: 3 numbers -> absent":                                                        func(r *Result) { r.Vectors = nil },
		"steps at step 20: 20 -> 21":                                                                 func(r *Result) { r.Steps++ },
		"evals at step 20: 100 -> 99":                                                                func(r *Result) { r.Evals-- },
		"outcome at step 20: done at step 20 -> diverged at step 7: inf/b is NaN": func(r *Result) {
			r.Outcome, r.Step, r.Reason, r.Points[0].Value = Diverged, 7, "inf/b is NaN", 0
		},
		// the earliest step, though its metric comes last
		"snr at step 0: -0 (0x8000000000000000) -> 1": func(r *Result) { r.Points[1].Value, r.Points[2].Value, r.Vectors = 0, 1, nil },
	} {
		b := whole()
		change(b)
		d, differs := Differ(a, b)
		if !differs || !strings.HasPrefix(d.String(), want) {
			t.Errorf("got  %v\nwant %s", d, want)
		}
	}
	b = whole()
	b.Points[1].Value, b.Points[2].Value, b.Vectors = 0, 1, nil
	if d, _ := Differ(a, b); d.Count != 3 || d.Of != 5 {
		t.Errorf("%d of %d differ; want 3 of 5", d.Count, d.Of)
	}
	// why a cell was refused is words about what else there is
	x, y := &Result{Outcome: Refused, Reason: "Fits here: a"}, &Result{Outcome: Refused, Reason: "Fits here: a, b"}
	if d, differs := Differ(x, y); differs {
		t.Errorf("reasons of a refusal: %v", d)
	}
}
