//go:build cgo && unix

package store

import (
	"path/filepath"
	"testing"
	"time"
)

func TestCells(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "x.db"))
	run, err := s.Begin(plan("toy", "quick", "a", 3), Provenance{Command: "one", Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin(plan("other", "paper", "a", 1), Provenance{Command: "two", Started: time.Now()}); err != nil {
		t.Fatal(err)
	}
	all, err := s.Cells("")
	if err != nil || len(all) != 3 {
		t.Fatalf("%d cells, %v; want 3", len(all), err)
	}
	first := all[0]
	if len(first.Places) != 2 || !first.In("toy", "") || !first.In("", "paper") || first.In("toy", "paper") || all[1].In("other", "") || !all[1].In("", "") {
		t.Errorf("places %v and %v", first.Places, all[1].Places)
	}
	if first.Grid == "" || first.Estimator.Name == "" || first.Outcome != "" {
		t.Errorf("got %+v", first)
	}
	if got, err := s.Cells(first.ID[:len(first.ID)-1]); err != nil || len(got) != 3 {
		t.Errorf("by the beginning they share: %d, %v", len(got), err)
	}
	if got, err := s.Cells("%"); err != nil || len(got) != 0 {
		t.Errorf("a pattern is no beginning: %d, %v", len(got), err)
	}

	if _, ok, err := s.Result(first.ID); ok || err != nil {
		t.Errorf("a result before the end: %v", err)
	}
	if _, ok, err := s.RunOf(first.ID); ok || err != nil {
		t.Errorf("a run before the end: %v", err)
	}
	r := whole()
	r.Cell = first.ID
	if err := s.Write(run, []Result{*r}); err != nil {
		t.Fatal(err)
	}
	got, ok, err := s.Result(first.ID)
	if err != nil || !ok {
		t.Fatal(err)
	}
	if d, differs := Differ(r, got); differs {
		t.Errorf("read back: %v", d)
	}
	if p, ok, err := s.RunOf(first.ID); !ok || err != nil || p.Command != "one" {
		t.Errorf("run %q, %v", p.Command, err)
	}
	if again, err := s.Cells(first.ID); err != nil || len(again) != 1 || again[0].Outcome != Done {
		t.Errorf("%v, %v", again, err)
	}
}
