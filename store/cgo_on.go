//go:build cgo

package store

import (
	"database/sql/driver"
	"errors"
	"slices"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// hasCgo says whether SQLite, which is C, is in this binary.
const hasCgo = true

// newDriver returns a driver whose every connection first executes pragmas.
func newDriver(pragmas string) driver.Driver {
	return &sqlite3.SQLiteDriver{
		ConnectHook: func(c *sqlite3.SQLiteConn) error {
			_, err := c.Exec(pragmas, nil)
			return err
		},
	}
}

// isNotDatabase reports whether SQLite said that the file is none of its own.
func isNotDatabase(err error) bool { return hasCode(err, sqlite3.ErrNotADB) }

// isDamaged reports whether SQLite found the file to contradict itself.
func isDamaged(err error) bool { return hasCode(err, sqlite3.ErrCorrupt) }

// isUnreachable reports whether SQLite could not open the file, or the files
// that it keeps beside it, as the folder stands.
func isUnreachable(err error) bool {
	return hasCode(err, sqlite3.ErrCantOpen) || hasCode(err, sqlite3.ErrReadonly)
}

// isFull reports whether there was no room on the disk, or under a limit.
func isFull(err error) bool {
	return hasCode(err, sqlite3.ErrFull) || hasCode(err, sqlite3.ErrIoErr) && hasErrno(err, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG)
}

func hasErrno(err error, list ...syscall.Errno) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && slices.Contains(list, e.SystemErrno)
}

func hasCode(err error, code sqlite3.ErrNo) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.Code == code
}
