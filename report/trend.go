package report

import "github.com/vibench/bench/stats"

// trendSeed fixes the permutations drawn where not all can be counted.
const trendSeed = 1

// trend asks whether a metric moves with a label: the exact permutation test of
// the mean rank correlation, permuting within each seed. The test decides, in
// both directions; the interval shown is that of the correlations over seeds.
func (t test) trend(r *reader) finding {
	p := t.part
	curves, complete := t.curves(r)
	var xs, ys [][]float64
	for _, seed := range seedsOf(curves) {
		if complete[seed] {
			xs, ys = append(xs, curves[seed].x), append(ys, curves[seed].y)
		}
	}
	f := nothing()
	f.n, f.region = len(xs), above(0)
	if p.Want == "decreasing" {
		f.region = below(0)
	}
	if len(xs) == 0 {
		return f
	}
	res, err := stats.TrendStratified(xs, ys, trendSeed)
	if err != nil {
		f.reason = err.Error()
		return f
	}
	f.effect, f.warnings = res.Rho, res.Warnings
	if !res.Exact {
		f.warnings = append(f.warnings, "permutations drawn, not counted")
	}
	if iv, err := stats.TMean(res.Rhos); err == nil {
		if p.Level != 0 {
			iv = iv.At(p.Level)
		}
		f.lo, f.hi = iv.Lo, iv.Hi
	}
	f.boot = bootstrap(res.Rhos)
	against := res.PDecreasing
	f.p = res.PIncreasing
	if p.Want == "decreasing" {
		f.p, against = against, f.p
	}
	level := levelOf(p)
	f.slack = (level - f.p) / level
	switch {
	case f.p <= level:
		f.state = Holds
	case against <= level:
		f.state = Fails
		f.reason = "the trend goes the other way: p " + pAt(against, level)
	default:
		f.reason = "no trend seen either way: p " + pAt(f.p, level)
	}
	return f
}
