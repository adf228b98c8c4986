package cli

import (
	"encoding/json"
	"io"

	"github.com/vibench/bench/report"
	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// events writes a run as JSON lines: one "begin", one "cell" for every cell that
// ends, a "warning" where a checkpoint is of no use, one "end".
type events struct {
	enc *json.Encoder
	err error // the first
}

func newEvents(w io.Writer) *events { return &events{enc: json.NewEncoder(w)} }

func (e *events) put(v any) {
	if e.err == nil {
		e.err = e.enc.Encode(v)
	}
}

func (e *events) begin(plan *suites.Plan, path string, workers, todo int) {
	e.put(struct {
		Event   string `json:"event"`
		Suite   string `json:"suite"`
		Preset  string `json:"preset"`
		Store   string `json:"store"`
		Workers int    `json:"workers"`
		Planned int    `json:"planned"`
		Before  int    `json:"before"` // ended before, and not run again
		ToRun   int    `json:"to_run"`
	}{"begin", plan.Suite, plan.Preset, path, workers, len(plan.Cells), len(plan.Cells) - todo, todo})
}

func (e *events) cell(x runner.Event) {
	e.put(struct {
		Event   string        `json:"event"`
		Cell    string        `json:"cell"`
		Name    string        `json:"name"`
		Grid    string        `json:"grid"`
		Outcome store.Outcome `json:"outcome"`
		Step    int           `json:"step"`
		Reason  string        `json:"reason"`
		Seconds float64       `json:"seconds"`
		Ended   int           `json:"ended"`
		Failed  int           `json:"failed"`
		Planned int           `json:"planned"`
	}{"cell", x.Cell.ID, x.Cell.String(), x.Cell.Grid, x.Result.Outcome, x.Result.Step, x.Result.Reason,
		x.Result.Cost.Wall.Seconds(), x.Ended, x.Failed, x.Planned})
}

func (e *events) warning(c suites.Cell, why string) {
	e.put(struct {
		Event  string `json:"event"`
		Cell   string `json:"cell"`
		Name   string `json:"name"`
		Reason string `json:"reason"`
	}{"warning", c.ID, c.String(), why})
}

// end sums up. Without a report, as when the run was interrupted, there are no
// verdicts.
func (e *events) end(plan *suites.Plan, sum runner.Summary, rep *report.Report) {
	type verdict struct {
		ID      string       `json:"id"`
		Verdict report.State `json:"verdict"`
	}
	claims := []verdict{}
	if rep != nil {
		for _, v := range rep.Claims {
			claims = append(claims, verdict{v.Claim, v.State})
		}
	}
	e.put(struct {
		Event   string                `json:"event"`
		Suite   string                `json:"suite"`
		Preset  string                `json:"preset"`
		Planned int                   `json:"planned"`
		Before  int                   `json:"before"`
		Ended   map[store.Outcome]int `json:"ended"`            // of this run
		Others  int                   `json:"others,omitempty"` // ended by other processes meanwhile
		Left    int                   `json:"left"`
		Seconds float64               `json:"seconds"`
		Claims  []verdict             `json:"claims"`
	}{"end", plan.Suite, plan.Preset, sum.Planned, sum.Before, sum.Ended, sum.Others, sum.Left, sum.Wall.Seconds(), claims})
}
