package store

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// outcomes are all the ways to end, in the order they are listed to people.
var outcomes = [...]Outcome{Done, Diverged, Refused, Failed, Interrupted}

// Write commits results in one transaction: all of them with all they hold, or
// nothing. A result takes the place of what an earlier attempt at its cell left,
// its checkpoint and the run's claim to it included.
// The cells must have been begun.
func (s *Store) Write(run int64, results []Result) error {
	w, err := s.resultWriter()
	if err != nil {
		return s.fault("write", err)
	}
	return s.update("write", func(tx *sql.Tx) error {
		var known bool
		if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM run WHERE run = ?)`, run).Scan(&known); err != nil {
			return err
		}
		if !known {
			return fmt.Errorf("no run %d has begun", run)
		}
		w := w.within(tx, run)
		for i := range results {
			if err := w.write(&results[i]); err != nil {
				return fmt.Errorf("cell %s: %w", results[i].Cell, err)
			}
		}
		return nil
	})
}

// resultWriter holds the statements of one transaction.
type resultWriter struct {
	run                                                      int64
	known, clear, spent, claim, outcome, point, vector, cost *sql.Stmt
}

// resultWriter prepares the statements once: a transaction often writes one cell.
func (s *Store) resultWriter() (*resultWriter, error) {
	if s.write == nil {
		return nil, errors.New("the store is open for reading only")
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.results != nil {
		return s.results, nil
	}
	w := &resultWriter{}
	for to, text := range w.texts() {
		stmt, err := s.write.Prepare(text)
		if err != nil {
			return nil, err
		}
		*to = stmt
	}
	s.results = w
	return w, nil
}

// within are the same statements in a transaction.
func (w *resultWriter) within(tx *sql.Tx, run int64) *resultWriter {
	in := *w
	in.run = run
	for to := range in.texts() {
		*to = tx.Stmt(*to)
	}
	return &in
}

func (w *resultWriter) texts() map[**sql.Stmt]string {
	return map[**sql.Stmt]string{
		&w.known:   `SELECT EXISTS (SELECT 1 FROM cell WHERE cell = ?)`,
		&w.clear:   `DELETE FROM outcome WHERE cell = ?`, // all else hangs on it
		&w.spent:   `DELETE FROM checkpoint WHERE cell = ?`,
		&w.claim:   `DELETE FROM claim WHERE cell = ? AND run = ?`,
		&w.outcome: `INSERT INTO outcome (cell, outcome, step, reason, stack, steps, evals, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		&w.point:   `INSERT INTO point (cell, metric, step, value, bits, reason, evals) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		&w.vector:  `INSERT INTO vector (cell, name, step, bits, digest) VALUES (?, ?, ?, ?, ?)`,
		&w.cost:    `INSERT INTO cost (cell, run, start, wall, worker, laps) VALUES (?, ?, ?, ?, ?, ?)`,
	}
}

func (w *resultWriter) write(r *Result) error {
	if !slices.Contains(outcomes[:], r.Outcome) {
		return fmt.Errorf("unknown outcome, got %q; have %q", r.Outcome, outcomes)
	}
	var known bool
	if err := w.known.QueryRow(r.Cell).Scan(&known); err != nil {
		return err
	}
	if !known {
		return errors.New("in no plan that has begun")
	}
	if _, err := w.clear.Exec(r.Cell); err != nil {
		return err
	}
	if _, err := w.spent.Exec(r.Cell); err != nil {
		return err
	}
	if _, err := w.claim.Exec(r.Cell, w.run); err != nil {
		return err
	}
	if _, err := w.outcome.Exec(r.Cell, string(r.Outcome), r.Step, r.Reason, r.Stack, r.Steps, r.Evals, digestOf(r)); err != nil {
		return err
	}
	for i := range r.Points {
		p := &r.Points[i]
		if p.Metric == exportOutcome || strings.HasPrefix(p.Metric, exportOutcome+"/") {
			return fmt.Errorf("point %s at step %d: the name is that of the outcome in exports", p.Metric, p.Step)
		}
		value, bits, reason := columns(p)
		if _, err := w.point.Exec(r.Cell, p.Metric, p.Step, value, bits, reason, p.Evals); err != nil {
			return fmt.Errorf("point %s at step %d: %w", p.Metric, p.Step, err)
		}
	}
	for i := range r.Vectors {
		v := &r.Vectors[i]
		bits := encode(v.Data)
		if _, err := w.vector.Exec(r.Cell, v.Name, v.Step, bits, digestOfVector(r.Cell, v.Name, int64(v.Step), bits).sum()); err != nil {
			return fmt.Errorf("vector %s at step %d: %w", v.Name, v.Step, err)
		}
	}
	laps, err := encodeLaps(r.Cost.Laps)
	if err != nil {
		return err
	}
	_, err = w.cost.Exec(r.Cell, w.run, stamp(r.Cost.Start), int64(r.Cost.Wall), r.Cost.Worker, laps)
	return err
}

// columns are a point's value, bits and reason as the table takes them.
func columns(p *Point) (value, bits, reason any) {
	if p.Reason != "" {
		return nil, nil, p.Reason
	}
	if !math.IsNaN(p.Value) { // SQLite has no NaN
		value = p.Value
	}
	return value, encode([]float64{p.Value}), nil
}
