package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vibench/bench/suites"
)

// PlanInfo is one plan of a store and how far it has come.
type PlanInfo struct {
	Suite, Preset string
	Begun         time.Time       // the last time
	Planned       int             // cells
	Ended         map[Outcome]int // of those; outcomes that did not occur are absent
}

// Missing is the number of cells that have not ended.
func (p PlanInfo) Missing() int {
	n := p.Planned
	for _, ended := range p.Ended {
		n -= ended
	}
	return n
}

// Plans lists the plans of the store, the one begun last first.
func (s *Store) Plans() ([]PlanInfo, error) {
	var infos []PlanInfo
	err := s.view("list plans", func(tx *sql.Tx) error {
		err := each(tx, func(rows *sql.Rows) error {
			p := PlanInfo{Ended: map[Outcome]int{}}
			var begun sql.NullString
			if err := rows.Scan(&p.Suite, &p.Preset, &begun); err != nil {
				return err
			}
			var err error
			p.Begun, err = unstamp(begun)
			infos = append(infos, p)
			return err
		}, `SELECT plan.suite, plan.preset, started FROM plan JOIN run USING (run) ORDER BY run DESC`)
		if err != nil {
			return err
		}
		for i := range infos {
			if err := count(tx, &infos[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return infos, nil
}

func count(tx *sql.Tx, p *PlanInfo) error {
	return each(tx, func(rows *sql.Rows) error {
		var outcome sql.NullString
		var n int
		if err := rows.Scan(&outcome, &n); err != nil {
			return err
		}
		p.Planned += n
		if outcome.Valid {
			p.Ended[Outcome(outcome.String)] = n
		}
		return nil
	}, `SELECT outcome, count(*) FROM (SELECT DISTINCT cell FROM member WHERE suite = ? AND preset = ?)
		LEFT JOIN outcome USING (cell) GROUP BY outcome`, p.Suite, p.Preset)
}

// Plan returns the plan begun last for a suite and preset. An empty preset, or
// suite, stands for any.
func (s *Store) Plan(suite, preset string) (*suites.Plan, error) {
	var plan *suites.Plan
	err := s.view("read plan", func(tx *sql.Tx) error {
		suite, preset, err := resolve(tx, suite, preset)
		if err != nil {
			return err
		}
		plan, err = planOf(tx, suite, preset)
		return err
	})
	if err != nil {
		return nil, err
	}
	return plan, nil
}

// Before returns the plan that is kept under the suite and preset of another one;
// nil if there is none, or it is the same to the letter.
func (s *Store) Before(plan *suites.Plan) (*suites.Plan, error) {
	text, err := json.Marshal(plan)
	if err != nil {
		return nil, err
	}
	var before *suites.Plan
	err = s.view("read plan", func(tx *sql.Tx) error {
		var sum []byte
		err := tx.QueryRow(`SELECT digest FROM plan WHERE suite = ? AND preset = ?`, plan.Suite, plan.Preset).Scan(&sum)
		if err != nil || bytes.Equal(sum, digestOfPlan(plan.Suite, plan.Preset, string(text)).sum()) {
			return err
		}
		before, err = planOf(tx, plan.Suite, plan.Preset)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return before, err
}

func planOf(tx *sql.Tx, suite, preset string) (*suites.Plan, error) {
	var text string
	var sum []byte
	if err := tx.QueryRow(`SELECT plan, digest FROM plan WHERE suite = ? AND preset = ?`, suite, preset).Scan(&text, &sum); err != nil {
		return nil, err
	}
	if err := digestOfPlan(suite, preset, text).check(sum, "plan "+suite+"/"+preset); err != nil {
		return nil, err
	}
	plan := new(suites.Plan)
	return plan, json.Unmarshal([]byte(text), plan)
}

// Provenance returns every run that wrote a cell which the plan now names,
// oldest first: also a run of another suite that shares a cell with it. An
// empty suite or preset is as for Plan.
func (s *Store) Provenance(suite, preset string) ([]Provenance, error) {
	var runs []Provenance
	err := s.view("read provenance", func(tx *sql.Tx) error {
		suite, preset, err := resolve(tx, suite, preset)
		if err != nil {
			return err
		}
		return each(tx, func(rows *sql.Rows) error {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			var p Provenance
			err := json.Unmarshal([]byte(text), &p)
			runs = append(runs, p)
			return err
		}, `SELECT provenance FROM run WHERE run IN
				(SELECT cost.run FROM cost JOIN member USING (cell) WHERE member.suite = ? AND member.preset = ?)
			ORDER BY run`, suite, preset)
	})
	if err != nil {
		return nil, err
	}
	return runs, nil
}

// resolve finds the plan begun last that fits, and says what there is if none.
func resolve(tx *sql.Tx, suite, preset string) (string, string, error) {
	var s, p string
	err := tx.QueryRow(`SELECT suite, preset FROM plan WHERE ? IN (suite, '') AND ? IN (preset, '')
		ORDER BY run DESC LIMIT 1`, suite, preset).Scan(&s, &p)
	if !errors.Is(err, sql.ErrNoRows) {
		return s, p, err
	}
	var have []string
	err = each(tx, func(rows *sql.Rows) error {
		var s, p string
		err := rows.Scan(&s, &p)
		have = append(have, s+"/"+p)
		return err
	}, `SELECT suite, preset FROM plan ORDER BY suite, preset`)
	if err != nil {
		return "", "", err
	}
	if len(have) == 0 {
		return "", "", errors.New("the store has no plan yet")
	}
	want := suite
	if preset != "" {
		want += "/" + preset
	}
	return "", "", fmt.Errorf("no such plan, got %q; have %s", want, strings.Join(have, ", "))
}
