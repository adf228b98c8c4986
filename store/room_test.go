//go:build cgo && unix

package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Where there is no more room a write says so and leaves nothing; what was there
// stays, and once there is room again writing goes on.
func TestNoRoom(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	p := plan("loop", "quick", "c", 6)
	run := begin(t, s, p)
	write(t, s, run, loopResult("c000", 3))
	save(t, s, Checkpoint{"c001", 4, []byte("four")})
	want := export(t, s, "csv")
	var pages int
	if err := s.write.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		if _, err := s.write.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages + 1)
	big := Checkpoint{"c001", 5, make([]byte, 1<<16)}
	for what, err := range map[string]error{
		"write": s.Write(run, []Result{loopResult("c002", 97)}),
		"save":  s.Save([]Checkpoint{big}),
	} {
		if err == nil || !strings.Contains(err.Error(), "database or disk is full: what was written before is safe; make room, and the same command goes on") {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if got := export(t, s, "csv"); got != want {
		t.Errorf("the export changed:\n%s", got)
	}
	if c, ok, err := s.Checkpoint("c001"); !ok || err != nil || c.Step != 4 {
		t.Errorf("the checkpoint is %v, %v, %v", c, ok, err)
	}
	limit(1 << 20)
	write(t, s, run, loopResult("c002", 97))
	save(t, s, big)
}

// A store whose folder is removed while it is open is written again, with all
// that it held, and says so; one that was replaced is saved beside the other.
func TestRemovedWhileOpen(t *testing.T) {
	for _, replaced := range []bool{false, true} {
		folder := filepath.Join(t.TempDir(), "results")
		path := filepath.Join(folder, "a.db")
		s := openAt(t, path)
		p := plan("toy", "quick", "c", 3)
		run := begin(t, s, p)
		write(t, s, run, result("c000", 0))
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		saved, say := path, "the file was removed while it was in use; it was written again with all it held"
		if replaced {
			begin(t, openAt(t, path), plan("toy", "quick", "c", 3))
			saved, say = path+".rescued", "the file was replaced while it was in use; what it held is in "+path+".rescued"
		}
		err := s.Write(run, []Result{result("c001", 1)})
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("got %v; want %s", err, say)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		ended, err := openAt(t, saved).Outcomes(ids(p))
		if err != nil || len(ended) != 2 {
			t.Errorf("%s has %v, %v; want both cells", saved, ended, err)
		}
	}
}

// A clock that jumps back changes no order: plans are in that of their runs.
func TestClockThatJumpsBack(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	prov := provenance()
	for i, suite := range []string{"first", "second", "third"} {
		prov.Started = prov.Started.Add(time.Duration(-i) * 24 * 365 * time.Hour)
		run, err := s.Begin(plan(suite, "quick", suite, 1), prov)
		if err != nil {
			t.Fatal(err)
		}
		r := result(suite+"000", i)
		r.Cost.Start, r.Cost.Wall = prov.Started, -time.Second
		write(t, s, run, r)
	}
	infos, err := s.Plans()
	if err != nil || len(infos) != 3 || infos[0].Suite != "third" || infos[2].Suite != "first" {
		t.Errorf("got %+v, %v", infos, err)
	}
	if p, err := s.Plan("", ""); err != nil || p.Suite != "third" {
		t.Errorf("the last is %v, %v", p, err)
	}
}

// A cell is one run's at a time, until the run writes it, gives it back or dies.
func TestClaims(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a store.db")
	s := openAt(t, path)
	p := plan("toy", "quick", "c", 3)
	shift := func(s *Store) *Shift {
		x, err := s.Shift(begin(t, s, p))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	a, b := shift(s), shift(openAt(t, link))
	claim := func(x *Shift, cell int, last int64, want Claimed) {
		t.Helper()
		if got, err := x.Claim(p.Cells[cell], last); got != want || err != nil {
			t.Errorf("cell %d: got %v, %v; want %v", cell, got, err, want)
		}
	}
	claim(a, 0, 0, Ours)
	claim(a, 0, 0, Ours)
	claim(b, 0, 0, Theirs)
	claim(b, 1, 0, Ours)
	if who, err := s.Owner("c000"); err != nil || who != fmt.Sprintf("process %d", os.Getpid()) {
		t.Errorf("c000 is at work in %q, %v", who, err)
	}
	write(t, s, a.run, result("c000", 0))
	claim(b, 0, 0, Over)
	if who, err := s.Owner("c000"); err != nil || who != "" {
		t.Errorf("a cell that has ended is at work in %q, %v", who, err)
	}
	// One that ended so before is run again by who knew.
	claim(b, 0, a.run, Ours)
	claim(a, 0, a.run, Theirs)
	if err := b.Release("c000"); err != nil {
		t.Error(err)
	}
	claim(a, 0, a.run, Ours)

	// b dies: the system lets go of its lock.
	claim(a, 1, 0, Theirs)
	b.file.Close()
	claim(a, 1, 0, Ours)

	// A plan that another has begun may have left a cell out.
	begin(t, s, plan("toy", "quick", "other", 1))
	claim(a, 2, 0, Ours)
	write(t, s, a.run, result("c002", 2))
	if err := a.End(); err != nil {
		t.Error(err)
	}
	c := shift(s)
	if left, _ := filepath.Glob(path + lockMark + "*"); len(left) != 1 || left[0] != c.file.Name() {
		t.Errorf("lock files: %q; want that of the living alone", left)
	}
	if err := c.End(); err != nil {
		t.Error(err)
	}
	var claims int
	if err := s.read.QueryRow(`SELECT count(*) FROM claim`).Scan(&claims); err != nil || claims != 0 {
		t.Errorf("%d claims are left, %v", claims, err)
	}
}
