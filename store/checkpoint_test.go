//go:build cgo && unix

package store

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func save(t testing.TB, s *Store, list ...Checkpoint) {
	t.Helper()
	if err := s.Save(list); err != nil {
		t.Fatal(err)
	}
}

// begun is the steps of all checkpoints of a plan of n cells.
func begun(t testing.TB, s *Store, n int) map[string]int {
	t.Helper()
	steps, err := s.Begun(ids(plan("toy", "quick", "c", n)))
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// A cell has one checkpoint, its last, until it has ended.
func TestCheckpoint(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	run := begin(t, s, plan("toy", "quick", "c", 4))
	if c, ok, err := s.Checkpoint("c000"); ok || err != nil {
		t.Errorf("a cell that has none: %v, %v, %v", c, ok, err)
	}
	save(t, s, Checkpoint{"c000", 5, []byte("five")}, Checkpoint{"c001", 7, []byte("seven")})
	save(t, s, Checkpoint{"c000", 6, []byte("six")})
	c, ok, err := s.Checkpoint("c000")
	if d := cmp.Diff(Checkpoint{"c000", 6, []byte("six")}, c); d != "" || !ok || err != nil {
		t.Errorf("%v, %v: %s", ok, err, d)
	}
	write(t, s, run, result("c000", 0), Result{Cell: "c002", Outcome: Failed, Reason: "no luck"})
	if d := cmp.Diff(map[string]int{"c001": 7}, begun(t, s, 4)); d != "" {
		t.Error(d)
	}
	// One that failed is tried again, one that is done is not.
	save(t, s, Checkpoint{"c000", 9, []byte("late")}, Checkpoint{"c002", 1, []byte("again")})
	if d := cmp.Diff(map[string]int{"c001": 7, "c002": 1}, begun(t, s, 4)); d != "" {
		t.Error(d)
	}
	if err := s.Save([]Checkpoint{{"c003", 1, []byte("one")}, {"nobody", 1, []byte("one")}}); err == nil {
		t.Error("a cell of no plan got a checkpoint")
	}
	if _, ok, _ := s.Checkpoint("c003"); ok {
		t.Error("half of a list was saved")
	}
}

// A checkpoint goes with the end row or not at all.
func TestCheckpointStaysWhenTheEndDoesNot(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	run := begin(t, s, plan("toy", "quick", "c", 1))
	save(t, s, Checkpoint{"c000", 5, []byte("five")})
	twice := result("c000", 0)
	twice.Points = append(twice.Points, twice.Points[0])
	if err := s.Write(run, []Result{twice}); err == nil {
		t.Fatal("a point was written twice")
	}
	if d := cmp.Diff(map[string]int{"c000": 5}, begun(t, s, 1)); d != "" {
		t.Error(d)
	}
}

// Nothing that reads numbers sees a checkpoint.
func TestCheckpointIsNoNumber(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	p := plan("toy", "quick", "c", 3)
	run := begin(t, s, p)
	write(t, s, run, result("c000", 0))
	look := func() string {
		out := export(t, s, "csv") + export(t, s, "jsonl")
		infos, err := s.Plans()
		if err != nil {
			t.Fatal(err)
		}
		had, err := s.Outcomes(ids(p))
		if err != nil {
			t.Fatal(err)
		}
		return out + fmt.Sprint(infos, had)
	}
	before := look()
	save(t, s, Checkpoint{"c001", 5, []byte("five")})
	if d := cmp.Diff(before, look()); d != "" {
		t.Error(d)
	}
}

// A plan that takes another's place does not take what its cells have come to.
func TestCheckpointOutlivesItsPlan(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	begin(t, s, plan("toy", "quick", "c", 2))
	save(t, s, Checkpoint{"c001", 5, []byte("five")})
	begin(t, s, plan("toy", "quick", "d", 2))
	begin(t, s, plan("toy", "quick", "c", 2))
	if d := cmp.Diff(map[string]int{"c001": 5}, begun(t, s, 2)); d != "" {
		t.Error(d)
	}
}
