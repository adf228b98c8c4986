package suites

import "strings"

// Area reads area(METRIC), by which a claim asks for the mean of a metric over
// training, from the first evaluation to the last: the area under its learning
// curve over the steps it spans.
func Area(metric string) (of string, ok bool) {
	of, ok = strings.CutPrefix(metric, "area(")
	if !ok {
		return metric, false
	}
	of, ok = strings.CutSuffix(of, ")")
	if !ok || of == "" {
		return metric, false
	}
	return of, true
}
