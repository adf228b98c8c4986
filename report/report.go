package report

import (
	"fmt"
	"strings"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A Report is what a store says of one suite under one preset. It does not
// change. Only figures need the store still, for the arrays that they show.
type Report struct {
	Suite      string
	Preset     string
	About      string
	Words      string   // of the preset
	File       string   // the suite file's name
	Text       string   // the suite as read
	Set        []string // patches it was changed by before it ran
	Claims     []Verdict
	Coverage   Coverage
	Unfinished []Unfinished
	Provenance []store.Provenance // the runs that wrote a cell of it, oldest first
	Published  []Beside           // papers' tables with our numbers beside
	NotRun     []suites.NotRun    // what the suite leaves out, and why

	// What else a page shows, where the caller knows it.
	Better   map[string]string // of metrics by name, higher or lower is better: what a leaderboard needs
	Compared []Compared        // comparisons and regressions
	Notes    []string          // what a reader must know first

	plan    *suites.Plan
	results *store.Results
	arrays  arrays
}

// Coverage counts the plan's cells by how they ended. Done, Diverged, Failed,
// Refused, Interrupted and Missing sum to Planned.
type Coverage struct {
	Planned     int `json:"planned"`
	Done        int `json:"done"`
	Diverged    int `json:"diverged"`
	Failed      int `json:"failed"`
	Refused     int `json:"refused"`
	Interrupted int `json:"interrupted"`
	Missing     int `json:"missing"`
}

// Complete says whether every cell has an outcome that is a result.
func (c Coverage) Complete() bool { return c.Failed+c.Interrupted+c.Missing == 0 }

func (c Coverage) String() string {
	return fmt.Sprintf("%d planned, %d done, %d diverged, %d failed, %d refused, %d interrupted, %d missing",
		c.Planned, c.Done, c.Diverged, c.Failed, c.Refused, c.Interrupted, c.Missing)
}

// Unfinished is a cell that is not done.
type Unfinished struct {
	Cell    string // its ID
	Name    string // for people
	Grid    string
	Outcome string // diverged, failed, refused, interrupted or missing
	Step    int
	Reason  string
	Stack   string // of a panic
}

// New reads a suite's plan and results and judges its claims. An empty preset is
// the one begun last.
func New(st *store.Store, suite, preset string) (*Report, error) {
	plan, err := st.Plan(suite, preset)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	results, err := st.Load(plan)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	prov, err := st.Provenance(plan.Suite, plan.Preset)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	r := From(plan, results, prov)
	r.arrays = st
	return r, nil
}

// From makes a report of results in memory.
func From(plan *suites.Plan, results *store.Results, prov []store.Provenance) *Report {
	r := &Report{
		Suite: plan.Suite, Preset: plan.Preset, About: plan.About, Words: plan.Words, File: plan.File, Text: plan.Text, Set: plan.Set,
		Claims:     Judge(plan, results),
		Provenance: prov,
		Published:  beside(plan, results),
		NotRun:     plan.NotRun,
		plan:       plan, results: results, arrays: results,
	}
	for _, c := range distinct(plan.Cells) {
		r.Coverage.Planned++
		u := Unfinished{Cell: c.ID, Name: c.String(), Grid: c.Grid, Outcome: "missing", Reason: "not run"}
		if result, ended := results.Cell(c.ID); ended {
			u.Outcome, u.Step, u.Reason, u.Stack = string(result.Outcome), result.Step, result.Reason, result.Stack
		}
		switch store.Outcome(u.Outcome) {
		case store.Done:
			r.Coverage.Done++
			continue
		case store.Diverged:
			r.Coverage.Diverged++
		case store.Refused:
			r.Coverage.Refused++
		case store.Failed:
			r.Coverage.Failed++
		case store.Interrupted:
			r.Coverage.Interrupted++
		default:
			r.Coverage.Missing++
		}
		r.Unfinished = append(r.Unfinished, u)
	}
	return r
}

// Counts is the number of claims in each state, in the order holds, fails,
// open, not run.
func (r *Report) Counts() [4]int {
	var n [4]int
	for _, v := range r.Claims {
		switch v.State {
		case Holds:
			n[0]++
		case Fails:
			n[1]++
		case Open:
			n[2]++
		default:
			n[3]++
		}
	}
	return n
}

// summary is the counts in words: 7 claims: 5 hold, 1 fails, 1 open; or no claims.
func (r *Report) summary() string {
	n := r.Counts()
	text := "no claims"
	if len(r.Claims) > 0 {
		text = r.verdicts(n)
	}
	if len(r.Set) > 0 {
		text += "; not the suite as filed: --set " + strings.Join(r.Set, " --set ")
	}
	return text
}

func (r *Report) verdicts(n [4]int) string {
	text := plural(len(r.Claims), "claim", "claims") + ": " + plural(n[0], "holds", "hold")
	for i, word := range [][2]string{{"fails", "fail"}, {"open", "open"}, {"not run", "not run"}} {
		if n[i+1] > 0 {
			text += ", " + plural(n[i+1], word[0], word[1])
		}
	}
	return text
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
