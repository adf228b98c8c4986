//go:build cgo && unix

package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Where a file system has no links a store is made all the same, and whatever
// is at the path already stays, with links and without.
func TestPlaceNeverReplaces(t *testing.T) {
	noLinks := func(string, string) error { return errors.New("operation not supported") }
	for name, link := range map[string]func(string, string) error{"links": os.Link, "no links": noLinks} {
		dir := t.TempDir()
		built, path := filepath.Join(dir, "built"), filepath.Join(dir, "a.db")
		for _, text := range []string{"first", "second"} {
			if err := os.WriteFile(built, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := place(built, path, link); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			os.Remove(built)
			if got, err := os.ReadFile(path); err != nil || string(got) != "first" {
				t.Errorf("%s: after %s the file holds %q, %v", name, text, got, err)
			}
		}
	}
}

// A store that cannot be finished does not appear.
func TestFailedBuildLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := open(filepath.Join(dir, "a.db"), []string{"CREATE TABLE x (y); nonsense"}); err == nil {
		t.Error("nonsense built a store")
	}
	if left := snapshot(t, dir); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}
