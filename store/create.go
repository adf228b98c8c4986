package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// create makes an empty store at abs unless something is there already. The
// store is built in a folder beside its place and linked into it complete, so
// no other process sees half a store and a crash leaves at most a hidden folder
// (.bench-new-*) that nobody reads again. Whoever of several processes is first
// wins, and the others use what it made.
func create(abs string, steps []string) error {
	if _, err := os.Lstat(abs); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return cause(err)
	}
	folder := filepath.Dir(abs)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("folder %s cannot be made: %w", folder, cause(err))
	}
	workshop, err := os.MkdirTemp(folder, ".bench-new-")
	if err != nil {
		return fmt.Errorf("folder %s cannot be written: %w", folder, cause(err))
	}
	defer os.RemoveAll(workshop)
	built := filepath.Join(workshop, "store.db")
	if err := build(built, steps); err != nil {
		return err
	}
	if err := place(built, abs, os.Link); err != nil {
		return err
	}
	syncFolder(folder)
	return nil
}

func build(path string, steps []string) error {
	db := builder(path)
	if err := migrate(db, steps); err != nil {
		db.Close()
		return err
	}
	return db.Close() // folds the log into the file
}

// place moves a finished store to its path and never over another file. Where
// the file system has no links an empty file claims the path first: another
// process then refuses that instead of losing its rows to the rename.
func place(built, abs string, link func(from, to string) error) error {
	err := link(built, abs)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	claim, err := os.OpenFile(abs, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return cause(err)
	}
	if err := claim.Close(); err != nil {
		return err
	}
	if err := os.Rename(built, abs); err != nil {
		os.Remove(abs)
		return cause(err)
	}
	return nil
}

// syncFolder makes the new name last through a power cut. Not every system can
// sync a folder, and a store without its name is only an empty one to make
// again, so errors do not matter.
func syncFolder(folder string) {
	if f, err := os.Open(folder); err == nil {
		f.Sync()
		f.Close()
	}
}
