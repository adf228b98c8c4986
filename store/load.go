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
		l, err := newLoader(tx)
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
			r, ok, err := l.load(id)
			if err != nil {
				return err
			}
			if ok {
				list = append(list, r)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return NewResults(plan, list), nil
}

// loader holds the statements that read cells one by one.
type loader struct{ outcome, point, names *sql.Stmt }

func newLoader(tx *sql.Tx) (l loader, err error) {
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&l.outcome, `SELECT outcome, step, reason, stack, steps, evals, start, wall, worker, digest
			FROM outcome JOIN cost USING (cell) WHERE cell = ?`},
		{&l.point, `SELECT metric, step, bits, reason, evals FROM point WHERE cell = ? ORDER BY metric, step`},
		{&l.names, `SELECT name, step FROM vector WHERE cell = ? ORDER BY name, step`},
	} {
		if *s.to, err = tx.Prepare(s.text); err != nil {
			return l, err
		}
	}
	return l, nil
}

// load reads what a cell has left, its vectors apart, and holds it against its
// digest; ok is false if it has not ended.
func (l loader) load(id string) (r Result, ok bool, err error) {
	r.Cell = id
	var stored []byte
	if err := scanOutcome(l.outcome.QueryRow(id), &r, &stored); err == sql.ErrNoRows {
		return r, false, nil
	} else if err != nil {
		return r, false, err
	}
	d := newDigest()
	d.outcome(&r)
	rows, err := l.point.Query(id)
	if err != nil {
		return r, false, err
	}
	err = drain(rows, func(rows *sql.Rows) error {
		p, err := scanPoint(rows)
		d.point(&p)
		r.Points = append(r.Points, p)
		return err
	})
	if err != nil {
		return r, false, err
	}
	if rows, err = l.names.Query(id); err != nil {
		return r, false, err
	}
	err = drain(rows, func(rows *sql.Rows) error {
		var name string
		var step int64
		err := rows.Scan(&name, &step)
		d.vector(name, step)
		return err
	})
	if err == nil {
		err = d.check(stored, "cell "+id)
	}
	return r, err == nil, err
}

func scanOutcome(row *sql.Row, r *Result, digest *[]byte) error {
	var start sql.NullString
	var wall int64
	err := row.Scan((*string)(&r.Outcome), &r.Step, &r.Reason, &r.Stack, &r.Steps, &r.Evals, &start, &wall, &r.Cost.Worker, digest)
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
			var stored []byte
			err := rows.Scan(&v.Name, &v.Step, &bits, &stored)
			if err == nil {
				v.Data, err = decodeChecked(cell, v.Name, int64(v.Step), bits, stored)
			}
			list = append(list, v)
			return err
		}, `SELECT name, step, bits, digest FROM vector WHERE cell = ? ORDER BY name, step`, cell)
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}
