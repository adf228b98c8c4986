// Package report turns a store into verdicts on a suite's claims, and prints
// them: a table for the console, an HTML page with figures, and Markdown, TeX, CSV and JSON.
//
// Everything is computed from the plan and the stored points alone, so a report
// can be made again from the file, and the same store gives the same bytes. The
// unit of every test is the seed: a seed is a problem, with its own data,
// initial parameters and noise.
package report

import (
	"cmp"
	"math"

	"github.com/vibench/bench/suites"
)

// State is what the numbers say of a claim.
type State string

const (
	Holds  State = "holds"   // the interval lies wholly in the claimed region
	Fails  State = "fails"   // the interval lies wholly outside it
	Open   State = "open"    // anything else, and whenever a number is missing
	NotRun State = "not_run" // no cell of the claim has been run
)

// Level is the level of a test whose part states none: two-sided intervals cover 95 %,
// one-sided limits 95 %.
const Level = 0.05

// levelOf is the level of a part.
func levelOf(p suites.Part) float64 { return cmp.Or(p.Level, Level) }

// A Verdict is the state of one claim with the numbers it rests on. A claim
// holds if all its parts hold; the numbers are those of the binding part: the
// one that fails, else one that is open, else the first.
// Numbers that do not exist are NaN.
type Verdict struct {
	Claim     string // its ID in the suite
	Paper     string
	Says      string
	Kind      string // of its parts, joined by + where they differ
	Report    bool   // report-only: outside Holm's family
	State     State
	Effect    float64
	Lo, Hi    float64 // two-sided, at the level of the binding part
	N         int     // seeds
	P         float64 // largest of the parts: each part must hold, so none is corrected
	PAdjusted float64 // Holm over the paper's claims; NaN while numbers are missing
	Family    int     // size of that family; 0 when the claim is not in one
	Criterion string
	Reason    string // why it does not hold; empty when it does
	Warnings  []string
	Cells     []string // IDs of the cells it reads, in the plan's order
	Bootstrap Span     // shown, never decides
	Parts     []PartVerdict
	Binding   int // index of the binding part; -1 without parts
}

// A PartVerdict is one test.
type PartVerdict struct {
	Kind      string
	Metric    string
	Subject   string // what it is about: iwae, dreg − iwae
	Label     string // what tells it from its siblings: k=64, iwae < dreg
	Scale     string // log or linear: of Effect, Lo, Hi and Region
	State     State
	Effect    float64
	Lo, Hi    float64 // two-sided, of 1 - Level
	Level     float64
	N         int
	P         float64
	Criterion string
	Reason    string
	Warnings  []string
	Cells     []string
	Bootstrap Span
	Region    Span // what is claimed of Effect; infinite where it has no end
	Quoted    *Quoted

	slack   float64 // distance to the boundary in units of the test; NaN when unknown
	bearing bool    // has a p value that Holm counts
	whole   bool    // on all the numbers asked for, with nothing against them
	log     bool    // Effect is a log ratio, so exp(Effect) is a ratio
}

// A Span is a range of numbers; NaN where there is none.
type Span struct{ Lo, Hi float64 }

var nowhere = Span{math.NaN(), math.NaN()}

// Ratio gives the effect and its interval as ratios, and whether they are: only
// differences of logs are.
func (p PartVerdict) Ratio() (effect, lo, hi float64, ok bool) {
	if !p.log {
		return math.NaN(), math.NaN(), math.NaN(), false
	}
	return math.Exp(p.Effect), math.Exp(p.Lo), math.Exp(p.Hi), true
}
