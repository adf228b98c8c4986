package stats

import (
	"fmt"
	"math"
)

// ulp is the distance from 1 to the next float64.
const ulp = 0x1p-52

// moments returns the mean and the standard deviation (divisor n-1) of x, n >= 2.
// Equal values give exactly themselves and 0, whatever their sum rounds to, and
// no square overflows or vanishes: all is reckoned from x[0] in units of the
// largest distance to it.
func moments(x []float64) (mean, sd float64) {
	n, first, unit := float64(len(x)), x[0], 0.0
	for _, v := range x {
		unit = math.Max(unit, math.Abs(v-first))
	}
	if unit == 0 {
		return first, 0
	}
	var m, ss, rest float64
	for _, v := range x {
		m += (v - first) / unit / n
	}
	for _, v := range x {
		d := (v-first)/unit - m
		ss += d * d
		rest += d
	}
	return first + unit*m, unit * math.Sqrt(math.Max(0, ss-rest*rest/n)/(n-1))
}

// finite is an error that names the first value which is NaN or infinite.
func finite(where string, x []float64) error {
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("stats: %s: value %d, got %v; need finite values", where, i+1, v)
		}
	}
	return nil
}

func allFinite(x []float64) bool { return finite("", x) == nil }

// count is "1 value" or "2 values".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// bisect returns the least x in [lo, hi] for which up holds, up being false then
// true; hi if it holds nowhere.
func bisect(lo, hi float64, up func(float64) bool) float64 {
	for range 200 {
		mid := lo + (hi-lo)/2
		if mid <= lo || mid >= hi {
			break
		}
		if up(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}
