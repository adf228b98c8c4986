package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// wilcoxonExact is the largest sample whose null distribution is counted.
const wilcoxonExact = 200

// Wilcoxon is the signed-rank test of H0: the values are symmetric about 0,
// against larger ones (Biometrics Bull. 1, 1945). w is the sum of the ranks of
// the positive values; zeros are dropped and equal sizes share their mean rank. p
// is one-sided, exact to 200 values given the ties, above that by the normal
// approximation. No value but zeros gives p = 1; a
// value that is not finite gives NaN.
func Wilcoxon(d []float64) (w, p float64) {
	if !allFinite(d) {
		return math.NaN(), math.NaN()
	}
	var size []float64
	var positive []bool
	for _, v := range d {
		if v != 0 {
			size = append(size, math.Abs(v))
			positive = append(positive, v > 0)
		}
	}
	ranks := midranks2(size)
	w2 := 0 // twice w
	for i, r := range ranks {
		if positive[i] {
			w2 += r
		}
	}
	w = float64(w2) / 2
	if len(ranks) <= wilcoxonExact {
		return w, math.Min(1, upperSum(signedRanks(ranks), w2))
	}
	var mean, variance float64
	for _, r := range ranks {
		mean += float64(r) / 4
		variance += float64(r) * float64(r) / 16
	}
	return w, distuv.UnitNormal.Survival((w - mean) / math.Sqrt(variance))
}

// signedRanks is the distribution of the sum of those ranks whose fair coin falls
// on heads: entry s is P(sum = s).
func signedRanks(ranks []int) []float64 {
	total := 0
	for _, r := range ranks {
		total += r
	}
	mass := make([]float64, total+1)
	mass[0] = 1
	top := 0
	for _, r := range ranks {
		top += r
		for s := top; s >= 0; s-- {
			mass[s] /= 2
			if s >= r {
				mass[s] += mass[s-r] / 2 // not halved yet: s descends
			}
		}
	}
	return mass
}

func upperSum(mass []float64, from int) float64 {
	p := 0.0
	for s := len(mass) - 1; s >= from; s-- { // the small ones first
		p += mass[s]
	}
	return p
}

// HodgesLehmann is the median of the means of all pairs, each value paired with
// itself too: the estimate of location that belongs to Wilcoxon's test (Ann.
// Math. Statist. 34, 1963). It is NaN for no values or one that is not finite.
func HodgesLehmann(d []float64) float64 {
	if len(d) == 0 || !allFinite(d) {
		return math.NaN()
	}
	w := walsh(d)
	m := len(w) / 2
	if len(w)%2 == 1 {
		return w[m]
	}
	return w[m-1]/2 + w[m]/2
}

// HodgesLehmannInterval is the two-sided interval of location of at least 95 %
// that inverts Wilcoxon's test, ties aside. Fewer than six values have no such
// interval: the limits are infinite. It is NaN as HodgesLehmann is.
func HodgesLehmannInterval(d []float64) (lo, hi float64) {
	n := len(d)
	if n == 0 || !allFinite(d) {
		return math.NaN(), math.NaN()
	}
	w := walsh(d)
	cut := 0 // how many pair means to leave out at either end
	if n <= wilcoxonExact {
		ranks := make([]int, n)
		for i := range ranks {
			ranks[i] = i + 1
		}
		below := 0.0
		for s, m := range signedRanks(ranks) {
			if below += m; below > 0.025 {
				cut = s
				break
			}
		}
	} else {
		f := float64(n)
		cut = int(f*(f+1)/4 - distuv.UnitNormal.Quantile(0.975)*math.Sqrt(f*(f+1)*(2*f+1)/24))
	}
	if cut == 0 {
		return math.Inf(-1), math.Inf(1)
	}
	return w[cut-1], w[len(w)-cut]
}

// walsh returns the means of all pairs i <= j, ascending.
func walsh(d []float64) []float64 {
	w := make([]float64, 0, len(d)*(len(d)+1)/2)
	for i, v := range d {
		for _, u := range d[i:] {
			w = append(w, v/2+u/2)
		}
	}
	slices.Sort(w)
	return w
}
