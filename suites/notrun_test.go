package suites

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const absent = `suite: b
presets: {quick: , paper: }
grid:
  - {name: a, preset: [quick, paper], estimator: iwae, model: lineargaussian, dataset: {bits: {n: 4}}, seed: 0}
log: {metrics: [elbo]}
`

// What is not run is in the plan of every preset, and reads back; it is no cell.
func TestNotRunIsInEveryPlan(t *testing.T) {
	with, err := Parse("b.yaml", []byte(absent+"not_run: [{what: CelebA, why: of a size}, {what: 'a method', why: ' of no use '}]\n"), fake())
	if err != nil {
		t.Fatal(err)
	}
	without, err := Parse("b.yaml", []byte(absent), fake())
	if err != nil {
		t.Fatal(err)
	}
	for _, preset := range []string{"quick", "paper"} {
		p, err := with.Plan(Options{Preset: preset, Only: []string{"seed=0"}})
		if err != nil {
			t.Fatal(err)
		}
		want := []NotRun{{"CelebA", "of a size"}, {"a method", "of no use"}}
		if d := cmp.Diff(want, p.NotRun) + cmp.Diff(want, readBack(t, p).NotRun); d != "" {
			t.Errorf("%s: -want +got\n%s", preset, d)
		}
		q, err := without.Plan(Options{Preset: preset})
		if err != nil || q.NotRun != nil || q.Cells[0].ID != p.Cells[0].ID {
			t.Errorf("%s: without: %v, %v", preset, q.NotRun, err)
		}
	}
}

func TestNotRunFaults(t *testing.T) {
	for text, want := range map[string]string{
		"not_run: CelebA":                             "not_run",
		"not_run: [CelebA]":                           "not_run",
		"not_run: [{what: CelebA}]":                   "why",
		"not_run: [{why: of a size}]":                 "what",
		"not_run: [{what: CelebA, why: ''}]":          "why",
		"not_run: [{what: CelebA, why: x, cells: 3}]": "cells",
		"not_run: [{what: CelebA, why: [x]}]":         "why",
	} {
		_, err := Parse("b.yaml", []byte(absent+text+"\n"), fake())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "b.yaml:6:") {
			t.Errorf("%s: got %v", text, err)
		}
	}
}
