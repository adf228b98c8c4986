package stats

import (
	"fmt"
	"math"
)

// A Gate is the two-stage test of a change against its baseline. The first stage
// screens every metric on the same seeds of both sides; the second confirms the
// few that look worse on fresh seeds, once, and only it accuses. A chance drop
// has to happen twice, and the second time against a margin, so that sixty
// metrics of an unchanged program are red less than once in a hundred runs while
// a real drop of a few standard deviations is seen.
type Gate struct {
	Screen  float64 // false discovery rate of the first stage (Benjamini-Hochberg)
	Confirm float64 // level of the second stage (Holm over the survivors)
	Least   int     // fewest pairs of the first stage
	Fresh   int     // pairs of the second stage for each one of the first
}

// DefaultGate screens at 0.20 on at least 12 pairs and confirms at 0.05 on twice as
// many: of 60 metrics whose differences follow Student's t with 5 degrees of freedom,
// under margins of a quarter of a standard deviation, fewer than one run in a hundred
// is red with nothing changed, and one metric that is 1.5 standard deviations worse is
// found in more than 88 of a hundred.
func DefaultGate() Gate { return Gate{Screen: 0.20, Confirm: 0.05, Least: 12, Fresh: 2} }

// A Drop is by how much one metric got worse, seed by seed: positive is worse,
// whatever the metric's better direction, in the metric's unit (log scale for
// signal-to-noise ratios and variances).
type Drop struct {
	Metric string
	Margin float64   // tolerated drop, at least 0
	First  []float64 // of the first stage; empty if the metric is missing
	Fresh  []float64 // of the second stage's own seeds; read for survivors only
}

// A GateState is what the gate says of one metric.
type GateState string

const (
	SameBits     GateState = "same-bits"    // every pair of the first stage is equal
	NoWorse      GateState = "no-worse"     // the interval lies within the margin
	Improved     GateState = "improved"     // the interval lies below zero
	Inconclusive GateState = "inconclusive" // neither shown worse nor within the margin
	Regressed    GateState = "REGRESSED"    // worse by more than the margin, confirmed
	Missing      GateState = "missing"      // no pairs, or a survivor's fresh pairs are not there
)

// Red says whether the state stops a build. A metric that has gone missing does.
func (s GateState) Red() bool { return s == Regressed || s == Missing }

// A GateVerdict is the gate's answer for one metric.
type GateVerdict struct {
	Metric   string
	State    GateState
	Stage    int     // 1 or 2: whose pairs Drop describes; 0 if missing
	Drop     Result  // the mean drop
	P        float64 // one-sided, of a drop above 0 (stage 1) or above the margin (stage 2)
	Adjusted float64 // over all metrics (stage 1) or the survivors (stage 2)
}

// Survivors returns the indices of the drops that the first stage sends to the
// second: those whose one-sided paired t test against no drop passes
// Benjamini-Hochberg over the family. A missing metric counts in the family and
// does not survive. Too few pairs, values not finite and a negative margin are
// errors.
func (g Gate) Survivors(drops []Drop) ([]int, error) {
	first, err := g.screen(drops)
	if err != nil {
		return nil, err
	}
	return g.surviving(first), nil
}

// Verdicts judges all drops, in order. Each survivor of the first stage needs its
// Fresh pairs; one that has too few is Missing. The second stage's p is of H0:
// drop <= margin.
func (g Gate) Verdicts(drops []Drop) ([]GateVerdict, error) {
	verdicts, err := g.screen(drops)
	if err != nil {
		return nil, err
	}
	survivors := g.surviving(verdicts)
	p := make([]float64, len(survivors))
	for at, i := range survivors {
		d := drops[i]
		p[at] = math.NaN()
		if len(d.Fresh) < max(2, g.Fresh*len(d.First)) {
			verdicts[i] = GateVerdict{Metric: d.Metric, State: Missing, P: 1, Adjusted: 1}
			continue
		}
		r, err := TMean(d.Fresh)
		if err != nil {
			return nil, fmt.Errorf("stats: gate: metric %q, fresh pairs: %w", d.Metric, err)
		}
		p[at] = r.PGreater(d.Margin)
		verdicts[i] = GateVerdict{Metric: d.Metric, Stage: 2, Drop: r, P: p[at]}
	}
	adjusted := Holm(p, len(p))
	for at, i := range survivors {
		v := &verdicts[i]
		if v.State == Missing {
			continue
		}
		v.Adjusted = adjusted[at]
		v.State = within(v.Drop, drops[i].Margin)
		if v.Adjusted <= g.Confirm {
			v.State = Regressed
		}
	}
	return verdicts, nil
}

// screen is the first stage: every drop's verdict as if it did not survive.
func (g Gate) screen(drops []Drop) ([]GateVerdict, error) {
	if !(g.Screen > 0 && g.Screen < 1) || !(g.Confirm > 0 && g.Confirm < 1) {
		return nil, fmt.Errorf("stats: gate: levels, got %v and %v; need between 0 and 1", g.Screen, g.Confirm)
	}
	verdicts := make([]GateVerdict, len(drops))
	p := make([]float64, len(drops))
	for i, d := range drops {
		if !(d.Margin >= 0) {
			return nil, fmt.Errorf("stats: gate: metric %q: margin, got %v; need 0 or more", d.Metric, d.Margin)
		}
		verdicts[i] = GateVerdict{Metric: d.Metric, State: Missing, P: 1, Adjusted: 1}
		p[i] = math.NaN()
		if len(d.First) == 0 {
			continue
		}
		if least := max(2, g.Least); len(d.First) < least {
			return nil, fmt.Errorf("stats: gate: metric %q: got %s; need at least %d", d.Metric, count(len(d.First), "pair"), least)
		}
		r, err := TMean(d.First)
		if err != nil {
			return nil, fmt.Errorf("stats: gate: metric %q: %w", d.Metric, err)
		}
		p[i] = r.PGreater(0)
		verdicts[i] = GateVerdict{Metric: d.Metric, State: within(r, d.Margin), Stage: 1, Drop: r, P: p[i]}
		if r.SD == 0 && r.Effect == 0 {
			verdicts[i].State = SameBits
		}
	}
	for i, q := range BenjaminiHochberg(p, len(p)) {
		verdicts[i].Adjusted = q
	}
	return verdicts, nil
}

func (g Gate) surviving(first []GateVerdict) []int {
	var survivors []int
	for i, v := range first {
		if v.Adjusted <= g.Screen { // 1 if missing
			survivors = append(survivors, i)
		}
	}
	return survivors
}

// within places the interval of a drop that nobody is accused of.
func within(r Result, margin float64) GateState {
	switch {
	case r.Hi < 0:
		return Improved
	case r.Hi <= margin:
		return NoWorse
	}
	return Inconclusive
}
