package stats

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// Marsaglia, Tsang and Wang's own values of P(D_n < d) (J. Stat. Softw. 8(18),
// 2003), from exact rational arithmetic.
func TestKSPublished(t *testing.T) {
	near(t, "n 10", 1-ksTail(10, 0.274), 0.628479615456504275298526691328, 1e-13)
	near(t, "n 2000", 1-ksTail(2000, 0.04), 0.99676943191713, 1e-9)
	near(t, "n 16000", 1-ksTail(16000, 0.016), 0.99945234913828, 1e-11)
}

// Miller's table (J. Am. Statist. Assoc. 51, 1956), two-sided.
func TestKSCriticalTable(t *testing.T) {
	for n, want := range map[int][2]float64{ // 5 %, 1 %
		1: {0.97500, 0.99500}, 2: {0.84189, 0.92929}, 5: {0.56328, 0.66853}, 10: {0.40925, 0.48893},
		15: {0.33760, 0.40420}, 20: {0.29408, 0.35241}, 30: {0.24170, 0.28987}, 40: {0.21012, 0.25205},
	} {
		near(t, "5 %", KSCritical(n, 0.05), want[0], 1.1e-5)
		near(t, "1 %", KSCritical(n, 0.01), want[1], 1.1e-5)
	}
}

// Closed forms: P(D_n < d) = n! (2d - 1/n)^n for 1/(2n) <= d <= 1/n (Ruben and
// Gambino), and the upper tail 2 (1-d)^n for d >= 1 - 1/n.
func TestKSClosedForms(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 9} {
		f := float64(n)
		g, _ := math.Lgamma(f + 1)
		for _, share := range []float64{0.1, 0.5, 0.9} {
			d := (0.5 + 0.5*share) / f
			near(t, "near the least", 1-ksTail(n, d), math.Exp(g)*math.Pow(2*d-1/f, f), 1e-12)
			d = 1 - share/f
			if d >= 0.5 {
				near(t, "near the most", ksTail(n, d), 2*math.Pow(1-d, f), 1e-13)
			}
		}
	}
}

// A second implementation in rationals: the recursion over the sorted sample
// (Noe, Ann. Math. Statist. 43, 1972, in Steck's determinant form) for
// P(all i: i/n - d < U_(i) < (i-1)/n + d).
func TestKSSteckDeterminant(t *testing.T) {
	for _, c := range []struct {
		n    int
		d    float64
		num  int64
		over int64
	}{{4, 0.375, 3, 8}, {5, 0.25, 1, 4}, {6, 0.4375, 7, 16}, {7, 0.3125, 5, 16}, {8, 0.28125, 9, 32}} {
		d := big.NewRat(c.num, c.over)
		n := c.n
		lo, hi := make([]*big.Rat, n+1), make([]*big.Rat, n+1)
		for i := 1; i <= n; i++ {
			lo[i] = new(big.Rat).Sub(big.NewRat(int64(i), int64(n)), d)
			hi[i] = new(big.Rat).Add(big.NewRat(int64(i-1), int64(n)), d)
			if lo[i].Sign() < 0 {
				lo[i].SetInt64(0)
			}
			if hi[i].Cmp(big.NewRat(1, 1)) > 0 {
				hi[i].SetInt64(1)
			}
		}
		// Steck: n! det[ (hi_i - lo_j)_+^(j-i+1) / (j-i+1)! ], by first columns of a
		// Hessenberg matrix: det_k = sum_i (-1)^(k-i) m(i,k) det_(i-1).
		det := []*big.Rat{big.NewRat(1, 1)}
		for k := 1; k <= n; k++ {
			sum := new(big.Rat)
			for i := 1; i <= k; i++ {
				gap := new(big.Rat).Sub(hi[i], lo[k])
				if gap.Sign() <= 0 {
					continue
				}
				term := new(big.Rat).Set(det[i-1])
				for e := 1; e <= k-i+1; e++ {
					term.Mul(term, gap)
					term.Quo(term, big.NewRat(int64(e), 1))
				}
				if (k-i)%2 == 1 {
					term.Neg(term)
				}
				sum.Add(sum, term)
			}
			det = append(det, sum)
		}
		want := det[n]
		for i := 2; i <= n; i++ {
			want.Mul(want, big.NewRat(int64(i), 1))
		}
		w, _ := want.Float64()
		near(t, "P(D < d)", 1-ksTail(n, c.d), w, 1e-13)
	}
}

// Where one way of reckoning hands over to the next, both agree.
func TestKSHandOvers(t *testing.T) {
	for _, n := range []int{10, 50, 200} {
		d := math.Sqrt(ksFar / float64(n))
		near(t, "matrix and one-sided", 2*ksOneSided(n, d)/(1-ksMatrix(n, d)), 1, 1e-8)
	}
	worst := 0.0
	for z := 0.3; z < 2; z += 0.05 {
		d := z / math.Sqrt(ksExact)
		worst = math.Max(worst, math.Abs(1-ksMatrix(ksExact, d)-ksLimit(ksExact, d)))
	}
	t.Logf("matrix and limit at n = %d differ by %g", ksExact, worst)
	if worst > 1e-5 {
		t.Errorf("matrix and limit at n = %d differ by %g", ksExact, worst)
	}
}

func TestKolmogorovSmirnovByHand(t *testing.T) {
	uniform := func(x float64) float64 { return x }
	d, p := KolmogorovSmirnov([]float64{0.7, 0.1}, uniform)
	near(t, "d", d, 0.4, 1e-15) // 0.5 - 0.1
	near(t, "p", p, 1-2*math.Pow(0.8-0.5, 2), 1e-13)
	near(t, "detectable", KSDetectable(20, 0.05), 0.29408+math.Sqrt(math.Log(5)/40), 1e-5)
	for _, c := range []struct {
		x   []float64
		cdf func(float64) float64
	}{
		{nil, uniform}, {[]float64{math.NaN()}, uniform}, {[]float64{2}, uniform},
		{[]float64{1}, func(float64) float64 { return math.NaN() }},
	} {
		if d, p := KolmogorovSmirnov(c.x, c.cdf); !math.IsNaN(d) || !math.IsNaN(p) {
			t.Errorf("%v: got %v, %v, want NaN", c.x, d, p)
		}
	}
	for _, c := range []struct {
		n     int
		alpha float64
	}{{0, 0.05}, {5, 0}, {5, 1}, {5, math.NaN()}} {
		if !math.IsNaN(KSCritical(c.n, c.alpha)) || !math.IsNaN(KSDetectable(c.n, c.alpha)) {
			t.Errorf("n %d, alpha %v: not NaN", c.n, c.alpha)
		}
	}
}

// 4000 samples of 20 uniforms: rejections at 5 % are Binomial(4000, 0.05). Beyond
// 5 standard deviations once in 1.7 million runs. And a departure of the size that
// KSDetectable promises, put where the count is most variable, is rejected in at
// least 80 % of samples, less 5 standard deviations.
func TestKSLevelAndPower(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	const runs, n = 4000, 20
	shift := KSDetectable(n, 0.05)
	middle := (1 - shift) / 2
	// cdf(x) = middle at the point where the true one is middle + shift.
	bent := func(u float64) float64 {
		at := middle + shift
		if u < at {
			return u * middle / at
		}
		return 1 - (1-u)*(1-middle)/(1-at)
	}
	var falseAlarms, seen float64
	x := make([]float64, n)
	for range runs {
		for i := range x {
			x[i] = rng.Float64()
		}
		if _, p := KolmogorovSmirnov(x, func(u float64) float64 { return u }); p <= 0.05 {
			falseAlarms++
		}
		if _, p := KolmogorovSmirnov(x, bent); p <= 0.05 {
			seen++
		}
	}
	near(t, "false alarms", falseAlarms, 0.05*runs, 5*math.Sqrt(runs*0.05*0.95))
	if seen < 0.8*runs-5*math.Sqrt(runs*0.8*0.2) {
		t.Errorf("a departure of %v was seen %v times of %d", shift, seen, runs)
	}
}
