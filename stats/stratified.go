package stats

import (
	"math"
	"slices"
)

// Stratified is the two-sided 95 % percentile interval of a statistic over several
// tasks, task i with sizes[i] runs: it is recomputed on reps samples in each of which
// the runs of every task are drawn anew from that task alone, with replacement, so
// that no task's share of the sample changes (Agarwal et al., NeurIPS 2021,
// 2108.13264, section 4.1). stat gets for each task the indices of the runs drawn,
// in slices that are overwritten afterwards. It is for display, as Bootstrap is.
// Both limits are NaN for no tasks, a task without runs, reps < 1, or a statistic
// that is NaN on a sample.
func Stratified(sizes []int, stat func(draw [][]int) float64, reps int, seed uint64) (lo, hi float64) {
	if len(sizes) == 0 || slices.Min(sizes) < 1 || reps < 1 {
		return math.NaN(), math.NaN()
	}
	total := 0
	draw := make([][]int, len(sizes))
	for i, n := range sizes {
		draw[i] = make([]int, n)
		total += n
	}
	s := stream(seed)
	values := make([]float64, reps)
	for r := range values {
		at := uint64(r) * uint64(total)
		for i, n := range sizes {
			for j := range draw[i] {
				draw[i][j] = s.below(at, n)
				at++
			}
		}
		if values[r] = stat(draw); math.IsNaN(values[r]) {
			return math.NaN(), math.NaN()
		}
	}
	slices.Sort(values)
	return quantile(values, 0.025), quantile(values, 0.975)
}

// IQMOver is the interquartile mean of all runs of all tasks together, with its
// stratified bootstrap interval (2108.13264, section 4.3). It is NaN as IQM is, the
// limits as Stratified's are.
func IQMOver(tasks [][]float64, reps int, seed uint64) (iqm, lo, hi float64) {
	sample := slices.Concat(tasks...)
	if iqm = IQM(sample); math.IsNaN(iqm) {
		return iqm, iqm, iqm
	}
	lo, hi = Stratified(sizes(tasks), func(draw [][]int) float64 {
		at := 0
		for i, runs := range draw {
			for _, j := range runs {
				sample[at] = tasks[i][j]
				at++
			}
		}
		return IQM(sample)
	}, reps, seed)
	return iqm, lo, hi
}

// Improvement is the probability of improvement of x over y (2108.13264, section
// 4.3): of each task the Mann-Whitney share of pairs of a run of x and a run of y in
// which x is larger, ties counting half; then the mean over tasks. Pairs are all
// pairs: it says how a run of x fares against any run of y. The interval is the
// stratified bootstrap's, which draws the runs of x and those of y apart, as the paper
// does. Where run j of both shares a seed it is wider than it need be; to draw them
// together would be worse, since a run drawn twice then meets its own partner too
// often. All are NaN for no tasks, lists of unequal length, a task without runs, or a
// NaN; the limits for reps < 1.
func Improvement(x, y [][]float64, reps int, seed uint64) (p, lo, hi float64) {
	nan := math.NaN()
	if len(x) == 0 || len(x) != len(y) {
		return nan, nan, nan
	}
	larger := make([][][]float64, len(x)) // by task and run of x, against each run of y
	for t := range x {
		if len(x[t]) == 0 || len(y[t]) == 0 {
			return nan, nan, nan
		}
		for _, a := range x[t] {
			row := make([]float64, len(y[t]))
			for j, b := range y[t] {
				switch {
				case math.IsNaN(a) || math.IsNaN(b):
					return nan, nan, nan
				case a > b:
					row[j] = 1
				case a == b:
					row[j] = 0.5
				}
			}
			larger[t] = append(larger[t], row)
		}
	}
	share := func(dx, dy [][]int) float64 {
		mean := 0.0
		for t := range larger {
			sum := 0.0 // of halves: exact
			for _, i := range dx[t] {
				row := larger[t][i]
				for _, j := range dy[t] {
					sum += row[j]
				}
			}
			mean += sum / float64(len(dx[t])*len(dy[t])) / float64(len(larger))
		}
		return mean
	}
	p = share(whole(x), whole(y))
	lo, hi = Stratified(append(sizes(x), sizes(y)...), func(draw [][]int) float64 { return share(draw[:len(x)], draw[len(x):]) }, reps, seed)
	return p, lo, hi
}

func sizes(tasks [][]float64) []int {
	out := make([]int, len(tasks))
	for i, runs := range tasks {
		out[i] = len(runs)
	}
	return out
}

// whole is the draw that takes every run once.
func whole(tasks [][]float64) [][]int {
	out := make([][]int, len(tasks))
	for i, runs := range tasks {
		for j := range runs {
			out[i] = append(out[i], j)
		}
	}
	return out
}
