package stats

import (
	"math"
	"math/big"
	"testing"
)

// Sums of binomial coefficients in whole numbers.
func TestSignTestCounts(t *testing.T) {
	for _, n := range []int{1, 2, 5, 8, 10, 25, 100, 1000} {
		sum := new(big.Int)
		for k := n; k >= 0; k-- {
			sum.Add(sum, new(big.Int).Binomial(int64(n), int64(k)))
			want, _ := new(big.Rat).SetFrac(sum, new(big.Int).Lsh(big.NewInt(1), uint(n))).Float64()
			got := SignTest(k, n)
			if !(math.Abs(got-want) <= 1e-11*want) {
				t.Fatalf("%d of %d: got %v, want %v", k, n, got, want)
			}
		}
	}
}

// Critical numbers of the rarer sign, one-sided 5 % (Dixon and Mood, J. Am.
// Statist. Assoc. 41, 1946; there two-sided 10 %).
func TestSignTestTable(t *testing.T) {
	for n, rare := range map[int]int{5: 0, 6: 0, 7: 0, 8: 1, 9: 1, 10: 1, 11: 2, 12: 2, 13: 3, 15: 3, 20: 5, 25: 7, 30: 10} {
		if SignTest(n-rare, n) > 0.05 || SignTest(n-rare-1, n) <= 0.05 {
			t.Errorf("n %d: p %v at %d, %v at %d", n, SignTest(n-rare, n), rare, SignTest(n-rare-1, n), rare+1)
		}
	}
	for _, c := range [][2]int{{-1, 3}, {4, 3}, {0, -1}} {
		if got := SignTest(c[0], c[1]); !math.IsNaN(got) {
			t.Errorf("%d of %d: got %v, want NaN", c[0], c[1], got)
		}
	}
	if got := SignTest(0, 0); got != 1 {
		t.Errorf("0 of 0: got %v, want 1", got)
	}
}

// Mendel's 682 giants of 925 as R's binom.test has it, the limits of Clopper and
// Pearson for 0 of 10 in closed form, and for 5 of 10 from tables.
func TestClopperPearson(t *testing.T) {
	for _, c := range []struct {
		k, n        int
		lo, hi, tol float64
	}{
		{682, 925, 0.7076683, 0.7654066, 5e-8},
		{0, 10, 0, 1 - math.Pow(0.025, 0.1), 1e-13},
		{10, 10, math.Pow(0.025, 0.1), 1, 1e-13},
		{5, 10, 0.1871, 0.8129, 5e-5},
		{4, 20, 0.0573, 0.4366, 5e-5},
	} {
		lo, hi := ClopperPearson(c.k, c.n)
		near(t, "lo", lo, c.lo, c.tol)
		near(t, "hi", hi, c.hi, c.tol)
	}
	for _, c := range [][2]int{{-1, 3}, {4, 3}, {0, 0}} {
		if lo, hi := ClopperPearson(c[0], c[1]); !math.IsNaN(lo) || !math.IsNaN(hi) {
			t.Errorf("%d of %d: got %v, %v, want NaN", c[0], c[1], lo, hi)
		}
	}
}

// The defining property, summed exactly: each tail beyond a limit holds 2.5 %.
func TestClopperPearsonTails(t *testing.T) {
	tail := func(n, from, to int, p float64) float64 {
		sum := 0.0
		for k := from; k <= to; k++ {
			c, _ := new(big.Float).SetInt(new(big.Int).Binomial(int64(n), int64(k))).Float64()
			sum += c * math.Pow(p, float64(k)) * math.Pow(1-p, float64(n-k))
		}
		return sum
	}
	for _, n := range []int{3, 12, 40} {
		for k := range n + 1 {
			lo, hi := ClopperPearson(k, n)
			if k > 0 {
				near(t, "lower tail", tail(n, k, n, lo), 0.025, 1e-11)
			}
			if k < n {
				near(t, "upper tail", tail(n, 0, k, hi), 0.025, 1e-11)
			}
		}
	}
}
