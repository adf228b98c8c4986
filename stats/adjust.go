package stats

import (
	"cmp"
	"math"
	"slices"
)

// Holm returns p values adjusted for a family of tests, in the order given: a
// claim with an adjusted p of at most a stands, and the chance of any false
// claim in the family is at most a, whatever the dependence (Holm, Scand. J.
// Statist. 6, 1979).
//
//	q_(i) = max_{j <= i} min(1, (family - j + 1) p_(j))
//
// family counts the claims stated beforehand, those that did not run included;
// less than len(p) means len(p). A p that is NaN counts as 1.
func Holm(p []float64, family int) []float64 {
	family = max(family, len(p))
	q := make([]float64, len(p))
	running := 0.0
	for rank, i := range byValue(p) {
		running = math.Max(running, math.Min(1, float64(family-rank)*evidence(p[i])))
		q[i] = running
	}
	return q
}

// BenjaminiHochberg returns p values adjusted for the false discovery rate in a
// family, in the order given: choosing those of at most a makes the expected
// share of false ones at most a, for independent or positively dependent tests
// (J. R. Statist. Soc. B 57, 1995).
//
//	q_(i) = min_{j >= i} min(1, family p_(j) / j)
//
// family and NaN are as in Holm.
func BenjaminiHochberg(p []float64, family int) []float64 {
	family = max(family, len(p))
	q := make([]float64, len(p))
	running := 1.0 // what the claims that did not run have, as the largest
	for rank, i := range slices.Backward(byValue(p)) {
		// The ratio first: it is at least 1, so that rounding cannot take q below p.
		running = math.Min(running, float64(family)/float64(rank+1)*evidence(p[i]))
		q[i] = running
	}
	return q
}

// byValue returns the indices of p from the smallest evidence value up; ties stay
// in order.
func byValue(p []float64) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(evidence(p[i]), evidence(p[j])) })
	return order
}

// evidence is p as a number from 0 to 1; what is not a p value is no evidence.
func evidence(p float64) float64 {
	if math.IsNaN(p) {
		return 1
	}
	return math.Min(1, math.Max(0, p))
}
