// Package store keeps what a benchmark has measured in one SQLite file: plans,
// the cells they name, how each cell ended, its numbers to the bit, and apart
// from them what it cost and where it ran.
//
// A cell has ended when its outcome row is committed, and all that it leaves is
// committed with it. Any number of processes may read a store while one writes
// it; several that write take turns.
//
// From SQL, query the view metrics(cell, suite, estimator, model, dataset,
// seed, k, m, step, metric, value, grid, preset, precision, reason, evals); a
// cell is listed under every suite, preset and grid that names it. A missing
// number is NULL with a reason, a NaN is NULL without one.
package store

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// A Store is one open file. Its methods may be called from several goroutines.
type Store struct {
	path    string
	abs     string
	read    *sql.DB
	write   *sql.DB       // one connection; nil when opened for reading
	claim   *sql.DB       // likewise
	turn    sync.Mutex    // of the two that write
	results *resultWriter // once prepared
	file    os.FileInfo   // of the file that was opened for writing
	copy    string        // folder of a migrated copy that is read in the file's place, if an older bench wrote it
}

var errNoCgo = errors.New("store: this binary was built without cgo, which SQLite needs; install a C compiler (gcc or clang) and build with CGO_ENABLED=1")

// Open opens the store at path for reading and writing, creating it and its
// folder if there is none and migrating it if it is of an older version. A
// file that is not a store, or of a newer version, is refused untouched.
func Open(path string) (*Store, error) {
	steps, err := migrations()
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return open(path, steps)
}

func open(path string, steps []string) (*Store, error) {
	abs, err := locate(path)
	if err != nil {
		return nil, err
	}
	if err := create(abs, steps); err != nil {
		return nil, fmt.Errorf("store: %s: %w", path, advised(err))
	}
	version, err := inspect(abs)
	if err == nil {
		err = tooNew(version, steps)
	}
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", path, err)
	}
	s := &Store{path: path, abs: abs, read: reader(abs), write: writer(abs), claim: claimer(abs)}
	if s.file, err = os.Stat(abs); err != nil {
		return nil, fmt.Errorf("store: %s: %w", path, cause(err))
	}
	if err := migrate(s.write, steps); err != nil {
		s.Close()
		if isUnreachable(err) {
			return nil, fmt.Errorf("store: %s: the file or its folder cannot be written: %w", path, err)
		}
		return nil, fmt.Errorf("store: %s: %w", path, advised(err))
	}
	return s, nil
}

// OpenRead opens an existing store for reading. It writes no row, sees what
// others commit meanwhile, and works in a folder that cannot be written unless
// a killed writer left a log there. One that an older bench wrote is read through a
// copy, one of a newer version refused.
func OpenRead(path string) (*Store, error) {
	steps, err := migrations()
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return openRead(path, steps)
}

func openRead(path string, steps []string) (*Store, error) {
	abs, err := locate(path)
	if err != nil {
		return nil, err
	}
	version, err := inspect(abs)
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", path, err)
	}
	if err := tooNew(version, steps); err != nil {
		return nil, fmt.Errorf("store: %s: %w", path, err)
	}
	s := &Store{path: path, abs: abs, read: reader(abs)}
	version, err = userVersion(s.read)
	if isUnreachable(err) {
		if info, gone := os.Stat(abs + "-wal"); gone == nil && info.Size() > 0 {
			s.Close()
			return nil, fmt.Errorf("store: %s: the last writer was killed, and its log %s-wal cannot be read back in a folder that cannot be written: %w", path, path, err)
		}
		s.read.Close()
		s.read = frozen(abs)
		version, err = userVersion(s.read)
	}
	if err == nil {
		if err = tooNew(version, steps); err == nil && version < len(steps) {
			err = s.renewed(steps)
		}
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("store: %s: %w", path, advised(err))
	}
	return s, nil
}

func locate(path string) (abs string, err error) {
	if !hasCgo {
		return "", errNoCgo
	}
	if path == "" {
		return "", errors.New("store: path: got an empty one; want a file name")
	}
	abs, err = filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("store: %s: %w", path, err)
	}
	return abs, nil
}

// Close closes the store. What was written is safe without it; closing folds
// the log into the file, so that one file is all there is.
func (s *Store) Close() error {
	// Readers first: the last connection to close folds the log, and only the
	// writer waits for the disk as it should.
	err := s.read.Close()
	if s.claim != nil {
		err = errors.Join(err, s.claim.Close())
	}
	if s.write != nil {
		err = errors.Join(err, s.write.Close())
	}
	err = errors.Join(err, s.dropCopy())
	if err != nil {
		return fmt.Errorf("store: %s: close: %w", s.path, err)
	}
	return nil
}

// Path returns the path that the store was opened by.
func (s *Store) Path() string { return s.path }

// update runs f in one write transaction, kept if f returns nil.
func (s *Store) update(what string, f func(*sql.Tx) error) error {
	if s.write == nil {
		return fmt.Errorf("store: %s: %s: the store is open for reading only", s.path, what)
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	if err := s.transact(s.write, what, f); err != nil {
		return err
	}
	return s.there()
}

// view runs f on one state of the store, whatever others commit meanwhile.
func (s *Store) view(what string, f func(*sql.Tx) error) error {
	return s.transact(s.read, what, f)
}

func (s *Store) transact(db *sql.DB, what string, f func(*sql.Tx) error) error {
	tx, err := db.Begin()
	if err == nil {
		defer tx.Rollback()
		if err = f(tx); err == nil {
			err = tx.Commit()
		}
	}
	return s.fault(what, err)
}

// fault says where an error was met, and what to do about it if that is known.
func (s *Store) fault(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %s: %s: %w", s.path, what, advised(err))
}

// advised is an error with what to do about it, where that is known.
func advised(err error) error {
	hint := remedy(err)
	if hint == "" {
		return err
	}
	if text := err.Error(); strings.Contains(text, "\n") || len(text) > 300 { // SQLite quotes a schema that it cannot read
		text = strings.Join(strings.Fields(text), " ")
		err = errors.New(strings.ToValidUTF8(text[:min(300, len(text))], ""))
	}
	return fmt.Errorf("%w: %s", err, hint)
}

// remedy is what to do about an error of the file or its disk.
func remedy(err error) string {
	switch {
	case isFull(err):
		return "what was written before is safe; make room, and the same command goes on"
	case isDamaged(err), isNotDatabase(err):
		return "the file is damaged; restore a copy, or remove the store and run again"
	}
	return ""
}
