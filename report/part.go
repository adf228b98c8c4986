package report

import (
	"fmt"
	"math"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A finding is what one kind of test makes of the values it got, before it is
// asked whether those were all the values.
type finding struct {
	state    State // holds, fails or open on the numbers alone
	effect   float64
	lo, hi   float64
	n        int
	p        float64
	slack    float64
	region   Span
	boot     Span
	reason   string // why it is open
	warnings []string
}

// nothing is the finding of a test without a single unit.
func nothing() finding {
	nan := math.NaN()
	return finding{state: Open, effect: nan, lo: nan, hi: nan, p: nan, slack: nan, region: nowhere, boot: nowhere}
}

// run reads the cells, tests, and then opens the verdict again wherever the
// numbers are fewer or weaker than the claim demands.
func (t test) run(seeds int, results *store.Results) PartVerdict {
	p := t.part
	logs := p.Scale == "log"
	if p.Kind == "slope" {
		logs = p.Scale != "linear"
	}
	r := newReader(results, p.Metric, logs)
	f := t.find(r, seeds)

	scale := "linear"
	if logs {
		scale = "log"
	}
	v := PartVerdict{
		Kind: p.Kind, Metric: p.Metric, Subject: brief(t.subject()), Label: brief(t.label), Scale: scale,
		State: f.state, Effect: f.effect, Lo: f.lo, Hi: f.hi, Level: levelOf(p), N: f.n, P: f.p,
		Criterion: t.criterion(), Reason: f.reason, Warnings: f.warnings, Cells: r.cells,
		Bootstrap: f.boot, Region: f.region, Quoted: t.quoted(logs), slack: f.slack,
		bearing: hasP(p),
		log:     logs && (p.Kind == "better" || p.Kind == "equivalent" || p.Kind == "order"),
	}
	faults := r.reason()
	switch {
	case len(r.cells) == 0:
		v.State, v.Reason = NotRun, faults
		if faults == "" {
			v.Reason = "the plan has no cell of it"
		}
	case !r.ran:
		v.State, v.Reason = NotRun, "no cell of it has been run"
	case faults != "":
		v.State, v.Reason = Open, join("; ", faults, short(f.n, seeds))
	case f.n < seeds:
		v.State, v.Reason = Open, short(f.n, seeds)
	default:
		v.whole = true
		if v.State == Fails && v.Reason == "" {
			v.Reason = "the interval lies outside the claimed region"
		}
	}
	return v
}

func short(n, seeds int) string {
	if n >= seeds {
		return ""
	}
	return fmt.Sprintf("%d of %d seeds", n, seeds)
}

// find dispatches on the kind.
func (t test) find(r *reader, seeds int) finding {
	switch t.part.Kind {
	case "slope":
		return t.slope(r)
	case "level":
		return t.level(r)
	case "equivalent", "better", "order":
		return t.paired(r)
	case "interaction":
		return t.interaction(r)
	case "trend":
		return t.trend(r)
	case "count":
		return t.count(r, seeds)
	case "fit":
		return t.fit(r)
	case "exact":
		return t.exact(r)
	}
	r.note(fmt.Sprintf("report: claim kind, got %q; have slope, equivalent, better, order, trend, interaction, level, count, fit, exact", t.part.Kind), "")
	return nothing()
}

// hasP says whether a part has a p value that speaks for its claim. An exact
// check has none; a count of a condition on single cells has no null
// hypothesis; and the p of a goodness of fit speaks against the claim unless a
// distance is named.
func hasP(p suites.Part) bool {
	switch p.Kind {
	case "exact":
		return false
	case "count":
		return len(p.A) > 0
	case "fit":
		return p.Within != nil
	}
	return true
}

// decide tests a mean over seeds against a claimed region by the t interval at the
// part's level. One-sided regions (one end infinite) are decided by the one-sided limits:
// open at their end, so a difference that is exactly zero is not an improvement.
// Bounded ones by the two-sided interval, which may touch the ends.
func (t test) decide(x []float64, region Span) finding {
	f := nothing()
	f.region, f.n = region, len(x)
	if len(x) == 0 {
		return f
	}
	f.boot = bootstrap(x)
	res, err := stats.TMean(x)
	if err != nil {
		f.effect = mean(x)
		f.reason = err.Error()
		return f
	}
	if level := t.part.Level; level != 0 {
		res = res.At(level)
	}
	f.effect, f.lo, f.hi, f.warnings = res.Effect, res.Lo, res.Hi, res.Warnings
	var inside, outside bool
	var gap float64 // from the deciding limit to the boundary; negative when over it
	switch {
	case math.IsInf(region.Hi, 1):
		inside, outside = res.OneLo > region.Lo, res.OneHi <= region.Lo
		gap, f.p = res.OneLo-region.Lo, res.PGreater(region.Lo)
	case math.IsInf(region.Lo, -1):
		inside, outside = res.OneHi < region.Hi, res.OneLo >= region.Hi
		gap, f.p = region.Hi-res.OneHi, res.PLess(region.Hi)
	default:
		inside = res.Lo >= region.Lo && res.Hi <= region.Hi
		outside = res.Hi < region.Lo || res.Lo > region.Hi
		gap, f.p = math.Min(res.Lo-region.Lo, region.Hi-res.Hi), res.PEquivalent(region.Lo, region.Hi)
	}
	f.slack = gap
	if half := (res.Hi - res.Lo) / 2; half > 0 {
		f.slack = gap / half
	}
	switch {
	case inside:
		f.state = Holds
	case outside:
		f.state = Fails
	default:
		f.reason = "the interval crosses the boundary of the claimed region"
	}
	return f
}

// bootstrapSeed and bootstrapReps fix the resampling, so that the same values
// give the same interval.
const (
	bootstrapSeed = 1
	bootstrapReps = 4000
)

func bootstrap(x []float64) Span {
	if len(x) < 2 {
		return nowhere
	}
	lo, hi := stats.Bootstrap(x, mean, bootstrapReps, bootstrapSeed)
	return Span{lo, hi}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// above and below are one-sided regions.
func above(x float64) Span { return Span{x, math.Inf(1)} }
func below(x float64) Span { return Span{math.Inf(-1), x} }

// value is a pointer's number, or a default.
func value(p *float64, def float64) float64 {
	if p == nil {
		return def
	}
	return *p
}
