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
	Damage      error   // that the file does not say any more what the cell is: its ID is all there is of it
}

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

// Cells lists every cell of the store whose ID begins with prefix, sorted by ID. One whose
// row is damaged does not hide the others: see Kept.Damage.
func (s *Store) Cells(prefix string) ([]Kept, error) {
	var list []Kept
	err := s.view("list cells", func(tx *sql.Tx) error {
		places, err := placesOf(tx)
		if err != nil {
			return err
		}
		return eachCell(tx, prefix, func(r *row, spec string, outcome Outcome, bad error) error {
			k := Kept{Places: places[r.Cell], Outcome: outcome, Damage: bad}
			if bad != nil {
				k.ID = r.Cell
				list = append(list, k)
				return nil
			}
			if err := json.Unmarshal([]byte(spec), &k.Cell); err != nil {
				return err
			}
			k.ID = r.Cell
			if len(k.Places) > 0 {
				k.Grid = k.Places[0].Grid
			}
			list = append(list, k)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// eachCell calls f with each cell whose ID begins with prefix, sorted by ID, held
// against its digest: what a row of an export shares, its spec as JSON, how it ended,
// empty if it has not, and whether that is damaged. The row is f's to keep.
func eachCell(tx *sql.Tx, prefix string, f func(r *row, spec string, outcome Outcome, bad error) error) error {
	return each(tx, func(rows *sql.Rows) error {
		var r row
		var spec string
		var outcome sql.NullString
		var stored []byte
		err := rows.Scan(&r.Cell, &r.Estimator, &r.Model, &r.Dataset, &r.Seed, &r.K, &r.M, &r.Precision, &spec, &stored, &outcome)
		if err != nil {
			return err
		}
		return f(&r, spec, Outcome(outcome.String), digestOfCell(&r, spec).check(stored, "what cell "+r.Cell+" is"))
	}, `SELECT cell, estimator, model, dataset, seed, k, m, precision, spec, cell.digest, outcome
		FROM cell LEFT JOIN outcome USING (cell) WHERE substr(cell, 1, length(?1)) = ?1 ORDER BY cell`, prefix)
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
