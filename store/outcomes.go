package store

import (
	"database/sql"
	"encoding/json"
	"time"
)

// Spent is what a cell that has ended took.
type Spent struct {
	Cost
	Steps int64 // training steps
	Evals int64 // density evaluations
}

// Outcomes returns how each of the cells ended; one that has not is absent.
// Whether one that failed or was interrupted is run again is for the caller to say.
func (s *Store) Outcomes(ids []string) (map[string]Outcome, error) {
	ended := map[string]Outcome{}
	err := s.pick("read outcomes", ids, `SELECT cell, outcome FROM outcome WHERE cell IN (SELECT value FROM json_each(?))`,
		func(rows *sql.Rows) error {
			var cell, outcome string
			if err := rows.Scan(&cell, &outcome); err != nil {
				return err
			}
			ended[cell] = Outcome(outcome)
			return nil
		})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// Costs returns what each of the cells took, laps apart; one that is not done is absent.
func (s *Store) Costs(ids []string) (map[string]Spent, error) {
	costs := map[string]Spent{}
	err := s.pick("read costs", ids, `SELECT cell, start, wall, worker, steps, evals FROM cost JOIN outcome USING (cell)
		WHERE outcome = 'done' AND cell IN (SELECT value FROM json_each(?))`,
		func(rows *sql.Rows) error {
			var (
				cell  string
				start sql.NullString
				wall  int64
				c     Spent
				err   error
			)
			if err := rows.Scan(&cell, &start, &wall, &c.Worker, &c.Steps, &c.Evals); err != nil {
				return err
			}
			c.Wall = time.Duration(wall)
			c.Start, err = unstamp(start)
			costs[cell] = c
			return err
		})
	if err != nil {
		return nil, err
	}
	return costs, nil
}

// pick calls scan on each row that query gives for a list of cells. The list
// goes as one JSON value: it may be longer than a statement has parameters.
func (s *Store) pick(what string, ids []string, query string, scan func(*sql.Rows) error) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return s.view(what, func(tx *sql.Tx) error { return each(tx, scan, query, string(list)) })
}

// each calls scan on each row of a query.
func each(tx *sql.Tx, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return err
	}
	return drain(rows, scan)
}

func drain(rows *sql.Rows, scan func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
