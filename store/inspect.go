package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// applicationID marks a SQLite file as a store: "bnch" in the header, where
// file(1) and PRAGMA application_id look. 0001.sql writes it.
const applicationID = 0x626e6368

// smallestDatabase is one page of the least size that SQLite has, in bytes.
const smallestDatabase = 512

var errNotSQLite = errors.New("not a store: it is not a SQLite file")

// inspect reads the version of the store at abs without changing a byte there
// or beside it. The error says why a file is not a store of ours. The version
// may be behind by a migration that is still in the log, so whoever goes on to
// open the store asks again.
//
// The header is read through SQLite and never by os.Open: closing any
// descriptor of a file drops all POSIX locks that this process has on it, also
// those of a store open elsewhere in it; SQLite alone knows to wait.
func inspect(abs string) (version int, err error) {
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, errors.New("no such store")
	case err != nil:
		return 0, cause(err)
	case info.IsDir():
		return 0, errors.New("not a store: it is a folder")
	case !info.Mode().IsRegular():
		return 0, errors.New("not a store: it is not a regular file")
	case info.Size() == 0:
		return 0, errors.New("not a store: the file is empty; remove it and a new store takes its place")
	case info.Size() < smallestDatabase: // SQLite would take it for an empty one
		return 0, errNotSQLite
	}
	id, version, err := marks(abs)
	switch {
	case isNotDatabase(err):
		return 0, errNotSQLite
	case err != nil:
		return 0, advised(err)
	case id != applicationID:
		return 0, fmt.Errorf("not a store: SQLite file of another program, got application id %#x; want %#x", id, uint32(applicationID))
	}
	return version, nil
}

// marks reads the two numbers by which a file says whose it is. A file without
// a log is looked at alone, which leaves no trace. So is one with a log, unless
// it makes no sense: half way through a checkpoint, be it going on or killed,
// the file promises pages that only the log has.
func marks(abs string) (id uint32, version int, err error) {
	id, version, err = marksIn(frozen(abs))
	if !isDamaged(err) {
		return id, version, err
	}
	if _, gone := os.Stat(abs + "-wal"); gone != nil {
		return marksIn(frozen(abs)) // the checkpoint may have ended just now
	}
	id, version, err = marksIn(logged(abs))
	if isUnreachable(err) {
		err = fmt.Errorf("a writer was killed, and its log cannot be read back in a folder that cannot be written: %w", err)
	}
	return id, version, err
}

// marksIn reads the marks through db, and closes it.
func marksIn(db *sql.DB) (id uint32, version int, err error) {
	defer db.Close()
	if err := db.QueryRow("PRAGMA application_id").Scan(&signed{&id}); err != nil {
		return 0, 0, err
	}
	version, err = userVersion(db)
	return id, version, err
}

func userVersion(db interface {
	QueryRow(string, ...any) *sql.Row
}) (version int, err error) {
	err = db.QueryRow("PRAGMA user_version").Scan(&version)
	return version, err
}

// signed scans the header's 32-bit field, which SQLite shows as signed.
type signed struct{ to *uint32 }

func (s *signed) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("application_id is %T", v)
	}
	*s.to = uint32(n)
	return nil
}

// cause drops the operation and the path that os repeats in its errors.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
