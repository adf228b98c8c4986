package suites

import (
	"strconv"
	"strings"
)

// Area reads area(METRIC), by which a claim asks for the mean of a metric over
// training, from the first evaluation to the last: the area under its learning
// curve over the steps it spans. area(METRIC, 0.25) is that of the last quarter of
// those steps; share is 1 where none is given.
func Area(metric string) (of string, share float64, ok bool) {
	of, ok = strings.CutPrefix(metric, "area(")
	if !ok {
		return metric, 0, false
	}
	of, ok = strings.CutSuffix(of, ")")
	of, last, some := strings.Cut(of, ",")
	share = 1
	if some {
		x, err := strconv.ParseFloat(strings.TrimSpace(last), 64)
		ok, share = ok && err == nil && x > 0 && x <= 1, x
	}
	if of = strings.TrimSpace(of); !ok || of == "" {
		return metric, 0, false
	}
	return of, share, true
}
