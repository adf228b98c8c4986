package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// SignTest is the exact one-sided p value of k or more successes in n fair
// trials, P(X >= k) with X ~ Binomial(n, 1/2). Ties are dropped beforehand. It is
// NaN unless 0 <= k <= n.
func SignTest(k, n int) float64 {
	switch {
	case k < 0 || k > n:
		return math.NaN()
	case k == 0:
		return 1
	}
	return mathext.RegIncBeta(float64(k), float64(n-k+1), 0.5)
}

// ClopperPearson is the exact two-sided 95 % interval of a proportion of which k
// of n trials were successes (Biometrika 26, 1934). Both limits are NaN unless
// 0 <= k <= n and n >= 1.
func ClopperPearson(k, n int) (lo, hi float64) {
	if k < 0 || k > n || n < 1 {
		return math.NaN(), math.NaN()
	}
	lo, hi = 0, 1
	if k > 0 {
		lo = betaQuantile(0.025, float64(k), float64(n-k+1))
	}
	if k < n {
		hi = betaQuantile(0.975, float64(k+1), float64(n-k))
	}
	return lo, hi
}

func betaQuantile(p, a, b float64) float64 {
	return bisect(0, 1, func(x float64) bool { return mathext.RegIncBeta(a, b, x) >= p })
}
