package store

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/vibench/bench/suites"
)

// Load reads everything that the cells of a plan have left, vectors apart, as
// it stands at one moment.
func (s *Store) Load(plan *suites.Plan) (*Results, error) {
	if plan == nil {
		return nil, fmt.Errorf("store: %s: load: no plan", s.path)
	}
	var list []Result
	err := s.view("load", func(tx *sql.Tx) error {
		outcome, err := tx.Prepare(`SELECT outcome, step, reason, stack, steps, evals, start, wall, worker
			FROM outcome JOIN cost USING (cell) WHERE cell = ?`)
		if err != nil {
			return err
		}
		point, err := tx.Prepare(`SELECT metric, step, bits, reason, evals FROM point WHERE cell = ? ORDER BY metric, step`)
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for i := range plan.Cells {
			id := plan.Cells[i].ID
			if seen[id] {
				continue
			}
			seen[id] = true
			r := Result{Cell: id}
			if err := scanOutcome(outcome.QueryRow(id), &r); err == sql.ErrNoRows {
				continue
			} else if err != nil {
				return err
			}
			rows, err := point.Query(id)
			if err != nil {
				return err
			}
			err = drain(rows, func(rows *sql.Rows) error {
				p, err := scanPoint(rows)
				r.Points = append(r.Points, p)
				return err
			})
			if err != nil {
				return err
			}
			list = append(list, r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return NewResults(plan, list), nil
}

func scanOutcome(row *sql.Row, r *Result) error {
	var start sql.NullString
	var wall int64
	err := row.Scan((*string)(&r.Outcome), &r.Step, &r.Reason, &r.Stack, &r.Steps, &r.Evals, &start, &wall, &r.Cost.Worker)
	if err != nil {
		return err
	}
	r.Cost.Wall = time.Duration(wall)
	r.Cost.Start, err = unstamp(start)
	return err
}

func scanPoint(rows *sql.Rows) (Point, error) {
	var p Point
	var bits []byte
	var reason sql.NullString
	if err := rows.Scan(&p.Metric, &p.Step, &bits, &reason, &p.Evals); err != nil {
		return p, err
	}
	p.Reason = reason.String
	var err error
	p.Value, err = decodeOne(bits)
	return p, err
}

// Vectors reads the arrays that a cell left, sorted by name and step; none if
// the cell has not ended.
func (s *Store) Vectors(cell string) ([]Vector, error) {
	var list []Vector
	err := s.view("read vectors", func(tx *sql.Tx) error {
		return each(tx, func(rows *sql.Rows) error {
			var v Vector
			var bits sql.RawBytes
			err := rows.Scan(&v.Name, &v.Step, &bits)
			if err == nil {
				v.Data, err = decode(bits)
			}
			list = append(list, v)
			return err
		}, `SELECT name, step, bits FROM vector WHERE cell = ? ORDER BY name, step`, cell)
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}
