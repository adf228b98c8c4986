package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/suites"
)

// A Side is one of the two things compared: the cells that a selection picks. No
// selection picks all.
type Side struct {
	Name string // as it was written
	Want suites.Select
}

// ParseSide reads a side as people write it: an estimator, NAME or
// NAME{k=64,m=8} with some of its settings, or labels as of a claim,
// label=value,value label=value.
func ParseSide(text string) (Side, error) {
	s := Side{Name: strings.TrimSpace(text), Want: suites.Select{}}
	name, settings, braced := strings.Cut(s.Name, "{")
	bad := func() (Side, error) {
		return Side{}, fmt.Errorf("compare: got %q; want an estimator, NAME or NAME{k=64}, or labels, as in \"estimator=NAME k=64\"", text)
	}
	if s.Name == "" {
		return bad()
	}
	if strings.Contains(name, "=") { // labels
		for _, pair := range strings.Fields(s.Name) {
			label, values, ok := strings.Cut(pair, "=")
			if !ok || label == "" || values == "" || s.Want[label] != nil {
				return bad()
			}
			s.Want[label] = strings.Split(values, ",")
		}
		return s, nil
	}
	if strings.ContainsAny(name, " \t,}") {
		return bad()
	}
	s.Want["estimator"] = []string{name}
	if !braced {
		return s, nil
	}
	settings, closed := strings.CutSuffix(settings, "}")
	if !closed {
		return bad()
	}
	for _, pair := range strings.Split(settings, ",") {
		param, value, ok := strings.Cut(pair, "=")
		param, value = strings.TrimSpace(param), strings.TrimSpace(value)
		if !ok || param == "" || value == "" || s.Want["estimator."+param] != nil {
			return bad()
		}
		s.Want["estimator."+param] = []string{value}
	}
	return s, nil
}

// Estimator is the one estimator that a side asks for; empty if it asks for none, or
// for several.
func (s Side) Estimator() string {
	if list := s.Want["estimator"]; len(list) == 1 {
		return list[0]
	}
	return ""
}

// Picks says whether a side has a cell: every label has one of its values, where
// 1e-3 is 0.001.
func (s Side) Picks(c suites.Cell) bool {
	for label, values := range s.Want {
		got, ok := c.Label(label)
		if !ok || !slices.ContainsFunc(values, func(v string) bool { return alike(got, v) }) {
			return false
		}
	}
	return true
}

func alike(got, want string) bool {
	if got == want {
		return true
	}
	x, err := strconv.ParseFloat(got, 64)
	y, err2 := strconv.ParseFloat(want, 64)
	return err == nil && err2 == nil && x == y
}

// differ are the labels on which two sides do not ask for the same.
func differ(a, b Side) (labels []string) {
	for label, values := range a.Want {
		if !slices.Equal(values, b.Want[label]) {
			labels = append(labels, label)
		}
	}
	for label := range b.Want {
		if a.Want[label] == nil {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return labels
}
