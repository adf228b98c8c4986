//go:build unix && !aix && !solaris

package store

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// One who has opened the lock of a dead process before it is taken away does not end up
// with a lock that nobody can see; a living one's is not taken away.
func TestDropLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db-run1")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	early, err := os.OpenFile(path, os.O_RDWR, 0o666) // as hold does, before it locks
	if err != nil {
		t.Fatal(err)
	}
	defer early.Close()
	if !drop(path) {
		t.Fatal("a lock that nobody has stays")
	}
	if err := flock(early, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Fatal(err)
	}
	mine, err := hold(path, "me")
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Close()
	if drop(path) {
		t.Error("a living process's lock is taken away")
	}
	if alive, err := held(path); !alive || err != nil {
		t.Errorf("held: %v, %v", alive, err)
	}
}
