//go:build cgo && unix

package store

import (
	"context"
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
	c, err := s.claim.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for i, conn := range []interface {
		QueryRowContext(context.Context, string, ...any) *sql.Row
	}{a, b, w, c} {
		for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "10000", "trusted_schema": "0"} {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("connection %d: %s is %q, %v; want %q", i, pragma, got, err, want)
			}
		}
	}
	var results, claims int
	if err := w.QueryRow("PRAGMA synchronous").Scan(&results); err != nil || results != 2 {
		t.Errorf("synchronous of results is %d, %v; want 2, FULL", results, err)
	}
	if err := c.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&claims); err != nil || claims != 1 {
		t.Errorf("synchronous of claims is %d, %v; want 1, NORMAL", claims, err)
	}
}
