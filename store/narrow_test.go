//go:build cgo && unix

package store

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A narrowed plan joins the one before it; another file's, or one under other
// patches, takes its place.
func TestNarrowedPlanJoins(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	whole := plan("toy", "quick", "c", 4)
	run := begin(t, s, whole)
	write(t, s, run, Result{Cell: "c000", Outcome: Done, Points: []Point{{Metric: "elbo", Value: 1}}})
	before := export(t, s, "csv")
	narrow := plan("toy", "quick", "c", 2)
	narrow.Narrowed = true
	begin(t, s, narrow)
	got, err := s.Plan("toy", "quick")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(ids(whole), ids(got)); d != "" || got.Narrowed {
		t.Errorf("narrowed %v: %s", got.Narrowed, d)
	}
	if d := cmp.Diff(before, export(t, s, "csv")); d != "" {
		t.Error(d)
	}

	more := plan("toy", "quick", "d", 1)
	more.Narrowed = true
	begin(t, s, more)
	if got, err = s.Plan("toy", "quick"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(append(ids(whole), "d000"), ids(got)); d != "" {
		t.Error(d)
	}

	patched := plan("toy", "quick", "e", 1)
	patched.Narrowed, patched.Set = true, []string{"train.steps=1"}
	begin(t, s, patched)
	if got, err = s.Plan("toy", "quick"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"e000"}, ids(got)); d != "" || !got.Narrowed {
		t.Errorf("narrowed %v: %s", got.Narrowed, d)
	}
}
