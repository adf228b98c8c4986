package stats

import (
	"fmt"
)

// A TrendResult is a rank correlation with its permutation test.
type TrendResult struct {
	Rho         float64   // mean rank correlation over the sequences
	Rhos        []float64 // one a sequence, in the order given
	PIncreasing float64   // one-sided: y rises with x
	PDecreasing float64   // one-sided: y falls as x rises
	Exact       bool      // all permutations were counted; else Draws of them were drawn
	Warnings    []string
}

const (
	trendExact = 12      // longest sequence whose permutations are counted
	trendPairs = 1 << 27 // most products of masses that the exact null may take
	sameRho    = 1e-9    // correlations closer than this are equal
)

// Trend tests by permutation whether y rises or falls with x, by the rank
// correlation of Spearman (Am. J. Psychol. 15, 1904), ties at their mean rank. It
// is exact to length 12, above that from Draws permutations of the seed.
func Trend(x, y []float64, seed uint64) (TrendResult, error) {
	return TrendStratified([][]float64{x}, [][]float64{y}, seed)
}

// TrendStratified is Trend over several sequences, one a seed: y is permuted
// within each sequence and the statistic is the mean of the rank correlations, so
// that differences between seeds play no part. It is exact where every sequence
// has at most 12 values and the null distribution stays small, as it does for
// fifty sequences without ties and for fewer with them; else it is from Draws
// permutations of the seed. A constant sequence counts with correlation 0 and a
// warning. Sequences shorter than two, lengths that differ and values not finite
// are errors.
func TrendStratified(x, y [][]float64, seed uint64) (TrendResult, error) {
	if len(x) != len(y) || len(x) == 0 {
		return TrendResult{}, fmt.Errorf("stats: trend: sequences, got x %d, y %d; need the same, at least 1", len(x), len(y))
	}
	var r TrendResult
	seqs := make([]sequence, len(x))
	longest := 0
	for i := range x {
		if len(x[i]) != len(y[i]) {
			return TrendResult{}, fmt.Errorf("stats: trend: sequence %d, got lengths x %d, y %d; need the same", i+1, len(x[i]), len(y[i]))
		}
		if len(x[i]) < 2 {
			return TrendResult{}, fmt.Errorf("stats: trend: sequence %d, got %s; need at least 2", i+1, count(len(x[i]), "value"))
		}
		for _, v := range [][]float64{x[i], y[i]} {
			if err := finite(fmt.Sprintf("trend: sequence %d", i+1), v); err != nil {
				return TrendResult{}, err
			}
		}
		seqs[i] = ranked(x[i], y[i])
		if seqs[i].norm == 0 {
			r.Warnings = append(r.Warnings, fmt.Sprintf("sequence %d is constant: its correlation counts as 0", i+1))
		}
		r.Rhos = append(r.Rhos, seqs[i].rho(seqs[i].product()))
		r.Rho += r.Rhos[i]
		longest = max(longest, len(x[i]))
	}
	sum := r.Rho
	r.Rho /= float64(len(x))
	if longest <= trendExact {
		if null, ok := sumOfRhos(seqs); ok {
			r.Exact = true
			r.PIncreasing = null.atLeast(sum)
			r.PDecreasing = null.atMost(sum)
			if least := null[len(null)-1].mass; least > 0.05 {
				r.Warnings = append(r.Warnings, fmt.Sprintf("so few values: the smallest p that any order could give is %.3g", least))
			}
			return r, nil
		}
	}
	r.PIncreasing, r.PDecreasing = drawnTrend(seqs, sum, stream(seed))
	return r, nil
}

// drawnTrend is the share of random permutations, the observed one among them,
// whose sum of correlations is at least and at most the observed sum.
func drawnTrend(seqs []sequence, observed float64, s stream) (up, down float64) {
	ups, downs := 1, 1
	var at uint64
	for range Draws {
		sum := 0.0
		for _, q := range seqs {
			// Fisher-Yates in place: a permuted order is as good a start as any.
			for i := len(q.b) - 1; i > 0; i-- {
				j := s.below(at, i+1)
				at++
				q.b[i], q.b[j] = q.b[j], q.b[i]
			}
			sum += q.rho(q.product())
		}
		if sum >= observed-sameRho {
			ups++
		}
		if sum <= observed+sameRho {
			downs++
		}
	}
	return float64(ups) / (Draws + 1), float64(downs) / (Draws + 1)
}
