//go:build !cgo

package store

import (
	"path/filepath"
	"testing"
)

func TestOpenWithoutCgo(t *testing.T) {
	const want = "store: this binary was built without cgo, which SQLite needs; install a C compiler (gcc or clang) and build with CGO_ENABLED=1"
	for _, open := range []func(string) (*Store, error){Open, OpenRead} {
		if _, err := open(filepath.Join(t.TempDir(), "new", "a.db")); err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
	}
}
