package report

import (
	"math"
	"slices"
	"sort"
	"strconv"

	"github.com/vibench/bench/suites"
)

// A test is one part at one value of its each label, or one adjacent pair of an
// order, with the cells it may read.
type test struct {
	part  suites.Part
	cells []suites.Cell // all of the plan's, narrowed to the each value
	label string
	low   string // order: the two adjacent values
	high  string
}

// expand splits a part into its tests. A part that selects nothing is one test
// that has not been run.
func expand(p suites.Part, cells []suites.Cell) []test {
	if p.Each != "" {
		inner := p
		inner.Each = ""
		var tests []test
		for _, v := range labelValues(p.Select(cells), p.Each) {
			narrowed := pick(cells, suites.Select{p.Each: {v}})
			for _, t := range expand(inner, narrowed) {
				t.label = join(", ", p.Each+"="+v, t.label)
				tests = append(tests, t)
			}
		}
		if tests != nil {
			return tests
		}
	}
	if p.Kind == "order" && len(p.Values) > 1 {
		sign := " < "
		if p.Want == "decreasing" {
			sign = " > "
		}
		var tests []test
		for i := range p.Values[1:] {
			low, high := p.Values[i], p.Values[i+1]
			tests = append(tests, test{part: p, cells: cells, low: low, high: high, label: low + sign + high})
		}
		return tests
	}
	return []test{{part: p, cells: cells}}
}

// tellApart adds to the labels of a claim's tests that would bear one name what they are
// taken over, as far as they differ in it: tau=0.1.
func tellApart(tests []test) {
	same := map[string][]int{}
	for i, t := range tests {
		name := join(" ", t.part.Metric, t.subject(), t.label)
		same[name] = append(same[name], i)
	}
	for _, at := range same {
		labels := newSet()
		for _, i := range at {
			for label, values := range tests[i].part.Over {
				if !slices.Equal(values, tests[at[0]].part.Over[label]) {
					labels.add(label)
				}
			}
			for label := range tests[at[0]].part.Over {
				if tests[i].part.Over[label] == nil {
					labels.add(label)
				}
			}
		}
		for _, i := range at {
			over := suites.Select{}
			for _, label := range labels.list {
				if values := tests[i].part.Over[label]; values != nil {
					over[label] = values
				}
			}
			tests[i].label = join(" ", tests[i].label, describe(over))
		}
	}
}

// labelValues are the values of a label among cells: by size if all are
// numbers, else in the order they come.
func labelValues(cells []suites.Cell, label string) []string {
	values := newSet()
	for _, c := range cells {
		if v, ok := c.Label(label); ok {
			values.add(v)
		}
	}
	numbers := make(map[string]float64, len(values.list))
	for _, v := range values.list {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return values.list
		}
		numbers[v] = x
	}
	sort.SliceStable(values.list, func(i, j int) bool {
		return numbers[values.list[i]] < numbers[values.list[j]]
	})
	return values.list
}

// numberAt is a label of a cell as a finite number.
func numberAt(c suites.Cell, label string) (float64, bool) {
	text, ok := c.Label(label)
	if !ok {
		return 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}
