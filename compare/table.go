// Package compare sets two things beside each other, seed by seed: two estimators
// (or two selections of any kind) of a store, or the same cells of two stores. It
// computes a Table from stores alone; those who print it take the rows.
//
// The unit is the seed. A row is one metric on one task: a model, a data set and a
// training that both sides share. Its effect is the mean of the paired differences
// a - b, in the metric's unit, or of log a - log b, with the paired t interval; its
// verdict is by the p value adjusted over the whole table (Holm), and there is none
// below five seeds, nor where a cell diverged: what is left are the seeds that went
// well. Over several tasks the interquartile mean of the differences and the
// probability of improvement are shown with stratified bootstrap intervals
// (2108.13264), which decide nothing.
package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// Level is that of a table: of its adjusted p values, and 1 - Level its intervals cover.
const Level = 0.05

// LeastSeeds is below how many pairs there is no verdict.
const LeastSeeds = 5

// Reps is the number of bootstrap samples, Seed that of their generator.
const (
	Reps = 10_000
	Seed = 2108_13264
)

// Tests are what may decide a row: the paired t test, Wilcoxon's signed ranks, or
// exact sign flips.
var Tests = []string{"t", "wilcoxon", "signflip"}

// A Source is the results of a plan and what they are called.
type Source struct {
	Name    string
	Results *store.Results
}

// Options say what is compared, and how.
type Options struct {
	Metrics []string // empty: see Defaults
	View    View     // zero: at the end
	Test    string   // one of Tests; empty: t
	Scale   string   // linear or log; empty: log where a claim of the plan reads the metric as logs
	Seeds   func(int) bool
	Better  func(metric string) string // higher, lower, or empty where neither is; may be nil
	Unit    func(metric string) string // may be nil
}

// A Table is a comparison.
type Table struct {
	A, B     string // b is several sides, where a is compared with each
	View     string // in words
	Test     string
	Rows     []Row
	Pooled   []Pooled // over tasks, of each metric and side that has at least two
	Family   int      // rows that Holm counts
	Least    int      // fewest pairs that a row with pairs has
	LeftOut  []string // configurations that have no partner, and why
	Warnings []string // about the whole table

	at View
}

// A Row is one metric on one task. Numbers that do not exist are NaN.
type Row struct {
	Metric, Unit string
	Better       string // higher, lower, or empty
	Log          bool   // effect and interval are of log a - log b
	B            string // the side that a is compared with
	Where        string // what tells the task from others of the table
	ConfigA      string // what each side is here
	ConfigB      string
	Task         string // all that both share

	Planned      int // pairs of cells
	N            int // of those with numbers
	Wins, Ties   int // pairs in which a is better (larger, where neither direction is better), equal
	MeanA, MeanB float64
	Effect       float64
	Lo, Hi       float64 // 95 %
	SD           float64

	Improvement                  float64 // P(a better than b) over all pairs of runs; NaN where neither direction is better
	ImprovementLo, ImprovementHi float64

	T, Wilcoxon, SignFlip float64 // two-sided p values; the last of more than 32 pairs only if it decides
	Reach                 float64 // the smallest p value that sign flips have for so many pairs
	P, Adjusted           float64 // of the table's test

	Budget         float64 // of the view; NaN at the end
	StepsA, StepsB [2]int  // first and last step at which cells were read
	Says           string  // one of the constants
	Notes          []string
}

// What a row may say.
const (
	Better    = "better"         // a is, by the metric's direction
	Worse     = "worse"          // b is better
	Higher    = "higher"         // a is; nobody says which direction is better
	Lower     = "lower"          //
	NotApart  = "not told apart" // no difference shown, which is not the same as none
	SameBits  = "same bits"      // every pair is equal
	FewSeeds  = "n too small"    // below LeastSeeds
	Open      = "open"           // a cell diverged, failed or is below the noise floor
	NoNumbers = "no pair"        // nothing to compare
)

// Of compares side a of a source with each of some sides, of another or the same one.
func Of(sa Source, a Side, sb Source, bs []Side, o Options) (*Table, error) {
	if o.View.By == "" {
		o.View.By = "end"
	}
	if o.Test == "" {
		o.Test = Tests[0]
	}
	if !slices.Contains(Tests, o.Test) {
		return nil, fmt.Errorf("compare: test: got %q; have %s", o.Test, strings.Join(Tests, ", "))
	}
	if o.Scale != "" && o.Scale != "linear" && o.Scale != "log" {
		return nil, fmt.Errorf("compare: scale: got %q; have linear, log", o.Scale)
	}
	c := comparison{o: o, a: a, sa: sa, sb: sb, two: sa.Results != sb.Results}
	if err := c.some(sa, a); err != nil {
		return nil, err
	}
	for _, b := range bs {
		if err := c.some(sb, b); err != nil {
			return nil, err
		}
		if !c.two {
			if err := overlap(c.cells(sa, a), a, b); err != nil {
				return nil, err
			}
		}
	}
	t := &Table{A: a.Name, View: o.View.String(), Test: o.Test, at: o.View}
	t.B = namesOf(bs)
	metrics := o.Metrics
	if len(metrics) == 0 {
		metrics, t.Warnings = c.defaults(bs)
	} else if err := c.known(bs); err != nil {
		return nil, err
	}
	if o.View.By != "end" {
		for _, m := range metrics {
			if of := suites.Logged(m); of != m {
				return nil, fmt.Errorf("compare: %s %s: it is over all of training; want %s, or the view end", m, o.View, of)
			}
		}
	}
	for _, b := range bs {
		_, out := pairs(c.cells(sa, a), c.cells(sb, b), a, b, "")
		t.leave(out...)
	}
	var tasks [][]trait
	var of []string
	for _, m := range metrics {
		for _, b := range bs {
			found, _ := pairs(c.cells(sa, a), c.cells(sb, b), a, b, m)
			pooled := Pooled{Metric: m, B: b.Name, Better: c.better(m), Log: c.log(m)}
			for _, task := range found {
				row, lacks := c.row(task, m, b, &pooled)
				if lacks != "" {
					t.leave(lacks)
					continue
				}
				if row.Says == notLogged {
					continue
				}
				t.Rows, tasks, of = append(t.Rows, row), append(tasks, task.apart), append(of, m+"\x00"+b.Name)
			}
			if pooled.Tasks > 1 {
				t.Pooled = append(t.Pooled, pooled.finish())
			}
		}
	}
	if len(metrics) == 0 {
		for _, b := range bs {
			if found, _ := pairs(c.cells(sa, a), c.cells(sb, b), a, b, ""); len(found) > 0 {
				return nil, fmt.Errorf("compare: %s and %s: no metric that cells of both have%s", t.A, t.B, c.standing(found, b))
			}
		}
	}
	if len(t.Rows) == 0 {
		return nil, fmt.Errorf("compare: %s and %s: no cells that go together%s", t.A, t.B, because(t.LeftOut))
	}
	for i, place := range where(tasks, of) {
		t.Rows[i].Where = place
	}
	t.judge()
	return t, nil
}

// standing says why the cells of some tasks have no numbers.
func (c *comparison) standing(tasks []*task, b Side) string {
	notes, cells := newNotes(), 0
	for _, t := range tasks {
		for _, seed := range t.seeds() {
			p := t.cells[seed]
			cells++
			for i, one := range []reading{c.o.View.read(c.sa.Results, p.a, "", 0, false), c.o.View.read(c.sb.Results, p.b, "", 0, false)} {
				if !strings.HasPrefix(one.fault, "without") {
					notes.add([]string{c.name(c.a, c.sa), c.name(b, c.sb)}[i], one, seed)
				}
			}
		}
	}
	out := ""
	for _, line := range notes.lines(cells) {
		out += "\n  " + line
	}
	return out
}

// leave adds to what is left out, each once.
func (t *Table) leave(list ...string) {
	for _, l := range list {
		if !slices.Contains(t.LeftOut, l) {
			t.LeftOut = append(t.LeftOut, l)
		}
	}
}

// notLogged is a row whose metric neither side's cells log: it is none.
const notLogged = "not logged"

// because is the first reasons of a list, each on its line.
func because(list []string) string {
	const most = 6
	if len(list) == 0 {
		return ""
	}
	more := ""
	if len(list) > most {
		more, list = fmt.Sprintf("\n  and %d more", len(list)-most), list[:most]
	}
	return "; want one of each side, as in \"NAME{k=64}\", or settings that both have:\n  " + strings.Join(list, "\n  ") + more
}

// comparison is what rows are made with.
type comparison struct {
	o      Options
	a      Side
	sa, sb Source
	two    bool
}

// cells are a side's cells of a source that the seeds allow.
func (c *comparison) cells(s Source, side Side) []suites.Cell {
	var out []suites.Cell
	for _, cell := range s.Results.Plan.Cells {
		if side.Picks(cell) && (c.o.Seeds == nil || c.o.Seeds(cell.Seed)) {
			out = append(out, cell)
		}
	}
	return out
}

// some is an error that says what there is where a side picks nothing.
func (c *comparison) some(s Source, side Side) error {
	if len(c.cells(s, side)) > 0 {
		return nil
	}
	if len(side.Want) == 0 {
		return fmt.Errorf("compare: %s: no cell of the seeds asked for", s.Name)
	}
	var have []string
	for _, cell := range s.Results.Plan.Cells {
		if name := cell.Estimator.Name; !slices.Contains(have, name) {
			have = append(have, name)
		}
	}
	slices.Sort(have)
	return fmt.Errorf("compare: %s: no cell of %s; have estimators %s", s.Name, side.Want, strings.Join(have, ", "))
}

// mostMetrics is how many there are without being asked for.
const mostMetrics = 12

// mostFlips is for how many pairs sign flips are counted one by one; of more they are
// drawn, and only for those who ask.
const mostFlips = 32

func add(sum, v float64, n int) float64 {
	if math.IsNaN(sum) {
		sum = 0
	}
	return sum + v/float64(n)
}

// name is what a side is called in notes.
func (c *comparison) name(side Side, s Source) string {
	if c.two {
		return s.Name
	}
	return side.Name
}

// judge adjusts the p values over the table and lets every row speak that may.
func (t *Table) judge() {
	t.Family = len(t.Rows)
	p := make([]float64, len(t.Rows))
	for i := range t.Rows {
		r := &t.Rows[i]
		p[i] = r.P
		if r.Says == Open || r.Says == FewSeeds {
			p[i] = math.NaN() // counts, and cannot speak
		}
		if r.N > 0 && (t.Least == 0 || r.N < t.Least) {
			t.Least = r.N
		}
	}
	for i, q := range stats.Holm(p, t.Family) {
		r := &t.Rows[i]
		r.Adjusted = q
		if r.Says != "" {
			continue
		}
		up := r.Effect > 0
		switch {
		case !(q <= Level):
			r.Says = NotApart
		case r.Better == "" && up:
			r.Says = Higher
		case r.Better == "":
			r.Says = Lower
		case up == (r.Better == "higher"):
			r.Says = Better
		default:
			r.Says = Worse
		}
	}
	t.warn()
}

// warn says what the table's samples cannot do.
func (t *Table) warn() {
	say := func(format string, args ...any) { t.Warnings = append(t.Warnings, fmt.Sprintf(format, args...)) }
	most, few, open, against := 0, 0, 0, 0
	for _, r := range t.Rows {
		if r.Says != SameBits {
			most = max(most, r.N)
		}
		switch {
		case r.Says == FewSeeds:
			few++
		case r.Says == Open:
			open++
		case r.N >= LeastSeeds && !math.IsNaN(r.SignFlip) && (r.T <= Level) != (r.SignFlip <= Level):
			against++
		}
	}
	if few > 0 {
		say("%s with fewer than %d pairs: no ranking from so few seeds", count(few, "row"), LeastSeeds)
	}
	if open > 0 {
		say("%s open: a cell diverged, failed or has no sound number, and no ranking is made of the seeds that went well", count(open, "row"))
	}
	if against > 0 && t.Test == "t" {
		say("%s in which t and exact sign flips disagree at %g before adjustment: see the differences one by one, or --test signflip", count(against, "row"), Level)
	}
	if most < LeastSeeds {
		return
	}
	reach := reach
	if t.Test == "wilcoxon" {
		reach = func(n int) float64 { return math.Ldexp(1, 1-n) } // no draws
	}
	if lowest := reach(most) * float64(t.Family); lowest > Level {
		needs := LeastSeeds
		for reach(needs)*float64(t.Family) > Level && needs < 64 {
			needs++
		}
		want := fmt.Sprintf("%d seeds", needs)
		if needs == 64 {
			want = "fewer rows"
		}
		if t.Test == "t" {
			say("an exact sign-flip test of n = %d gives p = %.2g at least, and times %s %.2g: it could tell nothing apart here (needs %s); verdicts lean on t, on differences being near normal",
				most, reach(most), count(t.Family, "row"), math.Min(1, lowest), want)
		} else {
			say("%s of n = %d gives p = %.2g at least, and times %s %.2g: it can tell nothing apart here; take %s, or fewer rows (--metric)",
				t.Test, most, reach(most), count(t.Family, "row"), math.Min(1, lowest), want)
		}
	}
}
