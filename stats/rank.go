package stats

import (
	"cmp"
	"math"
	"slices"
)

// midranks2 returns twice the ranks of x, 2 to 2n; equal values share the mean of
// their ranks, which doubled is an integer.
func midranks2(x []float64) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	ranks := make([]int, len(x))
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, at := range order[i:j] {
			ranks[at] = i + 1 + j
		}
		i = j
	}
	return ranks
}

// Spearman is the rank correlation of x and y, ties at their mean rank: Pearson's
// correlation of the ranks. It is 0 where x or y is constant, and NaN where the
// lengths differ, there are fewer than two values, or one is not finite.
func Spearman(x, y []float64) float64 {
	if len(x) != len(y) || len(x) < 2 || !allFinite(x) || !allFinite(y) {
		return math.NaN()
	}
	s := ranked(x, y)
	return s.rho(s.product())
}

// A sequence holds x and y as centred double midranks, integers that sum to 0, so
// that sums of their products compare without rounding.
type sequence struct {
	a, b []int
	norm float64 // sqrt(sum a^2 sum b^2); 0 if a or b is constant
}

func ranked(x, y []float64) sequence {
	s := sequence{a: midranks2(x), b: midranks2(y)}
	var aa, bb int
	for i := range s.a {
		s.a[i] -= len(x) + 1
		s.b[i] -= len(x) + 1
		aa += s.a[i] * s.a[i]
		bb += s.b[i] * s.b[i]
	}
	s.norm = math.Sqrt(float64(aa)) * math.Sqrt(float64(bb))
	return s
}

func (s sequence) product() int {
	sum := 0
	for i, a := range s.a {
		sum += a * s.b[i]
	}
	return sum
}

// rho is the correlation that a sum of products stands for.
func (s sequence) rho(product int) float64 {
	if s.norm == 0 {
		return 0
	}
	return math.Max(-1, math.Min(1, float64(product)/s.norm))
}
