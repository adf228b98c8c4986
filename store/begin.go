package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/vibench/bench/suites"
)

// Begin records that a run of plan starts and returns its number, which Write
// wants. The plan takes the place of the one begun before under the same suite
// and preset; other plans, and all results, stay. A plan that was narrowed from
// the same suite file takes no place: its cells are added to those there are.
func (s *Store) Begin(plan *suites.Plan, prov Provenance) (run int64, err error) {
	if plan == nil || plan.Suite == "" || plan.Preset == "" {
		return 0, fmt.Errorf("store: %s: begin: a plan needs a suite and a preset", s.path)
	}
	err = s.update("begin "+plan.Suite+"/"+plan.Preset, func(tx *sql.Tx) error {
		if run, err = insertRun(tx, plan, prov); err != nil {
			return err
		}
		whole, err := widened(tx, plan)
		if err != nil {
			return err
		}
		text, err := json.Marshal(whole)
		if err != nil {
			return err
		}
		same, err := begunAgain(tx, run, whole, string(text))
		if same || err != nil {
			return err
		}
		if err := replacePlan(tx, run, whole, string(text)); err != nil {
			return err
		}
		if err := insertCells(tx, whole); err != nil {
			return err
		}
		members, err := digestOfMembers(tx, whole.Suite, whole.Preset)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE plan SET members = ? WHERE suite = ? AND preset = ?`, members.sum(), whole.Suite, whole.Preset)
		return err
	})
	if err != nil {
		return 0, err
	}
	return run, nil
}

func insertRun(tx *sql.Tx, plan *suites.Plan, prov Provenance) (int64, error) {
	text, err := json.Marshal(prov)
	if err != nil {
		return 0, err
	}
	done, err := tx.Exec(`INSERT INTO run (suite, preset, started, provenance) VALUES (?, ?, ?, ?)`,
		plan.Suite, plan.Preset, prov.Started.UTC().Format(stampLayout), string(text))
	if err != nil {
		return 0, err
	}
	return done.LastInsertId()
}

// widened is the plan to keep: a narrowed one joins the one before, if both are
// of the same suite file.
func widened(tx *sql.Tx, plan *suites.Plan) (*suites.Plan, error) {
	if !plan.Narrowed {
		return plan, nil
	}
	before, err := planOf(tx, plan.Suite, plan.Preset)
	if errors.Is(err, sql.ErrNoRows) {
		return plan, nil
	}
	if err != nil {
		return nil, err
	}
	if !before.SameSuite(plan) {
		return plan, nil
	}
	return before.Union(plan), nil
}

// begunAgain is the usual case made short: the plan is the one there is, to the
// letter, and its cells are in place.
func begunAgain(tx *sql.Tx, run int64, plan *suites.Plan, text string) (same bool, err error) {
	var digest, members []byte
	err = tx.QueryRow(`SELECT plan = ?, digest, members FROM plan WHERE suite = ? AND preset = ?`, text, plan.Suite, plan.Preset).Scan(&same, &digest, &members)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil || !same || !bytes.Equal(digest, digestOfPlan(plan.Suite, plan.Preset, text).sum()) {
		return false, err
	}
	d, err := digestOfMembers(tx, plan.Suite, plan.Preset)
	if err != nil || !bytes.Equal(members, d.sum()) {
		return false, err
	}
	_, err = tx.Exec(`UPDATE plan SET run = ? WHERE suite = ? AND preset = ?`, run, plan.Suite, plan.Preset)
	return err == nil, err
}

func replacePlan(tx *sql.Tx, run int64, plan *suites.Plan, text string) error {
	if _, err := tx.Exec(`DELETE FROM plan WHERE suite = ? AND preset = ?`, plan.Suite, plan.Preset); err != nil {
		return err // the places of its cells go with it
	}
	_, err := tx.Exec(`INSERT INTO plan (suite, preset, run, plan, digest) VALUES (?, ?, ?, ?, ?)`,
		plan.Suite, plan.Preset, run, text, digestOfPlan(plan.Suite, plan.Preset, text).sum())
	return err
}

func insertCells(tx *sql.Tx, plan *suites.Plan) error {
	cell, err := newCellWriter(tx)
	if err != nil {
		return err
	}
	member, err := tx.Prepare(`INSERT INTO member (suite, preset, grid, cell) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	for _, c := range plan.Cells {
		if err := cell.write(c); err != nil {
			return err
		}
		if _, err := member.Exec(plan.Suite, plan.Preset, c.Grid, c.ID); err != nil {
			return fmt.Errorf("cell %s: %w", c.ID, err)
		}
	}
	// A cell that the old plan had, this one has not, and nobody ran.
	_, err = tx.Exec(`DELETE FROM cell WHERE cell NOT IN (SELECT cell FROM member)
		AND cell NOT IN (SELECT cell FROM outcome)
		AND cell NOT IN (SELECT cell FROM checkpoint) AND cell NOT IN (SELECT cell FROM claim)`)
	return err
}

// cellWriter writes rows of cells, each once.
type cellWriter struct{ insert *sql.Stmt }

func newCellWriter(tx *sql.Tx) (cellWriter, error) {
	insert, err := tx.Prepare(`INSERT INTO cell (cell, estimator, model, dataset, seed, k, m, precision, spec, digest)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	return cellWriter{insert}, err
}

func (w cellWriter) write(c suites.Cell) error {
	if c.ID == "" {
		return errors.New("a cell without an ID")
	}
	text, err := spec(c)
	if err != nil {
		return fmt.Errorf("cell %s: %w", c.ID, err)
	}
	r := row{Cell: c.ID, Estimator: c.Estimator.Name, Model: c.Model.Name, Dataset: c.Dataset.Name, Seed: int64(c.Seed),
		K: integer(c.Estimator.Params["k"]), M: integer(c.Estimator.Params["m"]), Precision: c.Precision}
	_, err = w.insert.Exec(r.Cell, r.Estimator, r.Model, r.Dataset, r.Seed, r.K, r.M, r.Precision, text, digestOfCell(&r, text).sum())
	if err != nil {
		return fmt.Errorf("cell %s: %w", c.ID, err)
	}
	return nil
}

// spec is a cell without its place in a suite, so that it is the same text
// from whatever suite it comes.
func spec(c suites.Cell) (string, error) {
	c.Grid, c.Unfit, c.Line, c.Column = "", "", 0, 0
	text, err := json.Marshal(c)
	return string(text), err
}

// integer is a parameter as an integer column takes it: none if it is absent or
// no whole number. A plan read from JSON may hold its whole numbers as floats.
func integer(v any) (n sql.NullInt64) {
	switch v := v.(type) {
	case int:
		n = sql.NullInt64{Int64: int64(v), Valid: true}
	case int64:
		n = sql.NullInt64{Int64: v, Valid: true}
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			n = sql.NullInt64{Int64: int64(v), Valid: true}
		}
	case json.Number:
		if i, err := v.Int64(); err == nil {
			n = sql.NullInt64{Int64: i, Valid: true}
		}
	}
	return n
}
