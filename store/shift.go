package store

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/vibench/bench/suites"
)

// A Shift is one process's time at a store which others may be filling too. Each
// claims a cell before it runs it, so that none is run twice; what a process had
// claimed is free again as soon as the process has ended, however it ended.
//
// A process is alive while it holds the lock on its file beside the store
// (x.db-run12): the system lets go of that lock when a process dies. No clock is
// asked, so none can mislead, and a process that was stopped keeps its cells. All
// processes must be on one machine, which SQLite's write-ahead log wants as well.
type Shift struct {
	s    *Store
	run  int64
	file *os.File
	free *sql.Stmt // claims a cell that nobody has
}

// Claimed is what became of a claim.
type Claimed int

const (
	Ours   Claimed = iota
	Theirs         // another process has the cell at work
	Over           // another process has ended it meanwhile
)

// Shift begins the time of a run, which Begin has given its number.
func (s *Store) Shift(run int64) (*Shift, error) {
	if err := s.Sweep(); err != nil {
		return nil, err
	}
	path, err := s.lockPath(run)
	if err != nil {
		return nil, err
	}
	f, err := hold(path, fmt.Sprintf("process %d\n", os.Getpid()))
	if err != nil {
		return nil, fmt.Errorf("store: %s: lock file %s: %w", s.path, path, cause(err))
	}
	free, err := s.claim.Prepare(`INSERT INTO claim (cell, run) SELECT ?1, ?2
		WHERE ifnull((SELECT run FROM cost WHERE cell = ?1), 0) = ?3 AND EXISTS (SELECT 1 FROM cell WHERE cell = ?1) ON CONFLICT DO NOTHING`)
	if err != nil {
		f.Close()
		os.Remove(path)
		return nil, fmt.Errorf("store: %s: begin shift: %w", s.path, err)
	}
	return &Shift{s, run, f, free}, nil
}

// End lets go of everything that was claimed and not written.
func (x *Shift) End() error {
	err := x.s.claims("end shift", func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM claim WHERE run = ?`, x.run)
		return err
	})
	return errors.Join(err, x.free.Close(), x.file.Close(), x.remove())
}

func (x *Shift) remove() error {
	if err := os.Remove(x.file.Name()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Attempts returns the number of the run that ended each of the cells last; one
// that has not ended is absent.
func (s *Store) Attempts(ids []string) (map[string]int64, error) {
	runs := map[string]int64{}
	err := s.pick("read attempts", ids, `SELECT cell, run FROM cost WHERE cell IN (SELECT value FROM json_each(?))`,
		func(rows *sql.Rows) error {
			var cell string
			var run int64
			err := rows.Scan(&cell, &run)
			runs[cell] = run
			return err
		})
	if err != nil {
		return nil, err
	}
	return runs, nil
}

// Claim asks for a cell that is to be run because the last attempt at it was that
// of run last, or none, 0.
func (x *Shift) Claim(c suites.Cell, last int64) (got Claimed, err error) {
	x.s.turn.Lock()
	done, err := x.free.Exec(c.ID, x.run, last)
	x.s.turn.Unlock()
	if err != nil {
		return got, x.s.fault("claim "+c.ID, err)
	}
	if n, err := done.RowsAffected(); n == 1 || err != nil {
		return Ours, err
	}
	err = x.s.claims("claim "+c.ID, func(tx *sql.Tx) error {
		var run, owner int64
		err := tx.QueryRow(`SELECT ifnull((SELECT run FROM cost WHERE cell = ?1), 0), ifnull((SELECT run FROM claim WHERE cell = ?1), 0)`, c.ID).Scan(&run, &owner)
		switch {
		case err != nil:
			return err
		case run != last:
			got = Over
			return nil
		case owner != 0 && owner != x.run:
			alive, err := x.s.alive(owner)
			if err != nil {
				return err
			}
			if alive {
				got = Theirs
				return nil
			}
		}
		// A plan that another process has begun since may have left the cell out.
		if owner == 0 {
			w, err := newCellWriter(tx)
			if err != nil {
				return err
			}
			if err := w.write(c); err != nil {
				return err
			}
		}
		got = Ours
		_, err = tx.Exec(`INSERT OR REPLACE INTO claim (cell, run) VALUES (?, ?)`, c.ID, x.run)
		return err
	})
	return got, err
}

// Release gives a cell back that was claimed and will not be written.
func (x *Shift) Release(cell string) error {
	return x.s.claims("release "+cell, func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM claim WHERE cell = ? AND run = ?`, cell, x.run)
		return err
	})
}

// Owner says which living process has a cell at work; empty if none has.
func (s *Store) Owner(cell string) (string, error) {
	var run int64
	err := s.view("read claim", func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT run FROM claim WHERE cell = ?`, cell).Scan(&run)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if alive, err := s.alive(run); err != nil || !alive {
		return "", err
	}
	path, err := s.lockPath(run)
	if err != nil {
		return "", err
	}
	who, _ := os.ReadFile(path)
	if text := strings.TrimSpace(string(who)); text != "" {
		return text, nil
	}
	return "another process", nil
}

// claims runs f in a transaction that does not wait for the disk.
func (s *Store) claims(what string, f func(*sql.Tx) error) error {
	if s.claim == nil {
		return fmt.Errorf("store: %s: %s: the store is open for reading only", s.path, what)
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.transact(s.claim, what, f)
}

func (s *Store) alive(run int64) (bool, error) {
	path, err := s.lockPath(run)
	if err != nil {
		return true, err
	}
	return held(path)
}

// lockPath is the same from whatever link the store was opened by.
func (s *Store) lockPath(run int64) (string, error) {
	real, err := filepath.EvalSymlinks(s.abs)
	if err != nil {
		return "", fmt.Errorf("store: %s: %w", s.path, cause(err))
	}
	return real + lockMark + strconv.FormatInt(run, 10), nil
}

const lockMark = "-run"

// Sweep forgets the claims of processes that have died, and takes their lock
// files away.
func (s *Store) Sweep() error {
	path, err := s.lockPath(0)
	if err != nil {
		return err
	}
	dead := map[int64]bool{}
	look := func(run int64) error {
		alive, err := s.alive(run)
		dead[run] = !alive
		return err
	}
	folder, name := filepath.Split(strings.TrimSuffix(path, "0"))
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("store: %s: %w", s.path, cause(err))
	}
	for _, e := range entries {
		if number, ok := strings.CutPrefix(e.Name(), name); ok {
			if run, err := strconv.ParseInt(number, 10, 64); err == nil && drop(filepath.Join(folder, e.Name())) {
				dead[run] = true
			}
		}
	}
	return s.claims("sweep claims", func(tx *sql.Tx) error {
		err := each(tx, func(rows *sql.Rows) error {
			var run int64
			if err := rows.Scan(&run); err != nil {
				return err
			}
			return look(run)
		}, `SELECT DISTINCT run FROM claim`)
		if err != nil {
			return err
		}
		for run, gone := range dead {
			if gone {
				if _, err := tx.Exec(`DELETE FROM claim WHERE run = ?`, run); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
