package store

import (
	"database/sql"
	"embed"
	"fmt"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are the SQL texts that make an empty file the newest version;
// the first n of them make version n. Files are numbered from 0001.
func migrations() ([]string, error) {
	entries, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	var steps []string
	for i, e := range entries { // sorted by name
		if want := fmt.Sprintf("%04d.sql", i+1); e.Name() != want {
			return nil, fmt.Errorf("migrations: got %s; want %s", e.Name(), want)
		}
		text, err := migrationFiles.ReadFile("migrations/" + e.Name())
		if err != nil {
			return nil, err
		}
		steps = append(steps, string(text))
	}
	return steps, nil
}

// migrate brings the file from whatever version it has to the newest, wholly
// or not at all. It takes the write lock even when there is nothing to do, so
// that a store that cannot be written says so now.
func migrate(db *sql.DB, steps []string) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	version, err := userVersion(tx)
	if err != nil {
		return err
	}
	if err := tooNew(version, steps); err != nil {
		return err
	}
	for n := version; n < len(steps); n++ {
		if _, err := tx.Exec(steps[n]); err != nil {
			return fmt.Errorf("migration %04d: %w", n+1, err)
		}
		if _, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", n+1)); err != nil {
			return fmt.Errorf("migration %04d: %w", n+1, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if version < len(steps) {
		// Out of the log and into the header, where inspect looks. A busy reader
		// puts it off, which does no harm.
		_, err = db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	}
	return err
}

func tooNew(version int, steps []string) error {
	if version > len(steps) {
		return fmt.Errorf("a newer bench wrote this store, got version %d; this one knows up to %d", version, len(steps))
	}
	return nil
}
