package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// there says whether the file that was opened is still at its path. A database
// goes on in a file that was removed, and all that it takes is lost when it is
// closed; so a store that finds itself removed, or replaced, saves what it has
// under its name again, or a name beside it, and takes no more.
func (s *Store) there() error {
	now, err := os.Stat(s.abs)
	if err == nil && os.SameFile(now, s.file) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil // not to be seen just now; the next write tells
	}
	what, to := "removed", s.abs
	if err == nil {
		what, to = "replaced", s.abs+".rescued"
	}
	if _, gone := os.Lstat(to); gone == nil {
		return fmt.Errorf("store: %s: the file was %s while it was in use, and what it held is lost: %s is taken", s.path, what, to)
	}
	err = os.MkdirAll(filepath.Dir(to), 0o777)
	if err == nil {
		_, err = s.write.Exec(`VACUUM INTO ?`, uri(to, ""))
	}
	if err != nil {
		return fmt.Errorf("store: %s: the file was %s while it was in use, and what it held is lost: %w", s.path, what, cause(err))
	}
	if what == "removed" {
		return fmt.Errorf("store: %s: the file was removed while it was in use; it was written again with all it held, and the same command goes on", s.path)
	}
	return fmt.Errorf("store: %s: the file was replaced while it was in use; what it held is in %s", s.path, s.path+".rescued")
}
