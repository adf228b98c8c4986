package report

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// absent stands for a number that does not exist.
const absent = "–"

// intervalText prints an effect and its interval with two significant digits of
// the half-width: more would claim a precision that the interval denies.
func intervalText(effect, lo, hi float64) (e, interval string) {
	if math.IsNaN(effect) {
		return absent, ""
	}
	if math.IsNaN(lo) || math.IsNaN(hi) {
		return three(effect), ""
	}
	half := (hi - lo) / 2
	if half == 0 {
		return three(effect), "[" + three(lo) + ", " + three(hi) + "]"
	}
	size := math.Max(math.Abs(effect), half)
	if half < 1e-12*size { // rounding errors: six digits are all there is to say
		half = 1e-4 * size
	}
	decimals := 1 - int(math.Floor(math.Log10(half)))
	digits := func(x float64) string {
		// Far from one, scientific: the exponent of the largest number shown.
		if size < 1e-3 || size >= 1e6 {
			if x == 0 {
				return "0"
			}
			mantissa := decimals + int(math.Floor(math.Log10(math.Abs(x))))
			return strconv.FormatFloat(x, 'e', min(max(mantissa, 0), 15), 64)
		}
		s := strconv.FormatFloat(x, 'f', min(max(decimals, 0), 15), 64)
		if strings.Trim(s, "-0.") == "" {
			s = strings.TrimPrefix(s, "-")
		}
		return s
	}
	return digits(effect), "[" + digits(lo) + ", " + digits(hi) + "]"
}

// plusMinus prints a mean with half its interval, both to the same decimal.
func plusMinus(effect, half float64) string {
	switch {
	case half > 0:
	case effect == math.Trunc(effect):
		return three(effect)
	default:
		return five(effect) // no interval says how much of it counts
	}
	e, _ := intervalText(effect, effect-half, effect+half)
	h := strconv.FormatFloat(half, 'f', 0, 64)
	if strings.Contains(e, "e") {
		h = strconv.FormatFloat(half, 'e', 1, 64)
	}
	if _, decimals, ok := strings.Cut(e, "."); ok && !strings.Contains(e, "e") {
		h = strconv.FormatFloat(half, 'f', len(decimals), 64)
	}
	return e + " ± " + h
}

// manyDigits is a number with more digits than a reader compares.
var manyDigits = regexp.MustCompile(`\d+\.\d{7,}`)

// brief shortens long numbers in names: s=0.6666666666666666 is s=0.6667.
func brief(s string) string {
	return manyDigits.ReplaceAllStringFunc(s, func(x string) string {
		v, err := strconv.ParseFloat(x, 64)
		if err != nil {
			return x
		}
		return strconv.FormatFloat(v, 'g', 4, 64)
	})
}

// three prints a number without an interval to three significant digits.
func three(x float64) string {
	if math.IsNaN(x) {
		return absent
	}
	if x == math.Trunc(x) && math.Abs(x) < 1e6 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// effectText is a part's effect with its interval: counts as k of n.
func effectText(kind string, effect, lo, hi, level float64, n int) (e, interval string) {
	if kind == "count" && !math.IsNaN(effect) {
		return three(effect) + " of " + strconv.Itoa(n), ""
	}
	e, interval = intervalText(effect, lo, hi)
	return e, at(interval, level)
}

// at marks an interval that is not of 95 %, as the heads of tables say.
func at(interval string, level float64) string {
	if interval == "" || !unusual(level) {
		return interval
	}
	return interval + " at " + percent(1-level)
}

// unusual says whether a level is not that of a part which states none.
func unusual(level float64) bool { return level != 0 && level != Level }

// percent is a level for people: 0.05 is 5 %.
func percent(x float64) string { return strconv.FormatFloat(100*x, 'g', 6, 64) + " %" }

// pText prints a p value: to three decimals, below a thousandth only that.
func pText(p float64) string { return pAt(p, Level) }

// pAt prints a p value that is held against a level.
func pAt(p, level float64) string {
	switch {
	case math.IsNaN(p):
		return absent
	case p < min(0.001, level):
		return "<" + strconv.FormatFloat(min(0.001, level), 'g', -1, 64)
	case math.Abs(p-level) < 0.0005:
		// Which side of the level it is on must show.
		return strconv.FormatFloat(p, 'g', 5, 64)
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}
