package stats

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Result is a mean over independent units (seeds, problems) with what
// Student's t says of it. A paired comparison is the Result of its differences.
// All but N are in the unit of the values.
type Result struct {
	Effect   float64 // the mean
	Lo, Hi   float64 // two-sided 95 % interval
	OneLo    float64 // one-sided lower limit: the true mean is above it, with 95 % confidence
	OneHi    float64 // one-sided upper limit
	SD       float64 // standard deviation of the values, divisor N-1
	N        int
	Warnings []string
}

// fewValues is where the t interval starts to rest on the data more than on the
// assumption that they are normal.
const fewValues = 5

// TMean is the one-sample t interval of x, which is the paired one if x holds
// differences (Student, Biometrika 6, 1908). Values that are all equal give a
// point with a warning: their spread says nothing of the next value. Fewer than
// two values, or one that is not finite, is an error.
func TMean(x []float64) (Result, error) {
	n := len(x)
	if n < 2 {
		return Result{}, fmt.Errorf("stats: t: got %s; need at least 2", count(n, "value"))
	}
	if err := finite("t", x); err != nil {
		return Result{}, err
	}
	mean, sd := moments(x)
	r := Result{Effect: mean, SD: sd, N: n}
	two := tQuantile(0.975, n-1) * r.se()
	one := tQuantile(0.95, n-1) * r.se()
	r.Lo, r.Hi = mean-two, mean+two
	r.OneLo, r.OneHi = mean-one, mean+one
	if err := finite("t: interval", []float64{r.Lo, r.Hi}); err != nil {
		return Result{}, err
	}
	largest := math.Max(math.Abs(slices.Min(x)), math.Abs(slices.Max(x)))
	switch {
	case sd == 0:
		r.Warnings = append(r.Warnings, fmt.Sprintf("all %d values are equal: the interval is a point", n))
	case sd < 8*ulp*largest:
		r.Warnings = append(r.Warnings, fmt.Sprintf("the values differ by rounding only (sd %.2g): the interval is one of rounding", sd))
	}
	if n < fewValues {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d values: the interval leans on their being normal", n))
	}
	return r, nil
}

// At is the result with limits of another level: an interval that covers 1 - alpha, and
// one-sided limits at alpha. Effect, SD and p values stay.
func (r Result) At(alpha float64) Result {
	two, one := tQuantile(1-alpha/2, r.N-1)*r.se(), tQuantile(1-alpha, r.N-1)*r.se()
	r.Lo, r.Hi = r.Effect-two, r.Effect+two
	r.OneLo, r.OneHi = r.Effect-one, r.Effect+one
	return r
}

// PGreater is the one-sided p value of H0: mean <= h0. It is at most 0.05 just
// when OneLo lies at or above h0. When SD is 0 it is 0 or 1.
func (r Result) PGreater(h0 float64) float64 { return r.tail(r.Effect - h0) }

// PLess is the one-sided p value of H0: mean >= h0. It is at most 0.05 just when
// OneHi lies at or below h0.
func (r Result) PLess(h0 float64) float64 { return r.tail(h0 - r.Effect) }

// PTwoSided is the p value of H0: mean = h0. It is at most 0.05 just when h0 lies
// on or outside the interval [Lo, Hi].
func (r Result) PTwoSided(h0 float64) float64 {
	return math.Min(1, 2*r.tail(math.Abs(r.Effect-h0)))
}

// PEquivalent is the p value of H0: the mean lies outside (lo, hi). It is twice
// the larger p of the two one-sided tests, so that it is at most 0.05 just when
// the two-sided 95 % interval [Lo, Hi] lies inside [lo, hi]; Schuirmann's own
// test (J. Pharmacokinet. Biopharm. 15, 1987) would ask only for the 90 %
// interval. An empty range, lo >= hi, gives 1. When SD is 0 a mean on the margin
// counts as outside.
func (r Result) PEquivalent(lo, hi float64) float64 {
	if lo >= hi {
		return 1
	}
	return math.Min(1, 2*math.Max(r.PGreater(lo), r.PLess(hi)))
}

// Detectable is the smallest true mean that n values of this spread would have
// shown to be above zero, one-sided at 5 %, with the given power (0.8 is usual):
// it solves P(T' > t) = power for the noncentrality of Student's T'. It is NaN
// for a power outside (0.05, 1).
func (r Result) Detectable(power float64) float64 {
	if r.N < 2 || !(power > 0.05 && power < 1) {
		return math.NaN()
	}
	t := tQuantile(0.95, r.N-1)
	below := func(shift float64) float64 {
		return distuv.NoncentralT{Nu: float64(r.N - 1), Mu: shift}.CDF(t)
	}
	hi := 1.0
	for below(hi) > 1-power && hi < 1<<20 {
		hi *= 2
	}
	return r.se() * bisect(0, hi, func(shift float64) bool { return below(shift) <= 1-power })
}

// TOST tests by two one-sided t tests that the mean of x lies strictly between
// lo and hi. The p value is that of PEquivalent: at most 0.05 just when the
// 95 % interval lies inside.
func TOST(x []float64, lo, hi float64) (r Result, p float64, err error) {
	if !(lo < hi) {
		return Result{}, 0, fmt.Errorf("stats: tost: got margins %v to %v; need lower < upper", lo, hi)
	}
	if r, err = TMean(x); err != nil {
		return Result{}, 0, err
	}
	return r, r.PEquivalent(lo, hi), nil
}

func (r Result) se() float64 { return r.SD / math.Sqrt(float64(r.N)) }

// tail is P(T >= d/se).
func (r Result) tail(d float64) float64 {
	se := r.se()
	switch {
	case math.IsNaN(d) || math.IsNaN(se) || r.N < 2:
		return math.NaN()
	case se == 0 && d > 0:
		return 0
	case se == 0:
		return 1
	}
	// The lower tail at -t keeps its digits where 1 - CDF(t) has lost them.
	return student(r.N - 1).CDF(-d / se)
}

func student(df int) distuv.StudentsT { return distuv.StudentsT{Sigma: 1, Nu: float64(df)} }

// tQuantile remembers its answers: the same few are asked for again and again, and
// each takes longer than all the rest of an interval.
func tQuantile(p float64, df int) float64 {
	key := quantileOf{p, df}
	if q, ok := quantiles.Load(key); ok {
		return q.(float64)
	}
	q := student(df).Quantile(p)
	quantiles.Store(key, q)
	return q
}

type quantileOf struct {
	p  float64
	df int
}

var quantiles sync.Map // quantileOf to float64
