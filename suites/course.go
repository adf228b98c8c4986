package suites

import (
	"strconv"
	"strings"
)

// Fall reads fall(METRIC), by which a claim asks for the worst step of a metric that is
// never to go down: the largest (v_s - v_t)/(1 + |v_s|) of an evaluation t and the one
// before it, s; 0 where none goes down.
func Fall(metric string) (of string, ok bool) {
	of, ok = strings.CutPrefix(metric, "fall(")
	if !ok {
		return metric, false
	}
	of, ok = strings.CutSuffix(of, ")")
	if of = strings.TrimSpace(of); !ok || of == "" {
		return metric, false
	}
	return of, true
}

// Logged is the metric that a claim's metric is computed from: itself, or what area
// and fall are of.
func Logged(metric string) string {
	if of, ok := Fall(metric); ok {
		return of
	}
	of, _, _ := Area(metric)
	return of
}

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
