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
	all := slices.Concat(tasks...)
	if iqm = IQM(all); math.IsNaN(iqm) {
		return iqm, iqm, iqm
	}
	slices.Sort(all)
	place := make([][]int, len(tasks)) // of each run among all; equal runs share one
	for i, runs := range tasks {
		for _, v := range runs {
			at, _ := slices.BinarySearch(all, v)
			place[i] = append(place[i], at)
		}
	}
	times := make([]int, len(all))
	cut := len(all) / 4
	lo, hi = Stratified(sizes(tasks), func(draw [][]int) float64 {
		clear(times)
		for i, runs := range draw {
			for _, j := range runs {
				times[place[i][j]]++
			}
		}
		mean, from := 0.0, 0 // the draw in order, without its ends
		for at, n := range times {
			if kept := min(from+n, len(all)-cut) - max(from, cut); n > 0 && kept > 0 {
				mean += all[at] * float64(kept) / float64(len(all)-2*cut)
			}
			from += n
		}
		return mean
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
	type rank struct{ below, upTo int } // how many runs of y are smaller; and no larger
	ranks, order := make([][]rank, len(x)), make([][]int, len(x))
	least := make([][]int, len(x)) // draws of the runs of y below each place
	for t := range x {
		if len(x[t]) == 0 || len(y[t]) == 0 || slices.ContainsFunc(x[t], math.IsNaN) || slices.ContainsFunc(y[t], math.IsNaN) {
			return nan, nan, nan
		}
		sorted := slices.Sorted(slices.Values(y[t]))
		for _, v := range x[t] {
			below, _ := slices.BinarySearch(sorted, v)
			upTo, _ := slices.BinarySearch(sorted, math.Nextafter(v, math.Inf(1)))
			if math.IsInf(v, 1) {
				upTo = len(sorted)
			}
			ranks[t] = append(ranks[t], rank{below, upTo})
		}
		place := make([]int, len(y[t])) // of each run of y among its own
		for j, v := range y[t] {
			place[j], _ = slices.BinarySearch(sorted, v) // equal runs share one
		}
		order[t], least[t] = place, make([]int, len(y[t])+1)
	}
	share := func(dx, dy [][]int) float64 {
		mean := 0.0
		for t := range ranks {
			clear(least[t])
			for _, j := range dy[t] {
				least[t][order[t][j]+1]++
			}
			for i := range least[t][1:] {
				least[t][i+1] += least[t][i]
			}
			twice := 0
			for _, i := range dx[t] {
				twice += least[t][ranks[t][i].below] + least[t][ranks[t][i].upTo]
			}
			mean += float64(twice) / float64(2*len(dx[t])*len(dy[t])) / float64(len(ranks))
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
