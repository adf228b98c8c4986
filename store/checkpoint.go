package store

import (
	"database/sql"
	"errors"
	"fmt"
)

// A Checkpoint is what a cell at work needs to go on where it is. It makes no
// cell look ended, and no export, report or comparison sees it.
type Checkpoint struct {
	Cell string // the cell's ID
	Step int    // training steps taken
	Bits []byte // for the runner alone
}

// Save keeps checkpoints in one transaction, each in place of the cell's last
// one. A cell with a result needs none, and gets none: another process on the
// same store may have brought it to its end.
func (s *Store) Save(list []Checkpoint) error {
	if len(list) == 0 {
		return nil
	}
	return s.update("save checkpoints", func(tx *sql.Tx) error {
		save, err := tx.Prepare(`INSERT OR REPLACE INTO checkpoint (cell, step, bits) SELECT ?1, ?2, ?3
			WHERE NOT EXISTS (SELECT 1 FROM outcome WHERE cell = ?1 AND outcome NOT IN ('failed', 'interrupted'))`)
		if err != nil {
			return err
		}
		for _, c := range list {
			if _, err := save.Exec(c.Cell, c.Step, c.Bits); err != nil {
				return fmt.Errorf("cell %s: %w", c.Cell, err)
			}
		}
		return nil
	})
}

// Checkpoint returns the last checkpoint of a cell; ok is false if it has none.
func (s *Store) Checkpoint(cell string) (c Checkpoint, ok bool, err error) {
	c.Cell = cell
	err = s.view("read checkpoint", func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT step, bits FROM checkpoint WHERE cell = ?`, cell).Scan(&c.Step, &c.Bits)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Checkpoint{}, false, nil
	}
	return c, err == nil, err
}

// Begun returns the step of the last checkpoint of each of the cells; one that
// has none is absent.
func (s *Store) Begun(ids []string) (map[string]int, error) {
	steps := map[string]int{}
	err := s.pick("read checkpoints", ids, `SELECT cell, step FROM checkpoint WHERE cell IN (SELECT value FROM json_each(?))`,
		func(rows *sql.Rows) error {
			var cell string
			var step int
			err := rows.Scan(&cell, &step)
			steps[cell] = step
			return err
		})
	if err != nil {
		return nil, err
	}
	return steps, nil
}
