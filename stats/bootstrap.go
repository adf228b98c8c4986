package stats

import (
	"math"
	"slices"
)

// Bootstrap is the two-sided 95 % percentile interval of a statistic: it is
// recomputed on reps samples of len(x) drawn from x with replacement (Efron, Ann.
// Statist. 7, 1979). It is for display: below about 20 values it is too short
// and decides nothing. stat gets a slice that is overwritten afterwards. Both
// limits are NaN if x is empty, reps < 1, or the statistic is NaN on a sample.
func Bootstrap(x []float64, stat func([]float64) float64, reps int, seed uint64) (lo, hi float64) {
	if len(x) == 0 || reps < 1 {
		return math.NaN(), math.NaN()
	}
	s := stream(seed)
	n := uint64(len(x))
	sample := make([]float64, n)
	values := make([]float64, reps)
	for r := range values {
		for i := range n {
			sample[i] = x[s.below(uint64(r)*n+i, len(x))]
		}
		if values[r] = stat(sample); math.IsNaN(values[r]) {
			return math.NaN(), math.NaN()
		}
	}
	slices.Sort(values)
	return quantile(values, 0.025), quantile(values, 0.975)
}

// IQM is the interquartile mean: the mean of what is left of x without the lowest
// and the highest floor(n/4) values, as in rliable (Agarwal et al., NeurIPS
// 2021). It is NaN for no values or a NaN among them.
func IQM(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(x))
	if math.IsNaN(sorted[0]) { // NaN sorts first
		return math.NaN()
	}
	kept := sorted[len(x)/4 : len(x)-len(x)/4]
	mean := 0.0
	for _, v := range kept {
		mean += v / float64(len(kept))
	}
	return mean
}

// quantile interpolates between the values of a sorted sample (type 7 of Hyndman
// and Fan, Am. Statist. 50, 1996).
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	f := at - float64(i)
	if f == 0 {
		return sorted[i]
	}
	return sorted[i]*(1-f) + sorted[i+1]*f
}
