package store

import (
	"fmt"
	"os"
	"path/filepath"
)

// renewed makes a store that is open for reading, and that an older bench wrote, readable
// by what this one knows: a copy in the temporary folder is migrated and read in its place,
// and goes when the store is closed. The file itself stays as it was.
func (s *Store) renewed(steps []string) (err error) {
	if s.copy, err = os.MkdirTemp("", "bench-store-"); err != nil {
		return fmt.Errorf("an older bench wrote it, and a copy to read it by cannot be made: %w", err)
	}
	path := filepath.Join(s.copy, "store.db")
	for _, options := range []string{"mode=ro", "mode=ro&immutable=1"} { // the second where the folder cannot be written
		from := single(uri(s.abs, options), pragmas)
		_, err = from.Exec("VACUUM INTO ?", path)
		from.Close()
		if err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("an older bench wrote it, and a copy to read it by cannot be made: %w", err)
	}
	if err := s.read.Close(); err != nil {
		return err
	}
	w := writer(path)
	err = migrate(w, steps)
	if closed := w.Close(); err == nil {
		err = closed
	}
	s.read = reader(path)
	return err
}

// dropCopy removes what renewed made.
func (s *Store) dropCopy() error {
	if s.copy == "" {
		return nil
	}
	return os.RemoveAll(s.copy)
}
