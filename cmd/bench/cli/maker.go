package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/vibench/bench/gate"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A maker sees to it that the numbers which a check judges are those of this program. A
// store says of every cell which run ended it. What another program may have made is not
// read, and not touched: the plan is run in a temporary store.
type maker struct {
	now   store.Provenance
	given *store.Store
	noRun bool // there is no other store: what is in the given one is judged

	runs   []time.Time // begun by this process
	folder string
	own    *store.Store
}

// store is where a plan's numbers are, and whether the store that was given has some
// which another program may have made.
func (m *maker) store(plan *suites.Plan) (st *store.Store, others bool, err error) {
	others, err = m.others(plan)
	switch {
	case err != nil:
		return nil, false, err
	case m.noRun:
		return m.given, others, nil
	case m.own == nil && !others:
		return m.given, false, nil
	case m.own == nil:
		if m.folder, err = os.MkdirTemp("", "bench-check-*"); err != nil {
			return nil, false, fmt.Errorf("a temporary store: %w", err)
		}
		if m.own, err = store.Open(filepath.Join(m.folder, "check.db")); err != nil {
			return nil, false, err
		}
	}
	return m.own, others, nil
}

// others says whether cells of a plan have ended, or begun, in a run which may be another
// program's. A checkpoint does not say whose it is.
func (m *maker) others(plan *suites.Plan) (bool, error) {
	begun, err := m.given.Begun(ids(plan.Cells))
	if err != nil {
		return false, err
	}
	ended, err := m.given.Outcomes(ids(plan.Cells))
	if err != nil {
		return false, err
	}
	for _, c := range plan.Cells {
		if _, half := begun[c.ID]; half && !m.noRun {
			return true, nil
		}
		o, had := ended[c.ID]
		if !had || !m.noRun && (o == store.Failed || o == store.Interrupted) { // run again in any case
			continue
		}
		run, known, err := m.given.RunOf(c.ID)
		if err != nil {
			return false, err
		}
		if !known || !m.made(run) {
			return true, nil
		}
	}
	return false, nil
}

func (m *maker) made(run store.Provenance) bool {
	return slices.ContainsFunc(m.runs, run.Started.Equal) && run.Revision == m.now.Revision || gate.Made(run, m.now)
}

// began is called for every run of this process.
func (m *maker) began(run store.Provenance) { m.runs = append(m.runs, run.Started) }

func (m *maker) temporary(st *store.Store) bool { return st == m.own }

func (m *maker) close() {
	if m.own != nil {
		m.own.Close()
	}
	if m.folder != "" {
		os.RemoveAll(m.folder)
	}
}

// beside is a suite's name as a baseline keeps it: a file's from the baseline's folder.
func beside(baseline, name string) string {
	if info, err := os.Stat(name); err != nil || info.IsDir() {
		return name // built in
	}
	from, err := filepath.Abs(filepath.Dir(baseline))
	if err != nil {
		return filepath.ToSlash(name)
	}
	to, err := filepath.Abs(name)
	if err != nil {
		return filepath.ToSlash(name)
	}
	if short, err := filepath.Rel(from, to); err == nil {
		to = short
	}
	return filepath.ToSlash(to)
}

// found is beside undone.
func found(baseline, name string) string {
	file := filepath.FromSlash(name)
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(baseline), file)
	}
	if info, err := os.Stat(file); err == nil && !info.IsDir() {
		return file
	}
	return name
}
