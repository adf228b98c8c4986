package store

import (
	"database/sql"
	"encoding/json"

	"github.com/vibench/bench/suites"
)

// A Kept is a cell of the store, whether it has ended or not.
type Kept struct {
	suites.Cell         // its grid is that of its first place
	Places      []Place // that name it, sorted; none where no plan does any more
	Outcome     Outcome // empty: it has not ended
}

// A Place is where a plan names a cell.
type Place struct{ Suite, Preset, Grid string }

// In says whether a plan of a suite and preset names the cell; an empty one stands for any.
func (k Kept) In(suite, preset string) bool {
	if suite == "" && preset == "" {
		return true
	}
	for _, p := range k.Places {
		if (suite == "" || suite == p.Suite) && (preset == "" || preset == p.Preset) {
			return true
		}
	}
	return false
}

// Cells lists every cell of the store whose ID begins with prefix, sorted by ID.
func (s *Store) Cells(prefix string) ([]Kept, error) {
	var list []Kept
	err := s.view("list cells", func(tx *sql.Tx) error {
		return each(tx, func(rows *sql.Rows) error {
			var id, text string
			var suite, preset, grid, outcome sql.NullString
			if err := rows.Scan(&id, &text, &suite, &preset, &grid, &outcome); err != nil {
				return err
			}
			if n := len(list); n == 0 || list[n-1].ID != id {
				k := Kept{Outcome: Outcome(outcome.String)}
				if err := json.Unmarshal([]byte(text), &k.Cell); err != nil {
					return err
				}
				k.ID, k.Grid = id, grid.String
				list = append(list, k)
			}
			if suite.Valid {
				k := &list[len(list)-1]
				k.Places = append(k.Places, Place{suite.String, preset.String, grid.String})
			}
			return nil
		}, `SELECT cell, spec, suite, preset, grid, outcome FROM cell LEFT JOIN member USING (cell) LEFT JOIN outcome USING (cell)
			WHERE substr(cell, 1, length(?1)) = ?1 ORDER BY cell, suite, preset, grid`, prefix)
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Result reads all that a cell left, vectors included; ok is false if it has not ended.
func (s *Store) Result(cell string) (r *Result, ok bool, err error) {
	got, err := s.Load(&suites.Plan{Cells: []suites.Cell{{ID: cell}}})
	if err != nil {
		return nil, false, err
	}
	if r, ok = got.Cell(cell); ok {
		r.Vectors, err = s.Vectors(cell)
	}
	return r, ok, err
}

// RunOf returns the run that wrote a cell's result; ok is false if it has none.
func (s *Store) RunOf(cell string) (p Provenance, ok bool, err error) {
	err = s.view("read the run of a cell", func(tx *sql.Tx) error {
		return each(tx, func(rows *sql.Rows) error {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			ok = true
			return json.Unmarshal([]byte(text), &p)
		}, `SELECT provenance FROM run JOIN cost USING (run) WHERE cell = ?`, cell)
	})
	return p, ok, err
}
