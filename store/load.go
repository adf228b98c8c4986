package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/vibench/bench/suites"
)

// Load reads everything that the cells of a plan have left, vectors apart, as
// it stands at one moment.
func (s *Store) Load(plan *suites.Plan) (*Results, error) {
	if plan == nil {
		return nil, fmt.Errorf("store: %s: load: no plan", s.path)
	}
	var ids []string
	seen := map[string]bool{}
	for i := range plan.Cells {
		if id := plan.Cells[i].ID; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	var list []Result
	err := s.view("load", func(tx *sql.Tx) error {
		l, err := newLoader(tx)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(ids, 256) {
			ended, err := l.load(some)
			if err != nil {
				return err
			}
			for _, id := range some {
				if r, ok := ended[id]; ok {
					list = append(list, *r)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return NewResults(plan, list), nil
}

// loader holds the statements that read what cells have left; they take the cells
// as one JSON list.
type loader struct {
	outcome, point, names *sql.Stmt
	text                  map[string]string // one copy of each metric's name
}

func newLoader(tx *sql.Tx) (l loader, err error) {
	l.text = map[string]string{}
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&l.outcome, `SELECT cell, outcome, step, reason, stack, steps, evals, start, wall, worker, laps, digest
			FROM outcome LEFT JOIN cost USING (cell) WHERE cell IN (SELECT value FROM json_each(?))`},
		{&l.point, `SELECT cell, metric, step, bits, value, reason, evals FROM point
			WHERE cell IN (SELECT value FROM json_each(?)) ORDER BY cell, metric, step`},
		{&l.names, `SELECT cell, name, step FROM vector
			WHERE cell IN (SELECT value FROM json_each(?)) ORDER BY cell, name, step`},
	} {
		if *s.to, err = tx.Prepare(s.text); err != nil {
			return l, err
		}
	}
	return l, nil
}

// load reads what cells have left, their vectors apart, and holds it against its
// digests; a cell that has not ended is absent.
func (l loader) load(ids []string) (map[string]*Result, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	type ended struct {
		Result
		sum    *digest
		stored []byte
	}
	all := make(map[string]*ended, len(ids))
	of := func(cell []byte) (*ended, error) {
		if e, ok := all[string(cell)]; ok {
			return e, nil
		}
		return nil, damaged(fmt.Sprintf("cell %s", cell)) // numbers without an end
	}
	err = rowsOf(l.outcome, string(list), func(rows *sql.Rows) error {
		e := &ended{sum: newDigest()}
		if err := scanOutcome(rows, &e.Result, &e.stored); err != nil {
			return err
		}
		e.sum.outcome(&e.Result)
		all[e.Cell] = e
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = rowsOf(l.point, string(list), func(rows *sql.Rows) error {
		var cell, metric, bits, reason sql.RawBytes
		var p Point
		var shown sql.NullFloat64
		err := rows.Scan(&cell, &metric, &p.Step, &bits, &shown, &reason, &p.Evals)
		if err != nil {
			return err
		}
		e, err := of(cell)
		if err != nil {
			return err
		}
		p.Metric, p.Reason = l.shared(metric), l.shared(reason)
		if p.Value, err = decodeOne(bits); err == nil && !shows(shown, p.Value) {
			err = damaged(fmt.Sprintf("the value of %s at step %d of cell %s", p.Metric, p.Step, cell))
		}
		e.sum.point(&p)
		e.Points = append(e.Points, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = rowsOf(l.names, string(list), func(rows *sql.Rows) error {
		var cell, name sql.RawBytes
		var step int64
		err := rows.Scan(&cell, &name, &step)
		if err != nil {
			return err
		}
		e, err := of(cell)
		if err == nil {
			e.sum.vector(string(name), step)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make(map[string]*Result, len(all))
	for id, e := range all {
		if err := e.sum.check(e.stored, "cell "+id); err != nil {
			return nil, err
		}
		out[id] = &e.Result
	}
	return out, nil
}

// shared is a text of which there is one copy, however many rows have it.
func (l loader) shared(b []byte) string {
	if s, ok := l.text[string(b)]; ok {
		return s
	}
	s := string(b)
	l.text[s] = s
	return s
}

func rowsOf(stmt *sql.Stmt, list string, scan func(*sql.Rows) error) error {
	rows, err := stmt.Query(list)
	if err != nil {
		return err
	}
	return drain(rows, scan)
}

func scanOutcome(rows *sql.Rows, r *Result, digest *[]byte) error {
	var start sql.NullString
	var wall, worker sql.NullInt64
	var laps sql.RawBytes
	err := rows.Scan(&r.Cell, (*string)(&r.Outcome), &r.Step, &r.Reason, &r.Stack, &r.Steps, &r.Evals, &start, &wall, &worker, &laps, digest)
	if err != nil {
		return err
	}
	if !wall.Valid {
		return damaged("what cell " + r.Cell + " took")
	}
	r.Cost.Wall, r.Cost.Worker = time.Duration(wall.Int64), int(worker.Int64)
	if r.Cost.Laps, err = decodeLaps(laps); err != nil {
		return damaged("the times of cell " + r.Cell)
	}
	r.Cost.Start, err = unstamp(start)
	return err
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
