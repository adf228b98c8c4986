//go:build cgo && unix

package store

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// unprivileged runs f as a user who owns nothing: tests often run as root, who
// may write anywhere. Only the calling thread changes, so f must not leave its
// goroutine for what it opens. Not even the thread survives.
func unprivileged(t *testing.T, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		f()
		return
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if err := syscall.Setfsuid(65534); err != nil {
			done <- err
			return
		}
		f()
		done <- nil
	}()
	if err := <-done; err != nil {
		t.Skip(err)
	}
}

// closed makes a folder with a store in it, takes the write bits away, and
// checks that this stops a writer.
func closed(t *testing.T) (path string) {
	t.Helper()
	dir := t.TempDir()
	for up := dir; up != os.TempDir() && len(up) > 1; up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path = filepath.Join(dir, "a.db")
	s := openAt(t, path)
	write(t, s, begin(t, s, plan("toy", "quick", "c", 1)), result("c000", 0))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
	stopped := false
	unprivileged(t, func() {
		f, err := os.Create(filepath.Join(dir, "probe"))
		if err == nil {
			f.Close()
		}
		stopped = err != nil
	})
	if !stopped {
		t.Skip("this system lets us write into a folder without write bits")
	}
	return path
}

func TestReadOnlyFolder(t *testing.T) {
	path := closed(t)
	unprivileged(t, func() {
		r, err := OpenRead(path)
		if err != nil {
			t.Error(err)
			return
		}
		defer r.Close()
		if ended, err := r.Outcomes([]string{"c000"}); err != nil || ended["c000"] != Done {
			t.Errorf("got %v, %v", ended, err)
		}
	})
	unprivileged(t, func() {
		for _, p := range []string{path, filepath.Join(filepath.Dir(path), "new.db"), filepath.Join(filepath.Dir(path), "sub", "new.db")} {
			s, err := Open(p)
			if err == nil {
				s.Close()
				t.Errorf("%s: opened for writing", p)
				continue
			}
			if !strings.Contains(err.Error(), "cannot be ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q", err)
			}
			t.Log(err)
		}
	})
	if files := snapshot(t, filepath.Dir(path)); len(files) != 1 {
		t.Errorf("left %d files; want the store alone", len(files))
	}
}

// A log left by a killed writer cannot be read back without writing, and
// leaving it out would show an older state as if it were all.
func TestReadOnlyFolderWithALog(t *testing.T) {
	path := closed(t)
	dir := filepath.Dir(path)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, path)
	write(t, s, begin(t, s, plan("toy", "quick", "d", 1)), result("d000", 0))
	left := t.TempDir()
	for up := left; up != os.TempDir() && len(up) > 1; up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, end := range []string{"", "-wal"} {
		bits, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(left, "a.db"+end), bits, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(left, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(left, 0o755) })
	unprivileged(t, func() {
		r, err := OpenRead(filepath.Join(left, "a.db"))
		if err == nil {
			defer r.Close()
			if ended, err := r.Outcomes([]string{"d000"}); err != nil || ended["d000"] != Done {
				t.Errorf("opened without what the log holds: %v, %v", ended, err)
			}
			return
		}
		if !strings.Contains(err.Error(), "the last writer was killed") {
			t.Errorf("got %v", err)
		}
	})
}

// A file without permission to read is named as such.
func TestUnreadableFile(t *testing.T) {
	path := closed(t)
	if err := os.Chmod(path, 0o200); err != nil {
		t.Fatal(err)
	}
	unprivileged(t, func() {
		_, err := OpenRead(path)
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("got %v", err)
		}
	})
}
