package suites

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// only keeps the cells whose labels match: label=value, label!=value. Several
// values of one label are alternatives, several labels must all match.
func only(cells []Cell, filters []string) ([]Cell, error) {
	if len(filters) == 0 {
		return cells, nil
	}
	want, not := Select{}, Select{}
	for _, f := range filters {
		label, value, ok := strings.Cut(f, "=")
		to := want
		if l, negated := strings.CutSuffix(label, "!"); negated {
			label, to = l, not
		}
		label, value = strings.TrimSpace(label), strings.TrimSpace(value)
		if !ok || label == "" {
			return nil, fmt.Errorf("only: got %q; want label=value or label!=value", f)
		}
		value, err := known(cells, label, value)
		if err != nil {
			return nil, err
		}
		to[label] = append(to[label], value)
	}
	out := slices.DeleteFunc(slices.Clone(cells), func(c Cell) bool {
		if !c.Matches(want) {
			return true
		}
		for label, values := range not {
			if got, ok := c.Label(label); ok && slices.Contains(values, got) {
				return true
			}
		}
		return false
	})
	if len(out) == 0 {
		return nil, unmatched("only: no cell is left by " + strings.Join(filters, " "))
	}
	return out, nil
}

// ErrNoCells is what an error of Plan is where Only asks for cells that the suite does not have.
var ErrNoCells = errors.New("no cell is left")

// unmatched is such an error, in words of its own.
type unmatched string

func (e unmatched) Error() string      { return string(e) }
func (unmatched) Is(target error) bool { return target == ErrNoCells }

// known checks that some cell has the label with the value, and returns the
// value in the form of Label, so that 1e-3 finds 0.001.
func known(cells []Cell, label, value string) (string, error) {
	plain := value
	if kind, x := scalar(value); kind == number {
		plain = formatNumber(x)
	}
	var values, labels []string
	seen, seenLabel := map[string]bool{}, map[string]bool{}
	for _, c := range cells {
		if got, ok := c.Label(label); ok {
			if got == value || got == plain {
				return got, nil
			}
			if !seen[got] {
				seen[got] = true
				values = append(values, got)
			}
		}
	}
	if len(values) > 0 {
		return "", unmatched(fmt.Sprintf("only: no cell has %s %s%s%s", label, value, meant(value, values), have(values)))
	}
	for _, c := range cells {
		for _, l := range c.labels() {
			if !seenLabel[l] {
				seenLabel[l] = true
				labels = append(labels, l)
			}
		}
	}
	return "", unmatched(fmt.Sprintf("only: unknown label %q%s%s", label, meant(label, labels), have(labels)))
}
