//go:build cgo && unix

package store

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
)

// Closing leaves one file and nothing beside it.
func TestCloseLeavesOneFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	s := openAt(t, path)
	write(t, s, begin(t, s, plan("toy", "quick", "c", 1)), result("c000", 0))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := OpenRead(path)
	if err != nil {
		t.Fatal(err)
	}
	export(t, r, "csv")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v", entries, err)
	}
}

// Every connection must have the settings, the second one of a pool too.
func TestEveryConnectionHasItsPragmas(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	a, err := s.read.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Rollback()
	b, err := s.read.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Rollback()
	w, err := s.write.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Rollback()
	for i, conn := range []*sql.Tx{a, b, w} {
		for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "10000", "trusted_schema": "0"} {
			var got string
			if err := conn.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
				t.Errorf("connection %d: %s is %q, %v; want %q", i, pragma, got, err, want)
			}
		}
	}
	var synchronous int
	if err := w.QueryRow("PRAGMA synchronous").Scan(&synchronous); err != nil || synchronous != 2 {
		t.Errorf("synchronous is %d, %v; want 2, FULL", synchronous, err)
	}
}
