package report

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A reader fetches the values of one metric and remembers everything that
// stands in the way, so that a test cannot rest on fewer numbers than were
// asked for without saying so.
type reader struct {
	results *store.Results
	metric  string
	log     bool // values are needed as logs

	cells  []string
	values map[string]reading // by cell
	faults []fault
	ran    bool // any cell has an outcome
}

type reading struct {
	v  float64
	ok bool
}

// A fault is one thing that keeps a part open.
type fault struct {
	what  string // diverged, missing, below the noise floor, ...
	cell  string // the first cell concerned, for humans
	cause string
}

func newReader(results *store.Results, metric string, log bool) *reader {
	return &reader{results: results, metric: metric, log: log, values: map[string]reading{}}
}

// read is the metric of a cell, as a log if so asked.
func (r *reader) read(c suites.Cell) (float64, bool) {
	if got, ok := r.values[c.ID]; ok {
		return got.v, got.ok
	}
	r.cells = append(r.cells, c.ID)
	v, ok := r.fetch(c)
	r.values[c.ID] = reading{v, ok}
	return v, ok
}

func (r *reader) fetch(c suites.Cell) (float64, bool) {
	result, ended := r.results.Cell(c.ID)
	if !ended {
		r.fault("not run", c, "")
		return 0, false
	}
	if result.Outcome == store.Interrupted {
		r.fault(string(result.Outcome), c, result.Reason)
		return 0, false
	}
	r.ran = true
	if result.Outcome != store.Done {
		r.fault(string(result.Outcome), c, result.Reason)
		return 0, false
	}
	v, reason, ok := r.results.Value(c.ID, r.metric)
	switch {
	case !ok:
		r.fault("without "+r.metric, c, reason)
		return 0, false
	case math.IsNaN(v) || math.IsInf(v, 0):
		r.fault("with "+r.metric+" not finite", c, fmt.Sprint(v))
		return 0, false
	}
	if floor, _, has := r.results.Value(c.ID, r.metric+"/floor"); has && v < floor {
		// The value still enters the effect shown; the fault keeps the part open.
		r.fault("below the noise floor", c, fmt.Sprintf("%s = %.3g is below its floor %.3g", r.metric, v, floor))
	}
	if r.log {
		if v <= 0 {
			r.fault("without a logarithm", c, fmt.Sprintf("%s = %.3g", r.metric, v))
			return 0, false
		}
		v = math.Log(v)
	}
	return v, true
}

func (r *reader) fault(what string, c suites.Cell, cause string) {
	r.faults = append(r.faults, fault{what, brief(c.String()), cause})
}

// note records a fault of the selection rather than of a cell.
func (r *reader) note(what, cause string) {
	r.faults = append(r.faults, fault{what: what, cause: cause})
}

// bySeed reads one value a seed. Two cells of one seed are two measurements of
// one unit: which to take is the suite's to say, so the part is left open.
func (r *reader) bySeed(cells []suites.Cell) map[int]float64 {
	out := map[int]float64{}
	first := map[int]suites.Cell{}
	for _, c := range cells {
		v, ok := r.read(c)
		if other, dup := first[c.Seed]; dup {
			r.note("several cells a seed", fmt.Sprintf("%s and %s", other, c))
			continue
		}
		first[c.Seed] = c
		if ok {
			out[c.Seed] = v
		}
	}
	return out
}

// reason says in one line what stands in the way: each kind of fault once,
// with its number and its first instance.
func (r *reader) reason() string {
	kinds := newSet()
	count := map[string]int{}
	first := map[string]fault{}
	for _, f := range r.faults {
		if count[f.what] == 0 {
			first[f.what] = f
		}
		count[f.what]++
		kinds.add(f.what)
	}
	var lines []string
	for _, what := range kinds.list {
		f := first[what]
		if f.cell == "" {
			lines = append(lines, join(": ", what, f.cause))
			continue
		}
		where := ""
		if count[what] > 1 {
			where = "the first is "
		}
		lines = append(lines, fmt.Sprintf("%d of %s %s (%s)",
			count[what], plural(len(r.cells), "cell", "cells"), what, join(": ", where+f.cell, f.cause)))
	}
	return strings.Join(lines, "; ")
}

func join(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

// pick keeps the cells of a selection.
func pick(cells []suites.Cell, s suites.Select) []suites.Cell {
	var out []suites.Cell
	for _, c := range cells {
		if c.Matches(s) {
			out = append(out, c)
		}
	}
	return out
}

func seedsOf[V any](by map[int]V) []int {
	seeds := make([]int, 0, len(by))
	for s := range by {
		seeds = append(seeds, s)
	}
	sort.Ints(seeds)
	return seeds
}
