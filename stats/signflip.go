package stats

import (
	"math"
	"slices"
)

// signFlipExact is the largest sample whose flips are all counted.
const signFlipExact = 32

// SignFlip is the one-sided p value of H0: the values are symmetric about 0,
// against a larger mean: the share of the 2^n sign patterns whose sum reaches the
// observed one (Fisher, The Design of Experiments, 1935, section 21). It is exact
// for n <= 32, counting the patterns as pairs of half patterns; above that it is
// from Draws random patterns of the seed. The smallest p it can give is 2^-n. No
// values give 1, a value that is not finite gives NaN.
func SignFlip(d []float64, seed uint64) float64 {
	if !allFinite(d) {
		return math.NaN()
	}
	var largest, total float64
	for _, v := range d {
		largest = math.Max(largest, math.Abs(v))
	}
	if largest == 0 {
		return 1
	}
	unit := make([]float64, len(d)) // scaled, so that no sum overflows
	for i, v := range d {
		unit[i] = v / largest
		total += math.Abs(unit[i])
	}
	// A pattern reaches the observed sum just when what it flips sums to at most 0.
	// The slack covers rounding, so that equal sums count as equal.
	slack := 2 * float64(len(d)) * ulp * total
	if len(d) <= signFlipExact {
		return flipsExact(unit, slack)
	}
	s := stream(seed)
	words := uint64(len(d)+63) / 64
	hits := 1
	for draw := range uint64(Draws) {
		var flipped float64
		for i, v := range unit {
			if s.at(draw*words+uint64(i)/64)>>(uint(i)%64)&1 == 1 {
				flipped += v
			}
		}
		if flipped <= slack {
			hits++
		}
	}
	return float64(hits) / (Draws + 1)
}

// flipsExact is the share of subsets of d with a sum of at most slack.
func flipsExact(d []float64, slack float64) float64 {
	a, b := subsetSums(d[:len(d)/2]), subsetSums(d[len(d)/2:])
	var hits int64
	j := len(b)
	for _, s := range a { // as s rises, fewer of b keep the sum below slack
		for j > 0 && s+b[j-1] > slack {
			j--
		}
		hits += int64(j)
	}
	return float64(hits) / float64(int64(1)<<len(d))
}

// subsetSums returns the sums of all 2^n subsets of d, ascending.
func subsetSums(d []float64) []float64 {
	sums := make([]float64, 1, 1<<len(d))
	for _, v := range d {
		for _, s := range sums {
			sums = append(sums, s+v)
		}
	}
	slices.Sort(sums)
	return sums
}
