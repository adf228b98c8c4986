package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"path/filepath"
	"strings"
)

// These hold for every connection. Busy for ten seconds means that another
// process holds the write lock: its transactions take milliseconds, so only a
// stuck one is that long. An untrusted schema cannot call functions: a store
// may have come from somebody else.
const pragmas = `
PRAGMA busy_timeout = 10000;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
`

// A write-ahead log lets reports read while cells are written. With it,
// synchronous = NORMAL survives a killed process but not always a power cut:
// the last commits may be gone. FULL costs one fsync a transaction, on the
// writer's own goroutine and once for a whole batch of cells; in return a cell
// that was reported done stays done.
const writePragmas = pragmas + `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
`

// A claim need not outlast a power cut, which ends all who could have one: with
// NORMAL its commit does not wait for the disk, and in a write-ahead log that
// corrupts nothing either.
const claimPragmas = pragmas + `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
`

// Reading connections open the file for writing if they can, because a
// read-only one would leave the log's files behind it; they cannot write.
const readPragmas = pragmas + `
PRAGMA query_only = ON;
`

// uri names a file to SQLite, with options. A plain path would not do: '?'
// would end it, and '%' and '#' mean something.
func uri(abs, options string) string {
	path := filepath.ToSlash(abs)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: options}
	return u.String()
}

// connector opens connections of one kind to one file.
type connector struct {
	uri    string
	driver driver.Driver
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.uri) }

func (c connector) Driver() driver.Driver { return c.driver }

// writer is the one connection that writes results to an existing file: SQLite has one
// writer at a time, and waiting in Go is fairer than in its busy loop.
// Transactions take the write lock when they begin, since one that took it
// half way could not wait for it.
func writer(abs string) *sql.DB { return single(uri(abs, "mode=rw&_txlock=immediate"), writePragmas) }

// claimer is a second writer, of claims.
func claimer(abs string) *sql.DB { return single(uri(abs, "mode=rw&_txlock=immediate"), claimPragmas) }

// builder is writer for a file that does not exist yet.
func builder(abs string) *sql.DB { return single(uri(abs, "mode=rwc&_txlock=immediate"), writePragmas) }

func single(uri, pragmas string) *sql.DB {
	db := sql.OpenDB(connector{uri, newDriver(pragmas)})
	db.SetMaxOpenConns(1)
	return db
}

// reader never writes a row.
func reader(abs string) *sql.DB {
	return sql.OpenDB(connector{uri(abs, "mode=rw"), newDriver(readPragmas)})
}

// frozen reads the file alone: it takes no lock, ignores the log and makes no
// file. It is right for a file without a log that nobody can be writing to, and for
// a first look.
func frozen(abs string) *sql.DB {
	return sql.OpenDB(connector{uri(abs, "mode=ro&immutable=1"), newDriver(readPragmas)})
}

// logged reads the file together with its log, and changes neither; it may make
// the index of the log (-shm) again.
func logged(abs string) *sql.DB {
	return sql.OpenDB(connector{uri(abs, "mode=ro"), newDriver(readPragmas)})
}
